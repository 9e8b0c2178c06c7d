"""The small forms of a ticket's page: comments, confirming, reopening, handing over."""

from django import forms

from tickets.forms.base import BaseForm, CarefulForm
from tickets.forms.text import PlainTextField
from tickets.forms.uploads import UploadsField
from workflows.inputs import TEXT_LIMIT


class CommentForm(CarefulForm):
    """A comment with files. Only those who take part may make it internal."""

    use_required_attribute = False

    text = PlainTextField(
        label="Komentar",
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Silakan tuliskan komentar Anda."},
    )
    internal = forms.BooleanField(label="Catatan internal: tidak terlihat oleh pelapor", required=False)

    def __init__(self, data=None, files=None, *, owner, takes_part):
        super().__init__(data, files, auto_id="komentar_%s")
        self.fields["files"] = UploadsField(owner=owner, documents=False, label="Tangkapan layar", required=False)
        if not takes_part:
            del self.fields["internal"]


class ReasonForm(CarefulForm):
    """The reason that an act demands: how it is asked for, and what is said where it is missing."""

    use_required_attribute = False
    ids = asks = missing = ""

    reason = PlainTextField(max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data=None):
        super().__init__(data, auto_id=self.ids)
        self.fields["reason"].label = self.asks
        self.fields["reason"].error_messages["required"] = self.missing


class RestrictForm(ReasonForm):
    """Why a report is a security incident."""

    ids = "insiden_%s"
    asks = "Mengapa laporan ini insiden keamanan?"
    missing = "Silakan tuliskan mengapa laporan ini insiden keamanan."


class UnrestrictForm(ReasonForm):
    """Why a report is none after all."""

    ids = "insiden_%s"
    asks = "Mengapa tanda insiden keamanan dicabut?"
    missing = "Silakan tuliskan mengapa laporan ini bukan insiden keamanan."


class ReopenForm(ReasonForm):
    """Why a fault is still there."""

    ids = "buka_%s"
    asks = "Apa yang belum selesai?"
    missing = "Silakan tuliskan mengapa gangguan belum selesai."


class HandOverForm(BaseForm):
    """To whom a task goes: another holder of the row's role. `people` are on hand: nothing is asked of the database."""

    person = forms.TypedChoiceField(
        label="Serahkan tugas kepada",
        error_messages={
            "required": "Silakan pilih pelaksana.",
            "invalid_choice": "Silakan pilih pelaksana dari daftar.",
        },
    )

    def __init__(self, data=None, *, people):
        super().__init__(data, auto_id="serah_%s")
        by_key = {str(person.pk): person for person in people}
        self.fields["person"].choices = [("", "Pilih pelaksana"), *((key, str(by_key[key])) for key in by_key)]
        self.fields["person"].coerce = by_key.__getitem__
