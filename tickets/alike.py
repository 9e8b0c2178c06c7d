"""Which open reports may be about the same fault: those of the same OPD or with the same words in their title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
    """Open tickets of the same SOP: those with most in common first, then the newest. One query."""
    open_ones = Ticket.objects.open().filter(sop_key=ticket.sop_key).exclude(pk=ticket.pk).select_related("unit")
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


def _telling_words(ticket: Ticket) -> list[str]:
    """The words of a title that say something, each once, in their order."""
    words = WORD.findall(ticket.title.lower())
    return list(dict.fromkeys(word for word in words if word not in COMMON))
