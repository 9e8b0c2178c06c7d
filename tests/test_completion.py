"""Laporan Penyelesaian Masalah and Rekap laporan: what stands on the paper, page by page, and who may have it."""

import io
import re
import time
from datetime import date

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from tests.factories import TUESDAY, advance, person, png, report, upload, walk
from tests.pages import one, read, select, words
from tests.timekeeping import Case, wib
from tickets import actions
from tickets.models import Attachment, Document, Office, RoleAssignment, Signer, Ticket
from tickets.reports import completion, issuing, letterhead, recap
from workflows.roles import Role
from workflows.sop import END

pytestmark = pytest.mark.django_db

NOW = wib("2026-11-24 08.30")
NOTE = "(selengkapnya di lampiran)"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def two_rounds(cast):
    """Website: a hold and an extension on row 4, back to row 3 with a reason, late there, then done and confirmed."""
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    case.hold("2026-11-17 13.00", until="2026-11-18")
    case.resume("2026-11-18 09.00")
    case.extend("2026-11-19 09.00", until="2026-11-23", reason="Modul dipakai OPD lain.")
    case.leave("2026-11-20 15.00", cause="coding")
    ticket = advance(case.ticket, cast, 6, now=wib("2026-11-20 15.05"))
    ticket = advance(ticket, cast, 3, now=wib("2026-11-20 15.10"), reason="Galat muncul di peramban lain.")
    ticket = advance(
        ticket, cast, 4, now=wib("2026-11-23 09.00"), analisis="Tema baru belum dimuat.", penyebab="coding"
    )
    ticket = advance(ticket, cast, 5, now=wib("2026-11-23 10.00"), hasil="Tema dimuat ulang dan diuji.")
    for to in (9, END):
        ticket = advance(ticket, cast, to, now=wib("2026-11-23 10.05"))
    return actions.confirm(ticket, by=cast.reporter, now=wib("2026-11-23 13.00"))


@pytest.fixture
def spj(cast):
    return walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, END)


def paper(ticket, **kwargs):
    """The words of the paper of a ticket, page by page."""
    inputs = completion.inputs(ticket, now=NOW, **kwargs)
    return pages(completion.pdf(inputs, completion.images(inputs), NOW))


def pages(pdf):
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


# What stands on it


def test_the_first_page_tells_the_whole_case(two_rounds):
    first, table = paper(two_rounds)

    for told in (
        "BIDANG APLIKASI INFORMATIKA LAPORAN PENYELESAIAN MASALAH",
        f"Nomor tiket : {two_rounds.number} · Website sumbarprov.go.id",
        "Permasalahan : Halaman tidak bisa dibuka Pelapor : Siti Rahmah Perangkat daerah (OPD) : Dinas Kesehatan",
        "Disampaikan : 17 Nov 2026 10.00 WIB, melalui SOPDesk Dampak : Pelapor sendiri",
        "SOP Penanganan Gangguan pada Website sumbarprov.go.id, nomor 555/385/Diskominfotik/2024",
        "Uraian Muncul galat 500. Bukti https://sumbarprov.go.id/berita",
        "Analisis permasalahan: Tema baru belum dimuat. Penyebab: Coding",
        "Hasil perbaikan: Tema dimuat ulang dan diuji.",
        "10 langkah selesai dalam 2 putaran: 7 tepat waktu, 1 diperpanjang, 1 terlambat, 1 tanpa batas.",
        "Di luar itu ditunda 4 j 30 m.",
        "Dinyatakan selesai oleh Siti Rahmah (pelapor) pada 23 Nov 2026 13.00 WIB.",
        "Mengetahui, Kepala Bidang Aptika,",
        "Padang, 24 November 2026 Sub Koordinator,",
        "Ir. Zulkifli",
        "Budi Santoso",
        "Halaman 1 dari 2",
    ):
        assert told in first
    assert NOTE not in first
    assert "Lampiran 1".upper() in table


