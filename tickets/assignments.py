"""Giving, changing and ending roles: what an administrator does to what people may do.

Whoever may do something else today by it signs in again: their sessions end with the change. What begins or ends on
another day does so by itself at midnight, since what a person holds is read anew at each request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from tickets import actions, audit, sessions
from tickets.models import AuditEntry, RoleAssignment, User
from tickets.staffing import first_day_uncovered, roles_of
from workflows import calendars
from workflows.roles import Role

Event = AuditEntry.Event
OWN = "Peran untuk diri sendiri diberikan oleh administrator lain."


class Refused(actions.Refused):
    """An assignment that cannot be; `field` is where a form says why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@transaction.atomic
def give(assignment: RoleAssignment, *, by: User, request: HttpRequest | None = None) -> RoleAssignment:
    """Save a new assignment. Raises Refused when it cannot stand beside those there are, or is one's own affair."""
    _lock_people(assignment)
    _refuse_for_oneself(assignment, by)
    refuse_unsound(assignment)
    assignment.save(force_insert=True)
    _record(Event.ROLE_GIVEN, assignment, by=by, request=request)
    _let_sign_in_again(assignment, was=False, by=by, request=request)
    return assignment


@transaction.atomic
def change(
    assignment: RoleAssignment, *, fields: Collection[str], by: User, request: HttpRequest | None = None
) -> RoleAssignment:
    """Save these fields of an assignment, of those in `CHANGEABLE`; the rest stays as it stands by now, also where
    somebody else changed it meanwhile. Raises Refused as `give` does."""
    before = _stored(assignment)
    for name in set(CHANGEABLE).difference(fields):
        setattr(assignment, name, getattr(before, name))
    changed = [name for name in CHANGEABLE if getattr(assignment, name) != getattr(before, name)]
    if not changed:
        return assignment
    _refuse_for_oneself(before, by)
    if changed != ["letter_number"]:
        refuse_unsound(assignment)
    assignment.save(update_fields=changed)
    _record(Event.ROLE_CHANGED, assignment, by=by, request=request, fields=changed)
    is_other = "procedure" in changed and is_in_force(assignment)
    _let_sign_in_again(assignment, was=is_in_force(before) and not is_other, by=by, request=request)
    return assignment


@transaction.atomic
def end(assignment: RoleAssignment, *, on: date, by: User, request: HttpRequest | None = None) -> RoleAssignment:
    """Let an assignment end with a day, which still counts. Raises Refused for one not under the assignment, and where
    it has ended already."""
    before = _stored(assignment)
    if on < before.starts_on:
        raise Refused("ends_on", f"Peran ini baru berlaku sejak {told(before.starts_on)}.")
    if is_over(before) or (before.ends_on and on > before.ends_on):
        raise Refused("ends_on", f"Peran ini sudah berakhir pada {told(before.ends_on)}.")
    assignment.ends_on = on
    assignment.save(update_fields=["ends_on"])
    was_to_end = before.ends_on.isoformat() if before.ends_on else None
    _record(Event.ROLE_ENDED, assignment, by=by, request=request, ends_on_before=was_to_end)
    _let_sign_in_again(assignment, was=is_in_force(before), by=by, request=request)
    return assignment


@transaction.atomic
def call_off(assignment: RoleAssignment, *, by: User, request: HttpRequest | None = None) -> None:
    """Take back an assignment as if it had never been given. Raises Refused once it has been in force for a day, and
    for one's own, which stays to be seen."""
    before = _stored(assignment)
    if before.user == by:
        raise Refused("ends_on", "Peran Anda sendiri tidak dapat dibatalkan; akhiri dengan tanggal.")
    if not may_be_called_off(before, by=by):
        raise Refused("ends_on", f"Peran ini sudah berlaku sejak {told(before.starts_on)}; akhiri dengan tanggal.")
    _record(Event.ROLE_ENDED, before, by=by, request=request, called_off=True)
    RoleAssignment.objects.filter(pk=before.pk).delete()
    if is_in_force(before):
        _end_sessions(before.user, by=by, request=request)


#: What may still be another of an assignment that was given: whose it is and of which role, for whom, may not.
CHANGEABLE = ("procedure", "starts_on", "ends_on", "letter_number")


def is_in_force(assignment: RoleAssignment) -> bool:
    """Whether it says today what its person may do."""
    today = timezone.localdate()
    return assignment.starts_on <= today and (assignment.ends_on is None or today <= assignment.ends_on)


def is_over(assignment: RoleAssignment) -> bool:
    """Whether its last day has passed."""
    return assignment.ends_on is not None and assignment.ends_on < timezone.localdate()


def may_give(person: User, *, by: User) -> bool:
    """Whether an administrator may give somebody roles, or change them. Nobody opens security incidents to themselves:
    it takes another administrator. Who is the only one may, since somebody sets the office up."""
    return person != by or not User.objects.filter(is_staff=True, is_active=True).exclude(pk=by.pk).exists()


def may_be_called_off(assignment: RoleAssignment, *, by: User) -> bool:
    """Whether it can be taken back, not only ended: no day has passed under it, and it is somebody else's."""
    return assignment.starts_on >= timezone.localdate() and assignment.user != by


