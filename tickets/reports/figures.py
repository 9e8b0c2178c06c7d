"""What the office achieved in a period: one algorithm for the page, the paper, the spreadsheet and the mail.

A row counts in the period in which it was left, a ticket by the instants at which it was reported and closed (WIB).
Whole months come from the sums that are written with each verdict (`tickets.tallies`), the days of a month that is cut,
and the rows of one OPD, from the ledger itself; both add up alike. Spans are whole seconds or minutes of working time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property, reduce
from math import ceil
from operator import or_
from typing import Any

from django.db.models import BigIntegerField, Case, Count, DateField, F, FloatField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Floor
from django.utils import timezone

from tickets import worklists
from tickets.models import StepRun, Tally, Ticket, Unit, WorkedTally
from tickets.models.tallies import SUMS, VERDICT_COLUMNS
from tickets.models.tickets import CLOSED_STATES
from tickets.reports import periods
from tickets.reports.periods import Period
from tickets.words import DAY
from workflows import sops
from workflows.roles import Role
from workflows.sop import SELESAI, TIDAK_DIPROSES, Days, Minutes, Sop, Step

RowKey = tuple[str, int]  # SOP and row

AWAITED, HELD = "menunggu-pelapor", "ditunda"
#: What a row on hold waits for, in the order it is told.
WAITED = {HELD: "Ditunda, menunggu pihak lain", AWAITED: "Ditunda, menunggu pelapor"}


@dataclass(frozen=True)
class Scope:
    """What a report is about. `procedures` are those its reader may see; the rest are filters.

    The role narrows rows, not tickets: a ticket is in nobody's hands.
    """

    period: Period
    procedures: frozenset[str]
    procedure: str = ""
    unit: Unit | None = None
    role: str = ""

    @cached_property
    def steps(self) -> dict[RowKey, tuple[Sop, Step]]:
        """The rows in question, in the order of the SOPs."""
        return {
            (sop.key, step.no): (sop, step)
            for sop in [*sops.current(), *(sop for sop in sops.all_sops().values() if not sop.is_current)]
            if sop.procedure in self.procedures and self.procedure in ("", sop.procedure)
            for step in sop.steps
            if self.role in ("", step.performer)
        }

    @property
    def chosen_procedures(self) -> frozenset[str]:
        return self.procedures & {self.procedure} if self.procedure else self.procedures

    @property
    def services(self) -> list[str]:
        """The services in question by name, where they are not all there are: by a filter, or by what may be seen."""
        chosen = [sop for sop in sops.current() if sop.procedure in self.chosen_procedures]
        return [] if self.is_of_all else [str(sop.service) for sop in chosen]

    @property
    def is_of_all(self) -> bool:
        return self.chosen_procedures >= {sop.procedure for sop in sops.all_sops().values()}


@dataclass(frozen=True)
class Sums:
    """What runs come to, added up. The columns of `Tally`."""

    runs: int = 0
    on_time: int = 0
    extended: int = 0
    late: int = 0
    no_limit: int = 0
    past_estimate: int = 0
    deviations: int = 0
    repeats: int = 0
    worked_seconds: int = 0
    held_seconds: int = 0
    awaited_seconds: int = 0
    late_seconds: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Sums)))

    @property
    def limited(self) -> int:
        """Runs of rows that have a limit: what the shares are shares of."""
        return self.on_time + self.extended + self.late

    @property
    def share_on_time(self) -> float | None:
        return self._share(self.on_time)

    @property
    def share_extended(self) -> float | None:
        return self._share(self.extended)

    @property
    def share_late(self) -> float | None:
        return self._share(self.late)

    def _share(self, part: int) -> float | None:
        return part / self.limited if self.limited else None


@dataclass(frozen=True)
class RowFigures:
    """A row of an SOP: median and 90th percentile of working time beside its mutu baku, in whole minutes."""

    sop: Sop
    step: Step
    sums: Sums
    median: int | None
    p90: int | None
    standard: int | None


@dataclass(frozen=True)
class Named:
    """The sums of a role, a month or an OPD."""

    key: str
    label: str
    sums: Sums


@dataclass(frozen=True)
class Held:
    """Who held so much of the time: a role at work, or whoever it waited for. `key` is the role or AWAITED or HELD."""

    key: str
    label: str
    seconds: int
    share: float


@dataclass(frozen=True)
class TicketFigures:
    """Tickets reported and closed in the period, and not closed at its end (now, while it runs)."""

    received: int
    done: int
    not_processed: int
    open: int


@dataclass(frozen=True)
class Headline:
    """What a period is compared by."""

    period: Period
    sums: Sums
    tickets: TicketFigures


@dataclass(frozen=True)
class Figures:
    """A period, whole. `rows` has every row in question, also those that nobody left; of earlier issues only in use."""

    scope: Scope
    now: datetime
    sums: Sums
    rows: tuple[RowFigures, ...]
    roles: tuple[Named, ...]
    months: tuple[Named, ...]
    units: tuple[Named, ...]
    tickets: TicketFigures
    before: Headline
    late_now: int

    @property
    def holders(self) -> tuple[Held, ...]:
        """Who held the time of the rows that were left, the longest first; what waited stands last."""
        parts = [(role.key, role.label, role.sums.worked_seconds) for role in self.roles]
        parts.sort(key=lambda part: -part[2])
        parts += [
            (HELD, WAITED[HELD], self.sums.held_seconds - self.sums.awaited_seconds),
            (AWAITED, WAITED[AWAITED], self.sums.awaited_seconds),
        ]
        whole = sum(seconds for *_, seconds in parts)
        return tuple(Held(*part, part[2] / whole) for part in parts if part[2]) if whole else ()

    @property
    def costliest(self) -> tuple[RowFigures, ...]:
        """The three rows that took the most working time."""
        ranked = sorted(self.rows, key=lambda row: -row.sums.worked_seconds)
        return tuple(row for row in ranked[:3] if row.sums.worked_seconds)


def figures(scope: Scope, now: datetime) -> Figures:
    """Everything a report of this scope says, as it stands at an instant. A fixed number of queries."""
    sums = _sums_by_row(scope, scope.period)
    minutes = _minutes_by_row(scope)
    in_use = {sop_key for sop_key, _ in sums}
    before = scope.period.previous()
    tickets, tickets_before = _tickets(scope, (scope.period, before), now)
    rows = tuple(
        _row(sop, step, sums[key], minutes[key])
        for key, (sop, step) in scope.steps.items()
        if sop.is_current or sop.key in in_use
    )
    return Figures(
        scope=scope,
        now=now,
        sums=_total(sums.values()),
        rows=rows,
        roles=_by_role(rows),
        months=_by_month(scope, min(scope.period.last, timezone.localdate(now))),
        units=_by_unit(scope),
        tickets=tickets,
        before=Headline(before, _total(_sums_by_row(scope, before).values()), tickets_before),
        late_now=late_now(scope, now).count(),
    )


def standard_of(step: Step) -> int | None:
    """The mutu baku of a row in minutes; a day is taken as a normal one. None where there is no limit."""
    match step.limit:
        case Minutes(amount=amount):
            return amount
        case Days(amount=amount):
            return amount * DAY
    return None


def nearest_rank(counts: Counter[int], share: float) -> int | None:
    """The value at a share of all, from the smallest: one that occurred. `counts` are how often each did."""
    rank = ceil(share * counts.total())
    for value in sorted(counts):
        rank -= counts[value]
        if rank <= 0:
            return value
    return None


# What a figure counts, one by one


def runs_in(scope: Scope, *, row: RowKey | None = None, verdict: str = "", only: str = "") -> QuerySet[StepRun]:
    """The runs that a figure counts: of one row, with one verdict, only "penyimpangan" or "putaran"."""
    found = _ledger(scope, scope.period)
    if row:
        found = found.filter(ticket__sop_key=row[0], row=row[1])
    if verdict:
        found = found.filter(verdict=verdict)
    if only == "penyimpangan":
        found = found.filter(is_deviation=True)
    if only == "putaran":
        found = found.filter(round__gt=1)
    return found


def tickets_in(scope: Scope, kind: str, now: datetime) -> QuerySet[Ticket]:
    """The tickets that a figure counts: "masuk", "selesai", "tidak-diproses" or "terbuka"."""
    return _ticket_scope(scope).filter(reduce(or_, _ticket_conditions(scope.period, now)[kind]))


def late_now(scope: Scope, now: datetime) -> QuerySet[StepRun]:
    """Open runs past their limit, the longest first, whatever the period."""
    late = StepRun.objects.open().filter(worklists.run_is_late(now))
    return late.filter(_of_tickets(scope), _of_rows(scope)).order_by("due_at", "pk")


# Adding up


def _row(sop: Sop, step: Step, sums: Sums, minutes: Counter[int]) -> RowFigures:
    return RowFigures(sop, step, sums, nearest_rank(minutes, 0.5), nearest_rank(minutes, 0.9), standard_of(step))


def _total(parts: Iterable[Sums]) -> Sums:
    return sum(parts, Sums())


def _by_role(rows: Iterable[RowFigures]) -> tuple[Named, ...]:
    """In the order of the SOPs' columns; each role once."""
    found: dict[Role, Sums] = defaultdict(Sums)
    for row in rows:
        found[row.step.performer] += row.sums
    return tuple(Named(role.value, role.label, found[role]) for role in Role if role in found)


