"""Issued papers: which are listed, and of which period a Laporan SLA is to be issued."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from django import forms
from django.http import QueryDict

from tickets.forms.base import BaseForm
from tickets.models import Document
from tickets.reports import periods
from tickets.reports.periods import Period

#: How far back a period may be chosen, by how it is headed.
OFFERED: tuple[tuple[str, Callable[[date], Period], int], ...] = (
    ("Bulan", periods.month_of, 24),
    ("Triwulan", periods.quarter_of, 8),
    ("Tahun", periods.year_of, 5),
)


class PaperFilter(BaseForm):
    """The papers of one kind, of one year, or all. A value that is not offered is left out."""

    jenis = forms.ChoiceField(label="Jenis", choices=[("", "Semua jenis"), *Document.Kind.choices], required=False)
    tahun = forms.ChoiceField(label="Tahun", required=False)

    def __init__(self, data: QueryDict, *, years: list[int]):
        asked = {name: data.get(name, "") for name in self.base_fields}
        super().__init__(asked, auto_id="saring-%s")
        field = self.fields["tahun"]
        field.choices = [("", "Semua tahun"), *((str(year), str(year)) for year in years)]  # type: ignore[attr-defined]
        self.full_clean()
        for name in self.errors:  # no field shows a value that is not in force
            asked.pop(name, None)

    @property
    def kind(self) -> str:
        return str(self.cleaned_data.get("jenis", ""))

    @property
    def year(self) -> int | None:
        return int(self.cleaned_data.get("tahun") or 0) or None


class IssueForm(BaseForm):
    """A period that is over, from the office's first ticket on."""

    periode = forms.ChoiceField(
        label="Periode",
        error_messages={
            "required": "Silakan pilih periodenya.",
            "invalid_choice": "Periode ini belum berakhir atau tidak tersedia. Silakan pilih dari daftar.",
        },
    )

    def __init__(self, *args, first: date, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self._offered = {heading: list(_over(make, count, first, today)) for heading, make, count in OFFERED}
        self.fields["periode"].choices = [  # type: ignore[attr-defined]
            (heading, [(_key(period), period.label) for period in found])
            for heading, found in self._offered.items()
            if found
        ]

    @property
    def has_any(self) -> bool:
        return any(self._offered.values())

    @property
    def period(self) -> Period:
        """The chosen period, of a form that is valid."""
        chosen = self.cleaned_data["periode"]
        return next(period for found in self._offered.values() for period in found if _key(period) == chosen)


def _over(make: Callable[[date], Period], count: int, first: date, today: date) -> Iterator[Period]:
    """The last periods of a kind that are over, the latest first."""
    period = make(today)
    for _ in range(count):
        period = period.previous()
        if period.last < first:
            return
        yield period


def _key(period: Period) -> str:
    return f"{period.kind.value}-{period.first.isoformat()}"
