"""What a request tells of where it comes from."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The address a request came from, as the database keeps addresses; None when it cannot be told.

    A header says nothing unless a proxy of ours is in front (SOPDESK_BEHIND_PROXY): then the last address in
    X-Forwarded-For is the one that this proxy saw. What stands before it, anybody can write.
    """
    told = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or told
    try:
        return str(ipaddress.ip_address(told.partition("%")[0]))
    except ValueError:
        return None
