"""What is asked about views, the audit trail, times of keeping, legal holds, and erasing a person's data."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import forms
from django.core.validators import MinValueValidator
from django.http import QueryDict

from tickets.forms.base import BaseForm
from tickets.forms.text import PlainTextField
from tickets.models import AuditEntry
from tickets.retention import MOST_DAYS
from workflows.worktime import ZONE

REASON_LENGTH = 500
#: Nothing is older; the midnight of year 1 is no instant.
FIRST_DAY = date(2000, 1, 1)


def _day(label: str) -> forms.DateField:
    earliest = MinValueValidator(FIRST_DAY)
    return forms.DateField(label=label, required=False, validators=[earliest], widget=forms.DateInput({"type": "date"}))


class PeriodFilter(BaseForm):
    """Filters that stand in the address, with a first and a last day. A value that cannot be read is left out."""

    dari = _day("Sejak")
    sampai = _day("Sampai")

    def __init__(self, data: QueryDict):
        asked = {name: data.get(name, "") for name in self.base_fields}
        super().__init__(asked, auto_id="saring-%s")
        self.full_clean()
        for name in self.errors:  # no field shows a value that is not in force
            asked.pop(name, None)

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values())

    @property
    def start(self) -> datetime | None:
        """The beginning of the first day, in WIB."""
        return _midnight(self.cleaned_data.get("dari"))

    @property
    def end(self) -> datetime | None:
        """The end of the last day, in WIB."""
        last = self.cleaned_data.get("sampai")
        return _midnight(last + timedelta(days=1)) if last and last < date.max else None

    def text(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "")


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, ZONE) if day else None


class ViewFilter(PeriodFilter):
    """Who saw which ticket's files."""

    tiket = PlainTextField(label="Nomor tiket", max_length=20, required=False)
    orang = PlainTextField(label="Nama", max_length=150, required=False)

    field_order = ("tiket", "orang", "dari", "sampai")


class AuditFilter(PeriodFilter):
    """What happened, to whom or by whom."""

    kejadian = forms.ChoiceField(
        label="Kejadian", choices=[("", "Semua kejadian"), *AuditEntry.Event.choices], required=False
    )
    orang = PlainTextField(label="Nama", max_length=150, required=False)

    field_order = ("kejadian", "orang", "dari", "sampai")


class RetentionForm(BaseForm):
    """How long a class of data is kept."""

    use_required_attribute = False

    days = forms.IntegerField(
        label="Lama simpan (hari)",
        min_value=0,
        max_value=MOST_DAYS,
        help_text="0 berarti disimpan selamanya.",
        error_messages={
            "required": "Silakan tuliskan jumlah hari; 0 berarti selamanya.",
            "invalid": "Silakan tuliskan jumlah hari sebagai angka bulat.",
            "min_value": "Jumlah hari tidak dapat kurang dari 0.",
            "max_value": f"Paling lama {MOST_DAYS} hari, atau 0 untuk selamanya.",
        },
    )


class LegalHoldForm(BaseForm):
    """Why a ticket's data must be kept."""

    use_required_attribute = False

    reason = PlainTextField(
        label="Mengapa data tiket ini harus disimpan?",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Silakan tuliskan alasannya.",
            "max_length": f"Alasan paling panjang {REASON_LENGTH} huruf.",
        },
    )


class EraseForm(BaseForm):
    """The name, typed to show that this person is meant."""

    use_required_attribute = False

    name = PlainTextField(
        label="Ketik nama lengkap pengguna ini",
        max_length=150,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "Silakan ketik namanya untuk memastikan."},
    )

    def __init__(self, data=None, *, expected: str):
        super().__init__(data)
        self.expected = expected

    def clean_name(self) -> str:
        typed = " ".join(self.cleaned_data["name"].split())
        if typed.casefold() != " ".join(self.expected.split()).casefold():
            raise forms.ValidationError("Nama ini tidak sama dengan nama pengguna yang akan dihapus.")
        return typed
