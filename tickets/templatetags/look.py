"""How instants, states and the frame read on every page."""

from datetime import timedelta

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from tickets.words import when

register = template.Library()

# The one place where a state becomes colour and icon; its word comes from the ticket.
PILLS = {
    "baru": ("pill-strong", "circle-dot"),
    "diproses": ("", "circle-half-stroke"),
    "dibuka-kembali": ("pill-warm", "rotate-left"),
    "menunggu-konfirmasi": ("pill-hold", "hourglass-half"),
    "selesai": ("pill-ok", "circle-check"),
    "tidak-diproses": ("pill-muted", "ban"),
}


@register.inclusion_tag("_partials/_state.html")
def state_pill(ticket):
    tone, icon = PILLS[ticket.status]
    return {"tone": tone, "icon": icon, "word": ticket.status_label}


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
def nav_link(context, view, words, icon, count=0):
    """A place in the navigation: marked as the current page, or as the section the current page belongs to."""
    match = getattr(context.get("request"), "resolver_match", None)
    here = match.view_name if match else ""
    current = "page" if here == view else "true" if here.startswith(f"{view}-") else ""
    return {"href": reverse(view), "words": words, "icon": icon, "count": count, "current": current}
