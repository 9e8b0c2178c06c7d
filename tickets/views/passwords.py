"""Setting a password: by a link from a letter or an administrator, or knowing the old one."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.db import transaction
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from tickets import credentials, devices, sessions
from tickets.forms.sign_in import ChangePasswordForm, ForgottenForm, NewPasswordForm, too_often
from tickets.throttle import TooOften
from tickets.views.auth import refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request):
    """Ask for a link. The answer is the same whether there is such an account or not."""
    form = ForgottenForm(request.POST or None)
    if not form.is_valid():
        return _forgotten_page(request, form)
    try:
        credentials.ask_for_link(form.cleaned_data["username"], request=request)
    except TooOften as refusal:
        form.add_error(None, too_often(refusal))
        return refused(_forgotten_page(request, form), refusal)
    return redirect("sandi-lupa-terkirim")


def _forgotten_page(request, form):
    context = {"form": form, "mail_enabled": settings.MAIL_ENABLED}
    return render(request, "auth/forgotten.html", context, status=422 if form.errors else 200)


@require_safe
def link_sent(request):
    """What happens next, told to everybody alike."""
    return render(request, "auth/link_sent.html", {"hours": settings.PASSWORD_RESET_TIMEOUT // 3600})


class NewPassword(PasswordResetConfirmView):
    """Django keeps the token in the session and out of the address; the rest is ours: one use, and no sign-in by it."""

    form_class = NewPasswordForm  # type: ignore[assignment]  # a form of ours, which saves nothing by itself
    template_name = "auth/new_password.html"

    def get_user(self, uidb64):
        person = super().get_user(uidb64)
        return person if person is not None and person.is_active else None

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        kwargs["person"] = kwargs.pop("user")
        return kwargs

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"person": self.user, "is_first": self.user and not self.user.has_usable_password()}

    def form_valid(self, form):
        token = self.request.session.pop(INTERNAL_RESET_SESSION_TOKEN)
        password = form.cleaned_data["new_password1"]
        if not credentials.set_by_link(self.user, password, token=token, request=self.request):
            self.validlink = False
            return self.render_to_response(self.get_context_data())
        if self.request.user == self.user:  # this browser's session has ended with the others
            logout(self.request)
        messages.success(self.request, "Kata sandi Anda tersimpan. Silakan masuk dengan kata sandi itu.")
        return redirect("masuk")

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


new_password = require_http_methods(["GET", "HEAD", "POST"])(NewPassword.as_view())


@sensitive_post_parameters()
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request):
    """Change one's own password. This session goes on, all others end."""
    form = ChangePasswordForm(request.POST or None, request=request)
    if not form.is_valid():
        response = render(request, "auth/change_password.html", {"form": form}, status=422 if form.errors else 200)
        return refused(response, form.refusal) if form.refusal else response
    row = request.session.row
    with transaction.atomic():
        credentials.change(request.user, form.cleaned_data["new_password1"], request=request)
        update_session_auth_hash(request, request.user)
        sessions.begin(request, request.user, started_at=row and row.started_at)
    messages.success(request, "Kata sandi Anda sudah diubah. Semua sesi lain telah diakhiri.")
    response = redirect("profil")
    devices.remember(response, request, request.user)
    return response
