"""Laporan SLA: the page of who coordinates or heads an SOP, and what stands behind each of its figures."""

from dataclasses import dataclass
from itertools import groupby

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tickets import limits
from tickets.forms.sla import EvaluationFilter, ReportFilter, RunsFilter, TicketsFilter
from tickets.models.runs import Verdict
from tickets.reports import charts, evaluation, figures, forecast, telling
from tickets.reports.figures import Figures, RowFigures
from tickets.views.guards import overseers_only
from tickets.views.time_card import set_clocks
from workflows import calendars
from workflows.sop import Sop

PAGE_SIZE = 25
LATE_SHOWN = 10
UNITS_SHOWN = 15


@dataclass(frozen=True)
class Share:
    """One of the three classes, beside the period before."""

    verdict: Verdict
    runs: int
    percent: int | None
    change: str


@dataclass(frozen=True)
class Count:
    """A number of tickets, beside the period before; None where there was none to count."""

    label: str
    kind: str
    now: int
    before: int | None


@dataclass(frozen=True)
class Part:
    """The rows of one SOP."""

    sop: Sop
    rows: list[RowFigures]


@require_safe
@overseers_only
def sla(request):
    """A whole period on one page. Who asks for one that cannot be is led back to where periods are chosen."""
    now = timezone.now()
    filters = ReportFilter(request.GET, person=request.user, now=now)
    if filters.is_of_no_period:
        return redirect(f"{reverse('sla-saring')}?{request.GET.urlencode()}")
    if _is_told_otherwise(request, filters):
        return redirect(f"{request.path}?{filters.query}")
    report = figures.figures(filters.scope, now)
    context = {
        "filters": filters,
        "report": report,
        "sentence": telling.sentence(report),
        "definitions": telling.DEFINITIONS,
        "shares": _shares(report),
        "counts": _counts(report),
        "late": _late(filters.scope, now),
        "parts": _parts(report),
        "columns": charts.columns(report.months),
        "holders": list(zip(charts.holders(report.holders), report.holders, strict=True)),
        "held_total": sum(held.seconds for held in report.holders),
        "units": report.units[:UNITS_SHOWN],
    }
    return render(request, "sla/sla.html", context)


@require_safe
@overseers_only
def narrow(request):
    """What the report is to be about. A page of its own: the report is read often and narrowed rarely."""
    filters = ReportFilter(request.GET, person=request.user, now=timezone.now())
    return render(request, "sla/filter.html", {"filters": filters})


@require_safe
@overseers_only
def units(request):
    """Every OPD, where the page shows the first of them."""
    now = timezone.now()
    filters = ReportFilter(request.GET, person=request.user, now=now)
    page = _page(request, figures.figures(filters.scope, now).units)
    return render(request, "sla/units.html", {"filters": filters, "page": page})


@require_safe
@overseers_only
def runs(request):
    """The rows that a figure counts, one by one."""
    filters = RunsFilter(request.GET, person=request.user, now=timezone.now())
    page = _page(request, filters.runs().with_whom_it_was_for().select_related("ticket", "performer"))
    return render(request, "sla/runs.html", {"filters": filters, "page": page})


@require_safe
@overseers_only
def tickets(request):
    """The tickets that a figure counts, one by one."""
    now = timezone.now()
    filters = TicketsFilter(request.GET, person=request.user, now=now)
    page = _page(request, filters.tickets().with_turn())
    set_clocks([ticket.turn for ticket in page if ticket.turn], now, calendars.current())
    return render(request, "sla/tickets.html", {"filters": filters, "page": page})


@require_safe
@overseers_only
def sop_evaluation(request):
    """Which mutu baku does not fit, and what practice does beside the document."""
    now = timezone.now()
    filters = EvaluationFilter(request.GET, person=request.user, now=now)
    if _is_told_otherwise(request, filters):
        return redirect(f"{request.path}?{filters.query}")
    report = figures.figures(filters.scope, now)
    deviations = evaluation.deviations(filters.scope, filters.way)
    page = _page(request, deviations.with_whom_it_was_for().select_related("ticket", "performer"))
    context = {
        "filters": filters,
        "report": report,
        "found": evaluation.evaluate(report),
        "enough": evaluation.ENOUGH,
        "ways": evaluation.ways(filters.scope),
        "deviations_total": report.sums.deviations,
        "page": page,
        "deviations": evaluation.with_reasons(page.object_list),
    }
    return render(request, "sla/evaluation.html", context)


@require_safe
@overseers_only
def outlook(request):
    """When open tickets will likely be done, and which will likely miss their limit."""
    now, calendar = timezone.now(), calendars.current()
    filters = ReportFilter(request.GET, person=request.user, now=now)
    found = forecast.forecasts(filters.scope, now, calendar)
    page = _page(request, found)
    context = {
        "filters": filters,
        "page": page,
        "expected": [(each, each.done_at(0.5, calendar), each.done_at(0.9, calendar)) for each in page],
        "late": sum(each.is_late for each in found),
        "likely": sum(each.is_likely_to_miss for each in found),
        "history": forecast.HISTORY,
        "enough": forecast.ENOUGH,
    }
    set_clocks([each.run for each in page], now, calendar)
    return render(request, "sla/forecast.html", context)


def _page(request, found):
    return Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))


def _is_told_otherwise(request, filters):
    """Whether an address says in other words what a shorter one says, as a form posts it: every view has one address.

    Where something of it is not understood, the page says so instead.
    """
    asked = request.GET.copy()
    asked.pop("page", None)
    return bool(asked) and not filters.ignored() and asked.urlencode() != filters.query


# What the page shows of the figures


def _shares(report: Figures) -> list[Share]:
    """How the rows that have a limit kept it, class by class."""
    now, before = report.sums, report.before.sums
    pairs = zip(charts.verdicts(now)[:3], charts.verdicts(before)[:3], strict=True)
    return [_share(verdict, runs, now.limited, earlier, before.limited) for (verdict, runs), (_, earlier) in pairs]


def _share(verdict: Verdict, runs: int, limited: int, earlier: int, limited_earlier: int) -> Share:
    percent = telling.percent(runs, limited)
    return Share(verdict, runs, percent, telling.points(percent, telling.percent(earlier, limited_earlier)))


def _counts(report: Figures) -> list[Count]:
    now, before = report.tickets, report.before.tickets
    return [
        Count("Masuk", "masuk", now.received, before.received),
        Count("Selesai", "selesai", now.done, before.done),
        Count("Tidak diproses", "tidak-diproses", now.not_processed, before.not_processed),
        Count("Terbuka", "terbuka", now.open, before.open),
    ]


def _late(scope, now):
    """The rows that are late now, as many as the page shows."""
    shown = list(figures.late_now(scope, now).select_related("ticket__unit", "performer")[:LATE_SHOWN])
    calendar = calendars.current()
    for run in shown:  # one on hold is due after its hold, and so never among them
        run.clock = limits.clock(run, now, calendar)
    return shown


def _parts(report: Figures) -> list[Part]:
    return [Part(sop, list(rows)) for sop, rows in groupby(report.rows, key=lambda row: row.sop)]
