"""Working time: how much of it lies between two instants, and when so much of it has passed.

Instants are aware datetimes and come back in UTC; spans are minutes of working time, exact to the microsecond. A day is
a day in Asia/Jakarta, and office hours include their opening and not their close: at 16.00 sharp the office is closed.

Everything here is pure. The hours and the dated exceptions come from the database by way of `workflows.calendars`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Asia/Jakarta")

#: How many whole years may pass without working time before a calendar is taken to have none.
YEARS_SEARCHED: Final = 10

DAY_NAMES: Final = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")

Interval = tuple[time, time]  # local; from (included) to (excluded)
Week = tuple[tuple[Interval, ...], ...]  # Monday first

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1)
_MINUTE: Final = 60_000_000  # in microseconds


class NoWorkingTime(ValueError):
    """The calendar has no working time within ten years."""

    def __init__(self) -> None:
        super().__init__(f"Kalender tidak memiliki jam kerja dalam {YEARS_SEARCHED} tahun.")


@dataclass(frozen=True)
class Period:
    """Working hours from one day to another, both included. The normal hours have no dates.

    Raises `ValueError` for a week without seven days, for hours out of order, and for one date without the other.
    """

    name: str
    week: Week
    starts_on: date | None = None
    ends_on: date | None = None

    def __post_init__(self) -> None:
        if len(self.week) != len(DAY_NAMES):
            raise ValueError(f"{self.name}: satu minggu terdiri atas tujuh hari.")
        for hours in self.week:
            _check(hours)
        if (self.starts_on is None) != (self.ends_on is None):
            raise ValueError(f"{self.name}: tanggal mulai dan tanggal akhir harus diisi keduanya.")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError(f"{self.name}: tanggal akhir mendahului tanggal mulai.")

    @property
    def is_normal(self) -> bool:
        return self.starts_on is None

    @property
    def length(self) -> timedelta:
        """From the first day to the last; the normal hours outlast every other."""
        return self.ends_on - self.starts_on if self.starts_on and self.ends_on else timedelta.max

    def covers(self, day: date) -> bool:
        return self.starts_on is None or self.ends_on is None or self.starts_on <= day <= self.ends_on


@dataclass(frozen=True)
class Day:
    """An exception to the week: a closed day, or one with hours of its own.

    Raises `ValueError` for hours out of order.
    """

    name: str
    decree: str = ""
    hours: tuple[Interval, ...] = ()

    def __post_init__(self) -> None:
        _check(self.hours)


@dataclass(frozen=True)
class Piece:
    """One line of *mengapa?*: a stretch that counts, or a whole day that does not (`opens` and `closes` are None)."""

    day: date
    opens: datetime | None
    closes: datetime | None
    minutes: float
    note: str


@dataclass(frozen=True, eq=False)
class Calendar:
    """The office's working time. Of the periods that cover a day the shortest holds; of equals, the last.

    `days` must not be changed afterwards: each year is worked out once, when it is first asked for. Raises `ValueError`
    unless exactly one period has no dates. Every search raises `NoWorkingTime` rather than go on for ever.
    """

    periods: tuple[Period, ...]
    days: Mapping[date, Day]
    confirmed_years: frozenset[int] = frozenset()
    version: int = 0
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if sum(period.is_normal for period in self.periods) != 1:
            raise ValueError("Kalender harus memiliki tepat satu jam kerja normal, yaitu yang tanpa tanggal.")

    def exception(self, day: date) -> Day | None:
        return self.days.get(day)

    def period_of(self, day: date) -> Period:
        """The period whose week holds on a day that is no exception."""
        covering = [period for period in reversed(self.periods) if period.covers(day)]
        return min(covering, key=lambda period: period.length)

    def hours_of(self, day: date) -> tuple[Interval, ...]:
        if exception := self.exception(day):
            return exception.hours
        return self.period_of(day).week[day.weekday()]

    def day_minutes(self, day: date) -> float:
        """The working time of a whole day."""
        return sum(closes - opens for opens, closes in self._spans(day)) / _MINUTE

    def is_open(self, at: datetime) -> bool:
        return self._year_of(at).is_open(_ticks(at))

    def next_opening(self, at: datetime) -> datetime:
        """When work goes on: `at` itself if the office is open."""
        ticks = _ticks(at)
        if self._year_of(at).is_open(ticks):
            return _instant(ticks)
        for year in self._years_from(at):
            index = bisect_left(year.opens, ticks)
            if index < len(year.opens):
                return _instant(year.opens[index])
        raise NoWorkingTime

    def add(self, start: datetime, working_minutes: float) -> datetime:
        """The earliest instant that lies so many working minutes after `start`.

        A span that fills the day lands on the close, not on the next opening; nothing added is `start` itself. Raises
        `ValueError` for a negative span.
        """
        wanted = round(working_minutes * _MINUTE)
        if wanted < 0:
            raise ValueError(f"A span of working time cannot be negative: {working_minutes} minutes.")
        if not wanted:
            return _instant(_ticks(start))
        wanted += self._year_of(start).elapsed(_ticks(start))
        for year in self._years_from(start):
            if wanted <= year.total:
                return _instant(year.reached(wanted))
            wanted -= year.total
        raise NoWorkingTime

    def between(self, start: datetime, end: datetime) -> float:
        """The working minutes from one instant to another; none if `end` does not come after `start`."""
        since, until = _ticks(start), _ticks(end)
        if until <= since:
            return 0.0
        first, last = _local(start).year, _local(end).year
        whole = sum(self._year(year).total for year in range(first, last))
        return (whole + self._year(last).elapsed(until) - self._year(first).elapsed(since)) / _MINUTE

    def close_of_day(self, day: date) -> datetime | None:
        """When the day's work ends; None on a day without any."""
        spans = self._spans(day)
        return _instant(spans[-1][1]) if spans else None

    def close_of_nth_day(self, start: datetime, n: int) -> datetime:
        """The close of the n-th working day after the day of arrival, which is not counted itself.

        What comes in out of hours arrives when the office next opens. With `n` 0, the close of the day of arrival.
        Raises `ValueError` for a negative `n`.
        """
        if n < 0:
            raise ValueError(f"The working days after an arrival cannot be negative: {n}.")
        arrival = self.next_opening(start)
        index = n + bisect_left(self._year_of(arrival).closes_of_days, _ticks(arrival))
        for year in self._years_from(arrival):
            if index < len(year.closes_of_days):
                return _instant(year.closes_of_days[index])
            index -= len(year.closes_of_days)
        raise NoWorkingTime

    def unconfirmed_years(self, start: datetime, end: datetime) -> tuple[int, ...]:
        """The local years from `start` to `end`, both included, whose days off nobody has confirmed."""
        years = range(_local(start).year, _local(end).year + 1)
        return tuple(year for year in years if year not in self.confirmed_years)

    def explain(self, start: datetime, end: datetime) -> tuple[Piece, ...]:
        """Why so much working time lies between two instants: what counted, and each day off in between."""
        since, until = _ticks(start), _ticks(end)
        if until <= since:
            return ()
        first, last = _local(start).date(), _local(_instant(until - 1)).date()
        days = (first + _DAY * n for n in range((last - first).days + 1))
        return tuple(piece for day in days for piece in self._pieces(day, since, until))

    def _pieces(self, day: date, start: int, end: int) -> Iterator[Piece]:
        spans = self._spans(day)
        if not spans:
            yield Piece(day, None, None, 0.0, self._why_closed(day))
        for opens, closes in spans:
            opens, closes = max(opens, start), min(closes, end)
            if opens < closes:
                minutes = (closes - opens) / _MINUTE
                yield Piece(day, _instant(opens), _instant(closes), minutes, self._whose_hours(day))

    def _why_closed(self, day: date) -> str:
        exception = self.exception(day)
        if not exception:
            return DAY_NAMES[day.weekday()]
        return f"{exception.name} ({exception.decree})" if exception.decree else exception.name

    def _whose_hours(self, day: date) -> str:
        if exception := self.exception(day):
            return exception.name
        period = self.period_of(day)
        return "" if period.is_normal else period.name

    def _spans(self, day: date) -> list[tuple[int, int]]:
        """The hours of a day in microseconds since the epoch."""
        return [
            (_ticks(datetime.combine(day, opens, ZONE)), _ticks(datetime.combine(day, closes, ZONE)))
            for opens, closes in self.hours_of(day)
        ]

    def _year_of(self, at: datetime) -> _Year:
        return self._year(_local(at).year)

    def _year(self, number: int) -> _Year:
        if number not in self._years:
            first = date(number, 1, 1)
            length = date(number, 12, 31).timetuple().tm_yday
            self._years[number] = _Year.of(self._spans(first + _DAY * n) for n in range(length))
        return self._years[number]

    def _years_from(self, at: datetime) -> Iterator[_Year]:
        """The year of `at` and those after it, until ten in a row had no working time."""
        first = _local(at).year
        empty = 0
        for number in range(first, MAXYEAR):
            year = self._year(number)
            yield year
            empty = 0 if year.total or number == first else empty + 1
            if empty == YEARS_SEARCHED:
                return


