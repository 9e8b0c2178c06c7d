"""What people write stays text on every paper: nothing is read, fetched or run, and the paper still comes out."""

import io
import re
import shutil
import socket
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from tests.factories import TUESDAY, png, report, walk
from tickets.reports import completion, press, recap
from tickets.reports.pictures import LONGEST_SIDE, for_print
from workflows.roles import Role

CANARY = "KENARI-7F3A"
#: What a paper is made by, not of: these are ours, and no person's text is ever in their place.
OURS = {"paper", "logo", "tone", "name", "key", "code", "check"}
#: Where 5,000 signs may stand; anything else people enter is a line.
LONG, LINE = {"description", "causes", "acts", "outcome", "notes"}, 200

HOSTILE = {
    "a file of the system": '#read("/etc/passwd")',
    "a file beside the templates": '#read("rahasia.typ") #read("../rahasia.typ")',
    "a file elsewhere": '#read("{canary}")',
    "an include": '#include "rahasia.typ"',
    "a package": '#import "@preview/cetz:0.3.0": *',
    "an image from the network": '#image("http://127.0.0.1:{port}/x.png")',
    "markup in a string": '" + read("rahasia.typ") + "',
    "an eval": '#eval("read(\\"rahasia.typ\\")") #sys.inputs #panic()',
    "html": '<script src="http://127.0.0.1:{port}/x.js"></script><img src=x onerror=alert(1)>',
    "an xml entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file://{canary}">]><svg>&a;</svg>',
    "signs of the markup": "$ x^2 $ _a_ *b* `c` ~ \\ \\u{41} \\# @siapa <label> = Judul / a: b [ ] { } // /* ",
    "brackets without end": "[" * 300 + "(" * 300 + "{" * 300 + '"""' + "$",
    "control signs": "a\0b\x01c\x08d\x1be\x7ff\x85g",
    "a change of direction": "faktur \u202egnp.exe\u202c \u2066\u2067\u200f akhir",
    "signs of no width": "a" + "\u200b\u2060\ufeff\u00ad" * 1_000 + "z",
    "half a sign": "awal \ud800 akhir \udfff",
    "one word without end": "kata" * 1_250,
    "lines without words": "awal" + "\r\n" * 2_500 + "akhir",
    "signs upon signs": ("e" + "\u0301" * 40) * 20,
}


def words(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def filled(data, text, key=""):
    """The data of a paper with one text in the place of every text that is not ours."""
    if isinstance(data, Mapping):
        return {name: filled(value, text, name) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [filled(value, text, key) for value in data]
    if not isinstance(data, str) or key in OURS:
        return data
    return text if key in LONG else text[:LINE]


@pytest.fixture
def listener():
    """A port of this machine that nobody should call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.fixture
def templates(tmp_path, monkeypatch):
    """The templates with a secret beside them, which no paper may tell."""
    folder = tmp_path / "documents"
    shutil.copytree(press.TEMPLATES, folder)
    (folder / "rahasia.typ").write_text(CANARY)
    monkeypatch.setattr(press, "TEMPLATES", folder)
    return folder


@pytest.fixture
def canary():
    """A secret in /tmp."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(CANARY)
        file.flush()
        yield Path(file.name)


_papers = {}  # plain JSON, gathered once: the press asks no database


@pytest.fixture
def papers(request):
    """What the papers of one ticket are made of, by template."""
    if not _papers:
        cast = request.getfixturevalue("cast")
        ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, 3, 4, penyebab="coding")
        _papers["penyelesaian.typ"] = completion.inputs(ticket, now=TUESDAY)
        _papers["rekap.typ"] = recap.inputs(ticket, now=TUESDAY)  # one report, at least
    return dict(_papers)


def connections(server):
    try:
        server.accept()
    except BlockingIOError:
        return 0
    return 1


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_in_every_field_stays_text(papers, templates, canary, listener, text):
    text = text.replace("{canary}", str(canary)).replace("{port}", str(listener.getsockname()[1]))

    told = [words(press.press(template, filled(data, text), at=TUESDAY)) for template, data in papers.items()]

    assert all(CANARY not in paper and "root:x:" not in paper for paper in told)
    assert connections(listener) == 0
    if text.isascii() and text.isprintable() and len(text) < 200:  # as it was typed, wherever its lines end
        assert all(squeezed(text) in squeezed(paper) for paper in told)


def squeezed(text):
    return re.sub(r"\s|\u200b", "", text)


# The harness can fail: a template that takes a text for markup tells what lies beside it


def test_a_template_that_evaluates_its_text_would_tell_the_secret(templates):
    (templates / "bocor.typ").write_text('#eval(json("data.json").text, mode: "markup")')

    told = words(press.press("bocor.typ", {"text": HOSTILE["an include"]}, at=TUESDAY))

    assert CANARY in told


def test_not_even_such_a_template_reads_beyond_its_folder(templates, canary):
    (templates / "bocor.typ").write_text('#eval(json("data.json").text, mode: "markup")')

    for path in (canary, "/etc/passwd", f"../{canary.name}", "../../../../etc/passwd"):
        with pytest.raises(press.PressFailed):
            press.press("bocor.typ", {"text": f'#read("{path}")'}, at=TUESDAY)


# Signs that nobody sees


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("biasa saja", "biasa saja"),
        ("a\0b\tc\x1bd", "abcd"),
        ("faktur \u202egnp.exe", "faktur gnp.exe"),
        ("\ud800x\udfff", "x"),
        ("a\u200b\u2060\ufeffb", "ab"),
        ("baris\r\nbaru", "baris\nbaru"),
        ("a\r\n\r\n\r\n\r\nb", "a\n\nb"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
        ("a\N{NO-BREAK SPACE}b", "a\N{NO-BREAK SPACE}b"),
    ],
    ids=["plain", "control", "direction", "halves", "no width", "line end", "empty lines", "emoji", "no break"],
)
def test_only_what_a_reader_sees_goes_to_press(typed, printed):
    assert press.plain({"teks": [typed, 1, None, True]}) == {"teks": [printed, 1, None, True]}


