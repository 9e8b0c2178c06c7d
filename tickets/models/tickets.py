"""The ticket: a report of a fault on its way through an SOP."""

from functools import cached_property
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, FilteredRelation, Q, When
from django.urls import reverse
from django_fsm import FSMField, transition

from tickets.models.people import Unit
from workflows import sops
from workflows.machine import (
    follows_the_sops,
    reopens_the_sops,
    ties_the_sops,
    unties_the_sops,
    walks_the_sops,
)
from workflows.record import Record
from workflows.sop import MENGIKUTI, MENUNGGU_KONFIRMASI, SELESAI, TIDAK_DIPROSES, Arrow, Sop, Step

CLOSED_STATES = (SELESAI, TIDAK_DIPROSES)
END_STATES = (MENUNGGU_KONFIRMASI, *CLOSED_STATES)


class Impact(models.TextChoices):
    """How far the fault reaches, as the reporter sees it. A label; it moves no limit."""

    ONE = "satu", "Hanya saya yang terganggu"
    UNIT = "unit", "Beberapa orang atau satu OPD terganggu"
    ALL = "semua", "Semua pengguna terganggu"


class Channel(models.TextChoices):
    """How a report reached the office."""

    SITE = "situs", "SOPDesk"
    WHATSAPP = "whatsapp", "WhatsApp"
    PHONE = "telepon", "Telepon"
    LETTER = "surat", "Surat"
    VISIT = "langsung", "Datang langsung"


class Status(models.TextChoices):
    """What a ticket's state means to everybody."""

    NEW = "baru", "Baru"
    IN_PROGRESS = "diproses", "Diproses"
    REOPENED = "dibuka-kembali", "Dibuka kembali"
    TO_CONFIRM = MENUNGGU_KONFIRMASI, "Menunggu konfirmasi"
    FOLLOWS = MENGIKUTI, "Mengikuti tiket utama"
    DONE = SELESAI, "Selesai"
    NOT_PROCESSED = TIDAK_DIPROSES, "Tidak diproses"


# Conditions on tickets. That they are not closed is said as well: it has an index, and in an archive few are.


def rows() -> list[str]:
    """The states in which a ticket stands on some row."""
    return [sop.row(step.no) for sop in sops.all_sops().values() for step in sop.steps]


def on_a_row() -> Q:
    return Q(state__in=rows(), closed_at=None)


def not_closed() -> Q:
    return Q(closed_at=None)


def reported_by(person) -> Q:
    """Reports this person speaks for; see `Ticket.is_reported_by`."""
    theirs = Q(reporter=person, restricted=False)
    without_reporter = Q(reporter=None) | Q(restricted=True)
    return theirs | (without_reporter & Q(procedure__in=person.coordinated_procedures))


def visible_to(person, *, of: str = "") -> Q:
    """The tickets a person may know of: own reports that are no security incident (DESIGN section 7), and every ticket
    of the SOPs in which the person holds a role today.

    A condition on Ticket, or with `of` ("ticket__") on what has one.
    """
    own = Q(**{f"{of}reporter": person, f"{of}restricted": False})
    return own | Q(**{f"{of}procedure__in": person.roles_by_procedure}) if person.roles_by_procedure else own


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, person) -> Self:
        """See `visible_to`.

        To somebody with a role that is most of them, so it is checked ticket by ticket: were it offered to the indexes,
        SQLite would gather all of them and sort, where walking the index of the order finds a page at once.
        """
        theirs = visible_to(person)
        if not person.roles_by_procedure:
            return self.filter(theirs)
        return self.filter(Case(When(theirs, then=True), default=False))

    def own(self, person) -> Self:
        """Reports this person speaks for."""
        return self.filter(reported_by(person))

    def open(self) -> Self:
        """Standing on some row."""
        return self.filter(on_a_row())

    def with_status(self, status: Status) -> Self:
        """Tickets of one status; see `Ticket.status`."""
        first_rows = [sop.row(sop.first.no) for sop in sops.all_sops().values()]
        match status:
            case Status.NEW:
                return self.filter(state__in=first_rows, reopened_at=None)
            case Status.IN_PROGRESS:
                return self.filter(state__in=set(rows()).difference(first_rows), reopened_at=None)
            case Status.REOPENED:
                return self.open().filter(reopened_at__isnull=False)
            case _:
                return self.filter(state=status)

    def with_turn(self) -> Self:
        """Each ticket with its open run as `turn` (or None), its performer and the reporter's OPD, in one query."""
        turn = FilteredRelation("runs", condition=Q(runs__left_at=None))
        return self.annotate(turn=turn).select_related("turn__performer", "unit", "reporter", "filed_by")


