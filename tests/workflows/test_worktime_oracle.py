"""10,000 generated timelines: the calendar and a slow oracle that shares no code with it agree to the second."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

import pytest

from tests.oracle import Oracle
from workflows.worktime import NORMAL, RAMADAN_2026, ZONE, Calendar, Day, Period, parse_hours

TIMELINES = 10_000
PARTS = 20
WORLDS = 5  # calendars per part
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

# The oracle's own rules, in minutes after midnight; the calendar has them from `workflows.worktime`.
HOURS = {
    **dict.fromkeys(range(4), ((450, 720), (780, 960))),
    4: ((450, 720), (810, 990)),
}
RAMADAN_HOURS = {
    **dict.fromkeys(range(4), ((480, 720), (750, 900))),
    4: ((480, 720), (780, 930)),
}
RAMADAN = [(date(2026, 2, 19), date(2026, 3, 20)), (date(2027, 2, 8), date(2027, 3, 9))]
RAMADAN_2027 = Period("Ramadan 1448 H", RAMADAN_2026.week, *RAMADAN[1])

FEASTS = [
    *(date(2026, 1, 1), date(2026, 1, 16), date(2026, 3, 19), date(2026, 5, 1), date(2026, 8, 17), date(2026, 12, 25)),
    *(date(2027, 1, 1), date(2027, 2, 6), date(2027, 3, 8), date(2027, 5, 6), date(2027, 8, 17)),
]
JOINT_LEAVE = [
    *(date(2026, 3, 18), date(2026, 3, 20), date(2026, 3, 23), date(2026, 3, 24), date(2026, 5, 15)),
    *(date(2026, 12, 24), date(2026, 12, 28), date(2027, 1, 4), date(2027, 3, 11), date(2027, 3, 12)),
]
CLOCKS = [time(*clock) for clock in ((0, 0), (7, 30), (8, 0), (12, 0), (12, 30), (13, 0), (13, 30), (15, 0), (15, 30))]
CLOCKS += [time(16, 0), time(16, 30), time(23, 59, 59)]
TURNS = [
    *(date(2026, 1, 30), date(2026, 2, 18), date(2026, 2, 19), date(2026, 2, 27), date(2026, 3, 17), date(2026, 3, 20)),
    *(date(2026, 4, 30), date(2026, 8, 14), date(2026, 12, 23), date(2026, 12, 31), date(2027, 2, 5), date(2027, 3, 9)),
]
FRIDAY = 4


@dataclass(frozen=True)
class World:
    """One calendar, as the oracle and as the office have it, before and after days were closed in it."""

    closed: frozenset[date]
    closed_later: frozenset[date]
    opened: dict[date, tuple[tuple[int, int], ...]]

    @property
    def before(self):
        return self._oracle(self.closed), self._calendar(self.closed)

    @property
    def after(self):
        return self._oracle(self.closed | self.closed_later), self._calendar(self.closed | self.closed_later)

    def _oracle(self, closed):
        seasons = [(*days, RAMADAN_HOURS) for days in RAMADAN]
        return Oracle(hours=HOURS, seasons=seasons, closed=closed, opened=self.opened)

    def _calendar(self, closed):
        days = {day: Day("Libur", "SKB") for day in closed}
        for day, stretches in self.opened.items():
            days.setdefault(day, Day("Masuk", hours=tuple((clock(a), clock(b)) for a, b in stretches)))
        return Calendar((NORMAL, RAMADAN_2026, RAMADAN_2027), days)


@dataclass(frozen=True)
class Run:
    """One row of a timeline: what it is given, and when it is left."""

    limit: dict[str, int]
    entered: datetime
    left: datetime
    holds: list[tuple[datetime, datetime]] = field(default_factory=list)
    extensions: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """What both must say of a run, in UTC and in seconds."""

    budget: int
    due: datetime
    moved_due: datetime  # once the days that were closed later are known
    worked: int
    late: int


def clock(minute):
    return time(*divmod(minute, 60))


def make_world(random):
    weekends = [day for day in days_from(date(2026, 1, 1), 420) if day.weekday() > FRIDAY]
    return World(
        closed=frozenset([*FEASTS, *random.sample(days_from(date(2026, 1, 1), 420), 8)]),
        closed_later=frozenset(random.sample(JOINT_LEAVE, 6)),
        opened={
            day: random.choice([((480, 720),), ((450, 720), (780, 960)), ((0, 1439),)])
            for day in random.sample(weekends, 6)
        }
        | {date(2026, 12, 31): ((450, 720),)},
    )


def days_from(first, count):
    return [first + DAY * n for n in range(count)]


def make_runs(random, oracle):
    """A case: rows one after the other, rounds and a reopening among them, each entered when the last was left."""
    at = make_arrival(random)
    for _ in range(random.choice((1, 1, 2, 3))):
        run = make_run(random, oracle, at)
        yield run
        at = run.left if random.random() < 0.9 else run.left + random.randrange(10 * 86_400) * SECOND  # reopened


def make_arrival(random):
    """Now and then at an edge, around a turn of the calendar, on a Friday, out of hours; always with seconds."""
    day = random.choice([random.choice(TURNS), date(2026, 1, 1) + DAY * random.randrange(400)])
    if random.random() < 0.15:
        day += DAY * ((FRIDAY - day.weekday()) % 7)
    if random.random() < 0.4:
        return datetime.combine(day, random.choice(CLOCKS), ZONE) + random.choice((-1, 0, 1)) * SECOND
    return datetime.combine(day, time(), ZONE) + random.randrange(86_400) * SECOND


def make_run(random, oracle, entered):
    limit = random.choice([{"minutes": 15}, {"minutes": random.randrange(1, 900)}, {"days": 1}, {"days": 2}])
    extensions = [random.randrange(1, 900) for _ in range(random.choice((0, 0, 0, 1, 2)))]
    budget = oracle.budget(entered, **limit) + 60 * sum(extensions)
    holds = []
    due = oracle.after(entered, budget)
    for _ in range(random.choice((0, 0, 1, 2))):
        holds.append(make_hold(random, holds[-1][1] if holds else entered, due))
        due = oracle.after(entered, budget, holds)
        if holds[-1][1] >= due:
            break
    left = max([entered, *(end for _, end in holds), make_leaving(random, entered, due)])
    return Run(limit, entered, left, holds, extensions)


def make_hold(random, since, due):
    """From before the limit on; some are empty, out of hours, or over a weekend."""
    begins = since + random.randrange((due - since) // SECOND) * SECOND
    return begins, begins + random.choice((0, 1, random.randrange(7200), random.randrange(4 * 86_400))) * SECOND


def make_leaving(random, entered, due):
    """Just before, exactly at and just after the limit, and anywhere between the entry and long past it."""
    if random.random() < 0.4:
        return due + random.choice((-1, 0, 1)) * SECOND
    return entered + random.randrange((due - entered) * 1.3 // SECOND + 60) * SECOND


def by_oracle(run, before, after):
    budget = before.budget(run.entered, **run.limit)
    whole = budget + 60 * sum(run.extensions)
    due = before.after(run.entered, whole, run.holds)
    return Answer(
        budget=budget,
        due=due,
        moved_due=after.after(run.entered, whole, run.holds),
        worked=before.elapsed(run.entered, run.left, run.holds),
        late=before.elapsed(due, run.left),
    )


def by_calendar(run, before, after):
    """DESIGN section 5: a budget once, and due when it and the holds and extensions have been worked through."""
    minutes = run.limit.get("minutes")
    if minutes is None:
        minutes = before.between(run.entered, before.close_of_nth_day(run.entered, run.limit["days"]))
    due = due_by(before, run, minutes)
    return Answer(
        budget=seconds(minutes),
        due=due,
        moved_due=due_by(after, run, minutes),
        worked=seconds(before.between(run.entered, run.left) - held(before, run)),
        late=seconds(before.between(due, run.left)),
    )


def due_by(calendar, run, minutes):
    return calendar.add(run.entered, minutes + sum(run.extensions) + held(calendar, run))


def held(calendar, run):
    return sum(calendar.between(*hold) for hold in run.holds)


def seconds(minutes):
    """To the microsecond: what is not a whole number of seconds must not pass for one."""
    return round(minutes * 60, 6)


@cache
def timelines(part):
    """The part's timelines, each a list of (run, what the oracle says of it, the calendars before and after)."""
    random = Random(f"timelines {part}")  # noqa: S311  # the same ones every time
    return [timeline for _ in range(WORLDS) for timeline in timelines_in(make_world(random), random)]


