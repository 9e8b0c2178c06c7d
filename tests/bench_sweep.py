"""What the sweep costs: `python -m tests.bench_sweep`, with DATABASE_URL for PostgreSQL. Uses a database of its own.

500 rows are due among 1,000, 10,000 and 100,000 open ones. To find them must take 50 ms at most, and neither that nor
what is done with them may grow with the rows that are not due.
"""

import os
from datetime import timedelta
from statistics import median
from time import perf_counter

import django
from django.db import connection

OPEN = (1_000, 10_000, 100_000)
DUE = 500
ALLOWED = 0.050  # seconds to find them
ROUNDS = 21


def open_runs(entered, *, reporter):
    """A ticket on row 2 (15 minutes) of the website SOP for each instant, and the runs that were entered then."""
    from tickets import limits
    from tickets.models import StepRun, Ticket
    from workflows import calendars, sops

    sop, calendar = sops.get("website-2024"), calendars.current()
    before = Ticket.objects.count()
    Ticket.objects.bulk_create(
        (
            Ticket(
                number=f"WEB-{at.year}-{before + nth:06d}",
                procedure=sop.procedure,
                sop_key=sop.key,
                state=sop.row(2),
                title="Halaman tidak bisa dibuka",
                description="Muncul galat 500.",
                reporter=reporter,
                reporter_name=reporter.name,
                unit=reporter.unit,
                filed_by=reporter,
                created_at=at,
                updated_at=at,
            )
            for nth, at in enumerate(entered)
        ),
        batch_size=1_000,
    )
    runs = []
    for ticket in Ticket.objects.order_by("-pk")[: len(entered)]:
        run = StepRun(ticket=ticket, row=2, round=1, role=sop.step(2).performer, entered_at=ticket.created_at)
        limits.arm(run, calendar)
        runs.append(run)
    return StepRun.objects.bulk_create(runs, batch_size=1_000)


def arrivals(count, *, due, now):
    """When so many runs were entered, of which `due` have passed their limit by now and the others are fresh."""
    return [now - timedelta(minutes=20 if nth < due else 5, milliseconds=nth) for nth in range(count)]


def analyze():
    """Let the planner know the tables, as autovacuum does in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def finding(now):
    """The query that finds what is due. The sweep asks it for one row after the other."""
    from tickets import sweep

    return sweep.RUNGS.due(now).values_list("pk", flat=True)


def find(now):
    return list(finding(now))


def seconds_for(work, now):
    begun = perf_counter()
    result = work(now)
    return perf_counter() - begun, result


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings")
    django.setup()
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        table()
    finally:
        if hasattr(connection, "close_pool"):
            connection.close_pool()
        connection.creation.destroy_test_db(name, verbosity=0)


def table():
    from tests.factories import TUESDAY, Cast
    from tickets import sweep

    reporter = Cast().reporter
    say(f"{connection.vendor}: {DUE} rows due, {ROUNDS} rounds. Allowed to find them: {ALLOWED * 1000:.0f} ms.")
    say(f"{'open':>9} {'find: median':>14} {'worst':>10} {'whole sweep':>14} {'per due row':>14}   rungs")
    now, rows = TUESDAY, 0
    for count in OPEN:
        now += timedelta(minutes=3)
        open_runs(arrivals(count - rows, due=DUE, now=now), reporter=reporter)
        rows = count
        analyze()
        found = [seconds_for(find, now) for _ in range(ROUNDS)]
        assert {len(keys) for _, keys in found} == {DUE}
        times = [seconds for seconds, _ in found]
        plan = finding(now)[:1].explain()
        whole, swept = seconds_for(sweep.sweep, now)
        say(
            f"{count:>9,} {median(times) * 1000:>11.2f} ms {max(times) * 1000:>7.2f} ms {whole:>12.2f} s "
            f"{whole / DUE * 1000:>11.2f} ms   {swept.climbed}"
        )
    say(f"\nThe plan with {rows:,} open rows:\n{plan}")


def say(line):
    print(line, flush=True)  # noqa: T201  # a benchmark speaks to the person who started it


if __name__ == "__main__":
    main()
