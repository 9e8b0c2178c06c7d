"""Rows that were left before there were sums are counted, and what waited for the reporter is set apart of their holds."""

from collections import Counter, defaultdict
from datetime import timedelta, timezone

from django.db import migrations

WIB = timezone(timedelta(hours=7))
VERDICT_COLUMNS = {
    "tepat_waktu": "on_time",
    "diperpanjang": "extended",
    "terlambat": "late",
    "tanpa_batas": "no_limit",
    "melewati_perkiraan": "past_estimate",
}


def set_apart_what_was_awaited(apps, schema_editor):
    """A run whose holds all waited for the reporter waited for them all the while; of mixed ones no share is known."""
    left = apps.get_model("tickets", "StepRun").objects.filter(left_at__isnull=False)
    left.update(awaited_minutes=0)
    holds = apps.get_model("tickets", "Hold").objects
    others = holds.exclude(reason="pelapor").values("run")
    awaited = left.filter(pk__in=holds.filter(reason="pelapor").values("run")).exclude(pk__in=others)
    for run in awaited.iterator():
        left.filter(pk=run.pk).update(awaited_minutes=run.held_minutes)


def count(apps, schema_editor):
    """As `tickets.tallies.rebuild` did when this was written."""
    by_row, by_minutes = defaultdict(Counter), Counter()
    runs = apps.get_model("tickets", "StepRun").objects.filter(left_at__isnull=False).select_related("ticket")
    for run in runs.iterator(chunk_size=2_000):
        month = run.left_at.astimezone(WIB).date().replace(day=1)
        spans = {
            f"{name}_seconds": int((getattr(run, f"{name}_minutes") or 0) * 60 + 1e-6)
            for name in ("worked", "held", "awaited", "late")
        }
        marks = {"deviations": int(run.is_deviation), "repeats": int(run.round > 1)}
        by_row[month, run.ticket.sop_key, run.row, run.ticket.unit_id].update(
            {"runs": 1, VERDICT_COLUMNS[run.verdict]: 1, **marks, **spans}
        )
        by_minutes[month, run.ticket.sop_key, run.row, int((run.worked_minutes or 0) + 1e-6)] += 1
    tally, worked = apps.get_model("tickets", "Tally"), apps.get_model("tickets", "WorkedTally")
    tally.objects.bulk_create(
        tally(month=month, sop_key=key, row=row, unit_id=unit, **sums)
        for (month, key, row, unit), sums in by_row.items()
    )
    worked.objects.bulk_create(
        worked(month=month, sop_key=key, row=row, minutes=minutes, runs=runs)
        for (month, key, row, minutes), runs in by_minutes.items()
    )


class Migration(migrations.Migration):
    dependencies = [("tickets", "0007_reports")]

    operations = [
        migrations.RunPython(set_apart_what_was_awaited, migrations.RunPython.noop),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
