"""Sessions that know whose they are, and that end: when idle, after a working day, and when somebody ends them.

Kept in the database (`tickets.models.Session`), so that every process sees at the next request that one is gone.
`settings.SESSION_ENGINE` names this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone

from tickets.models import Session, User
from tickets.requests import client_address

#: A sign of life is written down at most so often.
EVERY = timedelta(minutes=1)


class SessionStore(DatabaseStore):
    """As Django's; saving leaves alone what the model adds."""

    row: Session | None = None  # as it was read, if it was

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        self.row = super()._get_session_from_db()  # type: ignore[misc]  # Django's own, unknown to its stubs
        return self.row

    def save(self, must_create: bool = False) -> None:
        """Raises UpdateError when the session was ended meanwhile: nobody is let in again by an answer under way."""
        if must_create or self.session_key is None:
            super().save(must_create=must_create)
            return
        data = self.encode(dict(self.items()))
        if not Session.objects.filter(pk=self.session_key).update(session_data=data):
            raise UpdateError


def begin(request: HttpRequest, person: User, *, started_at: datetime | None = None) -> None:
    """Write down whose session this is now, and from where. Called when somebody has signed in, however they did.

    With `started_at` they had before, and go on under another key: they have shown nothing more of who they are.
    """
    now = timezone.now()
    started_at = started_at or now
    request.session.save()
    Session.objects.filter(pk=request.session.session_key).update(
        person=person,
        started_at=started_at,
        seen_at=now,
        expire_date=_ends(started_at=started_at, now=now),
        address=client_address(request),
        agent=request.headers.get("User-Agent", "")[:200],
    )


def see(session: SessionBase, *, now: datetime) -> None:
    """Let a session go on: somebody is there."""
    row: Session | None = getattr(session, "row", None)
    if row is None or row.started_at is None or (row.seen_at and now - row.seen_at < EVERY):
        return
    row.seen_at, row.expire_date = now, _ends(started_at=row.started_at, now=now)
    Session.objects.filter(pk=row.pk).update(seen_at=row.seen_at, expire_date=row.expire_date)


@dataclass(frozen=True)
class Life:
    """For how many seconds at least a session goes on if nothing more happens, and whether anything extends it."""

    seconds: int
    extends: bool


def life_of(session: SessionBase | None, *, now: datetime) -> Life | None:
    """The life of a session in which somebody was there just now, without a query; None for one that is nobody's."""
    row: Session | None = getattr(session, "row", None)
    if row is None or row.started_at is None:
        return None
    idle = timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    last = row.started_at + timedelta(hours=settings.SESSION_HOURS)
    if now + idle < last:
        return Life(int((idle - EVERY).total_seconds()), extends=True)
    return Life(int((row.expire_date - now).total_seconds()), extends=False)


def end(person: User, *, but: str | None = None) -> int:
    """End every session of a person, except the one with the key `but`. Says how many."""
    ended, _ = Session.objects.filter(person=person).exclude(pk=but or "").delete()
    return ended


def clear(*, now: datetime) -> int:
    """Remove the sessions that have ended."""
    removed, _ = Session.objects.filter(expire_date__lt=now).delete()
    return removed


def _ends(*, started_at: datetime, now: datetime) -> datetime:
    """When a session ends in which somebody was there just now."""
    idle = timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    return min(now + idle, started_at + timedelta(hours=settings.SESSION_HOURS))
