"""Beranda: what each kind of person finds on it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from tests.factories import TUESDAY, advance, person, report, walk
from tests.pages import one, read, select, words
from tickets import actions, worklists
from tickets.models import RoleAssignment, StepRun, Ticket
from tickets.views import home
from workflows.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def page_of(client_of):
    """Beranda of a person, parsed."""

    def fetch(someone):
        return read(client_of(someone).get("/"))

    return fetch


def numbers_in(page, section):
    """The ticket numbers of a section, in order."""
    return [words(found) for found in select(page, f"[aria-labelledby={section}] .number")]


def test_beranda_asks_a_visitor_to_sign_in(client):
    response = client.get("/")

    assert (response.status_code, response["Location"]) == (302, "/masuk/?next=/")


@pytest.mark.parametrize(
    ("hour", "word"),
    [(0, "pagi"), (10, "pagi"), (11, "siang"), (14, "siang"), (15, "sore"), (17, "sore"), (18, "malam"), (23, "malam")],
)
def test_the_greeting_keeps_the_hour_of_wib(hour, word):
    assert home.greeting(datetime(2026, 11, 17, hour, tzinfo=UTC) - timedelta(hours=7)) == word


@pytest.mark.parametrize(
    ("name", "called"),
    [("Rina Marlina", "Rina"), ("Ir. Zulkifli", "Zulkifli"), ("Dr. H. Ahmad Yani, S.Kom.", "Ahmad"), ("Drs.", "Drs.")],
)
def test_people_are_greeted_by_name_not_by_title(name, called):
    assert home.called(name) == called


@time_machine.travel(TUESDAY, tick=False)
def test_the_page_greets_with_the_day(cast, page_of):
    page = page_of(cast.reporter)

    assert words(one(page, ".page-title")) == "Selamat pagi, Siti. Selasa, 17 November 2026"


@pytest.mark.parametrize(
    ("later", "sentence"),
    [
        (timedelta(hours=2, minutes=30), "Selasa, 17 November 2026 · di luar jam kerja, lanjut 13.00"),
        (timedelta(hours=8), "Selasa, 17 November 2026 · di luar jam kerja, lanjut Rabu 07.30"),
        (timedelta(days=4), "Sabtu, 21 November 2026 · di luar jam kerja, lanjut Senin 07.30"),
    ],
)
def test_out_of_hours_the_page_says_when_work_goes_on(cast, page_of, later, sentence):
    with time_machine.travel(TUESDAY + later, tick=False):
        assert words(one(page_of(cast.reporter), "#hari")) == sentence


# A performer


@time_machine.travel(TUESDAY, tick=False)
def test_a_performer_finds_the_row_that_is_theirs_with_what_it_asks(cast, page_of):
    ticket = walk(report(by=cast.reporter, title="Slider rusak"), cast, 2, 3, 4)

    row = one(page_of(cast.holder(Role.PROGRAMMER)), "[aria-labelledby=giliran] li")

    assert words(row) == (
        f"{ticket.number} Slider rusak Dinas Kesehatan Langkah 4 · Perbaikan dari sisi coding "
        "sisa 2 hari 5 j Kam 19 Nov 16.00 Kerjakan"
    )
    assert {link.get("href") for link in select(row, "a")} == {f"/tiket/{ticket.number}/"}


def test_without_a_limit_turns_stand_in_the_order_of_waiting(cast, page_of):
    late = report(by=cast.reporter, now=TUESDAY - timedelta(days=1))
    early = report(by=cast.reporter, now=TUESDAY - timedelta(days=2))

    page = page_of(cast.holder(Role.SUB_KOORDINATOR))

    assert numbers_in(page, "giliran") == [early.number, late.number]


@time_machine.travel(TUESDAY, tick=False)
def test_turns_stand_by_urgency_and_late_ones_above_with_the_red_word(cast, page_of):
    programmer = cast.holder(Role.PROGRAMMER)
    plenty = report(by=cast.reporter)
    for to in (2, 3, 4):
        plenty = advance(plenty, cast, to, now=TUESDAY, penyebab="coding")
    late = report(by=cast.reporter, now=TUESDAY - timedelta(days=7))
    for to in (2, 3, 4):
        late = advance(late, cast, to, now=TUESDAY - timedelta(days=7), penyebab="coding")
    held = report(by=cast.reporter, now=TUESDAY - timedelta(hours=1))
    for to in (2, 3, 4):
        held = advance(held, cast, to, now=TUESDAY - timedelta(hours=1), penyebab="coding")
    run = held.runs.open().get().pk
    actions.hold(held, by=programmer, run=run, reason="pelapor", until=date(2026, 11, 20), now=TUESDAY)

    page = page_of(programmer)

    first, second, third = select(page, "[aria-labelledby=giliran] li")
    assert numbers_in(page, "giliran") == [late.number, plenty.number, held.number]
    assert "terlambat 2 hari 2 j" in words(one(first, ".is-late"))
    assert [select(row, ".is-late") for row in (second, third)] == [[], []]
    assert "ditunda, sisa" in words(third)


def test_a_task_in_a_colleagues_hands_is_no_turn_and_ones_own_says_so(cast, page_of):
    colleague = person("Meri Andani", role=Role.PROGRAMMER, procedure="website")
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4)
    actions.claim(ticket, by=colleague)

    theirs, mine = page_of(colleague), page_of(cast.holder(Role.PROGRAMMER))

    assert "Anda pegang" in words(one(theirs, "[aria-labelledby=giliran]"))
    assert numbers_in(mine, "giliran") == []


def test_only_the_first_turns_are_shown_and_all_are_counted(cast, page_of):
    for _ in range(home.TURNS + 1):
        report(by=cast.reporter)

    section = one(page_of(cast.holder(Role.SUB_KOORDINATOR)), "[aria-labelledby=giliran]")

    assert len(select(section, "li")) == home.TURNS
    assert words(one(section, "h2")) == "Giliran Anda 11"
    assert one(section, ".all a").get("href") == "/tiket/?tampilan=giliran"


def test_without_a_turn_the_page_says_what_is_on_its_way(cast, page_of):
    report(by=cast.reporter)
    report(by=cast.reporter)

    empty = one(page_of(cast.holder(Role.PROGRAMMER)), ".empty")

    assert words(empty) == "Tidak ada giliran. 2 tiket sedang menuju Anda."


def test_without_any_ticket_every_list_says_something(cast, page_of):
    page = page_of(cast.holder(Role.PROGRAMMER))

    assert len(select(page, ".none")) == 3
    assert "begitu sebuah tiket sampai" in words(one(page, ".empty"))


def test_somebody_with_several_roles_sees_as_what_each_turn_is_theirs(cast, page_of):
    both = cast.holder(Role.PROGRAMMER)
    RoleAssignment.objects.create(user=both, role=Role.WEB_DEVELOPER, procedure="website")
    walk(report(by=cast.reporter), cast, 2)

    assert "sebagai Web Developer" in words(one(page_of(both), "[aria-labelledby=giliran]"))


def test_what_waits_for_others_is_what_one_worked_on_or_reported(cast, page_of):
    programmer = cast.holder(Role.PROGRAMMER)
    worked_on = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, penyebab="coding")
    reported = report(by=programmer)
    walk(report(by=cast.reporter), cast, 2)

    page = page_of(programmer)

    assert set(numbers_in(page, "menunggu")) == {worked_on.number, reported.number}
    assert "Langkah 9 · Web Developer" in words(one(page, "[aria-labelledby=menunggu]"))


def test_done_lately_names_each_ticket_once_by_its_last_row(cast, page_of):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, penyebab="coding")

    section = one(page_of(cast.holder(Role.PROGRAMMER)), "[aria-labelledby=selesai]")

    assert words(one(section, "ul")) == f"{ticket.number} {ticket.title} Langkah 5 · baru saja"


@pytest.mark.parametrize(("ago", "shown"), [(timedelta(days=7, seconds=-1), 1), (timedelta(days=7, seconds=1), 0)])
def test_lately_is_the_last_seven_days(cast, ago, shown):
    ticket = report(by=cast.reporter, now=TUESDAY - timedelta(days=30))
    advance(ticket, cast, 2, now=TUESDAY - ago)

    assert home.work(cast.holder(Role.SUB_KOORDINATOR), TUESDAY)["done"].total == shown


def test_a_performer_is_asked_to_confirm_an_own_report(cast, page_of):
    programmer = cast.holder(Role.PROGRAMMER)
    ticket = walk(report(by=programmer), cast, 2, 3, 4, 5, 9, "menunggu-konfirmasi", penyebab="coding")

    page = page_of(programmer)

    assert numbers_in(page, "giliran") == [ticket.number]
    assert numbers_in(page, "menunggu") == []


# The conditions behind the lists


def test_coming_to_somebody_are_tickets_on_rows_before_theirs(cast):
    before = walk(report(by=cast.reporter), cast, 2)
    walk(report(by=cast.reporter), cast, 2, 3, 4)
    walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, penyebab="coding")
    walk(report(by=cast.reporter), cast, 2, 6, 7, penyebab="infrastruktur")

    coming = Ticket.objects.filter(worklists.coming_to(cast.holder(Role.PROGRAMMER)))

    assert list(coming) == [before]


def test_a_stranger_waits_for_nothing(cast):
    walk(report(by=cast.reporter), cast, 2)

    conditions = (
        worklists.own_turn,
        worklists.coming_to,
        worklists.elsewhere,
        worklists.worked_on,
        worklists.to_confirm,
    )

    assert [Ticket.objects.filter(condition(cast.stranger)).count() for condition in conditions] == [0] * 5


# A reporter


@time_machine.travel(TUESDAY, tick=False)
def test_a_reporter_follows_a_report_through_its_stations(cast, page_of):
    ticket = walk(report(by=cast.reporter, title="Peta tidak termuat"), cast, 2, 3, 4)

    parcel = one(page_of(cast.reporter), ".parcel")

    assert words(parcel) == (
        f"{ticket.number} Peta tidak termuat Diproses sisa 2 hari 5 j Kam 19 Nov 16.00 "
        "Langkah 4 dari 9 · sekarang: Programmer Diperbarui baru saja"
    )
    assert [dot.get("class") for dot in select(parcel, ".track li")][:5] == ["is-done"] * 3 + ["is-now", "is-ahead"]


def test_a_report_to_confirm_comes_first_and_asks(cast, page_of):
    asked = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, "menunggu-konfirmasi", penyebab="coding")
    closed = walk(report(by=cast.reporter), cast, "tidak-diproses")
    on_its_way = report(by=cast.reporter)

    page = page_of(cast.reporter)

    assert numbers_in(page, "laporan-anda") == [asked.number, on_its_way.number, closed.number]
    first, *others = select(page, ".parcel")
    assert ("turn" in first.get("class"), "Mohon konfirmasi" in words(first)) == (True, True)
    assert not any("turn" in other.get("class") for other in others)


def test_a_new_reporter_is_told_what_to_do(cast, page_of):
    page = page_of(cast.stranger)

    assert "Anda belum pernah melaporkan gangguan." in words(one(page, ".empty"))
    assert one(page, ".page-head .btn-act").get("href") == "/laporan/baru/"


def test_nobody_finds_anothers_report(cast, page_of):
    ticket = report(by=cast.reporter)

    for someone in (cast.stranger, cast.admin, cast.holder(Role.NETWORK_ADMINISTRATOR)):
        assert ticket.number not in words(page_of(someone))


# Who coordinates or heads


@pytest.mark.parametrize("role", [Role.SUB_KOORDINATOR, Role.KEPALA_BIDANG_APTIKA])
def test_who_oversees_finds_what_is_late_and_whose_turn_it_is(cast, page_of, role):
    with time_machine.travel(TUESDAY, tick=False):
        late = walk(report(by=cast.reporter, title="Banner rusak"), cast, 2)
        soon = walk(report(by=cast.reporter, title="Peta kosong"), cast, 2, 3, 4, penyebab="coding")
        actions.claim(soon, by=cast.holder(Role.PROGRAMMER))
        walk(report(by=cast.reporter), cast, 2, 6, 7, penyebab="infrastruktur")

    with time_machine.travel(TUESDAY + timedelta(days=1), tick=False):
        page = page_of(cast.holder(role))

    assert words(one(page, "[aria-labelledby=lewat]")) == (
        f"Lewat batas waktu 1 {late.number} Banner rusak Langkah 2 · giliran Web Developer "
        "terlambat 7 j 15 m Sel 17 Nov 10.15"
    )
    assert words(one(page, "[aria-labelledby=jatuh-tempo]")) == (
        f"Akan jatuh tempo 1 {soon.number} Peta kosong Langkah 4 · giliran Programmer (Fajar Ramadhan) "
        "sisa 1 hari 5 j Kam 19 Nov 16.00"
    )


def test_the_first_that_are_late_and_soon_are_shown_and_all_are_counted(cast, page_of):
    with time_machine.travel(TUESDAY, tick=False):
        late = [walk(report(by=cast.reporter), cast, 2).number for _ in range(home.SHORT + 1)]
        soon = [walk(report(by=cast.reporter), cast, 2, 3, 4).number for _ in range(home.SHORT + 2)]

    with time_machine.travel(TUESDAY + timedelta(days=1), tick=False):
        page = page_of(cast.holder(Role.SUB_KOORDINATOR))

    assert numbers_in(page, "lewat") == late[: home.SHORT]
    assert numbers_in(page, "jatuh-tempo") == soon[: home.SHORT]
    assert words(one(page, "#lewat")) == f"Lewat batas waktu {len(late)}"
    assert words(one(page, "#jatuh-tempo")) == f"Akan jatuh tempo {len(soon)}"


def test_who_only_performs_oversees_nothing(cast, page_of):
    page = page_of(cast.holder(Role.PROGRAMMER))

    assert not select(page, "[aria-labelledby=lewat]")


def test_a_coordinator_oversees_their_own_procedure_only(cast, page_of):
    with time_machine.travel(TUESDAY, tick=False):
        walk(report(by=cast.reporter), cast, 2)

    with time_machine.travel(TUESDAY + timedelta(days=1), tick=False):
        page = page_of(cast.holder(Role.SUBKOORDINATOR_APLIKASI))

    assert "Tidak ada langkah yang lewat batas waktu." in words(one(page, "[aria-labelledby=lewat]"))


# Kepala Bidang


@time_machine.travel(TUESDAY, tick=False)
def test_kepala_bidang_sees_each_sop_by_row_and_every_figure_leads_to_its_tickets(cast, client_of, page_of):
    kepala = cast.holder(Role.KEPALA_BIDANG_APTIKA)
    last_month = TUESDAY - timedelta(days=40)
    report(by=cast.reporter)
    walk(report(by=cast.reporter), cast, 2, 3)
    asked = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, "menunggu-konfirmasi", penyebab="coding")
    done = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, "menunggu-konfirmasi", penyebab="coding")
    actions.confirm(done, by=cast.reporter)
    old = report(by=cast.reporter, now=last_month)
    for to in (2, 3, 4, 5, 9, "menunggu-konfirmasi"):
        old = advance(old, cast, to, now=last_month, penyebab="coding")
    actions.confirm(old, by=cast.reporter, now=last_month)

    page = page_of(kepala)
    section = one(page, "[aria-labelledby=sop-website-2024]")

    assert words(one(section, "dl")) == "Berjalan 2 Baru 1 Menunggu konfirmasi 1 Selesai bulan ini 1"
    assert [words(one(row, ".amount")) for row in select(section, "tbody tr")] == list("101000000")
    assert words(one(page, ".in-short")).startswith("2 tiket berjalan , 1 di antaranya baru;")
    for link in (*select(section, "dd a"), *select(section, "td a")):
        found = read(client_of(kepala).get(link.get("href")))
        assert one(found, "#hasil").get("data-found") == words(link)
        assert not select(found, "main .notice-warn")
    assert asked.status_label == "Menunggu konfirmasi"


def test_kepala_bidang_finds_what_was_reported_to_them(cast, page_of):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2)

    section = one(page_of(cast.holder(Role.KEPALA_BIDANG_APTIKA)), "[aria-labelledby=laporan-masuk]")

    assert words(one(section, "h2")) == "Laporan masuk 1"
    assert f"{ticket.number} {ticket.title} Langkah 1 dilaporkan oleh Lina Kartika:" in words(section)


# An administrator


def test_an_administrator_learns_which_role_nobody_holds(cast, page_of):
    RoleAssignment.objects.filter(role=Role.NETWORK_ADMINISTRATOR).delete()

    section = one(page_of(cast.admin), "[aria-labelledby=pengaturan]")

    assert words(one(section, ".gaps")) == (
        "Network Administrator (Aplikasi SPJ Online): tanpa pemegang. "
        "Tugaskan seseorang sebagai Network Administrator untuk Aplikasi SPJ Online"
    )
    assert one(section, ".gaps a").get("href") == "/peran/baru/?peran=network_administrator&layanan=spj_online"


def test_an_administrator_learns_that_every_role_is_held(cast, page_of):
    section = one(page_of(cast.admin), "[aria-labelledby=pengaturan]")

    assert "Setiap peran dari setiap SOP ada pemegangnya hari ini." in words(section)
    assert re.search(r"Pengguna 11 akun aktif .* 8 penugasan berlaku .* 3 terdaftar", words(section))


def test_somebody_can_be_several_of_these_at_once(cast, page_of):
    everything = person("Yeni Rosa", is_staff=True, is_superuser=True, role=Role.KEPALA_BIDANG_APTIKA)
    RoleAssignment.objects.create(user=everything, role=Role.PROGRAMMER)
    walk(report(by=cast.reporter), cast, 2, 3, 4)

    page = page_of(everything)

    sections = [section.get("aria-labelledby") for section in select(page, "main section")]
    assert sections[:6] == ["giliran", "lewat", "jatuh-tempo", "mendatang", "menunggu", "selesai"]
    assert sections[6:] == ["sop-website-2024", "sop-spj-online", "pengaturan"]
    assert StepRun.objects.turn_of(everything).count() == 1
