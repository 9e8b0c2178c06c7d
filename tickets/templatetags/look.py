"""How instants, states and the frame read on every page."""

import re
from datetime import timedelta
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from tickets import discretion, words
from tickets.limits import Band
from tickets.models.runs import Verdict
from tickets.templatetags.icons import icon, icon_of_sheet, icon_sheet
from tickets.words import when

register = template.Library()

# The one place where a state becomes colour and icon; its word comes from the ticket.
PILLS = {
    "baru": ("pill-strong", "circle-dot"),
    "diproses": ("", "circle-half-stroke"),
    "dibuka-kembali": ("pill-warm", "rotate-left"),
    "menunggu-konfirmasi": ("pill-hold", "hourglass-half"),
    "mengikuti": ("pill-hold", "link"),
    "selesai": ("pill-ok", "circle-check"),
    "tidak-diproses": ("pill-muted", "ban"),
}

# The same for how a row stands with its limit: colour, icon and word. Red is late and nothing else.
BANDS = {
    Band.NONE: ("hold", "infinity", "tanpa batas waktu"),
    Band.UNKNOWN: ("hold", "circle-question", "belum ada perkiraan"),
    Band.FINE: ("ok", "circle-check", "tepat waktu"),
    Band.SOON: ("warm", "hourglass-end", "segera jatuh tempo"),
    Band.LATE: ("late", "triangle-exclamation", "terlambat"),
    Band.PAST_ESTIMATE: ("warm", "clock-rotate-left", "melewati perkiraan"),
    Band.HELD: ("hold", "circle-pause", "ditunda"),
}
EXTENDED = ("warm", "calendar-plus", "diperpanjang")

# And for how it was left.
VERDICTS = {
    Verdict.ON_TIME: ("ok", "circle-check"),
    Verdict.EXTENDED: ("warm", "calendar-plus"),
    Verdict.LATE: ("late", "triangle-exclamation"),
    Verdict.NO_LIMIT: ("hold", "infinity"),
    Verdict.PAST_ESTIMATE: ("warm", "clock-rotate-left"),
}

INCIDENT_ICON = "user-shield"

AMOUNT = re.compile(r"([0-9]+) (hari|j|m)\b")


@register.inclusion_tag("_partials/_state.html")
def state_pill(ticket, *, of_sheet=False):
    """The status of a ticket; in a long list with its icon from the list's `state_icons`."""
    tone, icon = PILLS[ticket.status]
    return {"tone": tone, "icon": icon, "word": ticket.status_label, "of_sheet": of_sheet}


@register.simple_tag
def state_icons(tickets):
    """The icons of the states and limits of a list's tickets, each drawn once."""
    looks = [PILLS[ticket.status] for ticket in tickets]
    looks += [_look_of(ticket.turn.clock) for ticket in tickets if ticket.turn]
    looks += [("", INCIDENT_ICON) for ticket in tickets if ticket.restricted]
    return icon_sheet(*sorted({icon for _, icon, *_ in looks}))


@register.simple_tag
def incident(ticket, *, of_sheet=False):
    """The mark of a security incident, on any page; nothing for any other ticket. `of_sheet` as above."""
    if not ticket.restricted:
        return ""
    drawn = (icon_of_sheet if of_sheet else icon)(INCIDENT_ICON)
    return format_html(' <span class="pill pill-incident">{}{}</span>', drawn, discretion.INCIDENT)


def _unbroken(told):
    """Words whose amounts stay with their units where a line ends."""
    return AMOUNT.sub("\\1\N{NO-BREAK SPACE}\\2", told)


def _look_of(clock):
    return EXTENDED if clock.is_extended and clock.band == Band.FINE else BANDS[clock.band]


@register.inclusion_tag("_partials/_time.html")
def time_line(clock, *, of_sheet=False):
    """How an open row stands, for a line of a list: words, bar and tenggat. `of_sheet` as in `state_pill`."""
    tone, icon, _ = _look_of(clock)
    return {"clock": clock, "tone": tone, "icon": icon, "words": _unbroken(words.standing(clock)), "of_sheet": of_sheet}


@register.inclusion_tag("_partials/_time_head.html")
def time_head(clock):
    """How an open row stands, for its time card. What the words say already stands in no pill beside them."""
    tone, icon, word = _look_of(clock)
    told = words.standing(clock)
    return {"tone": tone, "icon": icon, "word": "" if told.startswith(word) else word, "words": _unbroken(told)}


