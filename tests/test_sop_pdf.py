"""The SOP as a paper: every word of the document on it, however long, and a flowchart that finds its way over pages."""

import importlib.util
import re
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from tests.factories import TUESDAY, png
from tests.test_third_sop import SOP_FILE
from tickets.models import Office
from tickets.reports import sop_sheet
from tickets.reports.press import press
from workflows import sops
from workflows.models import SopApproval
from workflows.sheet import sheet
from workflows.sop import END, Arrow, Origin, Shape, Text

KEYS = ["website-2024", "spj-online"]
MARK = "Salinan kerja – belum memuat pengesahan"
MILLIMETRE = 72 / 25.4

pytestmark = pytest.mark.django_db


def read(sop) -> PdfReader:
    return PdfReader(BytesIO(sop_sheet.pdf(sop)))


@cache
def working_copy(sop) -> PdfReader:
    """The paper of an office that entered nothing: many tests read the same one."""
    return PdfReader(BytesIO(press("sop.typ", sop_sheet.data(sop, sop.identity, Office()), at=TUESDAY)))


def flat(words: str) -> str:
    """Without spaces and line ends: where a line breaks is the paper's affair."""
    return "".join(words.split())


def words_of(page) -> str:
    return flat(page.extract_text())


def approve(sop, **fields) -> SopApproval:
    signed = {
        "position": "Kepala Dinas",
        "name": "Drs. Contoh Nama, M.Si.",
        "rank": "Pembina Utama Muda (IV/c)",
        "nip": "197001011990011001",
        "effective": date(2024, 7, 1),
    }
    return SopApproval.objects.create(sop_key=sop.key, **signed | fields)


def lines_of(page) -> list[tuple[str, float, float]]:
    """The lines of a page as they are set, each with its place across and up."""
    found = []
    page.extract_text(visitor_text=lambda words, matrix, *_: found.append((words.strip(), matrix[4], matrix[5])))
    return found


def pentagons(page) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """The letters of the pentagons at the upper and at the lower edge of a page, each with its place across."""
    found = [(words, round(x), y) for words, x, y in lines_of(page) if re.fullmatch(r"[A-Z]{1,2}", words)]
    middle = page.mediabox.height / 2
    arriving = sorted((letter, x) for letter, x, y in found if y > middle)
    leaving = sorted((letter, x) for letter, x, y in found if y < middle)
    return arriving, leaving


def described(element) -> str:
    """What a tagged PDF says in place of its drawings."""
    children = element.get("/K", [])
    below = [child.get_object() for child in (children if isinstance(children, list) else [children])]
    return element.get("/Alt", "") + "".join(described(child) for child in below if isinstance(child, dict))


@cache
def long_sop(rows: int):
    """An SOP of many long rows, with implied arrows that pass over several pages, down and up again."""
    website = sops.get("website-2024")

    def row(no: int):
        arrows = [Arrow("Teruskan", to=no + 1)] if no < rows else [Arrow("Selesai", to=END)]
        if no == 4 and rows >= 17:
            arrows.append(Arrow("Langsung", to=17, origin=Origin.IMPLIED))
        if no == 14:
            arrows.append(Arrow("Ulangi dari awal", to=2, origin=Origin.IMPLIED))
        return replace(
            website.steps[no % 9],
            no=no,
            activity=Text(f"Kegiatan-{no} " + "pekerjaan yang diterangkan dengan panjang lebar " * 4),
            performer=website.roles[no * 7 % 4],
            counterpart=None,
            arrows=tuple(arrows),
            decides=len(arrows) > 1,
            shape=Shape.START if no == 1 else Shape.END if no == rows else Shape.PROCESS,
        )

    return replace(website, steps=tuple(row(no) for no in range(1, rows + 1)))


def with_activity(words: str):
    website = sops.get("website-2024")
    steps = [replace(step, activity=Text(words)) if step.no == 4 else step for step in website.steps]
    return replace(website, steps=tuple(steps))


@pytest.mark.parametrize("key", KEYS)
def test_the_paper_has_the_identity_the_table_and_the_annex_on_a_page_each(key):
    sop = sops.get(key)

    identity, table, annex = (words_of(page) for page in working_copy(sop).pages)

    on_identity = [
        sop.identity.number, sop.identity.title.upper(), sop.identity.unit.upper(), sop.summary, sop.record_keeping,
        sop.warnings_intro, *sop.legal_basis, *sop.equipment, *sop.warnings,
        *(words for q in sop.qualifications for words in (q.name, *q.items)),
        "Disahkan oleh", "Tanggal Efektif", "Dasar Hukum:", "Kualifikasi Pelaksana:", "Penjelasan Singkat:",
        "Peralatan/Perlengkapan:", "Peringatan:", "Pencatatan dan Pendataan:",
    ]  # fmt: skip
    on_table = [
        sop.table_title or sop.title, sop.table_section, "Pelaksana", "Mutu Baku",
        *(column.name for column in sop.columns),
        *(words for step in sop.steps for words in (
            step.activity, step.kelengkapan, step.waktu, step.output, step.keterangan)),
    ]  # fmt: skip
    assert [words for words in on_identity if flat(words) not in identity] == []
    assert [words for words in on_table if flat(words) not in table] == []
    assert [words for words in (sop.annex.title, *sop.annex.items) if flat(words) not in annex] == []


