"""An administrator closes a day in the browser: what moves is seen before saving, and what was judged stays judged."""

import re
from datetime import date

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.factories import TUESDAY, advance, report
from tests.journeys.conftest import press
from tests.journeys.test_pages import DESKTOP, PHONE
from tests.timekeeping import LINK, wib
from tickets.demo.calendar import seed_calendar
from tickets.models import HistoryEntry
from workflows.models import CalendarDay
from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DECREE = "SKB Nomor 7 Tahun 2026"
REASON = "Cuti bersama ditambahkan dengan SKB perubahan."


@pytest.fixture(autouse=True)
def _tuesday():
    """It is Tuesday 17 November 2026, 10.00 WIB."""
    with time_machine.travel(TUESDAY, tick=True):
        yield


def on_row_4(cast, *, day, reached):
    """A website ticket that came to rows 1, 2, 3 and 4 on a day, at these times. Row 4 has two working days."""
    at_1, *others = (wib(f"{day} {time}") for time in reached)
    ticket = report(by=cast.reporter, answers=LINK, now=at_1)
    for row, at in enumerate(others, start=2):
        ticket = advance(ticket, cast, row, now=at, penyebab="coding")
    return ticket


def due_on_thursday(cast):
    """On row 4 since this morning, after 30 minutes on row 2, which has 15."""
    return on_row_4(cast, day="2026-11-17", reached=("08.00", "08.15", "08.45", "09.00"))


def describe_day(page, *, name="Cuti bersama"):
    """Fill in the form of a day whose date stands there already."""
    page.get_by_label("Cuti bersama").check()
    page.get_by_label("Nama").fill(name)
    page.get_by_label("Dasar").fill(DECREE)


def filled_in(page):
    """The date, kind, name and decree that a form shows."""
    return (
        page.get_by_label("Tanggal").input_value(),
        page.locator("[name=kind]:checked").input_value(),
        page.get_by_label("Nama").input_value(),
        page.get_by_label("Dasar").input_value(),
    )


def stored(run):
    """Everything the database has on a run."""
    return type(run).objects.filter(pk=run.pk).values().get()


