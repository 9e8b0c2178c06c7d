"""The ledger: one row per visit of a step, with its limit, holds and extensions (DESIGN section 5).

Spans are minutes of working time. `tickets.limits` computes what stands here; nothing else writes `due_at`.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from tickets.models.history import Action, HistoryEntry
from tickets.models.tickets import Ticket
from workflows import roles
from workflows.sop import Step


class LimitKind(models.TextChoices):
    """What the row's Waktu binds; the values are those of `workflows.sop.Limit.kind`."""

    NONE = "none", "Tanpa batas waktu"
    MINUTES = "working_minutes", "Menit kerja"
    DAYS = "working_days", "Hari kerja"
    TENTATIVE = "tentative", "Tentatif"


class Verdict(models.TextChoices):
    """How a run kept its limit. Frozen when the row is left."""

    ON_TIME = "tepat_waktu", "Tepat waktu"
    EXTENDED = "diperpanjang", "Diperpanjang"
    LATE = "terlambat", "Terlambat"
    NO_LIMIT = "tanpa_batas", "Tanpa batas"
    PAST_ESTIMATE = "melewati_perkiraan", "Melewati perkiraan"


class StepRunQuerySet(models.QuerySet["StepRun"]):
    def open(self) -> Self:
        """Runs whose row is being worked on."""
        return self.filter(left_at=None)

    def with_whom_it_was_for(self) -> Self:
        """Each run that was left with `in_name_of`: the name of whom its performer stood in for then, or None."""
        same = {"ticket": OuterRef("ticket"), "at": OuterRef("left_at"), "by": OuterRef("performer")}
        for_somebody = HistoryEntry.objects.filter(**same, action=Action.COMPLETE, acting_for__isnull=False)
        return self.annotate(in_name_of=Subquery(for_somebody.values("acting_for__name")[:1]))

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

    limit_kind = models.CharField("batas", max_length=20, choices=LimitKind, default=LimitKind.NONE)
    limit_amount = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Minutes or working days.")
    calendar_version = models.PositiveIntegerField(default=0, help_text="The calendar that `due_at` was computed with.")
    budget_minutes = models.FloatField(
        null=True,
        blank=True,
        help_text="Working time that the limit gave on entering; of a tentative row, the estimate.",
    )
    extra_minutes = models.FloatField(default=0, help_text="Working time that extensions added.")
    due_at = models.DateTimeField("tenggat", null=True, blank=True)
    next_rung_at = models.DateTimeField(null=True, blank=True, help_text="When the sweep has something to say next.")
    verdict = models.CharField("hasil", max_length=20, choices=Verdict, blank=True)
    worked_minutes = models.FloatField(
        null=True, blank=True, help_text="Working time from entering to leaving, less holds."
    )
    held_minutes = models.FloatField(null=True, blank=True, help_text="Working time on hold.")
    awaited_minutes = models.FloatField(
        null=True, blank=True, help_text="Of the time on hold, that which waited for the reporter."
    )
    late_minutes = models.FloatField(null=True, blank=True, help_text="Working time beyond the limit or estimate.")

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
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, verdict="", worked_minutes__isnull=True)
                | (Q(left_at__isnull=False, next_rung_at__isnull=True, worked_minutes__isnull=False) & ~Q(verdict="")),
                name="run_left_has_its_verdict",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=("terlambat", "melewati_perkiraan"), late_minutes__isnull=False)
                | (~Q(verdict__in=("terlambat", "melewati_perkiraan")) & Q(late_minutes__isnull=True)),
                name="run_late_says_by_how_much",
            ),
            models.CheckConstraint(
                condition=Q(limit_kind="none", due_at__isnull=True, budget_minutes__isnull=True)
                | Q(limit_kind="tentative", due_at__isnull=True, budget_minutes__isnull=True)
                | (~Q(limit_kind="none") & Q(due_at__isnull=False, budget_minutes__isnull=False)),
                name="run_with_a_limit_has_its_due_time",
            ),
        )
        indexes = (
            models.Index(fields=("next_rung_at",), condition=Q(left_at=None), name="open_runs_by_next_rung"),
            models.Index(fields=("due_at",), condition=Q(left_at=None), name="open_runs_by_due_time"),
            models.Index(fields=("calendar_version",), condition=Q(left_at=None), name="open_runs_by_calendar"),
            models.Index(fields=("role", "entered_at"), condition=Q(left_at=None), name="open_runs_by_role"),
            models.Index(fields=("performer", "-left_at"), name="runs_by_performer"),
            models.Index(fields=("ticket", "performer"), name="runs_by_ticket_and_performer"),
            models.Index(fields=("left_at",), condition=Q(left_at__isnull=False), name="runs_by_leaving"),
        )

    def __str__(self):
        return f"{self.ticket_id} · {self.row}"

    is_held: bool | None = None  # whether a hold of it is open, where a query asked

    @property
    def step(self) -> Step:
        """The row of the SOP."""
        return self.ticket.sop.step(self.row)

    @property
    def is_extendable(self) -> bool:
        """Whether the row's Waktu allows more, *sesuai kebutuhan*."""
        return bool(self.step.limit.extendable)


