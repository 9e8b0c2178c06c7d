"""The second factor: a code of an authenticator app (TOTP, RFC 6238), or one of ten recovery codes, each good once.

Somebody with a device is signed in only after both. Until then their session holds nothing but a mark of who the
password was right for: `ask` sets it, `asked` reads it.
"""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from textwrap import wrap

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django_otp.plugins.otp_totp.models import TOTPDevice

from tickets import audit, sessions, throttle
from tickets.models import AuditEntry, Letter, RecoveryCode, User
from tickets.notifications import letters

#: How long a right password waits for its code.
PATIENCE = timedelta(minutes=5)

#: Recovery codes: ten of 80 random bits, in letters and digits that nobody mistakes for each other.
CODES, LENGTH = 10, 16
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKALIKES = str.maketrans("OIL", "011")
APP_CODE, RECOVERY_CODE = re.compile("[0-9]{6}"), re.compile(f"[{ALPHABET}]{{{LENGTH}}}")

#: A code of the app counts in its own half minute and the ones beside it.
TOLERANCE = 1

MARK = "second_factor"


class WrongCode(Exception):
    """The code is not right, was used before, or is too old."""


class Required(Exception):
    """Whoever must have a second factor cannot turn it off."""


def is_required_of(person: User) -> bool:
    """Whether a person must have a second factor today, by what they administer or hold (`settings.TOTP_REQUIRED`)."""
    if not settings.TOTP_REQUIRED:
        return False
    if person.is_staff and "administrator" in settings.TOTP_REQUIRED:
        return True
    return any(assignment.role in settings.TOTP_REQUIRED for assignment in person.assignments)


def has(person: User) -> bool:
    """Whether a person is asked for a code when they sign in."""
    return TOTPDevice.objects.filter(user=person, confirmed=True).exists()


def is_owed_by(person: User) -> bool:
    """Whether a person must set up a second factor before anything else."""
    return is_required_of(person) and not has(person)


# Between the password and the code


@dataclass(frozen=True)
class Asked:
    """Whose code a session waits for, where they want to go, and what the audit trail is to say of how they came."""

    person: User
    to: str
    facts: dict[str, str]


def ask(request: HttpRequest, person: User, *, to: str, **facts: str) -> None:
    """The password was right: forget the session, whosever it was, and wait for the code of this person."""
    request.session.flush()
    request.session[MARK] = {
        "person": person.pk,
        "password": person.get_session_auth_hash(),
        "since": timezone.now().timestamp(),
        "to": to,
        "facts": facts,
    }


def asked(request: HttpRequest) -> Asked | None:
    """Whom the session waits for; None if for nobody, no longer, or if their password was changed meanwhile."""
    mark = request.session.get(MARK)
    if mark is None or timezone.now().timestamp() - mark["since"] > PATIENCE.total_seconds():
        return None
    person = User.objects.filter(pk=mark["person"], is_active=True).first()
    if person is None or not constant_time_compare(mark["password"], person.get_session_auth_hash()):
        return None
    return Asked(person, mark["to"], mark["facts"])


def answered(request: HttpRequest) -> None:
    """The code was right: the session waits no more."""
    request.session.pop(MARK, None)


# Codes


def verify(person: User, code: str, *, request: HttpRequest | None = None) -> bool:
    """Whether this is a code of the person's app, or a recovery code of theirs; either is used up by it.

    Raises throttle.TooOften after ten wrong ones: then none is looked at.
    """
    place = _take_a_place(person)
    is_right = _use(person, code, request)
    if is_right:
        place.give_back()
    return is_right


def confirm(person: User, *, password: str, code: str, request: HttpRequest) -> bool:
    """Whether whoever is signed in is the person still: knows their password, and a code; each if they have one.

    Raises throttle.TooOften as `verify` does, before anything is looked at.
    """
    place = _take_a_place(person)
    if person.has_usable_password() and not person.check_password(password):
        return False
    if has(person) and not _use(person, code, request):
        return False
    place.give_back()
    return True


def tell_of_refusal(person: User, *, request: HttpRequest, what: str) -> None:
    """Somebody guesses what the person alone knows: record it and write `what` to the person, once in a window."""
    try:
        throttle.take("code-refused", str(person.pk), most=1, within=_window())
    except throttle.TooOften:
        return
    with transaction.atomic():
        audit.record(AuditEntry.Event.SIGN_IN_REFUSED, by=None, about=person, request=request, factor="kode")
        letters.write(person, Letter.Kind.CHANGED, what=what)


def _take_a_place(person: User) -> throttle.Place:
    return throttle.take("code", str(person.pk), most=settings.SIGN_IN_PER_ACCOUNT, within=_window())


def _window() -> timedelta:
    return timedelta(minutes=settings.SIGN_IN_WINDOW_MINUTES)


