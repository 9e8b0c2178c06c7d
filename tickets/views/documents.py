"""Issued papers: their list, their files, and the check page that anybody may open."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tickets.forms.papers import IssueForm, PaperFilter
from tickets.forms.sla import ReportFilter
from tickets.models import Document, FileView, Notice, Ticket
from tickets.reports import issuing, monthly, papers
from tickets.requests import client_address
from tickets.views.files import gone
from tickets.views.guards import overseers_only
from tickets.views.printing import printed
from workflows.worktime import ZONE

PAGE_SIZE = 25

log = logging.getLogger("sopdesk.papers")


@require_http_methods(["GET", "HEAD", "POST"])
@overseers_only
def document_list(request):
    """The papers this person may read, the latest first; who heads the office issues a Laporan SLA here."""
    if request.method == "POST":
        return _issue(request)
    return _listed(request, _issue_form(request))


def _issue(request):
    if not request.user.heads_the_office:
        raise PermissionDenied
    form = _issue_form(request, request.POST)
    if not form.is_valid():
        return _listed(request, form, status=422)
    issuing.order_sla(form.period, by=request.user, now=timezone.now())
    messages.success(request, f"Laporan SLA {form.period.label} sedang dibuat. Nomornya terbit dalam beberapa detik.")
    return redirect("dokumen")


def _issue_form(request, data=None):
    today = timezone.localdate(timezone=ZONE)
    first = Ticket.objects.order_by("created_at").values_list("created_at", flat=True).first()
    return IssueForm(data, first=timezone.localdate(first, ZONE) if first else today, today=today)


def _listed(request, form, *, status=200):
    readable = Document.objects.readable_by(request.user)
    years = sorted(readable.made().order_by().values_list("year", flat=True).distinct(), reverse=True)
    filters = PaperFilter(request.GET, years=years)
    page = Paginator(_found(readable, filters), PAGE_SIZE).get_page(request.GET.get("page"))
    for document in page:
        document.period = issuing.period_of(document) if document.starts_on else None
    context = {
        "filters": filters,
        "page": page,
        "form": form,
        "waits": any(not document.made_at and not document.failed_at for document in page),
        "may_issue": request.user.heads_the_office,
    }
    return render(request, "papers/list.html", context, status=status)


def _found(readable, filters):
    of_kind = Q(kind=filters.kind) if filters.kind else Q()
    of_year = Q(year=filters.year) | Q(made_at=None) if filters.year else Q()
    found = readable.filter(of_kind, of_year).select_related("ticket")
    return found.defer("inputs", "images").order_by("-ordered_at", "-pk")


# The files


@require_safe
@login_required
def download(request, code):
    """The PDF of a paper, as it was issued."""
    document = _readable(request, code)
    if document.erased_at:
        return gone(request, document.erased_at)
    try:
        content = papers.content_of(document)
    except FileNotFoundError:
        log.error("the file of paper %s is missing on disk", document.pk)
        return render(request, "503.html", status=503)
    return _delivered(request, document, content, papers.PDF_TYPE, "pdf", disposition="inline")


@require_safe
@login_required
def spreadsheet(request, code):
    """The figures of a Laporan SLA, as they stand on the paper."""
    document = _readable(request, code)
    if document.kind != Document.Kind.SLA:
        raise Http404
    if document.erased_at:
        return gone(request, document.erased_at)
    content = monthly.workbook(document.inputs)
    return _delivered(request, document, content, papers.XLSX_TYPE, "xlsx", disposition="attachment")


def _readable(request, code):
    return get_object_or_404(Document.objects.made().readable_by(request.user), code=code)


def _delivered(request, document, content, content_type, ending, *, disposition):
    FileView.objects.create(at=timezone.now(), person=request.user, document=document, address=client_address(request))
    name = papers.file_name(document, ending)
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'{disposition}; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


@require_POST
@login_required
def read(request, code):
    """Mark what was told of a paper as read."""
    told = Notice.objects.in_app(request.user).filter(document=_readable(request, code))
    told.unread().update(read_at=timezone.now())
    return redirect("pemberitahuan")


@require_safe
@overseers_only
def sla_pdf(request):
    """The Laporan SLA page as a paper, under the filters of its address: a draft, without number, stored nowhere."""
    now = timezone.now()
    scope = ReportFilter(request.GET, person=request.user, now=now).scope
    name = f"rancangan-laporan-sla-{scope.period.first:%Y%m%d}-{scope.period.last:%Y%m%d}.pdf"
    return printed(request, name, lambda: monthly.draft_pdf(scope, now))


# For everybody


@require_safe
@never_cache
def check(request, code):
    """Whether a paper is one of ours: its number, kind, day and SHA-256, and nothing else of it or its reader."""
    document = Document.objects.made().filter(code=code).only("number", "kind", "made_at", "sha256").first()
    return render(request, "papers/check.html", {"document": document}, status=200 if document else 404)
