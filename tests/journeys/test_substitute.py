"""The Programmer goes on leave: an administrator names the Plh with the letter, who acts a.n.; both see it."""

import re
from datetime import date

import pytest
import time_machine
from playwright.sync_api import expect

from tests.factories import TUESDAY, person, report, walk
from tests.journeys.conftest import PASSWORD, fill, press
from tests.journeys.test_calendar import faults
from tests.journeys.test_pages import DESKTOP, PHONE
from tickets.models import RoleAssignment
from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LETTER = "800/214/Diskominfotik/2026"


@pytest.fixture(autouse=True)
def _tuesday():
    """It is Tuesday 17 November 2026, 10.00 WIB."""
    with time_machine.travel(TUESDAY, tick=True):
        yield


@pytest.fixture
def nadia(office):
    """A colleague without any role."""
    someone = person("Nadia Putri", unit=office.cast.diskominfotik)
    someone.set_password(PASSWORD)
    someone.save()
    return someone


def look(page):
    """What axe finds on a page as it stands, light and wide, dark and narrow."""
    return [*faults(page, "light", DESKTOP), *faults(page, "dark", PHONE)]


def test_a_programmer_goes_on_leave_and_the_plh_acts_in_their_name(office, nadia):
    cast = office.cast
    fajar = cast.holder(Role.PROGRAMMER)
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
    found = []

    admin = office.page_of(cast.admin)
    admin.goto(f"{office.address}/peran/")
    admin.get_by_role("link", name="Tunjuk pengganti Fajar Ramadhan, Programmer").first.click()
    admin.get_by_label("Pengguna").select_option(label="Nadia Putri · Diskominfotik")
    press(admin, admin.get_by_role("button", name="Simpan"))
    expect(admin.get_by_text("Silakan isi nomor surat penunjukannya.")).to_be_visible()
    found += look(admin)
    admin.get_by_label("Sampai").fill("2026-11-27")
    admin.get_by_label("Nomor surat").fill(LETTER)
    press(admin, admin.get_by_role("button", name="Simpan"))
    expect(admin.get_by_text("Nadia Putri menggantikan Fajar Ramadhan sebagai Programmer.")).to_be_visible()
    expect(
        admin.get_by_text(f"Plh./Plt. untuk Fajar Ramadhan s.d. 27 Nov 2026 · surat nomor {LETTER}").first
    ).to_be_visible()
    given = RoleAssignment.objects.get(user=nadia)
    assert (given.substitute_for, given.ends_on, given.letter_number) == (fajar, date(2026, 11, 27), LETTER)

    substitute = office.page_of(nadia, viewport=PHONE)
    expect(substitute.get_by_text(re.compile("Anda menggantikan Fajar Ramadhan"))).to_be_visible()
    substitute.get_by_role("link", name=f"Kerjakan {ticket.number}").click()
    expect(substitute.get_by_text("Tercatat a.n. Fajar Ramadhan")).to_be_visible()
    form = substitute.locator("form[action$='/selesaikan/']")
    fill(form, {})
    press(substitute, form.locator("button[name=arrow]").first)
    expect(substitute.locator("#riwayat")).to_contain_text("Nadia Putri (Programmer, a.n. Fajar Ramadhan)")
    assert (ticket.entries.last().by, ticket.entries.last().acting_for) == (nadia, fajar)

    absent = office.page_of(fajar, viewport=PHONE)
    told = absent.locator(".substitution")
    expect(told).to_contain_text(
        f"Nadia Putri menggantikan Anda (Programmer) sampai 27 November 2026, surat nomor {LETTER}"
    )
    expect(told.get_by_role("link")).to_contain_text(ticket.number)
    found += look(absent)

    admin.goto(f"{office.address}/peran/{given.pk}/akhiri/")
    press(admin, admin.get_by_role("button", name="Batalkan penugasan"))
    substitute.goto(office.address)
    expect(substitute).to_have_url(re.compile("/masuk/"))
    assert found == []


def test_a_stranger_asks_for_an_account_without_any_barrier(office, settings):
    settings.REGISTRATION = settings.MAIL_ENABLED = True
    context = office.browser.new_context(viewport=PHONE, locale="id-ID")
    page = context.new_page()
    page.goto(f"{office.address}/masuk/")
    page.get_by_role("link", name="Daftar").click()
    press(page, page.get_by_role("button", name="Daftar"))
    expect(page.get_by_text("Silakan tuliskan nama Anda.")).to_be_visible()
    found = look(page)
    page.get_by_label("Nama lengkap").fill("Meri Yulianti")
    page.get_by_label("Surel dinas").fill("meri@disdik.example")
    press(page, page.get_by_role("button", name="Daftar"))
    expect(page.get_by_role("heading", name="Periksa surel Anda")).to_be_visible()
    found += look(page)
    context.close()

    assert found == []
