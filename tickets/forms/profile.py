"""What people change about themselves. Their name, NIP, OPD and sign-in name are an administrator's affair."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError

from tickets.forms.base import BaseForm
from tickets.forms.text import PlainTextField
from tickets.models import User

PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,28}")


class ProfileForm(BaseForm, forms.ModelForm):
    """How to reach the person."""

    use_required_attribute = False

    phone = PlainTextField(
        label="Telepon",
        help_text="Nomor ponsel atau telepon kantor, misalnya 0812-3456-7890. Boleh dikosongkan.",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        error_messages={"max_length": "Telepon paling banyak %(limit_value)d tanda; sekarang %(show_value)d."},
    )

    class Meta:
        model = User
        fields = ("phone",)

    def clean_phone(self):
        typed = self.cleaned_data["phone"]
        if typed and not PHONE.fullmatch(typed):
            raise ValidationError("Nomor telepon terdiri atas angka, boleh dengan +, spasi, titik, dan tanda hubung.")
        return typed
