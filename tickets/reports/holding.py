"""Who held the time of one ticket: its performers at work, and what it waited for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from tickets import limits
from tickets.models import Hold, StepRun
from tickets.reports.charts import Mark, holders
from tickets.reports.figures import AWAITED, HELD, WAITED, Held
from tickets.tallies import seconds
from workflows.roles import Role
from workflows.worktime import Calendar


def held_by(runs: Iterable[StepRun], now: datetime, calendar: Calendar) -> list[tuple[Mark, Held]]:
    """The time of a ticket up to now by who held it, the longest first, each with its stretch of the bar.

    The runs have their `holds` with them: nothing more is asked of the database.
    """
    spent: Counter[str] = Counter()
    for run in runs:
        spent.update(_spent(run, now, calendar))
    at_work = sorted((role for role in Role if spent[role]), key=lambda role: -spent[role])
    named = [(role.value, role.label) for role in at_work] + [
        (key, label) for key, label in WAITED.items() if spent[key]
    ]
    whole = spent.total()
    parts = [Held(key, label, spent[key], spent[key] / whole) for key, label in named]
    return list(zip(holders(parts), parts, strict=True))


def _spent(run: StepRun, now: datetime, calendar: Calendar) -> dict[str, int]:
    """What one visit of a row took, in seconds: of its role, and on hold."""
    if run.left_at:
        worked, held, awaited = run.worked_minutes, run.held_minutes, run.awaited_minutes
    else:
        holds = list(run.holds.all())
        held = limits.held(holds, calendar, until=now)
        awaited = limits.held([hold for hold in holds if hold.reason == Hold.Reason.REPORTER], calendar, until=now)
        worked = max(0.0, calendar.between(run.entered_at, now) - held)
    return {run.role: seconds(worked), AWAITED: seconds(awaited), HELD: seconds(held) - seconds(awaited)}
