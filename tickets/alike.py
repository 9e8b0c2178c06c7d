"""Which reports are about the same fault, as somebody said, and which may be: of the same OPD, or of the same words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from tickets.models import Ticket

#: How many are offered, and among how many of the newest they are looked for.
OFFERED, LOOKED_AT = 6, 200

#: Short words and those that stand in most titles say nothing about a fault.
WORD = re.compile(r"\w{4,}")
COMMON = frozenset(
    ("tidak", "bisa", "dapat", "pada", "yang", "saat", "dari", "untuk", "dengan", "ketika", "sudah", "belum", "masih")
)


@dataclass(frozen=True)
class Alike:
    """An open report, and why it is offered."""

    ticket: Ticket
    is_of_same_unit: bool
    words: Sequence[str]

    @property
    def weight(self) -> int:
        """The more there is in common, the higher."""
        return len(self.words) + self.is_of_same_unit

    @property
    def why(self) -> str:
        """What they have in common, as people read it; empty if it is only among the newest."""
        reasons = ["OPD yang sama"] if self.is_of_same_unit else []
        if self.words:
            reasons.append("judul sama-sama menyebut " + ", ".join(f"“{word}”" for word in self.words))
        return "; ".join(reasons)


def alike(ticket: Ticket) -> list[Alike]:
    """Open tickets of the same SOP: those with most in common first, then the newest. One query.

    A security incident is offered to no other report, and none to it.
    """
    open_ones = Ticket.objects.open().filter(sop_key=ticket.sop_key, restricted=ticket.restricted)
    open_ones = open_ones.exclude(pk=ticket.pk).select_related("unit")
    telling = _telling_words(ticket)
    found = [
        Alike(
            ticket=other,
            is_of_same_unit=other.unit_id is not None and other.unit_id == ticket.unit_id,
            words=[word for word in _telling_words(other) if word in telling],
        )
        for other in open_ones.order_by("-created_at", "-pk")[:LOOKED_AT]
    ]
    return sorted(found, key=lambda one: -one.weight)[:OFFERED]


def tied_with(ticket: Ticket) -> set[int]:
    """The keys of a ticket, of its main ticket, of all that was tied to either, and so on."""
    tied, found = set[int](), {ticket.pk}
    while found:
        tied |= found
        next_to = Ticket.objects.filter(Q(main__in=found) | Q(followers__in=found)).exclude(pk__in=tied)
        found = set(next_to.values_list("pk", flat=True))
    return tied


def _telling_words(ticket: Ticket) -> list[str]:
    """The words of a title that say something, each once, in their order."""
    words = WORD.findall(ticket.title.lower())
    return list(dict.fromkeys(word for word in words if word not in COMMON))
