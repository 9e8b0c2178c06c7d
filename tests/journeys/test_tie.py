"""Two reports of one fault: a browser ties one to the other, walks that to its end, and the tied one ends with it."""

import pytest

from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DONE = "menunggu-konfirmasi"


def test_two_reports_of_one_fault_end_together(office):
    main, second = (office.file("spj_online", title=title) for title in ("Kuitansi hilang", "Kuitansi tidak tersimpan"))
    page = office.page_of(office.cast.holder(Role.SUBKOORDINATOR_APLIKASI))

    page.goto(f"{office.address}/tiket/{second.number}/")
    page.locator("#giliran").get_by_text("Tindakan lain").click()
    page.get_by_role("link", name="Gabungkan dengan laporan lain").click()
    page.get_by_role("radio", name=main.number).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Gabungkan").click()

    assert page.locator("#judul-giliran").inner_text() == f"Pekerjaan berlangsung di {main.number}"
    office.walk(main, 2, 3, 4, 5, 6, 7, DONE)
    office.confirm(second)
    assert (main.state, second.state) == (DONE, "selesai")
