"""Hostile files through the real view: each gets an answer in time, and what is kept carries nothing but pixels."""

import io
import re
import struct
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import django
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from tests import hostile
from tests.hostile import SECRET
from tickets import images
from tickets.models import Attachment

# As in production, where Pillow's complaints about a file are no errors; our own guards must do without them.
pytestmark = pytest.mark.filterwarnings("ignore")

CORPUS = {file.label: file for file in hostile.corpus()}
#: Seconds of processor time, so that a busy machine does not fail the suite.
SLOWEST = 3
MOST_MEMORY = 400  # MB
PIXELS_ONLY = {"IHDR", "PLTE", "tRNS", "IDAT", "IEND", "VP8 ", "VP8L", "VP8X", "ALPH"}


def metadata_of(content):
    """Everything in a picture file that is not its pixels, by the name of its part."""
    kind = images.format_of(content)
    parts = {"PNG": _png_parts, "JPEG": _jpeg_parts, "WEBP": _webp_parts}[kind](content)
    return [part for part in parts if part not in PIXELS_ONLY]


def _png_parts(content):
    at = 8
    while at < len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        yield kind.decode("latin-1")
        at += length + 12
        if kind == b"IEND":
            break
    if at < len(content):
        yield "trailing bytes"


def _jpeg_parts(content):
    head, _, scans = content.partition(b"\xff\xda")
    at = 2
    while at < len(head):
        marker, length = head[at + 1], struct.unpack(">H", head[at + 2 : at + 4])[0]
        if marker == 0xFE or (0xE0 <= marker <= 0xEF and not head[at + 4 :].startswith(b"JFIF\0")):
            yield f"marker {marker:X}"
        at += length + 2
    if not scans.endswith(b"\xff\xd9") or b"\xff\xd9" in scans[:-2]:
        yield "trailing bytes"


def _webp_parts(content):
    end = 8 + struct.unpack("<I", content[4:8])[0]
    at = 12
    while at < end:
        kind, length = struct.unpack("<4sI", content[at : at + 8])
        yield kind.decode("latin-1")
        at += 8 + length + length % 2
    if len(content) > end:
        yield "trailing bytes"


@pytest.fixture
def send(cast, client_of):
    """Uploads a file as the reporter; gives the answer and the processor time it took."""
    client = client_of(cast.reporter)
    client.raise_request_exception = False

    def upload(file):
        body = {"berkas": SimpleUploadedFile(file.name, file.content, content_type="image/png")}
        before = time.process_time()
        answer = client.post(reverse("lampiran-unggah"), body)
        return answer, time.process_time() - before

    return upload


@pytest.mark.parametrize("label", CORPUS)
def test_a_hostile_file_is_answered_in_time_and_kept_only_as_pixels(label, send):
    file = CORPUS[label]

    answer, took = send(file)

    assert answer.status_code in {True: (201,), False: (422,), None: (201, 422)}[file.accepted]
    assert took <= SLOWEST
    if answer.status_code == 422:
        assert answer.json()["error"].count("\n") == 0
        assert not Attachment.objects.exists()
    else:
        stored = Attachment.objects.get(key=answer.json()["key"])
        with stored.file, stored.thumbnail:
            content, thumbnail = stored.file.read(), stored.thumbnail.read()
        assert metadata_of(content) == metadata_of(thumbnail) == []
        assert SECRET not in content + thumbnail
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
            assert picture.size == (stored.width, stored.height)
            assert Image.MIME[picture.format] == stored.content_type


def test_the_corpus_holds_at_least_sixty_files_and_both_answers():
    answers = {file.accepted for file in CORPUS.values()}

    assert len(CORPUS) >= 60
    assert answers == {True, False, None}


@pytest.mark.parametrize(
    "file", [file for file in CORPUS.values() if SECRET in file.content], ids=lambda file: file.label
)
def test_the_metadata_check_fails_on_a_file_kept_as_it_came(file):
    """The negative control of the test above."""
    if images.format_of(file.content):
        assert metadata_of(file.content) != []


def test_a_refusal_names_the_file_and_says_what_to_do(send):
    answer, _ = send(CORPUS["html called png"])

    assert answer.json() == {"error": "“html.png” tidak dapat diterima. Silakan kirim gambar PNG, JPEG, atau WebP."}


@pytest.mark.parametrize("label", [label for label in CORPUS if label.startswith("name with")])
def test_a_hostile_name_becomes_modest_text(label, send):
    answer, _ = send(CORPUS[label])

    name = answer.json()["name"]
    assert name.endswith(".png")
    assert len(name) <= 110
    assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069/\\]", name)


@pytest.mark.slow
def test_ten_large_pictures_at_once_take_the_memory_of_one(tmp_path, monkeypatch):
    monkeypatch.setenv("SOPDESK_DATA", str(tmp_path))

    done, growth = in_a_fresh_process(clean_ten_at_once)

    assert done == [5_000] * 10
    assert growth <= MOST_MEMORY


def test_the_memory_check_sees_what_is_taken(tmp_path, monkeypatch):
    """The negative control of the test above."""
    monkeypatch.setenv("SOPDESK_DATA", str(tmp_path))

    assert in_a_fresh_process(take_700_megabytes) > MOST_MEMORY


def in_a_fresh_process(act):
    """What an act gives in a process that has done nothing before: of this one's memory nobody knows what is free."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=django.setup) as fresh:
        return fresh.submit(act).result()


def clean_ten_at_once():
    """The widths of ten large pictures that were cleaned at once, and by how many MB the process grew meanwhile."""
    target = io.BytesIO()
    Image.linear_gradient("L").resize((5_000, 5_000)).convert("RGBA").save(target, "WEBP", method=0)
    worst, black = target.getvalue(), CORPUS["25 megapixels, all there"].content
    done = []

    def clean(content):
        done.append(images.clean_image(content, name="besar").width)

    def clean_all():
        threads = [threading.Thread(target=clean, args=[content]) for content in [worst, worst, *[black] * 8]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    growth = peak_growth_of(clean_all)
    return done, growth


def take_700_megabytes():
    return peak_growth_of(lambda: b"x" * 700_000_000)


def peak_growth_of(act):
    """By how many MB the process grew at most while acting."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # forgets the peak so far
    before = _memory("VmRSS")
    act()
    return _memory("VmHWM") - before


def _memory(line):
    with open("/proc/self/status") as status:
        return next(int(row.split()[1]) // 1024 for row in status if row.startswith(line))
