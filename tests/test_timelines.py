"""10,000 generated timelines of the ledger against the slow oracle, equal to the second after every event.

A timeline is one case: rows one after the other, each with what people and the clock do while it is open. The oracle
side generates it and says at each event what must come of it; it shares no code with `limits` or `worktime`. The other
side replays the events through `tickets.limits`, and some of them through the real actions and the database.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random

import pytest
from django.db import transaction

from tests.factories import advance, answers_for, report
from tests.oracle_row import DAY, Event, Row
from tests.timekeeping import LINK
from tests.workflows.test_worktime_oracle import RAMADAN_2027, clock, make_arrival, make_world
from tickets import actions, calendar_changes, history, limits
from tickets.models import Extension, Hold, Rung, StepRun, Ticket
from tickets.models.runs import Verdict
from workflows import calendars, sops
from workflows.models import CalendarDay, WorkingPeriod
from workflows.sop import END, Days, Minutes, NoLimit, Tentative
from workflows.worktime import ZONE, Calendar, write_hours

TIMELINES = 10_000
PARTS = 20
WORLDS = 5  # calendars per part
STORED, STORED_PER_PART = 200, 10  # timelines that are acted out in the database
SECOND = timedelta(seconds=1)

LIMITS = [
    *(Minutes(15), Minutes(15), Minutes(100), Minutes(700)),
    *(Days(1), Days(2, extendable=True), Days(3, extendable=True), Tentative(), Tentative(), NoLimit()),
]


@dataclass
class Standing:
    """What must stand in the ledger after an event."""

    due: datetime | None
    next_rung: datetime | None = None
    rungs: list[tuple[str, int, datetime]] = field(default_factory=list)
    closed: tuple | None = None  # verdict, seconds late, worked, held, budget, extra


@dataclass
class Visit:
    """One row of a timeline, from entering to leaving."""

    limit: object
    entered: datetime
    begins: Standing
    events: list[tuple[Event, Standing]]


class Stage:
    """A world with its oracles and calendars, made once: those that hold first, and those once days off changed."""

    def __init__(self, world, *, is_reversed):
        self.world, self.is_reversed = world, is_reversed
        answers = [world.before, world.after][:: -1 if is_reversed else 1]  # days off are added, or taken back
        self.oracles, self.calendars = zip(*answers, strict=True)


@dataclass
class Timeline:
    stage: Stage
    visits: list[Visit]


# The oracle's side


def expected_of(row):
    return Standing(row.due, row.next_rung, list(row.climbed), row.closed)


class Teller:
    """Makes up what happens on the rows of one case, the hard things often."""

    def __init__(self, random, stage):
        self.random = random
        self.oracle, self.later = stage.oracles

    def visit(self, limit, entered):
        """A row from entering to leaving; afterwards `at` is when it was left."""
        row = Row(limit, entered, self.oracle)
        begins, events = expected_of(row), []
        at = entered
        for _ in range(self.random.choice((0, 1, 2, 3, 5))):
            event = self.event(row, at)
            self.happen(row, event, events)
            at = event.at
        if row.is_tentative and row.budget is None:
            if row.held_now:
                self.happen(row, Event(at, "resume"), events)
            self.happen(row, Event(at, "estimate", self.day_ahead(at)), events)
        self.happen(row, Event(max(at, self.leaving(row, at)), "leave"), events)
        self.at = events[-1][0].at
        return Visit(limit, entered, begins, events)

    def happen(self, row, event, events):
        if row.held_now and row.held_now[1] <= event.at and event.what != "run_out":
            self.happen(row, Event(row.held_now[1], "run_out"), events)
        if event.what == "calendar_changes":
            row.oracle = self.oracle = self.later
            self.later = None
            row.reckon()
        else:
            row.happen(event)
        events.append((event, expected_of(row)))

    def event(self, row, at):
        at = self.moment(row, at)
        ran_out = row.held_now and row.held_now[1] <= at
        is_held = row.held_now and not ran_out
        may = ["tick", "tick"]
        if row.due is None or at < row.due:
            may += [] if is_held else ["hold", "hold", "hold"]
            may += ["extend"] * 4 if row.limit.extendable and not is_held else []
        if is_held:
            may += ["resume", "resume"]
        if row.is_tentative and not is_held:
            may += ["estimate", "estimate"]
        is_flagged = "lewat" in {kind for kind, *_ in row.climbed}
        if self.later and self.random.random() < (0.9 if is_flagged else 0.3):
            may = ["calendar_changes"]
        what = self.random.choice(may)
        until = None
        if what in ("hold", "estimate"):
            until = self.day_ahead(at)
        elif what == "extend":
            until = self.oracle.close_of_nth_day(row.due, self.random.choice((1, 1, 2, 5)))
        return Event(at, what, until)

    def day_ahead(self, at):
        """The close of a day on which work ends after an instant."""
        return self.oracle.close_of_nth_day(at, self.random.choice((0, 1, 1, 2, 5)))

    def moment(self, row, at):
        """At once, at an edge, or before or after what is due."""
        chance = self.random.random()
        if chance < 0.15:
            return at
        edges = [edge for edge in (row.due, row.next_rung, row.held_now and row.held_now[1]) if edge and edge > at]
        if chance < 0.4 and edges:
            edge = self.random.choice(edges).replace(microsecond=0)
            return max(at, edge + self.random.choice((-1, 0, 1)) * SECOND)
        span = (row.due - at if row.due and row.due > at else 3 * DAY) // SECOND
        return at + self.random.randrange(int(span * self.random.choice((0.5, 1, 1.4))) + 2) * SECOND

    def leaving(self, row, at):
        due = row.due
        if due and due > at and self.random.random() < 0.4:
            return due + self.random.choice((-1, 0, 1)) * SECOND
        return self.moment(row, at)


def make_timeline(random, stage, limits=None, gap_after=None):
    """A case with these limits one after the other, or some; reopened now and then, or after one of them."""
    teller, at, visits = Teller(random, stage), make_arrival(random), []
    limits = limits or random.choices(LIMITS, k=random.choice((1, 1, 2, 3)))
    for place, limit in enumerate(limits):
        visits.append(teller.visit(limit, at))
        is_reopened = random.random() < 0.1 if gap_after is None else place == gap_after
        at = teller.at + is_reopened * random.randrange(1, 10 * 86_400) * SECOND
    return Timeline(stage, visits)


@cache
def timelines(part):
    random = Random(f"ledger {part}")  # noqa: S311  # the same ones every time
    stages = [Stage(make_world(random), is_reversed=n % 3 == 2) for n in range(WORLDS)]
    return [make_timeline(random, stage) for stage in stages for _ in range(TIMELINES // PARTS // WORLDS)]


# The ledger's side


class OneRow:
    """An SOP of which only the limit of a row matters."""

    def __init__(self, limit):
        self.limit = limit

    def step(self, no):
        return self


class Ledger:
    """One run as `tickets.limits` keeps it, nothing of it saved."""

    def __init__(self, limit, entered, calendar):
        ticket = Ticket()
        ticket.sop = OneRow(limit)
        self.run = StepRun(ticket=ticket, row=1, round=1, entered_at=entered)
        self.calendar, self.holds, self.extensions, self.climbed, self.rungs = calendar, [], [], set(), []
        limits.arm(self.run, calendar)

    def happen(self, event, later):
        getattr(self, event.what)(event, later)
        if event.what != "leave":
            limits.project(self.run, self.calendar, holds=self.holds, climbed=self.climbed)

    def hold(self, event, later):
        self.holds.append(Hold(started_at=event.at, ends_at=event.until))

    def resume(self, event, later):
        hold = self.holds[-1]
        hold.ends_at = hold.ended_at = min(event.at, hold.ends_at)

    run_out = resume

    def extend(self, event, later):
        run = self.run
        minutes = limits.added_by(run, event.until, self.calendar, self.holds)
        self.extensions.append(Extension(at=event.at, from_due=run.due_at, until=event.until, minutes=minutes))
        if run.budget_minutes is None:
            run.budget_minutes = minutes
        else:
            run.extra_minutes += minutes

    estimate = extend

    def calendar_changes(self, event, later):
        self.calendar = later

    def tick(self, event, later):
        while (due := limits.next_rung(self.run, self.calendar, self.holds, self.climbed)) and due.at < event.at:
            self.climbed.add((due.kind, due.nth))
            self.rungs.append((due.kind, due.nth, due.at))

    def leave(self, event, later):
        if self.holds and self.holds[-1].ended_at is None:
            self.resume(event, later)
        self.run.left_at = event.at
        limits.close(self.run, self.calendar, holds=self.holds, extensions=self.extensions, climbed=self.climbed)

    def standing(self):
        return standing_of(self.run, self.rungs)


def standing_of(run, rungs):
    closed = None
    if run.left_at:
        spans = (run.late_minutes, run.worked_minutes, run.held_minutes, run.budget_minutes, run.extra_minutes)
        closed = (run.verdict, *map(seconds, spans))
    return Standing(run.due_at, run.next_rung_at, list(rungs), closed)


def seconds(minutes):
    """To the microsecond: what is not a whole number of seconds must not pass for one."""
    return None if minutes is None else round(minutes * 60, 6)


def disagreements(timelines):
    """What the ledger says otherwise than the oracle: (visit, event, what it should be, what it is)."""
    return [found for timeline in timelines for found in _differences(timeline)]


def _differences(timeline):
    calendar, later = timeline.stage.calendars
    for visit in timeline.visits:
        ledger = Ledger(visit.limit, visit.entered, calendar)
        if ledger.standing() != visit.begins:
            yield visit, None, visit.begins, ledger.standing()
        for event, expected in visit.events:
            ledger.happen(event, later)
            if ledger.standing() != expected:
                yield visit, event, expected, ledger.standing()
        calendar = ledger.calendar


@pytest.mark.parametrize("part", range(PARTS))
def test_the_ledger_agrees_with_the_oracle_to_the_second_after_every_event(part):
    cases = timelines(part)

    assert len(cases) == TIMELINES // PARTS
    assert disagreements(cases) == []


# What is hard is in there

TRAITS = {
    *("hold", "resume", "run_out", "extend", "estimate", "calendar_changes", "tick", "leave", "several rows"),
    *(f"verdict {verdict}" for verdict in Verdict),
    *("held out of hours", "held for nothing", "held over a weekend", "done while on hold", "held twice"),
    *("extended twice", "estimate changed after it passed", "estimate made earlier", "moved later", "moved earlier"),
    *("over a Friday", "in Ramadan", "over the end of a month", "over a new year", "arrived out of hours"),
    *("left a second early", "left at the limit", "left a second late", "called late and then moved later"),
    *("three rungs at once", "reminded twice", "late by no working time"),
}


def traits_of(timeline):
    yield from ["several rows"] * (len(timeline.visits) > 1)
    for visit in timeline.visits:
        events = [event for event, _ in visit.events]
        kinds = Counter(event.what for event in events)
        before = [visit.begins, *(standing for _, standing in visit.events)]
        last, left = visit.events[-1][1], events[-1].at
        yield from kinds
        yield f"verdict {last.closed[0]}"
        calendar = timeline.stage.calendars[0]
        arrived, due = visit.entered.astimezone(ZONE), last.due and last.due.astimezone(ZONE)
        begun = None
        for event, earlier, (_, standing) in zip(events, before, visit.events, strict=False):
            if event.what == "hold":
                begun = event.at
            elif event.what in ("resume", "run_out", "leave") and begun:
                yield from ["done while on hold"] * (event.what == "leave")
                yield from ["held for nothing"] * (event.at == begun)
                yield from ["held out of hours"] * (event.at > begun and not calendar.between(begun, event.at))
                weekend = event.at.astimezone(ZONE).toordinal() - begun.astimezone(ZONE).toordinal()
                yield from ["held over a weekend"] * (begun.astimezone(ZONE).weekday() + weekend > 6)
                begun = None
            elif event.what == "estimate" and earlier.due:
                yield from ["estimate changed after it passed"] * (event.at > earlier.due)
                yield from ["estimate made earlier"] * (standing.due < earlier.due)
            elif event.what == "calendar_changes" and earlier.due:
                yield from ["moved later"] * (standing.due > earlier.due)
                yield from ["moved earlier"] * (standing.due < earlier.due)
                was_late = ("lewat", 1) in {rung[:2] for rung in earlier.rungs}
                yield from ["called late and then moved later"] * (was_late and standing.due > event.at)
            elif event.what == "tick":
                yield from ["three rungs at once"] * (len(standing.rungs) - len(earlier.rungs) >= 3)
        yield from ["held twice"] * (kinds["hold"] > 1)
        yield from ["extended twice"] * (kinds["extend"] > 1)
        yield from ["reminded twice"] * (sum(kind == "pengingat" for kind, *_ in last.rungs) > 1)
        yield from ["arrived out of hours"] * (not calendar.is_open(visit.entered))
        yield from ["late by no working time"] * (last.closed[1] == 0)
        if due:
            days = [arrived.date() + DAY * n for n in range(min(40, (due.date() - arrived.date()).days + 1))]
            yield from ["over a Friday"] * any(day.weekday() == 4 for day in days)
            yield from ["in Ramadan"] * any(not calendar.period_of(day).is_normal for day in days)
            yield from ["over the end of a month"] * (arrived.month != due.month)
            yield from ["over a new year"] * (arrived.year != due.year)
            yield from ["left a second early"] * (left == last.due - SECOND)
            yield from ["left at the limit"] * (left == last.due)
            yield from ["left a second late"] * (left == last.due + SECOND)


def test_the_timelines_have_what_is_hard_in_them():
    traits = Counter(trait for part in (0, 1) for timeline in timelines(part) for trait in traits_of(timeline))

    assert traits.keys() == TRAITS
    assert {trait: count for trait, count in traits.items() if count < 3} == {}


# The comparison would notice: each of these breaks one thing in the ledger


def breaking(target, name, change):
    def spoil(monkeypatch):
        monkeypatch.setattr(target, name, change(getattr(target, name)))

    return spoil


def with_all_holds(reached):
    def reaching(run, minutes, calendar, holds):
        return calendar.add(
            run.entered_at, minutes + limits.held(holds, calendar, until=datetime.max.replace(tzinfo=UTC))
        )

    return reaching


def late_at_the_limit(verdict):
    def judged(run, calendar, holds, extensions, climbed):
        if run.left_at == run.due_at and run.limit_kind in ("working_minutes", "working_days"):
            return Verdict.LATE, 0.0
        return verdict(run, calendar, holds, extensions, climbed)

    return judged


def on_the_next_opening(add):
    return lambda calendar, start, minutes: calendar.next_opening(add(calendar, start, minutes))


def without(position):
    def change(function):
        def called(*arguments):
            return function(*arguments[:position], type(arguments[position])(), *arguments[position + 1 :])

        return called

    return change


BREAKS = {
    "a hold is not counted": breaking(limits, "_reached", without(3)),
    "a hold that begins after the limit is counted": breaking(limits, "_reached", with_all_holds),
    "the working time of a hold is not known": breaking(limits, "held", lambda held: lambda *a, **k: 0.0),
    "an extension is lost": breaking(limits, "added_by", lambda added: lambda *arguments: 0.0),
    "an extension forgets the holds": breaking(limits, "added_by", without(3)),
    "what is due at the close is due at the opening": breaking(Calendar, "add", on_the_next_opening),
    "a row is late at its limit": breaking(limits, "_verdict", late_at_the_limit),
    "what was called late is forgotten": breaking(limits, "_verdict", without(4)),
    "a new estimate undoes that the old one passed": breaking(limits, "_came_late", lambda came: lambda e: False),
    "an extended row counts as on time": breaking(limits, "_verdict", lambda verdict: lambda run, *rest: (
        (Verdict.ON_TIME, None) if (found := verdict(run, *rest))[0] == Verdict.EXTENDED else found
    )),
    "the warning comes at 80 %": breaking(limits, "WARNING_SHARE", lambda share: 0.8),
    "a day is 450 minutes, whatever the day": breaking(
        limits, "_escalates_at", lambda escalates: lambda due, calendar: calendar.add(due, 450)
    ),
    "a changed calendar moves nothing": breaking(Ledger, "calendar_changes", lambda change: lambda *arguments: None),
    "a hold that ran out goes on until it is noticed": breaking(
        Ledger, "resume", lambda resume: lambda self, event, later: setattr(self.holds[-1], "ends_at", event.at)
    ),
}  # fmt: skip


@pytest.mark.parametrize("spoil", BREAKS.values(), ids=BREAKS)
def test_a_ledger_that_is_wrong_is_caught(monkeypatch, spoil):
    cases = timelines(0)
    spoil(monkeypatch)

    assert disagreements(cases) != []


# Some of them through the real actions, in the database

REOPEN = "reopen"
#: Procedure, cause, the rows that lead in, and those of a case in order; the last only says how the one before is left.
CASES = [
    ("website", "coding", (), (2, 3, 4, 5, 9, REOPEN, 2, 3, 4, 5)),
    ("website", "infrastruktur", (), (2, 6, 7, 8, 9, REOPEN, 2, 6, 7, 8)),
    ("website", "keduanya", (), (2, 3, 4, 5, 6, 7, 8, 9, END)),
    ("spj_online", "", (), (1, 2, 3, 4, 5, 3, 4, 5)),
    ("spj_online", "", (2, 3), (4, 5, 6, 7, REOPEN, 2, 3, 4)),
]


class Office:
    """A case in the database: comes to the first row of a timeline at its arrival, then does what the timeline says."""

    def __init__(self, cast, timeline, procedure, cause, lead_in, rows):
        self.cast, self.stage, self.cause, self.rows = cast, timeline.stage, cause, rows
        self.set_up_the_calendar()
        at = timeline.visits[0].entered
        answers = {"answers": LINK} if procedure == "website" else {}
        ticket = report(procedure, by=cast.reporter, now=at, **answers)
        for row in [row for row in (*lead_in, rows[0]) if row != ticket.sop.first.no]:
            ticket = advance(ticket, cast, row, reason="Ya.", now=at, **self.choices)
        self.pk = ticket.pk

    @property
    def choices(self):
        return {"penyebab": self.cause} if self.cause else {}

    def set_up_the_calendar(self):
        world, ramadan = self.stage.world, WorkingPeriod.objects.get(name="Ramadan 1447 H")
        closed = world.closed | world.closed_later if self.stage.is_reversed else world.closed
        rows = [CalendarDay(date=day, kind=CalendarDay.Kind.HOLIDAY, name="Libur") for day in closed]
        for day in world.opened.keys() - closed:
            hours = write_hours((clock(opens), clock(closes)) for opens, closes in world.opened[day])
            rows.append(CalendarDay(date=day, kind=CalendarDay.Kind.OPENED, name="Masuk", hours=hours))
        CalendarDay.objects.bulk_create(rows)
        ramadan.pk, ramadan.name = None, RAMADAN_2027.name
        ramadan.starts_on, ramadan.ends_on = RAMADAN_2027.starts_on, RAMADAN_2027.ends_on
        ramadan.save()
        calendars.forget()

    def act_out(self, timeline):
        """Yields (visit, event, what is expected, what stands there)."""
        rows = iter(pairwise(self.rows))
        for visit in timeline.visits:
            row, self.to = next(rows)
            if row == REOPEN:
                self.reopen(visit.entered)
                row, self.to = next(rows)
            self.run = Ticket.objects.get(pk=self.pk).runs.open().get().pk
            yield visit, None, visit.begins, self.standing()
            for event, expected in visit.events:
                getattr(self, event.what)(event)
                yield visit, event, expected, self.standing()

    def standing(self):
        run = StepRun.objects.get(pk=self.run)
        return standing_of(run, Rung.objects.filter(run=run).order_by("pk").values_list("kind", "nth", "at"))

    # Events

    @property
    def whose(self):
        ticket = Ticket.objects.get(pk=self.pk)
        return {"ticket": ticket, "by": self.cast.holder(ticket.step.performer), "run": self.run}

    def reopen(self, at):
        actions.reopen(Ticket(pk=self.pk), by=self.cast.reporter, reason="Masih galat.", now=at)

    def hold(self, event):
        actions.hold(**self.whose, reason="pihak_ketiga", until=day_of(event.until), now=event.at)

    def resume(self, event):
        actions.resume(**self.whose, now=event.at)

    def run_out(self, event):
        actions.end_hold(Hold.objects.get(run=self.run, ended_at=None), now=event.at)

    def extend(self, event):
        actions.extend(**self.whose, until=day_of(event.until), reason="Ya.", now=event.at)

    def estimate(self, event):
        actions.estimate(**self.whose, until=day_of(event.until), reason="Ya.", now=event.at)

    def tick(self, event):
        actions.climb(StepRun.objects.get(pk=self.run), now=event.at)

    def calendar_changes(self, event):
        days = self.stage.world.closed_later - self.stage.world.closed

        def change():
            if self.stage.is_reversed:
                CalendarDay.objects.filter(date__in=days).delete()
            else:
                CalendarDay.objects.bulk_create(CalendarDay(date=day, kind="cuti", name="Cuti") for day in days)
            return ["Cuti bersama diubah."]

        calendar_changes.apply(change, by=None, reason="SKB baru.", now=event.at)

    def leave(self, event):
        mine = self.whose
        step = mine["ticket"].step
        arrow = "" if step.automatic else str(END if self.to == REOPEN else self.to)
        answers = answers_for(mine["ticket"], mine["by"], **self.choices)
        actions.complete_step(**mine, arrow=arrow, answers=answers, reason="Ya.", now=event.at)


def day_of(instant):
    return instant.astimezone(ZONE).date()


def make_case(random, stage):
    """A piece of a case, with the rows that lead to it, and what happens on its own."""
    procedure, cause, lead_in, rows = random.choice(CASES)
    ends = rows.index(REOPEN) if REOPEN in rows else len(rows) - 1
    first = random.randrange(ends)
    last = min(first + random.choice((1, 2, 2, 3, 4)), len(rows) - 1)
    last += rows[last - 1] == REOPEN
    piece = rows[first : last + 1]
    gap_after = piece.index(REOPEN) - 1 if REOPEN in piece[:-1] else len(rows)
    sop = sops.for_procedure(procedure)
    chosen = [sop.step(row).limit for row in piece[:-1] if row != REOPEN]
    return make_timeline(random, stage, chosen, gap_after), (procedure, cause, (*lead_in, *rows[:first]), piece)


@pytest.mark.parametrize("part", range(STORED // STORED_PER_PART))
def test_so_do_the_actions_and_the_database(cast, part):
    random = Random(f"stored {part}")  # noqa: S311  # the same ones every time
    stage = Stage(make_world(random), is_reversed=part % 3 == 2)
    for _ in range(STORED_PER_PART):
        with transaction.atomic():
            timeline, case = make_case(random, stage)
            office = Office(cast, timeline, *case)
            for visit, event, expected, found in office.act_out(timeline):
                assert found == expected, (case, visit.limit, visit.entered, event)
            assert list(limits.differences(calendars.current())) == []
            assert_nothing_of_the_past_has_moved(office, timeline)
            transaction.set_rollback(True)


def assert_nothing_of_the_past_has_moved(office, timeline):
    """The verdict of each row is still what it was when the row was left, and the history is sound."""
    runs = list(StepRun.objects.filter(ticket=office.pk, left_at__isnull=False).order_by("pk"))[-len(timeline.visits) :]
    assert [standing_of(run, ()).closed for run in runs] == [visit.events[-1][1].closed for visit in timeline.visits]
    assert list(history.verify()) == []
