"""How fast working time is computed: `python -m tests.bench_worktime`. Prints processor time on one core."""

from datetime import date, datetime, timedelta
from statistics import median
from time import process_time

from workflows.worktime import NORMAL, RAMADAN_2026, ZONE, Calendar, Day

COUNT = 10_000
ROUNDS = 7
ALLOWED = 0.5  # seconds for COUNT deadlines, the year's tables included

#: COUNT arrivals at all hours of 2026, 52.5 minutes apart.
ARRIVALS = [datetime(2026, 1, 1, tzinfo=ZONE) + timedelta(minutes=52.5) * n for n in range(COUNT)]


def fresh_calendar():
    """A year's calendar in which nothing has been worked out yet."""
    days = {date(2026, month, 17): Day("Hari libur", "SKB") for month in range(1, 13)}
    return Calendar((NORMAL, RAMADAN_2026), days, frozenset({2026}))


def deadlines_in_minutes(calendar):
    return [calendar.add(arrival, 15) for arrival in ARRIVALS]


def deadlines_in_days(calendar):
    budgets = (calendar.between(at, calendar.close_of_nth_day(at, 2)) for at in ARRIVALS)
    return [calendar.add(arrival, budget) for arrival, budget in zip(ARRIVALS, budgets, strict=True)]


def explanations(calendar):
    return [calendar.explain(at, at + timedelta(days=7)) for at in ARRIVALS[::10]]


def seconds_for(work):
    """The processor time of one round, with a calendar of its own."""
    calendar = fresh_calendar()
    begun = process_time()
    work(calendar)
    return process_time() - begun


def line(what, work):
    taken = [seconds_for(work) for _ in range(ROUNDS)]
    return f"{what:<58} median {median(taken) * 1000:7.1f} ms   worst {max(taken) * 1000:7.1f} ms"


def main():
    lines = (
        f"Each round begins with a fresh calendar; {ROUNDS} rounds.",
        f"Allowed for {COUNT:,} deadlines: {ALLOWED * 1000:.0f} ms.",
        line(f"{COUNT:,} deadlines of 15 minutes over 2026", deadlines_in_minutes),
        line(f"{COUNT:,} deadlines of 2 hari over 2026 (close, budget, due)", deadlines_in_days),
        line(f"{COUNT // 10:,} explanations of a week", explanations),
    )
    print("\n".join(lines))  # noqa: T201  # a benchmark speaks to the person who started it


if __name__ == "__main__":
    main()
