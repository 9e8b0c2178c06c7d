"""Who performs the rows: which role of which SOP nobody holds, today or soon, and how many tickets wait for it.

Administrators read it on *Peran*, on Beranda, and before they end a role or deactivate somebody; `tickets.health` asks.
Security incidents are not counted: an administrator is not to know of them (DESIGN section 7).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby

from django.db.models import Count, Q

from tickets.models import RoleAssignment, Ticket, User
from tickets.worklists import rows_before
from workflows import sops
from workflows.roles import Role
from workflows.sop import Sop

#: How far ahead somebody looks who has to find a holder.
AHEAD = timedelta(days=14)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Gap:
    """A role that nobody holds in a procedure from `since` on (the day asked about, or later), up to and with `until`
    if somebody is to hold it again. `standing` open tickets are on its rows now, `coming` may still get there.
    """

    sop: Sop
    role: Role
    since: date
    until: date | None
    is_open: bool
    standing: int
    coming: int

    @property
    def procedure(self) -> str:
        return self.sop.procedure

    @property
    def is_urgent(self) -> bool:
        """Whether tickets wait for nobody right now."""
        return self.is_open and self.standing > 0


def gaps(
    today: date, *, ahead: timedelta = AHEAD, without: User | None = None, instead: RoleAssignment | None = None
) -> list[Gap]:
    """Every role of a SOP that nobody holds today or on some day within `ahead`, those of today first. One query, and
    another for the tickets if there is any.

    As if `without` were not there at all, or `instead` were saved as it stands now.
    """
    held, waiting = _held(today, without=without, instead=instead), Waiting()
    found = [gap for sop, role in _needed(waiting) if (gap := _gap(sop, role, held, waiting, today, today + ahead))]
    return sorted(found, key=lambda gap: (not gap.is_open, not gap.standing))


def new_gaps(today: date, *, without: User | None = None, instead: RoleAssignment | None = None) -> list[Gap]:
    """What nobody would hold then, and somebody holds as things are. At most four queries."""
    there_anyway = {(gap.sop.key, gap.role, gap.since) for gap in gaps(today)}
    then = gaps(today, without=without, instead=instead)
    return [gap for gap in then if (gap.sop.key, gap.role, gap.since) not in there_anyway]


def roles_of(procedure: str) -> set[Role]:
    """The roles that mean something in a procedure, by any issue of its SOP; without one, in any."""
    issues = [sop for sop in sops.all_sops().values() if procedure in ("", sop.procedure)]
    return {Role.KEPALA_BIDANG_APTIKA, *(role for sop in issues for role in sop.roles)}


def first_day_uncovered(spans: Iterable[tuple[date, date | None]], starts: date, ends: date | None) -> date | None:
    """The first day from `starts` to `ends` (both count; no end is for ever) that no span covers; None if all are."""
    day = starts
    for first, last in sorted(spans, key=lambda span: span[0]):
        if first > day:
            break
        if last is None:
            return None
        day = max(day, last + DAY)
    return day if ends is None or day <= ends else None


def _held(
    today: date, *, without: User | None, instead: RoleAssignment | None
) -> dict[tuple[str, str], list[tuple[date, date | None]]]:
    """For each role and procedure ("" for all) the spans in which active people hold it, of those not over yet."""
    assignments = RoleAssignment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), user__is_active=True)
    assignments = assignments.exclude(user=without)
    if instead:
        assignments = assignments.exclude(pk=instead.pk)
    spans = [*assignments.order_by("role", "procedure").values_list("role", "procedure", "starts_on", "ends_on")]
    if instead:
        spans.append((instead.role, instead.procedure, instead.starts_on, instead.ends_on))
    held: dict[tuple[str, str], list[tuple[date, date | None]]] = {}
    for (role, procedure), group in groupby(sorted(spans, key=lambda span: span[:2]), key=lambda span: span[:2]):
        held[role, procedure] = [(first, last) for _, _, first, last in group]
    return held


class Waiting:
    """How many tickets stand on rows, those apart that administrators may not know of. Asked for once, and only if."""

    def on(self, rows: Iterable[str]) -> int:
        return sum(self._by_row[row] for row in rows)

    @cached_property
    def _by_row(self) -> Counter[str]:
        standing = Ticket.objects.open().filter(restricted=False).order_by().values_list("state").annotate(Count("pk"))
        return Counter(dict(standing))


def _needed(waiting: Waiting) -> Iterator[tuple[Sop, Role]]:
    """The roles of every SOP in force; of an older issue, as long as tickets are on its rows, those it had alone."""
    for sop in sops.current():
        yield from ((sop, role) for role in sop.all_roles)
    for sop in sops.all_sops().values():
        if not sop.is_current and waiting.on(sop.row(step.no) for step in sop.steps):
            known = {role for other in sops.current() if other.procedure == sop.procedure for role in other.roles}
            yield from ((sop, role) for role in sop.roles if role not in known)


def _gap(
    sop: Sop,
    role: Role,
    held: dict[tuple[str, str], list[tuple[date, date | None]]],
    waiting: Waiting,
    today: date,
    last_day: date,
) -> Gap | None:
    spans = [*held.get((role, ""), ()), *held.get((role, sop.procedure), ())]
    since = first_day_uncovered(spans, today, last_day)
    if since is None:
        return None
    next_start = min((first for first, _ in spans if first > since), default=None)
    issues = [issue for issue in sops.all_sops().values() if issue.procedure == sop.procedure]
    own_rows = {issue.row(step.no) for issue in issues for step in issue.steps if step.performer == role}
    before = {row for issue in issues for row in rows_before(issue, {role})}
    return Gap(
        sop=sop,
        role=role,
        since=since,
        until=next_start - DAY if next_start else None,
        is_open=since == today,
        standing=waiting.on(own_rows),
        coming=waiting.on(before),
    )