def test_what_was_not_as_the_sop_has_it_stands_with_its_reason(two_rounds):
    notes = completion.inputs(two_rounds, now=NOW)["notes"]

    assert notes == [
        (
            "Penundaan",
            (
                "Langkah 4 (putaran ke-1) ditunda 17 Nov 2026 13.00 WIB sampai 18 Nov 2026 09.00 WIB "
                "oleh Fajar Ramadhan (menunggu pihak ketiga): Menunggu penyedia."
            ),
        ),
        (
            "Perpanjangan",
            (
                "Langkah 4 (putaran ke-1) diperpanjang oleh Fajar Ramadhan pada 19 Nov 2026 09.00 WIB, "
                "dari 20 Nov 2026 12.00 WIB sampai 23 Nov 2026 16.00 WIB: Modul dipakai OPD lain."
            ),
        ),
        (
            "Penyimpangan",
            (
                "Langkah 6 (putaran ke-1) diakhiri dengan “Perbaikan coding belum berhasil” oleh Rina Marlina "
                "pada 20 Nov 2026 15.10 WIB: Galat muncul di peramban lain."
            ),
        ),
    ]
    first, _ = paper(two_rounds)
    assert all(told in first for _, told in notes)


def test_the_table_has_every_visit_of_a_row_with_its_verdict(two_rounds):
    inputs = completion.inputs(two_rounds, now=NOW)

    rows = [(row["round"], row["no"], row["performer"], row["worked"], row["kept"]) for row in inputs["rows"]]
    assert rows == [
        (1, "1", "Budi Santoso", "kurang dari 1 m", "tanpa batas"),
        (1, "2", "Rina Marlina", "kurang dari 1 m", "tepat waktu"),
        (1, "3", "Rina Marlina", "kurang dari 1 m", "tepat waktu"),
        (1, "4", "Fajar Ramadhan", "2 hari 6 j", "diperpanjang; ditunda 4 j 30 m"),
        (1, "5", "Fajar Ramadhan", "5 m", "tepat waktu"),
        (1, "6", "Rina Marlina", "5 m", "tepat waktu; penyimpangan dicatat"),
        (2, "3", "Rina Marlina", "2 j 50 m", "terlambat 2 j 35 m"),
        (2, "4", "Fajar Ramadhan", "1 j", "tepat waktu"),
        (2, "5", "Fajar Ramadhan", "5 m", "tepat waktu"),
        (2, "9", "Rina Marlina", "kurang dari 1 m", "tepat waktu"),
    ]
    _, table = paper(two_rounds)
    assert "Putaran ke-2 3 Web Developer berkoordinasi dengan Programmer Rina Marlina (Web Developer)" in table
    assert "20 Nov 2026 15.10 23 Nov 2026 09.00 15 menit 2 j 50 m terlambat 2 j 35 m" in table


def test_spj_tells_its_own_answers_and_is_signed_by_its_own_subkoordinator(spj):
    told = " ".join(paper(spj))

    for words_of_it in (
        f"Nomor tiket : {spj.number} · Aplikasi SPJ Online",
        "Prosedur : SOP Penanganan Gangguan pada Aplikasi SPJ Online Uraian",
        "Penyebab Diuraikan pada tindakan.",
        "Uraian pengecekan dan perbaikan: Sudah diperiksa. Laporan hasil perbaikan: Sudah diperiksa. Server:",
        "Hasil dan pengujian Versi yang diunggah: Sudah diperiksa. Waktu pengunggahan: 17 Nov 2026 09.00 WIB",
        "7 langkah selesai: 7 tepat waktu.",
        "Menunggu jawaban pelapor, paling lambat 20 Nov 2026 16.30 WIB.",
        "Subkoordinator Aplikasi,",
        "Lina Kartika",
    ):
        assert words_of_it in told
    assert "Putaran" not in told


