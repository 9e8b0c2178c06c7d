"""Screenshots and documents. Uploaded first, attached by the act they belong to."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q

from tickets.models.history import HistoryEntry
from tickets.models.tickets import Ticket
from tickets.storage import private_files, stored_name


def random_key() -> str:
    """256 random bits: knowing one file's address tells nothing about another's."""
    return secrets.token_hex(32)


class Attachment(models.Model):
    """A file that passed the checks of `tickets.uploads`. Without a ticket it is only its uploader's, for a day."""

    class Kind(models.TextChoices):
        IMAGE = "image", "Gambar"
        DOCUMENT = "document", "Dokumen"

    key = models.CharField(max_length=64, unique=True, default=random_key, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, blank=True, related_name="attachments")
    entry = models.ForeignKey(HistoryEntry, models.PROTECT, null=True, blank=True, related_name="attachments")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    name = models.CharField("nama berkas", max_length=150)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=stored_name, storage=private_files, max_length=120, blank=True)
    thumbnail = models.FileField(upload_to=stored_name, storage=private_files, max_length=120, blank=True)
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text="The file is gone (retention, or erasure); this row keeps its place."
    )

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(ticket__isnull=True, entry__isnull=True) | Q(ticket__isnull=False, entry__isnull=False),
                name="attachment_came_with_an_act",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) & ~Q(file="") | Q(erased_at__isnull=False, file="", thumbnail=""),
                name="attachment_has_its_file_until_erased",
            ),
        )
        indexes = (models.Index(fields=("uploaded_at",), condition=Q(ticket=None), name="uploads_not_attached"),)

    def __str__(self):
        return self.name

    @property
    def is_image(self) -> bool:
        return self.kind == self.Kind.IMAGE
