"""What administrators fill in to change the calendar. Each form's `change` writes it and says in sentences what it did.

A change is looked at before it is saved: `ReasonForm` stands under what it would do.
"""

from __future__ import annotations

from datetime import date, datetime

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.models import model_to_dict
from django.utils.formats import date_format

from tickets.forms.base import BaseForm
from tickets.forms.text import PlainTextField
from tickets.models import User
from workflows import proposals, worktime
from workflows.models import WEEKDAYS, CalendarDay, CalendarYear, WorkingPeriod

#: The years that a calendar here may speak of.
FIRST_YEAR, LAST_YEAR = 2000, 2100


class ReasonForm(BaseForm):
    """Why the calendar is changed, and which calendar the person saw the change on."""

    use_required_attribute = False

    reason = PlainTextField(
        label="Alasan perubahan",
        help_text="Tercatat pada perubahan kalender dan pada riwayat setiap tiket yang tenggatnya bergeser.",
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Silakan tuliskan mengapa kalender diubah.",
            "max_length": "Alasan paling banyak %(limit_value)d karakter; sekarang %(show_value)d.",
        },
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)


class PeriodForm(BaseForm, forms.ModelForm):
    """Working hours from one day to another; of the normal hours, the hours alone."""

    use_required_attribute = False

    name = PlainTextField(
        label="Nama",
        help_text="Misalnya Ramadan 1448 H.",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Silakan tuliskan nama jam kerja ini."},
    )
    decree = PlainTextField(
        label="Dasar",
        help_text="Nomor surat edaran atau keputusan.",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = WorkingPeriod
        fields = ("name", "starts_on", "ends_on", "decree", *WEEKDAYS)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.before = model_to_dict(self.instance, self._meta.fields) if self.instance.pk else {}
        if self.instance.pk and self.instance.is_normal:
            del self.fields["starts_on"], self.fields["ends_on"]
        else:
            for name in ("starts_on", "ends_on"):
                self.fields[name] = _date_field(self.fields[name].label)

    @property
    def days(self):
        """The field of each day of the week."""
        return [self[name] for name in WEEKDAYS]

    @property
    def facts(self):
        """All other fields."""
        return [field for field in self.visible_fields() if field.name not in WEEKDAYS]

    def clean(self):
        typed = super().clean()
        starts, ends = typed.get("starts_on"), typed.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "Tanggal akhir mendahului tanggal mulai.")
        for name in WEEKDAYS:
            _tidy_hours(self, name)
        if not self.errors and not any(typed[name] for name in WEEKDAYS):
            self.add_error("monday", "Silakan isi jam kerja sedikitnya satu hari.")
        if not self.errors and self.before and all(typed[name] == self.before[name] for name in self.fields):
            self.add_error(None, "Belum ada yang diubah.")
        return typed

    def change(self) -> list[str]:
        self.save()
        period = self.instance
        if not self.before:
            return [f"Jam kerja “{period.name}” ditambahkan, {_range(period.starts_on, period.ends_on)}."]
        changes = (
            f"{self.fields[name].label} {_shown(self.before[name])} menjadi {_shown(getattr(period, name))}"
            for name in self.fields
            if getattr(period, name) != self.before[name]
        )
        return [f"Jam kerja “{period.name}”: {change}." for change in changes]


def remove_period(period: WorkingPeriod) -> list[str]:
    """Take hours away; their days have the normal ones again."""
    WorkingPeriod.objects.filter(pk=period.pk).delete()
    days = _range(period.starts_on, period.ends_on)
    return [f"Jam kerja “{period.name}” dihapus, {days} kembali mengikuti jam kerja normal."]


