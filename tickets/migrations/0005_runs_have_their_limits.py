"""Runs from before there were limits get theirs, by the hours that SOPDesk ships with."""

from django.db import migrations

from workflows import sops
from workflows.sop import MENUNGGU_KONFIRMASI
from workflows.worktime import NORMAL, RAMADAN_2026, Calendar

CONFIRM_DAYS = 3


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
            run.next_rung_at = run.due_at  # the sweep works out what it has missed
        else:
            judge(run, calendar)
        run.save()
    waiting = apps.get_model("tickets", "Ticket").objects.filter(state=MENUNGGU_KONFIRMASI)
    for ticket in waiting.prefetch_related("runs"):
        asked_at = max(run.left_at for run in ticket.runs.all())
        ticket.confirm_by = calendar.close_of_nth_day(asked_at, CONFIRM_DAYS)
        ticket.save(update_fields=["confirm_by"])


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