def overlapping(assignment: RoleAssignment) -> QuerySet[RoleAssignment]:
    """The other assignments of the same person and role whose days and procedure meet those of this one."""
    others = RoleAssignment.objects.filter(user=assignment.user, role=assignment.role).exclude(pk=assignment.pk)
    others = others.filter(Q(ends_on=None) | Q(ends_on__gte=assignment.starts_on))
    if assignment.ends_on:
        others = others.filter(starts_on__lte=assignment.ends_on)
    if assignment.procedure:
        others = others.filter(procedure__in=("", assignment.procedure))
    return others.select_related("user", "substitute_for").order_by("starts_on")


# What cannot be


def _refuse_for_oneself(assignment: RoleAssignment, by: User) -> None:
    if not may_give(assignment.user, by=by):
        raise Refused("user", OWN)


def refuse_unsound(assignment: RoleAssignment) -> None:
    """Raise Refused when the account is closed, when a role is none of its procedure, when the person has it already,
    or when somebody would stand in for one who does not hold it all the while."""
    if not User.objects.filter(pk=assignment.user_id, is_active=True).exists():
        raise Refused("user", f"Akun {assignment.user} tidak aktif.")
    if assignment.role not in roles_of(assignment.procedure):
        role, service = Role(assignment.role).label, assignment.get_procedure_display()
        raise Refused("procedure", f"{role} tidak ada dalam SOP {service}.")
    if there := overlapping(assignment).first():
        raise Refused("role", _already_held(there))
    if assignment.substitute_for:
        _refuse_unless_held(assignment, assignment.substitute_for)


def _already_held(there: RoleAssignment) -> str:
    role = f"{there.get_role_display()}{_of_service(there)}"
    if there.substitute_for:
        return f"{there.user} sudah menggantikan {there.substitute_for} sebagai {role} {days(there)}."
    return f"{there.user} sudah memegang peran {role} {days(there)}."


def _refuse_unless_held(assignment: RoleAssignment, holder: User) -> None:
    """A substitute acts in the name of somebody who holds the role themselves on each of those days."""
    own = RoleAssignment.objects.filter(user=holder, role=assignment.role, substitute_for=None)
    fitting = own.filter(procedure__in=("", assignment.procedure)).order_by("starts_on")
    spans = fitting.values_list("starts_on", "ends_on")
    missing = first_day_uncovered(spans, assignment.starts_on, assignment.ends_on)
    if not holder.is_active or missing is not None:
        raise Refused("substitute_for", _not_held(holder, assignment, own, missing))


def _not_held(holder: User, assignment: RoleAssignment, own: Iterable[RoleAssignment], missing: date | None) -> str:
    role = Role(assignment.role).label
    if not holder.is_active:
        return f"Akun {holder} tidak aktif."
    held = ", ".join(f"{days(each)}{_of_service(each)}" for each in own)
    if not held:
        return f"{holder} tidak memegang peran {role} sendiri."
    return f"{holder} tidak memegang peran {role}{_of_service(assignment)} pada {told(missing)}, hanya {held}."


def _of_service(assignment: RoleAssignment) -> str:
    return f" ({assignment.get_procedure_display()})" if assignment.procedure else ""


def days(assignment: RoleAssignment) -> str:
    """From when to when: `sejak 1 Januari 2026`, `1 Januari 2026 s.d. 5 Maret 2026`."""
    if assignment.ends_on is None:
        return f"sejak {told(assignment.starts_on)}"
    return f"{told(assignment.starts_on)} s.d. {told(assignment.ends_on)}"


def told(day: date | None) -> str:
    """A day in words."""
    return date_format(day, "j F Y") if day else ""


# Around every change


def _lock_people(assignment: RoleAssignment) -> None:
    """Hold the person and whom they stand in for until the end of the transaction, so that two administrators do not
    give the same role twice. As `leaving.leave`, which holds many people, one comes after the other."""
    calendars.lock()
    people = {pk for pk in (assignment.user_id, assignment.substitute_for_id) if pk is not None}
    list(User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=people).order_by("pk"))


def _stored(assignment: RoleAssignment) -> RoleAssignment:
    """The assignment as it stands in the database, its people held. Raises Refused when somebody took it back."""
    _lock_people(assignment)
    stored = RoleAssignment.objects.select_related("user", "substitute_for").filter(pk=assignment.pk).first()
    if stored is None:
        raise Refused("ends_on", "Penugasan ini baru saja dibatalkan orang lain.")
    return stored


def _record(
    event: AuditEntry.Event, assignment: RoleAssignment, *, by: User, request: HttpRequest | None, **facts: Any
) -> None:
    audit.record(
        event,
        by=by,
        about=assignment.user,
        request=request,
        role=assignment.role,
        procedure=assignment.procedure,
        starts_on=assignment.starts_on.isoformat(),
        ends_on=assignment.ends_on.isoformat() if assignment.ends_on else None,
        substitute_for=assignment.substitute_for_id,
        **facts,
    )


def _let_sign_in_again(assignment: RoleAssignment, *, was: bool, by: User, request: HttpRequest | None) -> None:
    """End the person's sessions if the change gives or takes something today."""
    if is_in_force(assignment) != was:
        _end_sessions(assignment.user, by=by, request=request)


def _end_sessions(person: User, *, by: User, request: HttpRequest | None) -> None:
    """All of them, but for the one in which an administrator changes their own roles."""
    own = request.session.session_key if request is not None and person == by else None
    sessions.end(person, but=own)