def _use(person: User, code: str, request: HttpRequest | None) -> bool:
    typed = tidy(code)
    if len(typed) == LENGTH:
        return _use_recovery_code(person, typed, request)
    return _use_app_code(person, typed)


def tidy(code: str) -> str:
    """A code as it is kept, from one as people type it: `k7qm 4trx-…`."""
    typed = re.sub(r"[\s-]", "", code).upper()
    return typed.translate(LOOKALIKES) if len(typed) == LENGTH else typed


def _use_app_code(person: User, code: str) -> bool:
    if not APP_CODE.fullmatch(code):
        return False
    with transaction.atomic():  # the device is locked: of two who show the same code, the second finds it used
        device = TOTPDevice.objects.select_for_update().filter(user=person, confirmed=True).first()
        return device is not None and bool(device.verify_token(code))


def _use_recovery_code(person: User, code: str, request: HttpRequest | None) -> bool:
    if not RECOVERY_CODE.fullmatch(code):
        return False
    unused = person.recovery_codes.filter(digest=_digest(code), used_at=None)
    with transaction.atomic():
        if not unused.update(used_at=timezone.now()):
            return False
        left = recovery_codes_left(person)
        audit.record(AuditEntry.Event.RECOVERY_USED, by=person, about=person, request=request, left=left)
        letters.write(person, Letter.Kind.CHANGED, what="kode-pemulihan")
    return True


def recovery_codes_left(person: User) -> int:
    """How many recovery codes are still good."""
    return person.recovery_codes.filter(used_at=None).count()


def renew_recovery_codes(person: User, *, request: HttpRequest) -> list[str]:
    """Ten new recovery codes in place of the old, to be shown once."""
    with transaction.atomic():
        _lock(person)
        codes = _make_recovery_codes(person)
        audit.record(AuditEntry.Event.RECOVERY_RENEWED, by=person, about=person, request=request)
        letters.write(person, Letter.Kind.CHANGED, what="kode-baru")
    return codes


def _make_recovery_codes(person: User) -> list[str]:
    """Replace the person's recovery codes; only their digests are kept."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(CODES)]
    person.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(person=person, digest=_digest(code)) for code in codes)
    return ["-".join(wrap(code, 4)) for code in codes]


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()


# On and off


def new_device(person: User, *, key: str = "") -> TOTPDevice:
    """A device that is not kept yet, with a random secret or the one given (`key`, in hexadecimal)."""
    device = TOTPDevice(user=person, name="Aplikasi autentikator", tolerance=TOLERANCE)
    device.key = key or device.key
    return device


def secret_of(device: TOTPDevice) -> str:
    """The secret as apps want it typed, in groups of four."""
    return " ".join(wrap(b32encode(device.bin_key).decode(), 4))


def turn_on(person: User, *, key: str, code: str, request: HttpRequest) -> list[str]:
    """Ask for codes of the app that holds this secret from now on, instead of any before; ends the other sessions.

    Returns ten recovery codes, to be shown once. Raises WrongCode when the app does not know the secret after all.
    """
    with transaction.atomic():
        _lock(person)
        replaced, _ = TOTPDevice.objects.filter(user=person).delete()
        device = new_device(person, key=key)
        device.save()
        if not APP_CODE.fullmatch(tidy(code)) or not device.verify_token(tidy(code)):
            raise WrongCode
        codes = _make_recovery_codes(person)
        sessions.end(person, but=request.session.session_key)
        audit.record(AuditEntry.Event.TOTP_ON, by=person, about=person, request=request, replaced=bool(replaced))
        letters.write(person, Letter.Kind.CHANGED, what="totp-aktif")
    return codes


def turn_off(person: User, *, request: HttpRequest) -> None:
    """Ask the person for no code any more; ends their other sessions. Raises Required."""
    if is_required_of(person):
        raise Required
    _remove(person, by=person, request=request, but=request.session.session_key)


def reset(person: User, *, by: User | None, request: HttpRequest | None = None) -> bool:
    """Take the second factor of somebody who lost it away, and end all their sessions. Says whether they had any."""
    return _remove(person, by=by, request=request)


@transaction.atomic
def _remove(person: User, *, by: User | None, request: HttpRequest | None, but: str | None = None) -> bool:
    _lock(person)
    removed, _ = TOTPDevice.objects.filter(user=person).delete()
    person.recovery_codes.all().delete()
    if not removed:
        return False
    sessions.end(person, but=but)
    audit.record(AuditEntry.Event.TOTP_OFF, by=by, about=person, request=request)
    letters.write(person, Letter.Kind.CHANGED, what="totp-mati")
    return True


def _lock(person: User) -> None:
    """Who changes a person's second factor at the same time waits here."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
