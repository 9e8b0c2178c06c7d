"""*Identitas kantor*: what stands on every paper the office signs. Entered by administrators."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from tickets.storage import private_files, stored_name
from workflows import roles
from workflows.roles import Role

#: What a number template may hold; each part at most once, {urut} and {tahun} always.
NUMBER_PARTS = ("kode", "urut", "unit", "bulan", "tahun")


class Paper(models.TextChoices):
    """The paper that documents are printed on."""

    A4 = "a4", "A4 (210 × 297 mm)"
    F4 = "f4", "F4 (215 × 330 mm)"


class Office(models.Model):
    """The one office. `current()` gives it, with what the SOPs say of it where nobody has entered more."""

    government = models.CharField("pemerintah", max_length=120, default="Pemerintah Provinsi Sumatera Barat")
    organisation = models.CharField(
        "perangkat daerah", max_length=160, default="Dinas Komunikasi, Informatika dan Statistik"
    )
    unit = models.CharField("bidang", max_length=120, default="Bidang Aplikasi Informatika")
    address = models.CharField("alamat", max_length=200, blank=True)
    contact = models.CharField("telepon, surel, situs", max_length=200, blank=True)
    city = models.CharField("kota", max_length=60, default="Padang", help_text="Tempat pada baris tanggal surat.")
    logo = models.FileField("logo", upload_to=stored_name, storage=private_files, blank=True, max_length=120)
    paper = models.CharField("ukuran kertas", max_length=2, choices=Paper, default=Paper.A4)
    unit_code = models.CharField("kode unit", max_length=40, default="Diskominfotik", help_text="Menjadi {unit}.")
    completion_code = models.CharField("kode Laporan Penyelesaian Masalah", max_length=20, default="LPM")
    completion_number = models.CharField(
        "pola nomor Laporan Penyelesaian Masalah", max_length=80, default="{kode}/{urut}/{unit}/{tahun}"
    )
    sla_code = models.CharField("kode Laporan SLA", max_length=20, default="SLA")
    sla_number = models.CharField("pola nomor Laporan SLA", max_length=80, default="{kode}/{urut}/{unit}/{tahun}")

    class Meta:
        verbose_name = "identitas kantor"
        verbose_name_plural = "identitas kantor"
        constraints = (models.CheckConstraint(condition=Q(pk=1), name="there_is_one_office"),)

    def __str__(self):
        return self.unit

    @classmethod
    def current(cls) -> Office:
        """The office as entered, or as it is until somebody enters it."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class Signer(models.Model):
    """Who signs for a role, as it is written under a signature. Without one, the role's holder of the day does."""

    role = models.CharField(
        "peran",
        max_length=40,
        unique=True,
        choices=[
            (role.value, role.in_sop)
            for role in (Role.KEPALA_BIDANG_APTIKA, Role.SUBKOORDINATOR_APLIKASI, Role.SUB_KOORDINATOR)
        ],
        error_messages={"unique": "Penanda tangan untuk peran ini sudah ada."},
    )
    position = models.CharField("jabatan", max_length=120, help_text="Seperti tertulis di atas tanda tangan.")
    name = models.CharField("nama", max_length=150, help_text="Dengan gelar.")
    nip = models.CharField(
        "NIP", max_length=18, blank=True, validators=[RegexValidator(r"^[0-9]{18}$", "NIP terdiri atas 18 angka.")]
    )
    rank = models.CharField("pangkat/golongan", max_length=80, blank=True, help_text="Misalnya Pembina Tk. I (IV/b).")

    class Meta:
        verbose_name = "penanda tangan"
        verbose_name_plural = "penanda tangan"
        ordering = ("role",)

    def __str__(self):
        return f"{roles.Role(self.role).label}: {self.name}"
