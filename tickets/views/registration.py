"""Asking for an account and confirming the address by a link, absent if switched off; and deciding about it."""

from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tickets import confirmation, registering, throttle
from tickets.actions import Refused
from tickets.forms.registration import ACCEPT, DecideForm, RegisterForm
from tickets.models import Registration, User
from tickets.registering import Reason
from tickets.signing_in import network_of
from tickets.views.auth import refused
from tickets.views.guards import administrators_only
from tickets.words import stopped

#: A whole OPD may share one address; a person needs one letter, or another when it was lost.
PER_NETWORK, PER_ADDRESS = 30, 3
WINDOW = timedelta(hours=1)


def where_people_register(view):
    """Not found unless people may ask for accounts here."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not settings.REGISTRATION:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@where_people_register
@never_cache
def register(request):
    """Ask for an account. The answer is the same whether the address is known or not."""
    form = RegisterForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "registration/register.html", {"form": form}, status=422 if form.errors else 200)
    now = timezone.now()
    try:
        throttle.take_shared("daftar", network_of(request), most=PER_NETWORK, within=WINDOW, now=now)
    except throttle.TooOften as refusal:
        form.add_error(None, "Terlalu banyak pendaftaran dari jaringan ini. Silakan coba lagi satu jam lagi.")
        return refused(render(request, "registration/register.html", {"form": form}), refusal)
    wish = form.wish()
    registering.ask(wish, now=now, may_write=_may_write(wish.email, now), request=request)
    return redirect("daftar-terkirim")


def _may_write(email, now):
    """Whether one more letter goes to an address; nobody's mailbox is filled from here."""
    try:
        throttle.take("daftar-surel", email.lower(), most=PER_ADDRESS, within=WINDOW, now=now)
    except throttle.TooOften:
        return False
    return True


@require_safe
@where_people_register
def registered(request):
    """What comes next, for everybody alike."""
    return render(request, "registration/registered.html", {"days": registering.KEPT.days})


@require_http_methods(["GET", "HEAD", "POST"])
@where_people_register
@never_cache
def confirm(request, token):
    """The page behind the link in the letter. Looking confirms nothing: programs that scan mail look, too."""
    registration = confirmation.read(token)
    if registration is None:
        return render(request, "registration/confirm.html", status=404)
    if request.method == "POST":
        registering.confirm(registration, now=timezone.now())
        return redirect("daftar-konfirmasi", token=token)
    return render(request, "registration/confirm.html", {"registration": registration})


@require_safe
@administrators_only
def waiting(request):
    """Who waits for a decision, and how many have not confirmed their address yet."""
    unconfirmed = Registration.objects.filter(confirmed_at=None, decided_at=None).count()
    context = {
        "registrations": registering.waiting().select_related("person__unit"),
        "unconfirmed": unconfirmed,
        "days": registering.KEPT.days,
    }
    return render(request, "registration/waiting.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def decide(request, pk):
    """Open an account that was asked for, or refuse it with a reason. Who has asked already is answered though nobody
    else may ask any more."""
    confirmed = Registration.objects.filter(confirmed_at__isnull=False).select_related("person__unit", "decided_by")
    registration = get_object_or_404(confirmed, pk=pk)
    if registration.decided_at:
        return _decided_already(request, registration)
    posted = request.POST if request.method == "POST" else None
    form = DecideForm(posted, initial={"unit": registration.person.unit, "nip": registration.nip})
    if form.is_valid():
        try:
            return _decided(request, registration, form)
        except registering.Decided:
            return _decided_already(request, Registration.objects.select_related("decided_by", "person").get(pk=pk))
        except Refused as refusal:
            form.add_error("nip", str(refusal))
    holder = User.objects.filter(nip=registration.nip).first() if registration.nip else None
    context = {"form": form, "registration": registration, "holder": holder}
    return render(request, "registration/decide.html", context, status=422 if form.errors else 200)


def _decided(request, registration, form):
    person, chosen, now = registration.person, form.cleaned_data, timezone.now()
    if form.decision == ACCEPT:
        unit, nip = chosen["unit"], chosen["nip"]
        registering.accept(registration, unit=unit, nip=nip, by=request.user, now=now, request=request)
        messages.success(request, f"Akun {person.name} dibuka. {_way_in(person)}")
    else:
        reason = Reason(chosen["reason"])
        registering.refuse(registration, reason=reason, by=request.user, now=now, request=request)
        messages.success(request, f"Pendaftaran {person.name} ditolak; alasannya dikirim ke {person.email}.")
    return redirect("pendaftaran")


def _way_in(person):
    if settings.MAIL_ENABLED:
        return f"Tautan kata sandi dikirim ke {person.email}."
    return "Langkah berikutnya: beri tautan kata sandi di halaman Pengguna."


def _decided_already(request, registration):
    outcome = "disetujui" if registration.accepted else "ditolak"
    said = f"Pendaftaran {registration.person.name} sudah {outcome} oleh {registration.decided_by}"
    messages.warning(request, stopped(said))
    return redirect("pendaftaran")
