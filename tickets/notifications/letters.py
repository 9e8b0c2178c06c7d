"""Letters: mails about an account, written as a row in the transaction of their cause and sent by a worker.

Sent as notices are (`outbox`): claimed with a lease, outside of any transaction, always with the same Message-ID.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from contextlib import closing
from datetime import datetime
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from tickets.models import Letter, User
from tickets.notifications import mails
from tickets.notifications.outbox import BATCH, GIVEN_UP_AFTER, LEASE, PATIENCE, answered, fitting, pause
from tickets.notifications.post import NoServer, Post

#: Letters to people whose account is not open yet, or never will be.
BEFORE_THE_ACCOUNT = (Letter.Kind.CONFIRM_ADDRESS, Letter.Kind.REFUSED)

log = logging.getLogger("sopdesk.mail")


def write(
    person: User, kind: Letter.Kind, *, address: str = "", now: datetime | None = None, **facts: Any
) -> Letter | None:
    """Have a letter sent to a person, in the caller's transaction. None without a mail server: nothing waits for one.

    It goes to where the person is by then, or to an `address` that is theirs no more. `facts` say what changed, in a
    word; never a link, code or address. A link is made when the letter is sent.
    """
    if not settings.MAIL_ENABLED:
        return None
    now = now or timezone.now()
    return Letter.objects.create(person=person, kind=kind, address=address, facts=facts, asked_at=now, not_before=now)


def tell_of_new_names(person: User, *, email_was: str, changed: Collection[str]) -> None:
    """Tell somebody who has signed in before that what they sign in with is another now. A new address is told at the
    old one too: whoever took the account over reads only the new."""
    if not (person.last_login or person.has_usable_password()):
        return
    if "email" in changed and email_was.lower() != person.email.lower():
        for address in (email_was, ""):
            write(person, Letter.Kind.CHANGED, address=address, what="surel")
    elif "nip" in changed:
        write(person, Letter.Kind.CHANGED, what="nip")


# Sending

_one_at_a_time = Lock()


def deliver(now: datetime | None = None) -> None:
    """Send the letters that are due; `now` (aware) is for tests. Takes half a minute at most, whatever the server does.

    A delivery that this process is still busy with is not joined by a second one.
    """
    if not settings.MAIL_ENABLED or not _one_at_a_time.acquire(blocking=False):
        return
    try:
        _send_all(_claim(now or timezone.now()), now)
    finally:
        _one_at_a_time.release()


@transaction.atomic
def _claim(now: datetime) -> list[Letter]:
    """Lease letters that are due and that nobody has in hand. Those nobody is to read any more are dropped."""
    _of_no_concern().delete()
    is_free = Q(lease_until=None) | Q(lease_until__lte=now)
    due = Letter.objects.pending().filter(is_free, not_before__lte=now).order_by("not_before", "pk")
    keys = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    Letter.objects.filter(pk__in=keys).update(
        lease_until=now + LEASE,
        attempts=F("attempts") + 1,
        not_before=Case(When(attempts=0, then=Value(now)), default=F("not_before")),  # the first attempt, from now on
    )
    return list(Letter.objects.filter(pk__in=keys).select_related("person").order_by("not_before", "pk"))


def _of_no_concern():
    is_over = Q(person__is_active=False) & ~Q(kind__in=BEFORE_THE_ACCOUNT)
    return Letter.objects.pending().filter(is_over | Q(person__erased_at__isnull=False))


def _send_all(claimed: Sequence[Letter], now: datetime | None) -> None:
    """Send letters through one connection. A server that fails is left alone until the next delivery."""
    patience_ends = time.monotonic() + PATIENCE
    with closing(Post()) as post:
        for position, letter in enumerate(claimed):
            if time.monotonic() > patience_ends:
                _give_back(claimed[position:])
                return
            try:
                post.send(mails.letter(letter))
            except Exception as failure:  # one letter stops no other
                _fail(letter, failure, now or timezone.now())
                if _is_of_the_server(failure):
                    _give_back(claimed[position + 1 :])
                    return
            else:
                _of(letter).update(
                    sent_at=now or timezone.now(), lease_until=None, failed_at=None, error="", address=""
                )


def _fail(letter: Letter, failure: Exception, now: datetime) -> None:
    """Try again after a pause, for a day; an address that is refused for good is not tried again."""
    words, is_final = _told(failure)
    is_final = is_final or now - letter.not_before >= GIVEN_UP_AFTER
    outcome = {"failed_at": now, "lease_until": None} if is_final else {"lease_until": now + pause(letter.attempts)}
    Letter.objects.pending().filter(pk=letter.pk).update(error=fitting(words), **outcome)
    told = "given up" if is_final else "postponed"
    log.warning("letter %s to person %s %s: %s", letter.pk, letter.person_id, told, fitting(words))


def _told(failure: Exception) -> tuple[str, bool]:
    """What went wrong, and whether it always will. The words of other failures may be those of the letter."""
    match failure:
        case SMTPRecipientsRefused():
            code, answer = next(iter(failure.recipients.values()))
            return answered(code, answer), 500 <= code < 600
        case SMTPResponseException():
            return answered(failure.smtp_code, failure.smtp_error), False
        case NoServer() | OSError():
            return str(failure) or type(failure).__name__, False
    return type(failure).__name__, False


def _is_of_the_server(failure: Exception) -> bool:
    """Whether no other letter would fare better now. smtplib's refusals are OSErrors too."""
    return isinstance(failure, NoServer | OSError) and not isinstance(
        failure, SMTPResponseException | SMTPRecipientsRefused
    )


def _give_back(letters: Sequence[Letter]) -> None:
    """Let others have what was claimed and not tried, as if it had not been claimed."""
    untried = Letter.objects.pending().filter(pk__in=[letter.pk for letter in letters])
    untried.update(lease_until=None, attempts=F("attempts") - 1)


# Letters that were given up


def send_again(letter: Letter, *, now: datetime) -> None:
    """Have a letter that was given up sent as if it had not been tried."""
    _of(letter).update(failed_at=None, error="", attempts=0, lease_until=None, not_before=now)


def let_be(letter: Letter) -> None:
    """Settle a letter that was given up: it is not sent, and no longer listed."""
    _of(letter).delete()


def _of(letter: Letter):
    return Letter.objects.filter(pk=letter.pk)
