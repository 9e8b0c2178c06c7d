"""What waits for whom. Each condition is a Q on tickets: Beranda shows it, the ticket list filters and counts by it.

They say nothing about rights: ask them of `Ticket.objects.visible_to(person)`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from tickets.models import StepRun, User
from tickets.models.runs import LimitKind
from tickets.models.tickets import not_closed, reported_by
from workflows import sops
from workflows.roles import Role
from workflows.sop import MENUNGGU_KONFIRMASI, Origin, Sop, Step


def own_turn(person: User) -> Q:
    """On a row of this person's role, and not in a colleague's hands."""
    return Q(pk__in=StepRun.objects.turn_of(person).values("ticket"))


def waiting_for(role: str) -> Q:
    """On a row of this role, in whosever hands."""
    return Q(pk__in=StepRun.objects.open().filter(role=role).values("ticket"))


def to_confirm(person: User) -> Q:
    """The person is asked whether the fault is gone."""
    return Q(state=MENUNGGU_KONFIRMASI, closed_at=None) & reported_by(person)


def coming_to(person: User) -> Q:
    """On a row of somebody else, with a row of this person's role still ahead in the SOP's own order."""
    held, issues = person.roles_by_procedure, sops.all_sops().values()
    return Q(state__in=[row for sop in issues for row in rows_before(sop, held.get(sop.procedure, ()))])


def worked_on(person: User) -> Q:
    """The person has completed some row of it. Asked of each ticket: after some years they are most of them."""
    return Q(Exists(StepRun.objects.filter(ticket=OuterRef("pk"), performer=person, left_at__isnull=False)))


def elsewhere(person: User) -> Q:
    """Worked on or reported by this person, not closed, and now waiting for somebody else."""
    theirs = worked_on(person) | reported_by(person)
    return theirs & not_closed() & ~own_turn(person) & ~to_confirm(person)


def late(now: datetime) -> Q:
    """Past the limit of the row it stands on. An estimate that has passed is no limit."""
    return Q(pk__in=StepRun.objects.open().filter(run_is_late(now)).values("ticket"))


def run_is_late(now: datetime) -> Q:
    """The same of open runs. One on hold is due after the hold, and so never late."""
    return Q(due_at__lt=now, limit_kind__in=(LimitKind.MINUTES, LimitKind.DAYS))


def overseen(person: User) -> set[str]:
    """The procedures in which lateness concerns this person whoever performs: those they coordinate or head."""
    heads = {key for key, roles in person.roles_by_procedure.items() if Role.KEPALA_BIDANG_APTIKA in roles}
    return person.coordinated_procedures | heads


def rows_before(sop: Sop, roles: Collection[str]) -> list[str]:
    """The rows of others with a row of one of these roles still ahead, in the SOP's own order."""
    return [
        sop.row(step.no)
        for step in sop.steps
        if step.performer not in roles and any(ahead.performer in roles for ahead in _ahead(sop, step))
    ]


def _ahead(sop: Sop, step: Step) -> list[Step]:
    """The rows that the document's own arrows may still lead to from a row."""
    found: dict[int, Step] = {}
    waiting = [step]
    while waiting:
        here = waiting.pop()
        for arrow in here.arrows:
            if not isinstance(arrow.to, int) or arrow.to <= here.no or arrow.origin is Origin.PROPOSED:
                continue
            if arrow.to not in found:
                found[arrow.to] = sop.step(arrow.to)
                waiting.append(found[arrow.to])
    return list(found.values())
