"""The pages of failures that no view foresees. They need neither a person nor the database."""

import sys

from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token

from sopdesk.logs import request_id
from tickets.gate import to_sign_in_again
from tickets.storage import is_full

#: Seconds after which a machine that asks may ask again.
SOON = 10


def not_understood(request, exception):
    """A request that cannot be read; or one that was, and whose session was ended before it was answered."""
    if isinstance(exception, SessionInterrupted):
        return to_sign_in_again(request)
    return defaults.bad_request(request, exception)


@requires_csrf_token
def failed(request):
    """What is wrong as far as a person needs to know it, with the number under which the log tells what happened."""
    template, status = _page_of(sys.exc_info()[1])
    answer = HttpResponse(render_to_string(template, {"number": request_id.get()}), status=status)
    if status == 503:
        answer["Retry-After"] = SOON
    return answer


def _page_of(failure):
    """The template and the status that a failure is answered with."""
    if is_full(failure):
        return "507.html", 507
    if isinstance(failure, OperationalError | InterfaceError):  # not there, not answering, or given up waiting for it
        return "503_database.html", 503
    return "500.html", 500
