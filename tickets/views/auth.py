"""Signing in and out. A demo install also lets anybody in as one of its made-up people, with one click."""

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.views import LoginView, LogoutView, RedirectURLMixin
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views import View

from tickets.models import RoleAssignment, User
from workflows.roles import Role

LEADERS = {
    Role.SUB_KOORDINATOR,
    Role.SUBKOORDINATOR_APLIKASI,
    Role.SUBKOORDINATOR_INFRASTRUKTUR,
    Role.KEPALA_BIDANG_APTIKA,
}


class SignInForm(AuthenticationForm):
    """E-mail and password; says the same whether the account, the password or both are wrong."""

    username = UsernameField(
        label="Surel", widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"})
    )
    password = forms.CharField(
        label="Kata sandi", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    error_messages = {
        "invalid_login": "Surel atau kata sandi tidak cocok. Silakan periksa keduanya, termasuk huruf besar dan kecil.",
        "inactive": "Akun ini tidak aktif. Silakan hubungi Bidang Aplikasi Informatika.",
    }


class SignIn(LoginView):
    template_name = "auth/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        if settings.DEMO:
            kwargs["demo_accounts"] = demo_accounts()
        return super().get_context_data(**kwargs)


class SignInDemo(RedirectURLMixin, View):
    """Signs in as a demo person. Absent unless this is a demo install, and never opens any other account."""

    http_method_names = ("post",)
    next_page = settings.LOGIN_REDIRECT_URL

    def post(self, request):
        if not settings.DEMO:
            raise Http404
        wanted = request.POST.get("email")
        person = next((person for person in demo_people() if person.email == wanted), None)
        if person is None:
            raise Http404
        login(request, person)
        return redirect(self.get_success_url())


sign_in = SignIn.as_view()
sign_in_demo = SignInDemo.as_view()
sign_out = LogoutView.as_view(next_page="masuk")


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
