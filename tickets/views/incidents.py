"""*Insiden keamanan*: a page before the mark that says what it does, and one before it is taken away."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from tickets import actions, rules
from tickets.alike import tied_with
from tickets.forms.talk import RestrictForm, UnrestrictForm
from tickets.models import Ticket


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mark(request, number):
    ticket = _visible(request, number)
    if ticket.restricted:  # by somebody else, a moment ago
        return redirect(ticket)
    may = rules.may_restrict(request.user, ticket)
    thanks = f"{ticket.number} ditandai sebagai insiden keamanan."
    return _asked(request, ticket, RestrictForm, actions.restrict, may=may, thanks=thanks)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def unmark(request, number):
    ticket = _visible(request, number)
    if not ticket.restricted and rules.takes_part(request.user, ticket):
        return redirect(ticket)
    may = rules.may_unrestrict(request.user, ticket)
    thanks = f"Tanda insiden keamanan pada {ticket.number} dicabut."
    return _asked(request, ticket, UnrestrictForm, actions.unrestrict, may=may, thanks=thanks)


def _visible(request, number):
    tickets = Ticket.objects.visible_to(request.user).select_related("unit")
    return get_object_or_404(tickets, number=number)


def _asked(request, ticket, form_class, act, *, may, thanks):
    """The page that asks for the reason, or what comes of it."""
    if not may:
        raise PermissionDenied
    form = form_class(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        tied = Ticket.objects.filter(pk__in=tied_with(ticket)).exclude(pk=ticket.pk).order_by("pk")
        context = {"ticket": ticket, "form": form, "along": tied.values_list("number", flat=True)}
        return render(request, "tickets/incident.html", context, status=422 if form.is_bound else 200)
    try:
        act(ticket, by=request.user, **form.cleaned_data)
    except actions.Refused as refusal:  # a role that ended, or a report that was tied, between two clicks
        messages.warning(request, str(refusal))
    else:
        messages.success(request, thanks)
    return redirect(ticket)
