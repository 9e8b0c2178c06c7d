"""A restored copy keeps quiet until somebody releases it: the office it was copied from may be at work (promise 16).

What would leave it or act by the clock waits: warnings, ends of holds, closings, mail, papers, the monthly report,
the removal of what was kept for its time. People may look around and try things. Once released, the clock does what is
due, dated at its true instants.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest

from tickets import audit
from tickets.models import AuditEntry, Letter, Notice, Restoration, User

#: Where a process keeps, for so many seconds, what its pages say.
SHOWN, BELIEVED_FOR = "quiet.is_shown", 60
#: What stands beside a mail about an account that a release let be.
LET_BE = "Tidak dikirim: menunggu dari sebelum salinan pemulihan dilepas."


def unless_a_copy(work: Callable[[], None]) -> Callable[[], None]:
    """A task that leaves its work alone in a copy that nobody has released. Asks anew each time."""

    @wraps(work)
    def task() -> None:
        if not Restoration.is_awaiting_release():
            work()

    return task


def is_shown() -> bool:
    """Whether pages say that this is a copy. Asks the database once a minute in each process."""
    return bool(cache.get_or_set(SHOWN, Restoration.is_awaiting_release, BELIEVED_FOR))


@transaction.atomic
def release(*, by: User | None, now: datetime, send_mail: bool, request: HttpRequest | None = None) -> bool:
    """Let the copy be the office from now on; False when it was no copy, or somebody was faster.

    Mail that waited is sent or, as a rule, let be: the office it was copied from has sent it.
    """
    if not Restoration.objects.filter(released_at=None).update(released_at=now, released_by=by):
        return False
    waiting = _waiting(now) if send_mail else _let_be(now)
    audit.record(
        AuditEntry.Event.RELEASED, by=by, request=request, mail="sent" if send_mail else "let be", count=waiting
    )
    transaction.on_commit(lambda: cache.delete(SHOWN))
    return True


def waiting_mail() -> int:
    """How many mails a release would send, if it is told to."""
    return Notice.objects.pending().count() + Letter.objects.pending().count()


def _waiting(now: datetime) -> int:
    """Mail that waits begins its time of attempts anew: else all that is older than a day would be given up at once."""
    due = Notice.objects.pending().filter(not_before__lt=now).update(not_before=now, attempts=0, lease_until=None)
    return due + Letter.objects.pending().filter(not_before__lt=now).update(
        not_before=now, attempts=0, lease_until=None
    )


def _let_be(now: datetime) -> int:
    """Notices stay to be read in SOPDesk. Letters are listed as not sent: nothing else tells of them."""
    notices = Notice.objects.pending().update(cancelled_at=now, lease_until=None)
    return notices + Letter.objects.pending().update(failed_at=now, lease_until=None, error=LET_BE)
