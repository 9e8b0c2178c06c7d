"""The full run with real processes and servers: `python -m tests.processes.full`. Takes a quarter of an hour.

Needs PostgreSQL and Redis as the suite does (see `tests.parts`); makes a database, a Redis server and folders of its
own, and removes them. Pokes come as often as SOPDESK_SWEEP_EVERY says, 15 seconds if nothing. Ends with status 1 unless
each row was flagged once, in order, with its true time, and at most a minute late.
"""

import os
import signal
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings")
django.setup()

from tests.processes import scenes  # noqa: E402  # once the apps are loaded
from tests.processes.office import office_in_one_file, office_of_many  # noqa: E402

EVERY = os.environ.get("SOPDESK_SWEEP_EVERY", "15")


def scenes_of_many(office):
    """Each scene's name and figures, with 2 web servers, 2 workers and 2 beats on PostgreSQL and Redis."""
    ports = [office.web()[1] for _ in range(2)]
    workers, beats = [office.worker() for _ in range(2)], [office.beat() for _ in range(2)]
    yield "1,000 rows in 5 minutes", scenes.rush(office, ports, count=1_000, seconds=300)
    found, workers = scenes.workers_away(office, workers, count=1_000)
    yield "workers stopped for 2 h", found
    yield "Redis emptied 5 times", scenes.redis_emptied(office, count=500, seconds=60)
    yield "Redis restarted 20 times", scenes.redis_restarted(office, count=500, seconds=60, times=20)
    for _ in range(3):
        found, workers = scenes.workers_killed(office, workers, count=500)
        yield "both workers killed -9 in mid-batch", found
    found, _ = scenes.beats_killed(office, beats, count=500)
    yield "both beats killed -9, one comes back", found


def scenes_of_a_clock(office):
    """The same with a clock that leaps."""
    for start in (office.worker, office.worker, office.beat, office.beat):
        start()
    ahead, back = scenes.clock_jumps(office, count=200)
    yield "clock 3 days ahead", ahead
    yield "clock 2 h back", back


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))  # leaves nothing running behind it
    is_flawless = True
    say(f"PostgreSQL, Redis, 2 web servers, 2 workers, 2 beats; a poke every {EVERY} s from each beat.")
    for scenes_of in (scenes_of_many, scenes_of_a_clock):
        with folder() as path, office_of_many(path, SOPDESK_SWEEP_EVERY=EVERY) as office:
            for name, figures in scenes_of(office):
                is_flawless &= tell(name, figures)
            is_flawless &= sound(office)
    with folder() as path, office_in_one_file(path, SOPDESK_SWEEP_EVERY=EVERY) as office:
        say(f"\nEmbedded (manage.py up, SQLite); a poke every {EVERY} s.")
        figures, unfinished = scenes.power_cuts(office, count=1_000, cuts=5)
        is_flawless &= tell(f"5 power cuts, {unfinished} rows left at the last", figures)
        is_flawless &= sound(office)
    say("\nFlawless." if is_flawless else "\nNot flawless; see above.")
    return 0 if is_flawless else 1


@contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="sopdesk-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def tell(name, figures):
    say(f"{time.strftime('%H:%M:%S')}  {name}: {figures}")
    return figures.is_flawless


def sound(office):
    differences = office.ask("limits_differ")
    say(f"          limits that are not what they derive from: {len(differences)}")
    return not differences


def say(line):
    print(line, flush=True)  # noqa: T201  # it speaks to the person who started it


if __name__ == "__main__":
    sys.exit(main())
