"""Papers that were issued, with everything they were made of; and exports that people asked for."""

from __future__ import annotations

import secrets
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Max, Q

from tickets.models.tickets import Ticket
from tickets.storage import private_files, stored_name


def readable_by(person, *, of: str = "") -> Q:
    """The papers a person may read: of tickets in whose SOP they take part, of the whole office for who heads it.

    A condition on Document, or with `of` ("document__") on what has one.
    """
    of_tickets = Q(**{f"{of}ticket__procedure__in": person.roles_by_procedure})
    of_the_office = Q(**{f"{of}kind": Document.Kind.SLA})
    return of_tickets | of_the_office if person.heads_the_office else of_tickets


def check_code() -> str:
    """128 random bits: what a QR code leads to tells nothing about another paper."""
    return secrets.token_urlsafe(16)


class DocumentQuerySet(models.QuerySet["Document"]):
    def waiting(self) -> Self:
        """Ordered, and neither made nor given up."""
        return self.filter(made_at=None, failed_at=None)

    def made(self) -> Self:
        return self.filter(made_at__isnull=False)

    def given_up(self) -> Self:
        """Tried so often in vain that an administrator must look."""
        return self.filter(failed_at__isnull=False)

    def next_issue(self) -> int:
        """The number of the next issue of the one paper that these are issues of. The caller holds a lock on it."""
        return (self.aggregate(last=Max("issue"))["last"] or 0) + 1

    def readable_by(self, person) -> Self:
        return self.filter(readable_by(person))


class Document(models.Model):
    """One issue of a paper. Ordered in the transaction of what calls for it, made by the worker, then never changed.

    `inputs` and `images` are all that its bytes come from, beside the templates (`edition`) and `made_at`: the same
    again make the same bytes, which `manage.py verify_documents` proves.
    """

    class Kind(models.TextChoices):
        COMPLETION = "penyelesaian", "Laporan Penyelesaian Masalah"
        SLA = "sla", "Laporan SLA"

    kind = models.CharField("jenis", max_length=20, choices=Kind)
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, blank=True, related_name="documents")
    starts_on = models.DateField("sejak", null=True, blank=True)
    ends_on = models.DateField("sampai", null=True, blank=True)
    issue = models.PositiveSmallIntegerField("terbitan ke-", default=1)
    code = models.CharField(max_length=30, unique=True, default=check_code, editable=False)

    ordered_at = models.DateTimeField("diminta")
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="Nobody: it was due."
    )
    lease_until = models.DateTimeField(null=True, blank=True, help_text="Some worker has it in hand until then.")
    attempts = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    year = models.PositiveSmallIntegerField("tahun", null=True, blank=True)
    sequence = models.PositiveIntegerField("nomor urut", null=True, blank=True)
    number = models.CharField("nomor", max_length=120, blank=True)
    inputs = models.JSONField(default=dict)
    images = models.JSONField(default=dict, help_text="By name in the template: the file in the private storage.")
    edition = models.CharField(max_length=16, blank=True)
    made_at = models.DateTimeField("dibuat", null=True, blank=True)
    pdf = models.FileField(upload_to=stored_name, storage=private_files, max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text="File and inputs are gone (erasure); number and SHA-256 stay."
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "dokumen"
        verbose_name_plural = "dokumen"
        ordering = ("-ordered_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="penyelesaian", ticket__isnull=False, starts_on__isnull=True, ends_on__isnull=True)
                | Q(kind="sla", ticket__isnull=True, starts_on__isnull=False, ends_on__gte=F("starts_on")),
                name="document_is_of_a_ticket_or_a_period",
            ),
            models.UniqueConstraint(
                fields=("ticket", "kind", "issue"), condition=Q(ticket__isnull=False), name="one_issue_of_a_ticket"
            ),
            models.UniqueConstraint(
                fields=("kind", "starts_on", "ends_on", "issue"),
                condition=Q(ticket__isnull=True),
                name="one_issue_of_a_period",
            ),
            models.UniqueConstraint(
                fields=("kind", "year", "sequence"),
                condition=Q(sequence__isnull=False),
                name="document_numbers_count_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(
                    made_at__isnull=True, number="", sha256="", pdf="", sequence__isnull=True, year__isnull=True
                )
                | (
                    Q(made_at__isnull=False, failed_at__isnull=True, sequence__isnull=False, year__isnull=False)
                    & ~Q(number="")
                    & ~Q(sha256="")
                    & (~Q(pdf="") | Q(erased_at__isnull=False))
                ),
                name="document_made_is_whole",
            ),
        )
        indexes = (
            models.Index(
                fields=("ordered_at",), condition=Q(made_at=None, failed_at=None), name="documents_to_be_made"
            ),
            models.Index(fields=("kind", "-ordered_at"), name="documents_by_kind"),
        )

    def __str__(self):
        return self.number or f"{self.get_kind_display()} (belum dibuat)"


class ExportQuerySet(models.QuerySet["Export"]):
    def running(self) -> Self:
        """Asked for, and neither finished nor given up."""
        return self.filter(finished_at=None, failed_at=None)


class Export(models.Model):
    """A table that a person asked for as a file. The worker writes it; one at a time per person."""

    class Kind(models.TextChoices):
        RUNS = "langkah", "Langkah yang selesai"
        TICKETS = "tiket", "Tiket"

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel (XLSX)"
        CSV = "csv", "CSV"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="exports")
    kind = models.CharField("isi", max_length=20, choices=Kind)
    format = models.CharField("bentuk", max_length=4, choices=Format)
    query = models.CharField(max_length=2000, blank=True, help_text="The filters, as they stood in the address.")
    name = models.CharField("nama berkas", max_length=150)
    asked_at = models.DateTimeField("diminta")
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    rows_total = models.PositiveIntegerField(null=True, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField("selesai", null=True, blank=True)
    failed_at = models.DateTimeField("gagal", null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    file = models.FileField(upload_to=stored_name, storage=private_files, max_length=120, blank=True)
    size = models.PositiveIntegerField(default=0)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = "unduhan"
        verbose_name_plural = "unduhan"
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=Q(finished_at=None, failed_at=None), name="one_export_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(failed_at__isnull=True), name="export_has_one_end"
            ),
        )
        indexes = (
            models.Index(
                fields=("asked_at",), condition=Q(finished_at=None, failed_at=None), name="exports_to_be_made"
            ),
        )

    def __str__(self):
        return self.name
