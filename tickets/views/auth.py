"""Signing in and out. A demo install also lets anybody in as one of its made-up people, with one click."""

import math
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tickets import audit, devices, second_factor, sessions
from tickets.forms.sign_in import SignInForm
from tickets.gate import page_of_form
from tickets.models import AuditEntry, RoleAssignment, User
from workflows.roles import Role

LEADERS = {
    Role.SUB_KOORDINATOR,
    Role.SUBKOORDINATOR_APLIKASI,
    Role.SUBKOORDINATOR_INFRASTRUKTUR,
    Role.KEPALA_BIDANG_APTIKA,
}


class SignIn(LoginView):
    template_name = "auth/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form):
        return proceed(self.request, form.get_user(), to=self.get_success_url())

    def form_invalid(self, form):
        response = self.render_to_response(self.get_context_data(form=form), status=422)
        return refused(response, form.refusal) if form.refusal else response

    def get_success_url(self):
        return destination(self.request)

    def get_context_data(self, **kwargs):
        kwargs["session_ended"] = self.request.GET.get("sesi") == "berakhir"
        kwargs["registration"] = settings.REGISTRATION
        kwargs["sso_label"] = settings.OIDC_ISSUER and settings.OIDC_LABEL
        if settings.DEMO:
            kwargs["demo_accounts"] = demo_accounts()
        return super().get_context_data(**kwargs)


sign_in = require_http_methods(["GET", "HEAD", "POST"])(SignIn.as_view())


class SignOut(LogoutView):
    http_method_names = ("post",)
    next_page = "masuk"

    def post(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            audit.record(AuditEntry.Event.SIGNED_OUT, by=request.user, about=request.user, request=request)
        return super().post(request, *args, **kwargs)


sign_out = SignOut.as_view()


@require_safe
def sign_in_to_admin(request):
    """Where Django's admin sends whoever may not read it: to the sign-in page, unless they have signed in."""
    if not request.user.is_authenticated:
        return redirect(f"{reverse('masuk')}?{request.GET.urlencode()}")
    if not request.user.is_staff:
        raise PermissionDenied
    return redirect("admin:index")


def proceed(request, person, *, to, **facts):
    """Go on with somebody who has given the right password: to their second factor if they have one, else `to` (an
    address of this site). Every way in leads through here; `facts` are for the audit trail.
    """
    if second_factor.has(person):
        second_factor.ask(request, person, to=to, **facts)
        return redirect("masuk-kode")
    return let_in(request, person, to=to, **facts)


@transaction.atomic
def let_in(request, person, *, to, **facts):
    """Sign a person in who has shown all they must, and lead them on; `facts` are for the audit trail."""
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    audit.record(AuditEntry.Event.SIGNED_IN, by=person, about=person, request=request, **facts)
    response = redirect(to)
    devices.remember(response, request, person)
    return response


def destination(request):
    """Where somebody wants to go who signs in: an address of this site, from the form or the address, and not the
    sign-in page once more."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    leads_on = is_ours and urlsplit(wanted).path != reverse(settings.LOGIN_URL)
    return wanted if leads_on else reverse(settings.LOGIN_REDIRECT_URL)


def refused(response, refusal):
    """Make an answer one to somebody who tried too often (`throttle.TooOften`)."""
    response.status_code = 429
    response["Retry-After"] = max(1, math.ceil((refusal.until - timezone.now()).total_seconds()))
    return response


def csrf_failed(request, reason=""):
    """Apologise for a form that was open for too long, and lead back to its page."""
    return render(request, "403_csrf.html", {"page": page_of_form(request)}, status=403)


@require_POST
@never_cache
def keep_alive(request):
    """Somebody is writing: the session goes on (`tickets.gate` has seen to that). Says how long, in seconds."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    life = sessions.life_of(request.session, now=timezone.now())
    return JsonResponse({"seconds": life.seconds, "extends": life.extends} if life else {})


@require_POST
def sign_in_demo(request):
    """Sign in as a demo person. Absent unless this is a demo install, and never opens any other account."""
    if not settings.DEMO:
        raise Http404
    wanted = request.POST.get("email")
    person = next((person for person in demo_people() if person.email == wanted), None)
    if person is None:
        raise Http404
    return proceed(request, person, to=destination(request))


def demo_people():
    """The made-up people of a demo install, each with the roles in force today."""
    return (
        User.objects.filter(email__endswith=settings.DEMO_DOMAIN, is_active=True)
        .prefetch_related(
            Prefetch("role_assignments", RoleAssignment.objects.active_on(timezone.localdate()), to_attr="assignments")
        )
        .select_related("unit")
    )


def demo_accounts():
    """(group, [{email, name, title}]) in the order of a report's way through the office."""
    groups: dict[str, list[dict[str, str]]] = {"Pelapor": [], "Pelaksana": [], "Pimpinan": [], "Administrator": []}
    order = list(Role)
    for person in sorted(demo_people(), key=lambda person: [order.index(held.role) for held in person.assignments]):
        groups[_group(person)].append({"email": person.email, "name": person.name, "title": _title(person)})
    return [(group, accounts) for group, accounts in groups.items() if accounts]


def _group(person):
    if any(held.role in LEADERS for held in person.assignments):
        return "Pimpinan"
    if person.assignments:
        return "Pelaksana"
    return "Administrator" if person.is_staff else "Pelapor"


def _title(person):
    if person.assignments:
        return ", ".join(person.role_labels)
    return "Mengatur SOPDesk" if person.is_staff else str(person.unit or "Pelapor")
