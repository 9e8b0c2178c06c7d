"""Two people at once, a half-written form, the back button, a double click, no JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import TUESDAY, advance, person, report, screenshot_file, walk
from tests.journeys.conftest import PASSWORD, paste_screenshot, press
from tests.journeys.test_time import look_again
from tickets import actions
from tickets.models import Ticket
from workflows.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def at_row_4(office):
    return walk(report(by=office.cast.reporter), office.cast, 2, 3, 4, penyebab="coding")


def second_programmer(office):
    colleague = person("Dedi Kurnia", role=Role.PROGRAMMER)
    colleague.set_password(PASSWORD)
    colleague.save()
    return colleague


def seconds_between_questions(part):
    """How often a part of a page asks by itself whether something changed."""
    return int(re.search(r"every (\d+)s", part.get_attribute("hx-trigger")).group(1))


def test_the_slower_of_two_reads_who_was_first_and_keeps_the_text(office):
    ticket = at_row_4(office)
    slow = office.page_of(second_programmer(office))
    slow.goto(office.address + ticket.get_absolute_url())
    slow.locator("[name=hasil_perbaikan-hasil]").fill("Perbaikan versi saya: menambal templat.")
    advance(ticket, office.cast, 5)

    press(slow, slow.locator("form[action$='/selesaikan/'] button[name=arrow]").first)

    assert re.search(r"sudah diselesaikan .*Fajar Ramadhan", slow.inner_text("main"))
    kept = slow.inner_text("main") + " ".join(area.input_value() for area in slow.locator("textarea").all())
    assert "Perbaikan versi saya: menambal templat." in kept
    assert ticket.runs.filter(row=4).count() == 1


def test_an_open_page_learns_of_a_change_and_keeps_a_half_written_form(office):
    ticket = at_row_4(office)
    page = office.page_of(second_programmer(office))
    page.goto(office.address + ticket.get_absolute_url())
    page.locator("[name=hasil_perbaikan-hasil]").fill("Setengah jadi")

    advance(ticket, office.cast, 5)
    look_again(page)

    expect(page.get_by_text(re.compile("sudah diselesaikan .*Fajar Ramadhan")).first).to_be_visible()
    expect(page.locator("[name=hasil_perbaikan-hasil]")).to_have_value("Setengah jadi")


def test_a_reporters_open_page_shows_the_next_row_within_15_seconds(office):
    ticket = report(by=office.cast.reporter)
    page = office.page_of(office.cast.reporter)
    page.goto(office.address + ticket.get_absolute_url())

    advance(ticket, office.cast, 2)

    expect(page.locator("#giliran")).to_contain_text("Menunggu Web Developer")
    assert seconds_between_questions(page.locator("#denyut")) <= 12  # the rest of the 15 is for the answer


def test_a_double_click_files_one_report(office):
    page = office.page_of(office.cast.reporter)
    page.goto(f"{office.address}/laporan/baru/")
    page.locator("input[name=procedure][value=website]").check(force=True)
    page.get_by_label("Judul").fill("Galeri kosong")
    page.get_by_label("Uraian").fill("Foto tidak tampil.")
    paste_screenshot(page)

    with page.expect_navigation(url=re.compile("terkirim")):
        page.get_by_role("button", name="Kirim laporan").dblclick()

    assert Ticket.objects.filter(title="Galeri kosong").count() == 1


def test_back_and_send_again_does_not_file_twice(office):
    page = office.page_of(office.cast.reporter)
    office.file("website", title="Galeri kosong")

    page.go_back()
    page.wait_for_load_state()
    send = page.get_by_role("button", name="Kirim laporan")
    if send.is_visible() and send.is_enabled():
        press(page, send)

    assert Ticket.objects.filter(title="Galeri kosong").count() == 1


def test_a_report_is_filed_without_javascript_on_a_phone(office):
    page = office.page_of(office.cast.reporter, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(f"{office.address}/laporan/baru/")
    page.locator("input[name=procedure][value=spj_online]").check(force=True)
    page.get_by_label("Judul").fill("Kuitansi gagal diunggah")
    page.get_by_label("Uraian").fill("Muncul pesan galat.")
    picture = screenshot_file()
    page.locator("input[type=file]").first.set_input_files(
        {"name": picture.name, "mimeType": "image/png", "buffer": picture.read()}
    )

    press(page, page.get_by_role("button", name="Kirim laporan"))

    ticket = Ticket.objects.get(title="Kuitansi gagal diunggah")
    assert ticket.number in page.inner_text("main")
    assert ticket.attachments.count() == 1


def test_the_button_for_the_chosen_cause_steps_forward(office):
    ticket = walk(report(by=office.cast.reporter), office.cast, 2)
    page = office.page_of(office.cast.holder(Role.WEB_DEVELOPER))
    page.goto(office.address + ticket.get_absolute_url())
    ways = page.locator("button[name=arrow]")
    in_front = page.locator("[data-front] button[name=arrow]")

    undecided = (in_front.count(), ways.evaluate_all("all => all.filter(b => b.checkVisibility()).length"))
    page.locator("[name=analisis-penyebab][value=infrastruktur]").check(force=True)
    first = (in_front.get_attribute("value"), page.locator(".btn-act[name=arrow]").get_attribute("value"))
    page.locator("[name=analisis-penyebab][value=tanpa_perbaikan]").check(force=True)
    second = (in_front.get_attribute("value"), page.locator(".btn-act[name=arrow]").get_attribute("value"))

    assert undecided == (0, 3)
    assert (first, second) == (("6", "6"), ("9", "9"))
    assert page.locator("[data-front] [name=reason]").is_visible()
    assert page.get_by_text("Tindakan lain").first.is_visible()


def test_a_field_that_is_being_put_right_is_marked_no_longer(office):
    page = office.page_of(office.cast.reporter)
    page.goto(f"{office.address}/laporan/baru/")
    page.locator("form[data-report]").evaluate("form => { form.noValidate = true }")
    press(page, page.get_by_role("button", name="Kirim laporan"))
    before = page.locator("#id_title.is-invalid, #id_description.is-invalid").count()

    page.get_by_label("Judul").fill("Halaman kosong")

    assert before == 2
    assert page.locator("#id_title.is-invalid, #div_id_title .invalid-feedback").count() == 0
    assert page.locator("#id_description.is-invalid").count() == 1


def test_a_row_is_left_without_javascript(office):
    ticket = walk(report(by=office.cast.reporter), office.cast, 2)
    page = office.page_of(office.cast.holder(Role.WEB_DEVELOPER), java_script_enabled=False)
    page.goto(office.address + ticket.get_absolute_url())
    page.locator("[name=analisis-analisis]").fill("Server kehabisan memori.")
    page.locator("[name=analisis-penyebab][value=infrastruktur]").check(force=True)

    press(page, page.locator("button[name=arrow][value='6']"))

    ticket.refresh_from_db()
    assert ticket.state == "website-2024.6"


def test_a_claimed_task_is_not_offered_to_a_colleague(office):
    ticket = at_row_4(office)
    actions.claim(ticket, by=office.cast.holder(Role.PROGRAMMER), now=TUESDAY.replace(year=2030))
    page = office.page_of(second_programmer(office))

    page.goto(office.address + ticket.get_absolute_url())

    expect(page.get_by_text("Fajar Ramadhan").first).to_be_visible()
    assert page.locator("form[action$='/selesaikan/']").count() == 0


@pytest.mark.parametrize("address", ["/", "/tiket/"])
def test_an_open_list_shows_a_new_turn_within_15_seconds(office, address):
    page = office.page_of(office.cast.holder(Role.SUB_KOORDINATOR))
    page.goto(office.address + address)

    ticket = report(by=office.cast.reporter)

    expect(page.get_by_text(ticket.number).first).to_be_visible()
    assert seconds_between_questions(page.locator("[data-pulse]")) <= 12  # the rest of the 15 is for the answer


def test_a_half_written_report_is_sent_after_signing_in_again_in_another_tab(office):
    page = office.page_of(office.cast.reporter)
    page.goto(f"{office.address}/laporan/baru/")
    page.locator("input[name=procedure][value=website]").check(force=True)
    page.get_by_label("Judul").fill("Ditulis sebelum sesi berakhir")
    page.get_by_label("Uraian").fill("Teks panjang yang tidak boleh hilang.")
    page.get_by_label("Tautan halaman").fill("sumbarprov.go.id")

    other = page.context.new_page()
    page.context.clear_cookies()
    other.goto(f"{office.address}/masuk/")
    other.get_by_label("Surel").fill(office.cast.reporter.email)
    other.locator("input[name=password]").fill(PASSWORD)
    press(other, other.get_by_role("button", name="Masuk", exact=True))
    other.close()
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")  # headless tabs never lose the focus they get back
    press(page, page.get_by_role("button", name="Kirim laporan"))

    assert Ticket.objects.filter(title="Ditulis sebelum sesi berakhir").count() == 1
