"""Browsers that somebody has signed in with before: they are counted by themselves when passwords are tried.

Whoever burns the tries of an account or an address locks its owner out nowhere but at machines they have never used.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from tickets.models import User

LIFE = timedelta(days=180)
SALT = "tickets.devices"


def remember(response: HttpResponse, request: HttpRequest, person: User) -> None:
    """Let an answer tell the browser that this person has signed in with it."""
    value = {
        "person": person.pk,
        "device": known_device(request, person) or secrets.token_hex(8),
        "mark": _mark(person),
    }
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(value, salt=SALT),
        max_age=LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def known_device(request: HttpRequest, person: User | None) -> str | None:
    """The number of a browser that this person has signed in with since they set their password; None for any other."""
    try:
        told = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=LIFE)
    except signing.BadSignature:
        return None
    if person is None or told["person"] != person.pk or not constant_time_compare(told["mark"], _mark(person)):
        return None
    return str(told["device"])


def _mark(person: User) -> str:
    """Changes with the password, so that a new one forgets every browser."""
    return salted_hmac(SALT, f"{person.pk}:{person.password}", algorithm="sha256").hexdigest()[:32]
