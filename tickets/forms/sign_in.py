"""Signing in, and setting a password."""

from datetime import timedelta

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from tickets import signing_in
from tickets.forms.base import BaseForm
from tickets.passwords import LONGEST
from tickets.throttle import TooOften

NAME_MISSING = "Silakan tuliskan surel atau NIP Anda."


def too_often(refusal):
    """The sentence for somebody who tried too often: the same for every account, whether it exists or not."""
    at = timezone.localtime(refusal.until)
    at = at if at.second == 0 and at.microsecond == 0 else at + timedelta(minutes=1)
    return f"Terlalu banyak percobaan. Demi keamanan, silakan coba lagi pukul {at:%H.%M}."


def password_field(label, *, autocomplete, **kwargs):
    """A password as somebody types it: no space is cut off, and nothing endless is hashed."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, **kwargs.pop("attrs", {})})
    too_long = MaxLengthValidator(LONGEST, f"Kata sandi paling panjang {LONGEST} karakter.")
    return forms.CharField(label=label, strip=False, widget=widget, validators=[too_long], **kwargs)


class SignInForm(AuthenticationForm):
    """Surel or NIP, and password; says the same whether the account, the password or both are wrong."""

    username = UsernameField(
        label="Surel atau NIP",
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": NAME_MISSING},
    )
    password = password_field(
        "Kata sandi",
        autocomplete="current-password",
        error_messages={"required": "Silakan ketik kata sandi Anda."},
    )

    error_messages = {
        "invalid_login": "Surel, NIP atau kata sandi tidak cocok. Silakan periksa kembali, termasuk huruf besar dan "
        "kecilnya.",
    }

    refusal = None  # TooOften, if nothing was tried at all

    @sensitive_variables("password")
    def clean(self):
        typed, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not typed or not password:
            return self.cleaned_data
        try:
            self.user_cache = signing_in.person_with(self.request, typed=typed, password=password)
        except TooOften as refusal:
            self.refusal = refusal
            raise forms.ValidationError(too_often(refusal)) from None
        if self.user_cache is None:
            raise self.get_invalid_login_error()
        return self.cleaned_data


class ForgottenForm(BaseForm):
    """Who wants a new password."""

    username = forms.CharField(
        label="Surel atau NIP",
        max_length=254,
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": NAME_MISSING},
    )


class NewPasswordForm(BaseForm):
    """A password, twice."""

    new_password1 = password_field(
        "Kata sandi baru",
        autocomplete="new-password",
        error_messages={"required": "Silakan ketik kata sandi baru."},
    )
    new_password2 = password_field(
        "Ulangi kata sandi baru",
        autocomplete="new-password",
        error_messages={"required": "Silakan ketik kata sandi baru sekali lagi."},
    )

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person

    @sensitive_variables("first", "second")
    def clean(self):
        first, second = (self.cleaned_data.get(name) for name in ("new_password1", "new_password2"))
        if first and second and first != second:
            self.add_error("new_password2", "Kedua kata sandi tidak sama. Silakan ketik ulang.")
        if first:
            try:
                password_validation.validate_password(first, self.person)
            except forms.ValidationError as weakness:
                self.add_error("new_password1", weakness)
        return self.cleaned_data


class ChangePasswordForm(NewPasswordForm):
    """The password there is, and a new one, twice."""

    old_password = password_field(
        "Kata sandi sekarang",
        autocomplete="current-password",
        attrs={"autofocus": True},
        error_messages={"required": "Silakan ketik kata sandi Anda sekarang."},
    )
    field_order = ("old_password", "new_password1", "new_password2")

    refusal = None  # TooOften, if nothing was tried at all

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, person=request.user, **kwargs)
        self.request = request

    @sensitive_variables("old")
    def clean(self):
        """Compares the old password last, so that a slip in the new one costs no try."""
        super().clean()
        old = self.cleaned_data.get("old_password")
        if not old or self.errors:
            return self.cleaned_data
        try:
            is_right = signing_in.is_own_password(self.request, self.person, old)
        except TooOften as refusal:
            self.refusal = refusal
            raise forms.ValidationError(too_often(refusal)) from None
        if not is_right:
            self.add_error("old_password", "Kata sandi sekarang tidak cocok.")
        return self.cleaned_data
