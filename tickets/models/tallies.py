"""Sums of the ledger by month, so that a report costs what it shows and not what the archive holds.

Written by `tickets.tallies.count` in the transaction of the verdict, and by nothing else; `manage.py verify_figures`
proves that they equal the ledger. Time is in whole seconds of working time, so that sums are exact.
"""

from django.db import models
from django.db.models import F, Q

from tickets.models.people import Unit

#: The verdicts' columns, and what is added up.
VERDICT_COLUMNS = {
    "tepat_waktu": "on_time",
    "diperpanjang": "extended",
    "terlambat": "late",
    "tanpa_batas": "no_limit",
    "melewati_perkiraan": "past_estimate",
}
SUMS = (
    *("runs", *VERDICT_COLUMNS.values(), "deviations", "repeats"),
    *("worked_seconds", "held_seconds", "awaited_seconds", "late_seconds"),
)


class Tally(models.Model):
    """What the runs come to that left one row of one SOP in one month (WIB), for tickets of one OPD or of none."""

    month = models.DateField(help_text="Its first day.")
    sop_key = models.CharField(max_length=40)
    row = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    runs = models.PositiveIntegerField(default=0)
    on_time = models.PositiveIntegerField(default=0)
    extended = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    no_limit = models.PositiveIntegerField(default=0)
    past_estimate = models.PositiveIntegerField(default=0)
    deviations = models.PositiveIntegerField(default=0)
    repeats = models.PositiveIntegerField(default=0, help_text="Runs of a second or later round.")
    worked_seconds = models.PositiveBigIntegerField(default=0)
    held_seconds = models.PositiveBigIntegerField(default=0)
    awaited_seconds = models.PositiveBigIntegerField(default=0, help_text="Of those on hold: waiting for the reporter.")
    late_seconds = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("month", "sop_key", "row", "unit"), condition=Q(unit__isnull=False), name="one_tally_per_unit"
            ),
            models.UniqueConstraint(
                fields=("month", "sop_key", "row"), condition=Q(unit=None), name="one_tally_without_unit"
            ),
            models.CheckConstraint(
                condition=Q(
                    runs=F("on_time") + F("extended") + F("late") + F("no_limit") + F("past_estimate"),
                ),
                name="each_run_has_one_verdict",
            ),
        )

    def __str__(self):
        return f"{self.month:%Y-%m} {self.sop_key}.{self.row}"


class WorkedTally(models.Model):
    """How many runs left a row in a month after so many whole minutes of working time: medians come from here."""

    month = models.DateField(help_text="Its first day.")
    sop_key = models.CharField(max_length=40)
    row = models.PositiveSmallIntegerField()
    minutes = models.PositiveIntegerField()
    runs = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("month", "sop_key", "row", "minutes"), name="one_tally_per_minute"),
        )

    def __str__(self):
        return f"{self.month:%Y-%m} {self.sop_key}.{self.row} {self.minutes}"
