"""Changes of the calendar: what they would do is what they do, to open limits and to nothing else."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from tests.factories import TUESDAY, advance, everything_stored, report
from tests.test_races import at_once
from tickets import actions, calendar_changes, limits, sweep
from tickets.calendar_changes import calendar_state, propose_missing
from tickets.demo.calendar import DECREE, seed_calendar
from tickets.models import HistoryEntry, StepRun, Ticket
from tickets.models.history import Action
from workflows import calendars, proposals
from workflows.models import CalendarChange, CalendarDay, CalendarYear, WorkingPeriod
from workflows.roles import Role
from workflows.sop import END
from workflows.worktime import NORMAL, ZONE, NoWorkingTime

pytestmark = pytest.mark.django_db

LINK = {"bukti_masalah": {"tautan": "https://sumbarprov.go.id/berita"}}
REASON = "Edaran gubernur terbit."
WEDNESDAY, THURSDAY, FRIDAY, MONDAY, NEXT_TUESDAY = (date(2026, 11, day) for day in (18, 19, 20, 23, 24))


def wib(day, clock):
    """An instant of November 2026, in which the 17th is a Tuesday."""
    hour, minute = map(int, clock.split("."))
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def close(*days):
    """A change: these days are closed."""

    def change():
        CalendarDay.objects.bulk_create(CalendarDay(date=day, kind="lokal", name="Libur daerah") for day in days)
        return [f"{day} libur." for day in days]

    return change


def open_hours(text):
    """A change: the normal hours from Monday to Friday."""

    def change():
        days = ("monday", "tuesday", "wednesday", "thursday", "friday")
        WorkingPeriod.objects.filter(starts_on=None).update(**dict.fromkeys(days, text))
        return ["Jam kerja normal diubah."]

    return change


def nothing():
    return []


def website(cast, *ways, now=TUESDAY, penyebab="coding"):
    """A ticket of the website SOP that went along `ways`, all at one instant, and its open run, if any."""
    ticket = report(by=cast.reporter, answers=LINK, now=now)
    for to in ways:
        ticket = advance(ticket, cast, to, now=now, reason=REASON, penyebab=penyebab)
    return ticket, ticket.runs.open().first()


def apply(cast, change, now=TUESDAY, **kwargs):
    return calendar_changes.apply(change, by=cast.admin, reason=REASON, now=now, **kwargs)


def moves(seen):
    return [(move.ticket.number, move.row, move.before, move.after) for move in seen.moves]


def logged(made):
    return [
        (number, row, datetime.fromisoformat(before), datetime.fromisoformat(after))
        for number, row, before, after in made.moved
    ]


@pytest.fixture
def office(cast):
    """Limits of every kind that TUESDAY's reports have. By name: the ticket."""
    programmer, team = cast.holder(Role.PROGRAMMER), cast.holder(Role.TIM_INFRASTRUKTUR)
    unlimited, _ = website(cast)
    minutes, _ = website(cast, 2)
    days, _ = website(cast, 2, 3, 4)
    held, run = website(cast, 2, 3, 4)
    actions.hold(held, by=programmer, run=run.pk, reason="pihak_ketiga", until=THURSDAY, now=TUESDAY)
    extended, run = website(cast, 2, 3, 4)
    actions.extend(extended, by=programmer, run=run.pk, until=NEXT_TUESDAY, reason="Banyak.", now=TUESDAY)
    estimated, run = website(cast, 2, 6, 7, penyebab="infrastruktur")
    actions.estimate(estimated, by=team, run=run.pk, until=FRIDAY, now=TUESDAY)
    unestimated, _ = website(cast, 2, 6, 7, penyebab="infrastruktur")
    asked, _ = website(cast, 2, 9, END, penyebab="tanpa_perbaikan")
    over, _ = website(cast, 2, 9, END, penyebab="tanpa_perbaikan")
    actions.confirm(over, by=cast.reporter, now=TUESDAY)
    return {
        "unlimited": unlimited, "minutes": minutes, "days": days, "held": held, "extended": extended,
        "estimated": estimated, "unestimated": unestimated, "asked": asked, "over": over,
    }  # fmt: skip


# What would happen