def test_what_nobody_could_have_typed_is_cut_and_says_so():
    cut = press.plain("x" * 64_000)

    assert (len(cut), cut.endswith("x… (dipotong)")) == (press.MOST_SIGNS + len("… (dipotong)"), True)


# Images

SVG = """<!DOCTYPE svg [<!ENTITY secret SYSTEM "file://{canary}">]>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90" height="40">
<style>@import url("http://127.0.0.1:{port}/a.css");</style>
<image href="http://127.0.0.1:{port}/a.png" width="9" height="9"/>
<image xlink:href="file://{canary}" width="9" height="9"/>{more}
</svg>"""


@pytest.mark.django_db
@pytest.mark.parametrize(
    "more", ["", "<text>&secret;</text>", "<use href='rahasia.typ#x'/>"], ids=["hrefs", "xxe", "use"]
)
def test_an_svg_reads_and_fetches_nothing(papers, templates, canary, listener, more):
    port = str(listener.getsockname()[1])
    svg = SVG.replace("{canary}", str(canary)).replace("{port}", port).replace("{more}", more).encode()
    data = papers["penyelesaian.typ"] | {"images": [{"name": "bukti-1.svg", "key": "", "caption": "Gambar 1"}]}

    told = words(press.press("penyelesaian.typ", data, at=TUESDAY, images={"bukti-1.svg": svg}))

    assert ("Gambar 1" in told, CANARY in told, connections(listener)) == (True, False, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("broken", [b"", b"<svg", png()[:90]], ids=["empty", "text", "half"])
def test_an_image_that_cannot_be_decoded_is_told_of_and_the_others_are_printed(papers, broken):
    shots = [{"name": f"bukti-{n}.png", "key": "", "caption": f"Gambar {n}"} for n in (1, 2)]
    data = papers["penyelesaian.typ"] | {"images": shots}

    pdf = press.press("penyelesaian.typ", data, at=TUESDAY, images={"bukti-1.png": broken, "bukti-2.png": png()})

    assert words(pdf).count("(gambar tidak dapat dicetak)") == 1
    assert [len(page.images) for page in PdfReader(io.BytesIO(pdf)).pages][-1] == 1


@pytest.mark.parametrize(
    "name", ["../x.png", "/etc/x.png", "data.json", "kop.typ", ".png", "a b.png", "x.png\n", "x.gif"]
)
def test_an_image_has_no_name_that_leads_elsewhere(tmp_path, name):
    with pytest.raises(ValueError, match="is no name for an image"):
        press.press("gambar.typ", {"image": name}, at=TUESDAY, images={name: png()})


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_large_picture_is_printed_no_finer_than_paper_shows(kind):
    source = io.BytesIO()
    Image.new("RGB", (2_400, 1_800), "teal").save(source, kind)

    small = for_print(source.getvalue())

    with Image.open(io.BytesIO(small)) as image:
        assert (image.format, image.size) == (kind, (LONGEST_SIDE, LONGEST_SIDE * 3 // 4))
    suffix = kind.lower().replace("jpeg", "jpg")
    assert (
        press.press("gambar.typ", {"image": f"a.{suffix}"}, at=TUESDAY, images={f"a.{suffix}": small})[:5] == b"%PDF-"
    )


def test_a_small_or_broken_picture_goes_as_it_is():
    assert (for_print(png()), for_print(b"rusak")) == (png(), b"rusak")


# Limits


@pytest.fixture
def impatient(tmp_path, monkeypatch):
    """A typesetter that may use one second."""
    source = press.TYPESETTER.read_text()
    assert "MOST_SECONDS = 12" in source
    copy = tmp_path / "typesetter.py"
    copy.write_text(source.replace("MOST_SECONDS = 12", "MOST_SECONDS = 1"))
    monkeypatch.setattr(press, "TYPESETTER", copy)


ENDLESS = "#for a in range(9999) { for b in range(9999) { let c = str(a) + str(b) } }"


def test_what_takes_too_much_of_the_processor_is_stopped(templates, impatient):
    (templates / "lambat.typ").write_text(ENDLESS)

    with pytest.raises(press.PressFailed, match=r"^lambat\.typ: -"):
        press.press("lambat.typ", {}, at=TUESDAY)


def test_what_takes_too_long_is_stopped(templates, monkeypatch):
    monkeypatch.setattr(press, "PATIENCE", 0.5)
    (templates / "lambat.typ").write_text(ENDLESS)

    with pytest.raises(press.PressFailed, match=r"lambat\.typ took longer than 0\.5 s"):
        press.press("lambat.typ", {}, at=TUESDAY)


def test_what_takes_too_much_memory_is_stopped(templates):
    (templates / "besar.typ").write_text('#let a = "x" * 2000000000\n#a.len()')

    with pytest.raises(press.PressFailed, match="memory"):
        press.press("besar.typ", {}, at=TUESDAY)


def test_nothing_is_left_behind_by_a_paper_or_a_failure(templates, tmp_path, monkeypatch):
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    (templates / "baik.typ").write_text("Baik")
    (templates / "rusak.typ").write_text("#rusak")

    press.press("baik.typ", {}, at=TUESDAY)
    with pytest.raises(press.PressFailed, match="unknown variable: rusak"):
        press.press("rusak.typ", {}, at=TUESDAY, images={"a.png": b"rusak"})

    assert list(folder.iterdir()) == []


# Same bytes


@pytest.mark.django_db
def test_the_same_again_makes_the_same_bytes(papers):
    data = papers["penyelesaian.typ"] | {"images": [{"name": "a.png", "key": "", "caption": "Gambar 1"}]}

    def paper(at):
        return press.press("penyelesaian.typ", data, at=at, images={"a.png": png()})

    assert paper(TUESDAY) == paper(TUESDAY)
    assert paper(TUESDAY) != paper(TUESDAY + timedelta(days=1))


# What a person reads when it fails


@pytest.mark.django_db
def test_a_paper_that_cannot_be_made_is_answered_in_words(cast, client_of, monkeypatch):
    def fails(*args, **kwargs):
        raise press.PressFailed("out of ink")

    ticket = report(by=cast.reporter)
    monkeypatch.setattr(completion, "press", fails)

    response = client_of(cast.holder(Role.KEPALA_BIDANG_APTIKA)).get(f"/tiket/{ticket.number}/laporan.pdf")

    assert response.status_code == 503
    assert "<h1>Dokumen belum dapat dibuat</h1>" in response.content.decode()
    assert "out of ink" not in response.content.decode()
