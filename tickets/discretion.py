"""What may be said of a ticket where it leaves SOPDesk: on papers, in spreadsheets, in mails.

Whoever makes them may read all of it, but paper travels. Of a security incident (DESIGN section 7) its number is told
and that it is one: not its title, nor who reported it. Figures count it as any other, or they would not be true.
"""

from __future__ import annotations

from tickets.models import Ticket

INCIDENT = "Insiden keamanan"
TITLE = f"{INCIDENT} (dibatasi)"


def title_of(ticket: Ticket) -> str:
    return told_title(ticket.title, restricted=ticket.restricted)


def told_title(title: str, *, restricted: bool) -> str:
    """The same of values that were read without their ticket."""
    return TITLE if restricted else title


def reporter_of(ticket: Ticket) -> str:
    return "" if ticket.restricted else ticket.reporter_name


def unit_of(ticket: Ticket) -> str:
    """The full name of the reporter's OPD, if there is one to be told."""
    return "" if ticket.restricted or ticket.unit is None else ticket.unit.name
