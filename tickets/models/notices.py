"""Who is told what: *Laporan masuk*, and the notices, which are the outbox (DESIGN section 6)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from tickets.models.documents import Document, readable_by
from tickets.models.history import HistoryEntry
from tickets.models.runs import Rung, StepRun
from tickets.models.tickets import Ticket
from workflows import roles


class ReportedToQuerySet(models.QuerySet["ReportedTo"]):
    def for_person(self, person) -> Self:
        """What was reported to the roles a person holds, in the procedures where they hold them."""
        return self.filter(person.in_own_roles)

    def unread(self) -> Self:
        """Not yet marked Diketahui."""
        return self.filter(acknowledged_at=None)


class ReportedTo(models.Model):
    """ "Dilaporkan ke": a completed step told to a role, with an optional mark *Diketahui*. It never blocks."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="reported_to")
    run = models.ForeignKey(StepRun, models.PROTECT, related_name="reported_to")
    role = models.CharField("peran", max_length=40, choices=roles.choices)
    told_at = models.DateTimeField("dilaporkan")
    acknowledged_at = models.DateTimeField("diketahui", null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ReportedToQuerySet.as_manager()

    class Meta:
        ordering = ("-told_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("run", "role"), name="a_role_is_told_once_of_a_run"),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="acknowledged_has_its_person",
            ),
        )
        indexes = (
            models.Index(fields=("role", "-told_at"), name="reported_by_role"),
            models.Index(fields=("role",), condition=Q(acknowledged_at=None), name="reported_unread"),
        )

    def __str__(self):
        return f"{self.ticket_id} · {self.role}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def in_app(self, person) -> Self:
        """What a person was told in SOPDesk itself and may still read: as one who takes part, as the reporter, or of a
        paper that is theirs to read."""
        takes_part = Q(ticket__procedure__in=person.roles_by_procedure)
        is_told = Q(entry=None) | Q(entry__internal=False)
        as_reporter = Q(ticket__reporter=person, ticket__restricted=False) & is_told
        as_reader = readable_by(person, of="document__")
        return self.filter(takes_part | as_reporter | as_reader, person=person, channel=Notice.Channel.SITE)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def pending(self) -> Self:
        """Mail that is still to be sent."""
        return self.filter(channel=Notice.Channel.MAIL, sent_at=None, failed_at=None, cancelled_at=None)

    def failed(self) -> Self:
        """Mail that was given up and that no administrator has settled."""
        return self.filter(channel=Notice.Channel.MAIL, failed_at__isnull=False)


class Notice(models.Model):
    """One person told of one event through one channel. Holds no text of the ticket: that is read when it is shown."""

    class Channel(models.TextChoices):
        SITE = "situs", "SOPDesk"
        MAIL = "surel", "Surel"

    event = models.CharField(
        max_length=60, help_text="What happened: entry:PK, rung:PK or document:PK; with it the same is told once."
    )
    kind = models.CharField(
        max_length=20, help_text="A key of `tickets.notifications.KINDS`: the sentence it is told by."
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    channel = models.CharField(max_length=10, choices=Channel)
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="notices")
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="notices")
    entry = models.ForeignKey(HistoryEntry, models.PROTECT, null=True, related_name="notices")
    rung = models.ForeignKey(Rung, models.PROTECT, null=True, related_name="notices")
    at = models.DateTimeField(help_text="The instant of the event.")
    read_at = models.DateTimeField(null=True, blank=True)

    not_before = models.DateTimeField(help_text="What is not urgent waits for working hours, a digest for 07.30.")
    is_digest = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True, blank=True, help_text="Some worker has it in hand until then.")
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("event", "person", "channel"), name="a_person_is_told_once"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, failed_at__isnull=True)
                | Q(sent_at__isnull=True, cancelled_at__isnull=True)
                | Q(failed_at__isnull=True, cancelled_at__isnull=True),
                name="notice_has_one_end",
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=True, rung__isnull=False, document__isnull=True, ticket__isnull=False)
                | Q(entry__isnull=False, rung__isnull=True, document__isnull=True, ticket__isnull=False)
                | Q(entry__isnull=True, rung__isnull=True, document__isnull=False, ticket__isnull=True),
                name="notice_is_of_an_act_a_rung_or_a_paper",
            ),
        )
        indexes = (
            models.Index(fields=("person", "-at"), condition=Q(channel="situs"), name="notices_of_a_person"),
            models.Index(fields=("person",), condition=Q(channel="situs", read_at=None), name="notices_unread"),
            models.Index(
                fields=("not_before",),
                condition=Q(channel="surel", sent_at=None, failed_at=None, cancelled_at=None),
                name="mail_to_be_sent",
            ),
            models.Index(fields=("-failed_at",), condition=Q(failed_at__isnull=False), name="mail_given_up"),
        )

    def __str__(self):
        return f"{self.event} · {self.person_id} · {self.channel}"

    @property
    def about(self):
        """What it tells of; both have a number."""
        return self.document or self.ticket


class Heartbeat(models.Model):
    """When something last showed that it lives: each worker, each beat, the sweep, the delivery of mail."""

    class Kind(models.TextChoices):
        WORKER = "worker", "Pekerja"
        BEAT = "beat", "Jam"
        SWEEP = "sweep", "Sapuan batas waktu"
        MAIL = "mail", "Pengiriman surel"

    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=120, blank=True, help_text="host:pid of a process; empty for a job.")
    at = models.DateTimeField()

    class Meta:
        ordering = ("kind", "name")
        constraints = (models.UniqueConstraint(fields=("kind", "name"), name="one_heartbeat_per_process"),)

    def __str__(self):
        return f"{self.kind} {self.name}"