@dataclass(frozen=True)
class _Year:
    """One local year in microseconds since the epoch: its intervals, and the working time before each of them."""

    opens: list[int]
    closes: list[int]
    before: list[int]
    closes_of_days: list[int]
    total: int

    @classmethod
    def of(cls, days: Iterable[list[tuple[int, int]]]) -> _Year:
        opens, closes, before, closes_of_days, total = [], [], [], [], 0
        for spans in days:
            for opening, close in spans:
                opens.append(opening)
                closes.append(close)
                before.append(total)
                total += close - opening
            if spans:
                closes_of_days.append(spans[-1][1])
        return cls(opens, closes, before, closes_of_days, total)

    def is_open(self, ticks: int) -> bool:
        index = bisect_right(self.opens, ticks) - 1
        return index >= 0 and ticks < self.closes[index]

    def elapsed(self, ticks: int) -> int:
        """The working time of the year up to an instant."""
        index = bisect_right(self.opens, ticks) - 1
        if index < 0:
            return 0
        return self.before[index] + min(ticks, self.closes[index]) - self.opens[index]

    def reached(self, elapsed: int) -> int:
        """The first instant at which so much of the year's working time (more than none of it) has passed."""
        index = bisect_left(self.before, elapsed) - 1
        return self.opens[index] + elapsed - self.before[index]


