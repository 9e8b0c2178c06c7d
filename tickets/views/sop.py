"""The SOPs to read: the official sheet with today's tickets on its rows, the state diagram, the open points."""

from collections import Counter
from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tickets.models import Ticket
from tickets.reports import sop_sheet
from tickets.views.printing import printed
from workflows import sops
from workflows.diagram import diagram
from workflows.models import identity_of
from workflows.sheet import sheet

SHEET, DIAGRAM, OPEN_POINTS = "lembar", "diagram", "titik-terbuka"


@require_safe
@login_required
def sop_list(request):
    """Every SOP with its number and how many open tickets this person may see under it."""
    standing = _standing(request.user)
    open_tickets = Counter()
    for state, tickets in standing.items():
        sop, _ = sops.find(state)
        open_tickets[sop.key] += tickets
    earlier = [sop for sop in sops.all_sops().values() if not sop.is_current]
    entries = [{"sop": _as_approved(sop), "open_tickets": open_tickets[sop.key]} for sop in [*sops.current(), *earlier]]
    return render(request, "sop/list.html", {"entries": entries})


@require_safe
@login_required
def sop_detail(request, key):
    """One SOP, in one of three parts."""
    sop = _as_approved(_find(key))
    part = request.GET.get("bagian", SHEET)
    context = {"sop": sop, "part": part}
    if part == SHEET:
        context["sheet"] = sheet(sop, _standing(request.user))
    elif part == DIAGRAM:
        context["diagram"] = diagram(sop)
    elif part != OPEN_POINTS:
        raise Http404
    return render(request, f"sop/{part.replace('-', '_')}.html", context)


@require_safe
@login_required
def sop_pdf(request, key):
    """The same sheet as a paper to sign and file."""
    sop = _find(key)
    return printed(request, f"SOP-{sop.key}.pdf", lambda: sop_sheet.pdf(sop))


def _find(key):
    try:
        return sops.get(key)
    except KeyError:
        raise Http404 from None


def _as_approved(sop):
    """The SOP with the number, dates and approval that an administrator entered from the signed copy."""
    return replace(sop, identity=identity_of(sop))


def _standing(person):
    """How many open tickets this person may see stand on each row, by state."""
    tickets = Ticket.objects.visible_to(person).open().order_by().values("state").annotate(tickets=Count("pk"))
    return {row["state"]: row["tickets"] for row in tickets}