def test_a_preview_names_each_limit_that_moves_and_by_how_much(office):
    seen = calendar_changes.preview(close(FRIDAY), now=TUESDAY)

    names = {ticket.number: name for name, ticket in office.items()}
    assert {names[move.ticket.number]: (move.row, move.who, move.before, move.after) for move in seen.moves} == {
        "held": (4, "Fajar Ramadhan", wib(24, "13.30"), wib(25, "13.30")),
        "extended": (4, "Fajar Ramadhan", wib(24, "16.00"), wib(25, "16.00")),
        "estimated": (7, "Yusuf Hakim", wib(20, "16.30"), wib(23, "16.00")),
        "asked": (None, "Siti Rahmah", wib(20, "16.30"), wib(23, "16.00")),
    }
    assert seen.what == ["2026-11-20 libur."]
    assert seen.staying == 2  # of fifteen minutes, and up to Thursday


def test_a_preview_changes_nothing(office):
    before = everything_stored()

    calendar_changes.preview(close(WEDNESDAY, THURSDAY), now=TUESDAY)

    assert everything_stored() == before
    assert calendars.current().days == {}


def test_a_shift_is_told_in_words(cast):
    website(cast, 2, 3, 4)

    later = calendar_changes.preview(close(WEDNESDAY), now=TUESDAY).moves
    earlier = calendar_changes.preview(open_hours("07.00–17.30"), now=TUESDAY).moves

    assert [move.shift for move in later] == ["1 hari 30 menit lebih lambat"]
    assert [move.shift for move in earlier] == ["7 jam lebih cepat"]


def test_a_limit_that_a_change_makes_late_at_once_is_pointed_out(cast):
    website(cast, 2, 3, 4)  # due on Thursday at 16.00

    seen = calendar_changes.preview(open_hours("01.00–23.00"), now=wib(18, "22.00"))

    assert seen.late_at_once == seen.moves
    assert len(seen.moves) == 1


def test_a_calendar_without_working_time_is_refused(cast):
    with pytest.raises(NoWorkingTime):
        calendar_changes.preview(open_hours(""), now=TUESDAY)
    with pytest.raises(NoWorkingTime):
        apply(cast, open_hours(""))

    assert calendars.of_rows().periods[0].week == NORMAL.week


@pytest.mark.parametrize("change", [close(MONDAY), open_hours("08.00–15.00")], ids=["closed day", "other hours"])
def test_a_preview_asks_as_often_for_many_tickets_as_for_few(cast, change):
    def measured():
        with CaptureQueriesContext(connection) as queries:
            calendar_changes.preview(change, now=TUESDAY)
        return len(queries)

    website(cast, 2, 3, 4)
    website(cast, 2, 9, END, penyebab="tanpa_perbaikan")
    with_few = measured()
    for _ in range(6):
        website(cast, 2, 3, 4)
        website(cast, 2, 9, END, penyebab="tanpa_perbaikan")

    assert measured() == with_few


# What happens


@pytest.mark.parametrize(
    "change",
    [
        close(WEDNESDAY),
        close(WEDNESDAY, THURSDAY, MONDAY),
        open_hours("08.00–12.00, 13.00–15.00"),
        close(date(2026, 1, 2)),
    ],
    ids=["one day", "three days", "shorter hours", "a day long past"],
)
def test_what_was_shown_is_what_happens(cast, office, change, on_both_databases):
    seen = calendar_changes.preview(change, now=TUESDAY)

    made = apply(cast, change, expected=seen.version)

    assert sorted(logged(made)) == sorted(moves(seen))
    stored = dict(StepRun.objects.open().values_list("ticket__number", "due_at"))
    closing = dict(Ticket.objects.filter(confirm_by__isnull=False).values_list("number", "confirm_by"))
    assert {number: after for number, _, _, after in moves(seen)}.items() <= (stored | closing).items()
    assert list(limits.differences(calendars.current())) == []
    assert (made.by, made.reason, made.what) == (cast.admin, REASON, seen.what)


def test_only_limits_that_move_are_written_and_the_history_says_why(cast, office):
    before = dict(Ticket.objects.values_list("number", "updated_at"))
    due = dict(StepRun.objects.values_list("pk", "due_at"))
    entries = HistoryEntry.objects.count()

    made = apply(cast, close(FRIDAY))

    moved = {number for number, *_ in made.moved}
    assert moved == {office[name].number for name in ("held", "extended", "estimated", "asked")}
    written = HistoryEntry.objects.filter(action=Action.RESCHEDULE).select_related("ticket", "detail")
    assert {entry.ticket.number for entry in written} == moved
    assert {(entry.by, entry.internal, entry.detail.body["reason"]) for entry in written} == {
        (cast.admin, True, REASON)
    }
    assert HistoryEntry.objects.count() == entries + len(moved)
    assert dict(Ticket.objects.values_list("number", "updated_at")) == before
    unmoved = StepRun.objects.exclude(ticket__number__in=moved)
    assert {run.pk: run.due_at for run in unmoved} == {run.pk: due[run.pk] for run in unmoved}


