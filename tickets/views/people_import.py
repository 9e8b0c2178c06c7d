"""A list of staff: sent, looked at line by line, taken over whole or not at all. For administrators."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tickets import staff_imports, staff_lists
from tickets.actions import Conflict, Refused
from tickets.forms.people_import import ApplyForm, ListForm
from tickets.models import PeopleImport
from tickets.reports.papers import XLSX_TYPE
from tickets.staff_imports import Verdict
from tickets.views.guards import administrators_only
from tickets.words import stopped

LINES_PER_PAGE = 50
SHOWN_IMPORTS = 5


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def send(request):
    """Send a list. It is kept to be looked at; nothing is written of it yet."""
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    if request.method != "POST" or not form.is_valid():
        columns = [(name, says) for name, (_, says) in staff_lists.COLUMNS.items()]
        context = {
            "form": form,
            "columns": columns,
            "imports": PeopleImport.objects.select_related("by")[:SHOWN_IMPORTS],
        }
        return render(request, "people/import.html", context, status=422 if form.errors else 200)
    made = staff_imports.keep(form.staff, name=form.name, by=request.user)
    if form.staff.ignored:
        messages.info(request, stopped(f"Kolom ini tidak dipakai: {', '.join(form.staff.ignored)}"))
    return redirect("pengguna-impor-periksa", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def look(request, pk):
    """What a list would do, line by line; posted, it is taken over, or with `batal` forgotten."""
    made = get_object_or_404(PeopleImport.objects.select_related("by"), pk=pk)
    if made.applied_at:
        return _already(request, made)
    if "batal" in request.POST:
        PeopleImport.objects.filter(pk=pk, applied_at=None).delete()
        messages.success(request, "Daftar dibuang. Tidak ada akun yang berubah.")
        return redirect("pengguna-impor")
    checked = staff_imports.check(made.rows, by=request.user)
    posted = request.POST if request.method == "POST" else None
    form = ApplyForm(posted, checked=checked, has_mail=settings.MAIL_ENABLED)
    if request.method != "POST" or not form.is_valid():
        return _looked_at(request, made, checked, form)
    try:
        made = _take_over(request, made, form)
    except Conflict as conflict:
        messages.warning(request, str(conflict))
        return redirect("pengguna-impor-periksa", pk)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _looked_at(request, made, checked, form)
    messages.success(request, f"Daftar diterapkan: {made.created} akun baru, {made.changed} akun diubah.")
    return redirect("pengguna")


def _take_over(request, made, form):
    wanted = form.cleaned_data
    return staff_imports.apply(
        made,
        by=request.user,
        seal=wanted["seal"],
        creates_units=wanted.get("creates_units", False),
        invites=wanted.get("invites", False),
        request=request,
    )


def _already(request, made):
    """A list that was taken over says so, and does nothing more."""
    if request.method == "POST":
        messages.warning(request, "Daftar ini sudah diterapkan.")
    return render(request, "people/imported.html", {"made": made})


def _looked_at(request, made, checked, form):
    wanted = request.GET.get("tampilan", "")
    shown = wanted if wanted in set(Verdict) else ""
    lines = [line for line in checked.lines if not shown or line.verdict == shown]
    context = {
        "made": made,
        "checked": checked,
        "form": form,
        "page": Paginator(lines, LINES_PER_PAGE).get_page(request.GET.get("page")),
        "tabs": [("", "Semua", len(checked.lines)), *_tabs(checked)],
        "shown": shown,
    }
    return render(request, "people/preview.html", context, status=422 if form.errors else 200)


def _tabs(checked):
    return [(verdict, verdict.capitalize(), checked.counts[verdict]) for verdict in Verdict if checked.counts[verdict]]


@require_safe
@administrators_only
def empty_csv(request):
    return _file(staff_lists.empty_csv(), "text/csv; charset=utf-8", "daftar-pengguna.csv")


@require_safe
@administrators_only
def empty_xlsx(request):
    return _file(staff_lists.empty_xlsx(), XLSX_TYPE, "daftar-pengguna.xlsx")


def _file(content, content_type, name):
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
