"""Who is told of what: one function for each act and each rung, whose docstring is the rule.

Each function yields recipients in the order of what concerns them more: a person is told once, of the first. Nobody is
told of their own act (`of_act` sees to that), and only active people who may see the ticket are ever found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import NamedTuple

from tickets.models import Document, HistoryEntry, Hold, RoleAssignment, Rung, StepRun, Ticket, User
from tickets.models.history import Action
from tickets.models.runs import LimitKind
from tickets.notifications import kinds
from workflows import sops
from workflows.roles import Role
from workflows.sop import END, NOT_PROCESSED, Step


class Recipient(NamedTuple):
    """A person and what they are told: a key of `kinds.KINDS`. Without `by_mail`, in SOPDesk only."""

    person: User
    kind: str
    by_mail: bool = True


class Office:
    """The people of a ticket's procedure on a day. Asks the database once for each thing, and only when it is asked."""

    def __init__(self, ticket: Ticket, day: date) -> None:
        self.ticket = ticket
        self.day = day

    def holders(self, *roles: str) -> list[User]:
        """The active people who hold one of these roles, each once."""
        return list(dict.fromkeys(person for role in roles for person in self._by_role.get(role, ())))

    @property
    def coordinators(self) -> list[User]:
        """The subkoordinator of the SOP."""
        return self.holders(*self.ticket.sop.coordinators)

    @property
    def heads(self) -> list[User]:
        return self.holders(Role.KEPALA_BIDANG_APTIKA)

    @cached_property
    def members(self) -> dict[int, User]:
        """Everybody who takes part in the procedure, by pk."""
        return {person.pk: person for people in self._by_role.values() for person in people}

    def member(self, pk: int | None) -> list[User]:
        """The person with this pk, if they still take part."""
        return [self.members[pk]] if pk in self.members else []

    @cached_property
    def reporter(self) -> list[User]:
        """The reporter, if there is one with a living account who may still know of the report."""
        person = self.ticket.reporter
        return [person] if person and self.ticket.has_reporter and person.is_active else []

    @property
    def speakers(self) -> list[User]:
        """Who is asked on behalf of the report: the reporter or, where nobody with an account may know of it, the
        coordinators."""
        return self.reporter if self.ticket.has_reporter else self.coordinators

    def has_in_hand(self, run: StepRun | None) -> list[User]:
        """Who has the task of a run, if they still hold its role; else everybody who may take it."""
        if run is None:
            return []
        holders = self.holders(run.role)
        return [person for person in holders if person.pk == run.performer_id] or holders

    @cached_property
    def _by_role(self) -> dict[str, list[User]]:
        """Active people by the roles that see a ticket of this procedure, those of any issue of its SOP."""
        issues = [sop for sop in sops.all_sops().values() if sop.procedure == self.ticket.procedure]
        roles = {Role.KEPALA_BIDANG_APTIKA, *(role for sop in issues for role in sop.roles)}
        found: dict[str, list[User]] = defaultdict(list)
        for assignment in (
            RoleAssignment.objects.active_on(self.day)
            .filter(role__in=roles, procedure__in=("", self.ticket.procedure), user__is_active=True)
            .select_related("user")
            .order_by("user", "role")
        ):
            found[assignment.role].append(assignment.user)
        return found


def of_act(entry: HistoryEntry, office: Office) -> list[Recipient]:
    """Who is told of an act: each person once, and never the one who did it."""
    told = ACTS[Action(entry.action)](entry, office)
    return _each_once(recipient for recipient in told if recipient.person.pk != entry.by_id)


def of_act_on_main(entry: HistoryEntry, office: Office) -> list[Recipient]:
    """Who is told of an act on the main ticket that the office's own ticket follows."""
    told = of_progress_of_the_main_ticket(entry, office)
    return _each_once(recipient for recipient in told if recipient.person.pk != entry.by_id)


def of_rung(rung: Rung, office: Office) -> list[Recipient]:
    """Who is told of a rung, each person once."""
    return _each_once(RUNGS[Rung.Kind(rung.kind)](rung, office))


# Acts


