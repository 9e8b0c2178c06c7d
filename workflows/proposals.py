"""A year's days off: proposed by the package `holidays`, changed and confirmed by an administrator.

Each function changes rows of the calendar and says in sentences what it did; nothing said is nothing done. They are run
through `tickets.calendar_changes`, which shows and logs what a change does to open limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from django.db.models import QuerySet
from django.utils.formats import date_format

from workflows.models import CalendarDay, CalendarYear

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

#: What the package appends to the name of a date that may still move.
ESTIMATE: Final = " (perkiraan)"

#: The package's words, and those of this house (GLOSSARY: EYD).
SPELLING: Final = (
    ("Cuti Bersama ", ""),
    ("Hari kedua dari Hari Raya Idul Fitri", "Hari kedua Idulfitri"),
    ("Hari Raya Idul Fitri", "Idulfitri"),
    ("Hari Raya Idul Adha", "Iduladha"),
)


class NotPossible(ValueError):
    """A year cannot be changed so; a sentence for the administrator."""


def of_year(year: int) -> list[CalendarDay]:
    """The national holidays and cuti bersama that the package knows for a year, unsaved, in the order of the dates."""
    days = _days(year, "government", CalendarDay.Kind.JOINT_LEAVE) | _days(year, "public", CalendarDay.Kind.HOLIDAY)
    return [days[day] for day in sorted(days)]


def propose(year: int) -> list[str]:
    """Bring the proposal of a year into the calendar. What an administrator entered or changed stays as it is.

    Raises NotPossible for a year that is confirmed.
    """
    row, is_new = CalendarYear.objects.get_or_create(year=year)
    if row.is_confirmed:
        raise NotPossible(f"Kalender {year} sudah ditetapkan. Kembalikan dahulu menjadi usulan.")
    proposed = {day.date: day for day in of_year(year)}
    there = {day.date: day for day in CalendarDay.objects.filter(date__year=year)}
    kept = [day for day in there.values() if day.is_override and day.date in proposed]
    added = [day for day in proposed.values() if day.date not in there]
    gone = [day for day in there.values() if not day.is_override and day.date not in proposed]
    changed = [day for day in there.values() if not day.is_override and _follow(day, proposed.get(day.date))]
    CalendarDay.objects.bulk_create(added)
    CalendarDay.objects.filter(pk__in=[day.pk for day in gone]).delete()
    CalendarDay.objects.bulk_update(changed, ["kind", "name", "is_estimate"])
    said = [
        *([f"Kalender {year} diisi sebagai usulan."] if is_new else []),
        *([f"{_counted(added)} ditambahkan."] if added else []),
        *([f"Disesuaikan dengan usulan: {_listed(changed)}."] if changed else []),
        *([f"Dihapus karena tidak lagi diusulkan: {_listed(gone)}."] if gone else []),
    ]
    if said and kept:
        said.append(f"Tidak ditimpa karena ditetapkan administrator: {_listed(kept)}.")
    return said


def confirm(year: int, *, decree: str, by: AbstractBaseUser, at: datetime) -> list[str]:
    """Declare the days of a year decreed; days off that name no decree of their own take this one.

    Raises NotPossible for a year without days off.
    """
    if not _days_off(year).exists():
        raise NotPossible(f"Kalender {year} belum memiliki hari libur. Ambil usulannya atau isi dahulu.")
    row, _ = CalendarYear.objects.get_or_create(year=year)
    before = row.decree
    row.status, row.decree = CalendarYear.Status.CONFIRMED, decree
    row.confirmed_at, row.confirmed_by = at, by  # type: ignore[assignment]  # whoever the office's user model makes
    row.save()
    _days_off(year).filter(decree__in=("", before)).update(decree=decree)
    return [f"Kalender {year} ditetapkan dengan {decree}."]


def withdraw(year: int) -> list[str]:
    """Make a confirmed year a proposal again; its days off lose the year's decree."""
    row = CalendarYear.objects.filter(year=year, status=CalendarYear.Status.CONFIRMED).first()
    if row is None:
        return []
    _days_off(year).filter(decree=row.decree).update(decree="")
    row.status, row.decree = CalendarYear.Status.PROPOSED, ""
    row.confirmed_at = row.confirmed_by = None
    row.save()
    return [f"Kalender {year} dikembalikan menjadi usulan."]


def _days(year: int, category: str, kind: CalendarDay.Kind) -> dict[date, CalendarDay]:
    import holidays  # half a second, which only a proposal is worth

    found = holidays.Indonesia(years=year, categories=(category,), language="id", expand=False)
    return {
        day: CalendarDay(
            date=day,
            kind=kind,
            name=" dan ".join(dict.fromkeys(_name(name) for name in found.get_list(day))),
            is_estimate=any(name.endswith(ESTIMATE) for name in found.get_list(day)),
        )
        for day in found
        if day.year == year
    }


def _name(name: str) -> str:
    for theirs, ours in SPELLING:
        name = name.replace(theirs, ours)
    return name.removesuffix(ESTIMATE)


def _follow(day: CalendarDay, proposed: CalendarDay | None) -> bool:
    """Make a day what is proposed for it; says whether it was not so already."""
    if proposed is None or (day.kind, day.name, day.is_estimate) == (
        proposed.kind,
        proposed.name,
        proposed.is_estimate,
    ):
        return False
    day.kind, day.name, day.is_estimate = proposed.kind, proposed.name, proposed.is_estimate
    return True


def _days_off(year: int) -> QuerySet[CalendarDay]:
    """The days off that a decree names."""
    kinds = (CalendarDay.Kind.HOLIDAY, CalendarDay.Kind.JOINT_LEAVE)
    return CalendarDay.objects.filter(date__year=year, kind__in=kinds)


def _counted(days: list[CalendarDay]) -> str:
    """ "18 hari libur nasional dan 8 hari cuti bersama (3 perkiraan)"."""
    leave = sum(day.kind == CalendarDay.Kind.JOINT_LEAVE for day in days)
    estimates = sum(day.is_estimate for day in days)
    kinds = ((len(days) - leave, "hari libur nasional"), (leave, "hari cuti bersama"))
    counted = " dan ".join(f"{number} {what}" for number, what in kinds if number)
    return counted + (f" ({estimates} masih perkiraan)" if estimates else "")


def _listed(days: Iterable[CalendarDay]) -> str:
    ordered = sorted(days, key=lambda day: day.date)
    return ", ".join(f"{date_format(day.date, 'j F Y')} ({day.name})" for day in ordered)
