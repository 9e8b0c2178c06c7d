"""The ledger: one row per visit of a step."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tickets.models.tickets import Ticket
from workflows import roles
from workflows.sop import Step


class StepRunQuerySet(models.QuerySet["StepRun"]):
    def open(self) -> Self:
        """Runs whose row is being worked on."""
        return self.filter(left_at=None)

    def turn_of(self, person) -> Self:
        """Open runs that wait for this person: of a role they hold there, and not in a colleague's hands."""
        return self.open().filter(person.in_own_roles).filter(Q(performer=None) | Q(performer=person))


class StepRun(models.Model):
    """One visit of a ticket to a row: who performed it, from when to when, and which arrow was taken."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="runs")
    row = models.PositiveSmallIntegerField("langkah")
    round = models.PositiveSmallIntegerField("putaran")
    role = models.CharField("peran", max_length=40, choices=roles.choices)
    performer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="runs", verbose_name="pelaksana"
    )
    entered_at = models.DateTimeField("masuk")
    claimed_at = models.DateTimeField("diambil", null=True, blank=True)
    left_at = models.DateTimeField("selesai", null=True, blank=True)
    arrow = models.CharField(max_length=30, blank=True, help_text="Where it led: `Arrow.key`.")
    arrow_label = models.CharField(max_length=80, blank=True)
    is_deviation = models.BooleanField(
        default=False, help_text="Left by an arrow that practice needs and the document does not have."
    )

    objects = StepRunQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("ticket",), condition=Q(left_at=None), name="one_open_run_per_ticket"),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("entered_at")),
                name="run_ends_not_before_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, arrow="") | (Q(left_at__isnull=False) & ~Q(arrow="")),
                name="run_left_has_its_arrow",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(performer__isnull=False), name="run_left_has_its_performer"
            ),
            models.CheckConstraint(
                condition=Q(performer__isnull=True, claimed_at__isnull=True)
                | Q(performer__isnull=False, claimed_at__isnull=False),
                name="run_claimed_has_its_time",
            ),
        )
        indexes = (
            models.Index(fields=("role", "entered_at"), condition=Q(left_at=None), name="open_runs_by_role"),
            models.Index(fields=("performer", "-left_at"), name="runs_by_performer"),
        )

    def __str__(self):
        return f"{self.ticket_id} · {self.row}"

    @property
    def step(self) -> Step:
        """The row of the SOP."""
        return self.ticket.sop.step(self.row)