def of_filing(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """The holders of the first row, whose turn it is; the reporter, if somebody else wrote the report down."""
    yield from _all(office.holders(*_performer_of(entry)), kinds.TURN)
    yield from _all(office.reporter, kinds.FILED_FOR)


def of_completion(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """The holders of the next row, whose turn it is. At the end whoever speaks for the report is asked to confirm, or
    told why it was not taken up. Then the roles that the row reports to; and the reporter of each step, in SOPDesk.
    """
    yield from _all(office.holders(*_performer_of(entry)), kinds.TURN)
    if entry.to_state in (END, NOT_PROCESSED):
        yield from _all(office.speakers, kinds.TO_CONFIRM if entry.to_state == END else kinds.NOT_PROCESSED)
    if left := _row(entry.from_state):
        yield from _all(office.holders(*left.report_to, *left.also_inform), kinds.REPORTED)
    yield from _all(office.reporter, kinds.PROGRESS, by_mail=False)


def of_release(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """The other holders of the row, who may take the task now."""
    yield from _all(office.holders(*_performer_of(entry)), kinds.RELEASED)


def of_handing_over(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """The person who was given the task."""
    yield from _all(office.member(entry.detail.body.get("person")), kinds.HANDED_OVER)


def of_comment(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """The reporter, unless it is internal; who has the row in hand; who performed a row or commented before."""
    if not entry.internal:
        yield from _all(office.reporter, kinds.COMMENTED)
    yield from _all(office.has_in_hand(_open_run(office.ticket)), kinds.COMMENTED)
    performed = office.ticket.runs.filter(performer__isnull=False).values_list("performer", flat=True)
    commented = office.ticket.entries.filter(action=Action.COMMENT).values_list("by", flat=True)
    for pk in performed.order_by().union(commented.order_by()):
        yield from _all(office.member(pk), kinds.COMMENTED)


def of_confirmation(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """Who performed the last row, and the coordinators."""
    last = office.ticket.runs.order_by("pk").last()
    yield from _all(office.member(last.performer_id if last else None), kinds.CONFIRMED)
    yield from _all(office.coordinators, kinds.CONFIRMED)


def of_reopening(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """The holders of the row where the work begins anew, whose turn it is; the coordinators; and, in SOPDesk, the
    reporter for whom the office reopened it."""
    yield from _all(office.holders(*_performer_of(entry)), kinds.TURN)
    yield from _all(office.coordinators, kinds.REOPENED)
    yield from _all(office.reporter, kinds.PROGRESS, by_mail=False)


def of_hold(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """The reporter, asked to answer if that is what is waited for, else told in SOPDesk; the coordinators."""
    if entry.detail.body.get("kind") == Hold.Reason.REPORTER:
        yield from _all(office.reporter, kinds.ASKED)
    yield from _all(office.coordinators, kinds.HELD)
    yield from _all(office.reporter, kinds.HELD, by_mail=False)


def of_resumption(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """Who has the row in hand."""
    yield from _all(office.has_in_hand(_open_run(office.ticket)), kinds.RESUMED)


def of_extension(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """The coordinators; the reporter in SOPDesk."""
    yield from _all(office.coordinators, kinds.EXTENDED)
    yield from _all(office.reporter, kinds.EXTENDED, by_mail=False)


def of_estimate(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """The coordinators; the reporter in SOPDesk."""
    yield from _all(office.coordinators, kinds.ESTIMATED)
    yield from _all(office.reporter, kinds.ESTIMATED, by_mail=False)


def of_lapse(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """Whoever speaks for the report and did not answer."""
    yield from _all(office.speakers, kinds.LAPSED)


def of_moved_limit(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """Who has the row in hand whose limit a changed calendar moved."""
    yield from _all(office.has_in_hand(_open_run(office.ticket)), kinds.MOVED)


def of_tie(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """The reporter."""
    yield from _all(office.reporter, kinds.TIED)


def of_untying(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """The holders of the row that the report is back on, whose turn it is; the reporter."""
    yield from _all(office.holders(*_performer_of(entry)), kinds.TURN)
    yield from _all(office.reporter, kinds.UNTIED)


def of_following(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """Whoever speaks for the report is asked to confirm, or told why it was not taken up."""
    yield from _all(office.speakers, kinds.TO_CONFIRM if entry.to_state == END else kinds.NOT_PROCESSED)


def of_restriction(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """The coordinators and Kepala Bidang; of reports that were marked along with another, nobody once more."""
    if "along" in entry.detail.body:
        return
    kind = kinds.RESTRICTED if entry.action == Action.RESTRICT else kinds.UNRESTRICTED
    yield from _all(office.coordinators, kind)
    yield from _all(office.heads, kind)


def of_progress_of_the_main_ticket(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """The reporter of what follows it, in SOPDesk, as of each step of a report that is handled by itself."""
    yield from _all(office.reporter, kinds.PROGRESS, by_mail=False)


def of_what_needs_no_telling(entry: HistoryEntry, office: Office) -> Iterator[Recipient]:
    """Nobody: a task taken and a result known are seen where one looks for them."""
    yield from ()


ACTS: dict[Action, Callable[[HistoryEntry, Office], Iterable[Recipient]]] = {
    Action.FILE: of_filing,
    Action.COMPLETE: of_completion,
    Action.CLAIM: of_what_needs_no_telling,
    Action.RELEASE: of_release,
    Action.HAND_OVER: of_handing_over,
    Action.COMMENT: of_comment,
    Action.CONFIRM: of_confirmation,
    Action.REOPEN: of_reopening,
    Action.ACKNOWLEDGE: of_what_needs_no_telling,
    Action.HOLD: of_hold,
    Action.RESUME: of_resumption,
    Action.EXTEND: of_extension,
    Action.ESTIMATE: of_estimate,
    Action.LAPSE: of_lapse,
    Action.RESCHEDULE: of_moved_limit,
    Action.TIE: of_tie,
    Action.UNTIE: of_untying,
    Action.FOLLOW: of_following,
    Action.RESTRICT: of_restriction,
    Action.UNRESTRICT: of_restriction,
}


# Rungs


def of_warning(rung: Rung, office: Office) -> Iterator[Recipient]:
    """Who has the row in hand."""
    yield from _all(office.has_in_hand(rung.run), kinds.WARNED)


def of_breach(rung: Rung, office: Office) -> Iterator[Recipient]:
    """Who has the row in hand, and the coordinators. A tentative row is never late: its estimate has passed."""
    is_tentative = rung.run.limit_kind == LimitKind.TENTATIVE
    kind = kinds.ESTIMATE_PASSED if is_tentative else kinds.BREACHED
    yield from _all(office.has_in_hand(rung.run), kind)
    yield from _all(office.coordinators, kind)


def of_escalation(rung: Rung, office: Office) -> Iterator[Recipient]:
    """Kepala Bidang, and the coordinators."""
    yield from _all(office.heads, kinds.ESCALATED)
    yield from _all(office.coordinators, kinds.ESCALATED)


def of_reminder(rung: Rung, office: Office) -> Iterator[Recipient]:
    """The coordinators."""
    yield from _all(office.coordinators, kinds.REMINDED)


RUNGS: dict[Rung.Kind, Callable[[Rung, Office], Iterable[Recipient]]] = {
    Rung.Kind.WARNING: of_warning,
    Rung.Kind.BREACH: of_breach,
    Rung.Kind.ESCALATION: of_escalation,
    Rung.Kind.REMINDER: of_reminder,
}


# Papers


def of_document(document: Document, day: date) -> list[Recipient]:
    """Of a Laporan SLA whoever heads the office that day, as a substitute too, but for the one who ordered it. A paper
    of a ticket is looked for on its page.
    """
    if document.kind != Document.Kind.SLA:
        return []
    heads = RoleAssignment.objects.active_on(day).filter(role=Role.KEPALA_BIDANG_APTIKA, user__is_active=True)
    people = dict.fromkeys(held.user for held in heads.select_related("user").order_by("user"))
    return [
        Recipient(person, kinds.ISSUED)
        for person in people
        if person.heads_the_office and person.pk != document.ordered_by_id
    ]


# Helpers


def _all(people: Iterable[User], kind: str, *, by_mail: bool = True) -> Iterator[Recipient]:
    for person in people:
        yield Recipient(person, kind, by_mail)


def _each_once(recipients: Iterable[Recipient]) -> list[Recipient]:
    """Each person with what they were named for first."""
    first: dict[int, Recipient] = {}
    for recipient in recipients:
        first.setdefault(recipient.person.pk, recipient)
    return list(first.values())


def _row(state: str) -> Step | None:
    found = sops.find(state)
    return found[1] if found else None


def _performer_of(entry: HistoryEntry) -> tuple[Role, ...]:
    """The role of the row that an act led to; none at an end."""
    step = _row(entry.to_state)
    return (step.performer,) if step else ()


def _open_run(ticket: Ticket) -> StepRun | None:
    return ticket.runs.open().first()
