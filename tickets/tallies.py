"""Sums of the ledger by month: counted run by run with its verdict, and proved against the ledger.

A run counts in the month (WIB) in which its row was left, under its ticket's OPD. Spans are whole seconds, of single
runs whole minutes, rounded down, so that sums come out the same in whatever order they are made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tickets.models import StepRun, Tally, WorkedTally
from tickets.models.tallies import SUMS, VERDICT_COLUMNS

Key = tuple[date, str, int, int | None]  # month, SOP, row, OPD
MinuteKey = tuple[date, str, int, int]  # month, SOP, row, whole minutes

Sums = TypeVar("Sums", Tally, WorkedTally)


def month_of(instant: datetime) -> date:
    """The first day of the month in which an instant lies, in WIB."""
    return timezone.localdate(instant).replace(day=1)


def seconds(minutes: float | None) -> int:
    """A span of working time in whole seconds. The hair is what a sum of parts may fall short by."""
    return int((minutes or 0) * 60 + 1e-6)


def whole_minutes(minutes: float | None) -> int:
    """A span of working time in whole minutes, as it is told (`tickets.words.span`)."""
    return int((minutes or 0) + 1e-6)


def sums_of(run: StepRun | Left) -> dict[str, int]:
    """What one run that was left adds, by column of `Tally`."""
    return {
        "runs": 1,
        VERDICT_COLUMNS[run.verdict]: 1,
        "deviations": int(run.is_deviation),
        "repeats": int(run.round > 1),
        "worked_seconds": seconds(run.worked_minutes),
        "held_seconds": seconds(run.held_minutes),
        "awaited_seconds": seconds(run.awaited_minutes),
        "late_seconds": seconds(run.late_minutes),
    }


def count(run: StepRun) -> None:
    """Add a run that is being left, in the transaction that freezes its verdict. The ticket's row is locked."""
    ticket = run.ticket
    assert run.left_at is not None  # noqa: S101  # for the type checker
    row = {"month": month_of(run.left_at), "sop_key": ticket.sop_key, "row": run.row}
    _add(Tally, {**row, "unit_id": ticket.unit_id}, sums_of(run))
    _add(WorkedTally, {**row, "minutes": whole_minutes(run.worked_minutes)}, {"runs": 1})


def _add(model: type[Sums], key: dict, sums: dict[str, int]) -> None:
    """Add to one row of sums, made when it is the first of its key; two at once add up."""
    rows, added = model.objects.filter(**key), {column: F(column) + amount for column, amount in sums.items() if amount}
    if not rows.update(**added):
        model.objects.bulk_create([model(**key)], ignore_conflicts=True)  # unless somebody else makes it in this moment
        rows.update(**added)


# Proof


@dataclass(frozen=True)
class Difference:
    """A stored sum that is not what the ledger comes to."""

    key: Key | MinuteKey
    column: str
    stored: int
    derived: int

    def __str__(self) -> str:
        month, sop_key, row, last = self.key
        return f"{month:%Y-%m} {sop_key}.{row} ({last}): {self.column} is {self.stored}, the ledger says {self.derived}"


def differences() -> Iterator[Difference]:
    """Every stored sum that is not what the ledger comes to, run by run."""
    by_row, by_minutes = _derive()
    stored = {
        (tally.month, tally.sop_key, tally.row, tally.unit_id): {column: getattr(tally, column) for column in SUMS}
        for tally in Tally.objects.iterator()
    }
    for key in sorted(stored.keys() | by_row.keys(), key=str):
        for column in SUMS:
            there, derived = stored.get(key, {}).get(column, 0), by_row.get(key, Counter())[column]
            if there != derived:
                yield Difference(key, column, there, derived)
    found = {(t.month, t.sop_key, t.row, t.minutes): t.runs for t in WorkedTally.objects.iterator()}
    for key in sorted(found.keys() | by_minutes.keys(), key=str):
        if found.get(key, 0) != by_minutes[key]:
            yield Difference(key, "runs", found.get(key, 0), by_minutes[key])


@transaction.atomic
def rebuild() -> None:
    """Write all sums anew from the ledger: after rows were written in bulk, or a proof that failed."""
    Tally.objects.all().delete()
    WorkedTally.objects.all().delete()
    by_row, by_minutes = _derive()
    Tally.objects.bulk_create(
        (
            Tally(month=month, sop_key=sop_key, row=row, unit_id=unit, **sums)
            for (month, sop_key, row, unit), sums in by_row.items()
        ),
        batch_size=1_000,
    )
    WorkedTally.objects.bulk_create(
        (
            WorkedTally(month=month, sop_key=sop_key, row=row, minutes=minutes, runs=runs)
            for (month, sop_key, row, minutes), runs in by_minutes.items()
        ),
        batch_size=1_000,
    )


class Left(NamedTuple):
    """What `_derive` reads of a run that was left."""

    round: int
    verdict: str
    is_deviation: bool
    worked_minutes: float
    held_minutes: float
    awaited_minutes: float | None
    late_minutes: float | None


def _derive() -> tuple[dict[Key, Counter[str]], Counter[MinuteKey]]:
    """All sums, from the ledger run by run."""
    by_row: dict[Key, Counter[str]] = defaultdict(Counter)
    by_minutes: Counter[MinuteKey] = Counter()
    runs = StepRun.objects.filter(left_at__isnull=False).order_by()
    told = runs.values_list("left_at", "ticket__sop_key", "row", "ticket__unit_id", *Left._fields)
    for left_at, sop_key, row, unit, *values in told.iterator(chunk_size=5_000):
        run, month = Left(*values), month_of(left_at)
        by_row[month, sop_key, row, unit].update(sums_of(run))
        by_minutes[month, sop_key, row, whole_minutes(run.worked_minutes)] += 1
    return by_row, by_minutes
