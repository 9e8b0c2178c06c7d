"""Who is told of what, in which words and by which way: to the letter, for every act and every rung."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import TUESDAY, Cast, advance, person, report, walk
from tickets import actions
from tickets.models import HistoryEntry, Notice, ReportedTo, RoleAssignment, Rung, Ticket
from tickets.models.history import Action
from tickets.models.people import MailChoice
from tickets.notifications import kinds, put, recipients
from tickets.reports import issuing, periods
from workflows import calendars, sops
from workflows.models import CalendarChange, CalendarDay
from workflows.roles import Role
from workflows.sop import END, NOT_PROCESSED
from workflows.worktime import ZONE

pytestmark = pytest.mark.django_db

WEBSITE = sops.get("website-2024")
LINK = {"bukti_masalah": {"tautan": "https://sumbarprov.go.id/berita"}}
#: The ways a person is told.
BOTH, SITE = ("situs", "surel"), ("situs",)


def wib(day, clock):
    """An instant of November 2026, in which the 17th is a Tuesday."""
    hour, minute = map(int, clock.split("."))
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@pytest.fixture(autouse=True)
def _mail_is_on(settings):
    settings.MAIL_ENABLED = True


@pytest.fixture
def nadia(cast):
    """A second Web Developer."""
    return person("Nadia Kolega", role=Role.WEB_DEVELOPER, procedure="website")


def filed(cast: Cast, procedure="website", **fields) -> Ticket:
    answers = LINK if procedure == "website" else None
    return report(procedure, by=cast.reporter, now=TUESDAY, **({"answers": answers} if answers else {}), **fields)


def on_row(cast: Cast, no: int, **choices) -> Ticket:
    """A website ticket that came to a row on Tuesday at 10.00."""
    way = {1: (), 2: (2,), 4: (2, 3, 4), 5: (2, 3, 4, 5), 7: (2, 6, 7), 9: (2, 3, 4, 5, 9), 10: (2, 3, 4, 5, 9, END)}
    ticket = filed(cast)
    for to in way[no]:
        choices = {"penyebab": "infrastruktur" if no == 7 else "coding"} | choices
        ticket = advance(ticket, cast, to, reason="Sesuai.", now=TUESDAY, **choices)
    return ticket


def told_of(ticket: Ticket) -> dict:
    """Who was told of the last act on a ticket: person -> (kind, ways)."""
    return _told(entry=ticket.entries.last())


def _told(**event) -> dict:
    found: dict = {}
    for notice in Notice.objects.filter(**event).select_related("person").order_by("channel"):
        kind, ways = found.get(notice.person, (notice.kind, ()))
        assert kind == notice.kind
        found[notice.person] = (kind, (*ways, notice.channel))
    return found


def open_run(ticket):
    return ticket.runs.open().get()


# Acts


def test_a_report_is_the_turn_of_the_first_row(cast):
    ticket = filed(cast)

    assert told_of(ticket) == {cast.holder(Role.SUB_KOORDINATOR): ("giliran", BOTH)}


def test_a_report_written_down_for_somebody_is_told_to_them_and_to_the_colleague(cast):
    budi, other = cast.holder(Role.SUB_KOORDINATOR), person("Wakil", role=Role.SUB_KOORDINATOR, procedure="website")
    behalf = actions.OnBehalfOf(name=cast.reporter.name, account=cast.reporter)

    ticket = report(by=budi, answers=LINK, on_behalf_of=behalf, now=TUESDAY)

    assert told_of(ticket) == {other: ("giliran", BOTH), cast.reporter: ("dicatat", BOTH)}


def test_a_report_written_down_for_somebody_without_an_account_is_told_to_nobody_else(cast):
    behalf = actions.OnBehalfOf(name="Ibu Ani")

    ticket = report(by=cast.holder(Role.SUB_KOORDINATOR), answers=LINK, on_behalf_of=behalf, now=TUESDAY)

    assert told_of(ticket) == {}


def test_a_step_done_is_the_turn_of_all_holders_of_the_next_row_and_told_to_the_reporter_in_the_app(cast, nadia):
    ticket = advance(filed(cast), cast, 2, now=TUESDAY)

    assert told_of(ticket) == {
        cast.holder(Role.WEB_DEVELOPER): ("giliran", BOTH),
        nadia: ("giliran", BOTH),
        cast.reporter: ("kemajuan", SITE),
    }


def test_a_step_of_the_same_role_is_the_turn_of_the_colleague_and_no_news_to_who_did_it(cast, nadia):
    ticket = advance(on_row(cast, 2), cast, 3, now=TUESDAY)

    assert told_of(ticket) == {nadia: ("giliran", BOTH), cast.reporter: ("kemajuan", SITE)}


def test_whose_turn_it_is_is_told_that_and_not_that_it_was_reported_to_them(cast):
    ticket = advance(on_row(cast, 5), cast, 9, now=TUESDAY)  # row 5 reports to the Web Developer, who has row 9

    assert told_of(ticket) == {
        cast.holder(Role.WEB_DEVELOPER): ("giliran", BOTH),
        cast.reporter: ("kemajuan", SITE),
    }


def test_a_row_reports_to_the_roles_it_names_and_those_also_to_be_informed(cast):
    lina, hendra = (cast.holder(r) for r in (Role.SUBKOORDINATOR_APLIKASI, Role.SUBKOORDINATOR_INFRASTRUKTUR))
    ticket, told = filed(cast, "spj_online"), []

    for to in (2, 3, 4, 5, 6, 7, END):
        ticket = advance(ticket, cast, to, now=TUESDAY)
        told.append({who: kind for who, (kind, _) in told_of(ticket).items() if who != cast.reporter})

    assert (told[3], told[-1]) == (
        {lina: "giliran", hendra: "dilaporkan"},  # row 4 reports to Infrastruktur and informs Aplikasi, who is next
        dict.fromkeys((lina, hendra, cast.holder(Role.KEPALA_BIDANG_APTIKA)), "dilaporkan"),
    )


def test_at_the_end_the_reporter_is_asked_to_confirm_and_the_subkoordinator_reported_to(cast):
    ticket = on_row(cast, 10)

    assert told_of(ticket) == {
        cast.reporter: ("konfirmasi", BOTH),
        cast.holder(Role.SUB_KOORDINATOR): ("dilaporkan", BOTH),
    }


def test_at_the_end_the_subkoordinator_is_asked_for_a_reporter_without_an_account(cast):
    budi = cast.holder(Role.SUB_KOORDINATOR)
    ticket = report(by=budi, answers=LINK, on_behalf_of=actions.OnBehalfOf(name="Ibu Ani"), now=TUESDAY)

    ticket = walk(ticket, cast, 2, 3, 4, 5, 9, END, penyebab="coding")

    assert told_of(ticket) == {budi: ("konfirmasi", BOTH)}


def test_a_report_that_is_not_taken_up_is_told_to_its_reporter(cast):
    ticket = advance(filed(cast), cast, NOT_PROCESSED, reason="Bukan layanan kami.", now=TUESDAY)

    assert told_of(ticket) == {cast.reporter: ("tidak-diproses", BOTH)}


def test_a_task_taken_is_told_to_nobody_and_a_task_given_back_to_the_colleagues(cast, nadia):
    rina, ticket = cast.holder(Role.WEB_DEVELOPER), on_row(cast, 2)

    taken = told_of(actions.claim(ticket, by=rina, now=TUESDAY))
    given_back = told_of(actions.release(ticket, by=rina, now=TUESDAY))

    assert (taken, given_back) == ({}, {nadia: ("dilepas", BOTH)})


def test_a_task_handed_over_is_told_to_the_person(cast, nadia):
    ticket = actions.hand_over(on_row(cast, 2), to=nadia, by=cast.holder(Role.SUB_KOORDINATOR), now=TUESDAY)

    assert told_of(ticket) == {nadia: ("diserahkan", BOTH)}


def test_a_comment_is_told_to_the_reporter_to_who_has_the_task_and_to_who_had_to_do_with_it_before(cast, nadia):
    rina, zulkifli = cast.holder(Role.WEB_DEVELOPER), cast.holder(Role.KEPALA_BIDANG_APTIKA)
    ticket = actions.claim(on_row(cast, 2), by=rina, now=TUESDAY)
    actions.comment(ticket, by=zulkifli, text="Mohon dipercepat.", now=TUESDAY)

    ticket = actions.comment(ticket, by=nadia, text="Saya bantu.", now=TUESDAY)

    comment = ("komentar", BOTH)
    assert told_of(ticket) == {
        cast.reporter: comment,
        rina: comment,
        cast.holder(Role.SUB_KOORDINATOR): comment,
        zulkifli: comment,
    }


def test_a_comment_on_a_task_that_nobody_has_is_told_to_all_who_may_take_it(cast, nadia):
    ticket = actions.comment(on_row(cast, 2), by=cast.reporter, text="Masih galat.", now=TUESDAY)

    people = (cast.holder(Role.WEB_DEVELOPER), nadia, cast.holder(Role.SUB_KOORDINATOR))
    assert told_of(ticket) == dict.fromkeys(people, ("komentar", BOTH))


def test_an_internal_comment_is_never_told_to_the_reporter_even_if_they_wrote_before(cast):
    ticket = actions.comment(filed(cast), by=cast.reporter, text="Masih galat.", now=TUESDAY)

    ticket = actions.comment(ticket, by=cast.holder(Role.WEB_DEVELOPER), text="Salah OPD?", internal=True, now=TUESDAY)

    assert told_of(ticket) == {cast.holder(Role.SUB_KOORDINATOR): ("komentar", BOTH)}


def test_a_confirmation_is_told_to_who_did_the_last_row_and_to_the_subkoordinator(cast):
    ticket = actions.confirm(on_row(cast, 10), by=cast.reporter, now=TUESDAY)

    people = (cast.holder(Role.WEB_DEVELOPER), cast.holder(Role.SUB_KOORDINATOR))
    assert told_of(ticket) == dict.fromkeys(people, ("dikonfirmasi", BOTH))


def test_a_reopened_ticket_is_the_turn_of_its_row_and_told_to_the_subkoordinator(cast):
    ticket = actions.reopen(on_row(cast, 10), by=cast.reporter, reason="Galat lagi.", now=TUESDAY)

    assert told_of(ticket) == {
        cast.holder(Role.WEB_DEVELOPER): ("giliran", BOTH),
        cast.holder(Role.SUB_KOORDINATOR): ("dibuka-kembali", BOTH),
    }


def test_a_reporter_learns_in_the_app_that_the_office_reopened_the_ticket(cast):
    ticket = on_row(cast, 10)

    ticket = actions.reopen(ticket, by=cast.holder(Role.SUB_KOORDINATOR), reason="Galat lagi.", now=TUESDAY)

    assert told_of(ticket) == {
        cast.holder(Role.WEB_DEVELOPER): ("giliran", BOTH),
        cast.reporter: ("kemajuan", SITE),
    }


def test_what_is_known_is_told_to_nobody(cast):
    ticket = walk(filed(cast, "spj_online"), cast, 2)

    actions.acknowledge(ReportedTo.objects.get(), by=cast.holder(Role.KEPALA_BIDANG_APTIKA))

    assert told_of(ticket) == {}


# Time


def hold(cast, ticket, reason, *, now=TUESDAY):
    return actions.hold(
        ticket,
        by=cast.holder(Role.PROGRAMMER),
        run=open_run(ticket).pk,
        reason=reason,
        until=date(2026, 11, 18),
        now=now,
    )


def test_a_hold_is_told_to_the_subkoordinator_and_in_the_app_to_the_reporter(cast):
    ticket = hold(cast, on_row(cast, 4), "pengadaan")

    assert told_of(ticket) == {
        cast.holder(Role.SUB_KOORDINATOR): ("ditunda", BOTH),
        cast.reporter: ("ditunda", SITE),
    }


def test_a_hold_that_waits_for_the_reporter_asks_them(cast):
    ticket = hold(cast, on_row(cast, 4), "pelapor")

    assert told_of(ticket) == {
        cast.reporter: ("ditanya", BOTH),
        cast.holder(Role.SUB_KOORDINATOR): ("ditunda", BOTH),
    }


def test_the_end_of_a_hold_is_told_to_who_has_the_task_unless_they_ended_it(cast):
    fajar, budi = cast.holder(Role.PROGRAMMER), cast.holder(Role.SUB_KOORDINATOR)
    ticket = hold(cast, on_row(cast, 4), "pengadaan")

    actions.resume(ticket, by=budi, run=open_run(ticket).pk, now=TUESDAY)
    by_another = told_of(ticket)
    actions.resume(hold(cast, ticket, "pengadaan"), by=fajar, run=open_run(ticket).pk, now=TUESDAY)
    by_themselves = told_of(ticket)
    actions.end_hold(open_run(hold(cast, ticket, "pengadaan")).holds.last(), now=wib(18, "16.00"))
    by_the_clock = told_of(ticket)

    expected = {fajar: ("dilanjutkan", BOTH)}
    assert (by_another, by_themselves, by_the_clock) == (expected, {}, expected)


@pytest.mark.parametrize(
    ("row", "act", "kind"), [(4, actions.extend, "diperpanjang"), (7, actions.estimate, "perkiraan")]
)
def test_new_time_is_told_to_the_subkoordinator_and_in_the_app_to_the_reporter(cast, row, act, kind):
    ticket = on_row(cast, row)
    by = cast.holder(ticket.step.performer)

    act(ticket, by=by, run=open_run(ticket).pk, until=date(2026, 11, 24), reason="Suku cadang.", now=TUESDAY)

    assert told_of(ticket) == {cast.holder(Role.SUB_KOORDINATOR): (kind, BOTH), cast.reporter: (kind, SITE)}


def test_a_ticket_that_silence_closed_is_told_to_its_reporter(cast):
    ticket = actions.lapse(on_row(cast, 10), now=wib(23, "10.00"))

    assert told_of(ticket) == {cast.reporter: ("ditutup", BOTH)}


def close_wednesday(cast, ticket):
    """A further day off, and what it does to the limit of a ticket."""
    CalendarDay.objects.create(date=date(2026, 11, 18), kind=CalendarDay.Kind.LOCAL, name="Libur")
    CalendarChange.objects.create(at=TUESDAY, by=cast.admin, reason="SKB baru")
    return actions.reschedule(ticket, by=cast.admin, reason="SKB baru", calendar=calendars.current(), now=TUESDAY)


def test_a_limit_that_a_new_calendar_moves_is_told_to_who_has_the_task(cast):
    ticket = on_row(cast, 4)

    moved = close_wednesday(cast, ticket)

    assert moved is not None
    assert told_of(ticket) == {cast.holder(Role.PROGRAMMER): ("tenggat-bergeser", BOTH)}


# Rungs


def climbed(ticket, now):
    """Who was told of each rung that the ticket's run has climbed by an instant: kind of rung -> who."""
    return {rung.kind: _told(rung=rung) for rung in actions.climb(open_run(ticket), now=now)}