@pytest.mark.parametrize("key", KEYS)
def test_each_row_stands_behind_its_number_in_the_order_of_the_table(key):
    sop = sops.get(key)

    table = words_of(working_copy(sop).pages[1])

    places = [table.find(f"{step.no}{flat(step.activity)}") for step in sop.steps]
    assert -1 not in places
    assert places == sorted(places)


def test_implied_arrows_and_decisions_carry_their_words_and_the_legend_explains_them():
    website, spj = (words_of(working_copy(sops.get(key)).pages[1]) for key in KEYS)

    assert [words in website for words in ("Infrastruktur", "Coding", "Laporkan", "Aluryangtersirat")] == [True] * 4
    assert "Teruskankeinfrastruktur" in spj
    assert "Aluryangtersirat" not in spj
    assert "Sambunganhalaman" not in website + spj


def test_only_a_document_with_numbered_columns_prints_their_numbers():
    website, spj = (working_copy(sops.get(key)).pages[1].extract_text() for key in KEYS)

    numbers = " ".join(str(n) for n in range(1, 11))
    assert (numbers in website, numbers in spj) == (True, False)


def test_the_flowchart_tells_those_who_do_not_see_it_where_each_row_leads():
    sop = sops.get("website-2024")

    told = described(working_copy(sop).trailer["/Root"]["/StructTreeRoot"])

    assert [f"Langkah {row.step.no}. {row.told}" in told for row in sheet(sop).rows] == [True] * 9


def test_arrows_of_practice_are_not_printed():
    printed = "".join(words_of(page) for page in working_copy(sops.get("website-2024")).pages)

    assert [words for words in ("Tanpaperbaikan", "Perluperbaikan", "Tidakdiproses") if words in printed] == []


@pytest.mark.parametrize("key", KEYS)
def test_every_page_has_the_name_of_the_sop_and_its_number(key):
    sop = sops.get(key)

    pages = working_copy(sop).pages

    footers = [page.extract_text() for page in pages]
    assert [f"Halaman {n} dari 3" in words for n, words in enumerate(footers, start=1)] == [True] * 3
    assert [flat(sop.title) in flat(words) for words in footers] == [True] * 3


@pytest.mark.parametrize(
    ("missing", "marked"),
    [
        pytest.param({}, False, id="approved"),
        pytest.param({"effective": None}, True, id="no-effective-date"),
        pytest.param({"name": ""}, True, id="no-name"),
    ],
)
def test_every_page_is_marked_until_approval_and_effective_date_are_entered(missing, marked):
    sop = sops.get("website-2024")
    approve(sop, **missing)

    pages = [words_of(page) for page in read(sop).pages]

    assert [flat(MARK) in words for words in pages] == [marked] * 3


def test_a_sop_without_an_entered_approval_is_marked():
    assert [flat(MARK) in words_of(page) for page in read(sops.get("spj-online")).pages] == [True] * 3


def test_the_identity_block_shows_what_an_administrator_entered_from_the_signed_copy():
    sop = sops.get("spj-online")
    approve(sop, number="555/1/Diskominfotik/2025", created=date(2025, 1, 6), revised=date(2025, 2, 3))

    identity = words_of(read(sop).pages[0])

    entered = [
        "555/1/Diskominfotik/2025", "6 Januari 2025", "3 Februari 2025", "1 Juli 2024", "Kepala Dinas",
        "Drs. Contoh Nama, M.Si.", "Pembina Utama Muda (IV/c)", "NIP 197001011990011001",
    ]  # fmt: skip
    assert [words for words in entered if flat(words) not in identity] == []


@pytest.mark.parametrize(
    ("paper", "size"), [pytest.param("a4", (297, 210), id="a4"), pytest.param("f4", (330, 215), id="f4")]
)
@pytest.mark.parametrize("key", KEYS)
def test_the_paper_is_of_the_size_that_the_office_set(key, paper, size):
    Office(pk=1, paper=paper).save()
    approve(sops.get(key))

    pages = read(sops.get(key)).pages

    sizes = [(round(page.mediabox.width / MILLIMETRE), round(page.mediabox.height / MILLIMETRE)) for page in pages]
    assert sizes == [size] * 3


def test_the_logo_of_the_office_stands_in_the_identity_block():
    Office(pk=1, logo=SimpleUploadedFile("logo.png", png())).save()

    pages = read(sops.get("website-2024")).pages

    assert [len(page.images) for page in pages] == [1, 0, 0]


def test_the_same_sop_makes_the_same_bytes_at_any_time():
    sop = sops.get("website-2024")

    with time_machine.travel("2026-11-21T03:00:00Z"):
        first = sop_sheet.pdf(sop)
    with time_machine.travel("2031-01-02T03:00:00Z"):
        second = sop_sheet.pdf(sop)

    assert first == second