def test_a_ticket_under_way_is_told_as_far_as_it_came(cast):
    ticket = walk(report(by=cast.reporter), cast, 2)

    first = paper(ticket)[0]

    assert "Belum diminta: pekerjaan belum selesai." in first
    assert "Hasil dan pengujian Belum ada." in first
    assert completion.inputs(ticket, now=NOW)["rows"][1]["kept"] == "masih dikerjakan"


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ("silence", "Ditutup pada 23 Nov 2026 08.00 WIB: pelapor tidak menjawab sampai batas konfirmasi."),
        ("refusal", "Laporan ini tidak diproses: Bukan gangguan."),
    ],
)
def test_it_says_how_the_case_ended(cast, end, told):
    ticket = report(by=cast.reporter)
    if end == "silence":
        ticket = walk(ticket, cast, 2, 9, END, penyebab="tanpa_perbaikan")
        ticket = actions.lapse(ticket, now=wib("2026-11-23 08.00"))
    else:
        ticket = advance(ticket, cast, "tidak-diproses", reason="Bukan gangguan.")

    assert completion.inputs(ticket, now=NOW)["confirmation"] == told


def test_a_report_taken_down_for_somebody_says_how_it_came_and_who_confirmed(cast):
    budi = cast.holder(Role.SUB_KOORDINATOR)
    for_whom = actions.OnBehalfOf(name="Wali Nagari Koto Baru", channel="telepon")
    ticket = walk(report(by=budi, on_behalf_of=for_whom), cast, 2, 9, END, penyebab="tanpa_perbaikan")
    ticket = actions.confirm(ticket, by=budi)

    inputs = completion.inputs(ticket, now=NOW)

    assert dict(inputs["report"])["Disampaikan"] == (
        "17 Nov 2026 10.00 WIB, melalui telepon; dicatat oleh Budi Santoso"
    )
    assert dict(inputs["report"])["Perangkat daerah (OPD)"] == "–"
    assert inputs["confirmation"] == (
        "Dinyatakan selesai oleh Budi Santoso (atas nama Wali Nagari Koto Baru, pelapor) pada 17 Nov 2026 10.00 WIB."
    )


def test_a_ticket_that_was_reopened_says_why(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 9, END, penyebab="tanpa_perbaikan")
    ticket = actions.reopen(ticket, by=cast.reporter, reason="Masih galat.")

    assert completion.inputs(ticket, now=NOW)["notes"][-1] == (
        "Dibuka kembali",
        "Tiket dibuka kembali oleh Siti Rahmah pada 17 Nov 2026 10.00 WIB, putaran ke-2: Masih galat.",
    )


def test_a_tentative_row_tells_its_estimates(cast):
    case = Case(cast, "website", 7, "2026-11-17 10.00")
    case.estimate("2026-11-17 10.10", until="2026-11-19")
    case.estimate("2026-11-18 09.00", until="2026-11-24", reason="Menunggu kabel.")

    assert completion.inputs(case.ticket, now=NOW)["notes"] == [
        ("Perkiraan", "Langkah 7 diperkirakan oleh Yusuf Hakim selesai pada 19 Nov 2026 16.00 WIB."),
        (
            "Perkiraan",
            (
                "Langkah 7 diperkirakan kembali oleh Yusuf Hakim pada 18 Nov 2026 09.00 WIB, "
                "dari 19 Nov 2026 16.00 WIB sampai 24 Nov 2026 16.00 WIB: Menunggu kabel."
            ),
        ),
    ]


# Draft and issue


def test_a_draft_says_so_on_every_page_and_an_issued_paper_has_its_number_and_code(spj):
    address = "https://sopdesk.contoh.invalid/periksa/abc/"
    inputs = completion.inputs(spj, now=NOW, number="LPM/001/Diskominfotik/2026", code="abc") | {"check": address}
    square = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'

    issued = pages(completion.pdf(inputs, completion.images(inputs) | {"qr.svg": square}, NOW))
    draft = paper(spj)

    assert [page.count("Rancangan – belum diterbitkan") for page in draft] == [1] * len(draft)
    assert [page.count("Rancangan") for page in issued] == [0] * len(issued)
    assert "LAPORAN PENYELESAIAN MASALAH Nomor: LPM/001/Diskominfotik/2026" in issued[0]
    assert all(f"Periksa keaslian: {address}" in page for page in issued)
    assert [f"Halaman {n} dari {len(issued)}" in page for n, page in enumerate(issued, start=1)] == [True] * len(issued)


