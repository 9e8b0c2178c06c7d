"""The outbox: a notice is a row, written in the transaction of its event and sent by a worker later (DESIGN section 6).

In SOPDesk the row itself is the notice. Mail is sent from its row by `deliver`, which may be called at any time and
from any number of processes: a row is claimed with a lease, sent outside of any transaction, and marked. Whoever is
killed in between leaves a lease that runs out; the mail is then sent with the same Message-ID as before.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from threading import Lock

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from tickets.models import Document, Heartbeat, HistoryEntry, Notice, RoleAssignment, Rung, StepRun, Ticket, User
from tickets.models.people import MailChoice
from tickets.notifications import kinds, mails, recipients
from tickets.notifications.post import NoServer, Post
from tickets.notifications.recipients import Office, Recipient
from workflows import calendars
from workflows.worktime import ZONE, Calendar

#: Rows that one delivery takes on, and the seconds after which it begins no further mail.
BATCH = 100
PATIENCE = 20
#: How often a connection may break in one delivery before the server is left alone until the next.
MOST_BREAKS = 2
#: For how long a claimed row belongs to who claimed it: longer than any delivery takes.
LEASE = timedelta(minutes=5)
#: Pauses between attempts, doubling from the first to the longest, until mail is given up.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(hours=24)

log = logging.getLogger("sopdesk.mail")


# Writing


def put(entry: HistoryEntry, *, calendar: Calendar | None = None) -> None:
    """Tell of an act: the notices of a history entry, written in its transaction. `calendar` is the present one, where
    the act has read it."""
    told = recipients.of_act(entry, Office(entry.ticket, timezone.localdate(entry.at)))
    event = Notice(event=f"entry:{entry.pk}", ticket=entry.ticket, entry=entry, at=entry.at)
    _write(told, event, now=entry.at, calendar=calendar)


def pass_on(entry: HistoryEntry, follower: Ticket) -> None:
    """Tell of an act on a main ticket those of a report that follows it, as of their own: it names no other report."""
    told = recipients.of_act_on_main(entry, Office(follower, timezone.localdate(entry.at)))
    event = Notice(event=f"entry:{entry.pk}:{follower.pk}", ticket=follower, entry=entry, at=entry.at)
    _write(told, event, now=entry.at)


def put_rung(rung: Rung) -> None:
    """Tell of a rung that a run has climbed, in the transaction that claimed it."""
    ticket, now = rung.run.ticket, rung.noticed_at
    told = recipients.of_rung(rung, Office(ticket, timezone.localdate(now)))
    _write(told, Notice(event=f"rung:{rung.pk}", ticket=ticket, rung=rung, at=rung.at), now=now)


def put_document(document: Document, *, now: datetime) -> None:
    """Tell of a paper that was issued, in the transaction that stores it."""
    event = Notice(event=f"document:{document.pk}", document=document, at=now)
    _write(recipients.of_document(document, timezone.localdate(now)), event, now=now)


def cancel_warnings(run: StepRun, *, now: datetime) -> None:
    """Unsent mail about a run that has been left is not sent any more."""
    Notice.objects.pending().filter(rung__run=run).update(cancelled_at=now)


def _write(told: list[Recipient], event: Notice, *, now: datetime, calendar: Calendar | None = None) -> None:
    """One row for each person in SOPDesk, and one for each who wants mail. Twice the same event is written once."""
    mailed = [recipient for recipient in told if _wants_mail(recipient)]
    if mailed and calendar is None:
        calendar = calendars.current()
    rows = [_row(event, recipient, Notice.Channel.SITE, not_before=now) for recipient in told]
    for recipient in mailed:
        kind = kinds.KINDS[recipient.kind]
        comes_alone = kind.is_urgent or kind.comes_alone
        is_digest = not comes_alone and recipient.person.mail_choice == MailChoice.DIGEST
        not_before = now if kind.is_urgent or calendar is None else _waits_until(now, calendar, is_digest=is_digest)
        rows.append(_row(event, recipient, Notice.Channel.MAIL, not_before=not_before, is_digest=is_digest))
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


def _row(
    event: Notice, recipient: Recipient, channel: Notice.Channel, *, not_before: datetime, is_digest: bool = False
) -> Notice:
    return Notice(
        event=event.event,
        ticket=event.ticket,
        entry=event.entry,
        rung=event.rung,
        document=event.document,
        at=event.at,
        person=recipient.person,
        kind=recipient.kind,
        channel=channel,
        not_before=not_before,
        is_digest=is_digest,
    )


def _wants_mail(recipient: Recipient) -> bool:
    return settings.MAIL_ENABLED and recipient.by_mail and recipient.person.mail_choice != MailChoice.NEVER


def _waits_until(now: datetime, calendar: Calendar, *, is_digest: bool) -> datetime:
    """When mail that is not urgent may go: while the office is open; a digest when a working day begins."""
    if not is_digest:
        return calendar.next_opening(now)
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    today = calendar.next_opening(midnight)
    return today if today >= now else calendar.next_opening(midnight + timedelta(days=1))


# Delivering


@dataclass
class Delivered:
    """What one delivery did, in rows of the outbox."""

    sent: int = 0
    cancelled: int = 0  # no longer of concern to their reader
    postponed: int = 0
    given_up: int = 0


@dataclass(frozen=True)
class Letter:
    """One mail that is to be sent: a notice, or everything that a person's digest gathers."""

    person: User
    notices: list[Notice]

    @property
    def is_digest(self) -> bool:
        return self.notices[0].is_digest