def test_the_ladder_of_a_limit_goes_from_the_performer_to_kepala_bidang(cast, nadia):
    rina, budi = cast.holder(Role.WEB_DEVELOPER), cast.holder(Role.SUB_KOORDINATOR)
    ticket = actions.claim(on_row(cast, 2), by=rina, now=TUESDAY)

    told = climbed(ticket, wib(18, "12.00"))

    assert told == {
        Rung.Kind.WARNING: {rina: ("mendekati", BOTH)},
        Rung.Kind.BREACH: {rina: ("lewat", BOTH), budi: ("lewat", BOTH)},
        Rung.Kind.ESCALATION: {
            cast.holder(Role.KEPALA_BIDANG_APTIKA): ("eskalasi", BOTH),
            budi: ("eskalasi", BOTH),
        },
    }


def test_of_a_task_that_nobody_has_all_are_warned_who_may_take_it(cast, nadia):
    ticket = on_row(cast, 2)

    told = climbed(ticket, wib(17, "10.12"))

    assert told == {Rung.Kind.WARNING: dict.fromkeys((cast.holder(Role.WEB_DEVELOPER), nadia), ("mendekati", BOTH))}


def test_when_the_performer_has_lost_the_role_the_others_are_warned(cast, nadia):
    rina = cast.holder(Role.WEB_DEVELOPER)
    ticket = actions.claim(on_row(cast, 2), by=rina, now=TUESDAY)
    RoleAssignment.objects.filter(user=rina).update(ends_on=date(2026, 11, 16))

    told = climbed(ticket, wib(17, "10.12"))

    assert told == {Rung.Kind.WARNING: {nadia: ("mendekati", BOTH)}}


