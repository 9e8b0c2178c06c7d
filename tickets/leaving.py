"""Leaving: what somebody holds, and handing it over in the act by which their account is closed.

Their roles end, their tasks go to a colleague or back to the role, their sessions end: all of it or nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from tickets import accounts, actions, assignments, audit, sessions, staffing
from tickets.actions import Conflict, Refused
from tickets.models import AuditEntry, RoleAssignment, StepRun, Ticket, User
from tickets.models.tickets import not_closed, visible_to
from workflows import calendars
from workflows.sop import MENUNGGU_KONFIRMASI


@dataclass(frozen=True)
class Task:
    """A row in somebody's hands, and the colleagues who may take it over."""

    run: StepRun
    colleagues: list[User]


@dataclass(frozen=True)
class HeldRole:
    """A role in force or to come, and where nobody would hold it any more, now or within two weeks."""

    assignment: RoleAssignment
    gaps: list[staffing.Gap]
    has_begun: bool

    @property
    def can_be_passed_on(self) -> bool:
        """A role held as a substitute goes to nobody else: that takes a letter of its own."""
        return self.has_begun and self.assignment.substitute_for_id is None


@dataclass(frozen=True)
class Underway:
    """What runs in somebody's name: tasks in their hands, who stands in for them, reports of theirs."""

    runs: list[StepRun]
    substitutes: list[RoleAssignment]
    to_confirm: list[Ticket]
    open_reports: int

    @property
    def is_empty(self) -> bool:
        return not (self.runs or self.substitutes or self.to_confirm or self.open_reports)


@dataclass(frozen=True)
class Holdings:
    """All that somebody holds, and to whom it can go. Empty lists where they hold nothing."""

    tasks: list[Task]
    roles: list[HeldRole]
    underway: Underway


def underway(person: User, *, reader: User) -> Underway:
    """What runs in a person's name today, as far as the reader may know of it. A fixed number of queries."""
    today = timezone.localdate()
    theirs = _known_to(reader).filter(performer=person)
    reports = Ticket.objects.filter(not_closed(), reporter=person, restricted=False)
    to_confirm = reports.filter(state=MENUNGGU_KONFIRMASI).order_by("confirm_by", "pk")
    substitutes = RoleAssignment.objects.active_on(today).filter(substitute_for=person, user__is_active=True)
    return Underway(
        runs=list(theirs.select_related("ticket").order_by("entered_at", "pk")),
        substitutes=list(substitutes.select_related("user")),
        to_confirm=list(to_confirm),
        open_reports=reports.exclude(state=MENUNGGU_KONFIRMASI).count(),
    )


def holdings(person: User, *, reader: User) -> Holdings:
    """What a person holds today, as far as the reader may know of it. A fixed number of queries."""
    today, running = timezone.localdate(), underway(person, reader=reader)
    held = list(_not_over(person, today).select_related("substitute_for").order_by("role", "procedure", "pk"))
    roles = {assignment.role for assignment in held} | {run.role for run in running.runs}
    others, gaps = _other_holders(person, roles, today), staffing.new_gaps(today, without=person)
    return Holdings(
        tasks=[Task(run, _who(others, run.role, run.ticket.procedure)) for run in running.runs],
        roles=[_held_role(assignment, gaps, today) for assignment in held],
        underway=running,
    )


@transaction.atomic
def leave(
    person: User,
    *,
    by: User,
    successors: Mapping[int, User] | None = None,
    takers: Mapping[int, User] | None = None,
    request: HttpRequest | None = None,
) -> None:
    """Close an account and hand over what it holds.

    `successors` are given roles, by the pk of the assignment that ends; `takers` get tasks, by the pk of the run. What
    has no taker goes back to its role. Raises Refused for one's own account and for the last administrator's, Conflict
    where the account is closed already.
    """
    if person.pk == by.pk:
        raise Refused("Akun sendiri tidak dapat dinonaktifkan. Mintalah administrator lain.")
    calendars.lock()  # as `actions.tie` does: whoever locks several tickets comes one after the other
    if person.is_staff:
        accounts.keep_an_administrator(person)
    if not User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
        raise Conflict(f"Akun {person.name} sudah dinonaktifkan.")
    runs = _tasks_locked(person)  # before any other person's row, as every act on a ticket does
    sessions.end(person)
    given = _pass_on_roles(person, successors or {}, by=by, request=request)
    for run in runs:
        taker = (takers or {}).get(run.pk)
        actions.relieve(run, to=User.objects.get(pk=taker.pk) if taker else None, by=by)
    event = AuditEntry.Event.PERSON_DEACTIVATED
    audit.record(event, by=by, about=person, request=request, successors=given)