def _by_month(scope: Scope, last: date) -> tuple[Named, ...]:
    """The twelve months up to that of a day, each whole, whatever part of it the period shows."""
    months = periods.year_up_to(last)
    found: dict[date, Sums] = defaultdict(Sums)
    if scope.unit is None:
        for values in _add_up(_stored(scope, months), "month"):
            found[values.pop("month")] += Sums(**values)
    else:  # one query for each month would be twelve: the ledger's days are sorted into months here
        whole = periods.free(months[0], periods.month_of(months[-1]).last)
        for values in _ledger_sums(scope, whole, by_month=months):
            found[values.pop("month")] += Sums(**values)
    return tuple(Named(f"{month:%Y-%m}", periods.month_of(month).label, found[month]) for month in months)


def _by_unit(scope: Scope) -> tuple[Named, ...]:
    """Each OPD with some run in the period, the most runs first. Nobody's stand as such."""
    found: dict[int | None, Sums] = defaultdict(Sums)
    months = scope.period.whole_months() if scope.unit is None else []
    for values in _add_up(_stored(scope, months), "unit_id") if months else ():
        found[values.pop("unit_id")] += Sums(**values)
    for stretch in _stretches(scope, scope.period):
        for values in _ledger_sums(scope, stretch, "ticket__unit_id"):
            found[values.pop("ticket__unit_id")] += Sums(**values)
    names = {unit.pk: unit for unit in Unit.objects.filter(pk__in=[pk for pk in found if pk])}
    ranked = sorted(found.items(), key=lambda item: (-item[1].runs, str(names.get(item[0] or 0, ""))))
    return tuple(
        Named(names[pk].short_name if pk else "", names[pk].name if pk else "Tanpa OPD", sums) for pk, sums in ranked
    )


