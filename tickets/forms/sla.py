"""What a report is asked for: its period and what it is narrowed to. It all stands in the address.

The page, its drill-downs, the paper and the spreadsheet read an address alike: a value that is not offered is left out
and named in `ignored`, the rest is `scope`; `query` says the same in one canonical way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property

from tickets import worklists
from tickets.forms.base import BaseForm
from tickets.models import StepRun, Ticket, Unit, User
from tickets.models.runs import Verdict
from tickets.reports import figures, periods
from tickets.reports.evaluation import way_key
from tickets.reports.figures import Scope
from tickets.reports.periods import Kind, Period
from workflows import sops
from workflows.roles import Role
from workflows.sop import Origin, Sop

KINDS = ((Kind.MONTH, "Bulan"), (Kind.QUARTER, "Triwulan"), (Kind.YEAR, "Tahun"), (Kind.FREE, "Bebas"))
WHOLE: dict[str, Callable[[date], Period]] = {
    Kind.MONTH: periods.month_of,
    Kind.QUARTER: periods.quarter_of,
    Kind.YEAR: periods.year_of,
}
LATE_NOW = "terlambat"
ONLY = (("penyimpangan", "Penyimpangan"), ("putaran", "Putaran ke-2 dan seterusnya"))
TICKETS = (
    ("masuk", "Tiket masuk"),
    ("selesai", "Tiket selesai"),
    ("tidak-diproses", "Tiket tidak diproses"),
    ("terbuka", "Tiket terbuka"),
    (LATE_NOW, "Terlambat sekarang"),
)
#: Django's own sentence repeats what was asked.
NOT_OFFERED = {"invalid_choice": "Pilihan ini tidak ada."}
#: In place of an OPD: tickets that are nobody's.
NO_UNIT = "-"


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address without it."""

    label: str
    words: str
    href: str


@dataclass(frozen=True)
class Way:
    """Another period, and the address that shows it."""

    label: str
    href: str
    is_current: bool = False


def _choice(label: str, choices: Any = (), *, empty: str = "Semua", **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=[("", empty), *choices], required=False, error_messages=NOT_OFFERED, **kwargs
    )


def _day(label: str) -> forms.DateField:
    first, last = periods.FIRST_DAY, periods.LAST_DAY
    limits = {"min": first.isoformat(), "max": last.isoformat()}
    return forms.DateField(
        label=label,
        required=False,
        validators=[MinValueValidator(first), MaxValueValidator(last)],
        widget=forms.DateInput(attrs={"type": "date", **limits}, format="%Y-%m-%d"),
    )


