"""When open tickets will likely be done, and which will likely miss their limit: as others fared on the same row.

A ticket that stands on a row is compared with the visits of that row by the last finished tickets of the same issue of
the SOP, and of those with the ones that lasted longer than it already has. Spans are minutes of working time, less
holds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Final

from django.db.models import QuerySet

from tickets import limits
from tickets.models import StepRun, Ticket
from tickets.models.runs import LimitKind
from tickets.reports.figures import RowKey, Scope
from workflows.sop import TIDAK_DIPROSES
from workflows.worktime import Calendar

#: How many finished tickets of an issue are looked back on, and how many of them a forecast needs.
HISTORY, ENOUGH = 200, 10
#: From this share of like cases on, a limit is likely to be missed.
LIKELY = 0.5
#: A sum of parts may fall this short, or be this much over.
HAIR = 1e-6

BINDING: Final = (LimitKind.MINUTES, LimitKind.DAYS)
NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Past:
    """How a row fared: what each visit took, the shortest first, and what its ticket took from there to its end."""

    tickets: int = 0
    worked: tuple[float, ...] = ()
    rests: tuple[float, ...] = ()

    def longer_than(self, minutes: float) -> int:
        """How many visits lasted longer; they are the last of `worked` and `rests`."""
        return len(self.worked) - bisect_right(self.worked, minutes + HAIR)


@dataclass(frozen=True)
class Forecast:
    """An open run, what it has used (`elapsed`), when its clock runs on, and the past it is compared with."""

    run: StepRun
    past: Past
    elapsed: float
    runs_on_at: datetime
    is_late: bool
    remaining: float

    @property
    def is_bound(self) -> bool:
        """Whether its row can be late at all."""
        return self.run.limit_kind in BINDING

    @property
    def like(self) -> int:
        """How many visits on record lasted longer than this one so far: what it is compared with."""
        return self.past.longer_than(self.elapsed)

    @property
    def missing(self) -> int:
        """How many of those would end after its limit."""
        return self.past.longer_than(self.elapsed + self.remaining)

    @property
    def share_missing(self) -> float | None:
        """The same as a share; None without a limit, or with nothing to compare with."""
        return self.missing / self.like if self.is_bound and self.is_known and self.like else None

    @property
    def is_known(self) -> bool:
        """Whether there is history enough to say anything."""
        return self.past.tickets >= ENOUGH

    @property
    def is_beyond(self) -> bool:
        """Whether it already took longer than every visit on record."""
        return self.is_known and not self.like

    @property
    def is_likely_to_miss(self) -> bool:
        return not self.is_late and self.share_missing is not None and self.share_missing >= LIKELY

    def done_at(self, share: float, calendar: Calendar) -> datetime | None:
        """When so many of the like cases would be done; None where nothing is like it."""
        if not self.is_known or not self.like:
            return None
        rests = sorted(self.past.rests[-self.like :])
        return calendar.add(self.runs_on_at, rests[ceil(share * self.like) - 1] - self.elapsed)

    @property
    def _by_risk(self) -> tuple[float, datetime, datetime]:
        return -self._risk, self.run.due_at or NEVER, self.run.entered_at

    @property
    def _risk(self) -> float:
        """What is late before what has no precedent, then by the share of like cases that would miss."""
        if self.is_late:
            return 3
        if self.is_bound and self.is_beyond:
            return 2
        return -1 if self.share_missing is None else self.share_missing


def forecasts(scope: Scope, now: datetime, calendar: Calendar) -> list[Forecast]:
    """Every open run in question: those that are late first, then the most likely to be. A fixed number of queries."""
    rows = history(scope)
    runs = _open(scope).select_related("ticket__unit", "performer").prefetch_related("holds")
    found = (_forecast(run, rows[run.ticket.sop_key, run.row], now, calendar) for run in runs)
    return sorted(found, key=lambda forecast: forecast._by_risk)


def history(scope: Scope) -> dict[RowKey, Past]:
    """How the rows of the last finished tickets fared, by row."""
    issues = dict.fromkeys(key for key, _ in scope.steps)
    tickets = [pk for key in issues for pk in _last_finished(key)]
    visits = StepRun.objects.filter(ticket__in=tickets, left_at__isnull=False).order_by("ticket", "-pk")
    found: dict[RowKey, list[tuple[float, float]]] = defaultdict(list)
    seen: dict[RowKey, set[int]] = defaultdict(set)
    ticket, rest = 0, 0.0
    for of, key, row, worked in visits.values_list("ticket", "ticket__sop_key", "row", "worked_minutes"):
        took = worked or 0.0
        rest = took + (rest if of == ticket else 0.0)  # the last visit comes first
        ticket = of
        found[key, row].append((took, rest))
        seen[key, row].add(of)
    told = {at: sorted(pairs) for at, pairs in found.items()}
    return defaultdict(
        Past,
        {at: Past(len(seen[at]), tuple(w for w, _ in pairs), tuple(r for _, r in pairs)) for at, pairs in told.items()},
    )


def _last_finished(sop_key: str) -> Iterable[int]:
    """The last finished tickets of an issue, by way of the index on `closed_at`. What followed another tells nothing
    of the way to the end."""
    closed = Ticket.objects.filter(sop_key=sop_key, closed_at__isnull=False, main=None).exclude(state=TIDAK_DIPROSES)
    return closed.order_by("-closed_at", "-pk").values_list("pk", flat=True)[:HISTORY]


def _open(scope: Scope) -> QuerySet[StepRun]:
    found = StepRun.objects.open().filter(ticket__procedure__in=scope.chosen_procedures)
    if scope.unit:
        found = found.filter(ticket__unit=scope.unit)
    return found.filter(role=scope.role) if scope.role else found


def _forecast(run: StepRun, past: Past, now: datetime, calendar: Calendar) -> Forecast:
    holds = list(run.holds.all())
    used = calendar.between(run.entered_at, now) - limits.held(holds, calendar, until=now)
    runs_on_at = max([now, *(hold.ends_at for hold in holds if hold.ended_at is None)])
    elapsed = max(0.0, used)
    return Forecast(
        run=run,
        past=past,
        elapsed=elapsed,
        runs_on_at=runs_on_at,
        is_late=run.limit_kind in BINDING and run.due_at is not None and run.due_at < now,
        remaining=calendar.between(runs_on_at, run.due_at) if run.due_at else 0.0,
    )
