"""The link by which somebody who asked for an account shows that the address is theirs.

It is signed and lasts a day; nothing of it is stored. It names the registration, the address and the moment it was
asked: once one is another, it is worth nothing. Nobody confirms what somebody else has written there since.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from tickets.models import Registration, User

LASTS = timedelta(hours=24)
SALT = "tickets.confirmation"


def link_for(person: User) -> str:
    """The absolute address of the page that confirms. Raises Registration.DoesNotExist when they asked for none."""
    asked = person.registration
    token = signing.dumps([asked.pk, person.email, asked.asked_at.isoformat()], salt=SALT)
    return f"{settings.SITE_URL}{reverse('daftar-konfirmasi', args=[token])}"


def read(token: str) -> Registration | None:
    """The registration a link speaks of; None when it is forged, too old, or about what is no longer there."""
    try:
        pk, email, asked_at = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    return (
        Registration.objects.select_related("person__unit")
        .filter(pk=pk, person__email=email, asked_at=asked_at)
        .first()
    )
