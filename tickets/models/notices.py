"""Who was reported to: the entries of *Laporan masuk*."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from tickets.models.runs import StepRun
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