def test_a_tentative_row_reminds_the_subkoordinator_and_its_estimate_passes_without_being_late(cast):
    budi, yusuf = cast.holder(Role.SUB_KOORDINATOR), cast.holder(Role.TIM_INFRASTRUKTUR)
    ticket = on_row(cast, 7)
    actions.estimate(ticket, by=yusuf, run=open_run(ticket).pk, until=date(2026, 11, 20), now=TUESDAY)

    told = climbed(ticket, wib(25, "09.00"))

    assert told == {
        Rung.Kind.WARNING: {yusuf: ("mendekati", BOTH)},
        Rung.Kind.BREACH: {yusuf: ("lewat-perkiraan", BOTH), budi: ("lewat-perkiraan", BOTH)},
        Rung.Kind.REMINDER: {budi: ("pengingat", BOTH)},
    }


# To whom not


def test_who_is_gone_or_has_no_role_any_more_is_not_told(cast, nadia):
    gone = person("Sudah Pindah", role=Role.WEB_DEVELOPER, procedure="website", is_active=False)
    RoleAssignment.objects.filter(user=nadia).update(ends_on=date(2026, 11, 16))
    elsewhere = person("Layanan Lain", role=Role.WEB_DEVELOPER, procedure="spj_online")

    ticket = advance(filed(cast), cast, 2, now=TUESDAY)

    assert set(told_of(ticket)) == {cast.holder(Role.WEB_DEVELOPER), cast.reporter}
    assert not {gone, elsewhere} & set(told_of(ticket))


