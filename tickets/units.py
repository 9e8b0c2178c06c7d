"""OPD: made, changed and, while nothing belongs to them, removed. Each act writes its entry in the audit trail."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import HttpRequest

from tickets import audit
from tickets.actions import Refused
from tickets.models import AuditEntry, Unit, User


@transaction.atomic
def save(unit: Unit, *, by: User, request: HttpRequest | None = None) -> Unit:
    """Save a new or changed OPD. Raises Refused when another has just been called so."""
    what = "diubah" if unit.pk else "dibuat"
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError as error:
        raise Refused("Nama atau singkatan ini baru saja dipakai OPD lain.") from error
    audit.record(AuditEntry.Event.UNIT_CHANGED, by=by, request=request, unit=unit.short_name, what=what)
    return unit


@transaction.atomic
def remove(unit: Unit, *, by: User, request: HttpRequest | None = None) -> None:
    """Remove an OPD. Raises Refused while an account or a ticket belongs to it."""
    try:
        unit.delete()
    except ProtectedError as error:
        raise Refused(f"{unit.name} masih dipakai oleh akun atau tiket, sehingga tidak dapat dihapus.") from error
    audit.record(AuditEntry.Event.UNIT_CHANGED, by=by, request=request, unit=unit.short_name, what="dihapus")
