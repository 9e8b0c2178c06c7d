"""What people change about themselves. Their name, NIP, OPD and sign-in name are an administrator's affair."""

from __future__ import annotations

from django import forms

from tickets.forms.base import BaseForm
from tickets.forms.text import phone
from tickets.models import User


class ProfileForm(BaseForm, forms.ModelForm):
    """How to reach the person."""

    use_required_attribute = False

    phone = phone(
        help_text="Nomor ponsel atau telepon kantor, misalnya 0812-3456-7890. Boleh dikosongkan.", autocomplete="tel"
    )

    class Meta:
        model = User
        fields = ("phone",)
