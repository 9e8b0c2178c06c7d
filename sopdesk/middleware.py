"""What SOPDesk adds to every answer."""

import logging
import secrets
import time

from django.shortcuts import render

from sopdesk.logs import page_of, request_id
from tickets import metrics

requests = logging.getLogger("sopdesk.request")


def says_what_is_not_allowed(get_response):
    """Answer a method that a page does not have with a page of our own; Django's is empty."""

    def answer(request):
        response = get_response(request)
        if response.status_code != 405 or response.content:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page

    return answer


#: What no page of ours needs, and who may load an answer of ours: Django and django-csp set the other headers.
POLICIES = {
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def keeps_to_itself(get_response):
    """Middleware: an answer is for this site and this browser's eyes only, and none of a person's is kept on disk."""

    def answer(request):
        response = get_response(request)
        for name, value in POLICIES.items():
            response.headers.setdefault(name, value)
        session = getattr(request, "session", None)
        if session is not None and session.accessed:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return answer


def knows_each_request(get_response):
    """Middleware, outermost: numbers each request, measures it, and writes one line about it.

    The line names the page as `sopdesk.urls` does, never its address, which may hold a code or a search.
    """

    def answer(request):
        number = request_id.set(secrets.token_hex(8))
        began = time.perf_counter()
        try:
            response = get_response(request)
            response["X-Request-Id"] = request_id.get()
            _tell(request, response.status_code, time.perf_counter() - began)
            return response
        finally:
            request_id.reset(number)

    return answer


def _tell(request, status, seconds):
    page = page_of(request)
    metrics.count_request(request.method, page, status, seconds)
    # As it was read, if it was: to ask for more would ask the database, which may be why this request failed.
    session = getattr(getattr(request, "session", None), "_session_cache", {})
    facts = {
        "method": request.method if request.method in metrics.METHODS else "other",
        "page": page or "-",
        "status": status,
        "ms": round(seconds * 1000),
        "person": session.get("_auth_user_id"),
    }
    requests.info("%s", " ".join(f"{name}={value}" for name, value in facts.items()), extra=facts)