class Hold(models.Model):
    """The clock of a run stopped, for a reason and until a date; `ends_at` is the plan, then what came of it."""

    class Reason(models.TextChoices):
        REPORTER = "pelapor", "Menunggu pelapor"
        THIRD_PARTY = "pihak_ketiga", "Menunggu pihak ketiga"
        PROCUREMENT = "pengadaan", "Menunggu pengadaan"
        OTHER = "lainnya", "Lainnya"

    run = models.ForeignKey(StepRun, models.PROTECT, related_name="holds")
    reason = models.CharField("alasan", max_length=20, choices=Reason)
    note = models.CharField("keterangan", max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField("sejak")
    ends_at = models.DateTimeField("sampai")
    ended_at = models.DateTimeField("berakhir", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Nobody: it ran out.",
    )

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("run",), condition=Q(ended_at=None), name="one_open_hold_per_run"),
            models.CheckConstraint(condition=Q(ends_at__gte=F("started_at")), name="hold_ends_not_before_it_starts"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at=F("ends_at")), name="hold_ended_when_it_ends"
            ),
            models.CheckConstraint(condition=~Q(reason="lainnya", note=""), name="hold_for_another_reason_says_which"),
        )
        indexes = (models.Index(fields=("ends_at",), condition=Q(ended_at=None), name="open_holds_by_end"),)

    def __str__(self):
        return f"{self.run_id} · {self.reason}"


class Extension(models.Model):
    """More time, *sesuai kebutuhan*, given before the limit; or of a tentative row an estimate, first or new."""

    run = models.ForeignKey(StepRun, models.PROTECT, related_name="extensions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("diberikan")
    reason = models.CharField("alasan", max_length=500, blank=True)
    from_due = models.DateTimeField(
        "dari", null=True, blank=True, help_text="The time it replaces; none for a first estimate."
    )
    until = models.DateTimeField("sampai")
    minutes = models.FloatField(help_text="Working time it adds to the budget; negative for an earlier estimate.")

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(from_due__isnull=True) | ~Q(reason=""), name="new_time_has_its_reason"),
        )

    def __str__(self):
        return f"{self.run_id} · {self.until}"


class Rung(models.Model):
    """A rung of the ladder that the clock has climbed on a run: warned, late, escalated. Each once, at its instant."""

    class Kind(models.TextChoices):
        WARNING = "75", "75 % waktu terpakai"
        BREACH = "lewat", "Lewat batas waktu"
        ESCALATION = "eskalasi", "Diteruskan ke Kepala Bidang"
        REMINDER = "pengingat", "Pengingat langkah tentatif"

    run = models.ForeignKey(StepRun, models.PROTECT, related_name="rungs")
    kind = models.CharField(max_length=10, choices=Kind)
    nth = models.PositiveSmallIntegerField(default=1, help_text="Reminders repeat; the others are the first and last.")
    at = models.DateTimeField(help_text="Its own instant, whenever it was noticed.")
    noticed_at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("run", "kind", "nth"), name="each_rung_is_climbed_once"),
            models.CheckConstraint(condition=Q(kind="pengingat") | Q(nth=1), name="only_reminders_repeat"),
            models.CheckConstraint(condition=Q(noticed_at__gte=F("at")), name="rung_is_noticed_not_before_its_time"),
        )

    def __str__(self):
        return f"{self.run_id} · {self.kind}"
