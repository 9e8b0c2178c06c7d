"""How figures, their charts and the ways behind them read on the report pages."""

from itertools import groupby
from posixpath import relpath

from django import template
from django.urls import reverse
from django.utils.html import format_html

from tickets import words
from tickets.forms.sla import LATE_NOW, NO_UNIT
from tickets.limits import Band
from tickets.models.runs import Verdict
from tickets.reports import charts, telling
from tickets.reports.figures import AWAITED, HELD
from tickets.templatetags.icons import icon_of_sheet, icon_sheet
from tickets.templatetags.look import BANDS, EXTENDED, VERDICTS

register = template.Library()

register.filter("amount", telling.amount)


@register.simple_tag
def percent(part, whole):
    """92 %, or a dash where there is nothing to take a share of"""
    share = telling.percent(part, whole)
    return "–" if share is None else f"{share}{telling.SPACE}%"


@register.filter
def worked(seconds):
    """3 j 20 m, of whole seconds; a dash for none"""
    return words.span(seconds // 60) if seconds else "–"


@register.filter
def minutes(amount):
    """3 j 20 m, of whole minutes; a dash where nothing was measured"""
    if amount is None:
        return "–"
    return words.span(amount) if amount else "< 1 m"


@register.simple_tag(takes_context=True)
def runs_figure(context, filters, number, *, words="", **narrowed):
    """A number that leads to the runs it counts, under the filters in force and those named here."""
    return _figure(context, "sla-langkah", filters, f"{telling.amount(number)} {words}".strip(), number, narrowed)


@register.simple_tag(takes_context=True)
def tickets_figure(context, filters, number, kind):
    """A number that leads to the tickets it counts."""
    return _figure(context, "sla-tiket", filters, telling.amount(number), number, {"jenis": kind})


@register.simple_tag(takes_context=True)
def named_figure(context, filters, name, named, hasil=""):
    """A number of a role, a month or an OPD that leads to the runs it counts."""
    narrowed = {name: named.key or NO_UNIT}
    if name == "dari":
        narrowed = {"periode": "", "dari": f"{named.key}-01", "sampai": ""}
    number = named.sums.late if hasil else named.sums.runs
    return _figure(context, "sla-langkah", filters, telling.amount(number), number, {**narrowed, "hasil": hasil})


def _figure(context, view, filters, told, number, narrowed):
    """The way is relative: some two hundred of them are the weight of a page. What was late is red by its address."""
    if not number:
        return told
    place = relpath(reverse(view), context["request"].path)
    return format_html('<a href="{}/?{}">{}</a>', place, filters.address(**narrowed), told)


@register.simple_tag
def late_query(filters):
    """The address of the list of what is late now."""
    return filters.address(jenis=LATE_NOW)


@register.filter
def row_key(row):
    """A row in an address: website-2024.4"""
    return row.sop.row(row.step.no)


@register.simple_tag
def verdict_icons():
    """The signs of the three classes, drawn once for `verdict_word` and for what is late now."""
    return icon_sheet(*(VERDICTS[verdict][1] for verdict in (Verdict.ON_TIME, Verdict.EXTENDED, Verdict.LATE)))


@register.simple_tag
def verdict_word(verdict):
    """How a row was kept, in a word with its sign: the head of a column."""
    tone, icon = VERDICTS[Verdict(verdict)]
    return format_html('<span class="verdict is-{}">{}{}</span>', tone, icon_of_sheet(icon), Verdict(verdict).label)


@register.simple_tag
def late_word(run):
    """By how much an open row is late: terlambat 2 hari"""
    tone, icon, _ = BANDS[Band.LATE]
    return format_html('<span class="verdict is-{}">{}{}</span>', tone, icon_of_sheet(icon), words.standing(run.clock))


@register.filter
def tone(stands_for):
    """The class of a mark of a chart."""
    return VERDICTS[Verdict(stands_for)][0]


@register.filter
def held_class(mark, nth):
    """The class of who held the time: shades for those at work, by their order; one for all that waited."""
    return "held-waiting" if mark.stands_for in (AWAITED, HELD) else f"held-{nth}"


@register.inclusion_tag("sla/_share_bar.html")
def share_bar(sums):
    """How the runs were kept, as one bar; the numbers stand beside it."""
    return {"marks": charts.shares(sums)}


@register.inclusion_tag("sla/_row_bar.html")
def row_bar(row):
    """Median and p90 of a row on a track with its mutu baku half way."""
    return {"row": row, "bar": charts.against(row)}


@register.simple_tag
def row_names(rows):
    """langkah 2, 3 (Website sumbarprov.go.id); langkah 1 (Aplikasi SPJ Online)"""
    of_sop = groupby(rows, key=lambda row: row.sop)
    return "; ".join(f"langkah {', '.join(str(row.step.no) for row in own)} ({sop.service})" for sop, own in of_sop)


@register.simple_tag
def way_query(filters, way):
    """The address of the deviations by one arrow."""
    return filters.address(panah=way.key)


@register.simple_tag
def run_limit(run):
    """What a run was given, extensions included; a dash where it had no limit."""
    return words.span(run.budget_minutes + run.extra_minutes) if run.budget_minutes is not None else "–"


@register.simple_tag
def band_icons():
    """The signs of limits, drawn once for a list of open rows."""
    return icon_sheet(*sorted({icon for _, icon, _ in (*BANDS.values(), EXTENDED)}))


@register.simple_tag
def risk(forecast):
    """How likely an open row is to miss its limit, with its sign where there is something to say."""
    if forecast.is_late:
        return "sudah lewat"
    if forecast.share_missing is None:
        return "–" if forecast.is_bound else "tanpa batas waktu"
    tone, icon, _ = BANDS[Band.SOON if forecast.is_likely_to_miss else Band.FINE]
    told = "mungkin terlambat" if forecast.is_likely_to_miss else "kecil"
    share = percent(forecast.missing, forecast.like)
    return format_html('<span class="verdict is-{}">{}{}, {}</span>', tone, icon_of_sheet(icon), told, share)
