"""Asking for an account: with an address that is confirmed first, and an administrator who agrees.

Until somebody agrees the person is an inactive user, and what nobody confirmed or agreed to is removed: an address that
somebody else typed in does not stay here, and stands in no administrator's way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.http import HttpRequest

from tickets import audit, privacy
from tickets.actions import Refused
from tickets.models import AuditEntry, Letter, Registration, Unit, User
from tickets.notifications import letters

Event = AuditEntry.Event

#: How long an address may stay unconfirmed, and somebody who was refused be told so, before the row goes.
KEPT = timedelta(days=7)
#: Why an address is not given to another account.
UNDECIDED = "Pemilik surel ini meminta akun. Silakan putuskan dahulu di halaman Pendaftaran."


class Reason(models.TextChoices):
    """Why somebody gets no account, in the words they are told."""

    STRANGER = "bukan-pegawai", "Pendaftar tidak dikenal sebagai pegawai perangkat daerah"
    ADDRESS = "bukan-dinas", "Surel yang dipakai bukan surel dinas"
    ACCOUNT = "sudah-ada", "Pendaftar sudah memiliki akun dengan surel lain"
    DATA = "data-kurang", "Data yang diisi tidak lengkap atau tidak benar"


class Decided(Exception):
    """Somebody else has decided already."""


@dataclass(frozen=True)
class Wish:
    """What somebody fills in who asks for an account."""

    email: str
    name: str
    unit: Unit | None
    nip: str
    phone: str


def waiting() -> models.QuerySet[Registration]:
    """Who has confirmed their address and waits for an administrator, the longest first."""
    return Registration.objects.filter(confirmed_at__isnull=False, decided_at=None).order_by("confirmed_at", "pk")


def unconfirmed() -> models.QuerySet[User]:
    """Who has asked, and has not shown that the address is theirs."""
    asked = Registration.objects.filter(confirmed_at=None, decided_at=None)
    return User.objects.filter(registration__in=asked, is_active=False, erased_at=None)


def waits(person: User) -> bool:
    """Whether they have confirmed their address and an administrator has not decided yet."""
    asked = getattr(person, "registration", None)
    return asked is not None and asked.confirmed_at is not None and asked.decided_at is None


def was_refused(person: User) -> bool:
    """Whether they were told no, and are not let in otherwise: they are removed soon."""
    asked = getattr(person, "registration", None)
    return asked is not None and asked.decided_at is not None and not (asked.accepted or person.is_active)


@transaction.atomic
def ask(wish: Wish, *, now: datetime, may_write: bool = True, request: HttpRequest | None = None) -> None:
    """Write down that somebody asks for an account, and have a letter sent to the address to confirm.

    Whoever asks learns nothing by it: an address that has an account, or waits for a decision, is left alone. Without
    `may_write` no further letter goes to the address, and what was asked with the last one stays. The NIP is nobody's
    until the administrator agrees.
    """
    locked = User.objects.select_for_update(of=("self",), no_key=True)
    known = locked.with_email(wish.email).first()
    if known and not (may_write and _may_ask_again(known, Registration.objects.filter(person=known).first())):
        audit.record(Event.REGISTERED, by=None, request=request, known=True)
        return
    try:
        with transaction.atomic():
            registration = _write_down(wish, known, now)
    except IntegrityError:  # somebody else took the address in the same moment
        audit.record(Event.REGISTERED, by=None, request=request, known=True)
        return
    audit.record(Event.REGISTERED, by=None, request=request, registration=registration.pk)
    if may_write:
        letters.write(registration.person, Letter.Kind.CONFIRM_ADDRESS, now=now)


def _write_down(wish: Wish, known: User | None, now: datetime) -> Registration:
    """The wish as a person who cannot sign in, and their registration; anew where they had asked before."""
    person = known or User(email=wish.email, is_active=False)
    person.name, person.unit, person.phone, person.nip = wish.name, wish.unit, wish.phone, None
    if known:
        person.save(update_fields=["name", "unit", "phone", "nip"])
    else:
        person.set_unusable_password()
        person.save(force_insert=True)
    asked = {"nip": wish.nip, "asked_at": now, "confirmed_at": None, "decided_at": None, "decided_by": None}
    registration, _ = Registration.objects.update_or_create(person=person, defaults=asked)
    return registration


@transaction.atomic
def confirm(registration: Registration, *, now: datetime) -> None:
    """The address is theirs. Doing it twice changes nothing."""
    Registration.objects.filter(pk=registration.pk, confirmed_at=None, decided_at=None).update(confirmed_at=now)


@transaction.atomic
def accept(
    registration: Registration, *, unit: Unit, nip: str, by: User, now: datetime, request: HttpRequest | None = None
) -> None:
    """Open the account: the person is told how to set a password.

    Raises Decided when somebody was faster, and Refused when the NIP is another account's.
    """
    person = _decide(registration, accepted=True, by=by, now=now).person
    person.unit, person.nip, person.is_active = unit, nip or None, True
    try:
        with transaction.atomic():
            person.save(update_fields=["unit", "nip", "is_active"])
    except IntegrityError as error:
        raise Refused("NIP ini baru saja dipakai akun lain. Silakan periksa kembali.") from error
    audit.record(Event.REGISTRATION_DECIDED, by=by, about=person, request=request, accepted=True)
    letters.write(person, Letter.Kind.ACCEPTED, now=now)


@transaction.atomic
def refuse(
    registration: Registration, *, reason: Reason, by: User, now: datetime, request: HttpRequest | None = None
) -> None:
    """Say no, and why: the person is told, and what they wrote is removed `KEPT` later. Raises Decided."""
    decided = _decide(registration, accepted=False, by=by, now=now)
    audit.record(
        Event.REGISTRATION_DECIDED,
        by=by,
        request=request,
        registration=decided.pk,
        accepted=False,
        reason=reason.value,
    )
    letters.write(decided.person, Letter.Kind.REFUSED, now=now, reason=str(reason.label))


def forget_unconfirmed(now: datetime) -> int:
    """Remove those who did not confirm their address in time, and those refused so long ago. Says how many people.

    Somebody whose account was opened in another way meanwhile stays.
    """
    return _forget_all(_gone(now), now)


def make_way(addresses: Iterable[str], *, now: datetime) -> None:
    """Remove those who typed in one of these addresses and did not confirm it: an administrator enters it."""
    entered = {address.lower() for address in addresses}
    _forget_all(unconfirmed().annotate(address=Lower("email")).filter(address__in=entered), now)


def _gone(now: datetime) -> models.QuerySet[User]:
    """Whose wish is over: not confirmed in time, or refused so long ago."""
    over = Q(confirmed_at=None, decided_at=None, asked_at__lt=now - KEPT)
    over |= Q(decided_at__lt=now - KEPT, accepted=False)
    return User.objects.filter(registration__in=Registration.objects.filter(over), is_active=False, erased_at=None)


def _forget_all(over: models.QuerySet[User], now: datetime) -> int:
    return sum(_forget(pk, over, now) for pk in list(over.values_list("pk", flat=True)))


@transaction.atomic
def _forget(pk: int, over: models.QuerySet[User], now: datetime) -> bool:
    """Remove this person if they are of those still: they may have asked anew, or been let in, a moment ago."""
    User.objects.select_for_update().filter(pk=pk).first()
    person = over.filter(pk=pk).first()
    if person is None:
        return False
    try:
        with transaction.atomic():
            person.delete()
    except models.ProtectedError:  # the audit trail names them: somebody tried to sign in as them
        privacy.forget_unused_account(person, now=now)
    return True


def _may_ask_again(person: User, registration: Registration | None) -> bool:
    """Whether this inactive user is one who has not confirmed yet, or was refused."""
    if person.is_active or registration is None or registration.accepted:
        return False
    return registration.confirmed_at is None or registration.decided_at is not None


def _decide(registration: Registration, *, accepted: bool, by: User, now: datetime) -> Registration:
    locked = Registration.objects.select_for_update(of=("self",)).filter(pk=registration.pk, decided_at=None)
    found = locked.select_related("person").first()
    if found is None:
        raise Decided
    found.decided_at, found.decided_by, found.accepted, found.nip = now, by, accepted, ""
    found.save(update_fields=["decided_at", "decided_by", "accepted", "nip"])
    return found
