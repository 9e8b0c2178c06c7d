"""What is hidden in a picture never leaves the browser: boxes by mouse, finger and keys; the wire is listened to."""

import io
import re
import socket
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from tests.factories import report, walk
from tests.journeys.conftest import Office, paste_screenshot, press
from tests.journeys.test_pages import DESKTOP, PHONE
from tests.journeys.test_time import look_again
from tickets import actions
from tickets.models import Attachment, Ticket
from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RED = (220, 20, 20)
#: Left, top, right, bottom of the red block, in shares of the picture.
BLOCK = (0.4, 0.4, 0.6, 0.6)


class Wire:
    """Stands between the browser and the server, keeps what the browser sent, and can hold uploads back."""

    def __init__(self, server):
        self.server = (urlsplit(server).hostname, urlsplit(server).port)
        self.sent = bytearray()
        self.passes = None
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self._open, daemon=True).start()

    def pictures(self):
        """Every picture the browser sent, decoded."""
        whole = rb"\x89PNG\r\n\x1a\n.*?IEND....|\xff\xd8\xff.*?\xff\xd9(?=\r\n--)|RIFF....WEBP.*?(?=\r\n--)"
        return [
            Image.open(io.BytesIO(found)).convert("RGB") for found in re.findall(whole, bytes(self.sent), re.DOTALL)
        ]

    def hold_uploads(self):
        """From now on each upload waits here until one more is released."""
        self.passes = threading.Semaphore(0)
        return self.passes

    def close(self):
        self.door.close()

    def _open(self):
        while True:
            try:
                browser, _ = self.door.accept()
            except OSError:  # closed
                return
            server = socket.create_connection(self.server)
            threading.Thread(target=self._carry, args=(browser, server, self.sent), daemon=True).start()
            threading.Thread(target=self._carry, args=(server, browser, None), daemon=True).start()

    def _carry(self, giver, taker, kept):
        try:
            while piece := giver.recv(4096):
                if kept is not None:
                    kept += piece
                    if self.passes and piece.startswith(b"POST /lampiran/ "):
                        self.passes.acquire()
                taker.sendall(piece)
        except OSError:
            pass
        for end in (giver, taker):
            end.close()


@pytest.fixture
def wire(live_server):
    wire = Wire(live_server.url)
    yield wire
    wire.close()


@pytest.fixture
def wired(transactional_db, wire, browser):
    """The office, listened to."""
    with Office(browser, wire.url) as people_at_work:
        yield people_at_work


def picture(width=800, height=500, kind="PNG", **how):
    """A white picture with one red block in its middle, as a file for a picker."""
    drawn = Image.new("RGB", (width, height), "white")
    left, top, right, bottom = BLOCK
    drawn.paste(RED, (round(left * width), round(top * height), round(right * width), round(bottom * height)))
    target = io.BytesIO()
    drawn.save(target, kind, **how)
    return {"name": f"layar.{kind.lower()}", "mimeType": f"image/{kind.lower()}", "buffer": target.getvalue()}


def red_pixels(image):
    """How many pixels are rather red than white or black."""
    colours = image.convert("RGB").getcolors(1 << 24)
    return sum(count for count, (red, green, blue) in colours if red > 120 and green < 100 and blue < 100)


def stored():
    """Every picture that the office keeps, decoded."""
    pictures = []
    for found in Attachment.objects.order_by("pk"):
        with found.file as file:
            pictures.append(Image.open(file).convert("RGB"))
    return pictures


def new_report(office, **options):
    page = office.page_of(office.cast.reporter, **options)
    page.goto(f"{office.address}/laporan/baru/")
    page.locator("input[name=procedure][value=website]").check(force=True)
    page.get_by_label("Judul").fill("Nomor pelapor terlihat")
    page.get_by_label("Uraian").fill("Nomor tampil pada halaman.")
    return page


def choose(page, *files):
    page.locator("[data-uploads] [data-picker]").first.set_input_files(list(files))
    expect(page.locator("[data-thumb]")).to_have_count(len(files))


def open_mask(page):
    page.get_by_role("button", name=re.compile("^Samarkan ")).first.click()
    dialog = page.get_by_role("dialog", name="Samarkan data pribadi")
    expect(dialog).to_be_visible()
    return dialog


def drag(page, dialog, share):
    """Draw a box with the mouse over a part of the picture."""
    frame = dialog.locator("canvas").bounding_box()
    left, top, right, bottom = share
    page.mouse.move(frame["x"] + left * frame["width"], frame["y"] + top * frame["height"])
    page.mouse.down()
    page.mouse.move(frame["x"] + right * frame["width"] / 2, frame["y"] + bottom * frame["height"] / 2)
    page.mouse.move(frame["x"] + right * frame["width"], frame["y"] + bottom * frame["height"])
    page.mouse.up()


