"""The clock and the office at once: sweeps against completions and against each other, on connections of their own."""

import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.db.models.query import QuerySet
from django.utils import timezone

from tests import parts
from tests.bench_sweep import arrivals, open_runs
from tests.factories import TUESDAY, advance
from tests.test_races import at_once
from tests.test_sweep import LATE, SECOND, WARNED, ladder, on_fifteen_minutes
from tickets import sweep
from tickets.models import Rung, StepRun, Ticket

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 200
STEP = timedelta(milliseconds=4)
#: By how much both threads are there before.
EARLY = timedelta(milliseconds=15)


def race_at_the_limit(cast, time_machine, starts):
    """A sweep without pause against a completion that `starts` so long after the limit; what was not as it must be,
    and the verdict."""
    (run,) = open_runs([TUESDAY], reporter=cast.reporter)
    ticket = run.ticket
    time_machine.move_to(LATE + starts - EARLY, tick=True)
    completed, failures = Event(), 0

    def complete():
        try:
            time.sleep(max(0, (LATE + starts - timezone.now()).total_seconds()))
            advance(ticket, cast, 3)
        finally:
            completed.set()

    def sweep_on():
        nonlocal failures
        while not completed.is_set():
            failures += sweep.sweep().failed
        failures += sweep.sweep(now=LATE + SECOND).failed

    problems = [repr(outcome) for outcome in at_once([complete, sweep_on]) if outcome is not None]
    run.refresh_from_db()
    flagged = run.rungs.filter(kind="lewat").first()
    is_late = run.left_at is not None and run.left_at > run.due_at
    if failures:
        problems.append(f"{failures} rows could not be swept")
    if (run.verdict == "terlambat") != is_late:
        problems.append(f"left {run.left_at - run.due_at} after the limit, and {run.verdict}")
    if flagged and not is_late:
        problems.append("met, and flagged")
    if flagged and flagged.noticed_at > run.left_at:
        problems.append(f"flagged {flagged.noticed_at - run.left_at} after it was left")
    return problems, (run.verdict, flagged is not None)


def races(cast, time_machine, *, rounds):
    """What went wrong in each round that had anything go wrong, and how the rounds came out.

    How long a completion takes depends on the machine. So each starts a little earlier or later than the one before:
    every other at the edge between met and late, the rest at the edge between late and flagged.
    """
    starts, found = [-STEP, STEP], []
    for nth in range(rounds):
        edge = nth % 2
        problems, outcome = race_at_the_limit(cast, time_machine, starts[edge])
        verdict, is_flagged = outcome
        goes_later = not is_flagged if edge else verdict == "tepat_waktu"
        starts[edge] += STEP if goes_later else -STEP
        found.append((problems, outcome))
    return [problems for problems, _ in found if problems], Counter(outcome for _, outcome in found)


def test_a_completion_that_races_the_sweep_is_met_or_late_and_never_both(cast, time_machine):
    problems, outcomes = races(cast, time_machine, rounds=ROUNDS)

    assert problems == []
    assert outcomes.keys() <= {("tepat_waktu", False), ("terlambat", True), ("terlambat", False)}
    assert min(outcomes["tepat_waktu", False], outcomes["terlambat", True]) >= ROUNDS / 10


def test_without_the_lock_the_same_race_goes_wrong(cast, time_machine, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)

    problems, _ = races(cast, time_machine, rounds=ROUNDS // 5)

    assert len(problems) >= 3


def test_two_sweeps_at_once_climb_each_rung_once_and_neither_waits_long(cast):
    now, due = TUESDAY + timedelta(hours=1), 100
    open_runs(arrivals(due, due=due, now=now), reporter=cast.reporter)

    swept = at_once([lambda: sweep.sweep(now=now)] * 2)

    assert [found.failed for found in swept] == [0, 0]
    assert sum(found.climbed for found in swept) == Rung.objects.count() == 2 * due
    assert min(found.climbed for found in swept) >= due / 5
    assert not StepRun.objects.filter(next_rung_at__lt=now).exists()


def test_a_ticket_that_somebody_holds_locked_holds_up_no_other(cast):
    (ticket, run), (_, other) = on_fifteen_minutes(cast), on_fifteen_minutes(cast)
    locked, done = Event(), Event()

    def hold_the_lock():
        with transaction.atomic():
            Ticket.objects.select_for_update().get(pk=ticket.pk)
            locked.set()
            done.wait(30)
        connection.close()

    thread = Thread(target=hold_the_lock)
    thread.start()
    locked.wait(30)
    while_locked = sweep.sweep(now=LATE + SECOND)
    done.set()
    thread.join()
    afterwards = sweep.sweep(now=LATE + 2 * SECOND)

    assert (while_locked, afterwards) == (sweep.Swept(climbed=2), sweep.Swept(climbed=2))
    assert ladder(run) == ladder(other) == [("75", WARNED), ("lewat", LATE)]


@pytest.fixture
def administrator():
    """A connection to the server that has nothing to do with the database under test."""
    with psycopg.connect(parts.POSTGRES_URL, autocommit=True) as administrator:
        yield administrator


@contextmanager
def something_happens_at_the_third_rung(what):
    """Call `what`, once, with the number of the server process when the sweep is about to write the third rung."""
    acts = [what]

    def watch(execute, sql, params, many, context):
        if acts and 'INSERT INTO "tickets_rung"' in sql and Rung.objects.count() == 2:
            acts.pop()(connection.connection.info.backend_pid)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield


def test_a_connection_that_is_cut_costs_a_row_one_turn(cast, administrator, caplog):
    runs = [on_fifteen_minutes(cast)[1] for _ in range(3)]

    with something_happens_at_the_third_rung(
        lambda pid: administrator.execute("SELECT pg_terminate_backend(%s)", [pid])
    ):
        first = sweep.sweep(now=LATE + SECOND)
    second = sweep.sweep(now=LATE + SECOND)

    assert (first, second) == (sweep.Swept(climbed=4, failed=1), sweep.Swept(climbed=2))
    assert [ladder(run) for run in runs] == [[("75", WARNED), ("lewat", LATE)]] * 3


def test_a_database_that_is_gone_ends_the_sweep_and_the_next_one_goes_on(cast, administrator):
    runs = [on_fifteen_minutes(cast)[1] for _ in range(3)]
    name = connection.settings_dict["NAME"]

    def go(pid):
        administrator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        administrator.execute("SELECT pg_terminate_backend(%s)", [pid])

    try:
        with pytest.raises(OperationalError), something_happens_at_the_third_rung(go):
            sweep.sweep(now=LATE + SECOND)
    finally:
        administrator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    swept = sweep.sweep(now=LATE + SECOND)

    assert swept == sweep.Swept(climbed=4)
    assert [ladder(run) for run in runs] == [[("75", WARNED), ("lewat", LATE)]] * 3
