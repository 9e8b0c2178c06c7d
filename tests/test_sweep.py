"""The sweep: each rung once, in order, at its own instant, whenever and however often it is looked for."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.bench_sweep import analyze, arrivals, open_runs
from tests.factories import TUESDAY, advance, report
from tickets import actions, sweep, tasks
from tickets.models import Heartbeat, Hold, Rung, StepRun, Ticket
from tickets.models.history import Action
from workflows.models import CalendarChange, CalendarDay
from workflows.roles import Role
from workflows.sop import END, MENUNGGU_KONFIRMASI, SELESAI
from workflows.worktime import ZONE

pytestmark = pytest.mark.django_db

LINK = {"bukti_masalah": {"tautan": "https://sumbarprov.go.id/berita"}}
SECOND = timedelta(seconds=1)


def wib(day, clock):
    """An instant of November 2026, in which the 17th is a Tuesday."""
    hour, minute, second = (*map(int, clock.split(".")), 0)[:3]
    return datetime(2026, 11, day, hour, minute, second, tzinfo=ZONE).astimezone(UTC)


#: The ladder of a row of 15 minutes that is entered on TUESDAY, 10.00.
WARNED, LATE, ESCALATED = wib(17, "10.11.15"), wib(17, "10.15"), wib(18, "10.15")


def on_fifteen_minutes(cast, *, now=TUESDAY):
    """A ticket on row 2 of the website SOP since `now`, and its run."""
    ticket = advance(report(by=cast.reporter, answers=LINK, now=now), cast, 2, now=now)
    return ticket, ticket.runs.open().get()


def on_two_days(cast):
    """A ticket on row 4 of the website SOP (2 hari/sesuai kebutuhan), due on Thursday at 16.00, and its run."""
    ticket = report(by=cast.reporter, answers=LINK, now=TUESDAY)
    for to in (2, 3, 4):
        ticket = advance(ticket, cast, to, now=TUESDAY, penyebab="coding")
    return ticket, ticket.runs.open().get()


def ladder(run):
    """The rungs a run has behind it, with their instants."""
    return list(run.rungs.values_list("kind", "at"))


def leave(ticket, cast, to, *, now):
    """The run that was left."""
    run = ticket.runs.open().get()
    advance(ticket, cast, to, now=now)
    run.refresh_from_db()
    return run


# The ladder


@pytest.mark.parametrize(
    ("now", "behind"),
    [
        (WARNED, []),
        (WARNED + SECOND, ["75"]),
        (LATE, ["75"]),
        (LATE + SECOND, ["75", "lewat"]),
        (ESCALATED, ["75", "lewat"]),
        (ESCALATED + SECOND, ["75", "lewat", "eskalasi"]),
    ],
    ids=["at 75 %", "after 75 %", "at the limit", "after the limit", "a day after the limit", "after that"],
)
def test_a_rung_is_climbed_after_its_instant_and_not_at_it(cast, now, behind):
    _, run = on_fifteen_minutes(cast)

    sweep.sweep(now=now)

    assert [kind for kind, _ in ladder(run)] == behind


def test_each_rung_is_climbed_once_however_often_the_sweep_comes(cast):
    _, run = on_fifteen_minutes(cast)
    found = []

    for minutes in range(0, 2 * 24 * 60, 5):
        found.append(sweep.sweep(now=TUESDAY + timedelta(minutes=minutes)).climbed)
        sweep.sweep(now=TUESDAY + timedelta(minutes=minutes))

    assert sorted(found, reverse=True)[:4] == [1, 1, 1, 0]
    assert ladder(run) == [("75", WARNED), ("lewat", LATE), ("eskalasi", ESCALATED)]
    assert [str(rung.noticed_at - rung.at) for rung in run.rungs.all()] == ["0:03:45", "0:05:00", "0:05:00"]


def test_what_an_outage_missed_comes_in_order_with_its_true_time(cast):
    _, run = on_fifteen_minutes(cast)
    back = wib(20, "08.00")

    swept = sweep.sweep(now=back)

    rungs = list(Rung.objects.order_by("pk").values_list("kind", "at", "noticed_at"))
    assert rungs == [("75", WARNED, back), ("lewat", LATE, back), ("eskalasi", ESCALATED, back)]
    assert swept == sweep.Swept(climbed=3)
    assert StepRun.objects.get(pk=run.pk).next_rung_at is None


def test_the_longest_due_is_swept_first(cast):
    runs = [on_fifteen_minutes(cast, now=TUESDAY + timedelta(minutes=minutes))[1] for minutes in (20, 0, 10)]

    sweep.sweep(now=TUESDAY + timedelta(minutes=32))

    assert list(Rung.objects.filter(kind="75").order_by("pk").values_list("run", flat=True)) == [
        runs[1].pk, runs[2].pk, runs[0].pk,
    ]  # fmt: skip


def test_a_tentative_row_is_reminded_of_every_five_working_days_until_it_is_left(cast):
    ticket = report(by=cast.reporter, answers=LINK, now=TUESDAY)
    for to in (2, 3, 4, 5, 6, 7):
        ticket = advance(ticket, cast, to, now=TUESDAY, penyebab="keduanya")
    run = ticket.runs.open().get()

    sweep.sweep(now=TUESDAY + timedelta(days=20))
    leave(ticket, cast, 8, now=TUESDAY + timedelta(days=20))
    sweep.sweep(now=TUESDAY + timedelta(days=60))

    fives = [wib(24, "16.00"), wib(24, "16.00") + timedelta(days=7)]
    assert ladder(run) == [("pengingat", at) for at in fives]


# Leaving in time


@pytest.mark.parametrize(
    ("left", "verdict", "late"),
    [(LATE - SECOND, "tepat_waktu", None), (LATE, "tepat_waktu", None), (LATE + SECOND, "terlambat", 1 / 60)],
    ids=["just before", "exactly at", "just after"],
)
def test_a_row_left_at_its_limit_is_met_and_never_flagged(cast, left, verdict, late):
    ticket, _ = on_fifteen_minutes(cast)

    run = leave(ticket, cast, 3, now=left)
    swept = sweep.sweep(now=LATE + SECOND)

    assert run.verdict == verdict
    assert run.late_minutes == (late and pytest.approx(late))
    assert (ladder(run), swept.climbed) == ([], 0)


def test_the_verdict_agrees_with_what_the_sweep_has_said(cast):
    ticket, _ = on_fifteen_minutes(cast)
    sweep.sweep(now=LATE + SECOND)

    run = leave(ticket, cast, 3, now=LATE + 2 * SECOND)

    assert (run.verdict, ladder(run)) == ("terlambat", [("75", WARNED), ("lewat", LATE)])


def test_leaving_a_row_cancels_the_rungs_ahead(cast):
    ticket, _ = on_fifteen_minutes(cast)
    sweep.sweep(now=WARNED + SECOND)

    run = leave(ticket, cast, 3, now=WARNED + 2 * SECOND)
    sweep.sweep(now=ESCALATED + SECOND)

    assert ladder(run) == [("75", WARNED)]


# Holds and extensions


def test_an_extension_moves_the_rungs_ahead_and_repeats_none_behind(cast):
    ticket, run = on_two_days(cast)
    fajar = cast.holder(Role.PROGRAMMER)
    sweep.sweep(now=wib(19, "10.00.01"))
    behind = ladder(run)

    actions.extend(ticket, by=fajar, run=run.pk, until=date(2026, 11, 23), reason="Menunggu uji.", now=wib(19, "11.00"))
    counts = [sweep.sweep(now=wib(day, clock)).climbed for day, clock in ((20, "08.00"), (23, "16.00"), (24, "07.00"))]
    sweep.sweep(now=wib(26, "08.00"))

    assert [kind for kind, _ in behind] == ["75"]
    assert counts == [0, 0, 1]
    assert ladder(run) == [*behind, ("lewat", wib(23, "16.00")), ("eskalasi", wib(24, "16.00"))]


def test_a_hold_moves_every_rung_by_the_working_time_on_hold_and_ends_by_itself(cast):
    ticket, run = on_two_days(cast)
    fajar, warned = cast.holder(Role.PROGRAMMER), StepRun.objects.get(pk=run.pk).next_rung_at
    actions.hold(ticket, by=fajar, run=run.pk, reason="pihak_ketiga", until=date(2026, 11, 18), now=TUESDAY)

    before = sweep.sweep(now=wib(18, "15.59.59"))
    at_its_end = sweep.sweep(now=wib(18, "16.00"))
    sweep.sweep(now=wib(24, "08.00"))

    hold = Hold.objects.get()
    assert (before, at_its_end) == (sweep.Swept(), sweep.Swept(resumed=1))
    assert (hold.ended_at, hold.ended_by) == (wib(18, "16.00"), None)
    entry = ticket.entries.get(action=Action.RESUME)
    assert (entry.by, entry.at) == (None, wib(18, "16.00"))
    assert warned == wib(19, "10.00")  # 900 of 1,200 minutes; 750 of them are on hold
    assert ladder(run) == [("75", wib(20, "16.30")), ("lewat", wib(23, "13.30"))]


def test_a_hold_that_ran_out_in_an_outage_ends_at_its_own_end(cast):
    ticket, run = on_two_days(cast)
    fajar = cast.holder(Role.PROGRAMMER)
    actions.hold(ticket, by=fajar, run=run.pk, reason="pihak_ketiga", until=date(2026, 11, 18), now=TUESDAY)

    swept = sweep.sweep(now=wib(27, "08.00"))

    assert swept == sweep.Swept(resumed=1, climbed=3)
    assert Hold.objects.get().ended_at == wib(18, "16.00")
    assert all(at > wib(18, "16.00") for _, at in ladder(run))


# Silence


def test_a_ticket_whose_reporter_is_silent_is_closed_after_its_days_and_not_before(cast):
    ticket = report(by=cast.reporter, answers=LINK, now=TUESDAY)
    for to in (2, 9, END):
        reason = "Bukan gangguan." if to == 9 else ""
        ticket = advance(ticket, cast, to, now=TUESDAY, reason=reason, penyebab="tanpa_perbaikan")
    closes = wib(20, "16.30")

    before = sweep.sweep(now=closes)
    state = Ticket.objects.get().state
    after = sweep.sweep(now=closes + SECOND)
    again = sweep.sweep(now=closes + 2 * SECOND)

    assert (before, state, after, again) == (sweep.Swept(), MENUNGGU_KONFIRMASI, sweep.Swept(closed=1), sweep.Swept())
    entry = ticket.entries.last()
    assert (Ticket.objects.get().state, entry.action, entry.by) == (SELESAI, Action.LAPSE, None)


# The calendar


def close_the_office_on(day):
    """A closed day that is in force: what is entered by the old calendar at this moment has not heard of it."""
    CalendarDay.objects.create(date=day, kind="lokal", name="Hari libur daerah")
    return CalendarChange.objects.create(at=TUESDAY, reason="Hari libur daerah menurut SE Gubernur.")


def test_a_run_entered_while_the_calendar_changed_is_moved_before_it_is_called_late(cast):
    ticket, run = on_two_days(cast)
    change = close_the_office_on(date(2026, 11, 19))

    swept = sweep.sweep(now=wib(19, "16.00.01"))

    run.refresh_from_db()
    entry = ticket.entries.last()
    assert swept == sweep.Swept()
    assert (run.due_at, run.calendar_version) == (wib(20, "16.30"), change.pk)
    assert (entry.action, entry.by, entry.detail.body["reason"]) == (Action.RESCHEDULE, None, change.reason)


def test_a_straggler_is_moved_long_before_it_is_due_and_once(cast):
    _, run = on_two_days(cast)
    close_the_office_on(date(2026, 11, 18))

    first, second = sweep.sweep(now=TUESDAY), sweep.sweep(now=TUESDAY)

    run.refresh_from_db()
    assert (first, second) == (sweep.Swept(moved=1), sweep.Swept())
    assert run.due_at == wib(20, "16.30")


# One row that cannot be done


def spoiled(run):
    """What somebody did to a row by hand: a date at the end of time, on which no calendar can count."""
    StepRun.objects.filter(pk=run.pk).update(entered_at=datetime(9999, 12, 31, tzinfo=UTC), calendar_version=0)
    return run


def test_a_row_that_cannot_be_swept_stops_no_other_and_is_tried_again_later(cast, caplog):
    poison = spoiled(on_fifteen_minutes(cast, now=TUESDAY - SECOND)[1])
    _, run = on_fifteen_minutes(cast)
    now = LATE + SECOND

    swept, again = sweep.sweep(now=now), sweep.sweep(now=now + SECOND)

    poison.refresh_from_db()
    assert (swept, again) == (sweep.Swept(climbed=2, failed=1), sweep.Swept())
    assert (ladder(run), ladder(poison)) == ([("75", WARNED), ("lewat", LATE)], [])
    assert poison.next_rung_at == now + sweep.PUT_OFF
    (record,) = caplog.records
    assert f"climbed: row {poison.pk} was passed by after NoWorkingTime" in record.getMessage()
    assert poison.ticket.title not in record.getMessage()


def test_a_row_that_was_put_off_and_mended_keeps_its_true_times(cast, caplog):
    poison = spoiled(on_fifteen_minutes(cast)[1])
    sweep.sweep(now=LATE + SECOND)
    StepRun.objects.filter(pk=poison.pk).update(entered_at=TUESDAY)

    swept = sweep.sweep(now=LATE + 2 * SECOND + sweep.PUT_OFF)

    assert swept == sweep.Swept(climbed=2)
    assert ladder(poison) == [("75", WARNED), ("lewat", LATE)]


def test_a_hold_that_cannot_be_ended_stops_no_other(cast, caplog):
    fajar, found = cast.holder(Role.PROGRAMMER), []
    for _ in range(2):
        ticket, run = on_two_days(cast)
        actions.hold(ticket, by=fajar, run=run.pk, reason="pihak_ketiga", until=date(2026, 11, 18), now=TUESDAY)
        found.append(run)
    spoiled(found[0])

    swept = sweep.sweep(now=wib(18, "16.00"))

    assert swept == sweep.Swept(resumed=1, failed=1)
    assert found[1].holds.get().ended_at == wib(18, "16.00")


def test_a_sweep_that_takes_too_long_stops_and_the_next_goes_on(cast, monkeypatch):
    for _ in range(3):
        on_fifteen_minutes(cast)
    seconds = iter([0, 30, 44, 46, 47, 48, 49])

    with monkeypatch.context() as patch:
        patch.setattr(sweep.time, "monotonic", lambda: next(seconds))
        first = sweep.sweep(now=LATE + SECOND)
    second = sweep.sweep(now=LATE + SECOND)

    assert (first, second) == (sweep.Swept(climbed=2), sweep.Swept(climbed=4))
    assert Heartbeat.objects.count() == 1


# Signs of life and costs


def test_the_task_sweeps_by_the_clock_and_shows_that_it_lives(cast, time_machine):
    _, run = on_fifteen_minutes(cast)
    time_machine.move_to(LATE + SECOND, tick=False)

    tasks.sweep()
    tasks.sweep()

    assert ladder(run) == [("75", WARNED), ("lewat", LATE)]
    assert list(Heartbeat.objects.values_list("kind", "name", "at")) == [("sweep", "", LATE + SECOND)]


def test_a_sweep_with_nothing_due_asks_the_same_few_questions_whatever_is_open(cast):
    numbers = set()
    for more in (1, 300):
        open_runs(arrivals(more, due=0, now=TUESDAY), reporter=cast.reporter)
        sweep.sweep(now=TUESDAY)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert sweep.sweep(now=TUESDAY) == sweep.Swept()
        numbers.add(len(asked))

    assert numbers == {17}


def hold_all(runs, *, by):
    """Open holds on all runs, that end a day later one after the other."""
    Hold.objects.bulk_create(
        Hold(run=run, reason="pelapor", by=by, started_at=TUESDAY, ends_at=TUESDAY + timedelta(days=1, seconds=nth))
        for nth, run in enumerate(runs)
    )


@pytest.mark.parametrize(
    ("job", "index"),
    [
        ("resumed", "open_holds_by_end"),
        ("climbed", "open_runs_by_next_rung"),
        ("closed", "tickets_to_be_confirmed_by"),
        ("moved", "open_runs_by_calendar"),
    ],
)
def test_what_is_due_is_found_by_an_index_over_its_instants(cast, on_both_databases, job, index):
    runs = open_runs(arrivals(2_000, due=20, now=TUESDAY), reporter=cast.reporter)
    hold_all(runs, by=cast.holder(Role.WEB_DEVELOPER))
    analyze()
    (due,) = (known.due for known in sweep.JOBS if known.name == job)

    plan = due(TUESDAY)[:1].explain()

    assert index in plan


# The proof


def test_verify_limits_says_that_every_limit_is_what_it_derives_from(cast):
    on_fifteen_minutes(cast)
    on_two_days(cast)
    said = StringIO()

    call_command("verify_limits", stdout=said)

    assert said.getvalue() == "2 open limits: sound\n"


def test_verify_limits_names_each_limit_that_is_not_and_fails(cast):
    ticket, run = on_fifteen_minutes(cast)
    StepRun.objects.filter(pk=run.pk).update(due_at=LATE + SECOND)
    said = StringIO()

    with pytest.raises(CommandError, match="1 open limits: 1 differences"):
        call_command("verify_limits", stdout=said)

    assert said.getvalue().startswith(f"{ticket.number} row 2: due_at is 2026-11-17 03:15:01+00:00, derived ")
