"""The rules of DESIGN section 5 in plain words, for tests: what holds, extensions, estimates and rungs make of a limit.

Like the oracle that it asks when the office works, it shares no code with `tickets.limits` or `workflows.worktime`.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from tests.oracle import PADANG

DAY = timedelta(days=1)


class Event(NamedTuple):
    """What happens to an open row: hold, resume, run_out, extend, estimate, tick, leave."""

    at: datetime
    what: str
    until: datetime | None = None


class Row:
    """An open row: what is due when, by an `Oracle`, in whole seconds of work.

    `limit` has a `kind`, an `amount` and `extendable`, as in the transcribed tables.
    """

    def __init__(self, limit, entered, oracle):
        self.limit, self.entered, self.oracle = limit, entered, oracle
        unit = {"working_days": "days", "working_minutes": "minutes"}.get(limit.kind)
        self.budget = oracle.budget(entered, **{unit: limit.amount}) if unit else None
        self.extra = 0
        self.holds = []
        self.held_now = None
        self.climbed = []
        self.passed = []  # estimates that had passed before a new one came
        self.reckoned = self.closed = None
        self.reckon()

    @property
    def is_tentative(self):
        return self.limit.kind == "tentative"

    @property
    def pauses(self):
        return [*self.holds, *([self.held_now] if self.held_now else [])]

    def reckon(self):
        """Work out anew when it is due and when it is warned; not needed if nothing has changed."""
        state = (self.oracle, self.budget, self.extra, self.pauses)
        if state != self.reckoned:
            self.reckoned = state
            self.warned, self.due = self.reached(0.75 * self.whole, self.whole) if self.has_time else (None, None)
            self.escalated = self.oracle.after(self.due, self.day_of(self.due)) if self.due else None
        ahead = self.ahead()
        self.next_rung = ahead[0][0] if ahead else None

    @property
    def has_time(self):
        return self.budget is not None

    @property
    def whole(self):
        return self.budget + self.extra

    def reached(self, *spans):
        """The instants with so many worked seconds behind them that were not on hold; parts of a second count."""
        up = {span: -int(-span // 1) for span in spans}
        found = self.oracle.after_each(self.entered, up.values(), self.pauses)
        return [found[up[span]] - timedelta(seconds=up[span] - span) for span in spans]

    def ahead(self):
        """The rungs that are still to come: (instant, kind, nth)."""
        found = []
        if self.due:
            found += [(self.warned, "75", 1), (self.due, "lewat", 1)]
            if not self.is_tentative:
                found.append((self.escalated, "eskalasi", 1))
        if self.is_tentative:
            nth = 1 + sum(kind == "pengingat" for kind, *_ in self.climbed)
            found.append((self.oracle.close_of_nth_day(self.entered, 5 * nth), "pengingat", nth))
        behind = {(kind, nth) for kind, nth, _ in self.climbed}
        return sorted(rung for rung in found if rung[1:] not in behind)

    def day_of(self, instant):
        midnight = instant.astimezone(PADANG).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.oracle.elapsed(midnight, midnight + DAY)

    # What happens

    def happen(self, event):
        """Take in an event; the caller sees to it that it may happen. `closed` then says how a row was left."""
        getattr(self, event.what)(event)
        if event.what != "leave":
            self.reckon()

    def hold(self, event):
        self.held_now = (event.at, event.until)

    def resume(self, event):
        self.holds.append((self.held_now[0], min(event.at, self.held_now[1])))
        self.held_now = None

    run_out = resume

    def extend(self, event):
        self.extra += self.seconds_to(event.until) - self.budget - self.extra

    def estimate(self, event):
        if self.budget is None:
            self.budget = self.seconds_to(event.until)
            return
        if event.at > self.due:
            self.passed.append(self.due)
        self.extend(event)

    def seconds_to(self, until):
        return self.oracle.elapsed(self.entered, until, self.pauses)

    def tick(self, event):
        while (ahead := self.ahead()) and ahead[0][0] < event.at:
            at, kind, nth = ahead[0]
            self.climbed.append((kind, nth, at))

    def leave(self, event):
        if self.held_now:
            self.resume(event)
        self.reckon()
        worked = self.oracle.elapsed(self.entered, event.at, self.holds)
        held = self.oracle.elapsed(self.entered, event.at) - worked
        verdict, late = self.verdict(event.at)
        self.closed = (verdict, late, worked, held, self.budget, self.extra)
        self.next_rung = None

    def verdict(self, left):
        if self.due is None:
            return "tanpa_batas", None
        if self.is_tentative:
            first = min([*self.passed, self.due])
            if left > first:
                return "melewati_perkiraan", self.oracle.elapsed(first, left)
            return "tanpa_batas", None
        if left > self.due or ("lewat", 1) in {rung[:2] for rung in self.climbed}:
            return "terlambat", self.oracle.elapsed(self.due, left)
        if self.extra and left > self.reached(self.budget)[0]:
            return "diperpanjang", None
        return "tepat_waktu", None
