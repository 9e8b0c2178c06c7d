"""manage.py deadline KEY ROW --from ISO: when a row that is entered at an instant is due, and why, as JSON."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from workflows import calendars
from workflows.management.commands.sop import named
from workflows.sop import Step
from workflows.worktime import ZONE, Calendar, Piece


def instant(text: str) -> datetime:
    """An instant in ISO 8601; without an offset it is one in WIB."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no instant in ISO 8601, such as 2026-11-17T10:00:00+07:00") from None
    return at if at.tzinfo else at.replace(tzinfo=ZONE)


class Command(BaseCommand):
    help = "Print when a row that is entered at an instant is due, and everything that counts on the way, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="key of an SOP, or its procedure")
        parser.add_argument("row", type=int, help="number of the row")
        parser.add_argument(
            "--from", dest="entered", type=instant, default=None, metavar="ISO", help="when it is entered (else now)"
        )

    def handle(self, *args: Any, key: str, row: int, entered: datetime | None, **options: Any) -> None:
        sop = named(key)
        try:
            step = sop.step(row)
        except KeyError:
            raise CommandError(f"{sop.key} has no row {row}. It has 1 to {len(sop.steps)}.") from None
        told = {"sop": sop.key, "row": row} | explained(step, entered or timezone.now(), calendars.current())
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))


def explained(step: Step, entered: datetime, calendar: Calendar) -> dict[str, Any]:
    """The due time of a row with its explanation in plain values. Without a limit, or before an estimate: none."""
    budget = step.limit.budget(entered, calendar)
    due = None if budget is None else calendar.add(entered, budget)
    return {
        "activity": step.activity,
        "limit": step.limit.kind,
        "amount": step.limit.amount,
        "from": local(entered),
        "counts_from": local(calendar.next_opening(entered)),
        "due_at": due and local(due),
        "budget_minutes": budget,
        "calendar_version": calendar.version,
        "unconfirmed_years": calendar.unconfirmed_years(entered, due) if due else (),
        "explanation": [line(piece) for piece in calendar.explain(entered, due)] if due else [],
    }


def line(piece: Piece) -> dict[str, Any]:
    """One interval that counts, or a day that does not."""
    return {
        "date": piece.day.isoformat(),
        "from": piece.opens and local(piece.opens),
        "until": piece.closes and local(piece.closes),
        "minutes": piece.minutes,
        "note": piece.note,
    }


def local(at: datetime) -> str:
    """ISO 8601 in WIB: `2026-11-17T10:15:00+07:00`."""
    return at.astimezone(ZONE).isoformat()
