"""A limit in the browser, under a clock that is moved: colours, words and notices; hold and resume; the estimate."""

import re
from datetime import timedelta

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.factories import TUESDAY, report, walk
from tests.journeys.conftest import press
from tests.journeys.test_pages import DESKTOP, PHONE
from tickets import actions, sweep
from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GREEN, AMBER, RED = "rgb(28, 110, 66)", "rgb(122, 82, 0)", "rgb(168, 21, 27)"


@pytest.fixture
def clock(settings):
    """Tuesday 10.00 WIB; it runs, and a test moves it on. Nobody is signed out meanwhile."""
    settings.SESSION_HOURS, settings.SESSION_IDLE_MINUTES = 30 * 24, 30 * 24 * 60
    with time_machine.travel(TUESDAY, tick=True) as traveller:
        yield traveller


def move_on(clock, after):
    """Let it be so long after Tuesday 10.00, and the sweep come by."""
    clock.move_to(TUESDAY + after)
    sweep.sweep()


def look_again(page):
    """What the open page does by itself every ten seconds."""
    with page.expect_response(re.compile("/segar/")):
        page.evaluate("htmx.trigger(document.getElementById('denyut'), 'segarkan')")


def colour_of(locator):
    return locator.evaluate("element => getComputedStyle(element).color")


def test_a_row_goes_from_on_time_to_75_percent_to_late_while_somebody_writes(office, clock):
    ticket = walk(report(by=office.cast.reporter), office.cast, 2)
    rina, budi = office.cast.holder(Role.WEB_DEVELOPER), office.cast.holder(Role.SUB_KOORDINATOR)
    page = office.page_of(rina)
    page.goto(office.address + ticket.get_absolute_url())
    card = page.locator("#waktu")
    writing = page.locator("[name=analisis-analisis]")
    writing.fill("Setengah jadi")
    card.get_by_text("mengapa?").click()
    expect(card.get_by_text("Maka tenggatnya")).to_be_visible()

    expect(card.get_by_text("tepat waktu")).to_be_visible()
    on_time = colour_of(card.locator(".pill"))
    move_on(clock, timedelta(minutes=12))
    look_again(page)
    expect(card.get_by_text("segera jatuh tempo")).to_be_visible()
    expect(card.get_by_text(re.compile(r"sisa [23]\sm"))).to_be_visible()
    at_75 = colour_of(card.locator(".pill"))
    move_on(clock, timedelta(minutes=20))
    look_again(page)
    expect(card.get_by_text(re.compile(r"terlambat [45]\sm"))).to_be_visible()
    late = colour_of(card.locator(".time-left"))

    assert (on_time, at_75, late) == (GREEN, AMBER, RED)
    assert card.locator(".time-left .icon").is_visible()
    expect(writing).to_have_value("Setengah jadi")
    expect(card.get_by_text("Maka tenggatnya")).to_be_visible()
    expect(page.locator("#giliran button[type=submit]").first).to_be_enabled()
    for person, told in ((rina, 2), (budi, 1)):
        rungs = person.notices.filter(channel="situs", rung__isnull=False)
        assert rungs.count() == told, (person, list(rungs))


def test_beranda_and_list_say_it_in_red_above_the_others(office, clock):
    cast = office.cast
    late = walk(report(by=cast.reporter, title="Banner rusak"), cast, 2)
    kepala = office.page_of(cast.holder(Role.KEPALA_BIDANG_APTIKA))
    page = office.page_of(cast.holder(Role.WEB_DEVELOPER))
    page.goto(office.address)
    turn = page.locator("[aria-labelledby=giliran] li").first
    expect(turn.get_by_text(re.compile(r"sisa 14\sm"))).to_be_visible()

    move_on(clock, timedelta(minutes=45))
    page.evaluate("htmx.trigger(document.querySelector('[data-pulse]'), 'segarkan')")

    word = turn.get_by_text(re.compile(r"terlambat (29|30)\sm"))
    expect(word).to_be_visible()
    assert colour_of(word) == RED
    kepala.goto(f"{office.address}/tiket/?tampilan=terlambat")
    row = kepala.locator("tr.is-late")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(late.number)
    assert colour_of(row.get_by_text(re.compile("terlambat"))) == RED


def test_a_row_is_held_and_goes_on(office, clock):
    ticket = walk(report(by=office.cast.reporter), office.cast, 2, 3, 4, penyebab="coding")
    page = office.page_of(office.cast.holder(Role.PROGRAMMER))
    page.goto(office.address + ticket.get_absolute_url())
    card = page.locator("#waktu")

    card.get_by_text("tunda", exact=True).click()
    card.get_by_label("Menunggu apa?").select_option("pelapor")
    card.get_by_label("Keterangan").fill("Mohon alamat halamannya.")
    card.get_by_label("Sampai").fill("2026-11-19")
    press(page, card.get_by_role("button", name="Tunda"))

    expect(card.get_by_text(re.compile(r"ditunda, sisa 2\shari 4\sj"))).to_be_visible()
    expect(card.get_by_text("karena menunggu pelapor: Mohon alamat halamannya.")).to_be_visible()
    move_on(clock, timedelta(hours=1))
    press(page, card.get_by_role("button", name="Lanjutkan"))
    expect(card.get_by_text("tepat waktu")).to_be_visible()
    expect(card.get_by_text("Jum 20 Nov 2026 08.")).to_be_visible()