def faults(page, scheme, size):
    """What axe finds on a page as it stands, and whether it scrolls sideways."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size(size)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    found = [(v["id"], v["nodes"][0]["html"][:160]) for v in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("scrolls sideways")
    return [(page.title(), scheme, fault) for fault in found]


def test_what_a_closed_day_moves_is_seen_before_it_is_saved_and_read_afterwards(office):
    ticket = due_on_thursday(office.cast)
    page = office.page_of(office.cast.admin)
    check = page.get_by_role("button", name="Lihat akibatnya")
    moves = page.locator(".moves li")
    page.goto(f"{office.address}/kalender/")

    page.get_by_role("link", name=re.compile("^18 ?, jadikan hari khusus")).click()
    describe_day(page)
    press(page, check)
    expect(moves).to_have_count(1)
    expect(moves).to_contain_text(f"{ticket.number} langkah 4")
    expect(moves).to_contain_text(re.compile(r"19 Nov 2026 16\.00 WIB\s*20 Nov 2026 16\.30 WIB"))
    expect(moves).to_contain_text("1 hari 30 menit lebih lambat")
    assert not CalendarDay.objects.exists()
    press(page, page.get_by_role("button", name="Kembali mengubah"))
    assert filled_in(page) == ("2026-11-18", "cuti", "Cuti bersama", DECREE)
    page.get_by_label("Nama").fill("Cuti bersama Pilkada")
    press(page, check)
    press(page, page.get_by_role("button", name="Simpan perubahan"))
    expect(page.get_by_text("Silakan tuliskan mengapa kalender diubah.")).to_be_visible()
    expect(moves).to_have_count(1)
    page.get_by_label("Alasan perubahan").fill(REASON)
    press(page, page.get_by_role("button", name="Simpan perubahan"))

    expect(page.get_by_text("Kalender disimpan. 1 tenggat disesuaikan.")).to_be_visible()
    expect(page.locator("td.day-cuti")).to_contain_text("Cuti bersama Pilkada")
    reader = office.page_of(office.cast.holder(Role.PROGRAMMER))
    reader.goto(office.address + ticket.get_absolute_url())
    card = reader.locator("#waktu")
    expect(card.get_by_text("Jum 20 Nov 2026 16.30 WIB")).to_be_visible()
    card.get_by_text("mengapa?").click()
    closed = card.locator("tr.is-closed")
    expect(closed).to_have_count(1)
    expect(closed).to_have_text(re.compile(rf"Rab 18 Nov\s*libur: Cuti bersama Pilkada \({DECREE}\)"))
    told = reader.locator("#riwayat li", has_text="mengubah kalender kerja")
    expect(told).to_contain_text("tenggat bergeser dari 19 Nov 2026 16.00 WIB ke 20 Nov 2026 16.30 WIB")
    expect(told).to_contain_text(REASON)


def test_a_verdict_stays_when_the_day_it_fell_on_is_closed_afterwards(office):
    ticket = due_on_thursday(office.cast)
    earlier, running = ticket.runs.get(row=2), ticket.runs.open().get()
    before = stored(earlier)
    page = office.page_of(office.cast.admin, viewport=PHONE, color_scheme="dark")
    page.goto(f"{office.address}/kalender/hari/?tanggal=2026-11-17")
    describe_day(page)
    press(page, page.get_by_role("button", name="Lihat akibatnya"))
    expect(page.locator(".moves li")).to_contain_text("langkah 4")
    expect(page.get_by_text("Langkah yang sudah selesai tidak disentuh.")).to_be_visible()

    page.get_by_label("Alasan perubahan").fill(REASON)
    press(page, page.get_by_role("button", name="Simpan perubahan"))

    assert stored(running)["due_at"] > running.due_at
    assert (before["verdict"], before["late_minutes"]) == ("terlambat", 15)
    assert stored(earlier) == before
    assert [entry.ticket for entry in HistoryEntry.objects.filter(action="reschedule")] == [ticket]
    reader = office.page_of(office.cast.holder(Role.WEB_DEVELOPER), viewport=PHONE, color_scheme="dark")
    reader.goto(office.address + ticket.get_absolute_url())
    of_row_2 = reader.locator(".told", has=reader.get_by_role("link", name="Langkah 2, rincian waktunya"))
    expect(of_row_2).to_contain_text("terlambat 15 m")
    of_row_2.get_by_role("link").click()
    expect(reader.get_by_text(re.compile("tenggat dan hasilnya tetap seperti saat itu"))).to_be_visible()
    expect(reader.get_by_role("heading", level=1)).to_contain_text("Sel 17 Nov 2026 08.30 WIB")
    assert faults(reader, "dark", PHONE) == []


def test_every_step_of_a_change_is_accessible_and_fits_a_phone(office):
    cast = office.cast
    seed_calendar(cast.admin, now=TUESDAY)
    due_on_thursday(cast)
    on_row_4(cast, day="2026-11-13", reached=("08.00", "08.05", "08.10", "08.15"))
    page = office.page_of(cast.admin)
    check = page.get_by_role("button", name="Lihat akibatnya")
    found = []

    def look():
        for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
            found.extend(faults(page, scheme, size))

    page.goto(f"{office.address}/kalender/hari/?tanggal=2026-11-14")
    look()
    press(page, check)
    expect(page.locator(".invalid-feedback:visible")).not_to_have_count(0)
    look()
    page.get_by_label("Hari kerja khusus").check()
    page.get_by_label("Nama").fill("Masuk kerja pengganti")
    page.get_by_label("Dasar").fill("SE Sekda Nomor 3 Tahun 2026")
    page.get_by_label("Jam kerja").fill("07.30-16.00")
    press(page, check)
    expect(page.get_by_text("1 tenggat langsung terlambat begitu disimpan.")).to_be_visible()
    look()
    press(page, page.get_by_role("button", name="Simpan perubahan"))
    look()
    page.get_by_label("Alasan perubahan").fill(REASON)
    press(page, page.get_by_role("button", name="Simpan perubahan"))
    look()
    page.goto(f"{office.address}/kalender/perubahan/")
    page.locator(".changes summary").click()
    look()
    page.goto(f"{office.address}/kalender/2026/")
    press(page, page.get_by_role("button", name="Kembalikan menjadi usulan"))
    look()

    assert found == []
    assert CalendarDay.objects.get(date=date(2026, 11, 14)).hours == "07.30–16.00"
