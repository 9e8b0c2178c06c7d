"""Where a ticket stands in its SOP: every row as a station, done, current, still to come or not on its way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tickets.models import StepRun, Ticket
from workflows.sop import ENDS, MENGIKUTI, Origin, Step


class Place(StrEnum):
    """Where a row lies as seen from the ticket; the value is the word that people read."""

    DONE = "selesai"
    NOW = "sekarang"
    AHEAD = "berikutnya"
    BYPASSED = "tidak dilalui"


@dataclass(frozen=True)
class Station:
    """A row of the SOP. `run` is its latest visit, if there was any."""

    step: Step
    place: Place
    run: StepRun | None

    @property
    def is_now(self) -> bool:
        return self.place is Place.NOW

    @property
    def is_done(self) -> bool:
        return self.place is Place.DONE

    @property
    def css(self) -> str:
        return f"is-{self.place.name.lower()}"


def stations(ticket: Ticket, runs: Iterable[StepRun]) -> list[Station]:
    """Every row of the ticket's SOP, in order; `runs` are all its visits, oldest first.

    A report that was tied to another goes the way of its main ticket, up to where it ended with that.
    """
    runs, standing = list(runs), ticket
    if ticket.main and runs and runs[-1].arrow == MENGIKUTI:
        runs = _along(ticket.main, tied=runs[-1])
        standing = ticket.main if ticket.follows else ticket
    done = _done(runs)
    ahead = _ahead(standing, done)
    latest = {run.row: run for run in runs}

    def place(step: Step) -> Place:
        if step is standing.step:
            return Place.NOW
        if step.no in done:
            return Place.DONE
        return Place.AHEAD if step.no in ahead else Place.BYPASSED

    return [Station(step, place(step), latest.get(step.no)) for step in ticket.sop.steps]


def done_in_words(way: Iterable[Station]) -> str:
    """The rows that are done, as ranges: `1–3` or `1–2, 6`; empty when none is."""
    ranges: list[list[int]] = []
    for no in (station.step.no for station in way if station.place is Place.DONE):
        if ranges and ranges[-1][-1] == no - 1:
            ranges[-1].append(no)
        else:
            ranges.append([no])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in ranges)


def _along(main: Ticket, *, tied: StepRun) -> list[StepRun]:
    """The visits of a main ticket, up to the first end that it came to after a report was tied to it."""
    visits: list[StepRun] = []
    for run in main.runs.all():
        visits.append(run)
        if run.arrow in ENDS and run.left_at and tied.left_at and run.left_at >= tied.left_at:
            break
    return visits


def _done(runs: Iterable[StepRun]) -> set[int]:
    """The rows that stand completed. Whoever comes to a row, by a new round too, has it and all after it to do."""
    done: set[int] = set()
    for run in runs:
        done = {no for no in done if no < run.row}
        if run.left_at:
            done.add(run.row)
    return done


def _ahead(ticket: Ticket, done: set[int]) -> set[int]:
    """The rows that may still come on the SOP's own way, which the recorded cause narrows once it is known."""
    record = ticket.record
    cause_known = all(step.no in done for step in ticket.sop.steps if any(arrow.only_if for arrow in step.arrows))
    ahead: set[int] = set()
    waiting = [ticket.step] if ticket.step else []
    while waiting:
        step = waiting.pop()
        arrows = [step.follow(record)] if step.automatic and cause_known else step.arrows
        for arrow in arrows:
            if isinstance(arrow.to, int) and arrow.to > step.no and arrow.origin is not Origin.PROPOSED:
                ahead.add(arrow.to)
                waiting.append(ticket.sop.step(arrow.to))
    return ahead