def test_an_open_page_shows_a_hold_that_ends_by_the_clock(office, clock):
    ticket = walk(report(by=office.cast.reporter), office.cast, 2, 3, 4, penyebab="coding")
    by = office.cast.holder(Role.PROGRAMMER)
    until = (TUESDAY + timedelta(hours=1)).date()
    actions.hold(ticket, by=by, run=ticket.runs.open().get().pk, reason="pelapor", until=until)
    page = office.page_of(office.cast.reporter)
    page.goto(office.address + ticket.get_absolute_url())
    expect(page.locator("#waktu").get_by_text(re.compile("^ditunda"))).to_be_visible()

    move_on(clock, timedelta(hours=7))
    look_again(page)

    expect(page.locator("#waktu").get_by_text("Di luar jam kerja, lanjut Rabu 07.30")).to_be_visible()
    expect(page.locator("#waktu").get_by_text("tepat waktu")).to_be_visible()
    expect(page.locator("#riwayat").get_by_text("SOPDesk", exact=True).first).to_be_visible()


def test_half_a_hold_survives_the_clock_until_its_moment_has_passed(office, clock):
    ticket = walk(report(by=office.cast.reporter), office.cast, 2)
    page = office.page_of(office.cast.holder(Role.WEB_DEVELOPER))
    page.goto(office.address + ticket.get_absolute_url())
    card = page.locator("#waktu")
    card.get_by_text("tunda", exact=True).click()
    note = card.get_by_label("Keterangan")
    note.fill("Menunggu sandi dari OPD")

    move_on(clock, timedelta(minutes=5))
    look_again(page)
    expect(card.get_by_text(re.compile(r"sisa \d+\sm"))).to_be_visible()
    in_time = (note.input_value(), card.get_by_role("button", name="Tunda").is_enabled())
    move_on(clock, timedelta(minutes=30))
    look_again(page)

    assert in_time == ("Menunggu sandi dari OPD", True)
    expect(card.get_by_text("Batas waktu langkah ini sudah lewat atau berubah.")).to_be_visible()
    expect(note).to_have_value("Menunggu sandi dari OPD")
    expect(card.get_by_role("button", name="Tunda")).to_be_disabled()


def test_a_tentative_row_begins_with_its_estimate_on_a_phone(office, clock):
    ticket = walk(report(by=office.cast.reporter), office.cast, 2, 6, 7, penyebab="infrastruktur")
    page = office.page_of(office.cast.holder(Role.TIM_INFRASTRUKTUR), viewport=PHONE)
    page.goto(office.address + ticket.get_absolute_url())
    assert page.locator("main .btn-act").all_inner_texts() == ["Catat perkiraan"]

    page.get_by_label("Perkiraan selesai").fill("2026-11-21")
    press(page, page.get_by_role("button", name="Catat perkiraan"))
    expect(page.get_by_text("Tanggal ini bukan hari kerja. Silakan pilih hari kerja.")).to_be_visible()
    page.get_by_label("Perkiraan selesai").fill("2026-11-20")
    press(page, page.get_by_role("button", name="Catat perkiraan"))

    expect(page.locator("#waktu").get_by_text("Jum 20 Nov 2026 16.30 WIB")).to_be_visible()
    expect(page.locator("#giliran [name=arrow]").first).to_be_visible()
    above = page.locator("#waktu").bounding_box()["y"] < page.locator("#giliran").bounding_box()["y"]
    assert above, "the time card stands above the turn on a phone"


def test_why_opens_in_place_closes_again_and_works_without_javascript(office, clock):
    ticket = walk(report(by=office.cast.reporter), office.cast, 2)
    page = office.page_of(office.cast.reporter)
    page.goto(office.address + ticket.get_absolute_url())
    asks = page.locator("#waktu [data-why]")

    asks.click()
    expect(page.locator("#waktu #penjelasan")).to_be_visible()
    expect(asks).to_have_attribute("aria-expanded", "true")
    asks.click()
    expect(page.locator("#waktu #penjelasan")).to_have_count(0)
    expect(asks).to_have_attribute("aria-expanded", "false")

    plain = office.page_of(office.cast.holder(Role.SUB_KOORDINATOR), java_script_enabled=False)
    plain.goto(office.address + ticket.get_absolute_url())
    plain.get_by_role("link", name="mengapa?").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Mengapa tenggatnya Sel 17 Nov 2026 10.15 WIB?")


def test_every_state_of_the_time_card_is_accessible_and_fits_a_phone(office, clock):
    cast = office.cast
    fajar, yusuf = cast.holder(Role.PROGRAMMER), cast.holder(Role.TIM_INFRASTRUKTUR)
    fine = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
    held = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
    run = held.runs.open().get().pk
    actions.hold(held, by=fajar, run=run, reason="lainnya", note="Menunggu kunci.", until=TUESDAY.date())
    late = walk(report(by=cast.reporter), cast, 2)
    tentative = walk(report(by=cast.reporter), cast, 2, 6, 7, penyebab="infrastruktur")
    asked = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, "menunggu-konfirmasi", penyebab="coding")
    move_on(clock, timedelta(hours=1))
    seen = [
        *((fajar, ticket.get_absolute_url()) for ticket in (fine, held, late)),
        (fajar, f"{held.get_absolute_url()}mengapa/"),
        (yusuf, tentative.get_absolute_url()),
        (cast.reporter, asked.get_absolute_url()),
        (cast.holder(Role.KEPALA_BIDANG_APTIKA), "/"),
    ]
    found = []

    for person, address in seen:
        page = office.page_of(person)
        for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size(size)
            page.goto(office.address + address)
            for fold in page.locator("#waktu-tindakan summary").all():
                fold.click()
            if page.locator("[data-why]").count():
                page.locator("[data-why]").click()
                expect(page.locator("#penjelasan")).to_be_visible()
            violations = Axe().run(page).response["violations"]
            found += [(address, scheme, v["id"], v["nodes"][0]["html"][:160]) for v in violations]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append((address, scheme, "scrolls sideways"))

    assert found == []
