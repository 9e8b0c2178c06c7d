"""Signing in by the office's single sign-on, where it is set."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tickets import audit, sso, throttle
from tickets.forms.sign_in import too_often
from tickets.models import AuditEntry
from tickets.signing_in import network_of
from tickets.views.auth import destination, proceed, refused

#: Where somebody wanted to go, while they are away at the provider.
WANTED = "sso_to"

AWAY = "Layanan masuk tunggal sedang tidak dapat dihubungi. Silakan masuk dengan kata sandi, atau coba lagi nanti."
NOT_SHOWN = "Masuk lewat SSO tidak selesai. Silakan mulai lagi dari halaman masuk."
NO_ACCOUNT = (
    "Anda dikenali oleh layanan masuk tunggal, tetapi belum memiliki akun aktif di SOPDesk. "
    "Silakan hubungi Bidang Aplikasi Informatika."
)


@require_GET
@never_cache
def begin(request):
    """Lead to the provider. Not to be used for making us ask it without end."""
    if not settings.OIDC_ISSUER:
        raise Http404
    to = destination(request)
    if request.user.is_authenticated:
        return redirect(to)
    try:
        throttle.take_shared("sso", network_of(request), most=settings.SIGN_IN_PER_ADDRESS, within=timedelta(minutes=1))
        away = sso.begin(request)
    except throttle.TooOften as refusal:
        return refused(_page(request, too_often(refusal), status=429), refusal)
    except sso.Unreachable:
        return _page(request, AWAY, status=503)
    request.session[WANTED] = to
    return away


@require_GET
@never_cache
def finish(request):
    """Somebody comes back from the provider. A second factor is asked for here all the same."""
    if not settings.OIDC_ISSUER:
        raise Http404
    to = request.session.pop(WANTED, reverse(settings.LOGIN_REDIRECT_URL))
    try:
        person = sso.person_for(sso.claims_of(request), request=request)
    except sso.Unreachable:
        return _page(request, AWAY, status=503)
    except sso.Refused:
        return _page(request, NOT_SHOWN, status=400)
    except sso.Unknown:
        audit.record(AuditEntry.Event.SIGN_IN_FAILED, by=None, request=request, via="sso")
        return _page(request, NO_ACCOUNT, status=403)
    return proceed(request, person, to=to, via="sso")


def _page(request, sentence, *, status):
    return render(request, "auth/sso.html", {"sentence": sentence}, status=status)