# Signers and letterhead


def test_who_signs_is_who_was_entered(cast, spj):
    Signer.objects.create(
        role=Role.KEPALA_BIDANG_APTIKA,
        position="Kepala Bidang Aplikasi Informatika",
        name="Dra. Elvi, M.Si.",
        nip="197001011995032001",
        rank="Pembina (IV/a)",
    )

    first = paper(spj)[0]

    assert "Kepala Bidang Aplikasi Informatika," in first
    assert "Dra. Elvi, M.Si. Pembina (IV/a) NIP 197001011995032001" in first
    assert "Zulkifli" not in first


def test_who_stands_in_signs_before_whoever_was_entered_and_only_then(cast):
    Signer.objects.create(role=Role.KEPALA_BIDANG_APTIKA, position="Kepala Bidang Aptika", name="Dra. Elvi, M.Si.")
    zulkifli, lina = cast.holder(Role.KEPALA_BIDANG_APTIKA), cast.holder(Role.SUBKOORDINATOR_APLIKASI)
    RoleAssignment.objects.create(
        user=lina,
        role=Role.KEPALA_BIDANG_APTIKA,
        starts_on=date(2026, 11, 23),
        ends_on=date(2026, 11, 27),
        substitute_for=zulkifli,
        letter_number="800/12/2026",
    )

    signers = [letterhead.signer(Role.KEPALA_BIDANG_APTIKA, "website", date(2026, 11, day)) for day in (22, 23, 27, 28)]

    assert [(signer["position"], signer["name"]) for signer in signers] == [
        ("Kepala Bidang Aptika", "Dra. Elvi, M.Si."),
        ("Plh./Plt. Kepala Bidang Aptika", "Lina Kartika"),
        ("Plh./Plt. Kepala Bidang Aptika", "Lina Kartika"),
        ("Kepala Bidang Aptika", "Dra. Elvi, M.Si."),
    ]


def test_without_anybody_there_is_room_to_sign(cast, spj):
    RoleAssignment.objects.filter(role=Role.KEPALA_BIDANG_APTIKA).update(ends_on=date(2026, 11, 1))

    assert letterhead.signer(Role.KEPALA_BIDANG_APTIKA, "spj_online", date(2026, 11, 24)) == {
        "position": "Kepala Bidang Aptika",
        "name": "",
        "rank": "",
        "nip": "",
    }
    assert "Kepala Bidang Aptika, ....." in re.sub(r"\s*\.\s*", ".", paper(spj)[0]).replace(",.", ", .")


def test_a_role_held_for_one_service_comes_before_one_held_for_all(cast):
    person("Aulia Umum", role=Role.SUB_KOORDINATOR)

    assert letterhead.signer(Role.SUB_KOORDINATOR, "website", date(2026, 11, 24))["name"] == "Budi Santoso"


@pytest.mark.parametrize(("paper_size", "size"), [("a4", (210, 297)), ("f4", (215, 330))])
def test_it_is_printed_on_the_offices_paper_with_its_letterhead_and_logo(spj, paper_size, size):
    office = Office.objects.create(pk=1, paper=paper_size, address="Jalan Contoh 1", contact="Telepon 123")
    office.logo.save("logo.png", ContentFile(png()))
    inputs = completion.inputs(spj, now=NOW, images=())

    pdf = PdfReader(io.BytesIO(completion.pdf(inputs, completion.images(inputs), NOW)))

    assert {tuple(round(float(side) / 72 * 25.4) for side in page.mediabox[2:]) for page in pdf.pages} == {size}
    assert "Jalan Contoh 1 Telepon 123" in " ".join(pdf.pages[0].extract_text().split())
    assert len(pdf.pages[0].images) == 1


def test_a_logo_that_is_missing_on_disk_stops_no_paper(spj):
    office = Office.objects.create(pk=1)
    office.logo.save("logo.png", ContentFile(png()))
    office.logo.storage.delete(office.logo.name)

    assert "LAPORAN PENYELESAIAN MASALAH" in paper(spj)[0]


