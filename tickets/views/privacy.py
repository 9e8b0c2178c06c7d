"""A person's own data: taken along, by themselves or for them, and erased by an administrator."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tickets import audit, privacy
from tickets.actions import Refused
from tickets.forms.privacy import EraseForm
from tickets.models import AuditEntry, Ticket, User
from tickets.patience import waits
from tickets.requests import client_address
from tickets.takeout import export_of
from tickets.views.guards import administrators_only

#: A file with everything about a person is made at most so often.
EVERY = timedelta(minutes=5)
#: Seconds that one statement may take while everything written is searched for a name: 12 among 300,000 acts.
SEARCHING = 60


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def own_data(request):
    """One's own data as a file."""
    return _taken_along(request, request.user, "privacy/own_data.html")


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def data_of(request, pk):
    """The data of a person who asked for it and cannot fetch it themselves."""
    return _taken_along(request, get_object_or_404(User, pk=pk, erased_at=None), "privacy/data_of.html")


def _taken_along(request, person, template):
    context = {"person": person, "back": _page_of(person) if person != request.user else ""}
    if request.method != "POST":
        return render(request, template, context)
    if not _may_be_made(request, person):
        context["refused"] = "Berkas ini baru saja dibuat. Silakan tunggu lima menit sebelum memintanya lagi."
        return render(request, template, context, status=429)
    name = f"data-pribadi-{person.pk}-{timezone.localtime():%Y%m%d-%H%M}.zip"
    return FileResponse(
        export_of(person, reader=request.user, address=client_address(request)),
        as_attachment=True,
        filename=name,
        content_type="application/zip",
        headers={"Cache-Control": "private, no-store"},
    )


@transaction.atomic
def _may_be_made(request, person):
    """Whether none was made for this person just now; then that this one is, is written down."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # two at once come one after the other
    made = AuditEntry.objects.filter(event=AuditEntry.Event.DATA_EXPORTED, about=person)
    if made.filter(at__gt=timezone.now() - EVERY).exists():
        return False
    audit.record(AuditEntry.Event.DATA_EXPORTED, by=request.user, about=person, request=request)
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
@waits(seconds=SEARCHING)
def erase(request, pk):
    """Shows what goes and what stays, and asks for the name; then there is no way back."""
    person = get_object_or_404(User, pk=pk)
    context = {"person": person, "back": _page_of(person)}
    try:
        privacy.refuse_unless_erasable(person, by=request.user)
    except Refused as refusal:
        context |= {
            "refused": str(refusal),
            "leave": _address("pengguna-nonaktifkan", person) if person.is_active else "",
        }
        return render(request, "privacy/erase.html", context, status=409 if request.method == "POST" else 200)
    form = EraseForm(request.POST if request.method == "POST" else None, expected=person.name)
    if not form.is_valid():
        context |= {"form": form, **_footprint(person)}
        return render(request, "privacy/erase.html", context, status=422 if form.errors else 200)
    try:
        privacy.erase(person, by=request.user, request=request)
    except Refused as refusal:
        context |= {"form": form, "refused": str(refusal), **_footprint(person)}
        return render(request, "privacy/erase.html", context, status=409)
    messages.success(
        request, f"Data pribadi sudah dihapus. Yang tersisa tercatat sebagai “{privacy.placeholder(person)}”."
    )
    return redirect(context["back"] or "jejak-audit")


def _footprint(person):
    """What goes and what stays, in numbers. Security incidents are not told of to who may not know them."""
    traces = privacy.Traces(person)
    held = list(traces.held)
    others = traces.tickets - set(traces.reports.values_list("pk", flat=True))
    return {
        "reports": traces.reports.filter(restricted=False).count(),
        "files": traces.files.filter(ticket__restricted=False).count(),
        "papers": traces.papers.filter(ticket__restricted=False, made_at__isnull=False, erased_at=None).count(),
        "mentions": list(Ticket.objects.filter(pk__in=others, restricted=False).order_by("number")),
        "acts": traces.acts.filter(ticket__restricted=False).count(),
        "held": [ticket.number for ticket in held if not ticket.restricted],
        "is_held": bool(held),
    }


def _page_of(person):
    return _address("pengguna-detail", person)


def _address(name, person):
    """Where a page about a person is; empty where there is none."""
    try:
        return reverse(name, args=[person.pk])
    except NoReverseMatch:
        return ""