def test_many_long_rows_go_on_as_many_pages_as_they_need_each_row_once_and_in_order():
    pages = [page.extract_text() for page in working_copy(long_sop(25)).pages]

    rows = [[int(no) for no in re.findall(r"Kegiatan-(\d+)", words)] for words in pages]
    assert [no for found in rows for no in found] == list(range(1, 26))
    assert rows[0] == rows[-1] == []
    assert all(3 <= len(found) <= 5 for found in rows[1:-2])


def test_every_line_that_a_page_cuts_leaves_and_arrives_by_the_same_letter_at_the_same_place():
    _, *tables, _ = working_copy(long_sop(25)).pages

    arriving, leaving = zip(*(pentagons(page) for page in tables), strict=True)

    assert leaving[:-1] == arriving[1:]
    assert arriving[0] == leaving[-1] == []
    assert all(leaving[:-1])
    names = [letter for found in leaving for letter, _ in found]
    assert len(names) == len(set(names))


def test_pages_follow_the_real_heights_of_the_rows():
    short, long = (len(working_copy(long_sop(rows)).pages) for rows in (5, 25))

    assert (short, long) == (4, 9)


def test_an_activity_of_5000_letters_runs_over_its_pages_and_no_word_is_lost():
    words = " ".join(f"kata-{n:03}" for n in range(556))
    assert len(words) == 5003

    _, *tables, _ = read(with_activity(words)).pages

    printed = "".join(words_of(page) for page in tables)
    assert re.findall(r"kata-(\d{3})", printed) == [f"{n:03}" for n in range(556)]
    assert 5 <= len(tables) <= 8
    arriving, leaving = zip(*(pentagons(page) for page in tables), strict=True)
    assert leaving[:-1] == arriving[1:]
    assert flat(sops.get("website-2024").step(9).activity) in words_of(tables[-1])


def test_a_word_wider_than_its_cell_is_broken_at_the_edge_of_the_cell():
    _, *tables, _ = read(with_activity("Q" * 1000)).pages

    broken = [words for page in tables for words, *_ in lines_of(page) if "Q" in words]
    assert sum(words.count("Q") for words in broken) == 1000
    assert max(len(words) for words in broken) < 30


def test_a_long_identity_block_runs_over_to_a_second_page():
    website = sops.get("website-2024")
    laws = tuple(Text(f"Pasal-{n} " + "ketentuan umum dan peralihan " * 12) for n in range(40))

    pages = [words_of(page) for page in read(replace(website, legal_basis=laws)).pages]

    printed = "".join(pages[:-2])
    assert [n for n in range(40) if f"Pasal-{n}ketentuan" not in printed] == []
    assert len(pages) > 3


def test_a_third_sop_with_other_columns_and_empty_lists_is_printed_too(tmp_path):
    path = tmp_path / "jaringan.py"
    path.write_text(SOP_FILE)
    spec = importlib.util.spec_from_file_location("jaringan", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    identity, table, annex = (words_of(page) for page in read(module.sop).pages)

    assert "SOPPENANGANANGANGGUANJARINGAN" in identity
    assert [flat(step.activity) in table for step in module.sop.steps] == [True] * 3
    assert "Lampiran" in annex


def test_markup_in_the_words_of_a_sop_is_printed_as_it_is():
    hostile = '#image("/etc/passwd") *tebal* $x$ @rujukan <label> \\ #sys.version `kode` https://contoh.id //'

    table = words_of(read(with_activity(hostile)).pages[1])

    assert flat(hostile) in table


@pytest.mark.parametrize("key", KEYS)
def test_anybody_who_signed_in_may_open_the_paper(cast, client_of, key):
    response = client_of(cast.reporter).get(reverse("sop-pdf", args=[key]))

    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Disposition"] == f'inline; filename="SOP-{key}.pdf"'
    assert "private" in response["Cache-Control"]
    assert response.content == sop_sheet.pdf(sops.get(key))


def test_a_stranger_is_sent_to_sign_in(client):
    response = client.get(reverse("sop-pdf", args=["website-2024"]))

    assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse("masuk"))


def test_an_unknown_sop_has_no_paper_and_a_paper_takes_no_post(cast, client_of):
    browser = client_of(cast.reporter)

    assert browser.get("/sop/tidak-ada/cetak.pdf").status_code == 404
    assert browser.post(reverse("sop-pdf", args=["website-2024"])).status_code == 405


def test_the_sheet_on_screen_leads_to_the_paper_and_shows_the_entered_approval(cast, client_of):
    sop = sops.get("website-2024")
    browser = client_of(cast.reporter)
    before = browser.get(reverse("sop-detail", args=[sop.key])).content.decode()
    approve(sop)

    after = browser.get(reverse("sop-detail", args=[sop.key])).content.decode()
    listed = browser.get(reverse("sop")).content.decode()

    assert reverse("sop-pdf", args=[sop.key]) in after
    assert (MARK in before, MARK in after) == (True, False)
    assert [words in after for words in ("Drs. Contoh Nama, M.Si.", "Pembina Utama Muda", "1 Juli 2024")] == [True] * 3
    assert listed.count("Salinan kerja") == 1