def test_who_performed_a_row_and_left_the_office_is_not_told_of_comments(cast):
    ticket = on_row(cast, 2)
    RoleAssignment.objects.filter(user=cast.holder(Role.SUB_KOORDINATOR)).update(ends_on=date(2026, 11, 16))

    ticket = actions.comment(ticket, by=cast.reporter, text="Masih galat.", now=TUESDAY)

    assert set(told_of(ticket)) == {cast.holder(Role.WEB_DEVELOPER)}


def test_a_reporter_whose_account_is_closed_is_not_told(cast):
    ticket = filed(cast)
    cast.reporter.is_active = False
    cast.reporter.save()

    ticket = advance(Ticket.objects.get(pk=ticket.pk), cast, 2, now=TUESDAY)

    assert set(told_of(ticket)) == {cast.holder(Role.WEB_DEVELOPER)}


def test_nobody_is_told_of_an_act_of_their_own_whichever_they_do(cast, nadia):
    ticket = on_row(cast, 10)
    actions.comment(ticket, by=cast.reporter, text="Sudah baik.", now=TUESDAY)
    actions.reopen(ticket, by=cast.holder(Role.SUB_KOORDINATOR), reason="Galat lagi.", now=TUESDAY)

    own = [notice for notice in Notice.objects.select_related("entry") if notice.person_id == notice.entry.by_id]

    assert own == []
    assert Notice.objects.count() > 20


