"""The periods that reports are about: whole months, quarters and years, or days chosen freely, all in WIB."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from django.utils.formats import date_format

from workflows.worktime import ZONE

QUARTERS = ("I", "II", "III", "IV")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


class Kind(StrEnum):
    """How a period is chosen; the values stand in addresses."""

    MONTH = "bulan"
    QUARTER = "triwulan"
    YEAR = "tahun"
    FREE = "bebas"


#: How many months a period of a kind has.
MONTHS = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.YEAR: 12}


@dataclass(frozen=True)
class Period:
    """From one day to another, both included."""

    kind: Kind
    first: date
    last: date

    @property
    def label(self) -> str:
        """The period in words: `November 2026`, `Triwulan IV 2026`, `2026`, `1 Nov 2026 s.d. 15 Nov 2026`."""
        match self.kind:
            case Kind.MONTH:
                return date_format(self.first, "F Y")
            case Kind.QUARTER:
                return f"Triwulan {QUARTERS[self.first.month // 3]} {self.first.year}"
            case Kind.YEAR:
                return f"Tahun {self.first.year}"
        if self.first == self.last:
            return date_format(self.first, "j M Y")
        return f"{date_format(self.first, 'j M Y')} s.d. {date_format(self.last, 'j M Y')}"

    @property
    def starts_at(self) -> datetime:
        """Its first instant, in UTC."""
        return _midnight(self.first)

    @property
    def ends_before(self) -> datetime:
        """The first instant after it, in UTC."""
        return _midnight(self.last + timedelta(days=1))

    def is_over(self, now: datetime) -> bool:
        return now >= self.ends_before

    def previous(self) -> Period:
        """The period before it, of the same kind; of free days as many."""
        if self.kind is Kind.FREE:
            return free(self.first - (self.last - self.first) - timedelta(days=1), self.first - timedelta(days=1))
        return _whole(self.kind, _months_later(self.first, -MONTHS[self.kind]))

    def next(self) -> Period:
        """The period after it, of the same kind; of free days as many."""
        if self.kind is Kind.FREE:
            return free(self.last + timedelta(days=1), self.last + (self.last - self.first) + timedelta(days=1))
        return _whole(self.kind, _months_later(self.first, MONTHS[self.kind]))

    def whole_months(self) -> list[date]:
        """The first days of the months that lie in it whole."""
        month = self.first if self.first.day == 1 else _months_later(self.first.replace(day=1), 1)
        found = []
        while (following := _months_later(month, 1)) <= self.last + timedelta(days=1):
            found.append(month)
            month = following
        return found

    def ragged_ends(self) -> list[Period]:
        """The days of it that lie in no whole month: none, one stretch or two."""
        months = self.whole_months()
        if not months:
            return [self]
        before = free(self.first, months[0] - timedelta(days=1)) if self.first < months[0] else None
        after_months = _months_later(months[-1], 1)
        after = free(after_months, self.last) if after_months <= self.last else None
        return [stretch for stretch in (before, after) if stretch]


def month_of(day: date) -> Period:
    return _whole(Kind.MONTH, day.replace(day=1))


def quarter_of(day: date) -> Period:
    return _whole(Kind.QUARTER, day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1))


def year_of(day: date) -> Period:
    return _whole(Kind.YEAR, day.replace(day=1, month=1))


def free(first: date, last: date) -> Period:
    """Days chosen freely. Raises ValueError when the last comes before the first."""
    if last < first:
        raise ValueError("a period ends not before it starts")
    return Period(Kind.FREE, first, last)


def year_up_to(day: date) -> list[date]:
    """The first days of the twelve months of which the last is that of the day."""
    return [_months_later(day.replace(day=1), -back) for back in range(11, -1, -1)]


def _whole(kind: Kind, first: date) -> Period:
    return Period(kind, first, _months_later(first, MONTHS[kind]) - timedelta(days=1))


def _months_later(first: date, months: int) -> date:
    """The first day of a month so many months later (or, negative, earlier)."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE).astimezone(UTC)
