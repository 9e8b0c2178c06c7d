"""Who may open a page at all, where that does not hang on a ticket."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied

from tickets import worklists


def administrators_only(view):
    """For people who set the office up; anybody else reads that the page is not for their role."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(guarded)


def answerable_only(view):
    """For administrators and for people who coordinate or head some SOP; the view narrows what each of them reads."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not (request.user.is_staff or worklists.overseen(request.user)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(guarded)


def overseers_only(view):
    """For people who coordinate or head some SOP; what they read is narrowed to those SOPs by the view."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not worklists.overseen(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(guarded)