class ReportFilter(BaseForm):
    """Of the procedures that a person oversees."""

    periode = forms.ChoiceField(label="Periode", choices=KINDS, required=False, error_messages=NOT_OFFERED)
    dari = _day("Sejak tanggal")
    sampai = _day("Sampai tanggal")
    layanan = _choice("Layanan")
    opd = _choice("OPD")
    peran = _choice("Peran")

    #: The fields that make the period; the others narrow what is told of it.
    OF_PERIOD = ("periode", "dari", "sampai")

    def __init__(self, data: QueryDict, *, person: User, now: datetime):
        asked = {name: value for name, value in data.items() if value}
        super().__init__(asked, auto_id="saring-%s")
        self.now = now
        self.procedures = frozenset(worklists.overseen(person))
        for name, choices in self.offered().items():
            field = self.fields[name]
            field.choices = [*field.choices, *choices]  # type: ignore[attr-defined]  # all of them are choices
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
        self.full_clean()
        told = {} if self.is_of_no_period else {**_asked_as(self.period), "periode": self.period.kind.value}
        self.data = asked | told  # shown is what is in force, and what cannot be used as it was typed

    def offered(self) -> dict[str, list[tuple[str, str]]]:
        """The choices that hang on the person and the office, by field."""
        return {
            "layanan": list({sop.procedure: str(sop.service) for sop in self.sops}.items()),
            "opd": [(short_name, unit.name) for short_name, unit in self.units.items()],
            "peran": [(role, role.label) for role in Role if any(role in sop.roles for sop in self.sops)],
        }

    @cached_property
    def sops(self) -> list[Sop]:
        """The issues in question."""
        return [sop for sop in sops.all_sops().values() if sop.procedure in self.procedures]

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The OPD there are, by their short names."""
        return {unit.short_name: unit for unit in Unit.objects.all()}

    def clean_dari(self) -> date | None:
        day = self.cleaned_data["dari"]
        if day and day > self.today:
            raise ValidationError("Periode itu belum dimulai.")
        return day

    def clean(self) -> None:
        day, until = self.cleaned_data.get("dari"), self.cleaned_data.get("sampai")
        if until and not self.data.get("periode"):
            self.cleaned_data["periode"] = Kind.FREE
        if self.cleaned_data.get("periode") != Kind.FREE:
            self.cleaned_data["sampai"] = None
        elif day is None:
            self.add_error("periode", "Periode bebas memerlukan tanggal mulai.")
        elif until and until < day:
            self.add_error("sampai", "Tanggal sampai mendahului tanggal sejak.")

    # What was asked

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @cached_property
    def period(self) -> Period:
        """What was asked for, or else the usual one."""
        chosen = self.cleaned_data
        kind, day = chosen.get("periode"), chosen.get("dari")
        if not kind and not day:
            return self.usual_period()
        if kind == Kind.FREE and day:
            return periods.free(day, chosen.get("sampai") or self.today)
        return WHOLE[kind or Kind.MONTH](day or self.today)

    @property
    def is_of_no_period(self) -> bool:
        """Whether a period is asked for that cannot be: any other would be told in its place."""
        return not self.errors.keys().isdisjoint(self.OF_PERIOD)

    def usual_period(self) -> Period:
        """The period of an address that names none: the current month."""
        return periods.month_of(self.today)

    @cached_property
    def scope(self) -> Scope:
        """What the figures are asked for."""
        chosen = self.cleaned_data
        return Scope(
            period=self.period,
            procedures=self.procedures,
            procedure=chosen.get("layanan", ""),
            unit=self.units.get(chosen.get("opd", "")),
            role=chosen.get("peran", ""),
        )

    @property
    def without_unit(self) -> bool:
        """Whether tickets are asked for that no OPD has; only lists offer it."""
        return self.cleaned_data.get("opd") == NO_UNIT

    @property
    def is_over(self) -> bool:
        """Whether the period has ended: its figures will not change."""
        return self.period.is_over(self.now)

    def ignored(self) -> list[str]:
        """The labels of fields whose value in the address is none that is offered."""
        return [str(field.label) for name, field in self.fields.items() if name in self.errors]

    # Addresses

    @property
    def query(self) -> str:
        """What is in force, as it stands in an address."""
        return self.address()

    def address(self, **changes: str) -> str:
        """The query with these values changed; an empty one is left out."""
        query = QueryDict(mutable=True)
        for name, value in {**self._in_force(), **changes}.items():
            if value:
                query[name] = value
        return query.urlencode()

    @property
    def of_report(self) -> str:
        """The query of the page that the list was reached from: the same without what only a list is narrowed by."""
        own = {name for name in self.fields if name not in ReportFilter.base_fields}
        return self.address(**dict.fromkeys(own, ""), **({"opd": ""} if self.without_unit else {}))

    def address_of(self, period: Period) -> str:
        """The same of another period."""
        return self.address(**_asked_as(period))

    def chips(self) -> list[Chip]:
        """What the report is narrowed to, one by one; the period is none."""
        found = []
        for name in [name for name in self._in_force() if name not in self.OF_PERIOD]:
            field = self.fields[name]
            words = dict(field.choices)[self.cleaned_data[name]]  # type: ignore[attr-defined]  # a choice, as above
            found.append(Chip(str(field.label), str(words), f"?{self.address(**{name: ''})}"))
        return found

    def kinds(self) -> list[Way]:
        """The kinds of periods, each around the last day that is shown."""
        day = min(self.period.last, self.today)
        around = {
            kind: periods.free(self.period.first, day) if kind is Kind.FREE else WHOLE[kind](day) for kind in Kind
        }
        return [Way(label, f"?{self.address_of(around[kind])}", kind is self.period.kind) for kind, label in KINDS]

    def before(self) -> Way | None:
        earlier = self.period.previous()
        return Way(earlier.label, f"?{self.address_of(earlier)}") if earlier.first >= periods.FIRST_DAY else None

    def after(self) -> Way | None:
        """None, where it has not begun."""
        later = self.period.next()
        return Way(later.label, f"?{self.address_of(later)}") if later.first <= self.today else None

    def _in_force(self) -> dict[str, str]:
        chosen = self.cleaned_data
        rest = {name: chosen[name] for name in self.fields if name not in self.OF_PERIOD and chosen.get(name)}
        return _asked_as(self.period) | rest


class _ListFilter(ReportFilter):
    """What stands behind a figure, one by one: also of tickets that no OPD has."""

    def offered(self) -> dict[str, list[tuple[str, str]]]:
        choices = super().offered()
        return choices | {"opd": [*choices["opd"], (NO_UNIT, "Tanpa OPD")]}


class RunsFilter(_ListFilter):
    """The runs behind a figure."""

    langkah = _choice("Langkah")
    hasil = _choice("Hasil", Verdict.choices)
    hanya = _choice("Hanya", ONLY)

    def offered(self) -> dict[str, list[tuple[str, str]]]:
        rows = [(sop.row(step.no), f"{step.no} · {sop.service}") for sop in self.sops for step in sop.steps]
        return super().offered() | {"langkah": rows}

    def runs(self) -> QuerySet[StepRun]:
        """The last to be left first."""
        chosen = self.cleaned_data
        found = sops.find(chosen.get("langkah", ""))
        runs = figures.runs_in(
            self.scope,
            row=(found[0].key, found[1].no) if found else None,
            verdict=chosen.get("hasil", ""),
            only=chosen.get("hanya", ""),
        )
        return (runs.filter(ticket__unit=None) if self.without_unit else runs).order_by("-left_at", "-pk")


class EvaluationFilter(ReportFilter):
    """For looking back on an SOP: a whole year, and its deviations by arrow."""

    panah = _choice("Penyimpangan")

    def usual_period(self) -> Period:
        """The twelve months up to today, the current one included."""
        return periods.free(periods.year_up_to(self.today)[0], self.today)

    def offered(self) -> dict[str, list[tuple[str, str]]]:
        arrows = [
            (way_key(sop.key, step.no, arrow.key), f"langkah {step.no} {sop.service}: {arrow.label}")
            for sop in self.sops
            for step in sop.steps
            for arrow in step.arrows
            if arrow.origin is Origin.PROPOSED
        ]
        return super().offered() | {"panah": arrows}

    @property
    def way(self) -> str:
        """The arrow whose deviations alone are asked for, by `evaluation.way_key`; empty for all."""
        return self.cleaned_data.get("panah", "")


class TicketsFilter(_ListFilter):
    """The tickets behind a figure."""

    jenis = forms.ChoiceField(label="Tiket", choices=TICKETS, required=False)

    @property
    def kind(self) -> str:
        return self.cleaned_data.get("jenis") or TICKETS[0][0]

    @property
    def kind_label(self) -> str:
        return dict(TICKETS)[self.kind]

    @property
    def is_of_period(self) -> bool:
        """Whether the tickets hang on the period; what is late now does not."""
        return self.kind != LATE_NOW

    def tickets(self) -> QuerySet[Ticket]:
        """The last to be reported first."""
        late = figures.late_now(self.scope, self.now).order_by().values("ticket")
        found: QuerySet[Ticket] = (
            Ticket.objects.filter(pk__in=late)
            if self.kind == LATE_NOW
            else figures.tickets_in(self.scope, self.kind, self.now)
        )
        return (found.filter(unit=None) if self.without_unit else found).order_by("-created_at", "-pk")


def _asked_as(period: Period) -> dict[str, str]:
    """A period as it stands in an address. Where no kind is named, a month is meant, or free days if there are two."""
    says_kind = period.kind in (Kind.QUARTER, Kind.YEAR)
    return {
        "periode": period.kind.value if says_kind else "",
        "dari": period.first.isoformat(),
        "sampai": period.last.isoformat() if period.kind is Kind.FREE else "",
    }