def _local(at: datetime) -> datetime:
    return at.astimezone(ZONE)


def _ticks(at: datetime) -> int:
    """Microseconds since the epoch. Raises `TypeError` for a naive datetime."""
    return (at - _EPOCH) // _MICROSECOND


def _instant(ticks: int) -> datetime:
    return _EPOCH + _MICROSECOND * ticks


_HOURS: Final = re.compile(r"([0-9]{1,2})[.:]([0-9]{2})\s*[–-]\s*([0-9]{1,2})[.:]([0-9]{2})")


def parse_hours(text: str) -> tuple[Interval, ...]:
    """The hours of a day as people write them: "07.30–12.00, 13.00–16.00", also with "-" and ":"; "" is a closed day.

    Raises `ValueError` with a sentence for the person who typed them.
    """
    if not text.strip():
        return ()
    hours = tuple(_interval(part.strip()) for part in text.split(","))
    _check(hours)
    return hours


def write_hours(hours: Iterable[Interval]) -> str:
    """Hours to the minute, as `parse_hours` reads them: "07.30–12.00, 13.00–16.00"."""
    return ", ".join(f"{opens:%H.%M}–{closes:%H.%M}" for opens, closes in hours)


def _interval(text: str) -> Interval:
    found = _HOURS.fullmatch(text)
    if not found:
        raise ValueError(f"Jam kerja “{text}” tidak terbaca. Tulislah seperti 07.30–12.00, 13.00–16.00.")
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    try:
        return time(from_hour, from_minute), time(to_hour, to_minute)
    except ValueError:
        raise ValueError(f"Jam kerja “{text}” harus berada antara 00.00 dan 23.59.") from None


def _check(hours: tuple[Interval, ...]) -> None:
    for interval in hours:
        opens, closes = interval
        if closes <= opens:
            raise ValueError(f"Jam kerja {write_hours([interval])} harus berakhir sesudah dimulai.")
    for earlier, later in pairwise(hours):
        if later[0] < earlier[1]:
            raise ValueError(
                f"Jam kerja {write_hours([later])} dimulai sebelum {write_hours([earlier])} berakhir. "
                "Urutkan jam kerja dan hilangkan tumpang tindihnya."
            )


NORMAL: Final = Period(
    name="Jam kerja normal",
    week=(*[parse_hours("07.30–12.00, 13.00–16.00")] * 4, parse_hours("07.30–12.00, 13.30–16.30"), (), ()),
)
RAMADAN_2026: Final = Period(
    name="Ramadan 1447 H",
    week=(*[parse_hours("08.00–12.00, 12.30–15.00")] * 4, parse_hours("08.00–12.00, 13.00–15.30"), (), ()),
    starts_on=date(2026, 2, 19),
    ends_on=date(2026, 3, 20),
)
