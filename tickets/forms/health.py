"""What an administrator decides about the system itself."""

from django import forms

from tickets.forms.base import BaseForm


class ReleaseForm(BaseForm):
    """What becomes of the mail that waited when a restored copy is released."""

    LET_BE, SEND = "abaikan", "kirim"

    surel = forms.ChoiceField(
        label="Surel yang menunggu",
        choices=[
            (LET_BE, "Jangan kirim: kantor asalnya sudah mengirimnya"),
            (SEND, "Kirim: kantor asalnya berhenti sebelum sempat mengirimnya"),
        ],
        initial=LET_BE,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Silakan pilih apa yang terjadi dengan surel yang menunggu.",
            "invalid_choice": "Silakan pilih salah satu pilihan di bawah ini.",
        },
    )