def test_every_open_run_has_the_new_version_and_no_run_that_was_left(cast, office):
    made = apply(cast, close(MONDAY))

    versions = StepRun.objects.values_list("left_at", "calendar_version")
    assert {version for left, version in versions if left is None} == {made.pk}
    assert {version for left, version in versions if left is not None} == {0}


def test_a_frozen_verdict_stays_whatever_day_is_closed_afterwards(cast):
    ticket, run = website(cast, 2, 3, 4)
    advance(ticket, cast, 5, now=wib(23, "09.00"))
    before = StepRun.objects.filter(pk=run.pk).values().get()

    apply(cast, close(WEDNESDAY, THURSDAY, FRIDAY), now=wib(23, "10.00"))

    assert before["verdict"] == "terlambat"
    assert StepRun.objects.filter(pk=run.pk).values().get() == before


def test_what_the_sweep_called_late_gets_its_new_time_and_stays_late(cast):
    ticket, run = website(cast, 2, 3, 4)
    actions.climb(run, now=wib(20, "09.00"))

    apply(cast, close(WEDNESDAY), now=wib(20, "10.00"))
    advance(ticket, cast, 5, now=wib(20, "11.00"))

    run.refresh_from_db()
    assert (run.due_at, run.verdict) == (wib(20, "16.30"), "terlambat")


def test_an_escalation_moves_though_the_limit_stays(cast):
    _, run = website(cast, 2, 3, 4)  # due on Thursday at 16.00, escalated on Friday
    actions.climb(run, now=wib(19, "16.30"))
    run.refresh_from_db()
    before = run.next_rung_at

    made = apply(cast, close(FRIDAY), now=wib(19, "16.40"))

    run.refresh_from_db()
    assert made.moved == []
    assert before < run.next_rung_at == wib(23, "16.00")
    assert not HistoryEntry.objects.filter(action=Action.RESCHEDULE).exists()
    assert list(limits.differences(calendars.current())) == []


def test_limits_that_stay_cost_one_query_however_many_there_are(cast):
    def measured(day):
        with CaptureQueriesContext(connection) as queries:
            made = apply(cast, close(day))
        assert made.moved == []
        return len(queries)

    website(cast, 2, 3, 4)
    with_few = measured(date(2026, 12, 1))
    for _ in range(6):
        website(cast, 2, 3, 4)

    assert measured(date(2026, 12, 2)) == with_few


def test_a_change_that_does_nothing_leaves_no_trace(cast, office):
    before = everything_stored()

    assert apply(cast, nothing) is None
    assert everything_stored() == before


def test_who_looked_at_an_older_calendar_is_told_and_changes_nothing(cast, office):
    seen = calendar_changes.preview(close(WEDNESDAY), now=TUESDAY)
    apply(cast, close(MONDAY))
    before = everything_stored()

    with pytest.raises(actions.Conflict, match="baru saja diubah"):
        apply(cast, close(WEDNESDAY), expected=seen.version)

    assert everything_stored() == before


def test_a_change_that_fails_half_way_leaves_nothing_behind(cast, office):
    def fails():
        close(WEDNESDAY)()
        raise ValueError("Listrik padam.")

    before = everything_stored()

    with pytest.raises(ValueError, match="Listrik padam"):
        apply(cast, fails)

    assert everything_stored() == before
    assert calendars.current().days == {}


# Start-up, and the demo office


def test_a_fresh_install_has_the_proposals_of_this_year_and_the_next(db):
    years = propose_missing(now=TUESDAY)

    assert years == [2026, 2027]
    assert list(CalendarYear.objects.values_list("year", "status")) == [(2026, "usulan"), (2027, "usulan")]
    assert list(CalendarChange.objects.values_list("by", "reason")) == [
        (None, "Usulan libur 2027 diambil saat SOPDesk dimulai."),
        (None, "Usulan libur 2026 diambil saat SOPDesk dimulai."),
    ]


def test_starting_again_asks_one_question_and_changes_nothing(db, django_assert_num_queries):
    propose_missing(now=TUESDAY)
    before = everything_stored()

    with django_assert_num_queries(1):
        years = propose_missing(now=TUESDAY)

    assert (years, everything_stored()) == ([], before)