def _sums_by_row(scope: Scope, period: Period) -> dict[RowKey, Sums]:
    found: dict[RowKey, Sums] = defaultdict(Sums)
    months = period.whole_months() if scope.unit is None else []
    for values in _add_up(_stored(scope, months), "sop_key", "row") if months else ():
        found[values.pop("sop_key"), values.pop("row")] += Sums(**values)
    for stretch in _stretches(scope, period):
        for values in _ledger_sums(scope, stretch, "ticket__sop_key", "row"):
            found[values.pop("ticket__sop_key"), values.pop("row")] += Sums(**values)
    return found


def _minutes_by_row(scope: Scope) -> dict[RowKey, Counter[int]]:
    """How often each row took so many whole minutes."""
    found: dict[RowKey, Counter[int]] = defaultdict(Counter)
    months = scope.period.whole_months() if scope.unit is None else []
    if months:
        stored = WorkedTally.objects.filter(_of_stored_rows(scope), month__gte=months[0], month__lte=months[-1])
        counted = stored.order_by().values("sop_key", "row", "minutes").annotate(times=Sum("runs"))
        for key, no, minutes, times in counted.values_list("sop_key", "row", "minutes", "times"):
            found[key, no][minutes] += times
    for stretch in _stretches(scope, scope.period):
        left = _ledger(scope, stretch).order_by().annotate(whole=_whole("worked_minutes"))
        visits = left.values("ticket__sop_key", "row", "whole").annotate(times=Count("pk"))
        for key, no, minutes, times in visits.values_list("ticket__sop_key", "row", "whole", "times"):
            found[key, no][minutes] += times
    return found


