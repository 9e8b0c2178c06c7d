"""From the rows of the calendar to the value that limits are computed with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from workflows import worktime
from workflows.models import WEEKDAYS, CalendarChange, CalendarDay, CalendarYear, WorkingPeriod
from workflows.worktime import Calendar

#: The calendar last asked for in this process, by the change that made it. The time tells apart two changes of one
#: number, the first of which was rolled back.
_kept: dict[tuple[int, datetime | None], Calendar] = {}


def current() -> Calendar:
    """The calendar as it stands now. One query, unless it has changed since it was last asked for."""
    change = CalendarChange.objects.values_list("pk", "at").first() or (0, None)
    kept = _kept.get(change)
    if kept is None:
        kept = of_rows(version=change[0])
        _kept.clear()
        _kept[change] = kept
    return kept


def of_rows(*, version: int = 0) -> Calendar:
    """The calendar that the rows make, whatever is kept: what a change about to be saved would lead to."""
    return make(WorkingPeriod.objects.all(), CalendarDay.objects.all(), CalendarYear.objects.all(), version=version)


def make(
    periods: Iterable[WorkingPeriod], days: Iterable[CalendarDay], years: Iterable[CalendarYear], *, version: int = 0
) -> Calendar:
    """A calendar of rows that need not be saved."""
    exceptions: dict[date, worktime.Day] = {}
    for row in days:
        if found := row.as_day():
            exceptions[row.date] = found
    return Calendar(
        periods=tuple(row.as_period() for row in periods),
        days=exceptions,
        confirmed_years=frozenset(row.year for row in years if row.is_confirmed),
        version=version,
    )


def lock() -> None:
    """Let nobody else change the calendar, or do what must not come in between, until the transaction ends."""
    WorkingPeriod.objects.select_for_update().get(starts_on=None)


def forget() -> None:
    """Drop the kept calendar: rows were put in place without a change of version (an empty database filled anew)."""
    _kept.clear()


def make_shipped_periods(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """After each migrate or flush: the hours that SOPDesk ships with, if there are none."""
    forget()
    rows = WorkingPeriod.objects.using(using)
    if rows.exists():
        return
    for period in (worktime.NORMAL, worktime.RAMADAN_2026):
        hours = {day: worktime.write_hours(of_day) for day, of_day in zip(WEEKDAYS, period.week, strict=True)}
        rows.create(name=period.name, starts_on=period.starts_on, ends_on=period.ends_on, **hours)
