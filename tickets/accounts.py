"""Accounts: made, changed and opened again by an administrator. How one is closed stands in `tickets.leaving`.

Each act is one transaction and writes its entry in the audit trail. Raises `actions.Refused` with a sentence for the
person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from tickets import audit, passwords, registering, sessions
from tickets.actions import Refused
from tickets.models import AuditEntry, Letter, Registration, User
from tickets.notifications import letters
from workflows import calendars

#: What an administrator enters of a person; all else of an account is written elsewhere.
ENTERED = ("name", "email", "nip", "unit", "phone", "is_staff")


@transaction.atomic
def create(person: User, *, by: User, request: HttpRequest | None = None) -> User:
    """Save a new account. It has no password: its owner sets one by the link they are given.

    Raises Refused when its address or NIP is taken.
    """
    person.set_unusable_password()
    person.is_superuser = person.is_staff
    registering.make_way([person.email], now=timezone.now())
    with _taken_by_nobody():
        person.save(force_insert=True)
    event = AuditEntry.Event.PERSON_CREATED
    audit.record(event, by=by, about=person, request=request, administrator=person.is_staff)
    return person


@transaction.atomic
def change(person: User, *, fields: Collection[str], by: User, request: HttpRequest | None = None) -> User:
    """Save these fields of an account, of those in `ENTERED`. Who becomes administrator or stops being one has to sign
    in anew. Raises Refused where nobody would be administrator any more, or an address or NIP is taken."""
    changed = [name for name in ENTERED if name in fields]
    if not changed:
        return person
    written, facts = list(changed), dict[str, Any]()
    if "is_staff" in changed:
        if not person.is_staff:
            keep_an_administrator(person)
        person.is_superuser = person.is_staff
        written, facts = [*changed, "is_superuser"], {"administrator": person.is_staff}
    email_was = User.objects.values_list("email", flat=True).get(pk=person.pk)
    if "email" in changed:
        registering.make_way([person.email], now=timezone.now())
    with _taken_by_nobody():
        person.save(update_fields=written)
    letters.tell_of_new_names(person, email_was=email_was, changed=changed)
    if "is_staff" in changed:
        sessions.end(person)
    audit.record(AuditEntry.Event.PERSON_CHANGED, by=by, about=person, request=request, fields=changed, **facts)
    return person


@transaction.atomic
def reactivate(person: User, *, by: User, request: HttpRequest | None = None) -> User:
    """Let somebody sign in again. Roles that ended with the account do not come back by this, and a refusal of the
    account once asked for counts no more."""
    if Registration.objects.filter(person=person, decided_at=None).exists():
        raise Refused("Akun ini menunggu keputusan pendaftaran. Silakan putuskan di halaman Pendaftaran.")
    if not User.objects.filter(pk=person.pk, is_active=False, erased_at=None).update(is_active=True):
        raise Refused("Akun ini sudah aktif, atau data pribadinya sudah dihapus.")
    Registration.objects.filter(person=person).delete()
    audit.record(AuditEntry.Event.PERSON_REACTIVATED, by=by, about=person, request=request)
    person.refresh_from_db()
    return person


@transaction.atomic
def give_link(person: User, *, by: User, request: HttpRequest | None = None) -> str:
    """Give a person a link by which they set a password: by letter; without a mail server it is returned, to be shown
    to the administrator once. Empty where a letter was written."""
    if not person.is_active:
        raise Refused("Akun ini tidak aktif. Aktifkan dahulu sebelum membuat tautan kata sandi.")
    kind = Letter.Kind.RESET if person.has_usable_password() else Letter.Kind.INVITATION
    audit.record(AuditEntry.Event.PASSWORD_LINK, by=by, about=person, request=request)
    return "" if letters.write(person, kind) else passwords.link_for(person)


@contextmanager
def _taken_by_nobody() -> Iterator[None]:
    """Say it in a sentence when somebody else has just saved the same address or NIP, after the form had looked."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused("Surel atau NIP ini baru saja dipakai akun lain. Silakan periksa kembali.") from error


def keep_an_administrator(person: User) -> None:
    """Raise Refused where this person is the last active administrator.

    Whoever asks comes one after the other until the transaction ends, so that two cannot send each other away. The
    rows of administrators stay free: who is handed a task is locked after its ticket.
    """
    calendars.lock()
    if not User.objects.filter(is_staff=True, is_active=True).exclude(pk=person.pk).exists():
        raise Refused("Ini administrator terakhir yang aktif. Jadikan orang lain administrator lebih dahulu.")