def _stretches(scope: Scope, period: Period) -> list[Period]:
    """What of a period is read from the ledger: with an OPD all of it, else the ends that are no whole months."""
    return period.ragged_ends() if scope.unit is None else [period]


# The two sources: sums by month, and the ledger


def _stored(scope: Scope, months: list[date]) -> QuerySet[Tally]:
    stored = Tally.objects.filter(_of_stored_rows(scope), month__gte=months[0], month__lte=months[-1])
    return stored.order_by()


def _add_up(stored: QuerySet[Tally], *by: str) -> Iterable[dict[str, Any]]:
    return (
        stored.values(*by)
        .annotate(**{f"sum_{column}": Sum(column) for column in SUMS})
        .values(*by, **{column: F(f"sum_{column}") for column in SUMS})
    )


def _ledger(scope: Scope, period: Period) -> QuerySet[StepRun]:
    left = Q(left_at__gte=period.starts_at, left_at__lt=period.ends_before)
    return StepRun.objects.filter(left, _of_tickets(scope), _of_rows(scope))


def _ledger_sums(scope: Scope, period: Period, *by: str, by_month: list[date] | None = None) -> list[dict[str, Any]]:
    """The ledger's own sums by some columns, under the names of `Tally`."""
    found = _ledger(scope, period).order_by()
    spans = ("worked", "held", "awaited", "late")
    sums = {
        "runs": Count("pk"),
        **{column: Count("pk", filter=Q(verdict=verdict)) for verdict, column in VERDICT_COLUMNS.items()},
        "deviations": Count("pk", filter=Q(is_deviation=True)),
        "repeats": Count("pk", filter=Q(round__gt=1)),
        **{f"{name}_seconds": Coalesce(Sum(_whole(f"{name}_minutes", 60)), 0) for name in spans},
    }
    if by_month is None:
        return list(found.values(*by).annotate(**sums))
    months = [(month, periods.month_of(month)) for month in by_month]
    marked = found.annotate(
        month=Case(
            *(When(left_at__lt=whole.ends_before, then=Value(month)) for month, whole in months),
            output_field=DateField(),
        )
    )
    return [dict(values) for values in marked.values("month").annotate(**sums)]


def _whole(minutes: str, per_minute: int = 1) -> Cast:
    """A span of the ledger in whole minutes (or, with 60, seconds), rounded down as `tickets.tallies` does."""
    spans = Coalesce(F(minutes), 0.0) * Value(float(per_minute)) + Value(1e-6)
    return Cast(Floor(spans, output_field=FloatField()), BigIntegerField())


def _of_tickets(scope: Scope) -> Q:
    """Runs of the tickets in question."""
    of_unit = Q(ticket__unit=scope.unit) if scope.unit else Q()
    return of_unit & _of_procedures(scope, "ticket__procedure")


def _of_procedures(scope: Scope, column: str) -> Q:
    """No condition where all are in question: a database would take it for one that narrows."""
    return Q() if scope.is_of_all else Q(**{f"{column}__in": scope.chosen_procedures})


def _of_rows(scope: Scope) -> Q:
    return Q(role=scope.role) if scope.role else Q()


