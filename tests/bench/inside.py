"""What is done inside a site that is measured: `python -m tests.bench.inside tidy`, or `sweep ROUNDS`."""

import json
import sys
from time import perf_counter

import django
from django.db import connection

from tests.bench.counting import Counter


def tidy():
    """What autovacuum does in time: the planner knows the tables, and no page of them waits for its first reader."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def sweep(rounds):
    """Sweep once for what has come due since the office was made, then time the sweeps that find nothing to do."""
    from tickets.sweep import sweep as clock

    clock()
    seconds, counter = [], Counter()
    for _ in range(int(rounds)):
        begun = perf_counter()
        with connection.execute_wrapper(counter):
            clock()
        seconds.append(perf_counter() - begun)
    json.dump({"seconds": seconds, "queries": counter.queries // len(seconds)}, sys.stdout)


if __name__ == "__main__":
    django.setup()
    {"tidy": tidy, "sweep": sweep}[sys.argv[1]](*sys.argv[2:])
