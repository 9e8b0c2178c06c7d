"""Reports of one fault (SPJ Online, row 2, S-7): tied to a main ticket, they follow it and end as it ends."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from tests.factories import TUESDAY, a_working_day, advance, person, report, walk
from tests.pages import one, read, select, words
from tickets import actions, history, limits, tallies
from tickets.models import Document, Notice, Ticket
from tickets.models.tickets import Status
from tickets.notifications import kinds
from tickets.sight import Sight
from tickets.stations import done_in_words, stations
from workflows import calendars
from workflows.models import CalendarDay
from workflows.roles import Role
from workflows.sop import END, MENGIKUTI, MENUNGGU_KONFIRMASI, SELESAI, TIDAK_DIPROSES

SECRET = "Rahasia gaji pegawai bocor"


@pytest.fixture
def lina(cast):
    """The subkoordinator of SPJ Online."""
    return cast.holder(Role.SUBKOORDINATOR_APLIKASI)


@pytest.fixture
def main(cast):
    """A report of Dinkes on row 1, whose words nobody outside may read."""
    return report("spj_online", by=cast.reporter, title=SECRET)


@pytest.fixture
def second(cast):
    """A report of the same fault, by Bapenda."""
    return report("spj_online", by=cast.stranger, title="Data tidak tersimpan")


def tie(ticket, to, by, **kwargs):
    run = ticket.runs.open().get().pk
    return actions.tie(Ticket.objects.get(pk=ticket.pk), to=to, by=by, run=run, **kwargs)


def stands(ticket):
    ticket = Ticket.objects.get(pk=ticket.pk)
    return ticket.state, ticket.main and ticket.main.number


def told(someone, ticket):
    """The kinds of what a person was told of a ticket in SOPDesk, in order."""
    notices = Notice.objects.filter(person=someone, ticket=ticket, channel="situs").order_by("pk")
    return list(notices.values_list("kind", flat=True))


# Tying


def test_a_report_that_is_tied_leaves_its_row_and_follows_the_main_ticket(cast, lina, main, second):
    second = tie(second, main, lina)

    run, entry = second.runs.get(), second.entries.latest("seq")
    assert stands(second) == (MENGIKUTI, main.number)
    assert (run.performer, run.arrow, run.arrow_label) == (lina, MENGIKUTI, f"Digabungkan dengan {main.number}")
    assert (run.verdict, run.is_deviation) == ("tepat_waktu", False)
    assert (entry.action, entry.by, entry.role) == ("tie", lina, Role.SUBKOORDINATOR_APLIKASI)
    assert (entry.from_state, entry.to_state) == ("spj-online.1", MENGIKUTI)
    assert (second.status, second.is_open) == (Status.FOLLOWS, False)
    assert stands(main) == ("spj-online.1", None)


def test_what_is_tied_is_counted_and_proves_itself(cast, lina, main, second):
    tie(walk(second, cast, 2), main, lina)

    assert list(history.verify()) == []
    assert list(tallies.differences()) == []
    assert list(limits.differences(calendars.current())) == []


def test_its_reporter_is_told_and_nobody_else(cast, lina, main, second, settings):
    settings.MAIL_ENABLED = True
    before = Notice.objects.count()

    tie(second, main, lina)

    notices = Notice.objects.order_by("pk")[before:]
    assert [(notice.person, notice.kind, notice.channel) for notice in notices] == [
        (cast.stranger, kinds.TIED, "situs"),
        (cast.stranger, kinds.TIED, "surel"),
    ]


def test_a_hold_ends_with_the_row(cast, lina, main, second):
    run = second.runs.open().get()
    actions.hold(second, by=lina, run=run.pk, reason="pengadaan", until=a_working_day())

    tie(second, main, lina)

    assert run.holds.filter(ended_at=None).count() == 0


def test_a_form_sent_twice_ties_once(cast, lina, main, second):
    token, run = "6f1c1f4e-0d5d-4b3e-9f53-7a1f0f2f6a11", second.runs.open().get().pk

    for _ in range(2):
        actions.tie(second, to=main, by=lina, run=run, token=token)

    assert second.entries.filter(action="tie").count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SUBKOORDINATOR_APLIKASI], ids=str)
def test_only_the_subkoordinator_of_the_sop_ties(cast, main, second, role):
    with pytest.raises(actions.Refused, match="Hanya Subkoordinator Aplikasi"):
        tie(second, main, cast.holder(role))

    assert stands(second) == ("spj-online.1", None)


def test_a_report_that_a_colleague_has_in_hand_is_left_to_them(cast, main, second):
    nadia = person("Nadia Kolega", role=Role.SUBKOORDINATOR_APLIKASI, procedure="spj_online")
    actions.claim(second, by=cast.holder(Role.SUBKOORDINATOR_APLIKASI))

    with pytest.raises(actions.Conflict, match="sudah diambil Lina Kartika"):
        tie(second, main, nadia)


def test_after_the_recap_no_report_is_tied_any_more(cast, lina, main, second):
    second = walk(second, cast, 2, 3)

    with pytest.raises(actions.Refused, match="tidak dapat digabungkan lagi"):
        tie(second, main, lina)


def test_an_sop_without_a_recap_ties_nothing(cast):
    first, second = (report(by=cast.reporter) for _ in range(2))

    with pytest.raises(actions.Refused, match="tidak dapat digabungkan"):
        tie(second, first, cast.holder(Role.SUB_KOORDINATOR))


def test_a_ticket_that_others_follow_follows_none(cast, lina, main, second):
    third = report("spj_online", by=cast.reporter)
    tie(second, main, lina)

    with pytest.raises(actions.Refused, match=f"{main.number} sendiri adalah tiket utama. Gabungkan {third.number}"):
        tie(main, third, lina)


def refused_choice(ticket, to, by):
    with pytest.raises(actions.Incomplete) as refusal:
        tie(ticket, to, by)
    return refusal.value.errors["main"]


def test_the_main_ticket_is_an_open_one_of_the_same_sop_that_follows_none(cast, lina, main, second):
    third = report("spj_online", by=cast.reporter)
    website = report(by=cast.reporter)
    ended = walk(report("spj_online", by=cast.reporter), cast, TIDAK_DIPROSES)
    tie(second, main, lina)

    assert refused_choice(third, third, lina) == "Laporan tidak dapat digabungkan dengan dirinya sendiri."
    assert refused_choice(third, website, lina).startswith(f"{website.number} mengikuti SOP yang lain.")
    assert refused_choice(third, ended, lina).startswith(f"{ended.number} tidak sedang diproses.")
    assert refused_choice(third, second, lina).endswith(f"Gabungkan langsung dengan {main.number}.")


# The recap


def test_the_recap_lists_the_main_report_and_all_that_follow_it(cast, lina, main, second):
    third = report("spj_online", by=cast.reporter, title="Gagal simpan")
    for ticket in (second, third):
        tie(ticket, main, lina)

    main = walk(main, cast, 2, 3)

    assert main.given["dokumen_rekap"]["daftar_laporan"] == [
        f"{main.number} · {SECRET} · Dinas Kesehatan",
        f"{second.number} · Data tidak tersimpan · Badan Pendapatan Daerah",
        f"{third.number} · Gagal simpan · Dinas Kesehatan",
    ]


def test_a_report_that_was_taken_away_again_is_not_in_the_recap(cast, lina, main, second):
    actions.untie(tie(second, main, lina), by=lina, reason="Gangguan lain.")

    main = walk(main, cast, 2, 3)

    assert main.given["dokumen_rekap"]["daftar_laporan"] == [f"{main.number} · {SECRET} · Dinas Kesehatan"]


# The end


TO_THE_END = (2, 3, 4, 5, 6, 7, END)


def test_what_follows_ends_with_the_main_ticket_and_its_outcome(cast, lina, main, second):
    tie(second, main, lina)

    main = walk(main, cast, *TO_THE_END)

    second = Ticket.objects.get(pk=second.pk)
    entry = second.entries.latest("seq")
    assert (second.state, second.main) == (MENUNGGU_KONFIRMASI, main)
    assert second.confirm_by == main.confirm_by
    assert second.given["hasil_perbaikan"] == main.given["hasil_perbaikan"]
    assert second.given["bukti_masalah"] != main.given["bukti_masalah"]
    assert (entry.action, entry.by) == ("follow", cast.holder(Role.NETWORK_ADMINISTRATOR))
    assert entry.detail.body["answers"]["hasil_perbaikan"] == main.given["hasil_perbaikan"]
    assert list(Sight.of(cast.stranger, second).outcome) == ["hasil_perbaikan"]
    assert list(history.verify()) == []


def test_its_reporter_hears_of_each_step_and_is_asked_to_confirm(cast, lina, main, second):
    tie(second, main, lina)

    walk(main, cast, *TO_THE_END)

    assert told(cast.stranger, second) == [kinds.TIED, *[kinds.PROGRESS] * 6, kinds.TO_CONFIRM]
    assert told(cast.stranger, main) == []


def test_what_follows_a_report_that_is_not_taken_up_is_not_either_and_says_why(cast, lina, main, second):
    tie(second, main, lina)

    advance(main, cast, TIDAK_DIPROSES, reason="Bukan gangguan.")

    second = Ticket.objects.get(pk=second.pk)
    notice = Notice.objects.filter(ticket=second, kind=kinds.NOT_PROCESSED).select_related(*kinds.READ_WITH).first()
    assert (second.state, second.closed_at is None) == (TIDAK_DIPROSES, False)
    assert kinds.told(notice, cast.stranger).sentence == (
        "Laporan ini tidak diproses, dengan alasan: “Bukan gangguan.”"
    )


def test_each_reporter_confirms_for_themselves_and_gets_a_paper(cast, lina, main, second):
    tie(second, main, lina)
    main = walk(main, cast, *TO_THE_END)

    second = actions.confirm(second, by=cast.stranger)

    assert (second.state, stands(main)[0]) == (SELESAI, MENUNGGU_KONFIRMASI)
    assert [paper.ticket for paper in Document.objects.all()] == [second]


def test_silence_closes_what_followed_from_when_its_own_reporter_was_asked(cast, lina, main, second):
    tie(second, main, lina)
    walk(main, cast, *TO_THE_END)
    second = Ticket.objects.get(pk=second.pk)
    asked = second.entries.latest("seq").at

    closed = actions.lapse(second, now=second.confirm_by + timedelta(seconds=1))

    assert (closed.state, history.asked().filter(ticket=second).count()) == (SELESAI, 0)
    assert second.confirm_by == limits.confirm_by(asked, calendars.current())


def test_a_reopened_follower_goes_its_own_way(cast, lina, main, second):
    tie(second, main, lina)
    main = walk(main, cast, *TO_THE_END)

    second = actions.reopen(second, by=cast.stranger, reason="Masih galat.")

    assert (second.state, second.round, stands(main)[0]) == ("spj-online.2", 2, MENUNGGU_KONFIRMASI)
    assert "hasil_perbaikan" not in second.given
    second = walk(second, cast, *TO_THE_END[1:])
    assert (second.state, list(history.verify())) == (MENUNGGU_KONFIRMASI, [])


def test_a_reopened_main_ticket_leaves_what_followed_it_alone(cast, lina, main, second):
    tie(second, main, lina)
    main = walk(main, cast, *TO_THE_END)

    actions.reopen(main, by=cast.reporter, reason="Masih galat.")

    assert stands(second) == (MENUNGGU_KONFIRMASI, main.number)


# Untying


def test_what_was_wrongly_tied_goes_back_to_its_row_with_a_new_run(cast, lina, main, second):
    second = tie(walk(second, cast, 2), main, lina)

    second = actions.untie(second, by=lina, reason="Gangguan yang lain.")

    assert stands(second) == ("spj-online.2", None)
    assert list(second.runs.values_list("row", "arrow")) == [(1, "2"), (2, MENGIKUTI), (2, "")]
    assert told(cast.stranger, second)[-2:] == [kinds.TIED, kinds.UNTIED]
    assert list(history.verify()) == []


def test_to_untie_wants_a_reason_and_the_subkoordinator(cast, lina, main, second):
    second = tie(second, main, lina)

    with pytest.raises(actions.Incomplete, match="mengapa laporan ini dipisahkan"):
        actions.untie(second, by=lina, reason=" ")
    with pytest.raises(actions.Refused, match="Hanya Subkoordinator Aplikasi"):
        actions.untie(second, by=cast.stranger, reason="Salah.")

    assert stands(second) == (MENGIKUTI, main.number)


def test_who_unties_too_late_is_told_what_came_before(cast, lina, main, second):
    third = report("spj_online", by=cast.reporter)
    for ticket in (second, third):
        tie(ticket, main, lina)
    actions.untie(third, by=lina, reason="Gangguan lain.")
    walk(main, cast, *TO_THE_END)

    with pytest.raises(actions.Conflict, match="sudah diakhiri oleh Tomi Saputra"):
        actions.untie(second, by=lina, reason="Gangguan lain.")
    with pytest.raises(actions.Conflict, match="sudah dipisahkan oleh Lina Kartika"):
        actions.untie(third, by=lina, reason="Gangguan lain.")
    with pytest.raises(actions.Refused, match="tidak mengikuti tiket lain"):
        actions.untie(main, by=lina, reason="Gangguan lain.")


# The pages


def page(client, ticket):
    return client.get(reverse("tiket-detail", args=[ticket.number]))


def test_the_reporter_of_what_follows_learns_nothing_of_the_main_ticket(cast, lina, main, second, client_of):
    tie(second, main, lina)
    walk(main, cast, *TO_THE_END[:-1])
    client = client_of(cast.stranger)
    secrets = (SECRET, main.number, cast.reporter.name, "Dinas Kesehatan")

    while_it_follows = page(client, second).content.decode()
    home = client.get(reverse("beranda")).content.decode()
    notices = client.get(reverse("pemberitahuan")).content.decode()
    walk(Ticket.objects.get(pk=main.pk), cast, END)
    at_the_end = page(client, second).content.decode()

    leaked = [s for s in secrets for body in (while_it_follows, home, notices, at_the_end) if s in body]
    assert leaked == []
    assert "Laporan Anda digabungkan dengan laporan lain tentang gangguan yang sama" in while_it_follows
    assert "Hasil perbaikan" in at_the_end
    assert page(client, main).status_code == 404


def test_its_stations_are_those_of_the_main_ticket_up_to_where_it_ended_with_it(cast, lina, main, second):
    tie(second, main, lina)
    main = walk(main, cast, 2, 3, 4)
    second = Ticket.objects.get(pk=second.pk)

    way = stations(second, second.runs.all())
    main = actions.reopen(walk(main, cast, 5, 6, 7, END), by=cast.reporter, reason="Masih galat.")
    second = Ticket.objects.get(pk=second.pk)

    assert (done_in_words(way), [station.step.no for station in way if station.is_now]) == ("1–3", [4])
    assert done_in_words(stations(second, second.runs.all())) == "1–7"
    assert done_in_words(stations(main, main.runs.all())) == "1"


def test_the_office_reads_which_ticket_it_follows(cast, lina, main, second, client_of):
    tie(second, main, lina)

    found = read(page(client_of(lina), second))

    assert words(one(found, "#giliran h2")) == f"Pekerjaan berlangsung di {main.number}"
    assert words(one(found, "#samping a.number")) == main.number
    assert [link.get("href") for link in select(found, "#riwayat-isi a.number")] == [main.get_absolute_url()]


def test_the_main_ticket_lists_its_recap_for_the_office_alone(cast, lina, main, second, client_of):
    tie(second, main, lina)
    walk(main, cast, 2)

    office, reporter = (read(page(client_of(someone), main)) for someone in (lina, cast.reporter))

    assert words(one(office, "#judul-rekap")) == "Rekap: 2 laporan"
    assert [words(line) for line in select(office, ".recap-line")] == [f"{second.number} Mengikuti tiket utama"]
    assert f"{second.number} · Data tidak tersimpan · Badan Pendapatan Daerah" in words(one(office, "#giliran"))
    assert select(reporter, ".recap-list") == []


def test_the_page_of_a_tie_offers_what_is_alike_first_and_says_why(cast, lina, client_of):
    ticket = report("spj_online", by=cast.stranger, title="Gagal menyimpan kuitansi")
    same_unit = report("spj_online", by=cast.stranger, title="Layar putih")
    alike = report("spj_online", by=cast.reporter, title="Kuitansi gagal tersimpan")
    newest = report("spj_online", by=cast.reporter, title="Lupa kata sandi")
    report(by=cast.stranger, title="Gagal menyimpan kuitansi")

    found = read(client_of(lina).get(reverse("tiket-gabungkan", args=[ticket.number])))

    offered = [words(number) for number in select(found, ".choice .number")]
    assert offered == [alike.number, same_unit.number, newest.number]
    assert [words(why) for why in select(found, ".choice-why")] == [
        "judul sama-sama menyebut “kuitansi”, “gagal”",
        "OPD yang sama",
    ]


def press(client, ticket, **fields):
    fields = {"run": ticket.runs.open().get().pk, **fields}
    return client.post(reverse("tiket-gabungkan", args=[ticket.number]), fields, follow=True)


@pytest.mark.parametrize("fields", [{"main": "{0}"}, {"main": "lain", "number": " {0} "}], ids=["chosen", "typed"])
def test_a_report_is_tied_by_choosing_or_by_typing_the_number(cast, lina, main, second, client_of, fields):
    fields = {
        name: typed.format(main.number.lower() if "number" in fields else main.number) for name, typed in fields.items()
    }

    response = press(client_of(lina), second, **fields)

    assert f"{second.number} sekarang mengikuti {main.number}." in response.content.decode()
    assert stands(second) == (MENGIKUTI, main.number)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Silakan pilih tiket utama."),
        ({"main": "lain"}, "Silakan tuliskan nomor tiket utama."),
        ({"main": "lain", "number": "SPJ-2026-0999"}, "Tiket SPJ-2026-0999 tidak ada. Silakan periksa nomornya."),
        ({"main": "lain", "number": "{0}"}, "Laporan tidak dapat digabungkan dengan dirinya sendiri."),
    ],
    ids=["nothing", "no number", "no such ticket", "itself"],
)
def test_a_choice_that_does_not_fit_comes_back_with_a_sentence(cast, lina, main, second, client_of, fields, sentence):
    fields = {name: typed.format(second.number) for name, typed in fields.items()}

    response = press(client_of(lina), second, **fields)

    body = response.content.decode()
    assert (response.status_code, sentence in body, fields.get("number", "") in body) == (422, True, True)
    assert stands(second) == ("spj-online.1", None)


def test_to_tie_is_offered_up_to_the_recap_and_only_where_there_is_one(cast, lina, second, client_of):
    website, spj = client_of(cast.holder(Role.SUB_KOORDINATOR)), client_of(lina)
    address = reverse("tiket-gabungkan", args=[second.number])

    on_row_1 = address in page(spj, second).content.decode()
    on_row_2 = address in page(spj, walk(second, cast, 2)).content.decode()
    on_row_3 = address in page(spj, walk(second, cast, 3)).content.decode()
    other = report(by=cast.reporter)

    assert (on_row_1, on_row_2, on_row_3) == (True, True, False)
    assert "/gabungkan/" not in page(website, other).content.decode()
    assert spj.get(address).status_code == 403


def test_untying_over_the_page_keeps_the_reason_when_it_is_missing(cast, lina, main, second, client_of):
    tie(second, main, lina)
    client, address = client_of(lina), reverse("tiket-pisahkan", args=[second.number])

    without = client.post(address, {"reason": ""})
    done = client.post(address, {"reason": "Gangguan lain."}, follow=True)

    assert (without.status_code, "Silakan tuliskan mengapa" in without.content.decode()) == (422, True)
    assert f"{second.number} dipisahkan dan kembali ke langkah 1." in done.content.decode()


def test_the_page_of_a_main_ticket_costs_the_same_for_one_and_three(
    cast, lina, main, client_of, django_assert_max_num_queries, django_assert_num_queries
):
    client = client_of(lina)
    tie(report("spj_online", by=cast.stranger), main, lina)
    with django_assert_max_num_queries(16) as for_one:
        page(client, main)
    for _ in range(2):
        tie(report("spj_online", by=cast.stranger), main, lina)

    with django_assert_num_queries(len(for_one)):
        page(client, main)


def test_the_page_of_a_follower_stays_within_the_budget(
    cast, lina, main, second, client_of, django_assert_max_num_queries
):
    tie(second, main, lina)
    walk(main, cast, *TO_THE_END[:-1])
    clients = [client_of(lina), client_of(cast.stranger)]

    for client in clients:
        page(client, second)
        with django_assert_max_num_queries(15):
            page(client, second)


def test_a_changed_calendar_moves_the_answer_of_what_followed_from_when_it_ended(cast, lina):
    main, second = (report("spj_online", by=by, now=TUESDAY) for by in (cast.reporter, cast.stranger))
    tie(second, main, lina, now=TUESDAY)
    for days, to in enumerate(TO_THE_END):
        main = advance(main, cast, to, now=TUESDAY + timedelta(days=days // 4))
    before = Ticket.objects.get(pk=second.pk).confirm_by
    CalendarDay.objects.create(date=date(2026, 11, 19), kind="lokal", name="Hari libur daerah")

    moved = actions.reschedule(
        second, by=None, reason="Libur.", calendar=calendars.of_rows(version=1), now=TUESDAY + timedelta(days=1)
    )

    assert moved == (before, before + timedelta(days=1))


def test_a_main_ticket_does_not_follow_what_follows_it(cast, lina, main, second):
    tie(second, main, lina)

    with pytest.raises(actions.Incomplete, match=f"{second.number} sudah mengikuti tiket ini"):
        tie(main, second, lina)
