"""The audit trail: who got in, and what was done to people, rights, data and the system (RELIABILITY F 16)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from tickets.models import AuditEntry, Ticket, User
from tickets.requests import client_address


def record(
    event: AuditEntry.Event,
    *,
    by: User | None,
    about: User | None = None,
    ticket: Ticket | None = None,
    request: HttpRequest | None = None,
    **facts: Any,
) -> AuditEntry:
    """Write down that something happened, in the caller's transaction.

    `facts` are names of fields, counts, days and the like: never a password, code, token, address or text.
    """
    return AuditEntry.objects.create(
        at=timezone.now(),
        event=event,
        by=by,
        about=about,
        ticket=ticket,
        address=client_address(request) if request is not None else None,
        facts=facts,
    )
