"""Laporan masuk: what the SOPs report to the roles of a person."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from tickets import actions
from tickets.counting import counts, paged
from tickets.models import ReportedTo
from tickets.words import when

PAGE_SIZE = 25
UNREAD, ALL = "belum", "semua"


def entries(person):
    """What was reported to a person, each with all that its sentence names; the newest first."""
    told = ReportedTo.objects.for_person(person)
    return told.select_related("run__ticket__unit", "run__performer", "acknowledged_by").order_by("-told_at", "-pk")


@require_safe
@login_required
def inbox(request):
    """What was reported and is not known yet; or all of it, with that first."""
    scope = ALL if request.GET.get("saring") == ALL else UNREAD
    told = entries(request.user)
    parts = [told.unread()]
    if scope == ALL:
        parts.append(told.filter(acknowledged_at__isnull=False))
    (found,) = counts(told if scope == ALL else told.unread())
    page = paged(parts, told, asked=request.GET.get("page", ""), size=PAGE_SIZE, found=found)
    return render(request, "inbox/inbox.html", {"page": page, "scope": scope})


@login_required
@require_POST
def acknowledge(request, pk):
    """Mark an entry as known; then back to `next`, or to Laporan masuk."""
    reported = get_object_or_404(ReportedTo.objects.for_person(request.user).select_related("ticket"), pk=pk)
    try:
        marked = actions.acknowledge(reported, by=request.user)
    except actions.Refused as refusal:  # the role ended between two clicks
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _sentence(marked, request.user))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "laporan-masuk"
    return redirect(back)


def _sentence(marked, person):
    what = f"Langkah {marked.run.row} tiket {marked.ticket.number}"
    if marked.acknowledged_by_id == person.pk:
        return f"{what} ditandai diketahui."
    return f"{what} sudah ditandai diketahui oleh {marked.acknowledged_by.name} pada {when(marked.acknowledged_at)}."
