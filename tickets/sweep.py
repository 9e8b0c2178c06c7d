"""The sweep: what the clock does to tickets. The worker is poked to it every few seconds (DESIGN section 6).

Which rows wait for the clock stands in the database, each with its instant and an index over those instants. So a poke
may come late, twice, to many processes at once or not at all: whoever sweeps next finds what is due and does it, dated
at its own instant. Each row has a transaction of its own, and is asked once more under the lock of its ticket.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tickets import actions
from tickets.models import Heartbeat, Hold, StepRun, Ticket
from workflows import calendars
from workflows.models import CalendarChange

#: Seconds after which a sweep stops between two rows; the next poke goes on where it stopped.
PATIENCE = 45
#: A row that cannot be done stands at the end of the queue for so long.
PUT_OFF = timedelta(minutes=5)

log = logging.getLogger("sopdesk.sweep")


@dataclass
class Swept:
    """What one sweep did."""

    resumed: int = 0  # holds that ran out
    climbed: int = 0  # rungs
    closed: int = 0  # tickets whose reporter did not answer
    moved: int = 0  # limits that a changed calendar had not reached yet
    failed: int = 0  # rows that raised; the log says why


class Job(NamedTuple):
    """One kind of work. `do` is given a row of `due` while its ticket, `ticket` away from it, is locked."""

    name: str  # what `Swept` counts it as
    due: Callable[[datetime], QuerySet[Any]]
    ticket: str
    do: Callable[[Any, datetime | None], int]


def sweep(now: datetime | None = None) -> Swept:
    """Do everything that is due, the longest due first; `now` (aware) is for tests, else each row reads the clock.

    Safe to call at any time and from any number of processes, which share the work. A row that raises is reported and
    passed by; only a lost database ends the sweep.
    """
    swept, patience_ends = Swept(), time.monotonic() + PATIENCE
    for job in JOBS:
        passed_by: set[int] = set()
        while time.monotonic() < patience_ends and _do_next(job, passed_by, swept, now):
            pass
    Heartbeat.objects.update_or_create(kind=Heartbeat.Kind.SWEEP, name="", defaults={"at": now or timezone.now()})
    return swept


def _do_next(job: Job, passed_by: set[int], swept: Swept, now: datetime | None) -> bool:
    """Do the row that is due the longest, but for those another process holds locked; says whether there was one."""
    row = None
    try:
        with transaction.atomic():
            rows = job.due(now or timezone.now()).exclude(pk__in=passed_by)
            row = rows.select_for_update(skip_locked=True, of=(job.ticket,)).first()
            if row is None:
                return False
            done = job.do(row, now)
    except Exception as error:
        if row is None or not connection.is_usable():
            raise
        _report(job, row.pk, error)
        swept.failed += 1
        if job is RUNGS and not isinstance(error, OperationalError):  # which is trouble of the server, not of the row
            _put_off(row.pk, now or timezone.now())
        done = 0
    setattr(swept, job.name, getattr(swept, job.name) + done)
    if not done:
        passed_by.add(row.pk)
    return True


def _report(job: Job, key: int, error: Exception) -> None:
    """Log where it went wrong, without the error's own words: a database puts the text of a ticket into them."""
    place = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s: row %s was passed by after %s:\n%s", job.name, key, type(error).__name__, place)


def _put_off(run: int, now: datetime) -> None:
    """Let others go first; the rungs keep their own instants."""
    StepRun.objects.open().filter(pk=run, next_rung_at__lt=now).update(next_rung_at=now + PUT_OFF)


# What there is to do


def _holds(now: datetime) -> QuerySet[Hold]:
    """Holds that have run out."""
    return Hold.objects.filter(ended_at=None, ends_at__lte=now).order_by("ends_at").select_related("run__ticket")


def _end(hold: Hold, now: datetime | None) -> int:
    return int(actions.end_hold(hold, now=now))


def _runs(now: datetime) -> QuerySet[StepRun]:
    """Runs that have come to a rung."""
    return StepRun.objects.open().filter(next_rung_at__lt=now).order_by("next_rung_at").select_related("ticket")


def _climb(run: StepRun, now: datetime | None) -> int:
    _move(run, now)  # the rungs stand on the calendar as it is now
    return len(actions.climb(run, now=now))


def _silences(now: datetime) -> QuerySet[Ticket]:
    """Tickets whose reporter has not answered in time."""
    return Ticket.objects.filter(confirm_by__lt=now).order_by("confirm_by")


def _lapse(ticket: Ticket, now: datetime | None) -> int:
    return int(not actions.lapse(ticket, now=now).awaits_confirmation)


def _stragglers(now: datetime) -> QuerySet[StepRun]:
    """Runs that were entered by an older calendar while a new one was being saved."""
    version = calendars.current().version
    runs = StepRun.objects.open().filter(calendar_version__lt=version)
    return runs.order_by("calendar_version").select_related("ticket")


def _move(run: StepRun, now: datetime | None) -> int:
    calendar = calendars.current()
    if run.calendar_version >= calendar.version:
        return 0
    change = CalendarChange.objects.select_related("by").get(pk=calendar.version)
    actions.reschedule(run.ticket, by=change.by, reason=change.reason, calendar=calendar, now=now)
    return 1


RUNGS = Job("climbed", _runs, "ticket", _climb)
JOBS = (
    Job("resumed", _holds, "run__ticket", _end),
    RUNGS,
    Job("closed", _silences, "self", _lapse),
    Job("moved", _stragglers, "ticket", _move),
)
