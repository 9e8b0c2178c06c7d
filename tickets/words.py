"""Instants, spans of working time and verdicts in the office's words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format

from tickets.limits import Band, Clock
from tickets.models import StepRun
from tickets.models.runs import LimitKind, Verdict

#: Minutes of a full working day, by which long spans are told. What a day counts is the calendar's affair.
DAY: Final = 450
HOUR: Final = 60


def when(instant: datetime) -> str:
    """An instant as people here write it: `21 Nov 2026 14.05 WIB`."""
    return date_format(timezone.localtime(instant), "j M Y H.i") + " WIB"


def due(instant: datetime) -> str:
    """An instant that somebody works towards: `Sel 24 Nov 2026 16.00 WIB`."""
    return date_format(timezone.localtime(instant), "D j M Y H.i") + " WIB"


def span(minutes: float, *, parts: int = 2) -> str:
    """A span of working time by its largest parts, rounded down: `2 hari 1 j`, `3 j 20 m`, `12 m`."""
    whole = int(minutes + 1e-6)  # a sum of parts may fall a hair short of the minute
    if not whole:
        return "kurang dari 1 m"
    days, rest = divmod(whole, DAY)
    hours, left = divmod(rest, HOUR)
    told = [f"{amount} {unit}" for amount, unit in ((days, "hari"), (hours, "j"), (left, "m")) if amount]
    return " ".join(told[:parts])


def goes_on(instant: datetime, now: datetime) -> str:
    """When work goes on, as near as it is: `13.00`, `Senin 07.30`, `Senin, 4 Januari 07.30`."""
    opening, today = timezone.localtime(instant), timezone.localdate(now)
    if opening.date() == today:
        return date_format(opening, "H.i")
    if opening.date() < today + timedelta(days=7):
        return date_format(opening, "l H.i")
    return date_format(opening, "l, j F H.i")


def day(of: date) -> str:
    """A day beside its hours: `Sel 24 Nov`."""
    return date_format(of, "D j M")


def stopped(words: str) -> str:
    """A sentence with its full stop; a name at its end may bring one already, in a title: "S.Kom."."""
    return f"{words.removesuffix('.')}."


def standing(clock: Clock) -> str:
    """How an open run stands, in a few words: `sisa 3 j 20 m`, `terlambat 2 j 5 m`."""
    match clock.band:
        case Band.NONE:
            return f"tanpa batas waktu, {_running(clock)}"
        case Band.UNKNOWN:
            return f"belum ada perkiraan, {_running(clock)}"
        case Band.LATE:
            return f"terlambat {span(clock.over)}" if clock.over else "terlambat sejak tutup kantor"
        case Band.PAST_ESTIMATE:
            return f"melewati perkiraan {span(clock.over)}" if clock.over else "melewati perkiraan"
        case Band.HELD if not clock.due_at:
            return "ditunda"
        case Band.HELD:
            return f"ditunda, sisa {span(clock.remaining)}"
    return f"sisa {span(clock.remaining)}"


def _running(clock: Clock) -> str:
    return f"berjalan {span(clock.elapsed)}" if clock.elapsed >= 1 else "baru masuk"


def verdict(run: StepRun) -> str:
    """How a run that was left kept its limit: `tepat waktu, 12 m dari 15 m`."""
    worked = span(run.worked_minutes or 0)
    given = span((run.budget_minutes or 0) + run.extra_minutes)
    match run.verdict:
        case Verdict.LATE if run.late_minutes:
            return f"terlambat {span(run.late_minutes)}"
        case Verdict.LATE if run.left_at and run.due_at and run.left_at <= run.due_at:
            return "terlambat menurut tenggat sebelum kalender berubah"
        case Verdict.LATE:
            return "terlambat, selesai sesudah tutup kantor"
        case Verdict.PAST_ESTIMATE:
            return f"melewati perkiraan {span(run.late_minutes)}" if run.late_minutes else "melewati perkiraan"
        case Verdict.NO_LIMIT if run.limit_kind == LimitKind.TENTATIVE:
            return f"sesuai perkiraan, {worked} dari {given}"
        case Verdict.NO_LIMIT:
            return f"tanpa batas waktu, {worked}"
    return f"{run.get_verdict_display().lower()}, {worked} dari {given}"
