"""What the worker does by the clock. Each task calls one function and may run twice without harm."""

import logging

from celery import shared_task
from django.utils import timezone

from tickets import history, registering, retention, sessions, staff_imports, throttle, uploads
from tickets import sweep as clock
from tickets.exports import exporting
from tickets.notifications import letters, outbox
from tickets.quiet import unless_a_copy
from tickets.reports import issuing

heads = logging.getLogger("sopdesk.history")


@shared_task(soft_time_limit=60, time_limit=75)
@unless_a_copy
def sweep():
    """Do what is due by now: rungs, ends of holds, silent reporters."""
    clock.sweep()


@shared_task(soft_time_limit=120, time_limit=150)
@unless_a_copy
def deliver():
    """Send the mail that is due: first what somebody waits for to get in."""
    letters.deliver()
    outbox.deliver()


@shared_task(soft_time_limit=120, time_limit=150)
@unless_a_copy
def make_papers():
    """Make the papers that were ordered."""
    issuing.make_waiting()


@shared_task(soft_time_limit=15 * 60, time_limit=16 * 60)
def make_exports():
    """Write the lists that people asked for as files."""
    exporting.make_due()


@shared_task
def remove_expired_exports():
    """Remove files of lists that were kept for their time."""
    exporting.remove_expired(timezone.now())


@shared_task
@unless_a_copy
def order_monthly_report():
    """Order the Laporan SLA of the last month, once the first working day of this one has begun."""
    issuing.order_monthly(timezone.now())


@shared_task
def remove_abandoned_uploads():
    """Remove files that were uploaded for a report nobody sent."""
    uploads.remove_abandoned(timezone.now())


@shared_task
def finish_restore():
    """Do what a restore that was killed left undone."""
    from tickets.backup import restoring  # here, so that no process that never restores loads the driver of PostgreSQL

    restoring.finish(now=timezone.now())


@shared_task
def tidy_access():
    """Remove sessions that have ended, counted tries that count no longer, and requests for accounts and lists of staff
    that came to nothing."""
    sessions.clear(now=timezone.now())
    throttle.clear(now=timezone.now())
    registering.forget_unconfirmed(timezone.now())
    staff_imports.forget_left(timezone.now())


@shared_task
def log_history_head():
    """Write the end of the history outside the database: a cut tail shows when the two are compared."""
    count, digest = history.head()
    heads.info("%d entries, head %s", count, digest)


@shared_task(soft_time_limit=15 * 60, time_limit=16 * 60)
@unless_a_copy
def retain():
    """Remove what was kept for its time."""
    retention.retain()
