"""Why is it due then? The lines of *mengapa?*, for a run of a row or for the reporter's time to answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from django.conf import settings

from tickets import limits
from tickets.limits import Explanation
from tickets.models import Extension, Hold, StepRun
from tickets.sight import Sight
from workflows.worktime import DAY_NAMES, Calendar, Piece


@dataclass(frozen=True)
class Day:
    """A day from the beginning to the limit: what of it counts, or why nothing does."""

    date: date
    pieces: Sequence[Piece]
    minutes: float
    note: str

    @property
    def is_closed(self) -> bool:
        return not self.minutes

    @property
    def why_closed(self) -> str:
        return "bukan hari kerja" if self.note in DAY_NAMES else f"libur: {self.note}"


@dataclass(frozen=True)
class Why:
    """An explanation as a page tells it. `run` is None for the time to answer. `tells_why`: internal reasons too."""

    explanation: Explanation
    run: StepRun | None = None
    tells_why: bool = False
    calendar_changed: bool = False
    holds: Sequence[tuple[Hold, str]] = field(default_factory=tuple)

    @property
    def days(self) -> list[Day]:
        return list(_days(self.explanation.pieces))

    @property
    def counted(self) -> float:
        """Working time of all days together, holds included."""
        return sum(piece.minutes for piece in self.explanation.pieces)

    @property
    def began_later(self) -> bool:
        """Whether it arrived out of hours."""
        return self.explanation.counts_from > self.explanation.entered_at

    @property
    def first_estimate(self) -> Extension | None:
        return next((given for given in self.explanation.extensions if given.from_due is None), None)

    @property
    def changes(self) -> list[Extension]:
        """What moved the limit or estimate, oldest first."""
        return [given for given in self.explanation.extensions if given.from_due]


def of_run(sight: Sight, run: StepRun, calendar: Calendar) -> Why:
    """Why a run is due when it is, or was."""
    holds = list(run.holds.select_related("by", "ended_by"))
    extensions = list(run.extensions.select_related("by"))
    explanation = limits.explain(run, calendar, holds=holds, extensions=extensions)
    return Why(
        explanation=explanation,
        run=run,
        tells_why=sight.is_whole,
        calendar_changed=bool(run.left_at) and run.calendar_version != calendar.version,
        holds=[(hold, hold.note if _tells(sight, hold) else "") for hold in holds],
    )


def of_answer(asked_at: datetime, until: datetime, calendar: Calendar) -> Why:
    """Why a reporter who was asked at an instant has until another to answer."""
    explanation = Explanation(
        entered_at=asked_at,
        counts_from=calendar.next_opening(asked_at),
        limit=f"Sampai tutup kantor hari kerja ke-{settings.CONFIRM_DAYS} sesudah hari pelapor ditanya.",
        budget_minutes=calendar.between(asked_at, until),
        pieces=calendar.explain(asked_at, until),
        holds=(),
        held_minutes=0.0,
        extensions=(),
        due_at=until,
        unconfirmed_years=calendar.unconfirmed_years(asked_at, until),
    )
    return Why(explanation)


def _tells(sight: Sight, hold: Hold) -> bool:
    return sight.is_whole or hold.reason == Hold.Reason.REPORTER


def _days(pieces: Sequence[Piece]) -> Iterator[Day]:
    for day, found in groupby(pieces, key=lambda piece: piece.day):
        of_day = list(found)
        counted = [piece for piece in of_day if piece.opens]
        yield Day(day, counted, sum(piece.minutes for piece in counted), of_day[0].note)
