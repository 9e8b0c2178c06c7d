"""A slow second opinion on working time, for tests. It shares no code and no method with `workflows.worktime`.

It takes its rules as plain numbers and walks the minutes of work one by one, and the seconds one by one wherever
something begins or ends. Its clock is the wall clock in Padang, UTC+7, in whole seconds.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import repeat

PADANG = timezone(timedelta(hours=7))
MINUTE, DAY = 60, 86_400


class Oracle:
    """Says when limits fall due. Instants are aware datetimes without microseconds, and come back in UTC.

    `hours` are the stretches of work of each weekday (Monday is 0) as pairs of minutes after midnight, the second
    excluded; a weekday left out is off. `seasons` are (first day, last day, hours) and go before the hours; the first
    that fits holds. `closed` days and `opened` days with their stretches go before both. `holds` are pairs of instants,
    the second excluded; they may overlap.
    """

    def __init__(self, *, hours, seasons=(), closed=(), opened=None):
        self.hours = hours
        self.seasons = seasons
        self.closed = frozenset(closed)
        self.opened = opened or {}
        self._worked = {}

    def due(self, entered, *, minutes=None, days=None, extensions=(), holds=()):
        """When a run is late from, that entered its row with so many minutes, or *n hari*, and minutes more."""
        return self.after(entered, self.budget(entered, minutes=minutes, days=days) + 60 * sum(extensions), holds)

    def budget(self, entered, *, minutes=None, days=None):
        """The seconds of work that a limit comes to."""
        return 60 * minutes if days is None else self.elapsed(entered, self.close_of_nth_day(entered, days))

    def after(self, start, seconds, holds=()):
        """The first instant that has so many worked seconds since `start` behind it, held ones not counted."""
        if not seconds:
            return start.astimezone(UTC)
        for second, length in self._steps(number(start), numbers(holds)):
            if seconds <= length:
                return instant(second + seconds)
            seconds -= length
        raise AssertionError("the steps go on until something is returned")

    def after_each(self, start, spans, holds=()):
        """The same for several spans in one walk, as a dictionary."""
        found = {0: start.astimezone(UTC)} if 0 in spans else {}
        waiting, worked = sorted(set(spans) - {0}, reverse=True), 0
        for second, length in self._steps(number(start), numbers(holds)) if waiting else ():
            while waiting and waiting[-1] <= worked + length:
                found[waiting[-1]] = instant(second + waiting[-1] - worked)
                waiting.pop()
            if not waiting:
                break
            worked += length
        return found

    def elapsed(self, start, end, holds=()):
        """The worked seconds from one instant to another, held ones not counted."""
        until, worked = number(end), 0
        for second, length in self._steps(number(start), numbers(holds), stop=until):
            if second >= until:
                break
            worked += length
        return worked

    def close_of_nth_day(self, start, n):
        """The end of the n-th day with work after the one on which work first meets what came in at `start`."""
        second, _ = next(self._steps(number(start), ()))
        day = second // DAY
        while n:
            day += 1
            n -= bool(self._minutes_of(day))
        return instant(self._minutes_of(day)[-1] + MINUTE)

    def close_of_day(self, day):
        """The end of a day's work; None if there is none on it."""
        minutes = self._minutes_of(day.toordinal())
        return instant(minutes[-1] + MINUTE) if minutes else None

    def _steps(self, start, holds, stop=None):
        """Worked minutes (first second, 60); where something begins or ends in one, its seconds (second, 1)."""
        edges = {start, stop or start, *(edge for pair in holds for edge in pair)}
        edge_minutes = {edge // MINUTE for edge in edges}
        edge_days = {edge // DAY for edge in edges}
        for day in self._workdays_since(start):
            minutes = self._minutes_of(day)
            if day not in edge_days:  # nothing begins or ends: the whole day is held, or none of it
                if free(minutes[0], holds):
                    yield from zip(minutes, repeat(MINUTE))
                continue
            for minute in minutes:
                if minute // MINUTE not in edge_minutes:
                    if minute > start and free(minute, holds):
                        yield minute, MINUTE
                    continue
                for second in range(minute, minute + MINUTE):
                    if second >= start and free(second, holds):
                        yield second, 1

    def _workdays_since(self, start):
        day, idle = start // DAY, 0
        while idle < 4000:
            idle += 1
            if self._minutes_of(day):
                idle = 0
                yield day
            day += 1
        raise AssertionError("nobody works for 4000 days")

    def _minutes_of(self, day):
        """The worked minutes of a day, each as its first second on the wall clock."""
        if day not in self._worked:
            stretches = self._stretches(date.fromordinal(day))
            self._worked[day] = [
                day * DAY + minute * MINUTE for opens, closes in stretches for minute in range(opens, closes)
            ]
        return self._worked[day]

    def _stretches(self, day):
        if day in self.closed:
            return ()
        if day in self.opened:
            return self.opened[day]
        for first, last, hours in self.seasons:
            if first <= day <= last:
                return hours.get(day.weekday(), ())
        return self.hours.get(day.weekday(), ())


def free(second, holds):
    for begins, ends in holds:  # noqa: SIM110  # any() takes three times as long, and this is asked most
        if begins <= second < ends:
            return False
    return True


def number(at):
    """An instant as seconds on the wall clock."""
    local = at.astimezone(PADANG)
    assert local.microsecond == 0, f"the oracle counts whole seconds, not {at}"
    return local.toordinal() * DAY + local.hour * 3600 + local.minute * 60 + local.second


def numbers(holds):
    return [(number(begins), number(ends)) for begins, ends in holds]


def instant(number):
    local = datetime.combine(date.fromordinal(number // DAY), datetime.min.time(), PADANG)
    return (local + timedelta(seconds=number % DAY)).astimezone(UTC)
