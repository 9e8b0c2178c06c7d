"""What an administrator sends and approves when a list of staff is taken over."""

from __future__ import annotations

from django import forms

from tickets import staff_lists, uploads
from tickets.forms.base import BaseForm
from tickets.staff_imports import Checked, Verdict
from tickets.staff_lists import StaffList


class ListForm(BaseForm):
    """A list of staff as a file; `staff` are its lines once it is sound."""

    use_required_attribute = False

    file = forms.FileField(
        label="Berkas daftar",
        help_text="CSV atau Excel (.xlsx), paling besar 2 MB dan 2.000 baris.",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
        error_messages={"required": "Silakan pilih berkas daftar.", "invalid": "Berkas tidak sampai dengan utuh."},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file.size:
            raise forms.ValidationError("Berkas ini kosong. Silakan pilih berkas lain.")
        if file.size > staff_lists.MOST_BYTES:
            raise forms.ValidationError("Berkas ini lebih besar dari 2 MB. Silakan bagi menjadi beberapa berkas.")
        self.staff: StaffList = staff_lists.read(file.read())
        return file

    @property
    def name(self) -> str:
        """The name of the file, as it may be shown."""
        return uploads.shown_name(self.cleaned_data["file"].name)


class ApplyForm(BaseForm):
    """Taking over what was looked at: `seal` says what that was."""

    seal = forms.CharField(widget=forms.HiddenInput, max_length=64)
    creates_units = forms.BooleanField(label="Buat OPD yang belum dikenal", required=False)
    invites = forms.BooleanField(label="Kirim undangan lewat surel kepada setiap akun baru", required=False)

    def __init__(self, *args, checked: Checked, has_mail: bool, **kwargs):
        super().__init__(*args, initial={"seal": checked.seal, "invites": has_mail}, **kwargs)
        if not has_mail or not checked.counts[Verdict.NEW]:
            del self.fields["invites"]
        if checked.new_units:
            self.fields["creates_units"].label = f"Buat OPD baru: {', '.join(checked.new_units)}"
        else:
            del self.fields["creates_units"]