# By which way, and when


def mail_to(someone) -> Notice:
    return Notice.objects.get(person=someone, channel=Notice.Channel.MAIL)


def test_without_a_mail_server_people_are_told_in_the_app_only(cast, settings):
    settings.MAIL_ENABLED = False

    ticket = filed(cast)

    assert told_of(ticket) == {cast.holder(Role.SUB_KOORDINATOR): ("giliran", SITE)}


def test_who_wants_no_mail_is_told_in_the_app_only(cast):
    budi = cast.holder(Role.SUB_KOORDINATOR)
    budi.mail_choice = MailChoice.NEVER
    budi.save()

    assert told_of(filed(cast)) == {budi: ("giliran", SITE)}


@pytest.mark.parametrize(
    ("filed_at", "at_once", "digest"),
    [
        pytest.param(wib(17, "10.00"), wib(17, "10.00"), wib(18, "07.30"), id="in working hours"),
        pytest.param(wib(17, "12.10"), wib(17, "13.00"), wib(18, "07.30"), id="at lunch"),
        pytest.param(wib(17, "16.00"), wib(18, "07.30"), wib(18, "07.30"), id="at the close"),
        pytest.param(wib(17, "05.00"), wib(17, "07.30"), wib(17, "07.30"), id="before the day begins"),
        pytest.param(wib(17, "07.30"), wib(17, "07.30"), wib(17, "07.30"), id="as the day begins"),
        pytest.param(wib(20, "20.00"), wib(23, "07.30"), wib(23, "07.30"), id="on Friday evening"),
        pytest.param(wib(22, "23.59"), wib(23, "07.30"), wib(23, "07.30"), id="on Sunday"),
    ],
)
def test_mail_waits_for_working_hours_and_a_digest_for_the_next_day(cast, filed_at, at_once, digest):
    budi, other = cast.holder(Role.SUB_KOORDINATOR), person("Wakil", role=Role.SUB_KOORDINATOR, procedure="website")
    other.mail_choice = MailChoice.DIGEST
    other.save()

    report(by=cast.reporter, answers=LINK, now=filed_at)

    assert [(mail_to(who).not_before, mail_to(who).is_digest) for who in (budi, other)] == [
        (at_once, False),
        (digest, True),
    ]


