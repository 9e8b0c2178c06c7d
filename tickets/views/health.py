"""Kesehatan sistem for administrators, and two addresses for machines, which say yes or no and nothing else."""

import logging

from django.contrib import messages
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tickets import health, quiet
from tickets.forms.health import ReleaseForm
from tickets.models import Document, Letter, Notice
from tickets.notifications import letters
from tickets.reports import issuing
from tickets.views.guards import administrators_only

SHOWN = 50  # failed mails or papers on the page; the oldest of more follow when these are settled

log = logging.getLogger("sopdesk.health")


@require_safe
@administrators_only
def health_page(request):
    """Every finding, the mail that was given up, and in a restored copy the way out of its quiet."""
    return _page(request, release=ReleaseForm())


def _page(request, *, release, status=200):
    found = health.findings(timezone.now())
    failed = Notice.objects.failed().select_related("person", "ticket", "document").order_by("-failed_at", "-pk")
    papers = Document.objects.given_up().select_related("ticket").order_by("-failed_at", "-pk")
    context = {
        "findings": found,
        "ill": sum(not finding.is_well for finding in found),
        "failed": failed[:SHOWN],
        "letters": Letter.objects.failed().select_related("person").order_by("-failed_at", "-pk")[:SHOWN],
        "papers": papers[:SHOWN],
        "shown": SHOWN,
        "now": timezone.now(),
        "release": release if quiet.is_shown() else None,
        "waiting": quiet.waiting_mail,
    }
    return render(request, "health/health.html", context, status=status)


@require_POST
@administrators_only
def release_copy(request):
    """Let a restored copy be the office that people work with."""
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _page(request, release=form, status=422)
    send_mail = form.cleaned_data["surel"] == ReleaseForm.SEND
    if quiet.release(by=request.user, now=timezone.now(), send_mail=send_mail, request=request):
        messages.success(request, "Salinan dilepas. Surel dan peringatan berjalan lagi dalam satu menit.")
    else:
        messages.info(request, "Salinan ini sudah dilepas.")
    return redirect("kesehatan")


@require_POST
@administrators_only
def settle_mail(request, pk):
    """Send a mail that was given up once more, or let it be."""
    notice = get_object_or_404(Notice.objects.failed().select_related("person"), pk=pk)
    if "kirim" in request.POST:
        health.send_again(notice, now=timezone.now())
    else:
        health.let_be(notice, now=timezone.now())
    return _settled(request, notice.person)


@require_POST
@administrators_only
def settle_letter(request, pk):
    """Send a letter about an account that was given up once more, or let it be."""
    letter = get_object_or_404(Letter.objects.failed().select_related("person"), pk=pk)
    if "kirim" in request.POST:
        letters.send_again(letter, now=timezone.now())
    else:
        letters.let_be(letter)
    return _settled(request, letter.person)


def _settled(request, person):
    outcome = "dikirim ulang" if "kirim" in request.POST else "diabaikan"
    messages.success(request, f"Surel untuk {person.name} {outcome}.")
    return redirect("kesehatan")


@require_POST
@administrators_only
def make_paper_again(request, pk):
    """Let a paper that was given up be tried once more."""
    issuing.make_again(get_object_or_404(Document.objects.given_up(), pk=pk))
    messages.success(request, "Dokumen dibuat ulang. Hasilnya tampak dalam beberapa detik.")
    return redirect("kesehatan")


@require_safe
@never_cache
def healthz(request):
    """Whether everything is well; strangers learn no more than that."""
    return _verdict(lambda: health.is_well(timezone.now()))


@require_safe
@never_cache
def readyz(request):
    """Whether this process can serve pages: the database answers and is as this code needs it."""
    return _verdict(_is_migrated)


def _verdict(is_well):
    try:
        well = is_well()
    except DatabaseError:
        log.exception("the database did not answer a health check")
        well = False
    return HttpResponse(
        "ok" if well else "not ok", content_type="text/plain; charset=utf-8", status=200 if well else 503
    )


def _is_migrated():
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
