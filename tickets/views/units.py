"""Perangkat daerah: the OPD that people belong to, for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tickets import units
from tickets.actions import Refused
from tickets.forms.people import UnitForm
from tickets.forms.text import PlainTextField
from tickets.models import Unit
from tickets.views.guards import administrators_only

PAGE_SIZE = 50
SEARCH = PlainTextField(required=False)


@require_safe
@administrators_only
def unit_list(request):
    """Every OPD with its active accounts; `?cari=` narrows it."""
    wanted = SEARCH.clean(request.GET.get("cari", ""))[:100]
    found = Unit.objects.filter(Q(name__icontains=wanted) | Q(short_name__icontains=wanted))
    counted = found.annotate(active=Count("people", filter=Q(people__is_active=True))).order_by("name")
    page = Paginator(counted, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "units/list.html", {"page": page, "wanted": wanted})


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def new(request):
    return _entered(request, UnitForm(request.POST if request.method == "POST" else None))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def edit(request, pk):
    """Name and singkatan; `hapus` removes an OPD that nothing belongs to."""
    unit = get_object_or_404(Unit, pk=pk)
    if "hapus" in request.POST:
        return _removed(request, unit)
    return _entered(request, UnitForm(request.POST if request.method == "POST" else None, instance=unit))


def _entered(request, form):
    """Save what is sound and go back to the list; else show the form, with what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            unit = units.save(form.save(commit=False), by=request.user, request=request)
            messages.success(request, f"{unit.name} disimpan.")
            return redirect("opd")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "units/form.html", _context(form), status=422 if form.errors else 200)


def _removed(request, unit):
    try:
        units.remove(unit, by=request.user, request=request)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("opd-ubah", unit.pk)
    messages.success(request, f"{unit.name} dihapus.")
    return redirect("opd")


def _context(form):
    """The form, and of an OPD that is there already its name and whether anything belongs to it."""
    unit = Unit.objects.filter(pk=form.instance.pk).first() if form.instance.pk else None
    is_used = unit is not None and (unit.people.exists() or unit.tickets.exists())
    return {"form": form, "unit": unit, "is_used": is_used}
