"""The office's calendar as data: working hours by period, days that are closed or opened, and which years are decreed.

What it computes with is the value that `workflows.calendars.current()` makes of these rows. Every change is one
`CalendarChange`; its number is the version that a limit ran under (DESIGN section 5).
"""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from workflows import worktime
from workflows.sop import Approval, Identity, Sop, Text

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def valid_hours(text: str) -> None:
    """Raises ValidationError, with the sentence of `worktime.parse_hours`, for hours that cannot be read."""
    try:
        worktime.parse_hours(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _hours(label: str) -> models.CharField[str, str]:
    return models.CharField(label, max_length=120, blank=True, validators=[valid_hours])


class WorkingPeriod(models.Model):
    """Working hours from one day to another, both included; the normal ones have no dates. Empty hours: no work."""

    name = models.CharField("nama", max_length=80)
    starts_on = models.DateField("sejak", null=True, blank=True)
    ends_on = models.DateField("sampai", null=True, blank=True)
    decree = models.CharField("dasar", max_length=200, blank=True, help_text="Nomor surat edaran atau keputusan.")
    monday = _hours("Senin")
    tuesday = _hours("Selasa")
    wednesday = _hours("Rabu")
    thursday = _hours("Kamis")
    friday = _hours("Jumat")
    saturday = _hours("Sabtu")
    sunday = _hours("Minggu")

    class Meta:
        verbose_name = "jam kerja"
        verbose_name_plural = "jam kerja"
        ordering = (F("starts_on").asc(nulls_first=True), "pk")
        constraints = (
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(starts_on=None),
                name="one_normal_working_period",
                violation_error_message="Jam kerja normal sudah ada. Isi tanggal sejak dan sampai.",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True, ends_on__isnull=True)
                | Q(starts_on__isnull=False, ends_on__isnull=False, ends_on__gte=F("starts_on")),
                name="working_period_has_both_dates_or_none",
                violation_error_message="Isi kedua tanggal; tanggal sampai tidak boleh sebelum tanggal sejak.",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_normal(self) -> bool:
        return self.starts_on is None

    def as_period(self) -> worktime.Period:
        """The value that the calendar computes with."""
        week = tuple(worktime.parse_hours(getattr(self, day)) for day in WEEKDAYS)
        return worktime.Period(self.name, week, self.starts_on, self.ends_on)


class CalendarYear(models.Model):
    """Whether the days of a year are a proposal (*usulan*) or decreed (*ditetapkan*), and by what."""

    class Status(models.TextChoices):
        PROPOSED = "usulan", "Usulan"
        CONFIRMED = "ditetapkan", "Ditetapkan"

    year = models.PositiveSmallIntegerField("tahun", unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    decree = models.CharField("nomor SKB", max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="ditetapkan oleh",
    )

    class Meta:
        verbose_name = "tahun kalender"
        verbose_name_plural = "tahun kalender"
        ordering = ("year",)
        constraints = (
            models.CheckConstraint(
                condition=Q(status="usulan", confirmed_at__isnull=True)
                | (Q(status="ditetapkan", confirmed_at__isnull=False) & ~Q(decree="")),
                name="confirmed_year_has_its_decree",
                violation_error_message="Tahun yang ditetapkan memerlukan nomor SKB.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.year} ({self.get_status_display()})"

    @property
    def is_confirmed(self) -> bool:
        return self.status == self.Status.CONFIRMED


class CalendarDay(models.Model):
    """A day that is not as its weekday: closed, opened, or (an override of a proposal) an ordinary day after all."""

    class Kind(models.TextChoices):
        HOLIDAY = "libur", "Libur nasional"
        JOINT_LEAVE = "cuti", "Cuti bersama"
        LOCAL = "lokal", "Libur daerah"
        OPENED = "buka", "Hari kerja khusus"
        ORDINARY = "biasa", "Hari biasa"

    CLOSED = (Kind.HOLIDAY, Kind.JOINT_LEAVE, Kind.LOCAL)

    date = models.DateField("tanggal", unique=True)
    kind = models.CharField("jenis", max_length=10, choices=Kind)
    name = models.CharField("nama", max_length=120)
    decree = models.CharField("dasar", max_length=200, blank=True, help_text="Nomor SKB, surat edaran atau keputusan.")
    hours = _hours("jam kerja")
    is_estimate = models.BooleanField("perkiraan", default=False, help_text="Tanggalnya masih dapat bergeser.")
    is_override = models.BooleanField(
        default=False, help_text="Entered or changed by an administrator: an import never overwrites it."
    )

    class Meta:
        verbose_name = "hari kalender"
        verbose_name_plural = "hari kalender"
        ordering = ("date",)
        constraints = (
            models.CheckConstraint(
                condition=(Q(kind="buka") & ~Q(hours="")) | (~Q(kind="buka") & Q(hours="")),
                name="only_an_opened_day_has_hours",
                violation_error_message="Hanya hari kerja khusus yang memiliki jam kerja, dan jamnya wajib diisi.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.date}: {self.name}"

    def as_day(self) -> worktime.Day | None:
        """The exception that the calendar computes with, or None for an ordinary day."""
        if self.kind == self.Kind.ORDINARY:
            return None
        name = (
            self.name
            if self.kind != self.Kind.JOINT_LEAVE or "cuti" in self.name.lower()
            else f"Cuti bersama {self.name}"
        )
        return worktime.Day(name, self.decree, worktime.parse_hours(self.hours))


class CalendarChange(models.Model):
    """One change of the calendar: by whom, why, and which open limits it moved. Its pk is the calendar's version."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField("alasan", max_length=300)
    what = models.JSONField(default=list, help_text="Sentences: what was changed.")
    moved = models.JSONField(default=list, help_text="What it moved: [ticket number, row, from, to] with ISO instants.")

    class Meta:
        verbose_name = "perubahan kalender"
        verbose_name_plural = "perubahan kalender"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.pk}: {self.reason}"


class SopApproval(models.Model):
    """What the signed copy of an SOP says that the copy in hand does not (W-12, S-1). Entered by administrators."""

    sop_key = models.CharField("SOP", max_length=40, unique=True)
    number = models.CharField("No. SOP", max_length=80, blank=True)
    created = models.DateField("tanggal pembuatan", null=True, blank=True)
    revised = models.DateField("tanggal revisi", null=True, blank=True)
    effective = models.DateField("tanggal efektif", null=True, blank=True)
    position = models.CharField("jabatan yang mengesahkan", max_length=120, blank=True)
    name = models.CharField("nama", max_length=150, blank=True)
    nip = models.CharField("NIP", max_length=18, blank=True)
    rank = models.CharField("pangkat/golongan", max_length=80, blank=True)

    class Meta:
        verbose_name = "pengesahan SOP"
        verbose_name_plural = "pengesahan SOP"
        ordering = ("sop_key",)
        constraints = (
            models.CheckConstraint(
                condition=Q(revised__isnull=True) | Q(created__isnull=True) | Q(revised__gte=F("created")),
                name="sop_is_revised_not_before_it_was_made",
                violation_error_message="Tanggal revisi tidak boleh sebelum tanggal pembuatan.",
            ),
        )

    def __str__(self) -> str:
        return self.sop_key


def identity_of(sop: Sop) -> Identity:
    """The identity block of an SOP: what an administrator entered from the signed copy, before what the file says."""
    entered = SopApproval.objects.filter(sop_key=sop.key).first()
    if entered is None:
        return sop.identity
    approval = Approval(entered.position, entered.name, entered.nip, entered.rank) if entered.name else None
    return replace(
        sop.identity,
        number=Text(entered.number) if entered.number else sop.identity.number,
        created=entered.created or sop.identity.created,
        revised=entered.revised or sop.identity.revised,
        effective=entered.effective or sop.identity.effective,
        approved_by=approval or sop.identity.approved_by,
    )
