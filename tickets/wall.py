"""The calendar as it hangs on the wall: months of weeks of days, Monday first, with the hours that hold beside them."""

from __future__ import annotations

import calendar as almanac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils.formats import date_format

from workflows.models import CalendarDay
from workflows.worktime import DAY_NAMES, Calendar, Period, write_hours

WEEKDAYS = almanac.Calendar(almanac.MONDAY)


@dataclass(frozen=True)
class Box:
    """A day on the wall. `row` is what makes it other than its weekday, if anything does."""

    date: date
    row: CalendarDay | None
    hours: str
    period: Period
    is_today: bool
    begins_period: bool

    @property
    def tone(self) -> str:
        """What the day looks like: a kind of exception, `kerja`, or `akhir-pekan` for a weekday without work."""
        if self.row and self.row.kind != CalendarDay.Kind.ORDINARY:
            return self.row.kind
        return "kerja" if self.hours else "akhir-pekan"

    @property
    def is_closed(self) -> bool:
        return not self.hours


@dataclass(frozen=True)
class Week:
    """Seven days, None outside the month. `hours` stand beside `span` weeks; beside none where those above do."""

    days: list[Box | None]
    hours: list[Hours]
    span: int


@dataclass(frozen=True)
class Hours:
    """A period and its working days: [("Senin–Kamis", "07.30–12.00, 13.00–16.00"), …]."""

    period: Period
    days: list[tuple[str, str]]


@dataclass(frozen=True)
class Month:
    """`named` are the days with a name, in order; `hours` those that hold in it."""

    first: date
    weeks: list[Week]
    named: list[Box]
    hours: list[Hours]

    @property
    def key(self) -> str:
        """As the address writes it: "2026-11"."""
        return f"{self.first:%Y-%m}"

    @property
    def working_days(self) -> int:
        return sum(box is not None and not box.is_closed for week in self.weeks for box in week.days)


def month(calendar: Calendar, rows: Mapping[date, CalendarDay], *, first: date, today: date) -> Month:
    """The month that begins on `first`."""
    weeks = [
        [_box(calendar, rows, day, today) if day.month == first.month else None for day in week]
        for week in WEEKDAYS.monthdatescalendar(first.year, first.month)
    ]
    days = [box for week in weeks for box in week if box]
    return Month(
        first=first,
        weeks=_with_hours(weeks),
        named=[box for box in days if box.row],
        hours=[hours_of(period) for period in dict.fromkeys(box.period for box in days)],
    )


def year(calendar: Calendar, rows: Mapping[date, CalendarDay], *, number: int, today: date) -> list[Month]:
    return [month(calendar, rows, first=date(number, n, 1), today=today) for n in range(1, 13)]


def hours_of(period: Period) -> Hours:
    """The hours of a period, days with the same hours in one line."""
    days = [(day, write_hours(hours)) for day, hours in enumerate(period.week)]
    lines = []
    for hours, run in groupby(days, key=lambda pair: pair[1]):
        found = [DAY_NAMES[day] for day, _ in run]
        if hours:
            lines.append((found[0] if len(found) == 1 else f"{found[0]}–{found[-1]}", hours))
    return Hours(period, lines)


def date_in_words(day: date) -> str:
    """ "Kamis, 24 Desember 2026"."""
    return date_format(day, "l, j F Y")


def _box(calendar: Calendar, rows: Mapping[date, CalendarDay], day: date, today: date) -> Box:
    period = calendar.period_of(day)
    is_first = day.day == 1 or calendar.period_of(day - timedelta(days=1)) != period
    return Box(
        date=day,
        row=rows.get(day),
        hours=write_hours(calendar.hours_of(day)),
        period=period,
        is_today=day == today,
        begins_period=not period.is_normal and is_first,
    )


def _with_hours(weeks: list[list[Box | None]]) -> list[Week]:
    """Each week with the hours beside it; those that stay the same are written once, over all their weeks."""
    found: list[Week] = []
    for periods, run in groupby(weeks, key=_periods):
        same = list(run)
        found.append(Week(same[0], [hours_of(period) for period in periods], len(same)))
        found += [Week(days, [], 0) for days in same[1:]]
    return found


def _periods(week: Iterable[Box | None]) -> tuple[Period, ...]:
    """The periods of a week's working days; of a week without any, those of all its days."""
    days = [box for box in week if box]
    working = [box for box in days if box.period.week[box.date.weekday()]]
    return tuple(dict.fromkeys(box.period for box in working or days))
