"""An administrator takes thirty people over from a list, finds one of them, and lets a programmer go."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import report, walk
from tests.journeys.conftest import PASSWORD, press
from tests.journeys.test_calendar import faults
from tests.journeys.test_pages import DESKTOP, PHONE
from tests.test_people_import import csv_of
from tickets import actions, history
from tickets.models import PeopleImport, User
from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def thirty(*, nip_of_7="199001012015011007", address_of_20="pegawai20@contoh.invalid"):
    """A list of thirty people, the second of them another programmer."""
    rows = []
    for number in range(1, 31):
        address = address_of_20 if number == 20 else f"pegawai{number}@contoh.invalid"
        nip = nip_of_7 if number == 7 else f"1990010120150110{number:02d}"
        role = "Programmer" if number == 2 else ""
        rows.append((f"Pegawai ke-{number}", address, nip, "Diskominfotik", "", role, ""))
    return csv_of(*rows, encoding="utf-8-sig")


def send(page, content):
    file = {"name": "staf.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_label("Berkas daftar").set_input_files(file)
    press(page, page.get_by_role("button", name="Periksa daftar"))


def test_thirty_people_come_and_one_leaves(office):
    cast = office.cast
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
    fajar = cast.holder(Role.PROGRAMMER)
    actions.claim(ticket, by=fajar)
    programmers_page = office.page_of(fajar)
    page = office.page_of(cast.admin)

    page.goto(office.address)
    page.get_by_role("navigation", name="Utama").get_by_role("link", name="Pengaturan").click()
    page.get_by_role("link", name="Pengguna").click()
    page.get_by_role("link", name="Impor daftar").click()
    send(page, thirty(nip_of_7="1990", address_of_20="pegawai20"))
    expect(page.get_by_text("2 baris perlu diperbaiki.")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Salah 2")).click()
    lines = page.locator("ol.lines li")
    expect(lines).to_have_count(2)
    expect(lines.nth(0)).to_contain_text("Baris 8")
    expect(lines.nth(0)).to_contain_text("NIP: NIP terdiri atas 18 angka; yang tertulis 4 tanda.")
    expect(lines.nth(1)).to_contain_text("Baris 21")
    expect(lines.nth(1)).to_contain_text("Surel: Alamat surel ini tidak lengkap")
    assert faults(page, "dark", PHONE) + faults(page, "light", DESKTOP) == []
    assert not User.objects.filter(name__startswith="Pegawai").exists()

    page.get_by_role("link", name="Kirim berkas yang sudah diperbaiki").click()
    send(page, thirty())
    expect(page.get_by_text("30 akun baru, 0 akun diubah, 0 sudah sama.")).to_be_visible()
    assert faults(page, "dark", PHONE) + faults(page, "light", DESKTOP) == []
    press(page, page.get_by_role("button", name="Terapkan"))
    expect(page.get_by_text("Daftar diterapkan: 30 akun baru, 0 akun diubah.")).to_be_visible()
    assert PeopleImport.objects.get(applied_at__isnull=False).rows == []

    page.get_by_label("Cari", exact=True).fill("ke-2 diskominfotik")
    press(page, page.get_by_role("button", name="Cari", exact=True))
    page.get_by_role("link", name="Pegawai ke-2", exact=True).click()
    expect(page.locator("#peran + h3 + ul")).to_contain_text("Programmer")
    press(page, page.get_by_role("button", name="Buat tautan sandi"))
    expect(page.get_by_label("Tautan kata sandi")).to_have_value(re.compile(f"{re.escape('/sandi/baru/')}.+"))
    assert faults(page, "dark", PHONE) + faults(page, "light", DESKTOP) == []

    page.goto(f"{office.address}/pengguna/?cari=Fajar")
    page.get_by_role("link", name="Fajar Ramadhan").click()
    page.get_by_role("link", name="Nonaktifkan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nonaktifkan Fajar Ramadhan")
    assert faults(page, "dark", PHONE) + faults(page, "light", DESKTOP) == []
    page.get_by_label(f"Tugas {ticket.number}").select_option(label="Pegawai ke-2")
    press(page, page.get_by_role("button", name="Nonaktifkan dan serahkan"))
    expect(page.get_by_text("Akun Fajar Ramadhan dinonaktifkan.")).to_be_visible()
    expect(page.get_by_role("button", name="Aktifkan kembali")).to_be_visible()
    assert faults(page, "dark", PHONE) + faults(page, "light", DESKTOP) == []

    programmers_page.goto(f"{office.address}{ticket.get_absolute_url()}")
    expect(programmers_page.get_by_role("heading", name="Masuk")).to_be_visible()
    successor = User.objects.get(name="Pegawai ke-2")
    assert ticket.runs.open().get().performer == successor
    successor.set_password(PASSWORD)
    successor.save()
    theirs = office.page_of(successor)
    expect(theirs.get_by_role("link", name=re.compile(ticket.number)).first).to_be_visible()
    theirs.goto(f"{office.address}{ticket.get_absolute_url()}")
    told = theirs.locator("#riwayat li", has_text="menyerahkan tugas langkah 4")
    expect(told).to_contain_text("dari Fajar Ramadhan, yang tidak lagi bertugas, kepada Pegawai ke-2")
    assert list(history.verify()) == []