def test_a_year_somebody_has_begun_is_left_to_them(db):
    CalendarYear.objects.create(year=2026)

    assert propose_missing(now=TUESDAY) == [2027]
    assert not CalendarDay.objects.filter(date__year=2026).exists()


def test_the_demo_office_has_2026_as_it_was_decreed_and_leaves_what_somebody_decided(cast):
    seed_calendar(cast.admin, now=TUESDAY)
    year = CalendarYear.objects.get(year=2026)
    apply(cast, partial(proposals.withdraw, 2026))

    seed_calendar(cast.admin, now=TUESDAY)

    assert (year.status, year.decree) == ("ditetapkan", DECREE)
    assert list(CalendarYear.objects.values_list("status", flat=True)) == ["usulan", "usulan"]


# What an administrator has to see to


def confirmed(*years):
    for year in years:
        CalendarYear.objects.create(year=year, status="ditetapkan", decree="SKB", confirmed_at=TUESDAY)


def test_a_year_that_nobody_has_filled_in_is_said_to_be_empty(db):
    assert calendar_state(wib(17, "10.00")) == {
        2026: "Kalender 2026 belum diisi.",
        2027: "Kalender 2027 belum diisi.",
    }


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (datetime(2026, 9, 30, 16, 59, tzinfo=UTC), {}),
        (datetime(2026, 9, 30, 17, 0, tzinfo=UTC), {2027: "Kalender 2027 masih usulan."}),
    ],
    ids=["30 September 23.59 WIB", "1 October 00.00 WIB"],
)
def test_from_the_first_of_october_the_next_year_is_asked_for(db, day, expected):
    confirmed(2026)
    CalendarYear.objects.create(year=2027)

    assert calendar_state(day) == expected


def test_all_is_well_once_both_years_are_confirmed(cast):
    confirmed(2026, 2027)
    website(cast, 2, 3, 4, now=datetime(2026, 12, 30, 3, 0, tzinfo=UTC))

    assert calendar_state(TUESDAY) == {}


def test_limits_that_reach_into_an_unconfirmed_year_are_counted(cast):
    confirmed(2026)
    CalendarYear.objects.create(year=2027)
    last_days = datetime(2026, 12, 30, 3, 0, tzinfo=UTC)
    website(cast, 2, 3, 4, now=last_days)
    website(cast, 2, 9, END, penyebab="tanpa_perbaikan", now=last_days)
    website(cast, 2, now=TUESDAY)

    assert calendar_state(TUESDAY + timedelta(days=1)) == {
        2027: "Kalender 2027 masih usulan, padahal 2 tenggat berjalan sampai ke sana dan dapat bergeser."
    }


# At once, on a database where that is real


def two_changes(cast, *, patience):
    """Two administrators looked at the same calendar and save together; each change waits a while for the other."""
    meeting = Barrier(2)

    def closing(day):
        def change():
            with suppress(BrokenBarrierError):
                meeting.wait(timeout=patience)
            return close(day)()

        return partial(apply, cast, change, expected=0)

    return [closing(WEDNESDAY), closing(MONDAY)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_changes_saved_at_once_the_second_is_to_be_looked_at_again(cast):
    website(cast, 2, 3, 4)

    outcomes = at_once(two_changes(cast, patience=0.5))  # in vain: the lock keeps the other away

    assert {type(outcome) for outcome in outcomes} == {CalendarChange, actions.Conflict}
    assert CalendarDay.objects.count() == 1
    assert list(limits.differences(calendars.current())) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_be_saved(cast, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda queryset, **kwargs: queryset)

    outcomes = at_once(two_changes(cast, patience=30))

    assert [type(outcome) for outcome in outcomes] == [CalendarChange, CalendarChange]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_work_goes_on_while_the_calendar_changes_and_every_limit_ends_on_the_new_one(cast):
    tickets = [website(cast, 2, 3)[0] for _ in range(8)]

    def work(ticket):
        for to in (4, 5, 9, 3, 4):
            ticket = advance(ticket, cast, to, reason=REASON, now=TUESDAY, penyebab="coding")

    def changes():
        return [apply(cast, close(day)) for day in (WEDNESDAY, THURSDAY, MONDAY, NEXT_TUESDAY)]

    outcomes = at_once([*(partial(work, ticket) for ticket in tickets), changes])

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    sweep.sweep(TUESDAY)
    assert StepRun.objects.open().filter(row=4).values_list("due_at", flat=True).distinct().get() == wib(25, "16.00")
    assert list(limits.differences(calendars.current())) == []
