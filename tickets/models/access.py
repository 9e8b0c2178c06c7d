"""Getting in, and who saw what: sessions, counted attempts, recovery codes, the views of files, the audit trail."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from tickets.models.documents import Document
from tickets.models.files import Attachment
from tickets.models.tickets import Ticket


class Session(AbstractBaseSession):
    """One browser's session. `expire_date` is when it ends if nothing more happens (idle), and at most 12 hours on."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions")
    started_at = models.DateTimeField(null=True, help_text="When the person signed in.")
    seen_at = models.DateTimeField(null=True, help_text="When they last did something, to the minute.")
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-seen_at",)

    @classmethod
    def get_session_store_class(cls):
        from tickets.sessions import SessionStore  # the store is made of this model

        return SessionStore


class Attempts(models.Model):
    """How often something was tried since an instant: sign-ins, reset mails. One row per key; old ones are removed."""

    key = models.CharField(max_length=100, unique=True, help_text="What is counted; holds no address or name in clear.")
    since = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.key}: {self.count}"


class LetterQuerySet(models.QuerySet["Letter"]):
    def pending(self) -> Self:
        return self.filter(sent_at=None, failed_at=None)

    def failed(self) -> Self:
        return self.filter(failed_at__isnull=False)


class Letter(models.Model):
    """A mail about an account: an invitation, a reset, a warning. Holds no link: that is made when it is sent.

    Sent by the worker with a lease and retries, as notices are; a page never waits for the mail server, and takes as
    long whether there is an account or not.
    """

    class Kind(models.TextChoices):
        INVITATION = "undangan", "Undangan"
        RESET = "atur-ulang", "Atur ulang kata sandi"
        CONFIRM_ADDRESS = "konfirmasi", "Konfirmasi surel"
        ACCEPTED = "diterima", "Pendaftaran disetujui"
        REFUSED = "ditolak", "Pendaftaran tidak disetujui"
        CHANGED = "berubah", "Keamanan akun berubah"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=12, choices=Kind)
    address = models.EmailField(blank=True, help_text="Where the person was until now; empty: where they are.")
    facts = models.JSONField(default=dict, help_text="What changed, in a word; no secret.")
    asked_at = models.DateTimeField()
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True, help_text="Some worker has it in hand until then.")
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(failed_at__isnull=True), name="letter_has_one_end"
            ),
        )
        indexes = (
            models.Index(fields=("not_before",), condition=Q(sent_at=None, failed_at=None), name="letters_to_be_sent"),
        )

    def __str__(self):
        return f"{self.kind} · {self.person_id}"