@pytest.mark.parametrize("choice", [MailChoice.AT_ONCE, MailChoice.DIGEST])
def test_what_is_urgent_goes_at_once_at_any_hour_and_keeps_its_own_instant(cast, choice):
    budi = cast.holder(Role.SUB_KOORDINATOR)
    ticket = on_row(cast, 2)
    Notice.objects.all().delete()
    budi.mail_choice = choice
    budi.save()

    actions.climb(open_run(ticket), now=wib(17, "22.00"))

    mail = mail_to(budi)
    assert (mail.kind, mail.at, mail.not_before, mail.is_digest) == (
        *("lewat", wib(17, "10.15"), wib(17, "22.00")), False,
    )  # fmt: skip


def test_a_notice_is_written_once_and_holds_no_text(cast):
    ticket = filed(cast, title="Rahasia di judul")
    before = list(Notice.objects.values())

    put(ticket.entries.get())

    assert list(Notice.objects.values()) == before
    assert "Rahasia" not in str(before)
    assert {row["event"] for row in before} == {f"entry:{ticket.entries.get().pk}"}


def test_leaving_a_row_cancels_its_warnings_that_were_not_sent(cast):
    ticket = on_row(cast, 2)
    actions.climb(open_run(ticket), now=wib(17, "12.30"))
    unsent = Notice.objects.pending().filter(rung__isnull=False)
    sent = unsent.first()
    Notice.objects.filter(pk=sent.pk).update(sent_at=TUESDAY)

    advance(ticket, cast, 3, now=wib(17, "13.00"))

    assert unsent.count() == 0
    assert set(
        Notice.objects.filter(channel="surel", rung__isnull=False).exclude(pk=sent.pk).values_list("cancelled_at")
    ) == {(wib(17, "13.00"),)}
    assert Notice.objects.filter(channel="situs", rung__isnull=False, cancelled_at=None).count() == 3


# Queries


def queries_of(act):
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


def test_telling_three_or_twenty_people_takes_the_same_queries(cast):
    def telling():
        entry = HistoryEntry.objects.select_related("detail").get(pk=ticket.entries.last().pk)
        Notice.objects.all().delete()
        return queries_of(lambda: put(entry))

    ticket = actions.comment(on_row(cast, 2), by=cast.holder(Role.SUB_KOORDINATOR), text="Halo.", now=TUESDAY)
    few = telling()
    for n in range(20):
        person(f"Rekan {n}", role=Role.WEB_DEVELOPER, procedure="website")
    many = telling()

    assert Notice.objects.filter(channel="situs").count() > 20
    assert few == many
    assert many <= 8


def test_reading_three_or_thirty_notices_takes_one_query(cast):
    def reading():
        notices = Notice.objects.in_app(budi).select_related(*kinds.READ_WITH)
        return queries_of(lambda: [kinds.told(notice, budi) for notice in notices])

    budi = cast.holder(Role.SUB_KOORDINATOR)
    ticket = on_row(cast, 2)
    actions.climb(open_run(ticket), now=wib(18, "12.00"))
    _ = budi.coordinated_procedures
    few = reading()
    for _ in range(10):
        actions.comment(ticket, by=cast.reporter, text="Masih galat.", now=wib(18, "13.00"))

    assert (few, reading()) == (1, 1)


# Words


