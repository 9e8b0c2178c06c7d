"""A session ends while somebody is writing: it is announced, can go on, and what was written comes back."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.factories import advance, report, walk
from tests.journeys.conftest import PASSWORD, press
from tests.journeys.test_pages import DESKTOP, PHONE
from tickets import passwords, sessions
from tickets.models import Session, Ticket
from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STORY = "Sejak pukul tujuh halaman unduhan menampilkan galat 500."


def sign_in_again(page, person):
    page.get_by_label("Surel atau NIP").fill(person.email)
    page.locator("input[name=password]").fill(PASSWORD)
    press(page, page.get_by_role("button", name="Masuk", exact=True))


def kept(page):
    return page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('sopdesk-draft:')).length")


def test_a_report_that_was_being_written_when_the_session_ended_comes_back(office):
    siti = office.cast.reporter
    page = office.page_of(siti)
    page.goto(f"{office.address}/laporan/baru/")
    page.locator("input[name=procedure][value=website]").check(force=True)
    page.get_by_label("Judul").fill("Unduhan gagal")
    page.get_by_label("Uraian").fill(STORY)
    sessions.end(siti)

    press(page, page.get_by_role("button", name="Kirim laporan"))
    expect(page.get_by_text("Sesi Anda telah berakhir")).to_be_visible()
    sign_in_again(page, siti)

    assert page.url == f"{office.address}/laporan/baru/"
    expect(page.get_by_text("Isian Anda sebelumnya dipulihkan")).to_be_visible()
    assert page.get_by_label("Uraian").input_value() == STORY
    assert page.locator("input[name=procedure][value=website]").is_checked()
    assert not Ticket.objects.exists()

    page.get_by_role("button", name="Buang").click()
    assert page.get_by_label("Uraian").input_value() == ""
    assert kept(page) == 0


def test_what_was_sent_or_belongs_to_somebody_else_does_not_come_back(office):
    siti, andi = office.cast.reporter, office.cast.stranger
    ticket = office.file("website")
    page = office.page_of(siti)
    assert kept(page) == 0

    page.goto(f"{office.address}/tiket/{ticket.number}/")
    page.get_by_text("Tulis komentar").click()
    page.get_by_label("Komentar").fill(STORY)
    assert kept(page) == 1
    sessions.end(siti)
    page.goto(f"{office.address}/laporan/baru/")
    sign_in_again(page, andi)

    assert kept(page) == 0


def test_signing_out_takes_what_was_written_along(office):
    page = office.page_of(office.cast.reporter)
    page.goto(f"{office.address}/laporan/baru/")
    page.get_by_label("Uraian").fill(STORY)
    assert kept(page) == 1

    page.locator("summary[aria-label^=Akun]").click()
    press(page, page.get_by_role("button", name="Keluar"))

    assert kept(page) == 0


def test_a_step_that_was_being_written_comes_back_to_its_row_only(office):
    cast = office.cast
    ticket = walk(report(by=cast.reporter), cast, 2)
    rina = cast.holder(Role.WEB_DEVELOPER)
    page = office.page_of(rina)
    address = f"{office.address}{ticket.get_absolute_url()}"
    page.goto(address)
    field = page.locator("form[action$='/selesaikan/'] textarea:visible").first
    field.fill(STORY)
    sessions.end(rina)

    page.goto(address)
    sign_in_again(page, rina)
    assert field.input_value() == STORY

    advance(ticket, cast, 3)
    page.goto(address)
    assert page.get_by_text("Isian Anda sebelumnya dipulihkan").count() == 0


def test_the_end_of_a_session_is_announced_and_one_press_makes_it_go_on(office):
    page = office.page_of(office.cast.reporter)
    page.clock.install()
    page.goto(f"{office.address}/laporan/baru/")
    notice = page.locator("[data-session]")

    page.clock.fast_forward("26:30")
    expect(notice).to_be_hidden()
    page.clock.fast_forward("01:00")
    expect(notice).to_contain_text(re.compile(r"Sesi Anda berakhir pukul \d\d\.\d\d karena tidak ada kegiatan"))

    with page.expect_response("**/sesi/"):
        notice.get_by_role("button", name="Lanjutkan").click()
    expect(notice).to_be_hidden()

    page.clock.fast_forward("29:30")
    expect(notice).to_contain_text("Sesi Anda telah berakhir")
    expect(notice.get_by_role("link", name="Masuk kembali")).to_have_attribute("href", re.compile("laporan%2Fbaru"))


def test_who_writes_tells_so_at_most_every_five_minutes(office):
    page = office.page_of(office.cast.reporter)
    told = []
    page.on("request", lambda request: request.url.endswith("/sesi/") and told.append(request.method))
    page.clock.install()
    page.goto(f"{office.address}/laporan/baru/")

    for _ in range(6):
        page.clock.fast_forward("01:00")
        page.get_by_label("Uraian").press_sequentially("abc")
    page.wait_for_timeout(100)

    assert told == ["POST"]


def test_a_session_that_ended_elsewhere_is_noticed_while_writing(office):
    siti = office.cast.reporter
    page = office.page_of(siti)
    page.clock.install()
    page.goto(f"{office.address}/laporan/baru/")
    sessions.end(siti)
    assert not Session.objects.filter(person=siti).exists()

    page.clock.fast_forward("06:00")
    page.get_by_label("Uraian").fill(STORY)

    expect(page.locator("[data-session]")).to_contain_text("Sesi Anda telah berakhir")


def test_the_pages_of_getting_in_have_no_accessibility_violation_and_fit_a_phone(office):
    siti = office.cast.reporter
    link = urlsplit(passwords.link_for(siti)).path
    addresses = ("/masuk/?sesi=berakhir&next=/sop/", "/sandi/lupa/", "/sandi/lupa/terkirim/", "/sandi/baru/MQ/x/", link)
    page = office.browser.new_context(locale="id-ID").new_page()
    axe, found = Axe(), []

    for address in addresses:
        for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(size)
            page.goto(office.address + address)
            found += [(address, scheme, violation["id"]) for violation in axe.run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append((address, scheme, "scrolls sideways"))
    page.context.close()

    assert found == []
