"""How a person wants to be told."""

from django import forms

from tickets.models import User


class MailChoiceForm(forms.ModelForm):
    """When a person wants to be told by e-mail."""

    class Meta:
        model = User
        fields = ("mail_choice",)
        labels = {"mail_choice": "Pemberitahuan lewat surel"}
        widgets = {"mail_choice": forms.RadioSelect}