def _of_stored_rows(scope: Scope) -> Q:
    """The same of stored sums, which know rows and no roles."""
    found = Q(pk__in=())
    by_sop: dict[str, list[int]] = defaultdict(list)
    for key, no in scope.steps:
        by_sop[key].append(no)
    for key, numbers in by_sop.items():
        found |= Q(sop_key=key, row__in=numbers) if scope.role else Q(sop_key=key)
    return found


# Tickets


def _ticket_scope(scope: Scope) -> QuerySet[Ticket]:
    of_unit = Q(unit=scope.unit) if scope.unit else Q()
    return Ticket.objects.filter(of_unit, _of_procedures(scope, "procedure"))


def _ticket_conditions(period: Period, now: datetime) -> dict[str, list[Q]]:
    """By figure, the tickets that it counts: those of each condition together, of which no ticket meets two.

    A condition for each index: one over several would read the whole archive.
    """
    closed = Q(closed_at__gte=period.starts_at, closed_at__lt=period.ends_before)
    there = Q(created_at__lt=period.ends_before)
    closed_later = Q(state__in=CLOSED_STATES, closed_at__gte=period.ends_before)
    return {
        "masuk": [Q(created_at__gte=period.starts_at, created_at__lt=period.ends_before)],
        "selesai": [closed & Q(state=SELESAI)],
        "tidak-diproses": [closed & Q(state=TIDAK_DIPROSES)],
        "terbuka": [there & Q(closed_at=None), there & closed_later] if period.is_over(now) else [Q(closed_at=None)],
    }


def _tickets(scope: Scope, of_periods: Iterable[Period], now: datetime) -> list[TicketFigures]:
    """The figures of several periods, in one query of a part for each condition."""
    tickets = _ticket_scope(scope).order_by()
    conditions = [_ticket_conditions(period, now) for period in of_periods]
    parts = [
        tickets.filter(part).values(of=Value(number), kind=Value(kind)).annotate(times=Count("pk"))
        for number, of_period in enumerate(conditions)
        for kind, alternatives in of_period.items()
        for part in alternatives
    ]
    counted: Counter[tuple[int, str]] = Counter()
    for row in parts[0].union(*parts[1:], all=True):
        counted[row["of"], row["kind"]] += row["times"]
    return [TicketFigures(*(counted[n, kind] for kind in of_period)) for n, of_period in enumerate(conditions)]


# For papers


def to_json(report: Figures) -> dict[str, Any]:
    """Everything that a paper or a spreadsheet says of these figures, in plain values."""
    scope = report.scope
    return {
        "period": _period(scope.period, report.now),
        "filters": {
            "procedure": ", ".join(scope.services),
            "unit": str(scope.unit or ""),
            "role": Role(scope.role).label if scope.role else "",
        },
        "sums": _plain(report.sums),
        "tickets": vars(report.tickets),
        "late_now": report.late_now,
        "before": {
            "period": _period(report.before.period, report.now),
            "sums": _plain(report.before.sums),
            "tickets": vars(report.before.tickets),
        },
        "rows": [
            {
                "sop": row.sop.key,
                "service": str(row.sop.service),
                "row": row.step.no,
                "activity": str(row.step.activity),
                "role": row.step.performer.label,
                "waktu": str(row.step.waktu),
                "median": row.median,
                "p90": row.p90,
                "standard": row.standard,
                "sums": _plain(row.sums),
            }
            for row in report.rows
        ],
        **{
            name: [
                {"key": named.key, "label": named.label, "sums": _plain(named.sums)} for named in getattr(report, name)
            ]
            for name in ("roles", "months", "units")
        },
        "holders": [vars(held) for held in report.holders],
        "costliest": [{"sop": row.sop.key, "row": row.step.no} for row in report.costliest],
    }


def _period(period: Period, now: datetime) -> dict[str, Any]:
    return {
        "kind": period.kind.value,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "label": period.label,
        "is_over": period.is_over(now),
    }


def _plain(sums: Sums) -> dict[str, Any]:
    shares = {name: getattr(sums, name) for name in ("limited", "share_on_time", "share_extended", "share_late")}
    return {**vars(sums), **shares}
