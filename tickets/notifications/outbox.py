"""The outbox: rows written in the transaction of an event, delivered by a worker."""

from __future__ import annotations

from datetime import datetime

from tickets.models import HistoryEntry, Notice, Rung, StepRun


def put(entry: HistoryEntry) -> None:
    """Tell of an act: the notices of a history entry, written in its transaction."""


def put_rung(rung: Rung) -> None:
    """Tell of a rung that a run has climbed, in the transaction that claimed it."""


def cancel_warnings(run: StepRun, *, now: datetime) -> None:
    """Unsent mail about a run that has been left is not sent any more."""
    Notice.objects.pending().filter(rung__run=run).update(cancelled_at=now)