def timelines_in(world, random):
    oracles, calendars = zip(world.before, world.after, strict=True)
    for _ in range(TIMELINES // PARTS // WORLDS):
        runs = list(make_runs(random, oracles[0]))
        yield [(run, by_oracle(run, *oracles), calendars) for run in runs]


def disagreements(timelines, change=lambda calendar: calendar):
    """The timelines of which the calendar, changed like this, says something else than the oracle."""
    changed = cache(change)  # each calendar once
    return [
        timeline
        for timeline in timelines
        if any(by_calendar(run, *map(changed, calendars)) != answer for run, answer, calendars in timeline)
    ]


@pytest.mark.parametrize("part", range(PARTS))
def test_the_calendar_agrees_with_the_oracle_to_the_second(part):
    cases = timelines(part)

    assert len(cases) == TIMELINES // PARTS
    assert disagreements(cases) == []


def test_the_oracle_is_right_about_what_can_be_worked_out_by_hand():
    oracle, _ = World(
        closed=frozenset({date(2026, 12, 24), date(2026, 12, 25)}), closed_later=frozenset(), opened={}
    ).before
    wednesday = wib("2026-12-23T15:59:30")
    over_the_weekend = (wib("2026-12-23T16:30:00"), wib("2026-12-28T07:30:10"))

    assert oracle.due(wednesday, minutes=0) == wednesday
    assert oracle.due(wib("2026-12-23T15:45:00"), minutes=15) == wib("2026-12-23T16:00:00")
    assert oracle.due(wednesday, minutes=1) == wib("2026-12-28T07:30:30")
    assert oracle.due(wednesday, minutes=1, holds=[over_the_weekend]) == wib("2026-12-28T07:30:40")
    assert oracle.due(wednesday, minutes=1, holds=[over_the_weekend] * 2) == wib("2026-12-28T07:30:40")
    assert oracle.due(wednesday, minutes=1, holds=[over_the_weekend], extensions=[15]) == wib("2026-12-28T07:45:40")
    assert oracle.due(wednesday, days=1) == wib("2026-12-28T16:00:00")
    assert oracle.due(wib("2026-02-20T15:30:00"), days=1) == wib("2026-02-24T15:00:00")
    assert oracle.due(wib("2026-11-19T10:00:00"), days=1) == wib("2026-11-20T16:30:00")
    assert oracle.elapsed(wednesday, wib("2026-12-28T07:31:05")) == 30 + 65
    assert oracle.elapsed(wednesday, wib("2026-12-28T07:31:05"), [over_the_weekend]) == 30 + 55
    assert oracle.elapsed(wib("2026-11-20T07:30:00"), wib("2026-11-21T00:00:00")) == 450 * 60


def wib(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def test_the_generated_timelines_have_what_is_hard_in_them():
    runs = [(run, answer, calendars[0]) for timeline in timelines(0) for run, answer, calendars in timeline]
    traits = Counter(trait for run, answer, calendar in runs for trait in traits_of(run, answer, calendar))
    traits["rows one after the other"] = sum(len(timeline) > 1 for timeline in timelines(0))

    assert traits.keys() == TRAITS
    assert {trait: count for trait, count in traits.items() if count < 10} == {}


TRAITS = {
    *("rows one after the other", "in days", "in minutes", "arrived out of hours", "arrived with seconds", "extended"),
    *("over a Friday", "in Ramadan", "into Ramadan", "out of Ramadan", "over the end of a month", "over a new year"),
    *("over a closed day", "over an opened day", "due at a close", "moved by a day closed later", "held", "held twice"),
    *("held for nothing", "held out of hours", "held over a weekend", "held past the limit's first date"),
    *("left a second early", "left at the limit", "left a second late", "late"),
}


def traits_of(run, answer, calendar):
    first, last = run.entered.astimezone(ZONE).date(), answer.due.astimezone(ZONE).date()
    days = days_from(first, (last - first).days + 1)
    ramadan = [calendar.period_of(day) is not NORMAL for day in days]
    spans = [(begins, ends, calendar.between(begins, ends)) for begins, ends in run.holds]
    found = {
        "in days": "days" in run.limit,
        "in minutes": "minutes" in run.limit,
        "arrived out of hours": not calendar.is_open(run.entered),
        "arrived with seconds": run.entered.second > 0,
        "extended": run.extensions,
        "over a Friday": any(day.weekday() == FRIDAY for day in days),
        "in Ramadan": all(ramadan),
        "into Ramadan": ramadan[-1] and not ramadan[0],
        "out of Ramadan": ramadan[0] and not ramadan[-1],
        "over the end of a month": first.month != last.month,
        "over a new year": first.year != last.year,
        "over a closed day": any(day.weekday() <= FRIDAY and not calendar.hours_of(day) for day in days),
        "over an opened day": any(day.weekday() > FRIDAY and calendar.hours_of(day) for day in days),
        "due at a close": not calendar.is_open(answer.due),
        "moved by a day closed later": answer.moved_due > answer.due,
        "held": run.holds,
        "held twice": len(run.holds) > 1,
        "held for nothing": any(begins == ends for begins, ends, _ in spans),
        "held out of hours": any(begins < ends and not worked for begins, ends, worked in spans),
        "held over a weekend": any(begins.weekday() + (ends - begins).days > FRIDAY + 2 for begins, ends, _ in spans),
        "held past the limit's first date": spans and spans[-1][1] > calendar.add(run.entered, answer.budget / 60),
        "left a second early": run.left == answer.due - SECOND,
        "left at the limit": run.left == answer.due,
        "left a second late": run.left == answer.due + SECOND,
        "late": answer.late,
    }
    return [trait for trait, holds in found.items() if holds]


class LandsOnTheOpening(Calendar):
    def add(self, start, working_minutes):
        return self.next_opening(super().add(start, working_minutes))


class CountsTheDayOfArrival(Calendar):
    def close_of_nth_day(self, start, n):
        return super().close_of_nth_day(start, n - 1)


class ArrivesAfterHours(Calendar):
    """Takes the day on the wall clock for the day of arrival, if there is work on it."""

    def close_of_nth_day(self, start, n):
        close = self.close_of_day(start.astimezone(ZONE).date())
        return super().close_of_nth_day(min(start, close - SECOND) if close else start, n)


class RoundsToMinutes(Calendar):
    def add(self, start, working_minutes):
        return super().add(start, working_minutes).replace(second=0)


def with_normal_hours(day, text):
    def change(calendar):
        normal, *others = calendar.periods
        week = (*normal.week[:day], parse_hours(text), *normal.week[day + 1 :])
        return replace(calendar, periods=(replace(normal, week=week), *others))

    return change


def with_periods(*periods):
    return lambda calendar: replace(calendar, periods=periods)


def without_days(is_left_out):
    return lambda calendar: replace(
        calendar, days={day: what for day, what in calendar.days.items() if not is_left_out(day, what)}
    )


def as_if(kind):
    return lambda calendar: kind(calendar.periods, calendar.days)


ENDS_EARLY = replace(RAMADAN_2026, ends_on=RAMADAN_2026.ends_on - DAY)
WRONG = {
    "the break on Fridays is ignored": with_normal_hours(FRIDAY, "07.30–16.30"),
    "Friday has the break of other days": with_normal_hours(FRIDAY, "07.30–12.00, 13.00–16.30"),
    "Friday closes as other days do": with_normal_hours(FRIDAY, "07.30–12.00, 13.30–16.00"),
    "Monday opens a minute late": with_normal_hours(0, "07.31–12.00, 13.00–16.00"),
    "Ramadan is forgotten": with_periods(NORMAL),
    "Ramadan of one year is forgotten": with_periods(NORMAL, RAMADAN_2026),
    "Ramadan ends a day early": with_periods(NORMAL, ENDS_EARLY, RAMADAN_2027),
    "closed days are forgotten": without_days(lambda day, what: not what.hours),
    "one closed day is forgotten": without_days(lambda day, what: day == date(2027, 1, 1)),
    "opened days are forgotten": without_days(lambda day, what: bool(what.hours)),
    "a span that fills the day lands on the next opening": as_if(LandsOnTheOpening),
    "the day of arrival counts": as_if(CountsTheDayOfArrival),
    "what comes in after hours arrived on that day": as_if(ArrivesAfterHours),
    "seconds are dropped": as_if(RoundsToMinutes),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_a_calendar_that_is_wrong_is_caught(change):
    """The negative control: a comparison that cannot tell these apart would prove nothing."""
    assert disagreements(timelines(0), change) != []