# Evidence


@pytest.fixture
def with_pictures(cast):
    """A ticket done with six pictures of evidence, and one of another kind."""
    keys = [upload(cast.reporter) for _ in range(6)]
    for number, key in enumerate(keys, start=1):
        file = Attachment.objects.get(key=key)
        file.name = f"layar-{number}.png"
        file.file.save("layar.png", ContentFile(png(width=60 + number)))
    ticket = report(by=cast.reporter, answers={"bukti_masalah": {"tangkapan_layar": keys}})
    actions.comment(ticket, by=cast.reporter, text="Ini juga.", files=[upload(cast.reporter)])
    return walk(ticket, cast, 2, 9, END, penyebab="tanpa_perbaikan"), keys


def printed(ticket, **kwargs):
    inputs = completion.inputs(ticket, now=NOW, **kwargs)
    reader = PdfReader(io.BytesIO(completion.pdf(inputs, completion.images(inputs), NOW)))
    text = " ".join(page.extract_text() for page in reader.pages)
    return re.findall(r"Gambar \d+\. (layar-\d)", text), sum(len(page.images) for page in reader.pages)


def test_the_first_four_pictures_are_printed_if_nobody_chooses(with_pictures):
    ticket, _ = with_pictures

    assert printed(ticket) == (["layar-1", "layar-2", "layar-3", "layar-4"], 4)
    assert completion.inputs(ticket, now=NOW)["evidence"] == [
        "4 dari 6 gambar dicetak pada lampiran",
        "https://sumbarprov.go.id/berita",  # put beside them on row 1
    ]


def test_chosen_pictures_are_printed_and_no_others(with_pictures):
    ticket, keys = with_pictures

    assert printed(ticket, images=[keys[5], keys[1]]) == (["layar-6", "layar-2"], 2)
    assert printed(ticket, images=[]) == ([], 0)


def test_only_pictures_of_the_evidence_can_be_printed(cast, with_pictures):
    ticket, keys = with_pictures
    others = [key for key in ticket.attachments.values_list("key", flat=True) if key not in keys]

    assert len(others) == 1
    assert printed(ticket, images=[*others, upload(cast.stranger), "x"]) == ([], 0)


def test_a_picture_that_is_missing_on_disk_is_told_of(with_pictures):
    ticket, keys = with_pictures
    file = Attachment.objects.get(key=keys[0]).file
    file.storage.delete(file.name)

    told = paper(ticket, images=keys[:1])

    assert "(gambar tidak dapat dicetak) Gambar 1. layar-1.png" in told[-1]


# Everything has room


def test_the_first_page_holds_whatever_people_write(cast):
    long = ("Kueri tidak memakai indeks sehingga waktu tunggu habis. " * 90)[:5_000]
    ticket = report(by=cast.reporter, title="\U0001f600" * 150)
    Ticket.objects.filter(pk=ticket.pk).update(
        description=f"AWAL {long[:-12]} AKHIR", page_url="https://sumbarprov.go.id/" + "b" * 400
    )
    ticket = Ticket.objects.get(pk=ticket.pk)
    told = {"penyebab": "keduanya", "analisis": long, "hasil": long}
    for turn in range(3):
        ticket = walk(ticket, cast, *range(2 if turn == 0 else 4, 10), **told)
        ticket = walk(ticket, cast, 3, **told) if turn < 2 else walk(ticket, cast, END, **told)

    started = time.monotonic()
    shown = paper(ticket)

    assert time.monotonic() - started < 10  # three long rounds; a case as they are takes less than half a second
    assert NOTE in shown[0]
    assert "AWAL Kueri" in shown[0]
    assert "AKHIR" not in shown[0]
    assert "Halaman 1 dari" in shown[0]
    assert "Padang, 24 November 2026" in shown[0]
    assert sum("AKHIR" in page for page in shown) == 1
    assert "".join(shown).count("LAMPIRAN") == 4  # rows, texts, notes, evidence
    assert len(ticket.runs.all()) == 23


