"""Evidence for the yearly evaluation of an SOP: rows whose mutu baku does not fit, and what practice does beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db.models import Count, QuerySet

from tickets.models import EntryDetail, StepRun
from tickets.models.history import Action
from tickets.reports.figures import Figures, RowFigures, Scope, runs_in
from tickets.words import DAY
from workflows import sops
from workflows.sop import Sop, Step

#: With fewer runs than these, nothing is said of a row.
ENOUGH = 5
#: A mutu baku is too loose when nine of ten runs need less than this share of it.
LOOSE = 0.25
#: What a proposal is rounded up to, in minutes; whole working days above.
KIND_UNITS = (5, 15, 30, 60, 90, 120, 180, 240)


class Fault(Enum):
    """What is wrong with a mutu baku, in the words of the page."""

    ALWAYS_MISSED = "selalu terlewati"
    OFTEN_MISSED = "lebih sering terlewati daripada terpenuhi"
    LOOSE = "longgar, jauh lebih panjang daripada yang dipakai"
    NONE = "belum ada mutu baku waktu"


@dataclass(frozen=True)
class Finding:
    """A row whose mutu baku does not fit. `proposal` is in minutes; None where a longer time would not help."""

    row: RowFigures
    fault: Fault
    proposal: int | None

    @property
    def proposal_in_words(self) -> str:
        """As an SOP writes it: `30 menit`, `2 hari`."""
        if self.proposal is None:
            return ""
        return f"{self.proposal // DAY} hari" if self.proposal >= DAY else f"{self.proposal} menit"


@dataclass(frozen=True)
class Evaluation:
    """Every row in question stands in one of these."""

    findings: tuple[Finding, ...]
    fitting: tuple[RowFigures, ...]
    too_few: tuple[RowFigures, ...]
    unused: tuple[RowFigures, ...]


@dataclass(frozen=True)
class Way:
    """An arrow that practice needs and the document does not have, and how often it was taken."""

    key: str
    sop: Sop
    step: Step
    label: str
    runs: int


@dataclass(frozen=True)
class Deviation:
    """One time that such an arrow was taken. `reason` is None where its text was erased."""

    run: StepRun
    reason: str | None


def evaluate(report: Figures) -> Evaluation:
    """What the figures of a period say of each mutu baku."""
    findings, fitting, too_few, unused = [], [], [], []
    for row in report.rows:
        counted = row.sums.limited if row.standard is not None else row.sums.runs
        if not row.sums.runs:
            unused.append(row)
        elif counted < ENOUGH:
            too_few.append(row)
        elif fault := fault_of(row):
            findings.append(Finding(row, fault, _proposal(row, fault)))
        else:
            fitting.append(row)
    return Evaluation(tuple(findings), tuple(fitting), tuple(too_few), tuple(unused))


def fault_of(row: RowFigures) -> Fault | None:
    """What is wrong with the mutu baku of a row that was left often enough."""
    sums = row.sums
    if row.standard is None:
        return Fault.NONE
    if not sums.on_time:
        return Fault.ALWAYS_MISSED
    if 2 * sums.on_time < sums.limited:
        return Fault.OFTEN_MISSED
    if row.p90 is not None and row.p90 < LOOSE * row.standard:
        return Fault.LOOSE
    return None


def rounded_up(minutes: int) -> int:
    """The next span, in minutes, that somebody would write into an SOP."""
    days = -(-minutes // DAY) * DAY
    return next((unit for unit in KIND_UNITS if unit >= minutes), days)


def _proposal(row: RowFigures, fault: Fault) -> int | None:
    """What nine of ten runs would keep; none, where that is no longer than what they miss now."""
    proposal = rounded_up(row.p90 or 0)
    is_missed = fault in (Fault.ALWAYS_MISSED, Fault.OFTEN_MISSED)
    return None if is_missed and row.standard is not None and proposal <= row.standard else proposal


# Deviations


def way_key(sop_key: str, row: int, arrow: str) -> str:
    """An arrow in an address: `website-2024.2>9`."""
    return f"{sop_key}.{row}>{arrow}"


def deviations(scope: Scope, way: str = "") -> QuerySet[StepRun]:
    """The runs left by an arrow that the document does not have, or by one of them (`way_key`), the last one first."""
    found = runs_in(scope, only="penyimpangan").order_by("-left_at", "-pk")
    state, _, arrow = way.partition(">")
    if row := sops.find(state):
        found = found.filter(ticket__sop_key=row[0].key, row=row[1].no, arrow=arrow)
    return found


def ways(scope: Scope) -> list[Way]:
    """The arrows that were taken, the most frequent first."""
    taken = deviations(scope).order_by().values_list("ticket__sop_key", "row", "arrow", "arrow_label")
    found = [
        Way(way_key(key, row, arrow), sops.get(key), sops.get(key).step(row), label, runs)
        for key, row, arrow, label, runs in taken.annotate(runs=Count("pk"))
    ]
    return sorted(found, key=lambda way: (-way.runs, way.key))


def with_reasons(runs: Sequence[StepRun]) -> list[Deviation]:
    """Some deviations with the reasons that their performers gave. One query; the runs have their tickets."""
    reasons: dict[tuple[int, str, datetime | None], str | None] = {
        (text.entry.ticket_id, text.entry.from_state, text.entry.at): None
        if text.erased_at
        else text.body.get("reason", "")
        for text in _texts(runs)
    }
    return [Deviation(run, reasons.get((run.ticket_id, run.ticket.sop.row(run.row), run.left_at))) for run in runs]


def _texts(runs: Sequence[StepRun]) -> Iterable[EntryDetail]:
    """What was written on leaving; of the same tickets and instants, so perhaps a few more."""
    texts = EntryDetail.objects.filter(
        entry__action=Action.COMPLETE,
        entry__ticket__in=[run.ticket_id for run in runs],
        entry__at__in=[run.left_at for run in runs],
    )
    return texts.select_related("entry")
