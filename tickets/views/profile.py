"""Profil: what a person sees of their own account, and changes themselves."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tickets import audit, browsers, second_factor, sessions, substitutes
from tickets.forms.notices import MailChoiceForm
from tickets.forms.profile import ProfileForm
from tickets.models import AuditEntry


@require_safe
@login_required
def profile(request):
    """Everything about one's own account, with the way to change it."""
    context = {
        "assignments": request.user.assignments,
        "substitutions": substitutes.of(request.user, timezone.localdate()),
        "mail_form": MailChoiceForm(instance=request.user),
        "mail_is_on": settings.MAIL_ENABLED,
        "has_second_factor": second_factor.has(request.user),
        "is_required": second_factor.is_required_of(request.user),
        "browsers": browsers.of(request.user, this=request.session.session_key, now=timezone.now()),
    }
    return render(request, "profile/profile.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request):
    """How to reach the person."""
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=request.user)
    if not form.is_valid():
        return render(request, "profile/change.html", {"form": form}, status=422 if form.errors else 200)
    if form.has_changed():
        _save(request, form)
    messages.success(request, "Profil disimpan.")
    return redirect("profil")


@require_safe
@login_required
def session_list(request):
    """The browsers in which the person is signed in."""
    found = browsers.of(request.user, this=request.session.session_key, now=timezone.now())
    context = {"browsers": found, "others": len(found) - 1, "idle_minutes": settings.SESSION_IDLE_MINUTES}
    return render(request, "profile/sessions.html", context)


@require_POST
@login_required
@transaction.atomic
def end_sessions(request):
    """End one other session of the person, or all others."""
    this = request.session.session_key
    if "semua" in request.POST:
        ended = sessions.end(request.user, but=this)
    else:
        ended = browsers.end(request.user, request.POST.get("sesi", ""), but=this, now=timezone.now())
    if ended:
        audit.record(AuditEntry.Event.SESSION_ENDED, by=request.user, about=request.user, request=request, count=ended)
        messages.success(request, "Sesi diakhiri. Peramban itu diminta masuk lagi pada langkah berikutnya.")
    else:
        messages.info(request, "Sesi itu sudah berakhir.")
    return redirect("profil-sesi")


@transaction.atomic
def _save(request, form):
    form.instance.save(update_fields=form.changed_data)
    audit.record(
        AuditEntry.Event.PERSON_CHANGED,
        by=request.user,
        about=request.user,
        request=request,
        fields=form.changed_data,
    )
