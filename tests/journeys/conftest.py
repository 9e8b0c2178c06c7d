"""A real browser at a real server, and the people who walk a report through an SOP with it."""

import os
import re

import pytest
from playwright.sync_api import expect, sync_playwright

from tests import parts
from tests.factories import Cast, a_working_day
from tickets import history
from tickets.models import Ticket

#: Chromium's own errands fail in a closed network and only cost time.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)

PASSWORD = "ranah-minang-2026"
PATIENCE = 30_000  # ms for what must show; a loaded machine needs some of them


@pytest.fixture(scope="session")
def browser():
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # Playwright keeps an event loop in this thread; the ORM is used between
    )
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=parts.chromium(), args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def office(transactional_db, live_server, browser):
    """The office with its people, each at their own browser."""
    with Office(browser, live_server.url) as people_at_work:
        yield people_at_work


class Office:
    """Signs people in, and does with the mouse and keyboard what they do."""

    def __init__(self, browser, address):
        self.browser = browser
        self.address = address
        self.cast = Cast()
        self.pages = {}
        self.complaints = []
        for person in self.cast.everybody:
            person.set_password(PASSWORD)
            person.save()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for page in self.pages.values():
            page.context.close()
        if exception == (None, None, None):
            assert self.complaints == [], "the browser's console complained"
            assert list(history.verify()) == []

    def page_of(self, person, **options):
        """The browser of a person, signed in through the sign-in page the first time."""
        if person not in self.pages:
            context = self.browser.new_context(locale="id-ID", timezone_id="Asia/Jakarta", **options)
            context.grant_permissions(["clipboard-read", "clipboard-write"], origin=self.address)
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.on("console", lambda message: self._listen(message.type, message.text))
            page.on("pageerror", lambda error: self.complaints.append(str(error)))
            page.goto(f"{self.address}/masuk/")
            page.get_by_label("Surel").fill(person.email)
            page.locator("input[name=password]").fill(PASSWORD)
            press(page, page.get_by_role("button", name="Masuk", exact=True))
            self.pages[person] = page
        return self.pages[person]

    def _listen(self, kind, text):
        """Warnings and errors count, but for the answers 4xx that a test provokes."""
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.complaints.append(text)

    def file(self, procedure, *, title="Halaman beranda tidak bisa dibuka"):
        """The reporter files a report with a screenshot from the clipboard."""
        page = self.page_of(self.cast.reporter)
        page.goto(f"{self.address}/laporan/baru/")
        page.locator(f"input[name=procedure][value={procedure}]").check(force=True)
        page.get_by_label("Judul").fill(title)
        page.get_by_label("Uraian").fill("Sejak pagi halaman menampilkan galat 500.")
        paste_screenshot(page)
        press(page, page.get_by_role("button", name="Kirim laporan"))
        number = re.search(r"(WEB|SPJ)-\d{4}-\d{4}", page.inner_text("main")).group()
        return Ticket.objects.get(number=number)

    def advance(self, ticket, to, *, reason="", **answers):
        """The holder of the row's role opens the ticket from Beranda, fills in what is asked, leaves towards `to`."""
        ticket.refresh_from_db()
        page = self.page_of(self.cast.holder(ticket.step.performer))
        page.goto(self.address)
        turn = page.get_by_role("region", name=re.compile("Giliran Anda", re.I))
        turn.get_by_role("link", name=re.compile(ticket.number)).first.click()
        page.wait_for_url(f"**{ticket.get_absolute_url()}")  # until it has loaded: half a page has half a form
        first = page.locator("form.estimate")
        if first.count():  # a tentative row
            first.locator("[name=until]").fill(a_working_day().isoformat())
            press(page, first.get_by_role("button"))
        form = page.locator("form[action$='/selesaikan/']")
        fill(form, answers)
        button = form.locator("button[name=arrow]" if ticket.step.automatic else f"button[name=arrow][value='{to}']")
        if not button.is_visible():
            form.get_by_text("Tindakan lain").click()
        if reason:
            form.locator("[name=reason]").fill(reason)
        press(page, button)
        assert page.locator("main .invalid-feedback:visible").all_inner_texts() == []
        ticket.refresh_from_db()
        return ticket

    def walk(self, ticket, *ways, **answers):
        """Advance along several rows."""
        for to in ways:
            self.advance(ticket, to, **answers)
        return ticket

    def confirm(self, ticket):
        page = self.page_of(self.cast.reporter)
        page.goto(f"{self.address}/tiket/{ticket.number}/")
        press(page, page.get_by_role("button", name="Konfirmasi selesai"))
        ticket.refresh_from_db()

    def reopen(self, ticket, reason):
        page = self.page_of(self.cast.reporter)
        page.goto(f"{self.address}/tiket/{ticket.number}/")
        form = page.locator("form[action$='/buka-kembali/']")
        form.locator("xpath=ancestor::details[1]/summary").click()
        form.locator("[name=reason]").fill(reason)
        press(page, form.get_by_role("button"))
        ticket.refresh_from_db()


def press(page, button):
    """Press a button that sends a form, and wait for the page that answers."""
    with page.expect_navigation():
        button.click()


def paste_screenshot(page):
    """Put a picture on the clipboard and press Ctrl+V with nothing focused, as after the Print Screen key."""
    page.evaluate(
        """async () => {
            const canvas = new OffscreenCanvas(640, 400);
            const context = canvas.getContext("2d");
            context.fillStyle = "#fff"; context.fillRect(0, 0, 640, 400);
            context.fillStyle = "#a8151b"; context.font = "32px sans-serif";
            context.fillText("500 Internal Server Error", 60, 200);
            const blob = await canvas.convertToBlob({type: "image/png"});
            await navigator.clipboard.write([new ClipboardItem({"image/png": blob})]);
            document.activeElement?.blur();
        }"""
    )
    page.keyboard.press("Control+V")
    expect(page.locator(".thumbs img").first).to_be_visible()


def fill(form, answers):
    """Answer every empty question of a form; `answers` by the last part of the field's name go first."""
    for field in form.locator("textarea:visible, input[type=text]:visible, input[type=datetime-local]:visible").all():
        name = field.get_attribute("name")
        if name in (None, "reason") or field.input_value():
            continue
        is_moment = field.get_attribute("type") == "datetime-local"
        usual = "2026-11-17T09:00" if is_moment else "Sudah diperiksa dan dicatat."
        field.fill(answers.get(name.rpartition("-")[2], usual))
    for question, answer in answers.items():
        radio = form.locator(f"input[type=radio][name$='-{question}'][value='{answer}']")
        if radio.count():
            radio.check(force=True)
