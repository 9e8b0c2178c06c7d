"""Following a report by its code: for who reported without an account (*atas nama*), sent the link by the office.

Whoever has the link sees where the report stands, and since when; no name, no number, nothing that anybody wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from tickets import rules
from tickets.models import Ticket, User
from tickets.stations import Station, stations


@dataclass(frozen=True)
class Stop:
    """A station, and the day on which the report left it, or came to where it is now; None where it has not been."""

    station: Station
    day: date | None


def followed(code: str) -> Ticket | None:
    """The ticket that a code lets anybody follow, if there is one: none while it is a security incident, none once its
    text was erased."""
    if not settings.TRACKING:
        return None
    tickets = Ticket.objects.filter(tracking_code=code, restricted=False, erased_at=None)
    return tickets.select_related("main").prefetch_related("runs", "main__runs").first()


def stops(ticket: Ticket) -> list[Stop]:
    """Every row of the SOP, with its day."""
    return [Stop(station, _day(station)) for station in stations(ticket, ticket.runs.all())]


def link_for(person: User, ticket: Ticket) -> str:
    """The address to send to the reporter, for who filed the report or coordinates its SOP; empty for others."""
    shows = settings.TRACKING and ticket.tracking_code and not ticket.restricted and not ticket.erased_at
    if not shows or not (rules.coordinates(person, ticket) or ticket.filed_by_id == person.pk):
        return ""
    return f"{settings.SITE_URL}{reverse('lacak', args=[ticket.tracking_code])}"


def _day(station: Station) -> date | None:
    if station.run is None or not (station.is_done or station.is_now):
        return None
    return timezone.localdate(station.run.left_at if station.is_done else station.run.entered_at)
