"""Kalender kerja: the wall calendar that everybody reads, and what administrators change of it.

A change takes two steps at one address: filled in, it is shown with the open limits it would move (`langkah=periksa`);
with a reason, it is saved (`langkah=simpan`). Nothing is kept in between but what the page itself carries.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from tickets import actions, calendar_changes, wall
from tickets.forms.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    ConfirmYearForm,
    DayForm,
    PeriodForm,
    ReasonForm,
    remove_day,
    remove_period,
)
from tickets.models import Ticket
from tickets.views.guards import administrators_only
from workflows import calendars, proposals
from workflows.models import WEEKDAYS, CalendarChange, CalendarDay, CalendarYear, WorkingPeriod
from workflows.worktime import NoWorkingTime

MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")
CHANGES_PER_PAGE = 20
SHOWN_MOVES = 200

#: The steps of a change, as the buttons post them.
FILL, CHECK, SAVE = "isi", "periksa", "simpan"


# For everybody


@require_safe
@login_required
def month(request):
    """One month on the wall: `?bulan=2026-11`, or the current one."""
    now = timezone.now()
    today = timezone.localdate(now)
    first = _first_of_month(request.GET.get("bulan", f"{today:%Y-%m}"))
    shown = wall.month(calendars.current(), _rows(first.year), first=first, today=today)
    context = {
        "shown": shown,
        "year": _year(first.year),
        "before": _month_beside(first, -1),
        "after": _month_beside(first, +1),
        "is_current": (first.year, first.month) == (today.year, today.month),
        "tab": "bulan",
    }
    if request.user.is_staff:
        context["warnings"] = calendar_changes.calendar_state(now)
    return render(request, "calendar/month.html", context)


@require_safe
@login_required
def year(request, year):
    """Twelve small months, and every day of the year with a name."""
    _known_year(year)
    months = wall.year(calendars.current(), _rows(year), number=year, today=timezone.localdate())
    context = {
        "months": months,
        "year": _year(year),
        "before": year - 1 if year > FIRST_YEAR else None,
        "after": year + 1 if year < LAST_YEAR else None,
        "named": [box for shown in months for box in shown.named],
        "working_days": sum(shown.working_days for shown in months),
        "tab": "tahun",
    }
    return render(request, "calendar/year.html", context)


@require_safe
@login_required
def hours(request):
    """The working hours by period."""
    periods = [(period, wall.hours_of(period.as_period())) for period in WorkingPeriod.objects.all()]
    return render(request, "calendar/hours.html", {"periods": periods, "tab": "jam-kerja"})


# For administrators


@require_safe
@administrators_only
def changes(request):
    """Every change: by whom, why, and what it moved."""
    page = Paginator(CalendarChange.objects.select_related("by"), CHANGES_PER_PAGE).get_page(request.GET.get("page"))
    _leave_out_incidents(page)
    entries = [(change, [_moved(*moved) for moved in change.moved[:SHOWN_MOVES]]) for change in page]
    return render(request, "calendar/changes.html", {"page": page, "entries": entries, "tab": "perubahan"})


def _leave_out_incidents(changes):
    """Tickets that were marked after a change had moved them are no longer told of it."""
    numbers = {number for change in changes for number, *_ in change.moved}
    marked = set(Ticket.objects.filter(number__in=numbers, restricted=True).values_list("number", flat=True))
    for change in changes:
        change.moved = [moved for moved in change.moved if moved[0] not in marked]


def _moved(number, row, before, after):
    """A limit that was moved, from the log."""
    instants = {"before": datetime.fromisoformat(before), "after": datetime.fromisoformat(after)}
    return {"number": number, "row": row, **instants}


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def new_period(request):
    like = WorkingPeriod.objects.last()  # the latest dated hours, else the normal ones
    initial = {day: getattr(like, day) for day in WEEKDAYS} if like else {}
    form = PeriodForm(_posted(request), initial=initial)
    return _change(request, form, form.change, title="Tambah jam kerja", back=reverse("kalender-jam-kerja"))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def period(request, pk):
    row = get_object_or_404(WorkingPeriod, pk=pk)
    form = PeriodForm(_posted(request), instance=row)
    remove = "" if row.is_normal else reverse("kalender-jam-kerja-hapus", args=[pk])
    title = f"Ubah jam kerja: {row.name}"
    back = reverse("kalender-jam-kerja")
    return _change(request, form, form.change, title=title, back=back, remove=remove)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def remove_period_page(request, pk):
    row = get_object_or_404(WorkingPeriod, pk=pk, starts_on__isnull=False)
    title = f"Hapus jam kerja: {row.name}"
    return _change(request, None, partial(remove_period, row), title=title, back=reverse("kalender-jam-kerja"))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def new_day(request):
    """A day to close or open; `?tanggal=2026-12-24` leads to it if it is on the calendar already."""
    asked = _date(request.GET.get("tanggal", ""))
    if request.method != "POST" and asked and (row := CalendarDay.objects.filter(date=asked).first()):
        return redirect("kalender-hari", row.pk)
    form = DayForm(_posted(request), initial={"date": asked})
    return _change(
        request, form, form.change, title="Tambah hari khusus", back=_month_of(_date(form["date"].data or "") or asked)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def day(request, pk):
    row = get_object_or_404(CalendarDay, pk=pk)
    form = DayForm(_posted(request), instance=row)
    title = f"Ubah {wall.date_in_words(row.date)}"
    remove = reverse("kalender-hari-hapus", args=[pk])
    return _change(request, form, form.change, title=title, back=_month_of(row.date), remove=remove)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def remove_day_page(request, pk):
    row = get_object_or_404(CalendarDay, pk=pk)
    title = f"Hapus {wall.date_in_words(row.date)}"
    return _change(request, None, partial(remove_day, row), title=title, back=_month_of(row.date))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def propose(request, year):
    _known_year(year)
    back = reverse("kalender-tahun", args=[year])
    return _change(request, None, partial(proposals.propose, year), title=f"Ambil usulan {year}", back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def confirm(request, year):
    _known_year(year)
    form = ConfirmYearForm(_posted(request), year=_year(year), by=request.user, now=timezone.now())
    back = reverse("kalender-tahun", args=[year])
    return _change(request, form, form.change, title=f"Tetapkan kalender {year}", back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def withdraw(request, year):
    _known_year(year)
    back = reverse("kalender-tahun", args=[year])
    title = f"Kembalikan kalender {year} menjadi usulan"
    return _change(request, None, partial(proposals.withdraw, year), title=title, back=back)


def _change(request, form, change, *, title, back, remove=""):
    """The two steps of a change. Without a form there is nothing to fill in, and a mere look leads back."""
    context = {"form": form, "title": title, "back": back, "remove": remove}
    if request.method != "POST":
        return render(request, "calendar/form.html", context) if form else redirect(back)
    step = request.POST.get("langkah")
    if form and (step == FILL or not form.is_valid()):
        return render(request, "calendar/form.html", context, status=200 if step == FILL else 422)
    try:
        return _checked(request, change, context, step)
    except (proposals.NotPossible, NoWorkingTime) as refusal:
        if form is None:
            messages.warning(request, str(refusal))
            return redirect(back)
        form.add_error(None, str(refusal))
        return render(request, "calendar/form.html", context, status=422)


def _checked(request, change, context, step):
    """Save a change that was looked at; else show what it would do."""
    now, outdated = timezone.now(), ""
    reason = ReasonForm(request.POST if step == SAVE else None)
    if step == SAVE and reason.is_valid():
        try:
            made = calendar_changes.apply(
                change,
                by=request.user,
                reason=reason.cleaned_data["reason"],
                now=now,
                expected=reason.cleaned_data["version"] or 0,
            )
        except actions.Conflict as conflict:
            outdated = str(conflict)
        else:
            messages.success(request, _thanks(made))
            return redirect(context["back"])
    seen = calendar_changes.preview(change, now=now)
    shown = {"seen": seen, "moves": seen.moves[:SHOWN_MOVES], "reason": reason, "outdated": outdated}
    return render(request, "calendar/preview.html", context | shown, status=422 if reason.errors else 200)


def _thanks(made):
    if made is None:
        return "Kalender sudah seperti itu; tidak ada yang diubah."
    return f"Kalender disimpan. {len(made.moved)} tenggat disesuaikan." if made.moved else "Kalender disimpan."


def _posted(request):
    return request.POST if request.method == "POST" else None


# Addresses


def _first_of_month(text):
    found = MONTH.fullmatch(text)
    if not found:
        raise Http404
    _known_year(int(found["year"]))
    return date(int(found["year"]), int(found["month"]), 1)


def _known_year(number):
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise Http404


def _month_beside(first, step):
    """The first day of the month before or after; None beyond the years there are."""
    number, month = divmod(first.year * 12 + first.month - 1 + step, 12)
    return date(number, month + 1, 1) if FIRST_YEAR <= number <= LAST_YEAR else None


def _month_of(day):
    return f"{reverse('kalender')}?bulan={day:%Y-%m}" if day else reverse("kalender")


def _date(text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _rows(year):
    """The named days of a year by their date."""
    return {row.date: row for row in CalendarDay.objects.filter(date__year=year)}


def _year(number):
    """How far the calendar of a year is; unsaved (`pk` None) when nobody has filled it in."""
    return CalendarYear.objects.filter(year=number).first() or CalendarYear(year=number)