class Ticket(models.Model):
    """One report. Its `state` is the SOP row it stands on, or an end state; only `tickets.actions` changes it."""

    number = models.CharField("nomor", max_length=20, unique=True)
    procedure = models.CharField("layanan", max_length=40, db_index=True)
    sop_key = models.CharField("SOP", max_length=40)
    state = FSMField("keadaan", protected=True, max_length=60, choices=sops.states, db_index=True)
    round = models.PositiveSmallIntegerField("putaran", default=1)
    version = models.PositiveIntegerField(default=0, help_text="Number of history entries; the last one's `seq`.")

    title = models.CharField("judul", max_length=150)
    description = models.TextField("uraian", max_length=5_000)
    page_url = models.URLField("alamat halaman", max_length=500, blank=True)
    noticed_at = models.DateTimeField("diketahui sejak", null=True, blank=True)
    impact = models.CharField("dampak", max_length=10, choices=Impact, default=Impact.ONE)
    given = models.JSONField(
        default=dict, help_text="The latest values of each artefact: the record, for the next row."
    )

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name="pelapor"
    )
    reporter_name = models.CharField("nama pelapor", max_length=150)
    reporter_contact = models.CharField("kontak pelapor", max_length=150, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name="OPD")
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="filed_tickets", verbose_name="dicatat oleh"
    )
    channel = models.CharField("saluran", max_length=10, choices=Channel, default=Channel.SITE)

    created_at = models.DateTimeField("dilaporkan")
    updated_at = models.DateTimeField("diperbarui", db_index=True)
    reopened_at = models.DateTimeField("dibuka kembali", null=True, blank=True)
    closed_at = models.DateTimeField("ditutup", null=True, blank=True)
    confirm_by = models.DateTimeField(
        "batas konfirmasi", null=True, blank=True, help_text="When silence closes a ticket whose work is done."
    )
    main = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followers",
        verbose_name="tiket utama",
        help_text="The report of the same fault that this one was tied to (S-7).",
    )
    search_text = models.TextField(editable=False, default="")
    restricted = models.BooleanField(
        "insiden keamanan", default=False, help_text="Known only to who holds a role in its SOP (DESIGN section 7)."
    )
    tracking_code = models.CharField(
        max_length=43,
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text="By which a reporter without an account follows the report.",
    )
    erased_at = models.DateTimeField(null=True, blank=True, help_text="Its text was removed: retention, or erasure.")

    turn = None  # the open run, where `TicketQuerySet.with_turn` fetched one
    is_main = False  # whether others were tied to it, where a query asked

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = "tiket"
        verbose_name_plural = "tiket"
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=("procedure", "-updated_at"), name="ticket_by_procedure"),
            models.Index(fields=("reporter", "-updated_at"), name="ticket_by_reporter"),
            models.Index(fields=("state", "-updated_at"), name="ticket_by_state"),
            models.Index(fields=("unit", "-updated_at"), name="ticket_by_unit"),
            models.Index(fields=("-created_at",), name="ticket_by_creation"),
            models.Index(fields=("state", "closed_at"), name="ticket_by_closing"),
            models.Index(fields=("created_at",), condition=Q(closed_at=None), name="tickets_not_closed"),
            models.Index(fields=("-updated_at",), condition=Q(restricted=True), name="tickets_restricted"),
            models.Index(
                fields=("confirm_by",), condition=Q(confirm_by__isnull=False), name="tickets_to_be_confirmed_by"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=CLOSED_STATES, closed_at__isnull=False)
                | (~Q(state__in=CLOSED_STATES) & Q(closed_at__isnull=True)),
                name="ticket_closed_has_its_time",
            ),
            models.CheckConstraint(condition=Q(round__gte=1), name="ticket_round_counts_from_one"),
            models.CheckConstraint(
                condition=Q(confirm_by__isnull=True) | Q(state=MENUNGGU_KONFIRMASI),
                name="only_what_awaits_confirmation_has_its_limit",
            ),
            models.CheckConstraint(
                condition=~Q(state=MENGIKUTI) | Q(main__isnull=False), name="what_follows_has_its_main_ticket"
            ),
            models.CheckConstraint(condition=Q(main__isnull=True) | ~Q(main=F("pk")), name="no_ticket_follows_itself"),
        )

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("tiket-detail", args=[self.number])

    def refresh_from_db(self, using=None, fields=None, from_queryset=None):
        """As Django's, for a protected state: it is dropped first, so that the reload is not taken for a change."""
        if fields is None:  # named one by one, since a state that was dropped would count as deferred
            fields = {field.attname for field in self._meta.concrete_fields} - self.get_deferred_fields()
            self._prefetched_objects_cache = {}
        if "state" in fields:
            self.__dict__.pop("state", None)
        for cached in ("sop", "rows_done", "last_hash"):
            self.__dict__.pop(cached, None)
        super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)

    last_hash: str | None = None  # of the last entry, once an act that holds the lock has read or written it

    # What the machine asks (workflows.machine.Case)

    fresh: dict = {}  # the answers of the act under way; replaced on the instance, never changed in place

    @cached_property
    def sop(self) -> Sop:
        """The issue of the SOP that this ticket keeps."""
        return sops.get(self.sop_key)

    @property
    def step(self) -> Step | None:
        """The row the ticket stands on, or None at an end."""
        found = sops.find(self.state)
        return found[1] if found else None

    @cached_property
    def rows_done(self) -> frozenset[int]:
        """The rows completed in this round."""
        return self.done_among(self.runs.all())

    def done_among(self, runs) -> frozenset[int]:
        """The same, of all runs as they were read already."""
        return frozenset(run.row for run in runs if run.round == self.round and run.left_at)

    tied: tuple[str, ...] = ()  # the headlines of the reports that follow this one, set by who makes or shows the recap

    @property
    def record(self) -> Record:
        return Record(
            given=self.given, fresh=self.fresh, rows_done=self.rows_done, headline=self.headline, tied=self.tied
        )

    @property
    def headline(self) -> str:
        """The report in one line of a recap."""
        return f"{self.number} · {self.title} · {self.unit or self.reporter_name}"

    @property
    def has_reporter(self) -> bool:
        """Whether somebody with an account reported it who may still know of it."""
        return self.reporter_id is not None and not self.restricted

    def is_reported_by(self, person) -> bool:
        """Whether the person speaks for the report: the reporter or, where that is nobody with an account or the report
        became a security incident, whoever coordinates the SOP today."""
        if not self.has_reporter:
            return self.procedure in person.coordinated_procedures
        return bool(person.pk == self.reporter_id)

    # The transitions. Their bodies are empty: `tickets.actions` does what goes with a move, in one transaction.

    @walks_the_sops(field=state)
    def complete_step(self, arrow: Arrow):
        """Leave the row by an arrow."""

    @transition(
        field=state,
        source=MENUNGGU_KONFIRMASI,
        target=SELESAI,
        permission=lambda ticket, person: ticket.is_reported_by(person),
    )
    def confirm(self):
        """The reporter says the fault is gone."""

    @transition(field=state, source=MENUNGGU_KONFIRMASI, target=SELESAI)
    def lapse(self):
        """Nobody answered in time: the clock closes the ticket."""

    @reopens_the_sops(field=state, source=MENUNGGU_KONFIRMASI)
    def reopen(self):
        """The fault is still there: a new round begins."""

    @ties_the_sops(field=state)
    def tie(self, arrow: Arrow):
        """Follow another report of the same fault."""

    @unties_the_sops(field=state)
    def untie(self, arrow: Arrow):
        """Go back to the row that was left for following: the fault was another one."""

    @follows_the_sops(field=state)
    def follow(self, arrow: Arrow):
        """End as the main ticket did."""

    # What pages ask

    @property
    def status(self) -> Status:
        """The state in a word that everybody knows."""
        if not self.is_open:
            return Status(self.state)
        if self.reopened_at:
            return Status.REOPENED
        return Status.NEW if self.step is self.sop.first else Status.IN_PROGRESS

    @property
    def status_label(self) -> str:
        return self.status.label

    @property
    def is_open(self) -> bool:
        """Whether it stands on some row."""
        return self.state not in (MENGIKUTI, *END_STATES)

    @property
    def follows(self) -> bool:
        """Whether it goes the way of its main ticket."""
        return bool(self.state == MENGIKUTI)

    @property
    def awaits_confirmation(self) -> bool:
        return self.state == MENUNGGU_KONFIRMASI


class LegalHold(models.Model):
    """A reason why a ticket's data must be kept for now: no retention and no erasure touches it."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="legal_holds", verbose_name="tiket")
    reason = models.CharField("alasan", max_length=500)
    placed_at = models.DateTimeField("sejak")
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField("dicabut", null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "penahanan data"
        verbose_name_plural = "penahanan data"
        ordering = ("-placed_at",)
        constraints = (
            models.UniqueConstraint(fields=("ticket",), condition=Q(lifted_at=None), name="one_legal_hold_at_a_time"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="legal_hold_lifted_has_its_person",
            ),
        )

    def __str__(self):
        return f"{self.ticket_id}: {self.reason}"


class NumberSequence(models.Model):
    """The last ticket number given out per prefix and year. Locked while one is taken, so that no number is skipped."""

    prefix = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("prefix", "year"), name="one_number_sequence_a_year"),)

    def __str__(self):
        return f"{self.prefix}-{self.year}"


class FormToken(models.Model):
    """A form that a person sent. Unique, written in the transaction of its act: a double click is one act."""

    token = models.UUIDField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+")
    used_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("token", "person"), name="a_form_is_sent_once"),)

    def __str__(self):
        return str(self.token)
