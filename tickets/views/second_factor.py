"""The second factor: asked for after the password, set up, renewed and turned off. Codes stand in no address or log."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from tickets import audit, second_factor, throttle
from tickets.forms.second_factor import CodeForm, ConfirmForm, RecoveryForm, SetUpForm
from tickets.forms.sign_in import too_often
from tickets.gate import WANTED
from tickets.models import AuditEntry
from tickets.views.auth import let_in, refused

WRONG_CODE = "Kode ini tidak cocok atau sudah pernah dipakai. Silakan tunggu kode berikutnya, lalu ketik kode itu."
WRONG_RECOVERY = (
    "Kode ini tidak cocok atau sudah pernah dipakai. Silakan periksa huruf dan angkanya, atau pakai yang lain."
)
WRONG_FIRST = "Kode ini tidak cocok. Silakan pastikan jam ponsel Anda tepat, lalu ketik kode yang tampil sekarang."
WRONG_AGAIN = "Isian di bawah ini tidak cocok. Silakan periksa, lalu coba lagi."
SHOWN_ALREADY = (
    "Verifikasi dua langkah sudah aktif. Kode pemulihan hanya tampil sekali; bila belum tersimpan, buat yang baru di "
    "bawah ini."
)
USED_CODE = "Kode yang baru saja dipakai tidak berlaku lagi; tunggu kode berikutnya."

#: How long somebody who showed who they are is believed while they change their second factor.
BELIEVED = timedelta(minutes=10)

#: What a session remembers while a second factor is set up: its secret, and when the person showed who they are.
KEY, CONFIRMED = "second_factor_key", "second_factor_confirmed"


# Signing in


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def code(request):
    """After the right password: the code. Only then is anybody signed in."""
    asked = second_factor.asked(request)
    if asked is None:
        if second_factor.MARK in request.session:
            second_factor.answered(request)
            messages.info(request, "Waktu untuk mengetik kode sudah habis. Silakan masuk sekali lagi.")
        return redirect("masuk")
    by_recovery = "recovery" in request.POST
    form = CodeForm(None if by_recovery else _posted(request))
    recovery_form = RecoveryForm(request.POST if by_recovery else None)
    typed = recovery_form if by_recovery else form
    refusal = None
    try:
        if typed.is_valid() and _is_right(request, asked.person, typed):
            return _let_in(request, asked, by_recovery=by_recovery)
    except throttle.TooOften as too_many:
        refusal = too_many
        typed.add_error(None, too_often(refusal))
        second_factor.tell_of_refusal(asked.person, request=request, what="kode-salah")
    context = {"form": form, "recovery_form": recovery_form}
    response = render(request, "auth/code.html", context, status=422 if typed.errors else 200)
    return refused(response, refusal) if refusal else response


def _is_right(request, person, form):
    """Whether the code is right; if not, the form says so, and the audit trail."""
    [(name, typed)] = form.cleaned_data.items()
    if second_factor.verify(person, typed, request=request):
        return True
    form.add_error(name, WRONG_RECOVERY if name == "recovery" else WRONG_CODE)
    _record_failure(request, person)
    return False


def _record_failure(request, person, **facts):
    event = AuditEntry.Event.SIGN_IN_FAILED
    audit.record(event, by=None, about=person, request=request, factor="kode", **facts)


def _let_in(request, asked, *, by_recovery):
    second_factor.answered(request)
    factor = "pemulihan" if by_recovery else "aplikasi"
    response = let_in(request, asked.person, to=asked.to, factor=factor, **asked.facts)
    if by_recovery:
        left = second_factor.recovery_codes_left(asked.person)
        messages.warning(request, f"Anda masuk dengan kode pemulihan. Tersisa {left} kode; buat yang baru di Profil.")
    return response


def _posted(request):
    return request.POST if request.method == "POST" else None


# Profil


@require_safe
@login_required
def overview(request):
    """How the second factor of the person stands, and what they can do with it."""
    person = request.user
    context = {
        "is_on": second_factor.has(person),
        "is_required": second_factor.is_required_of(person),
        "codes_left": second_factor.recovery_codes_left(person),
    }
    return render(request, "profile/second_factor.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@sensitive_post_parameters()
@never_cache
def set_up(request):
    """A new app: its secret as a picture and in words, then the first code. Replaces an app that there was."""
    if not _is_believed(request):
        return _confirmed(request, then=_believe, title="Verifikasi dua langkah", act="Lanjutkan")
    if request.method == "POST" and KEY not in request.session and second_factor.has(request.user):
        messages.info(request, SHOWN_ALREADY)  # the page of new codes was loaded anew
        return redirect("profil-totp")
    key = request.session.setdefault(KEY, second_factor.new_device(request.user).key)
    is_owed = second_factor.is_owed_by(request.user)
    form = SetUpForm(_posted(request))
    if form.is_valid():
        try:
            codes = second_factor.turn_on(request.user, key=key, code=form.cleaned_data["code"], request=request)
        except second_factor.WrongCode:
            form.add_error("code", WRONG_FIRST)
        else:
            del request.session[KEY]
            to = request.session.pop(WANTED, reverse("beranda")) if is_owed else reverse("profil-totp")
            return _shown_once(request, codes, to=to, is_new=True, bare=is_owed)
    device = second_factor.new_device(request.user, key=key)
    context = {
        "form": form,
        "bare": is_owed,
        "address": device.config_url,
        "picture": _qr_code(device.config_url),
        "secret": second_factor.secret_of(device),
    }
    return render(request, "profile/set_up.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@sensitive_post_parameters()
@never_cache
def turn_off(request):
    """No second factor any more, unless it is required of the person."""
    if second_factor.is_required_of(request.user) or not second_factor.has(request.user):
        return redirect("profil-totp")
    return _confirmed(request, then=_turned_off, title="Matikan verifikasi dua langkah", act="Matikan")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@sensitive_post_parameters()
@never_cache
def recovery_codes(request):
    """Ten new recovery codes in place of the old."""
    if not second_factor.has(request.user):
        return redirect("profil-totp")
    return _confirmed(request, then=_renewed, title="Kode pemulihan baru", act="Buat kode baru")


def _confirmed(request, *, then, title, act):
    """Ask who is there, by password and code; `then` answers once they have shown it."""
    form = ConfirmForm(_posted(request), person=request.user)
    refusal = None
    if form.is_valid():
        try:
            if second_factor.confirm(request.user, request=request, **form.told):
                return then(request)
            form.add_error(None, f"{WRONG_AGAIN} {USED_CODE}" if "code" in form.fields else WRONG_AGAIN)
            _record_failure(request, request.user, via="profil")
        except throttle.TooOften as too_many:
            refusal = too_many
            form.add_error(None, too_often(refusal))
            second_factor.tell_of_refusal(request.user, request=request, what="profil-salah")
    context = {"form": form, "title": title, "act": act, "bare": second_factor.is_owed_by(request.user)}
    response = render(request, "profile/confirm.html", context, status=422 if form.errors else 200)
    return refused(response, refusal) if refusal else response


def _is_believed(request):
    """Whether the person showed a moment ago who they are, by signing in or again since; or has nothing to show."""
    if not request.user.has_usable_password() and not second_factor.has(request.user):
        return True
    row = request.session.row
    shown = max(request.session.get(CONFIRMED, 0), row.started_at.timestamp() if row and row.started_at else 0)
    return timezone.now().timestamp() - shown < BELIEVED.total_seconds()


def _believe(request):
    request.session[CONFIRMED] = timezone.now().timestamp()
    return redirect("profil-totp-aktifkan")


def _turned_off(request):
    second_factor.turn_off(request.user, request=request)
    messages.success(request, "Verifikasi dua langkah dimatikan. Anda masuk dengan kata sandi saja.")
    return redirect("profil-totp")


def _renewed(request):
    codes = second_factor.renew_recovery_codes(request.user, request=request)
    return _shown_once(request, codes, to=reverse("profil-totp"))


def _shown_once(request, codes, *, to, is_new=False, bare=False):
    """The page of new codes; it leads `to` an address of this site, by a form, which brings the query as fields."""
    address = urlsplit(to)
    context = {
        "codes": codes,
        "copied": "\n".join(codes),
        "is_new": is_new,
        "bare": bare,
        "now": timezone.now(),
        "page": address.path,
        "query": parse_qsl(address.query, keep_blank_values=True),
    }
    return render(request, "profile/recovery_codes.html", context)


def _qr_code(address):
    """The address of a secret as a picture, in the page itself: it stands in no address that a log would keep."""
    drawn = segno.make(address, error="m", micro=False)
    return mark_safe(drawn.svg_inline(border=4, omitsize=True, light="#fff", lineclass=None))  # noqa: S308 -- segno's own
