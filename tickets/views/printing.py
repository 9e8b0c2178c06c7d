"""Papers as answers: a PDF made on the spot, or the page that says it could not be made."""

import logging

from django.http import HttpResponse
from django.shortcuts import render

from tickets.reports.press import PressFailed

log = logging.getLogger("sopdesk.press")


def printed(request, name, make):
    """The PDF that `make()` gives, called `name` when it is saved; if it cannot be made, a page that says so (503)."""
    try:
        content = make()
    except PressFailed as failure:
        log.error("%s could not be made: %s", name, failure)
        return render(request, "503.html", status=503)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"},
    )
