"""Limits of runs: what a row's Waktu comes to in the office's own working time (DESIGN section 5).

One algorithm serves minutes, days, estimates, holds and extensions: a run has a budget of working time and is due when
it has used it up. `project` alone writes `due_at` and `next_rung_at`; `differences` proves that they equal their
derivation. Spans are minutes of working time, instants aware UTC datetimes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone

from tickets.models import Extension, Hold, Rung, StepRun
from tickets.models.runs import LimitKind, Verdict
from workflows.sop import Days, Limit, Minutes
from workflows.worktime import Calendar, Piece

#: When the performer is warned: this much of the budget is used.
WARNING_SHARE = 0.75

#: What `project` writes.
PROJECTED = ("calendar_version", "due_at", "next_rung_at")

Climbed = set[tuple[str, int]]  # the rungs a run has behind it: (kind, nth)


# From budget to due time


def arm(run: StepRun, calendar: Calendar) -> None:
    """Give a run that is about to be saved the limit of its row. The budget is computed once, here."""
    limit = run.step.limit
    run.limit_kind, run.limit_amount = limit.kind, limit.amount
    run.budget_minutes = limit.budget(run.entered_at, calendar)
    project(run, calendar, holds=(), climbed=set())


def project(run: StepRun, calendar: Calendar, *, holds: Sequence[Hold], climbed: Climbed) -> None:
    """Write when a run is due and when the sweep next has something to say of it. The caller saves `PROJECTED`."""
    run.calendar_version = calendar.version
    run.due_at = due_time(run, calendar, holds)
    ahead = next_rung(run, calendar, holds, climbed) if run.left_at is None else None
    run.next_rung_at = ahead.at if ahead else None


def due_time(run: StepRun, calendar: Calendar, holds: Sequence[Hold]) -> datetime | None:
    """When the budget with its extensions is used up; None without a limit or estimate."""
    return (
        None if run.budget_minutes is None else _reached(run, run.budget_minutes + run.extra_minutes, calendar, holds)
    )


def _reached(run: StepRun, minutes: float, calendar: Calendar, holds: Iterable[Hold]) -> datetime:
    """When a run has so much working time behind it that was not on hold. A hold that begins later moves nothing."""
    at = calendar.add(run.entered_at, minutes)
    for hold in sorted(holds, key=lambda hold: hold.started_at):
        if hold.started_at >= at:
            break
        minutes += calendar.between(hold.started_at, hold.ends_at)
        at = calendar.add(run.entered_at, minutes)
    return at


def held(holds: Iterable[Hold], calendar: Calendar, *, until: datetime) -> float:
    """Working time on hold up to an instant."""
    return sum((calendar.between(hold.started_at, min(hold.ends_at, until)) for hold in holds), 0.0)


def added_by(run: StepRun, until: datetime, calendar: Calendar, holds: Sequence[Hold]) -> float:
    """What an extension or estimate up to an instant adds to the budget (negative if it comes earlier)."""
    total = calendar.between(run.entered_at, until) - held(holds, calendar, until=until)
    return total - ((run.budget_minutes or 0) + run.extra_minutes)


def confirm_by(asked_at: datetime, calendar: Calendar) -> datetime:
    """When silence closes a ticket whose reporter was asked at an instant (W-9)."""
    return calendar.close_of_nth_day(asked_at, settings.CONFIRM_DAYS)


# The ladder


class Due(NamedTuple):
    """A rung that a run comes to if nobody leaves its row, and its own instant."""

    at: datetime
    kind: Rung.Kind
    nth: int


def rungs(run: StepRun, calendar: Calendar, holds: Sequence[Hold], climbed: Climbed) -> list[Due]:
    """The rungs of a run in the order of their instants: those of its limit; of a tentative row also the reminders, up
    to the next one."""
    found = []
    if run.budget_minutes is not None and run.due_at is not None:
        warning = WARNING_SHARE * (run.budget_minutes + run.extra_minutes)
        found += [
            Due(_reached(run, warning, calendar, holds), Rung.Kind.WARNING, 1),
            Due(run.due_at, Rung.Kind.BREACH, 1),
        ]
        if run.limit_kind != LimitKind.TENTATIVE:
            found.append(Due(_escalates_at(run.due_at, calendar), Rung.Kind.ESCALATION, 1))
    if run.limit_kind == LimitKind.TENTATIVE:
        reminders = sum(kind == Rung.Kind.REMINDER for kind, _ in climbed) + 1
        found += [
            Due(calendar.close_of_nth_day(run.entered_at, settings.REMIND_EVERY_DAYS * nth), Rung.Kind.REMINDER, nth)
            for nth in range(1, reminders + 1)
        ]
    return sorted(found)


def next_rung(run: StepRun, calendar: Calendar, holds: Sequence[Hold], climbed: Climbed) -> Due | None:
    """The first rung of a run that it has not behind it, if any is left."""
    return next((due for due in rungs(run, calendar, holds, climbed) if (due.kind, due.nth) not in climbed), None)


def _escalates_at(due: datetime, calendar: Calendar) -> datetime:
    """So many working days later, at the same hour: a day counts as long as the day of the limit itself."""
    day = calendar.day_minutes(timezone.localdate(due))
    return calendar.add(due, settings.ESCALATE_AFTER_DAYS * day)


# On leaving a row


def close(
    run: StepRun, calendar: Calendar, *, holds: Sequence[Hold], extensions: Iterable[Extension], climbed: Climbed
) -> None:
    """Freeze the verdict of a run whose `left_at` is set and whose holds have ended. The caller saves the run."""
    assert run.left_at is not None  # noqa: S101  # for the type checker
    run.held_minutes = held(holds, calendar, until=run.left_at)
    for_reporter = [hold for hold in holds if hold.reason == Hold.Reason.REPORTER]
    run.awaited_minutes = held(for_reporter, calendar, until=run.left_at)
    run.worked_minutes = max(0.0, calendar.between(run.entered_at, run.left_at) - run.held_minutes)
    project(run, calendar, holds=holds, climbed=climbed)
    run.verdict, run.late_minutes = _verdict(run, calendar, holds, extensions, climbed)


def _verdict(
    run: StepRun, calendar: Calendar, holds: Sequence[Hold], extensions: Iterable[Extension], climbed: Climbed
) -> tuple[Verdict, float | None]:
    """How the limit was kept, and by how much it was not. What the sweep has called late, stays late."""
    if run.budget_minutes is None or run.due_at is None or run.left_at is None:
        return Verdict.NO_LIMIT, None
    if run.limit_kind == LimitKind.TENTATIVE:
        passed = [extension.from_due for extension in extensions if _came_late(extension)] + [run.due_at]
        first = min(filter(None, passed))
        if run.left_at > first:
            return Verdict.PAST_ESTIMATE, calendar.between(first, run.left_at)
        return Verdict.NO_LIMIT, None  # an estimate that was kept is no limit that was kept
    if run.left_at > run.due_at or (Rung.Kind.BREACH, 1) in climbed:
        return Verdict.LATE, calendar.between(run.due_at, run.left_at)
    if run.left_at > _reached(run, run.budget_minutes, calendar, holds):
        return Verdict.EXTENDED, None
    return Verdict.ON_TIME, None


def _came_late(extension: Extension) -> bool:
    return extension.from_due is not None and extension.at > extension.from_due


# The time card: what everybody reads of an open run


class Band(StrEnum):
    """How things stand with a limit; a page makes colour, word and icon of it in one place."""

    NONE = "tanpa-batas"
    UNKNOWN = "belum-diperkirakan"
    FINE = "tepat-waktu"
    SOON = "segera"
    LATE = "terlambat"
    PAST_ESTIMATE = "melewati-perkiraan"
    HELD = "ditunda"


@dataclass(frozen=True)
class Clock:
    """An open run at an instant. `remaining` is working time still to go, `over` that since the limit passed, `elapsed`
    all of it since the row was entered, holds included."""

    run: StepRun
    band: Band
    due_at: datetime | None
    remaining: float
    over: float
    elapsed: float
    share: float
    held_until: datetime | None
    reopens_at: datetime | None

    @property
    def is_late(self) -> bool:
        return self.band in (Band.LATE, Band.PAST_ESTIMATE)

    @property
    def percent(self) -> int:
        """How much of the budget is used, for a bar: 0 to 100."""
        return round(100 * self.share)

    @property
    def is_out_of_hours(self) -> bool:
        """Whether the office is closed now; `reopens_at` says when work goes on."""
        return self.reopens_at is not None

    @property
    def is_extended(self) -> bool:
        return self.run.extra_minutes > 0 and self.run.limit_kind != LimitKind.TENTATIVE


def clock(run: StepRun, now: datetime, calendar: Calendar, *, held_until: datetime | None = None) -> Clock:
    """How an open run stands. `held_until` is the end of its open hold, if it is on hold (see `with_hold`)."""
    is_held = held_until is not None and held_until > now
    opening = calendar.next_opening(now)
    due, total = run.due_at, (run.budget_minutes or 0) + run.extra_minutes
    remaining = calendar.between(max(now, held_until) if held_until and is_held else now, due) if due else 0.0
    return Clock(
        run=run,
        band=_band(run, now, remaining, total, is_held=is_held),
        due_at=due,
        remaining=remaining,
        over=calendar.between(due, now) if due else 0.0,
        elapsed=calendar.between(run.entered_at, now),
        share=min(1.0, max(0.0, 1 - remaining / total)) if due and total else 0.0,
        held_until=held_until if is_held else None,
        reopens_at=opening if opening > now else None,
    )


def _band(run: StepRun, now: datetime, remaining: float, total: float, *, is_held: bool) -> Band:
    if is_held:
        return Band.HELD
    if run.due_at is None:
        return Band.UNKNOWN if run.limit_kind == LimitKind.TENTATIVE else Band.NONE
    if now > run.due_at:
        return Band.PAST_ESTIMATE if run.limit_kind == LimitKind.TENTATIVE else Band.LATE
    return Band.SOON if remaining <= (1 - WARNING_SHARE) * total else Band.FINE


# Why is it due then?


@dataclass(frozen=True)
class Explanation:
    """Everything that a due time comes from, up to the answer. `pieces` sum to budget, holds and extensions."""

    entered_at: datetime
    counts_from: datetime
    limit: str
    budget_minutes: float | None
    pieces: tuple[Piece, ...]
    holds: Sequence[Hold]
    held_minutes: float
    extensions: Sequence[Extension]
    due_at: datetime | None
    unconfirmed_years: tuple[int, ...]


def explain(run: StepRun, calendar: Calendar, *, holds: Sequence[Hold], extensions: Sequence[Extension]) -> Explanation:
    """Why a run is due when it is (or was)."""
    due = run.due_at
    return Explanation(
        entered_at=run.entered_at,
        counts_from=calendar.next_opening(run.entered_at),
        limit=limit_in_words(run.step.limit),
        budget_minutes=run.budget_minutes,
        pieces=calendar.explain(run.entered_at, due) if due else (),
        holds=holds,
        held_minutes=held(holds, calendar, until=due) if due else 0.0,
        extensions=extensions,
        due_at=due,
        unconfirmed_years=calendar.unconfirmed_years(run.entered_at, due) if due else (),
    )


def limit_in_words(limit: Limit) -> str:
    """How a limit counts, as a sentence."""
    match limit:
        case Minutes(amount=amount):
            return f"{amount} menit jam kerja sejak langkah ini sampai pada pelaksananya."
        case Days(amount=amount):
            return f"Sampai tutup kantor hari kerja ke-{amount} sesudah hari langkah ini diterima."
        case _ if limit.kind == LimitKind.TENTATIVE:
            return "Tentatif: bukan batas, melainkan perkiraan dari pelaksananya."
    return "Tanpa batas waktu: lamanya diukur, tetapi tidak pernah terlambat."


# Proof


@dataclass(frozen=True)
class Difference:
    """A run whose stored limit is not what it derives from."""

    run: StepRun
    field: str
    stored: object
    derived: object

    def __str__(self) -> str:
        return f"{self.run.ticket.number} row {self.run.row}: {self.field} is {self.stored}, derived {self.derived}"


def differences(calendar: Calendar) -> Iterator[Difference]:
    """Every open run of which something is not what it derives from."""
    runs = StepRun.objects.open().select_related("ticket").prefetch_related("holds", "rungs", "extensions")
    for run in runs.order_by("pk").iterator(chunk_size=500):
        stored = {name: getattr(run, name) for name in (*PROJECTED, "extra_minutes")}
        extras = [e.minutes for e in run.extensions.all() if e.from_due is not None]
        if abs(sum(extras) - run.extra_minutes) > 1e-6:
            yield Difference(run, "extra_minutes", run.extra_minutes, sum(extras))
        project(run, calendar, holds=list(run.holds.all()), climbed=climbed_by(run))
        for name in PROJECTED:
            if getattr(run, name) != stored[name]:
                yield Difference(run, name, stored[name], getattr(run, name))


def climbed_by(run: StepRun) -> Climbed:
    """The rungs a run has behind it, of what is prefetched or with one query."""
    return {(rung.kind, rung.nth) for rung in run.rungs.all()}


def open_hold() -> Prefetch[str]:
    """For lists of runs or tickets: the hold that a run is under, if any, as `open_holds`."""
    return Prefetch("holds", Hold.objects.filter(ended_at=None), to_attr="open_holds")
