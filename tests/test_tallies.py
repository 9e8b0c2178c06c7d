"""Sums of the ledger: written with each verdict, and equal to the ledger at every moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from threading import Barrier

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from tests.factories import TUESDAY, a_working_day, advance, report
from tickets import actions, tallies
from tickets.models import Hold, StepRun, Tally, WorkedTally
from workflows.roles import Role

pytestmark = pytest.mark.django_db


def minutes(count):
    return timedelta(minutes=count)


def test_a_row_that_is_left_is_counted_in_its_month_under_its_opd(cast):
    ticket = report(by=cast.reporter, now=TUESDAY)

    advance(ticket, cast, 2, now=TUESDAY + minutes(9))

    counted = Tally.objects.get()
    assert (counted.month, counted.sop_key, counted.row, counted.unit) == (
        date(2026, 11, 1),
        "website-2024",
        1,
        cast.dinkes,
    )
    assert (counted.runs, counted.no_limit, counted.worked_seconds) == (1, 1, 540)
    assert WorkedTally.objects.values_list("row", "minutes", "runs").get() == (1, 9, 1)


def test_each_verdict_has_its_own_count(cast):
    for pause in (14, 15, 16):
        ticket = advance(report(by=cast.reporter, now=TUESDAY), cast, 2, now=TUESDAY)
        advance(ticket, cast, 3, now=TUESDAY + minutes(pause))

    counted = Tally.objects.get(row=2)

    assert (counted.runs, counted.on_time, counted.late, counted.late_seconds) == (3, 2, 1, 60)


def test_a_row_left_at_midnight_in_padang_counts_in_the_new_month(cast):
    midnight = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
    for left in (midnight - timedelta(seconds=1), midnight):
        advance(report(by=cast.reporter, now=TUESDAY), cast, 2, now=left)

    counted = Tally.objects.order_by("month").values_list("month", "runs")

    assert list(counted) == [(date(2026, 11, 1), 1), (date(2026, 12, 1), 1)]


def test_time_that_waited_for_the_reporter_is_set_apart_from_other_holds(cast):
    ticket = advance(report(by=cast.reporter, now=TUESDAY), cast, 2, now=TUESDAY)
    by, at = cast.holder(Role.WEB_DEVELOPER), TUESDAY
    for reason, length in ((Hold.Reason.REPORTER, 30), (Hold.Reason.THIRD_PARTY, 10)):
        run = ticket.runs.open().get().pk
        actions.hold(ticket, by=by, run=run, reason=reason, until=a_working_day(after=at), now=at)
        at += minutes(length)
        actions.resume(ticket, by=by, run=run, now=at)

    advance(ticket, cast, 3, now=at + minutes(5))

    counted = Tally.objects.get(row=2)
    assert (counted.worked_seconds, counted.held_seconds, counted.awaited_seconds) == (300, 2400, 1800)


def test_reports_of_nobodys_opd_are_added_up_too(cast):
    cast.reporter.unit = None
    for _ in range(2):
        advance(report(by=cast.reporter, now=TUESDAY), cast, 2, now=TUESDAY + minutes(1))

    assert Tally.objects.values_list("unit", "runs").get() == (None, 2)


def test_an_act_that_fails_counts_nothing(cast):
    ticket = report(by=cast.reporter, now=TUESDAY)

    def leave_and_fail():
        with transaction.atomic():
            advance(ticket, cast, 2, now=TUESDAY)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        leave_and_fail()

    assert not Tally.objects.exists()


def test_the_sums_equal_the_ledger_and_a_changed_one_is_named(cast, capsys):
    ticket = advance(report(by=cast.reporter, now=TUESDAY), cast, 2, now=TUESDAY + minutes(3))
    advance(ticket, cast, 3, now=TUESDAY + minutes(9))
    call_command("verify_figures")
    assert capsys.readouterr().out == "2 sums: sound\n"

    Tally.objects.filter(row=2).update(worked_seconds=7)
    WorkedTally.objects.filter(row=1).delete()

    with pytest.raises(CommandError, match="2 sums: 2 differences"):
        call_command("verify_figures")
    assert capsys.readouterr().out.splitlines() == [
        f"2026-11 website-2024.2 ({cast.dinkes.pk}): worked_seconds is 7, the ledger says 360",
        "2026-11 website-2024.1 (3): runs is 0, the ledger says 1",
    ]


def test_a_run_that_the_sums_missed_is_named_and_can_be_mended(cast):
    ticket = advance(report(by=cast.reporter, now=TUESDAY), cast, 2, now=TUESDAY)
    Tally.objects.all().delete()
    assert {difference.column for difference in tallies.differences()} == {"runs", "no_limit"}

    call_command("verify_figures", mend=True)

    assert list(tallies.differences()) == []
    assert Tally.objects.get().unit == ticket.unit


def test_what_was_left_before_there_were_sums_is_counted_by_the_migration(cast):
    ticket = advance(report(by=cast.reporter, now=TUESDAY), cast, 2, now=TUESDAY)
    by, run = cast.holder(Role.WEB_DEVELOPER), ticket.runs.open().get()
    actions.hold(ticket, by=by, run=run.pk, reason="pelapor", until=a_working_day(after=TUESDAY), now=TUESDAY)
    actions.resume(ticket, by=by, run=run.pk, now=TUESDAY + minutes(30))
    advance(ticket, cast, 3, now=TUESDAY + minutes(40))
    StepRun.objects.update(awaited_minutes=None)
    Tally.objects.all().delete()
    WorkedTally.objects.all().delete()

    migration = import_module("tickets.migrations.0008_sums_of_what_was_left")
    migration.set_apart_what_was_awaited(apps, None)
    migration.count(apps, None)

    assert list(StepRun.objects.values_list("row", "awaited_minutes")) == [(1, 0), (2, 30), (3, None)]
    assert list(tallies.differences()) == []


def leave_at_once(cast, hands=8):
    """So many rows of one key are left at the same moment; says how many of them the sums know."""
    tickets = [report(by=cast.reporter, now=TUESDAY) for _ in range(hands)]
    together = Barrier(hands)

    def leave(ticket):
        try:
            together.wait()
            advance(ticket, cast, 2, now=TUESDAY)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(hands) as threads:
        list(threads.map(leave, tickets))
    return Tally.objects.get().runs


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_rows_left_at_the_same_moment_are_all_counted(cast):
    counted = [leave_at_once(cast) for _ in range(5)]

    assert counted == [8, 16, 24, 32, 40]
    assert list(tallies.differences()) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_adding_in_the_database_some_are_lost(cast, monkeypatch):
    """The negative control of the test above: read, add, save."""

    def naively(model, key, sums):
        found, _ = model.objects.get_or_create(**key)
        for column, amount in sums.items():
            setattr(found, column, getattr(found, column) + amount)
        found.save()

    monkeypatch.setattr(tallies, "_add", naively)

    counted = [leave_at_once(cast) for _ in range(5)]

    assert counted[-1] < 40
