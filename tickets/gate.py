"""What stands between a session and every page: whether it goes on, and what its person must do first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from tickets import second_factor, sessions

#: Sent by a page that asks by itself (static/js/app.js): nobody need be there, and no session goes on by it.
BACKGROUND = "X-Sopdesk-Background"

#: What somebody can open who has a second factor to set up first: that, the way out, and what machines ask.
BEFORE_SECOND_FACTOR = frozenset({"profil-totp-aktifkan", "keluar", "healthz", "readyz", "metrik"})

#: In the session of somebody who has a second factor to set up first: the page they came for.
WANTED = "second_factor_to"

Answer = Callable[[HttpRequest], HttpResponse]


def keeps_sessions_alive(get_response: Answer) -> Answer:
    """Middleware: whoever asks for something is there."""

    def answer(request: HttpRequest) -> HttpResponse:
        if BACKGROUND not in request.headers and request.user.is_authenticated:
            sessions.see(request.session, now=timezone.now())
        return get_response(request)

    return answer


def leads_back(get_response: Answer) -> Answer:
    """Middleware: whoever must sign in comes back to a page, never to the address a form was sent to, and reads that
    their session has ended if it has."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        address = urlsplit(response.get("Location", ""))
        if address.path != reverse(settings.LOGIN_URL) or "next=" not in address.query:
            return response
        asked = QueryDict(address.query, mutable=True)
        if request.method not in ("GET", "HEAD"):
            asked["next"] = page_of_form(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.session_key is None:
            asked["sesi"] = "berakhir"
        response["Location"] = f"{address.path}?{asked.urlencode(safe='/')}"
        return response

    return answer


def to_sign_in_again(request: HttpRequest) -> HttpResponse:
    """Lead somebody to sign in whose session was ended while their request was answered, and back as `leads_back`."""
    page = request.get_full_path() if request.method in ("GET", "HEAD") else page_of_form(request)
    asked = QueryDict(mutable=True)
    asked.update({"next": page, "sesi": "berakhir"})
    return redirect(f"{reverse(settings.LOGIN_URL)}?{asked.urlencode(safe='/')}")


def page_of_form(request: HttpRequest) -> str:
    """The page from which a form was sent, as far as the browser tells; of a ticket's forms, the ticket."""
    number = request.resolver_match.kwargs.get("number") if request.resolver_match else None
    if number:
        return reverse("tiket-detail", args=[number])
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return reverse(settings.LOGIN_REDIRECT_URL)
    told = urlsplit(page)
    path = f"{told.path}?{told.query}" if told.query else told.path
    is_ours = url_has_allowed_host_and_scheme(path, None)  # "//elsewhere" is a path here, and a host in a link
    return path if is_ours else reverse(settings.LOGIN_REDIRECT_URL)


class WantsSecondFactor:
    """Middleware: whoever must have a second factor and has none sets it up before any other page answers."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        page = request.resolver_match.view_name if request.resolver_match else ""
        if page in BEFORE_SECOND_FACTOR or not request.user.is_authenticated:
            return None
        if not second_factor.is_owed_by(request.user):
            return None
        if BACKGROUND in request.headers:
            return HttpResponse(status=204)
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(redirect("profil-totp-aktifkan").url)
        if request.method == "GET":
            request.session.setdefault(WANTED, request.get_full_path())
        return redirect("profil-totp-aktifkan")