_one_at_a_time = Lock()


def deliver(now: datetime | None = None, *, limit: int = BATCH) -> Delivered:
    """Send the mail that is due, the longest due first; `now` (aware) is for tests, else the clock is read.

    Takes on `limit` rows and about half a minute at most, whatever the mail server does. What fails is tried again
    after growing pauses. A delivery that this process is still busy with is not joined by a second one.
    """
    done = Delivered()
    if not _one_at_a_time.acquire(blocking=False):
        return done
    try:
        _deliver((lambda: now) if now else timezone.now, limit, done)
    finally:
        _one_at_a_time.release()
    return done


def _deliver(clock: Callable[[], datetime], limit: int, done: Delivered) -> None:
    now = clock()
    letters = _letters(_claim(now, limit), now)
    if letters:
        untried = _send_all(letters, clock, done)
        _give_back(untried)


@transaction.atomic
def _claim(now: datetime, limit: int) -> list[Notice]:
    """Lease rows that are due and that nobody has in hand, the digests among them as a whole.

    Writing the heartbeat locks its row: one process claims at a time, and two never share the digest of a person.
    """
    Heartbeat.objects.update_or_create(kind=Heartbeat.Kind.MAIL, name="", defaults={"at": now})
    if not settings.MAIL_ENABLED:
        return []
    is_free = Q(lease_until=None) | Q(lease_until__lte=now)
    due = Notice.objects.pending().filter(is_free, not_before__lte=now)
    first = list(due.order_by("not_before", "pk").values_list("pk", "is_digest", "person")[:limit])
    of_digests = Q(is_digest=True, person__in={person for _, is_digest, person in first if is_digest})
    keys = list(due.filter(Q(pk__in=[pk for pk, *_ in first]) | of_digests).values_list("pk", flat=True))
    Notice.objects.filter(pk__in=keys).update(
        lease_until=now + LEASE,
        attempts=F("attempts") + 1,
        not_before=Case(When(attempts=0, then=Value(now)), default=F("not_before")),  # the first attempt, from now on
    )
    return list(Notice.objects.filter(pk__in=keys).select_related("person", *kinds.READ_WITH).order_by("pk"))


def _letters(claimed: list[Notice], now: datetime) -> list[Letter]:
    """The mails that claimed rows make, the longest waiting first. Each person is one object, with their roles."""
    people = {notice.person_id: notice.person for notice in claimed}
    _read_roles(people, now)
    digests: dict[int, list[Notice]] = {}
    letters = []
    for notice in claimed:
        person = people[notice.person_id]
        if not notice.is_digest:
            letters.append(Letter(person, [notice]))
        elif person.pk in digests:
            digests[person.pk].append(notice)
        else:
            digests[person.pk] = [notice]
            letters.append(Letter(person, digests[person.pk]))
    return letters


def _read_roles(people: dict[int, User], now: datetime) -> None:
    """Give people their assignments of today, in one query for all of them."""
    for person in people.values():
        person.assignments = []
    today = timezone.localdate(now)
    for assignment in RoleAssignment.objects.active_on(today).filter(user__in=people, user__is_active=True):
        people[assignment.user_id].assignments.append(assignment)


