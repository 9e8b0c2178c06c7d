"""The browsers that somebody is signed in with: what they are in plain words, and how one of them is ended.

The key of a session is the session: it never leaves the server. A page names one by a digest of its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import constant_time_compare, salted_hmac

from tickets.models import Session, User

#: What a browser says of itself, in the order in which it is told apart: most claim to be others as well.
PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
PHONES = {"Android", "iPhone", "iPad"}


@dataclass(frozen=True)
class Browser:
    """One browser in which somebody is signed in."""

    handle: str
    program: str
    system: str
    address: str | None
    started_at: datetime
    seen_at: datetime
    is_this: bool

    @property
    def name(self) -> str:
        """`Firefox di Android`."""
        return f"{self.program or 'Peramban'} di {self.system}" if self.system else self.program or "Peramban lain"

    @property
    def icon(self) -> str:
        return "mobile-screen" if self.system in PHONES else "desktop"


def of(person: User, *, this: str | None, now: datetime) -> list[Browser]:
    """The browsers of a person, the one whose session has the key `this` first."""
    browsers = [_browser(session, this) for session in _sessions(person, now)]
    return sorted(browsers, key=lambda browser: not browser.is_this)


def end(person: User, handle: str, *, but: str | None, now: datetime) -> int:
    """End the one session of a person that a page named so; never the one with the key `but`. Says how many."""
    found = [
        session.pk
        for session in _sessions(person, now)
        if session.pk != but and constant_time_compare(_handle(session), handle)
    ]
    ended, _ = Session.objects.filter(person=person, pk__in=found).delete()
    return ended


def _sessions(person, now):
    return person.sessions.filter(expire_date__gt=now, started_at__isnull=False)


def _browser(session, this):
    return Browser(
        handle=_handle(session),
        program=_first(PROGRAMS, session.agent),
        system=_first(SYSTEMS, session.agent),
        address=session.address,
        started_at=session.started_at,
        seen_at=session.seen_at,
        is_this=session.pk == this,
    )


def _handle(session) -> str:
    return salted_hmac("tickets.browsers", session.pk, algorithm="sha256").hexdigest()


def _first(signs, agent) -> str:
    return next((name for sign, name in signs if sign in agent), "")
