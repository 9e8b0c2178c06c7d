"""The forms by which people set the time of a row: hold, extension, estimate (DESIGN section 5)."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.utils import timezone

from tickets import words
from tickets.actions import MOST_DAYS_AHEAD
from tickets.forms.base import CarefulForm
from tickets.forms.text import PlainTextField
from tickets.models import Hold, StepRun

REASON_LIMIT = 500


class TimeForm(CarefulForm):
    """A working day for the row that `run` stands for; it means the close of business of that day.

    The browser is told the first and last day; whether the day is worked, the action says (see `tickets.actions`).
    """

    use_required_attribute = False
    prefix_of_ids = ""

    run = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    until = forms.DateField(
        label="Sampai",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Silakan pilih tanggal.",
            "invalid": "Tanggal ini tidak terbaca. Tulislah seperti 24/11/2026.",
        },
    )

    def __init__(self, data=None, *, run, now, calendar):
        super().__init__(data, auto_id=f"{self.prefix_of_ids}_%s", initial={"run": run.pk})
        self.run_pk = run.pk
        first, last = self.days(run, now, calendar)
        self.fields["until"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}
        self.fields["until"].help_text = self.help(last)

    def days(self, run, now, calendar):
        """The first and the last day that may be chosen."""
        first = timezone.localdate(calendar.next_opening(now))
        return first, timezone.localdate(now) + timedelta(days=MOST_DAYS_AHEAD)

    def help(self, last):
        return "Pilih hari kerja; berlaku sampai tutup kantor hari itu."

    def reject(self, errors):
        """Put the objections of the action beside their fields."""
        for name, sentence in errors.items():
            self.add_error(name if name in self.fields else None, sentence)


class HoldForm(TimeForm):
    """*Tunda*: what is waited for, and until when at most."""

    prefix_of_ids = "tunda"
    field_order = ("run", "reason", "note", "until")

    reason = forms.ChoiceField(
        label="Menunggu apa?",
        choices=[("", "Pilih alasan"), *Hold.Reason.choices],
        error_messages={"required": "Silakan pilih alasan.", "invalid_choice": "Silakan pilih alasan dari daftar."},
    )
    note = PlainTextField(
        label="Keterangan",
        required=False,
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=f"Wajib untuk “{Hold.Reason.OTHER.label}”. Bila menunggu pelapor, pelapor membacanya.",
    )

    def days(self, run, now, calendar):
        first, _ = super().days(run, now, calendar)
        return first, timezone.localdate(calendar.close_of_nth_day(now, settings.HOLD_DAYS))

    def help(self, last):
        return f"Paling lama {settings.HOLD_DAYS} hari kerja, yaitu {words.day(last)}. Sesudah itu berlanjut sendiri."


class ExtendForm(TimeForm):
    """*Perpanjang*: a new limit, and why."""

    prefix_of_ids = "perpanjang"
    field_order = ("run", "until", "reason")

    reason = PlainTextField(
        label="Mengapa perlu diperpanjang?",
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Silakan tuliskan mengapa waktunya perlu diperpanjang."},
    )

    def __init__(self, data=None, *, run, now, calendar):
        super().__init__(data, run=run, now=now, calendar=calendar)
        self.fields["until"].label = "Tenggat baru"

    def days(self, run: StepRun, now, calendar):
        _, last = super().days(run, now, calendar)
        return timezone.localdate(calendar.next_opening(max(run.due_at or now, now))), last


class EstimateForm(TimeForm):
    """*Perkiraan selesai* of a tentative row. Another estimate than the first says why."""

    prefix_of_ids = "perkiraan"
    field_order = ("run", "until", "reason")

    reason = PlainTextField(
        label="Mengapa perkiraannya berubah?",
        required=False,  # a second press of the first estimate's form has none; the action demands it of any other
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data=None, *, run, now, calendar):
        super().__init__(data, run=run, now=now, calendar=calendar)
        self.fields["until"].label = "Perkiraan selesai"
        if run.due_at is None:
            del self.fields["reason"]
