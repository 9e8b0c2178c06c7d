"""Laporan masuk: what the SOPs report to the roles of a person."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, Value, When
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from tickets import actions
from tickets.models import ReportedTo
from tickets.words import when

PAGE_SIZE = 25
UNREAD, ALL = "belum", "semua"


def entries(person):
    """What was reported to a person, each with all that its sentence names; unread first, then newest."""
    unread_first = Case(When(acknowledged_at=None, then=Value(0)), default=Value(1))
    return (
        ReportedTo.objects.for_person(person)
        .select_related("run__ticket__unit", "run__performer", "acknowledged_by")
        .order_by(unread_first, "-told_at", "-pk")
    )


@require_safe
@login_required
def inbox(request):
    """What was reported and is not known yet, or all of it."""
    scope = ALL if request.GET.get("saring") == ALL else UNREAD
    found = entries(request.user)
    page = Paginator(found if scope == ALL else found.unread(), PAGE_SIZE).get_page(request.GET.get("page"))
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
