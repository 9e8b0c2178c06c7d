"""Runs from before there were limits get theirs, by the hours that SOPDesk ships with.

A reporter who was asked before there was a window to answer in keeps none: their ticket waits as it did.
"""

from django.db import migrations

from workflows import sops
from workflows.worktime import NORMAL, RAMADAN_2026, Calendar


def give_limits(apps, schema_editor):
    calendar = Calendar((NORMAL, RAMADAN_2026), {})
    runs = apps.get_model("tickets", "StepRun").objects.filter(verdict="").select_related("ticket")
    for run in runs.iterator():
        limit = sops.get(run.ticket.sop_key).step(run.row).limit
        run.limit_kind, run.limit_amount = limit.kind, limit.amount
        run.budget_minutes = limit.budget(run.entered_at, calendar)
        if run.budget_minutes is not None:
            run.due_at = calendar.add(run.entered_at, run.budget_minutes)
        if run.left_at is None:
            run.next_rung_at = None if run.limit_kind == "none" else run.entered_at  # the sweep works out the true one
        else:
            judge(run, calendar)
        run.save()


def judge(run, calendar):
    run.held_minutes = 0
    run.worked_minutes = calendar.between(run.entered_at, run.left_at)
    if run.due_at is None:
        run.verdict = "tanpa_batas"
    elif run.left_at <= run.due_at:
        run.verdict = "tepat_waktu"
    else:
        run.verdict, run.late_minutes = "terlambat", calendar.between(run.due_at, run.left_at)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_the_clock_acts_too"), ("workflows", "0001_calendar")]

    operations = [migrations.RunPython(give_limits, migrations.RunPython.noop)]
