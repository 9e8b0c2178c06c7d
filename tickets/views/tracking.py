"""Following a report by its code, without an account."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tickets import tracking

#: The address is the key: it is kept nowhere, found by nobody, and told to no page that is opened from here.
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}


@require_safe
@never_cache
def follow(request, code):
    """Where a report stands and since when. An unknown code, an incident and an erased report are alike not there."""
    ticket = tracking.followed(code)
    if ticket is None:
        raise Http404
    context = {"ticket": ticket, "stops": tracking.stops(ticket), "now": timezone.now(), "bare": True}
    response = render(request, "tracking/follow.html", context)
    for name, value in HEADERS.items():
        response[name] = value
    return response
