"""The row a ticket stands on, as its card shows it: what is there, what is asked, and where each button leads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tickets.answers import Files, Shown, shown
from tickets.models import StepRun, Ticket
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


def needs(ticket: Ticket, step: Step, runs: Sequence[StepRun], files: Files) -> list[Need]:
    """Kelengkapan of a row, each with what is on record."""
    record = ticket.record
    missing = machine.missing_requirements(step, record)
    found = []
    for artefact in step.requires:
        is_there = artefact not in missing
        values = artefact.generate(record) if artefact.generate else record.values(artefact.key)
        content = shown(artefact, values, files) if is_there and values else None
        found.append(Need(artefact, is_there, _source(ticket, artefact, runs) if is_there else "", content))
    return found


def ways(ticket: Ticket, step: Step) -> list[Way]:
    """The buttons of a row, the default first. An automatic row has one: where the record leads."""
    arrows = [step.follow(ticket.record)] if step.automatic else machine.open_arrows(ticket.sop, step)
    return [Way(arrow, _next_up(ticket, arrow), _explains(ticket, arrow)) for arrow in arrows]


def in_front(offered: Sequence[Way], answered: Mapping[str, str]) -> tuple[Way, list[Way]]:
    """The one primary way and the others: the first that fits what was answered so far."""
    fitting = (way for way in offered if answered.get(way.question) in way.answers.split())
    front = next(fitting, offered[0])
    return front, [way for way in offered if way is not front]


def waits_for(step: Step, run: StepRun, holders: Iterable[object]) -> str:
    """The person whose turn it is, if it is clear who: the one who has the task, else the only holder of the role."""
    if run.performer:
        return run.performer.name
    names = [str(holder) for holder in holders]
    return names[0] if len(names) == 1 else ""


def _source(ticket: Ticket, artefact: Artefact, runs: Sequence[StepRun]) -> str:
    """Who gave an artefact last."""
    if artefact.generate:
        return "dari catatan tiket"
    if artefact is ticket.sop.evidence:
        return f"{ticket.reporter_name}, pelapor"
    left = [run for run in runs if run.left_at and artefact in (*run.step.produces, *run.step.brings)]
    gave = [run for run in left if artefact not in run.step.passes_on] or left
    return f"{gave[-1].performer.name}, langkah {gave[-1].row}" if gave and gave[-1].performer else ""


def _next_up(ticket: Ticket, arrow: Arrow) -> str:
    """Who gets the ticket next, for a button."""
    if isinstance(arrow.to, int):
        return ticket.sop.step(arrow.to).performer.label
    return "konfirmasi pelapor" if arrow.to == END else "tiket ditutup"


def _explains(ticket: Ticket, arrow: Arrow) -> str:
    """What follows when this way is taken, as a sentence."""
    if arrow.to == NOT_PROCESSED:
        return "Tiket ditutup; pelapor membaca alasan Anda."
    if not isinstance(arrow.to, int):
        return "Pelapor diminta mengonfirmasi bahwa gangguan sudah selesai."
    step = ticket.sop.step(arrow.to)
    begins = f"Putaran ke-{ticket.round + 1} dimulai. " if arrow.new_round else ""
    return f"{begins}Berikutnya langkah {step.no}, {step.performer.label}: {step.activity}."
