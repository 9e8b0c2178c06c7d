"""Passwords are set by a link or by who knows the old one; who has forgotten theirs asks for a link."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from tickets import audit, sessions, throttle
from tickets.backends import find
from tickets.models import AuditEntry, Letter, User
from tickets.notifications import letters
from tickets.signing_in import account_of, network_of

#: Links that can be asked for in an hour: for one account, and from one address.
LINKS_PER_ACCOUNT, LINKS_PER_ADDRESS = 3, 10
AN_HOUR = timedelta(hours=1)


@transaction.atomic
def ask_for_link(typed: str, *, request: HttpRequest) -> None:
    """Have a link mailed to the person with this surel or NIP, if there is one who may sign in with a password.

    Nobody is told whether there is: neither in words nor by the time it takes. Raises TooOften for an address.
    """
    throttle.take_shared("sandi-lupa-alamat", network_of(request), most=LINKS_PER_ADDRESS, within=AN_HOUR)
    known = find(typed)
    try:
        throttle.take("sandi-lupa", account_of(known, typed), most=LINKS_PER_ACCOUNT, within=AN_HOUR)
    except throttle.TooOften:
        return
    reader = known if known and known.is_active and not _signs_in_elsewhere(known) else None
    with transaction.atomic():  # as much is written for nobody, and taken back
        about = reader or User(pk=0)
        if letters.write(about, Letter.Kind.RESET):
            audit.record(AuditEntry.Event.PASSWORD_LINK, by=None, about=about, request=request)
        transaction.set_rollback(reader is None)


def _signs_in_elsewhere(person: User) -> bool:
    """Whether somebody has no password because they come by single sign-on."""
    return bool(person.oidc_subject) and not person.has_usable_password()


@sensitive_variables("password")
@transaction.atomic
def set_by_link(person: User, password: str, *, token: str, request: HttpRequest) -> bool:
    """Set a password by a link's token, which is spent by that. False when it no longer holds: of two who use it at the
    same moment, one is too late.
    """
    person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if not person.is_active or not default_token_generator.check_token(person, token):
        return False
    _set(person, password, by=person, request=request)
    return True


@sensitive_variables("password")
@transaction.atomic
def change(person: User, password: str, *, request: HttpRequest) -> None:
    """Set somebody's own new password, asked for in the session of `request`, which alone goes on."""
    _set(person, password, by=person, request=request)


def _set(person: User, password: str, *, by: User, request: HttpRequest) -> None:
    """Every session ends with the old password; its person is told, unless there was none."""
    had_one = person.has_usable_password()
    person.set_password(password)
    person.save(update_fields=["password"])
    sessions.end(person)
    audit.record(AuditEntry.Event.PASSWORD_CHANGED, by=by, about=person, request=request)
    if had_one:
        letters.write(person, Letter.Kind.CHANGED, what="sandi")
