"""The ticket list, and the search of the top bar."""

import re

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tickets import rules
from tickets.counting import Page, paged
from tickets.filters import TicketFilter
from tickets.models import Ticket
from tickets.views import pulse
from tickets.views.time_card import set_clocks
from workflows import calendars

PAGE_SIZE = 25
NUMBER = re.compile(r"[A-Z]{2,9}-[0-9]{4}-[0-9]{4,6}")  # WEB-2026-0001; also what stands in an address


@require_safe
@login_required
def ticket_list(request):
    """Every ticket this person may see, filtered by the address; searching for a number alone opens its ticket."""
    if ticket := _asked_by_number(request):
        return redirect(ticket)
    now, calendar = timezone.now(), calendars.current()
    version = pulse.version(request.user, calendar, now)
    if pulse.is_unchanged(request, version):
        return HttpResponse(status=204)
    filters = TicketFilter(request.GET, request=request, now=now)
    page = _page(filters, request.GET.get("page", ""))
    set_clocks([ticket.turn for ticket in page if ticket.turn], now, calendar)
    for ticket in page:
        ticket.is_own_turn = rules.may_complete(request.user, ticket, ticket.turn)
    return render(request, "tickets/list.html", {"filters": filters, "page": page, "version": version})


def _asked_by_number(request):
    asked = {name: value.strip() for name, value in request.GET.items() if value.strip()}
    number = asked.pop("cari", "").upper()
    if asked or not NUMBER.fullmatch(number):
        return None
    return Ticket.objects.visible_to(request.user).filter(number=number).first()


def _page(filters, asked) -> Page:
    """The page asked for, or the last one if there are not so many."""
    rows = Ticket.objects.with_turn().select_related(None).select_related("turn__performer", "unit")  # type: ignore[misc]
    light = rows.defer("description", "given", "search_text")
    return paged(filters.parts, light, asked=asked, size=PAGE_SIZE, found=filters.found)
