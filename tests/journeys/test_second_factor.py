"""Kepala Bidang sets up a second factor, signs in with it, loses the phone; somebody ends a browser they left open."""

import re
from base64 import b32decode

import pytest
from axe_playwright_python.sync_playwright import Axe
from django_otp.oath import totp
from playwright.sync_api import expect

from tests.journeys.conftest import PASSWORD, press
from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kabid(office, settings):
    settings.TOTP_REQUIRED = frozenset({Role.KEPALA_BIDANG_APTIKA.value})
    return office.cast.holder(Role.KEPALA_BIDANG_APTIKA)


def sign_out(page):
    page.locator("details.menu > summary").click()
    press(page, page.get_by_role("button", name="Keluar"))


def give_password(office, page, person):
    page.goto(f"{office.address}/masuk/")
    page.locator("input[name=username]").fill(person.email)
    page.locator("input[name=password]").fill(PASSWORD)
    press(page, page.get_by_role("button", name="Masuk", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Kode verifikasi")


def give_code(page, code):
    page.get_by_label("Kode dari aplikasi").fill(code)
    press(page, page.get_by_role("button", name="Masuk", exact=True))


def give_recovery_code(page, code):
    if not page.get_by_label("Kode pemulihan").is_visible():
        page.get_by_text("Ponsel tidak ada?").click()
    page.get_by_label("Kode pemulihan").fill(code)
    press(page, page.get_by_role("button", name="Masuk dengan kode pemulihan"))


def set_up(page):
    """Do what the set-up page says, with an app that is this test; its secret and the recovery codes."""
    page.get_by_text("Tidak bisa memindai?").click()
    secret = b32decode(page.locator(".secret code").inner_text().replace(" ", ""))
    page.get_by_label("Kode dari aplikasi").fill(f"{totp(secret):06}")
    press(page, page.get_by_role("button", name="Aktifkan"))
    return secret, page.locator(".recovery-codes code").all_inner_texts()


def faults(page):
    """What axe finds, light and dark, on a phone."""
    page.set_viewport_size({"width": 390, "height": 844})
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [violation["id"] for violation in Axe().run(page).response["violations"]]
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return found


def test_kepala_bidang_sets_up_a_second_factor_and_signs_in_with_it_and_without_the_phone(office, kabid):
    page = office.page_of(kabid)

    page.goto(f"{office.address}/tiket/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Siapkan verifikasi dua langkah")
    assert faults(page) == []
    link = page.get_by_role("link", name="Buka aplikasi autentikator")
    assert link.get_attribute("href").startswith("otpauth://totp/SOPDesk")

    secret, codes = set_up(page)
    assert faults(page) == []
    page.get_by_role("button", name="Salin semua").click()
    assert page.evaluate("navigator.clipboard.readText()").split() == codes
    page.get_by_role("button", name="Selesai").click()
    assert page.locator(".recovery-codes").is_visible()  # not before the tick
    missing = page.get_by_text("Silakan simpan kode di atas, lalu centang di sini.")
    expect(missing).to_be_visible()
    assert faults(page) == []
    page.get_by_label("Saya sudah menyimpannya").check()
    expect(missing).to_be_hidden()
    press(page, page.get_by_role("button", name="Selesai"))
    expect(page).to_have_title(re.compile("Beranda"))

    sign_out(page)
    give_password(office, page, kabid)
    assert faults(page) == []
    give_code(page, "000000")
    expect(page.locator(".invalid-feedback")).to_contain_text("tidak cocok atau sudah pernah dipakai")
    give_code(page, f"{totp(secret, drift=1):06}")
    expect(page).to_have_title(re.compile("Beranda"))

    sign_out(page)
    give_password(office, page, kabid)
    give_recovery_code(page, codes[0].lower())
    expect(page.get_by_text("Tersisa 9 kode")).to_be_visible()

    sign_out(page)
    give_password(office, page, kabid)
    give_recovery_code(page, codes[0])
    expect(page.locator(".invalid-feedback")).to_contain_text("sudah pernah dipakai")
    give_recovery_code(page, codes[1])
    expect(page).to_have_title(re.compile("Beranda"))


def test_somebody_sees_the_browser_they_left_open_and_ends_it(office):
    programmer = office.cast.holder(Role.PROGRAMMER)
    elsewhere = office.pages["elsewhere"] = office.page_of(programmer)
    del office.pages[programmer]
    desk = office.page_of(programmer)

    desk.goto(f"{office.address}/profil/")
    press(desk, desk.get_by_role("link", name="Sesi"))
    expect(desk.locator(".session-rows > li")).to_have_count(2)
    press(desk, desk.get_by_role("button", name=re.compile("^Akhiri sesi")))
    expect(desk.locator(".session-rows > li")).to_have_count(1)

    elsewhere.goto(f"{office.address}/tiket/")
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Masuk")
    desk.goto(f"{office.address}/tiket/")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Tiket")