class DayForm(BaseForm, forms.ModelForm):
    """A day that is not as its weekday. What is saved here, no import overwrites."""

    use_required_attribute = False

    name = PlainTextField(
        label="Nama",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Silakan tuliskan nama hari ini, misalnya Hari jadi provinsi."},
    )
    decree = PlainTextField(
        label="Dasar",
        help_text="Nomor SKB, surat edaran atau keputusan.",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Silakan tuliskan dasarnya."},
    )

    class Meta:
        model = CalendarDay
        fields = ("date", "kind", "name", "decree", "hours")
        widgets = {"kind": forms.RadioSelect}
        help_texts = {
            "kind": "Hari biasa: libur yang diusulkan pada tanggal ini tidak berlaku di kantor ini.",
            "hours": "Hanya untuk hari kerja khusus, misalnya 08.00–12.00, 13.00–15.00.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.before = _described(self.instance) if self.instance.pk else ""
        self.fields["kind"].choices = CalendarDay.Kind.choices
        self.fields["kind"].error_messages["required"] = "Silakan pilih jenisnya."
        if self.instance.pk:
            del self.fields["date"]
        else:
            self.fields["date"] = _date_field("Tanggal")

    def clean_date(self):
        day = self.cleaned_data["date"]
        if there := CalendarDay.objects.filter(date=day).first():
            raise forms.ValidationError(f"Tanggal ini sudah ada pada kalender: {there.name}. Silakan ubah hari itu.")
        return day

    def clean(self):
        typed = super().clean()
        _tidy_hours(self, "hours")
        kind, hours = typed.get("kind"), typed.get("hours")
        if kind == CalendarDay.Kind.OPENED and hours == "":
            self.add_error("hours", "Silakan isi jam kerja pada hari ini.")
        if kind and kind != CalendarDay.Kind.OPENED and hours:
            self.add_error("hours", "Kosongkan: hanya hari kerja khusus yang memiliki jam kerja sendiri.")
        return typed

    def _post_clean(self):
        super()._post_clean()
        if not self.errors and self.before == _described(self.instance):
            self.add_error(None, "Belum ada yang diubah.")

    def change(self) -> list[str]:
        day = self.instance
        day.is_override, day.is_estimate = True, False
        self.save()
        was = f"semula {self.before}, menjadi " if self.before else ""
        return [f"{_date(day.date)}: {was}{_described(day)}."]


def remove_day(day: CalendarDay) -> list[str]:
    """Make a day as its weekday again. One that was proposed stays on record as ordinary: no import brings it back."""
    rows = CalendarDay.objects.filter(pk=day.pk)
    words = f"{_date(day.date)} ({day.name})"
    if day.is_override:
        rows.delete()
        return [f"{words} dihapus dari kalender."]
    rows.update(kind=CalendarDay.Kind.ORDINARY, is_override=True, is_estimate=False, hours="")
    return [f"{words} menjadi hari biasa; usulan berikutnya tidak menimpanya."]


class ConfirmYearForm(BaseForm):
    """By which decree the days of a year are confirmed."""

    use_required_attribute = False

    decree = PlainTextField(
        label="Nomor SKB",
        help_text="Tulis lengkap, misalnya SKB Nomor 1497 Tahun 2025, Nomor 2 Tahun 2025, dan Nomor 5 Tahun 2025.",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Silakan tuliskan nomor SKB.",
            "max_length": "Nomor SKB paling banyak %(limit_value)d karakter; sekarang %(show_value)d.",
        },
    )

    def __init__(self, *args, year: CalendarYear, by: User, now: datetime, **kwargs):
        super().__init__(*args, initial={"decree": year.decree}, **kwargs)
        self.year, self.by, self.now = year, by, now

    def clean_decree(self):
        decree = self.cleaned_data["decree"]
        if self.year.is_confirmed and decree == self.year.decree:
            raise forms.ValidationError(f"Kalender {self.year.year} sudah ditetapkan dengan nomor ini.")
        return decree

    def change(self) -> list[str]:
        return proposals.confirm(self.year.year, decree=self.cleaned_data["decree"], by=self.by, at=self.now)


def _date_field(label: str) -> forms.DateField:
    return forms.DateField(
        label=label[0].upper() + label[1:],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[
            MinValueValidator(date(FIRST_YEAR, 1, 1), f"Tanggal paling awal 1 Januari {FIRST_YEAR}."),
            MaxValueValidator(date(LAST_YEAR, 12, 31), f"Tanggal paling akhir 31 Desember {LAST_YEAR}."),
        ],
        error_messages={"required": "Silakan isi tanggal.", "invalid": "Silakan isi tanggal dengan lengkap."},
    )


def _tidy_hours(form: forms.Form, name: str) -> None:
    """Write hours the one way they are written, or say beside the field why they cannot be read."""
    if name not in form.cleaned_data:
        return
    try:
        form.cleaned_data[name] = worktime.write_hours(worktime.parse_hours(form.cleaned_data[name]))
    except ValueError as error:
        form.add_error(name, str(error))


def _date(day: date) -> str:
    return date_format(day, "j F Y")


def _range(first: date | None, last: date | None) -> str:
    return f"{_date(first)} sampai {_date(last)}" if first and last else ""


def _shown(value: object) -> str:
    return _date(value) if isinstance(value, date) else str(value or "kosong")


def _described(day: CalendarDay) -> str:
    """ "Hari kerja khusus “Persiapan rapat” 08.00–12.00 (SE Nomor 5)"."""
    parts = (f"{day.get_kind_display()} “{day.name}”", day.hours, f"({day.decree})" if day.decree else "")
    return " ".join(filter(None, parts))
