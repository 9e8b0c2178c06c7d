"""Slowing down who guesses: so many tries, then none for a while, counted in the database before anything costly.

Ours and not django-axes: that counts after the password was hashed, in one window at a time, and read-then-write; its
home, Jazzband, is closing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.crypto import salted_hmac

from tickets.models import Attempts

#: Nothing is counted over a longer time, so that older rows can go.
LONGEST = timedelta(days=1)


class TooOften(Exception):
    """Every place of a key is taken; `until` says when there are places again."""

    def __init__(self, key: str, until: datetime) -> None:
        super().__init__(key, until)
        self.key, self.until = key, until


@dataclass(frozen=True)
class Place:
    """A try that was counted."""

    key: str

    def give_back(self) -> None:
        """Count it no longer: it was no guess."""
        Attempts.objects.filter(key=self.key, count__gt=0).update(count=F("count") - 1)


def take(scope: str, of: str, *, most: int, within: timedelta, now: datetime | None = None) -> Place:
    """Count a try, before it is made. Raises TooOften when `most` were counted and the last of them is younger than
    `within`: there are never more in any such span.

    `scope` names what is tried, `of` whose tries these are: kept as a digest only, so that it may be an address or
    what somebody typed.
    """
    now = now or timezone.now()
    return _take(key_of(scope, of), most=most, within=within, now=now, not_over=Value(now))


def take_shared(scope: str, of: str, *, most: int, within: timedelta, now: datetime | None = None) -> Place:
    """As `take`, for a network: behind one address somebody always tries, and what they tried has to age all the same.

    So `within` begins with the first try and ends whatever follows; around its end up to twice `most` come together.
    """
    return _take(key_of(scope, of), most=most, within=within, now=now or timezone.now(), not_over=F("since"))


def _take(key: str, *, most: int, within: timedelta, now: datetime, not_over: Value | F) -> Place:
    """One UPDATE decides, so that processes that count at the same moment agree. `not_over`: since when tries count
    after this one, unless those before it count no more."""
    is_over = Q(since__lte=now - within)
    Attempts.objects.bulk_create([Attempts(key=key, since=now)], ignore_conflicts=True)
    taken = Attempts.objects.filter(is_over | Q(count__lt=most), key=key).update(
        count=Case(When(is_over, then=Value(1)), default=F("count") + 1),
        since=Case(When(is_over, then=Value(now)), default=not_over),
    )
    if not taken:
        raise TooOften(key, Attempts.objects.get(key=key).since + within)
    return Place(key)


def key_of(scope: str, of: str) -> str:
    """Under which key tries are counted: the same for the same, and telling nobody whose."""
    return f"{scope}:{salted_hmac('tickets.throttle', f'{scope}:{of}', algorithm='sha256').hexdigest()}"


def clear(*, now: datetime) -> int:
    """Remove what no longer counts. Says how many rows."""
    removed, _ = Attempts.objects.filter(since__lt=now - LONGEST).delete()
    return removed
