"""Changes of the office's calendar: what they would do to open limits, and doing it (DESIGN section 5).

A change is a function that writes rows of the calendar and says in sentences what it did; `preview` runs it and takes
it back, `apply` makes it real. Only open limits move; a verdict, once frozen, stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import ExtractYear
from django.utils import timezone

from tickets import actions, history, limits
from tickets.models import StepRun, Ticket, User
from tickets.models.runs import LimitKind
from tickets.models.tickets import not_closed
from workflows import calendars, proposals
from workflows.models import CalendarChange, CalendarYear
from workflows.sop import MENGIKUTI
from workflows.worktime import Calendar

Change = Callable[[], list[str]]

#: From this day of the year the next one should be confirmed: (month, day).
NEXT_YEAR_IS_DUE = (10, 1)


@dataclass(frozen=True)
class Move:
    """An open limit that a change moves. `row` is None where a reporter is asked to confirm."""

    ticket: Ticket
    row: int | None
    who: str
    before: datetime
    after: datetime

    @property
    def shift(self) -> str:
        """By how much, in words."""
        direction = "lebih lambat" if self.after > self.before else "lebih cepat"
        return f"{_span(abs(self.after - self.before))} {direction}"


@dataclass(frozen=True)
class Preview:
    """What a change would do. `version` is the calendar it starts from; `apply` wants it back."""

    version: int
    what: list[str]
    moves: list[Move]
    staying: int
    now: datetime

    @property
    def late_at_once(self) -> list[Move]:
        """Moves to an instant that is past already."""
        return [move for move in self.moves if move.after < self.now <= move.before]


def version() -> int:
    """The calendar as it stands: the number of its last change."""
    return CalendarChange.objects.values_list("pk", flat=True).first() or 0


def preview(change: Change, *, now: datetime) -> Preview:
    """What a change would do, leaving everything as it is. A fixed number of queries.

    Raises `worktime.NoWorkingTime` when it would leave a calendar without any.
    """
    starting_from = version()
    with transaction.atomic():
        what = change()
        calendar = calendars.of_rows()
        transaction.set_rollback(True)
    calendar.next_opening(now)
    effect = _Effect.of(calendar, StepRun.objects.open())
    return Preview(starting_from, what, effect.moves, effect.staying, now)


@transaction.atomic
def apply(
    change: Change, *, by: User | None, reason: str, now: datetime, expected: int | None = None
) -> CalendarChange | None:
    """Make a change real and move the open limits it touches; None when it had nothing to do.

    Nobody as `by` is SOPDesk itself. Raises `actions.Conflict` when the calendar is no longer the `expected` version,
    and `worktime.NoWorkingTime` as `preview` does.
    """
    calendars.lock()
    if expected is not None and expected != version():
        raise actions.Conflict("Kalender baru saja diubah oleh administrator lain. Silakan periksa kembali akibatnya.")
    what = change()
    if not what:
        return None
    made = CalendarChange.objects.create(at=now, by=by, reason=reason, what=what)
    calendar = calendars.of_rows(version=made.pk)
    calendar.next_opening(now)
    made.moved = _move_limits(calendar, by=by, reason=reason, now=now)
    made.save(update_fields=["moved"])
    return made


def _move_limits(calendar: Calendar, *, by: User | None, reason: str, now: datetime) -> list[list[object]]:
    """Bring every open limit to a new calendar; what moved, as the log keeps it."""
    with_limits = Ticket.objects.filter(not_closed()).exclude(state=MENGIKUTI)
    open_tickets = with_limits.order_by("pk").select_for_update()
    # Only of what is locked: a ticket filed in between may be in somebody's hands, and is left to the sweep.
    locked = list(open_tickets.values_list("pk", flat=True))
    StepRun.objects.open().filter(ticket__in=locked).update(calendar_version=calendar.version)
    effect = _Effect.of(calendar, StepRun.objects.open().filter(calendar_version=calendar.version))
    rows = {move.ticket.pk: move.row for move in effect.moves}
    moved: list[list[object]] = []
    for ticket in effect.touched:
        shift = actions.reschedule(ticket, by=by, reason=reason, calendar=calendar, now=now)
        if shift and not ticket.restricted:  # of an incident its own history tells
            moved.append([ticket.number, rows.get(ticket.pk), *(instant.isoformat() for instant in shift)])
    return moved


def propose_missing(*, now: datetime) -> list[int]:
    """Fill this year and the next with their proposals where nothing stands yet; says which. Safe to repeat."""
    this_year = timezone.localdate(now).year
    years = (this_year, this_year + 1)
    known = set(CalendarYear.objects.filter(year__in=years).values_list("year", flat=True))
    return [year for year in years if year not in known and _propose_first(year, now)]


def _propose_first(year: int, now: datetime) -> bool:
    def change() -> list[str]:
        return [] if CalendarYear.objects.filter(year=year).exists() else proposals.propose(year)

    reason = f"Usulan libur {year} diambil saat SOPDesk dimulai."
    return apply(change, by=None, reason=reason, now=now) is not None


# What an administrator has to see to


def calendar_state(now: datetime) -> dict[int, str]:
    """What is wrong with the calendar, a sentence by year; nothing when all is confirmed. Three queries."""
    today = timezone.localdate(now)
    years = {row.year: row for row in CalendarYear.objects.all()}
    needed = [today.year]
    if (today.month, today.day) >= NEXT_YEAR_IS_DUE:
        needed.append(today.year + 1)
    confirmed = {year for year, row in years.items() if row.is_confirmed}
    first_open = next(year for year in range(today.year, today.year + len(confirmed) + 1) if year not in confirmed)
    reaching = _limits_by_year(first_open)
    return {
        year: _sentence(year, years.get(year), reaching[year])
        for year in sorted({*needed, *reaching})
        if year not in confirmed
    }


def _limits_by_year(first: int) -> Counter[int]:
    """How many open limits end in each local year, from one on; but for those of security incidents, which are told in
    no count."""
    begins = timezone.make_aware(datetime(first, 1, 1))  # noqa: DTZ001  # made aware at once
    found: Counter[int] = Counter()
    runs, tickets = StepRun.objects.open().filter(ticket__restricted=False), Ticket.objects.filter(restricted=False)
    for name, rows in (("due_at", runs), ("confirm_by", tickets)):
        ends = rows.filter(**{f"{name}__gte": begins}).order_by().annotate(year=ExtractYear(name))
        found.update(ends.values_list("year", flat=True))
    return found


def _sentence(year: int, row: CalendarYear | None, limits_there: int) -> str:
    state = "masih usulan" if row else "belum diisi"
    if not limits_there:
        return f"Kalender {year} {state}."
    return f"Kalender {year} {state}, padahal {limits_there} tenggat berjalan sampai ke sana dan dapat bergeser."


# What a calendar makes of the open limits


@dataclass(frozen=True)
class _Effect:
    """`moves` and `staying` are told to administrators, and so without security incidents. `touched` has every ticket
    that moves, also where only a warning or escalation does."""

    moves: list[Move] = field(default_factory=list)
    touched: list[Ticket] = field(default_factory=list)
    staying: int = 0

    @classmethod
    def of(cls, calendar: Calendar, runs: QuerySet[StepRun]) -> _Effect:
        """Four queries, however many limits there are."""
        moves, touched, staying = [], [], 0
        for run in _limited(runs):
            due, rung = run.due_at, run.next_rung_at
            limits.project(run, calendar, holds=list(run.holds.all()), climbed=limits.climbed_by(run))
            if (run.due_at, run.next_rung_at) != (due, rung):
                touched.append(run.ticket)
            if run.ticket.restricted:
                continue
            if due and run.due_at and run.due_at != due:
                moves.append(Move(run.ticket, run.row, _performer(run), due, run.due_at))
            else:
                staying += due is not None
        for ticket, asked_at, closes in _awaiting():
            moved_to = limits.confirm_by(asked_at, calendar)
            if moved_to != closes:
                touched.append(ticket)
            if ticket.restricted:
                continue
            if moved_to == closes:
                staying += 1
            else:
                moves.append(Move(ticket, None, ticket.reporter_name, closes, moved_to))
        return cls(sorted(moves, key=lambda move: (move.after, move.ticket.number)), touched, staying)


def _limited(runs: QuerySet[StepRun]) -> QuerySet[StepRun]:
    """Those of open runs that have a limit or may be given an estimate, with all that it hangs on."""
    limited = runs.exclude(limit_kind=LimitKind.NONE).select_related("ticket", "performer")
    return limited.prefetch_related("holds", "rungs").order_by("ticket_id")


def _awaiting() -> list[tuple[Ticket, datetime, datetime]]:
    """Tickets whose reporter is asked to confirm: (ticket, when it was asked, when silence closes it)."""
    asked = history.asked().select_related("ticket").order_by("ticket_id")
    return [(entry.ticket, entry.at, entry.ticket.confirm_by) for entry in asked if entry.ticket.confirm_by]


def _performer(run: StepRun) -> str:
    return run.performer.name if run.performer else run.step.performer.label


def _span(length: timedelta) -> str:
    """ "2 hari 30 menit"."""
    minutes = round(length.total_seconds() / 60)
    parts = ((minutes // 1440, "hari"), (minutes // 60 % 24, "jam"), (minutes % 60, "menit"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "kurang dari 1 menit"