def test_a_case_as_they_are_is_printed_within_a_second(spj):
    inputs = completion.inputs(spj, now=NOW)
    images = completion.images(inputs)

    fastest = min(_seconds(lambda: completion.pdf(inputs, images, NOW)) for _ in range(3))

    assert fastest < 1


def _seconds(act):
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def test_the_inputs_ask_the_database_no_more_for_more_rounds(cast):
    def asked(ticket):
        with CaptureQueriesContext(connection) as queries:
            completion.inputs(Ticket.objects.get(pk=ticket.pk), now=NOW)
        return len(queries)

    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, penyebab="coding")
    once = asked(ticket)
    ticket = walk(ticket, cast, 3, 4, 5, 9, 3, 4, 5, 9, penyebab="coding")

    assert asked(ticket) == once


# Over HTTP


def test_drafts_are_for_who_takes_part_and_whoever_signs_issues(cast, client_of, spj):
    insiders = [cast.holder(role) for role in (*spj.sop.roles, Role.KEPALA_BIDANG_APTIKA)]
    signers = [cast.holder(Role.SUBKOORDINATOR_APLIKASI), cast.holder(Role.KEPALA_BIDANG_APTIKA)]

    for someone in cast.everybody:
        client, order = client_of(someone), f"/tiket/{spj.number}/laporan/"
        draft = client.get(f"/tiket/{spj.number}/laporan.pdf").status_code if someone not in insiders else 404
        chosen = client.get(order).status_code
        posted = client.post(order).status_code if someone not in signers else chosen
        expected = 200 if someone in signers else 403 if someone in insiders else 404
        assert (draft, chosen, posted) == (404, expected, expected), someone
    assert Document.objects.count() == 0


def test_an_order_is_withdrawn_when_the_ticket_is_reopened(cast):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, "menunggu-konfirmasi")
    lina = cast.holder(Role.SUBKOORDINATOR_APLIKASI)
    issuing.order_completion(ticket, by=lina, now=timezone.now())

    reopened = actions.reopen(ticket, by=cast.reporter, reason="Masih galat.")

    assert not Document.objects.exists()
    with pytest.raises(issuing.NothingToReport):
        issuing.order_completion(reopened, by=lina, now=timezone.now())


def test_the_draft_is_a_pdf_to_be_seen_in_the_browser(cast, client_of, two_rounds):
    response = client_of(cast.holder(Role.WEB_DEVELOPER)).get(f"/tiket/{two_rounds.number}/laporan.pdf")

    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Disposition"] == f'inline; filename="Rancangan-LPM-{two_rounds.number}.pdf"'
    assert response["Cache-Control"] == "private, no-store"
    assert response.content.startswith(b"%PDF-")


def test_the_office_chooses_which_pictures_go_into_the_report(cast, client_of, with_pictures):
    ticket, keys = with_pictures
    client = client_of(cast.holder(Role.SUB_KOORDINATOR))

    page = read(client.get(f"/tiket/{ticket.number}/laporan/"))
    response = client.post(f"/tiket/{ticket.number}/laporan/", {"gambar": [keys[4], keys[0], "x"]})

    boxes = select(page, "ul.shots input")
    assert [(box.get("value"), "checked" in box.attrib) for box in boxes] == list(
        zip(keys, [True] * 4 + [False] * 2, strict=True)
    )
    document = Document.objects.get()
    assert (response.status_code, response["Location"]) == (302, ticket.get_absolute_url())
    assert (document.ticket, document.kind, document.ordered_by) == (
        ticket,
        "penyelesaian",
        cast.holder("sub_koordinator"),
    )
    assert document.inputs == {"images": [keys[0], keys[4]]}