def _send_all(letters: list[Letter], clock: Callable[[], datetime], done: Delivered) -> list[Letter]:
    """Send letters through one connection, each on its own account; gives those that were not even tried.

    A server that cannot be reached is no letter's fault, but theirs all: they wait together. One that hangs or breaks
    off in the middle is left alone after the second time.
    """
    breaks, patience_ends = 0, time.monotonic() + PATIENCE
    with closing(Post()) as post:
        for position, letter in enumerate(letters):
            if breaks == MOST_BREAKS or time.monotonic() > patience_ends:
                return letters[position:]
            try:
                current = _of_concern(letter, clock(), done)
                if current:
                    post.send(mails.of(current.person, current.notices))
            except NoServer as failure:
                for waiting in letters[position:]:
                    _postpone(waiting.notices, str(failure), clock(), done)
                return []
            except SMTPRecipientsRefused as refusal:
                code, answer = next(iter(refusal.recipients.values()))
                fail = _give_up if 500 <= code < 600 else _postpone
                fail(letter.notices, answered(code, answer), clock(), done)
            except SMTPResponseException as refusal:
                _postpone(letter.notices, answered(refusal.smtp_code, refusal.smtp_error), clock(), done)
            except OSError as failure:  # among them smtplib's own for a connection that was lost
                breaks += 1
                _postpone(letter.notices, str(failure) or type(failure).__name__, clock(), done)
            except Exception as failure:  # one bad row stops no other; its words may be those of a ticket
                _postpone(letter.notices, type(failure).__name__, clock(), done)
            else:
                if current:
                    _mark_sent(current.notices, clock(), done)
    return []


def _of_concern(letter: Letter, now: datetime, done: Delivered) -> Letter | None:
    """What of a letter its reader is still to be told; the rest is cancelled."""
    _read_marks(letter)
    is_wanted = letter.person.is_active and letter.person.mail_choice != MailChoice.NEVER
    current = [notice for notice in letter.notices if is_wanted and kinds.still_concerns(notice, letter.person)]
    past = [notice for notice in letter.notices if notice not in current]
    done.cancelled += Notice.objects.pending().filter(pk__in=_keys(past)).update(cancelled_at=now, lease_until=None)
    return Letter(letter.person, current) if current else None


def _read_marks(letter: Letter) -> None:
    """Know which tickets are security incidents now, and not when the letter was claimed: mail before it took its time.

    A letter that was being handed over at that very instant goes as any other that has left.
    """
    tickets = [notice.ticket for notice in letter.notices if notice.ticket]
    restricted = Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets], restricted=True)
    marked = set(restricted.values_list("pk", flat=True))
    for ticket in tickets:
        ticket.restricted = ticket.pk in marked


# What becomes of a row


def _mark_sent(notices: list[Notice], now: datetime, done: Delivered) -> None:
    """Also when the row was cancelled in the meantime: what has left, has left."""
    ended = {"sent_at": now, "cancelled_at": None, "failed_at": None}
    done.sent += Notice.objects.filter(pk__in=_keys(notices)).update(lease_until=None, error="", **ended)


def _postpone(notices: list[Notice], error: str, now: datetime, done: Delivered) -> None:
    """Try again after a pause, a letter's rows together; those first tried a day ago are given up."""
    old = [notice for notice in notices if now - notice.not_before >= GIVEN_UP_AFTER]
    if old:
        _give_up(old, error, now, done)
    waiting = [notice for notice in notices if notice not in old]
    if waiting:
        until = now + pause(max(notice.attempts for notice in waiting))
        _log(waiting, error, "postponed")
        rows = Notice.objects.pending().filter(pk__in=_keys(waiting))
        done.postponed += rows.update(lease_until=until, error=fitting(error))


def _give_up(notices: list[Notice], error: str, now: datetime, done: Delivered) -> None:
    """Mail that is not tried again, and listed for administrators."""
    _log(notices, error, "given up")
    rows = Notice.objects.pending().filter(pk__in=_keys(notices))
    done.given_up += rows.update(failed_at=now, lease_until=None, error=fitting(error))


def _give_back(letters: list[Letter]) -> None:
    """Let others have what was claimed and not tried, as if it had not been claimed."""
    keys = _keys(chain.from_iterable(letter.notices for letter in letters))
    if keys:
        Notice.objects.pending().filter(pk__in=keys).update(lease_until=None, attempts=F("attempts") - 1)


def pause(attempts: int) -> timedelta:
    """How long mail waits that was tried so often: 30 seconds, then twice as long each time, up to an hour."""
    return min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)


def _keys(notices: Iterable[Notice]) -> list[int]:
    return [notice.pk for notice in notices]


def answered(code: int, answer: bytes | str) -> str:
    return f"{code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}"


def fitting(error: str) -> str:
    """What a server said, on one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in error).split())[:300]


def _log(notices: list[Notice], error: str, outcome: str) -> None:
    log.warning("mail of notice %s to person %s %s: %s", notices[0].pk, notices[0].person_id, outcome, fitting(error))