def everything(cast):
    """A notice of every kind, by the kind."""
    rina, fajar, budi = (cast.holder(r) for r in (Role.WEB_DEVELOPER, Role.PROGRAMMER, Role.SUB_KOORDINATOR))
    nadia = person("Nadia Kolega", role=Role.WEB_DEVELOPER, procedure="website")
    behalf = actions.OnBehalfOf(name=cast.reporter.name, account=cast.reporter)
    report(by=budi, answers=LINK, on_behalf_of=behalf, now=TUESDAY)
    advance(filed(cast), cast, NOT_PROCESSED, reason="Bukan\nlayanan kami.", now=TUESDAY)
    late = on_row(cast, 2)
    actions.climb(open_run(late), now=wib(18, "12.00"))
    actions.release(actions.claim(late, by=rina, now=wib(18, "12.00")), by=rina, now=wib(18, "12.00"))
    actions.hand_over(late, to=nadia, by=budi, now=wib(18, "12.00"))
    held = on_row(cast, 4)
    actions.resume(hold(cast, held, "pelapor"), by=budi, run=open_run(held).pk, now=TUESDAY)
    actions.extend(held, by=fajar, run=open_run(held).pk, until=date(2026, 11, 24), reason="Rumit.", now=TUESDAY)
    close_wednesday(cast, on_row(cast, 4))
    tentative = on_row(cast, 7)
    by = cast.holder(Role.TIM_INFRASTRUKTUR)
    actions.estimate(tentative, by=by, run=open_run(tentative).pk, until=date(2026, 11, 20), now=TUESDAY)
    actions.climb(open_run(tentative), now=wib(26, "09.00"))
    actions.lapse(on_row(cast, 10), now=wib(26, "10.00"))
    actions.confirm(on_row(cast, 10), by=cast.reporter, now=TUESDAY)
    reopened = actions.reopen(on_row(cast, 10), by=cast.reporter, reason="Galat lagi.", now=TUESDAY)
    actions.comment(reopened, by=cast.reporter, text="Tolong.", now=TUESDAY)
    main, second = (report("spj_online", by=cast.reporter, now=TUESDAY) for _ in range(2))
    lina, run = cast.holder(Role.SUBKOORDINATOR_APLIKASI), open_run(second).pk
    actions.untie(actions.tie(second, to=main, by=lina, run=run, now=TUESDAY), by=lina, reason="Lain.", now=TUESDAY)
    marked = actions.restrict(on_row(cast, 2), by=rina, reason="Situs disusupi.", now=TUESDAY)
    actions.unrestrict(marked, by=budi, reason="Hanya galat.", now=TUESDAY)
    issuing.order_sla(periods.month_of(date(2026, 10, 1)), by=None, now=TUESDAY)
    issuing.make_waiting(TUESDAY)
    found = Notice.objects.filter(channel="situs").select_related("person", *kinds.READ_WITH).order_by("-pk")
    return {notice.kind: notice for notice in found}