class RecoveryCode(models.Model):
    """A code that stands in once for the second factor. Only its digest is kept."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "digest"), name="recovery_codes_differ"),)

    def __str__(self):
        return str(self.person)


class FileViewQuerySet(models.QuerySet["FileView"]):
    def between(self, start, end) -> Self:
        """Deliveries from an instant up to, but not at, another."""
        return self.filter(at__gte=start, at__lt=end)


class FileView(models.Model):
    """One delivery of a screenshot, document or issued paper to a person (RELIABILITY promise 8)."""

    class Part(models.TextChoices):
        WHOLE = "utuh", "Utuh"
        THUMBNAIL = "kecil", "Gambar kecil"

    at = models.DateTimeField(db_index=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    attachment = models.ForeignKey(Attachment, models.CASCADE, null=True, related_name="views")
    document = models.ForeignKey(Document, models.CASCADE, null=True, related_name="views")
    part = models.CharField(max_length=10, choices=Part, default=Part.WHOLE)
    address = models.GenericIPAddressField(null=True)

    objects = FileViewQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(attachment__isnull=False, document__isnull=True)
                | Q(attachment__isnull=True, document__isnull=False),
                name="file_view_is_of_one_file",
            ),
        )
        indexes = (
            models.Index(fields=("attachment", "-at"), name="file_views_by_attachment"),
            models.Index(fields=("person", "-at"), name="file_views_by_person"),
        )

    def __str__(self):
        return f"{self.at}: {self.person_id}"


class AuditEntry(models.Model):
    """Something done to people, rights, data or the system itself, and each sign-in. What is done to a ticket stands in
    its history. Holds no password, code, token or text of a ticket; the database refuses to change a row.
    """

    class Event(models.TextChoices):
        SIGNED_IN = "masuk", "Masuk"
        SIGN_IN_FAILED = "masuk-gagal", "Gagal masuk"
        SIGN_IN_REFUSED = "masuk-ditolak", "Masuk ditolak (terlalu sering)"
        SIGNED_OUT = "keluar", "Keluar"
        SESSION_ENDED = "sesi-diakhiri", "Sesi diakhiri"
        PASSWORD_CHANGED = "sandi-diubah", "Kata sandi diubah"
        PASSWORD_LINK = "sandi-tautan", "Tautan kata sandi dibuat"
        TOTP_ON = "totp-aktif", "Verifikasi dua langkah diaktifkan"
        TOTP_OFF = "totp-nonaktif", "Verifikasi dua langkah dimatikan"
        RECOVERY_USED = "kode-pemulihan", "Kode pemulihan dipakai"
        RECOVERY_RENEWED = "kode-baru", "Kode pemulihan diganti"
        REGISTERED = "mendaftar", "Mendaftar"
        REGISTRATION_DECIDED = "pendaftaran-diputuskan", "Pendaftaran diputuskan"
        PERSON_CREATED = "pengguna-dibuat", "Pengguna dibuat"
        PERSON_CHANGED = "pengguna-diubah", "Pengguna diubah"
        PERSON_DEACTIVATED = "pengguna-nonaktif", "Pengguna dinonaktifkan"
        PERSON_REACTIVATED = "pengguna-aktif", "Pengguna diaktifkan kembali"
        PERSON_ERASED = "pengguna-dihapus", "Data pribadi dihapus"
        PEOPLE_IMPORTED = "pengguna-diimpor", "Daftar pengguna diimpor"
        UNIT_CHANGED = "opd-diubah", "OPD diubah"
        ROLE_GIVEN = "peran-diberikan", "Peran diberikan"
        ROLE_CHANGED = "peran-diubah", "Peran diubah"
        ROLE_ENDED = "peran-diakhiri", "Peran diakhiri"
        DATA_EXPORTED = "data-diunduh", "Data pribadi diunduh"
        TABLE_EXPORTED = "tabel-diunduh", "Tabel diunduh"
        HOLD_PLACED = "tahan-data", "Data ditahan"
        HOLD_LIFTED = "lepas-tahanan", "Penahanan data dicabut"
        RETENTION_CHANGED = "retensi-diubah", "Masa simpan diubah"
        RETAINED = "retensi", "Masa simpan dijalankan"
        OFFICE_CHANGED = "kantor-diubah", "Identitas kantor diubah"
        RESTORED = "pemulihan", "Cadangan dipulihkan"
        RELEASED = "pemulihan-dilepas", "Salinan pemulihan dilepas"

    at = models.DateTimeField(db_index=True)
    event = models.CharField("kejadian", max_length=30, choices=Event)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Nobody: the clock, or unknown.",
    )
    about = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="+")
    address = models.GenericIPAddressField(null=True)
    facts = models.JSONField(default=dict, help_text="Names of fields, counts, days: nothing personal.")

    class Meta:
        verbose_name = "jejak audit"
        verbose_name_plural = "jejak audit"
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("event", "-at"), name="audit_by_event"),
            models.Index(fields=("about", "-at"), name="audit_by_person"),
            models.Index(fields=("by", "-at"), name="audit_by_actor"),
        )

    def __str__(self):
        return f"{self.at} {self.event}"


class RetentionRule(models.Model):
    """How long a class of data is kept, in days; 0 for ever. Without a row the default of `tickets.retention`."""

    kind = models.CharField(max_length=20, unique=True)
    days = models.PositiveIntegerField("lama simpan (hari)")

    def __str__(self):
        return f"{self.kind}: {self.days}"


class Restoration(models.Model):
    """This database was restored from a backup: it sends no mail and raises no alarm until somebody releases it."""

    taken_at = models.DateTimeField(help_text="When the backup was taken.")
    restored_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self):
        return f"{self.taken_at} → {self.restored_at}"

    @classmethod
    def is_awaiting_release(cls) -> bool:
        return cls.objects.filter(released_at=None).exists()
