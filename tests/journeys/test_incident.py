"""A security incident in the browser: marked by who works on it, unseen by its reporter, and unmarked again."""

import re

import pytest

from tests.journeys.conftest import press
from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "Halaman beranda diganti orang lain"


def test_an_incident_is_seen_by_who_holds_a_role_in_its_sop_and_by_nobody_else(office):
    ticket = office.file("website", title=TITLE)
    address = f"{office.address}{ticket.get_absolute_url()}"
    budi = office.page_of(office.cast.holder(Role.SUB_KOORDINATOR))

    budi.goto(address)
    budi.get_by_role("link", name="Tandai insiden keamanan").click()
    assert "Pelapor tidak lagi melihat laporan ini; hubungi langsung bila perlu." in budi.inner_text("main")
    press(budi, budi.get_by_role("button", name="Tandai insiden keamanan"))
    assert "Silakan tuliskan mengapa laporan ini insiden keamanan." in budi.inner_text("main")
    budi.get_by_label("Mengapa laporan ini insiden keamanan?").fill("Beranda diganti pihak luar.")
    press(budi, budi.get_by_role("button", name="Tandai insiden keamanan"))

    assert budi.locator("#kepala .pill-incident").inner_text() == "Insiden keamanan"
    assert "menandai laporan ini sebagai insiden keamanan" in budi.inner_text("#riwayat")
    for someone in (office.cast.reporter, office.cast.stranger, office.cast.holder(Role.SUBKOORDINATOR_APLIKASI)):
        assert what_is_seen(office, someone, ticket) == (404, 0, 0), someone
    for role in (Role.WEB_DEVELOPER, Role.KEPALA_BIDANG_APTIKA):
        page = office.page_of(office.cast.holder(role))
        page.goto(f"{office.address}/tiket/?insiden=ya")
        row = page.get_by_role("row", name=re.compile(ticket.number))
        assert row.locator(".pill-incident").inner_text() == "Insiden keamanan"

    office.walk(ticket, 2)
    budi.goto(address)
    budi.get_by_role("link", name="Cabut tanda").click()
    budi.get_by_label("Mengapa tanda insiden keamanan dicabut?").fill("Ternyata perubahan oleh pengelola sendiri.")
    press(budi, budi.get_by_role("button", name="Cabut tanda"))

    assert budi.locator(".pill-incident").count() == 0
    assert what_is_seen(office, office.cast.stranger, ticket) == (404, 0, 0)
    status, on_home, in_list = what_is_seen(office, office.cast.reporter, ticket)
    assert (status, on_home >= 1, in_list >= 1) == (200, True, True)


def what_is_seen(office, person, ticket):
    """The status of its page, and how often its number stands on Beranda and in a search for its title."""
    page = office.page_of(person)
    status = page.goto(f"{office.address}{ticket.get_absolute_url()}").status
    named = []
    for address in ("/", f"/tiket/?cari={TITLE}"):
        page.goto(f"{office.address}{address}")
        named.append(page.locator("main").inner_text().count(ticket.number))
    return status, *named