@register.simple_tag
def clock_tone(clock):
    """The tone of a row's limit, for the class of what is drawn in it."""
    return _look_of(clock)[0]


@register.inclusion_tag("_partials/_verdict.html")
def verdict(run, *, brief=False):
    """How a row that was left kept its limit; `brief` where its time and limit stand beside it."""
    tone, icon = VERDICTS[Verdict(run.verdict)]
    told = words.verdict(run)
    return {"tone": tone, "icon": icon, "words": _unbroken(told.partition(",")[0] if brief else told)}


@register.filter
def span(minutes):
    """3 j 20 m"""
    return words.span(minutes)


@register.filter
def span_exact(minutes):
    """2 hari 3 j 20 m, to the nearest minute"""
    return words.span(round(minutes), parts=3)


@register.filter
def span_signed(minutes):
    """+ 3 j 20 m"""
    return f"{'−' if minutes < 0 else '+'} {span_exact(abs(minutes))}"


@register.filter
def due(instant):
    """Sel 24 Nov 2026 16.00 WIB"""
    return words.due(instant) if instant else ""


@register.filter
def due_short(instant):
    """Sel 24 Nov 16.00"""
    return date_format(timezone.localtime(instant), "D j M H.i") if instant else ""


@register.filter
def clock_time(instant):
    """16.00"""
    return date_format(timezone.localtime(instant), "H.i") if instant else ""


@register.filter
def goes_on(instant):
    """When work goes on, as near as it is: 13.00, Senin 07.30"""
    return words.goes_on(instant, timezone.now())


@register.filter
def wib(instant):
    """21 Nov 2026 14.05 WIB"""
    return when(instant) if instant else ""


@register.filter
def wib_day(instant):
    """Sabtu, 21 November 2026"""
    return date_format(timezone.localtime(instant), "l, j F Y") if instant else ""


@register.filter
def ago(instant):
    """How long ago, in words for today and yesterday, with the full date and time on hover and in print."""
    if not instant:
        return ""
    words, exact = _ago(instant, timezone.now()), when(instant)
    if words == exact:
        return format_html('<time datetime="{}">{}</time>', instant.isoformat(), exact)
    return format_html('<time datetime="{}" title="{}">{}</time>', instant.isoformat(), exact, words)


def _ago(instant, now):
    passed = now - instant
    then, today = timezone.localtime(instant), timezone.localdate(now)
    if passed < timedelta(0):
        return when(instant)
    if passed < timedelta(minutes=1):
        return "baru saja"
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)} menit yang lalu"
    if then.date() == today:
        return f"{passed // timedelta(hours=1)} jam yang lalu"
    if then.date() == today - timedelta(days=1):
        return f"kemarin {then:%H.%M}"
    return when(instant)


@register.filter
def initials(name):
    """The first letters of the first and the last name, for the round mark of a person."""
    words = [word for word in str(name).replace(",", " ").split() if word[0].isalpha() and not word.endswith(".")]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:]))


@register.inclusion_tag("_partials/_nav_link.html", takes_context=True)
def nav_link(context, view, words, icon, count=0, holds=""):
    """A place in the navigation: marked as the current page, or as the section the current page belongs to.

    `holds` names the pages below it that are not called after it, separated by spaces.
    """
    match = getattr(context.get("request"), "resolver_match", None)
    here = match.view_name if match else ""
    within = any(f"{here}-".startswith(f"{section}-") for section in (view, *holds.split()))
    current = "page" if here == view else "true" if within else ""
    return {"href": reverse(view), "words": words, "icon": icon, "count": count, "current": current}


@register.simple_tag
def share(ticket):
    """A WhatsApp message with the number and address of a ticket, and nothing of what stands in it."""
    text = (
        f"Mohon perhatian Anda untuk tiket {ticket.number} di SOPDesk: {settings.SITE_URL}{ticket.get_absolute_url()}"
    )
    return _whatsapp(text)


@register.simple_tag
def share_tracking(ticket, link):
    """A WhatsApp message for a reporter without an account: the number, and the link to follow the report by."""
    return _whatsapp(f"Laporan Anda tercatat dengan nomor {ticket.number}. Ikuti perkembangannya di {link}")


def _whatsapp(text):
    return f"https://wa.me/?{urlencode({'text': text})}"
