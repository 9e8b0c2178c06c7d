"""Who may do what with a ticket. What the *state* allows and what the *person* may do are separate sentences.

Buttons, views and actions ask the same functions. Each takes the person and the ticket; those about a row also take its
open run, so that a page asks the database once. Which tickets a person may *see* is `Ticket.objects.visible_to`; how
much of one, `tickets.sight`.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django_fsm import has_transition_perm

from tickets.models import RoleAssignment, StepRun, Ticket, User
from workflows.roles import Role
from workflows.sop import Sop


def takes_part(person: User, ticket: Ticket) -> bool:
    """Holds some role in the ticket's procedure, Kepala Bidang included: reads what is internal."""
    return ticket.procedure in person.roles_by_procedure


def coordinates(person: User, ticket: Ticket) -> bool:
    """Is the subkoordinator of the ticket's SOP."""
    return ticket.procedure in person.coordinated_procedures


def answers_for(person: User, ticket: Ticket) -> bool:
    """Is the subkoordinator of the ticket's SOP, or Kepala Bidang."""
    return coordinates(person, ticket) or person.holds(Role.KEPALA_BIDANG_APTIKA, ticket.procedure)


def holds_the_row(person: User, ticket: Ticket) -> bool:
    """Holds the role that performs the row the ticket stands on."""
    return ticket.step is not None and person.holds(ticket.step.performer, ticket.procedure)


def may_complete(person: User, ticket: Ticket, run: StepRun | None) -> bool:
    """The row's role, unless a colleague has taken the task."""
    return run is not None and holds_the_row(person, ticket) and run.performer_id in (None, person.pk)


def may_claim(person: User, ticket: Ticket, run: StepRun | None) -> bool:
    return run is not None and run.performer_id is None and holds_the_row(person, ticket)


def may_release(person: User, ticket: Ticket, run: StepRun | None) -> bool:
    return run is not None and run.performer_id == person.pk and holds_the_row(person, ticket)


def may_hand_over(person: User, ticket: Ticket, run: StepRun | None) -> bool:
    return run is not None and coordinates(person, ticket)


def may_relieve(person: User, run: StepRun | None) -> bool:
    """An administrator, of a task in the hands of somebody whose account is closed: their only act on a ticket."""
    return run is not None and person.is_staff and run.performer is not None and not run.performer.is_active


def may_tie(person: User, ticket: Ticket, run: StepRun | None) -> bool:
    """The subkoordinator, up to the row that makes the recap, unless a colleague has taken the task."""
    is_free = run is not None and run.performer_id in (None, person.pk)
    return is_free and ticket.state in ticket.sop.tying_rows and coordinates(person, ticket)


def may_untie(person: User, ticket: Ticket) -> bool:
    return ticket.follows and coordinates(person, ticket)


def may_resume(person: User, ticket: Ticket, run: StepRun | None) -> bool:
    """Who has the task or may take it, and the subkoordinator."""
    return may_complete(person, ticket, run) or (run is not None and coordinates(person, ticket))


def may_comment(person: User, ticket: Ticket) -> bool:
    """Everybody who may see the ticket."""
    return ticket.is_reported_by(person) or takes_part(person, ticket)


def may_confirm(person: User, ticket: Ticket) -> bool:
    return bool(has_transition_perm(ticket.confirm, person))


def may_reopen(person: User, ticket: Ticket) -> bool:
    return bool(has_transition_perm(ticket.reopen, person))


def may_issue(person: User, ticket: Ticket) -> bool:
    """A paper that the subkoordinator signs and Kepala Bidang notes is issued by one of them."""
    return answers_for(person, ticket)


def may_restrict(person: User, ticket: Ticket) -> bool:
    """Whoever takes part may mark a security incident at once: waiting for somebody else would let it spread."""
    return not ticket.restricted and takes_part(person, ticket)


def may_unrestrict(person: User, ticket: Ticket) -> bool:
    """That it is none after all, the subkoordinator or Kepala Bidang says."""
    return ticket.restricted and answers_for(person, ticket)


def may_hold_data(person: User, ticket: Ticket) -> bool:
    """That a ticket's data must be kept for now, the subkoordinator or Kepala Bidang says; and that it need not."""
    return answers_for(person, ticket)


def may_read_views(person: User, ticket: Ticket) -> bool:
    """Who saw a ticket's files, those read who answer for it."""
    return answers_for(person, ticket)


def may_file_for_others(person: User, sop: Sop) -> bool:
    return sop.procedure in person.coordinated_procedures


def colleagues(ticket: Ticket) -> Iterable[User]:
    """The people who hold the role of the ticket's row today."""
    if ticket.step is None:
        return User.objects.none()
    holders = RoleAssignment.objects.holders(ticket.step.performer, ticket.procedure, timezone.localdate())
    return User.objects.filter(role_assignments__in=holders).distinct()