SENTENCES = {
    "giliran": "Giliran Anda: laporan baru, langkah 1 · Sub Koordinator menyampaikan permasalahan pada website.",
    "dicatat": "Budi Santoso mencatat laporan ini atas nama Anda.",
    "dilaporkan": "Rina Marlina melaporkan kepada Anda hasil langkah 9 · Web Developer menginformasikan ke "
    "Sub Koordinator.",
    "kemajuan": "Laporan Anda diteruskan; sekarang langkah 2, Web Developer.",
    "konfirmasi": "Pekerjaan selesai. Silakan konfirmasi, atau buka kembali bila gangguan masih ada.",
    "tidak-diproses": "Laporan ini tidak diproses, dengan alasan: “Bukan layanan kami.”",
    "dilepas": "Rina Marlina melepas tugas langkah 2; tugas ini dapat Anda ambil.",
    "diserahkan": "Budi Santoso menyerahkan tugas langkah 2 kepada Anda.",
    "komentar": "Siti Rahmah menulis komentar.",
    "dikonfirmasi": "Siti Rahmah mengonfirmasi bahwa gangguan sudah selesai.",
    "dibuka-kembali": "Siti Rahmah membuka kembali tiket ini; sekarang langkah 2, Web Developer.",
    "ditunda": "Fajar Ramadhan menunda langkah 4 (menunggu pelapor) sampai 18 Nov 2026 16.00 WIB.",
    "ditanya": "Fajar Ramadhan menunggu jawaban Anda sampai 18 Nov 2026 16.00 WIB. Silakan membalas dengan komentar.",
    "dilanjutkan": "Budi Santoso melanjutkan langkah 4; tenggatnya sekarang 19 Nov 2026 16.00 WIB.",
    "diperpanjang": "Fajar Ramadhan memperpanjang langkah 4 sampai 24 Nov 2026 16.00 WIB.",
    "perkiraan": "Yusuf Hakim mencatat perkiraan selesai langkah 7: 20 Nov 2026 16.30 WIB.",
    "ditutup": "Tiket ini ditutup karena tidak ada jawaban sampai 23 Nov 2026 16.00 WIB.",
    "tenggat-bergeser": "Kalender kerja berubah: tenggat langkah 4 bergeser dari 19 Nov 2026 16.00 WIB ke 20 Nov "
    "2026 16.30 WIB.",
    "digabungkan": "Laporan Anda digabungkan dengan laporan lain tentang gangguan yang sama. Anda mendapat kabar bila "
    "pekerjaannya selesai.",
    "dipisahkan": "Laporan Anda ditangani kembali secara tersendiri; sekarang langkah 1, Subkoordinator Aplikasi.",
    "insiden": "Rina Marlina menandai laporan ini sebagai insiden keamanan; pelapor tidak lagi melihatnya.",
    "insiden-dicabut": "Budi Santoso mencabut tanda insiden keamanan; pelapor melihat laporannya kembali.",
    "mendekati": "Tiga perempat waktu langkah 2 sudah terpakai; tenggat Sel 17 Nov 2026 10.15 WIB.",
    "lewat": "Langkah 2 (Web Developer) terlambat: tenggatnya Sel 17 Nov 2026 10.15 WIB.",
    "lewat-perkiraan": "Langkah 7 (Tim Infrastruktur) melewati perkiraan selesai, yaitu Jum 20 Nov 2026 16.30 WIB.",
    "eskalasi": "Langkah 2 (Web Developer) terlambat dan belum selesai 1 hari kerja sesudah tenggatnya.",
    "pengingat": "Langkah 7 (Tim Infrastruktur) sudah berjalan 5 hari kerja; perkiraan selesai Jum 20 Nov "
    "2026 16.30 WIB.",
    "terbit": "Laporan SLA Oktober 2026 sudah terbit dengan nomor SLA/001/Diskominfotik/2026. Oktober 2026: tidak ada "
    "langkah yang selesai.",
}


def test_every_kind_has_its_sentence(cast):
    told = {kind: kinds.told(notice, notice.person).sentence for kind, notice in everything(cast).items()}

    assert told == SENTENCES
    assert set(told) == set(kinds.KINDS)


def test_mail_still_concerns_whom_it_is_written_to_unless_the_ticket_has_moved_on(cast):
    written = everything(cast)

    past = {kind for kind, notice in written.items() if not kinds.still_concerns(notice, notice.person)}

    # The rows were left since, what was asked is answered, and the holds are over.
    assert past == {"giliran", "konfirmasi", "ditunda", "ditanya"}


def test_what_was_erased_is_told_no_more_and_breaks_no_sentence(cast):
    notices = [notice for notice in everything(cast).values() if notice.entry]
    for notice in notices:
        notice.entry.detail.body = {}

    told = [kinds.told(notice, notice.person) for notice in notices]

    assert "Laporan ini tidak diproses." in [line.sentence for line in told]
    assert all(line.sentence and line.subject for line in told)


def test_the_reporter_reads_until_when_to_confirm_and_no_longer_once_it_is_over(cast):
    def sentence():
        notice = Notice.objects.select_related(*kinds.READ_WITH).get(kind="konfirmasi", channel="situs")
        return kinds.told(notice, cast.reporter).sentence

    ticket = on_row(cast, 10)
    before = sentence()
    actions.confirm(ticket, by=cast.reporter, now=TUESDAY)

    asked = "Pekerjaan selesai. Silakan konfirmasi, atau buka kembali bila gangguan masih ada"
    assert (before, sentence()) == (f"{asked} paling lambat Jum 20 Nov 2026 16.30 WIB.", f"{asked}.")


def test_only_what_is_late_is_red_and_only_what_is_asked_of_the_reader_is_their_turn():
    tones = {name: kind.tone for name, kind in kinds.KINDS.items()}

    assert {name for name, tone in tones.items() if tone == "late"} == {"lewat", "eskalasi"}
    assert {name for name, tone in tones.items() if tone == "turn"} == {
        *("giliran", "konfirmasi", "dilepas", "diserahkan", "ditanya"),
    }  # fmt: skip


def test_every_act_and_every_rung_has_its_rule():
    assert set(recipients.ACTS) == set(Action)
    assert set(recipients.RUNGS) == set(Rung.Kind)
