"""The papers of a ticket, for those who take part in its SOP: drafts made on the spot, and the report to be issued."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from tickets import rules
from tickets.models import Ticket
from tickets.reports import completion, issuing, recap
from tickets.sight import Sight
from tickets.views.printing import printed


def card(person, ticket):
    """What the card *Dokumen* on the page of a ticket asks: one query."""
    return {
        "issued": ticket.documents.order_by("issue").only(
            "code", "issue", "number", "made_at", "failed_at", "erased_at", "ticket"
        ),
        "may_be_issued": rules.may_issue(person, ticket) and completion.may_be_issued(ticket),
    }


@require_safe
@login_required
def completion_pdf(request, number):
    """The Laporan Penyelesaian Masalah as it would be now, marked as a draft."""
    ticket, now = _taken_part_in(request, number), timezone.now()

    def draft():
        inputs = completion.inputs(ticket, now=now)
        return completion.pdf(inputs, completion.images(inputs), now)

    return printed(request, f"Rancangan-LPM-{ticket.number}.pdf", draft)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def issue_completion(request, number):
    """Order the report, with the pictures that are chosen here."""
    ticket = _taken_part_in(request, number)
    if not rules.may_issue(request.user, ticket):
        raise PermissionDenied
    if not completion.may_be_issued(ticket):
        if request.method == "POST":
            messages.error(request, "Laporan baru dapat diterbitkan setelah pekerjaan selesai.")
        return redirect(ticket)
    pictures = completion.evidence_images(Sight.of(request.user, ticket))
    if request.method == "POST":
        posted = set(request.POST.getlist("gambar"))
        chosen = [picture.key for picture in pictures if picture.key in posted]
        try:
            issuing.order_completion(ticket, by=request.user, now=timezone.now(), images=chosen)
        except issuing.NothingToReport:
            messages.error(request, "Tiket ini baru saja dibuka kembali. Laporan terbit setelah pekerjaan selesai.")
            return redirect(ticket)
        messages.success(request, "Laporan sedang dibuat. Nomornya terbit dalam beberapa detik pada bagian Dokumen.")
        return redirect(ticket)
    context = {"ticket": ticket, "pictures": pictures, "at_first": completion.IMAGES_AT_FIRST}
    return render(request, "tickets/paper.html", context)


@require_safe
@login_required
def recap_pdf(request, number):
    """The list of the reports that follow this one (S-7)."""
    ticket, now = _taken_part_in(request, number), timezone.now()
    if not recap.followers_of(ticket).exists():
        raise Http404
    return printed(request, f"Rekap-{ticket.number}.pdf", lambda: recap.pdf(recap.inputs(ticket, now=now), now))


def _taken_part_in(request, number):
    """The ticket, for who takes part in its SOP; to its reporter and to strangers its papers do not exist."""
    tickets = Ticket.objects.visible_to(request.user).select_related("unit", "reporter", "filed_by")
    ticket = get_object_or_404(tickets, number=number)
    if not rules.takes_part(request.user, ticket):
        raise Http404
    return ticket
