"""Who stands in for whom (Plh/Plt), as both of them see it: until when, by which letter, what was done meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from tickets.models import HistoryEntry, RoleAssignment, User
from tickets.models.tickets import visible_to

#: How many acts are shown.
LATEST = 5


@dataclass(frozen=True)
class Substitution:
    """One person in the place of another, as it stands on a day."""

    assignment: RoleAssignment
    day: date

    @property
    def is_ahead(self) -> bool:
        return self.assignment.starts_on > self.day

    @property
    def is_over(self) -> bool:
        return self.assignment.ends_on is not None and self.assignment.ends_on < self.day


@dataclass(frozen=True)
class Substitutions:
    """Whom a person stands in for, who stands in for them, and what was done in their name on tickets they may see."""

    standing_in: list[Substitution]
    stood_in_for: list[Substitution]
    acts: list[HistoryEntry]

    def __bool__(self) -> bool:
        return bool(self.standing_in or self.stood_in_for)


def of(person: User, day: date) -> Substitutions:
    """What concerns a person on a day. No query for who holds no role today, nor stands in or is stood in for; else
    one, and a second for what was done in their name."""
    if not any(held.substitute_for_id or held.has_substitute for held in person.assignments):
        return Substitutions([], [], [])
    about = RoleAssignment.objects.about(day).filter(
        Q(user=person, substitute_for__isnull=False, ends_on__gte=day) | Q(substitute_for=person, user__is_active=True)
    )
    found = [
        Substitution(assignment, day)
        for assignment in about.select_related("user", "substitute_for").order_by("starts_on", "pk")
    ]
    stood_in_for = [one for one in found if one.assignment.substitute_for_id == person.pk]
    return Substitutions(
        standing_in=[one for one in found if one.assignment.user_id == person.pk],
        stood_in_for=stood_in_for,
        acts=_acts_for(person, stood_in_for, day),
    )


def _acts_for(person: User, substitutions: Iterable[Substitution], day: date) -> list[HistoryEntry]:
    """The newest acts in a person's name since the first of these began."""
    begun = [one.assignment.starts_on for one in substitutions if not one.is_ahead]
    if not begun:
        return []
    acts = HistoryEntry.objects.filter(visible_to(person, of="ticket__"), acting_for=person, at__date__gte=min(begun))
    return list(acts.select_related("ticket", "by").order_by("-at", "-pk")[:LATEST])