def around(share, margin=0.03):
    left, top, right, bottom = share
    return (left - margin, top - margin, right + margin, bottom + margin)


def use(dialog):
    dialog.get_by_role("button", name="Pakai gambar").click()
    expect(dialog).not_to_be_visible()


def send(page):
    press(page, page.get_by_role("button", name="Kirim laporan"))
    assert "/terkirim/" in page.url


def boxes(dialog):
    return dialog.locator(".mask-box")


def test_a_masked_picture_leaves_the_browser_masked_and_only_when_it_is_sent(wired, wire):
    page, original = new_report(wired), picture()
    choose(page, original)
    expect(page.get_by_text("Belum diunggah", exact=True)).to_be_visible()
    dialog = open_mask(page)
    drag(page, dialog, around(BLOCK))
    use(dialog)
    expect(page.get_by_text("Disamarkan", exact=True)).to_be_visible()
    before = wire.pictures()

    send(page)

    assert before == []
    (sent,), (kept,) = wire.pictures(), stored()
    assert (red_pixels(sent), red_pixels(kept)) == (0, 0)
    assert (sent.size, kept.size) == ((800, 500), (800, 500))
    assert kept.getpixel((400, 250)) == (0, 0, 0)
    assert kept.getpixel((10, 10)) == (255, 255, 255)
    assert original["buffer"][60:] not in wire.sent


def test_without_masking_it_goes_as_it_is_and_the_wire_shows_it(wired, wire):
    """Also the proof that this harness would see what it looks for."""
    page, original = new_report(wired), picture()
    choose(page, original)
    before = wire.pictures()

    send(page)

    (sent,), (kept,) = wire.pictures(), stored()
    assert before == []
    assert original["buffer"] in wire.sent
    assert (red_pixels(sent), red_pixels(kept)) == (16_000, 16_000)


def test_a_pasted_picture_is_masked_too(wired, wire):
    page = new_report(wired)
    paste_screenshot(page)
    dialog = open_mask(page)
    drag(page, dialog, (0.02, 0.3, 0.98, 0.7))
    use(dialog)

    send(page)

    assert [red_pixels(image) for image in wire.pictures() + stored()] == [0, 0]


def test_a_photo_loses_its_position_and_stays_a_photo(wired, wire):
    exif = Image.Exif()
    exif[0x010E] = "KENARI-POSISI"
    page = new_report(wired)
    choose(page, picture(kind="JPEG", exif=exif))
    dialog = open_mask(page)
    drag(page, dialog, around(BLOCK))
    use(dialog)

    send(page)

    assert [red_pixels(image) for image in wire.pictures()] == [0]
    assert b"KENARI-POSISI" not in wire.sent
    assert Attachment.objects.get().content_type == "image/jpeg"


def test_boxes_are_taken_back_one_by_one_all_together_and_later(wired, wire):
    page = new_report(wired)
    choose(page, picture())
    dialog = open_mask(page)
    drag(page, dialog, around(BLOCK))
    drag(page, dialog, (0.1, 0.1, 0.2, 0.2))
    drag(page, dialog, (0.7, 0.1, 0.8, 0.2))
    expect(boxes(dialog)).to_have_count(3)

    boxes(dialog).nth(1).click()
    dialog.get_by_role("button", name="Hapus kotak").click()
    expect(boxes(dialog)).to_have_count(2)
    dialog.get_by_role("button", name="Hapus semua").click()
    expect(boxes(dialog)).to_have_count(0)
    dialog.get_by_role("button", name="Urungkan").click()
    expect(boxes(dialog)).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(boxes(dialog)).to_have_count(3)
    use(dialog)
    again = open_mask(page)
    expect(boxes(again)).to_have_count(3)
    again.get_by_role("button", name="Hapus semua").click()
    use(again)

    expect(page.get_by_text("Disamarkan", exact=True)).not_to_be_visible()
    send(page)
    assert [red_pixels(image) for image in stored()] == [16_000]


def test_cancelling_leaves_the_picture_as_it_was(wired):
    page = new_report(wired)
    choose(page, picture())
    dialog = open_mask(page)
    drag(page, dialog, around(BLOCK))

    page.keyboard.press("Escape")

    expect(dialog).not_to_be_visible()
    expect(page.get_by_text("Disamarkan", exact=True)).not_to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Samarkan "))).to_be_focused()


