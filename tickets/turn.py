"""The row a ticket stands on, as its card shows it: what is there, what is asked, and where each button leads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tickets.answers import Shown, shown
from tickets.models import StepRun, Ticket
from tickets.sight import Sight
from workflows import machine
from workflows.sop import END, NOT_PROCESSED, Arrow, Artefact, Step


@dataclass(frozen=True)
class Need:
    """One thing of Kelengkapan: whether it is there, from whom, and its content."""

    artefact: Artefact
    is_there: bool
    source: str
    content: Shown | None


@dataclass(frozen=True)
class Way:
    """An arrow as a button: what it says, who is next, and for which answer it is meant."""

    arrow: Arrow
    next_up: str
    explains: str

    @property
    def question(self) -> str:
        """The form field that decides whether this way fits, or empty."""
        given = self.arrow.only_if
        return f"{given.artefact}-{given.question}" if given else ""

    @property
    def answers(self) -> str:
        """The answers that this way fits, separated by spaces."""
        return " ".join(self.arrow.only_if.answers) if self.arrow.only_if else ""


def needs(sight: Sight, step: Step, runs: Sequence[StepRun]) -> list[Need]:
    """Kelengkapan of a row, each with what is on record: once for each row that gave it in this round."""
    record = sight.ticket.record
    missing = machine.missing_requirements(step, record)
    found = []
    for artefact in step.requires:
        if artefact in missing:
            found.append(Need(artefact, is_there=False, source="", content=None))
            continue
        made = artefact.generate(record) if artefact.generate else record.values(artefact.key)
        by_row = {} if artefact.generate else sight.given.get(artefact.key)
        found.extend(_need(sight, artefact, row, values, runs) for row, values in (by_row or {0: made}).items())
    return found


def handed_on(sight: Sight, step: Step, runs: Sequence[StepRun]) -> list[Need]:
    """What the row before gave in this round that this one does not ask for. The evidence stands in the report."""
    before = next((run for run in reversed(runs) if run.left_at and run.round == sight.ticket.round), None)
    if before is None:
        return []
    extra = (a for a in before.step.produces if a not in (*step.requires, sight.ticket.sop.evidence))
    return [_need(sight, a, *list(sight.given[a.key].items())[-1], runs) for a in extra if a.key in sight.given]


def _need(sight: Sight, artefact: Artefact, row: int, values: Mapping[str, Any], runs: Sequence[StepRun]) -> Need:
    content = shown(artefact, values, sight.files) if values else None
    return Need(artefact, is_there=True, source=_source(sight.ticket, artefact, row, runs), content=content)


def ways(ticket: Ticket, step: Step) -> list[Way]:
    """The buttons of a row, the default first. An automatic row has one: where the record leads."""
    arrows = [step.follow(ticket.record)] if step.automatic else machine.open_arrows(ticket.sop, step)
    return [Way(arrow, _next_up(ticket, arrow), _explains(ticket, arrow)) for arrow in arrows]


def in_front(offered: Sequence[Way], answered: Mapping[str, str]) -> tuple[Way | None, list[Way]]:
    """The one primary way and the others: the first that fits what was answered so far.

    None is, as long as an answer is to decide between them.
    """
    fitting = (way for way in offered if answered.get(way.question) in way.answers.split())
    front = next(fitting, None if offered[0].question else offered[0])
    return front, [way for way in offered if way is not front]


def waits_for(step: Step, run: StepRun, holders: Iterable[object]) -> str:
    """The person whose turn it is, if it is clear who: the one who has the task, else the only holder of the role."""
    if run.performer:
        return run.performer.name
    names = [str(holder) for holder in holders]
    return names[0] if len(names) == 1 else ""


def _source(ticket: Ticket, artefact: Artefact, row: int, runs: Sequence[StepRun]) -> str:
    """Who gave an artefact on a row; the record itself, if nobody did."""
    if artefact is ticket.sop.evidence:
        return f"{ticket.reporter_name}, pelapor"
    names = (run.performer.name for run in reversed(runs) if run.row == row and run.left_at and run.performer)
    name = next(names, "")
    return f"{name}, langkah {row}" if name else "dari catatan tiket"


def _next_up(ticket: Ticket, arrow: Arrow) -> str:
    """Who gets the ticket next, for a button."""
    if isinstance(arrow.to, int):
        return ticket.sop.step(arrow.to).performer.label
    if arrow.to != END:
        return "tiket ditutup"
    return "konfirmasi subkoordinator" if ticket.restricted else "konfirmasi pelapor"


def _explains(ticket: Ticket, arrow: Arrow) -> str:
    """What follows when this way is taken, as a sentence."""
    if arrow.to == NOT_PROCESSED:
        return "Tiket ditutup." if ticket.restricted else "Tiket ditutup; pelapor membaca alasan Anda."
    if not isinstance(arrow.to, int):
        asked = "Subkoordinator" if ticket.restricted else "Pelapor"
        return f"{asked} diminta mengonfirmasi bahwa gangguan sudah selesai."
    step = ticket.sop.step(arrow.to)
    begins = f"Putaran ke-{ticket.round + 1} dimulai. " if arrow.new_round else ""
    return f"{begins}Berikutnya langkah {step.no}, {step.performer.label}: {step.activity}."
