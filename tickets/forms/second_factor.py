"""What people type about the second factor. The forms check that something is there; the codes are checked by
`tickets.second_factor`, once, since that uses them up."""

from __future__ import annotations

from django import forms

from tickets import second_factor
from tickets.forms.base import BaseForm
from tickets.forms.sign_in import password_field
from tickets.models import User

#: No code is nearly as long: what is longer is not even counted as a try.
LONGEST = 60


class CodeForm(BaseForm):
    """The six digits that the app shows now."""

    use_required_attribute = False

    code = forms.CharField(
        label="Kode dari aplikasi",
        max_length=LONGEST,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "class": "code-field",
            }
        ),
        error_messages={"required": "Silakan ketik enam angka yang tampil di aplikasi autentikator."},
    )


class SetUpForm(CodeForm):
    """The first code of a new app."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            del self.fields["code"].widget.attrs["autofocus"]  # the QR code above it comes first


class RecoveryForm(BaseForm):
    """One of the recovery codes, where the phone is not at hand."""

    use_required_attribute = False

    recovery = forms.CharField(
        label="Kode pemulihan",
        help_text="Salah satu kode yang Anda simpan; setiap kode berlaku satu kali.",
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": "Silakan ketik salah satu kode pemulihan Anda."},
    )


class ConfirmForm(BaseForm):
    """Who changes the second factor shows again who they are, by what they have: a password, a code."""

    use_required_attribute = False

    password = password_field(
        "Kata sandi",
        autocomplete="current-password",
        error_messages={"required": "Silakan ketik kata sandi Anda."},
    )
    code = forms.CharField(
        label="Kode dari aplikasi",
        help_text="Bila ponsel tidak ada: salah satu kode pemulihan Anda.",
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
        error_messages={"required": "Silakan ketik kode dari aplikasi autentikator, atau kode pemulihan."},
    )

    def __init__(self, *args, person: User, **kwargs):
        super().__init__(*args, **kwargs)
        if not person.has_usable_password():
            del self.fields["password"]
        if not second_factor.has(person):
            del self.fields["code"]

    @property
    def told(self) -> dict[str, str]:
        """What `second_factor.confirm` asks for."""
        return {name: self.cleaned_data.get(name, "") for name in ("password", "code")}