def test_while_a_picture_is_written_nothing_is_drawn_on_it_and_escape_still_cancels(wired, wire):
    page = new_report(wired)
    page.evaluate("""() => {
        const write = HTMLCanvasElement.prototype.toBlob;
        const allowed = new Promise((resolve) => { window.letGo = resolve; });
        HTMLCanvasElement.prototype.toBlob = function (...how) { allowed.then(() => write.apply(this, how)); };
    }""")
    choose(page, picture())
    dialog = open_mask(page)
    drag(page, dialog, BLOCK)

    dialog.get_by_role("button", name="Pakai gambar").click()
    drag(page, dialog, (0, 0, 0.2, 0.2))
    expect(dialog.locator(".mask-box")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    open_mask(page)
    being_written = page.locator("dialog.mask[inert]")
    expect(being_written).to_have_count(1)
    page.evaluate("letGo()")
    expect(being_written).to_have_count(0)

    expect(dialog).to_be_visible()
    expect(dialog.locator(".mask-box")).to_have_count(0)


def test_a_second_picture_asked_for_while_the_first_opens_holds_nothing_up(wired, wire):
    page = new_report(wired)
    choose(page, picture(), picture())

    page.evaluate("document.querySelectorAll('[data-mask-it]').forEach((button) => button.click())")
    expect(page.get_by_role("dialog", name="Samarkan data pribadi")).to_be_visible()
    page.keyboard.press("Escape")
    send(page)

    assert Attachment.objects.filter(ticket=Ticket.objects.get()).count() == 2


def test_cards_and_dialog_are_accessible_and_fit_a_phone(wired):
    page = new_report(wired)
    found = []
    for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        page.reload()
        choose(page, picture(), picture(kind="JPEG"))
        found += [(scheme, "cards", one["id"]) for one in Axe().run(page).response["violations"]]
        dialog = open_mask(page)
        drag(page, dialog, around(BLOCK))
        dialog.get_by_role("button", name="Perbesar tampilan").click()
        found += [(scheme, "dialog", one["id"]) for one in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append((scheme, "scrolls sideways"))
        use(dialog)

    assert found == []


def test_the_keyboard_is_enough(wired, wire):
    page = new_report(wired)
    choose(page, picture())
    page.get_by_role("button", name=re.compile("^Samarkan ")).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Tambah kotak")).to_be_focused()

    page.keyboard.press("Enter")  # 20 % by 8 % in the middle: over the block sideways, too low by far
    expect(boxes(dialog).first).to_be_focused()
    for key, times in (("ArrowUp", 8), ("ArrowLeft", 2), ("Shift+ArrowRight", 4), ("Shift+ArrowDown", 16)):
        for _ in range(times):
            page.keyboard.press(key)
    status = dialog.locator("[data-mask-status]")
    expect(status).to_have_text("Kotak 1: 38 % dari kiri, 38 % dari atas, lebar 24 %, tinggi 24 %.")
    apply = dialog.get_by_role("button", name="Pakai gambar")
    apply.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Disamarkan", exact=True)).to_be_visible()

    send(page)
    assert [red_pixels(image) for image in wire.pictures()] == [0]


def test_a_finger_draws_and_two_fingers_zoom_on_a_phone(wired, wire):
    page = new_report(wired, viewport=PHONE, has_touch=True, is_mobile=True)
    choose(page, picture(1600, 1000))
    dialog = open_mask(page)
    level = dialog.locator("[data-mask-level]")
    fitting = level.inner_text()
    frame = dialog.locator("canvas").bounding_box()
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2

    touch(page, [(x - 20, y), (x + 20, y)], [(x - 60, y), (x + 60, y)])
    zoomed = level.inner_text()
    expect(boxes(dialog)).to_have_count(0)
    touch(page, [(x - 60, y), (x + 60, y)], [(x - 10, y), (x + 10, y)])
    expect(level).to_have_text(fitting)
    frame = dialog.locator("canvas").bounding_box()
    left, top, right, bottom = around(BLOCK)
    touch(
        page,
        [(frame["x"] + left * frame["width"], frame["y"] + top * frame["height"])],
        [(frame["x"] + right * frame["width"], frame["y"] + bottom * frame["height"])],
    )
    expect(boxes(dialog)).to_have_count(1)
    use(dialog)

    send(page)
    assert (fitting, zoomed) != (zoomed, zoomed)
    assert [red_pixels(image) for image in wire.pictures()] == [0]


def touch(page, start, end, steps=6):
    """So many fingers go down at `start` and slide to `end`."""
    protocol = page.context.new_cdp_session(page)

    def at(share):
        return [
            {"x": a[0] + (b[0] - a[0]) * share, "y": a[1] + (b[1] - a[1]) * share, "id": finger}
            for finger, (a, b) in enumerate(zip(start, end, strict=True))
        ]

    for finger in range(len(start)):
        protocol.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": at(0)[: finger + 1]})
    for step in range(1, steps + 1):
        protocol.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": at(step / steps)})
    protocol.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    protocol.detach()


def test_a_picture_too_large_for_a_phone_is_made_smaller_and_says_so(wired, wire):
    page = new_report(wired)
    choose(page, picture(6000, 4200))
    dialog = open_mask(page)
    expect(dialog.get_by_text("hasil samarannya diperkecil menjadi 4780 × 3346 piksel")).to_be_visible()
    drag(page, dialog, around(BLOCK))
    use(dialog)

    send(page)

    assert [(image.size, red_pixels(image)) for image in wire.pictures()] == [((4780, 3346), 0)]


def test_two_files_on_a_slow_link_go_up_and_the_report_is_sent_once(wired, wire):
    page = new_report(wired)
    choose(page, picture(), picture(kind="JPEG", quality=95))
    uploads = wire.hold_uploads()
    button = page.locator(".report-send button")
    words = button.inner_text()

    button.click()
    expect(button).to_have_text("Mengunggah 1 dari 2 …")
    button.click(force=True)
    uploads.release()
    expect(button).to_have_text("Mengunggah 2 dari 2 …")
    with page.expect_navigation(url=re.compile("terkirim")):
        uploads.release()

    ticket = Ticket.objects.get()
    assert (words, ticket.attachments.count(), Attachment.objects.count()) == ("Kirim laporan", 2, 2)


def test_a_picture_that_is_being_masked_waits_for_it_though_the_form_is_under_way(wired, wire):
    page, first = new_report(wired), picture(200, 100)
    choose(page, first, picture())
    uploads = wire.hold_uploads()
    page.get_by_role("button", name="Kirim laporan").click()
    page.get_by_role("button", name=re.compile("^Samarkan ")).last.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    uploads.release(2)
    expect(page.locator("[data-safe]:visible")).to_have_count(1)

    drag(page, dialog, around(BLOCK))
    with page.expect_navigation(url=re.compile("terkirim")):
        dialog.get_by_role("button", name="Pakai gambar").click()

    assert [red_pixels(image) for image in wire.pictures()] == [800, 0]


def test_a_broken_link_loses_nothing_and_each_file_is_tried_again(wired):
    page = new_report(wired)
    choose(page, picture(), picture(kind="JPEG"))
    with broken(page):
        page.get_by_role("button", name="Kirim laporan").click()
        expect(page.get_by_text("Formulir belum dikirim; isian Anda tidak hilang.")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("^Coba lagi "))).to_have_count(2)
    expect(page.get_by_label("Judul")).to_have_value("Nomor pelapor terlihat")

    page.get_by_role("button", name=re.compile("^Coba lagi ")).first.click()
    expect(page.locator("[data-safe]:visible")).to_have_count(1)
    send(page)

    assert Ticket.objects.get().attachments.count() == 2


@contextmanager
def broken(page):
    page.route("**/lampiran/", lambda route: route.abort())
    yield
    page.unroute("**/lampiran/")


def test_a_picture_goes_up_at_once_where_somebody_wants_it_to(wired, wire):
    page = new_report(wired)
    choose(page, picture())

    page.get_by_role("button", name=re.compile("^Unggah ")).click()
    expect(page.get_by_text("Terunggah", exact=True)).to_be_visible()
    up = len(wire.pictures())
    send(page)

    assert (up, len(wire.pictures()), Ticket.objects.get().attachments.count()) == (1, 1, 1)


def test_a_removed_picture_never_leaves(wired, wire):
    page = new_report(wired)
    choose(page, picture())

    page.get_by_role("button", name=re.compile("^Hapus layar")).click()
    page.get_by_label("Tautan halaman").fill("sumbarprov.go.id")
    send(page)

    assert wire.pictures() == []


def test_a_waiting_picture_survives_what_others_do_and_goes_with_the_row(wired):
    ticket = walk(report(by=wired.cast.reporter), wired.cast, 2, 3, 4, penyebab="coding")
    page = wired.page_of(wired.cast.holder(Role.PROGRAMMER), viewport=DESKTOP)
    page.goto(wired.address + ticket.get_absolute_url())
    form = page.locator("form[action$='/selesaikan/']")
    form.locator("[data-picker]").first.set_input_files([picture()])
    expect(form.get_by_text("Belum diunggah", exact=True)).to_be_visible()

    actions.comment(ticket, by=wired.cast.reporter, text="Masih belum bisa.")
    look_again(page)
    expect(page.get_by_text("Masih belum bisa.").first).to_be_visible()

    expect(form.get_by_text("Belum diunggah", exact=True)).to_be_visible()
    form.locator("[name=hasil_perbaikan-hasil]").fill("Sudah diperbaiki.")
    press(page, form.locator("button[name=arrow]").first)
    ticket.refresh_from_db()
    assert (ticket.step.no, ticket.attachments.count()) == (5, 2)
