"""Masa simpan: how long each class of data is kept; and legal hold, which keeps a ticket's data beyond that."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from tickets import retention, rules
from tickets.forms.privacy import LegalHoldForm, RetentionForm
from tickets.models import AuditEntry, LegalHold, RetentionRule, Ticket
from tickets.views.guards import administrators_only

#: As many holds are listed.
MOST_HOLDS = 100


@require_safe
@administrators_only
def overview(request):
    """Every class with its days, when the job last ran, and which tickets are on hold. A fixed number of queries."""
    rules_by_kind = dict(RetentionRule.objects.values_list("kind", "days"))
    runs = AuditEntry.objects.filter(event=AuditEntry.Event.RETAINED)
    latest = {}
    for run in runs.order_by("-at", "-pk")[: 4 * len(retention.CLASSES)]:
        latest.setdefault(run.facts.get("kind"), run)
    told = []
    for kept in retention.CLASSES:
        days = rules_by_kind.get(kept.key, kept.default)
        told.append((kept, days, retention.in_words(days) if days else "", latest.get(kept.key)))
    holds = LegalHold.objects.filter(lifted_at=None, ticket__restricted=False)
    context = {"classes": told, "holds": holds.select_related("ticket", "placed_by")[:MOST_HOLDS]}
    return render(request, "retention/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def change(request, key):
    """The days of one class. `lihat` says how much would go tonight, and saves nothing."""
    kept = retention.BY_KEY.get(key)
    if kept is None:
        raise Http404
    days = kept.days
    form = RetentionForm(request.POST or None, initial={"days": days})
    context = {"kept": kept, "days": days, "words": retention.in_words(days) if days else "", "form": form}
    if not form.is_valid():
        return render(request, "retention/change.html", context, status=422 if form.errors else 200)
    chosen = form.cleaned_data["days"]
    if "lihat" in request.POST:
        context["chosen"] = retention.in_words(chosen) if chosen else ""
        context["would_go"] = kept.count_due_under(chosen, now=timezone.now())
        return render(request, "retention/change.html", context)
    retention.change(kept, chosen, by=request.user, request=request)
    messages.success(request, f"Masa simpan “{kept.label}” disimpan. Berlaku mulai malam ini.")
    return redirect("retensi")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def legal_hold(request, number):
    """Keep a ticket's data, with the reason; `cabut` lifts the hold."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), number=number)
    if not rules.takes_part(request.user, ticket):
        raise Http404
    if not rules.may_hold_data(request.user, ticket):
        raise PermissionDenied
    if "cabut" in request.POST:
        retention.lift_hold(ticket, by=request.user, request=request)
        messages.success(request, "Penahanan dicabut. Data tiket ini kembali mengikuti masa simpan.")
        return redirect(ticket)
    form = LegalHoldForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        retention.place_hold(ticket, by=request.user, reason=form.cleaned_data["reason"], request=request)
        messages.success(request, "Data tiket ini ditahan: tidak dihapus sampai penahanannya dicabut.")
        return redirect(ticket)
    held = ticket.legal_holds.filter(lifted_at=None).select_related("placed_by").first()
    context = {"ticket": ticket, "form": form, "held": held}
    return render(request, "retention/hold.html", context, status=422 if form.errors else 200)