def test_a_report_is_issued_only_of_work_that_is_done(cast, client_of):
    ticket = walk(report(by=cast.reporter), cast, 2)
    client = client_of(cast.holder(Role.SUB_KOORDINATOR))

    responses = [client.get(f"/tiket/{ticket.number}/laporan/"), client.post(f"/tiket/{ticket.number}/laporan/")]

    assert [(response.status_code, response["Location"]) for response in responses] == [
        (302, f"/tiket/{ticket.number}/")
    ] * 2
    assert Document.objects.count() == 0
    assert (
        "Laporan baru dapat diterbitkan setelah pekerjaan selesai."
        in client.get(f"/tiket/{ticket.number}/").content.decode()
    )


def test_the_ticket_page_lists_its_papers_for_the_office_alone(cast, client_of, spj):
    Document.objects.create(kind="penyelesaian", ticket=spj, ordered_at=TUESDAY)
    page = f"/tiket/{spj.number}/"

    card = words(one(read(client_of(cast.holder(Role.SUBKOORDINATOR_APLIKASI)).get(page)), "#samping"))
    of_a_performer = words(one(read(client_of(cast.holder(Role.PROGRAMMER)).get(page)), "#samping"))

    assert "Dokumen Laporan Penyelesaian Masalah Sedang dibuat. Silakan muat ulang halaman ini." in card
    assert "Rancangan Laporan Penyelesaian Masalah PDF, keadaan saat ini" in card
    assert "Terbitkan laporan" in card
    assert "Terbitkan laporan" not in of_a_performer
    assert "Dokumen" not in words(one(read(client_of(cast.reporter).get(page)), "#samping"))


# Rekap laporan


def test_the_recap_lists_what_follows_the_main_ticket_in_the_order_it_came(cast, client_of):
    with time_machine.travel(wib("2026-11-17 08.00")):
        first = report("spj_online", by=cast.stranger, title="Data SPJ gagal ditarik")
    main = report("spj_online", by=cast.reporter, title="SPJ tidak dapat dibuka")
    coordinator = cast.holder(Role.SUBKOORDINATOR_APLIKASI)
    first = actions.tie(first, to=main, by=coordinator, run=first.runs.get().pk)
    lina = client_of(coordinator)

    response = lina.get(f"/tiket/{main.number}/rekap.pdf")

    (told,) = pages(response.content)
    for row in (
        f"REKAP LAPORAN GANGGUAN Layanan : Aplikasi SPJ Online Tiket utama : {main.number}",
        f"1 {first.number} Andi Putra Badan Pendapatan Daerah Data SPJ gagal ditarik 17 Nov 2026 08.00 WIB",
        f"2 {main.number} (tiket utama) Siti Rahmah Dinas Kesehatan SPJ tidak dapat dibuka 17 Nov 2026 10.00 WIB",
        "2 laporan tentang gangguan yang sama, dari 2 perangkat daerah.",
        "Padang, 17 November 2026 Subkoordinator Aplikasi,",
        "Lina Kartika",
    ):
        assert row in told
    assert "Rekap laporan PDF" in words(one(read(lina.get(f"/tiket/{main.number}/")), "#samping"))
    assert dict(completion.inputs(main, now=NOW)["report"])["Laporan lain"] == (
        "1 laporan mengikuti tiket ini (lihat rekap laporan)"
    )
    assert completion.inputs(first, now=NOW)["confirmation"] == f"Laporan ini mengikuti tiket utama {main.number}."
    assert lina.get(f"/tiket/{first.number}/rekap.pdf").status_code == 404
    assert client_of(cast.reporter).get(f"/tiket/{main.number}/rekap.pdf").status_code == 404


def test_a_recap_of_many_reports_goes_on_over_pages(cast):
    main = report("spj_online", by=cast.reporter)
    inputs = recap.inputs(main, now=NOW)
    inputs["reports"] = [inputs["reports"][0] | {"number": f"SPJ-2026-{n:04d}"} for n in range(1, 121)]

    told = pages(recap.pdf(inputs, NOW))

    assert len(told) > 2
    assert all("No Nomor tiket Pelapor dan OPD Permasalahan Disampaikan" in page for page in told[:-1])
    assert "SPJ-2026-0120" in told[-1] or "SPJ-2026-0120" in told[-2]
    assert "Subkoordinator Aplikasi," in told[-1]
