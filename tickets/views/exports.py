"""Unduhan: tables as files, for who coordinates or heads an SOP. Short ones at once, long ones by a worker."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from tickets import audit
from tickets.exports import exporting
from tickets.exports.lists import SOURCE
from tickets.forms.sla import ReportFilter
from tickets.models import AuditEntry, Export
from tickets.reports.figures import figures, to_json
from tickets.reports.papers import XLSX_TYPE
from tickets.reports.tables import sla_workbook
from tickets.views.guards import overseers_only
from tickets.words import when

TYPES = {Export.Format.XLSX: XLSX_TYPE, Export.Format.CSV: "text/csv; charset=utf-8"}
PRIVATE = {"Cache-Control": "private, no-store"}


@require_http_methods(["GET", "HEAD", "POST"])
@overseers_only
def exports(request):
    """The person's own exports; a post asks for one more."""
    if request.method == "POST":
        return _asked(request)
    own = list(Export.objects.filter(person=request.user))
    for export in own:
        export.kept_until = export.finished_at + exporting.KEPT if export.finished_at else None
    context = {"exports": own, "is_running": any(not (e.finished_at or e.failed_at) for e in own)}
    return render(request, "exports/exports.html", context)


def _asked(request):
    kind, form = request.POST.get("isi"), request.POST.get("bentuk")
    if kind not in Export.Kind.values or form not in Export.Format.values:
        raise BadRequest("an export of something else than is offered")
    data = QueryDict(request.POST.get("saringan", ""), mutable=True)
    if source := request.POST.get(SOURCE):
        data[SOURCE] = source
    try:
        with transaction.atomic():
            export = exporting.ask(kind, form, data, by=request.user, now=timezone.now())
            audit.record(
                AuditEntry.Event.TABLE_EXPORTED,
                by=request.user,
                request=request,
                table=export.get_kind_display(),
                format=form,
            )
    except exporting.Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("unduhan")
    if exporting.fits_at_once(export):
        exporting.make(export)
        if export.finished_at:
            return redirect("unduhan-berkas", export.pk)
    return redirect("unduhan")


@require_safe
@overseers_only
def export_file(request, pk):
    """The file, for its owner, while the rights still cover what it holds."""
    export = get_object_or_404(Export, pk=pk, person=request.user)
    if not exporting.may_fetch(export, request.user):
        raise Http404
    try:
        content = export.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        content, as_attachment=True, filename=export.name, content_type=TYPES[export.format], headers=PRIVATE
    )


@require_safe
@overseers_only
def sla_xlsx(request):
    """The figures of the SLA page as a workbook."""
    now = timezone.now()
    filters = ReportFilter(request.GET, person=request.user, now=now)
    label = filters.period.label
    report = to_json(figures(filters.scope, now))
    content = sla_workbook(report, title=f"Laporan SLA {label}", lines=[f"Keadaan {when(now)}."])
    disposition = f'attachment; filename="laporan-sla-{slugify(label)}.xlsx"'
    return HttpResponse(content, content_type=XLSX_TYPE, headers=PRIVATE | {"Content-Disposition": disposition})
