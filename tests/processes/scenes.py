"""What happens to an office in earnest, and what the clock made of it. Each scene returns its `Figures`."""

import http.client
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median, quantiles
from threading import Event, Thread

from tests.processes.office import cut_off

READ_EVERY = 2  # seconds between two looks of one reader at both pages
LADDER = ["75", "lewat", "eskalasi"]


@dataclass
class Figures:
    """What became of the rows of a scene. Lateness is counted in seconds, from the return of what was gone."""

    rows: int
    missed: int
    doubled: int
    out_of_order: int
    wrong_time: int
    untold: int
    p99: float
    worst: float
    pages: list[float] = field(default_factory=list)

    @property
    def is_flawless(self):
        """Each rung once, in order, dated at its own instant, told to somebody, and in time."""
        wrong = self.missed + self.doubled + self.out_of_order + self.wrong_time + self.untold
        return not wrong and self.p99 <= 60

    def __str__(self):
        pages = f", {len(self.pages)} pages meanwhile, median {median(self.pages) * 1000:.0f} ms" if self.pages else ""
        return (
            f"{self.rows:,} rows: {self.missed} missed, {self.doubled} doubled, {self.out_of_order} out of order, "
            f"{self.wrong_time} with a wrong time, {self.untold} untold; "
            f"lateness p99 {self.p99:.1f} s, worst {self.worst:.1f} s{pages}"
        )


def figures(office, rows, *, since):
    """Read the ladder of each run. What came to its limit before `since` is counted from there."""
    found = office.ask("rungs", *rows)
    kinds = [[kind for kind, *_ in climbed] for _, climbed in found]
    breaches = [
        (datetime.fromisoformat(due), datetime.fromisoformat(at), datetime.fromisoformat(noticed))
        for due, climbed in found
        for kind, at, noticed, _ in climbed
        if kind == "lewat"
    ]
    late = sorted((noticed - max(at, since)).total_seconds() for _, at, noticed in breaches)
    return Figures(
        rows=len(found),
        missed=sum("lewat" not in ladder for ladder in kinds),
        doubled=sum(len(ladder) - len(set(ladder)) for ladder in kinds),
        out_of_order=sum(ladder != LADDER[: len(ladder)] for ladder in kinds),
        wrong_time=sum(due != at for due, at, _ in breaches),
        untold=sum(not told for _, climbed in found for *_, told in climbed),
        p99=quantiles(late, n=100)[-1],
        worst=late[-1],
    )


def wait_for_all(office, rows):
    count = rows[1] - rows[0] + 1
    return office.wait_until(lambda: office.flagged(rows) == count, f"all of {count} rows are called late")


# The scenes


def rush(office, ports, *, count, seconds):
    """Many rows come to their limits while people look at their pages."""
    since = office.now()
    rows = office.fill(count, after=3, over=seconds)
    with readers(office, ports) as pages:
        time.sleep(seconds)
        wait_for_all(office, rows)
    result = figures(office, rows, since=since)
    result.pages = pages
    return result


def workers_away(office, workers, *, count, hours=2):
    """The workers are stopped for hours in which rows come to their limits. Returns the new workers as well."""
    for worker in workers:
        worker.process.terminate()
        worker.process.wait()
    rows = office.fill(count, over=hours * 3600)
    office.move_clock(timedelta(hours=hours))
    since = office.now()
    workers = [office.worker() for _ in workers]
    wait_for_all(office, rows)
    return figures(office, rows, since=since), workers


def redis_emptied(office, *, count, seconds):
    """Redis loses everything it holds, again and again, while rows come to their limits."""
    since = office.now()
    rows = office.fill(count, over=seconds)
    for _ in range(5):
        office.server.client.flushall()
        time.sleep(seconds / 5)
    wait_for_all(office, rows)
    return figures(office, rows, since=since)


def redis_restarted(office, *, count, seconds, times):
    """Redis is killed and started again and again while rows come to their limits."""
    rows = office.fill(count, over=seconds)
    for _ in range(times):
        office.server.kill()
        time.sleep(seconds / times)
        office.server.start()
    since = office.now()
    wait_for_all(office, rows)
    return figures(office, rows, since=since)


def workers_killed(office, workers, *, count):
    """All workers are killed in the middle of a batch, and started again. Returns the new workers as well."""
    rows = office.fill(count, after=-1, over=1)
    office.wait_until(lambda: office.flagged(rows) > 0, "the first rows are called late")
    for worker in workers:
        cut_off(worker)
    assert office.flagged(rows) < count, "The batch was over before the workers were killed."
    time.sleep(2)  # an outage, in which beat goes on poking
    since = office.now()
    workers = [office.worker() for _ in workers]
    wait_for_all(office, rows)
    return figures(office, rows, since=since), workers


def beats_killed(office, beats, *, count):
    """All beats are killed; one comes back. Returns it as well."""
    for beat in beats:
        cut_off(beat)
    time.sleep(1)  # what they sent last is done before the rows come
    rows = office.fill(count, after=1, over=1)
    time.sleep(3)  # all of them are due, and nobody pokes
    since = office.now()
    beat = office.beat()
    wait_for_all(office, rows)
    return figures(office, rows, since=since), beat


def clock_jumps(office, *, count):
    """The clock leaps more than three days ahead and then two hours back. Returns the figures of both leaps."""
    rows = office.fill(count, after=60, over=60)
    office.move_clock(timedelta(days=3, hours=3))
    ahead = office.now()
    wait_for_all(office, rows)
    office.move_clock(timedelta(hours=-2))
    back = office.now()
    later = office.fill(count, after=1, over=1)
    wait_for_all(office, later)
    return figures(office, rows, since=ahead), figures(office, later, since=back)


def power_cuts(office, *, count, cuts):
    """An embedded office loses its power in the middle of each batch, and is started again."""
    rows = office.fill(count, after=-1, over=1)
    for _ in range(cuts):
        before = office.flagged(rows)
        running = office.embedded()
        office.wait_until(lambda before=before: office.flagged(rows) > before, "a row is called late")
        cut_off(running)
    unfinished = count - office.flagged(rows)
    since = office.now()
    office.embedded()
    wait_for_all(office, rows)
    return figures(office, rows, since=since), unfinished


@contextmanager
def readers(office, ports):
    """People who read their pages all the time; the seconds each page took."""
    session = office.ask("sign_in", "web_developer")
    seconds, stopped = [], Event()

    def read(port):
        while not stopped.wait(READ_EVERY):
            for page in ("/", "/tiket/"):
                begun = time.monotonic()
                status = visit(port, page, session)
                seconds.append(time.monotonic() - begun if status == 200 else float("inf"))

    threads = [Thread(target=read, args=[port]) for port in ports]
    for thread in threads:
        thread.start()
    try:
        yield seconds
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def visit(port, page, session):
    """The status a page is answered with."""
    site = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        site.request("GET", page, headers={"Cookie": f"sessionid={session}"})
        return site.getresponse().status
    finally:
        site.close()
