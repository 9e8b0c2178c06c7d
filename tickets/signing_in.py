"""Who may try a password, and whether it is right. Tries are counted before anything is hashed (`tickets.throttle`)."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from tickets import audit, devices, throttle
from tickets.backends import find, identity
from tickets.models import AuditEntry, User
from tickets.requests import client_address
from tickets.throttle import Place, TooOften


@sensitive_variables("password")
def person_with(request: HttpRequest, *, typed: str, password: str) -> User | None:
    """The person who has this surel or NIP and this password; None if there is no such, for whatever reason.

    Raises TooOften, before any hash is computed, when too many wrong ones were tried.
    """
    known = find(typed)
    try:
        places = _take_places(request, known, typed)
    except TooOften as refusal:
        _record(refusal, request, known)
        raise
    person = authenticate(request, username=typed, password=password)
    if person is None:
        audit.record(AuditEntry.Event.SIGN_IN_FAILED, by=None, about=known, request=request)
        return None
    for place in places:
        place.give_back()
    return person


def is_own_password(request: HttpRequest, person: User, password: str) -> bool:
    """Whether somebody who is signed in knows their password. Counted as a try to sign in; raises TooOften."""
    return person_with(request, typed=person.email, password=password) == person


@transaction.atomic
def _take_places(request: HttpRequest, known: User | None, typed: str) -> list[Place]:
    """Count a try: at a browser of the person's own by itself, anywhere else against the account and the address."""
    window = timedelta(minutes=settings.SIGN_IN_WINDOW_MINUTES)
    device = devices.known_device(request, known)
    if device:
        return [throttle.take("peramban", device, most=settings.SIGN_IN_PER_ACCOUNT, within=window)]
    return [
        throttle.take("akun", account_of(known, typed), most=settings.SIGN_IN_PER_ACCOUNT, within=window),
        throttle.take_shared(
            "alamat", network_of(request), most=settings.SIGN_IN_PER_ADDRESS, within=timedelta(minutes=1)
        ),
    ]


def account_of(known: User | None, typed: str) -> str:
    """Whose tries these are: of the person, by whichever of their names, or of what was typed."""
    return f"#{known.pk}" if known else identity(typed)


def network_of(request: HttpRequest) -> str:
    """Where tries come from. A house or a telephone has a whole /64 of IPv6 addresses, which count as one."""
    address = client_address(request)
    if address is None:
        return ""
    parsed = ipaddress.ip_address(address)
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _record(refusal: TooOften, request: HttpRequest, known: User | None) -> None:
    """Once in a window for an account, browser or address: whoever goes on knocking fills no book."""
    try:
        throttle.take("ditolak", refusal.key, most=1, within=timedelta(minutes=settings.SIGN_IN_WINDOW_MINUTES))
    except TooOften:
        return
    audit.record(AuditEntry.Event.SIGN_IN_REFUSED, by=None, about=known, request=request)