def _pass_on_roles(person: User, successors: Mapping[int, User], *, by: User, request: HttpRequest | None) -> int:
    """End what somebody holds with yesterday, take back what no day has passed under, and give it to whom it was left.
    Says how many were. Today counts no more: whoever opens the account again today opens no role by it."""
    today, given = timezone.localdate(), 0
    for assignment in list(_not_over(person, today).order_by("pk")):
        successor, until = successors.get(assignment.pk), assignment.ends_on
        has_begun = assignment.starts_on <= today
        _take_away(assignment, by=by, request=request)
        if successor and has_begun:
            given += _give(assignment, successor, until=until, by=by, request=request)
    return given


def _take_away(assignment: RoleAssignment, *, by: User, request: HttpRequest | None) -> None:
    """Let it count no more from today on: end it with yesterday, or take it back if no day has passed under it."""
    if assignments.may_be_called_off(assignment, by=by):
        assignments.call_off(assignment, by=by, request=request)
    else:
        yesterday = timezone.localdate() - timedelta(days=1)
        assignments.end(assignment, on=yesterday, by=by, request=request)


def _give(ended: RoleAssignment, successor: User, *, until: date | None, by: User, request: HttpRequest | None) -> bool:
    """Give somebody the role that ended, from today on, instead of what they hold of it in the place of others (Plh.).
    Says whether they did not have it as their own already."""
    given = RoleAssignment(user=successor, role=ended.role, procedure=ended.procedure)
    given.starts_on, given.ends_on = timezone.localdate(), until
    own = RoleAssignment.objects.holders(ended.role, ended.procedure, given.starts_on)
    if own.filter(user=successor, substitute_for=None).exists():
        return False
    for substitution in assignments.overlapping(given).exclude(substitute_for=None):
        _take_away(substitution, by=by, request=request)
    assignments.give(given, by=by, request=request)
    return True


def _tasks_locked(person: User) -> list[StepRun]:
    """The tasks in somebody's hands, their tickets locked in the order of filing."""
    theirs = StepRun.objects.open().filter(performer=person)
    list(Ticket.objects.select_for_update(of=("self",)).filter(pk__in=theirs.values("ticket")).order_by("pk"))
    return list(theirs.select_related("ticket").order_by("ticket_id"))


def _not_over(person: User, day: date) -> QuerySet[RoleAssignment]:
    """What a person holds on a day or is to hold later."""
    return RoleAssignment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), user=person)


def _other_holders(person: User, roles: Iterable[str], day: date) -> dict[str, list[RoleAssignment]]:
    """Who else holds these roles on a day, by role."""
    found: dict[str, list[RoleAssignment]] = defaultdict(list)
    active = RoleAssignment.objects.active_on(day).filter(role__in=set(roles), user__is_active=True)
    for assignment in active.exclude(user=person).select_related("user").order_by("user__name", "user"):
        found[assignment.role].append(assignment)
    return found


def _who(others: Mapping[str, list[RoleAssignment]], role: str, procedure: str) -> list[User]:
    """Of these holders those who hold a role in a procedure, each once."""
    return list(dict.fromkeys(held.user for held in others.get(role, ()) if held.procedure in ("", procedure)))


def _known_to(reader: User) -> QuerySet[StepRun]:
    """The open runs that a page may tell an administrator of: a security incident stays with who holds a role there."""
    return StepRun.objects.open().filter(Q(ticket__restricted=False) | visible_to(reader, of="ticket__"))


def _held_role(assignment: RoleAssignment, gaps: Iterable[staffing.Gap], today: date) -> HeldRole:
    fitting = [gap for gap in gaps if gap.role == assignment.role and assignment.procedure in ("", gap.procedure)]
    return HeldRole(assignment=assignment, gaps=fitting, has_begun=assignment.starts_on <= today)
