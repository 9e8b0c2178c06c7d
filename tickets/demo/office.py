"""How reports fare in the demo office: who does what, and when, all of it through `tickets.actions`.

A `Life` lists the acts that follow a report. Their times are counted back from the last one in working time, then the
acts of all tickets are performed in the order of time, the clock's among them, so that numbers and histories read as if
they had happened.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from itertools import chain, cycle, islice
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localdate, localtime

from tickets import actions, uploads
from tickets.actions import OnBehalfOf
from tickets.demo import screenshots, stories
from tickets.demo.stories import CODING, INFRASTRUKTUR, KEDUANYA, SPJ, SPJ_REFUSED, TANPA_PERBAIKAN, WEB_REFUSED
from tickets.demo.telling import Telling
from tickets.models import Hold, Notice, ReportedTo, User
from workflows import calendars, sops
from workflows.roles import Role
from workflows.sop import END, NOT_PROCESSED
from workflows.worktime import ZONE, Calendar

Act = Callable[[datetime], None]

SWEPT_AFTER = timedelta(seconds=9)  # by which the sweep notices what the clock has come to
REPORTERS = ("siti", "andi", "meri")
READING_TIME = time(7, 38)  # when people go through what was reported to them, one some minutes after the other
WORKING_DAY = 450  # minutes
SPREAD = 55 * WORKING_DAY  # of closed reports: with their own length, about three months


@dataclass(frozen=True)
class Life:
    """What follows a report, act by act: a row to go to, `end`, `refuse`, or a verb; with "!" it comes far too late.

    `by` names its reporter; `silence` are the working minutes since the last act, left to chance if not given.
    """

    kind: str
    acts: str
    by: str = ""
    is_called_in: bool = False
    silence: float | None = None

    @property
    def procedure(self) -> str:
        return "spj_online" if self.kind in (SPJ, SPJ_REFUSED) else "website"

    @property
    def is_closed(self) -> bool:
        return self.acts.endswith(("confirm", "refuse", "unanswered"))


#: Every state of both SOPs, and a report in it.
IN_EVERY_STATE = (
    Life(CODING, ""),
    Life(CODING, "2"),
    Life(CODING, "2 3"),
    Life(CODING, "2 3 4 claim"),
    Life(CODING, "2 3 4 5"),
    Life(INFRASTRUKTUR, "2 6"),
    Life(INFRASTRUKTUR, "2 6 7 claim note"),
    Life(INFRASTRUKTUR, "2 6 7 estimate 8"),
    Life(INFRASTRUKTUR, "2 6 7 estimate 8 9"),
    Life(CODING, "2 3 4 5 9 end", by="siti"),
    Life(CODING, "2 ask wait reply 3 4 claim 5 9 end confirm"),
    Life(WEB_REFUSED, "refuse"),
    Life(SPJ, ""),
    Life(SPJ, "2"),
    Life(SPJ, "2 3"),
    Life(SPJ, "2 3 claim 4"),
    Life(SPJ, "2 3 4 5"),
    Life(SPJ, "2 3 4 5 6"),
    Life(SPJ, "2 3 4 5 6 7"),
    Life(SPJ, "2 3 4 5 6 7 end", by="andi"),
    Life(SPJ, "2 3 claim ask reply 4 5 6 7 claim end confirm"),
    Life(SPJ_REFUSED, "refuse"),
)

#: Every way in which an open report stands with its limit: on hold, extended, soon due, late, estimated, past that.
ON_THE_CLOCK = (
    Life(CODING, "2 3 4 claim await_vendor", silence=130),
    Life(CODING, "2 ask wait", silence=25),
    Life(CODING, "2 3 4 claim extend", silence=260),
    Life(SPJ, "2 3 claim extend_to_the_last", silence=1700),
    Life(SPJ, "2 3 claim note", silence=1900),
    Life(INFRASTRUKTUR, "2 6 7 estimate", silence=200),
    Life(INFRASTRUKTUR, "2 6 7 estimate note", silence=2100),
    Life(SPJ, "2 3 4 5 6 await_delivery", silence=400),
)

#: Second rounds, causes read anew, hand-overs, reopened ones: what the rows alone do not show.
UNUSUAL = (
    Life(CODING, "", is_called_in=True),
    Life(INFRASTRUKTUR, "2 6 7 estimate 8 9 end reopen"),
    Life(CODING, "2 3 ask wait reply 4"),
    Life(CODING, "2 3 4 claim hand_over note"),
    Life(CODING, "2 3 4 claim 5 9 3 4 claim"),
    Life(KEDUANYA, "2 3 4 5 6"),
    Life(KEDUANYA, "2 3 4 5 6 7 claim estimate note"),
    Life(KEDUANYA, "2 3 4 5 6 3"),
    Life(CODING, "2 3 4 5 9 6"),
    Life(TANPA_PERBAIKAN, "2 9 end", by="meri"),
    Life(SPJ, "", is_called_in=True),
    Life(SPJ, "2 3 4 5 6 7 end reopen"),
    Life(SPJ, "2 3 claim note"),
    Life(SPJ, "2 3 claim 4 5 6 7 3 claim"),
    Life(SPJ, "2 3 4 5 3 ask wait reply"),
    Life(SPJ, "2 3 4 5 6 7 claim"),
    Life(SPJ, "2 3 4 5 6 7 end", by="dewi"),
    Life(INFRASTRUKTUR, "2 6 7 estimate 8 9 end", is_called_in=True),
)

#: Reports that are over. More than the default number of reports are more of these.
OVER = (
    Life(CODING, "2 3 4 claim extend 5! 9 end confirm"),
    Life(INFRASTRUKTUR, "2 6 7 estimate 8! 9 end confirm"),
    Life(SPJ, "2 3 4 await_delivery resume 5 6 7 end unanswered"),
    Life(KEDUANYA, "2 3 4 note 5 6 7 estimate 8 9 end confirm"),
    Life(CODING, "2 3 4 5 9 3 4 5 9 end confirm"),
    Life(SPJ, "2 3 claim release claim ask wait reply 4 5! 6 7 end confirm"),
    Life(TANPA_PERBAIKAN, "2 9 end unanswered"),
    Life(INFRASTRUKTUR, "2 6 await_vendor 7! estimate estimate 8 9 end confirm"),
    Life(INFRASTRUKTUR, "2 6 9 end confirm"),
    Life(SPJ, "2 3 4 5 6 7 3 4 5 6 7 end confirm"),
    Life(WEB_REFUSED, "refuse"),
    Life(CODING, "2 3 4 5 9 6 7 estimate 8 9 end confirm", is_called_in=True),
    Life(SPJ, "2 ask reply 3 4 5 6 7 end confirm", is_called_in=True),
    Life(KEDUANYA, "2 3 4 5 6 3 4 5 6 7 estimate 8 9 end confirm"),
    Life(INFRASTRUKTUR, "2 6 7 claim estimate release claim 8 9 end reopen 6 7 estimate 8 9 end confirm"),
    Life(SPJ, "2 3 4 5 3 4 5 6 7 end confirm"),
    Life(SPJ_REFUSED, "refuse"),
    Life(CODING, "2 3 ask wait reply 4 claim hand_over 5 9 end confirm"),
    Life(KEDUANYA, "2 3 4 5 6 9 end confirm"),
    Life(SPJ, "2 3 claim hand_over note 4 5 6 7 end reopen 3 4 5 6 7 end confirm"),
    Life(INFRASTRUKTUR, "2 6 7 estimate 8 9 6 7 estimate 8 9 end confirm"),
)

#: Minutes that an act usually takes after the one before it. Rows by procedure and number; verbs by name.
USUAL = {
    "website": {1: 35, 2: 12, 3: 10, 4: 520, 5: 9, 6: 280, 7: 640, 8: 10, 9: 11},
    "spj_online": {1: 190, 2: 170, 3: 820, 4: 150, 5: 190, 6: 160, 7: 260},
}
VERBS = {
    "claim": 20, "release": 90, "hand_over": 60, "ask": 6, "wait": 2, "reply": 45, "note": 30, "confirm": 420,
    "reopen": 400, "await_vendor": 110, "await_delivery": 100, "resume": 500, "extend": 240, "extend_to_the_last": 240,
    "estimate": 25, "unanswered": 2000,
}  # fmt: skip
#: Acts that nobody puts off, since they must come before a limit.
PROMPT = ("ask", "wait", "confirm", "reopen", "await_vendor", "await_delivery", "extend", "extend_to_the_last")
FAR_TOO_LATE = 3.2  # times the usual


def lives() -> Iterator[Life]:
    """The lives of report 0, 1, 2 and so on, without end."""
    return chain(IN_EVERY_STATE, ON_THE_CLOCK, UNUSUAL, cycle(OVER))


def working_time_before(moment: datetime, minutes: float, calendar: Calendar) -> datetime:
    """The last instant at which the office was open with so many working minutes to go to `moment`."""
    day, left = localdate(moment), timedelta(minutes=minutes)
    while True:
        for opens, closes in reversed(calendar.hours_of(day)):
            begin, end = datetime.combine(day, opens, ZONE), min(moment, datetime.combine(day, closes, ZONE))
            if end > begin:
                if left < end - begin:
                    return end - left
                left -= end - begin
        day -= timedelta(days=1)


class Report(Telling):
    """Report number so-and-so, the `nth` of its kind: knows when each act of its life happens, and performs it."""

    def __init__(self, number, nth, life, people, until):
        self.number, self.life, self.people = number, life, people
        self.chance = Random(number)  # noqa: S311  # the same number, the same story
        told = [story for story in stories.STORIES if story.kind == life.kind]
        self.story = told[nth % len(told)]
        self.sop = sops.for_procedure(life.procedure)
        self.reporter = people[life.by or REPORTERS[number % len(REPORTERS)]]
        self.caller = stories.CALLERS[number % len(stories.CALLERS)] if life.is_called_in else None
        self.programmers = [people["fajar"], people["nadia"]][:: 1 if number % 2 else -1]
        self.talk = self.chance.choice(stories.TALKS)
        self.picture = {}
        self.ticket = None
        self.until = until
        self.calendar = calendars.current()
        self.acts = ["file", *life.acts.split()]
        self.moments = self._moments()

    def events(self) -> list[tuple[datetime, Act]]:
        """The acts of this life, each with its time."""
        return [(at, partial(self.perform, act.rstrip("!"))) for at, act in zip(self.moments, self.acts, strict=True)]

    def perform(self, act, now):
        """Do one act of this life at its time."""
        self.now = now
        ways = {"end": END, "refuse": NOT_PROCESSED}
        if act.isdigit() or act in ways:
            self._complete(str(ways.get(act, act)))
        else:
            getattr(self, f"_{act}")()

    def next_tick(self) -> datetime | None:
        """When the clock comes to this report next: a rung, the end of a hold, or of the time to confirm."""
        runs = self.ticket.runs.open().values_list("next_rung_at", flat=True)
        holds = Hold.objects.filter(run__ticket=self.ticket, ended_at=None).values_list("ends_at", flat=True)
        return min(filter(None, (*runs, *holds, self.ticket.confirm_by)), default=None)

    def tick(self, now):
        """Let the clock do what is due on this report, as the sweep does."""
        for hold in Hold.objects.filter(run__ticket=self.ticket, ended_at=None).select_related("run__ticket"):
            actions.end_hold(hold, now=now)
        for run in self.ticket.runs.open().select_related("ticket"):
            actions.climb(run, now=now)
        self.ticket = actions.lapse(self.ticket, now=now)

    # When

    def _moments(self):
        """The time of each act, the last one `_silence` before the end of the story."""
        moment = working_time_before(self.until, self._silence(), self.calendar)
        moments = [moment]
        for pause in reversed(list(self._pauses())):
            moment = working_time_before(moment, pause, self.calendar)
            moments.append(moment)
        if self.number % 6 == 4 and not self.caller:  # some report in the evening, from home
            moments[-1] = (moments[-1] - timedelta(days=1)).replace(hour=19 + self.number % 3)
        return moments[::-1]

    def _silence(self):
        """Working minutes since the last act: closed reports lie spread over three months; some open ones wait long."""
        if self.life.silence is not None:
            return self.life.silence
        if self.life.is_closed:
            return 60 + self.number * 0.618 % 1 * SPREAD
        if self.life.acts.endswith("end"):
            return self.chance.uniform(60, 900)
        return self._row_after(len(self.acts)) * self.chance.uniform(0.05, 0.8) * self.chance.choice((1, 1, 1, 1, 6))

    def _pauses(self):
        """Working minutes before each act after the report; one in eight takes far longer than usual."""
        for position, act in enumerate(self.acts[1:], start=1):
            usual = VERBS.get(act) or self._row_after(position)
            is_late = act.endswith("!") or (self.chance.random() < 0.12 and act not in PROMPT)
            yield usual * (FAR_TOO_LATE if is_late else self.chance.uniform(0.35, 1.15))

    def _row_after(self, position):
        """Usual minutes on the row where the report stands after so many acts."""
        row = self.sop.first.no
        for act in self.acts[:position]:
            to = act.rstrip("!")
            row = self.sop.reopen.to if to == "reopen" else int(to) if to.isdigit() else row
        return USUAL[self.life.procedure][row]

    # What

    def _file(self):
        by, caller = self.reporter, None
        if self.caller:
            name, unit, contact, channel = self.caller
            by = self.people["lina" if self.life.procedure == "spj_online" else "budi"]
            owner = next(person for person in self.people.values() if person.unit.short_name == unit)
            caller = OnBehalfOf(name=name, unit=owner.unit, contact=contact, channel=channel)
        self.unit = caller.unit if caller else by.unit
        told = self._what_is_reported()
        self.picture = {"url": told["page_url"], "heading": self.unit.name, "text": self.story.shows}
        self.ticket = actions.file_report(
            self.sop,
            by=by,
            on_behalf_of=caller,
            answers={self.sop.evidence.key: self._evidence(by, told["page_url"])},
            now=self.now,
            **told,
        )

    def _complete(self, to):
        step, record, by = self.ticket.step, self.ticket.record, self._performer()
        self.arrow = arrow = step.follow(record) if step.automatic else step.arrow(to)
        self.ticket = actions.complete_step(
            self.ticket,
            **self._own_run(),
            arrow="" if step.automatic else to,
            answers=self._answers(by),
            reason=self._reason(to) if arrow.reason_required else "",
            now=self.now,
        )

    def _claim(self):
        self.ticket = actions.claim(self.ticket, by=self._performer(), now=self.now)

    def _release(self):
        self.ticket = actions.release(self.ticket, by=self._performer(), now=self.now)

    def _hand_over(self):
        self.programmers.reverse()
        coordinator = self.holder(self.sop.coordinators[0])
        self.ticket = actions.hand_over(self.ticket, to=self.programmers[0], by=coordinator, now=self.now)

    def _ask(self):
        self.ticket = actions.comment(self.ticket, by=self._performer(), text=self.talk[0], now=self.now)

    def _reply(self):
        by = self._spokesperson()
        picture = [self._screenshot(by)]
        self.ticket = actions.comment(self.ticket, by=by, text=self.talk[1], files=picture, now=self.now)

    def _note(self):
        text = self.chance.choice(stories.NOTES)
        self.ticket = actions.comment(self.ticket, by=self._performer(), text=text, internal=True, now=self.now)

    def _confirm(self):
        self.ticket = actions.confirm(self.ticket, by=self._spokesperson(), now=self.now)

    def _reopen(self):
        self.ticket = actions.reopen(self.ticket, by=self._spokesperson(), reason=self.story.remains, now=self.now)

    def _unanswered(self):
        """The reporter says nothing; the clock has closed the ticket meanwhile."""

    # Time

    def _wait(self):
        self._hold(Hold.Reason.REPORTER, "", days=2)

    def _await_vendor(self):
        self._hold(Hold.Reason.THIRD_PARTY, self.chance.choice(stories.THIRD_PARTIES), days=1)

    def _await_delivery(self):
        self._hold(Hold.Reason.PROCUREMENT, self.chance.choice(stories.DELIVERIES), days=5)

    def _hold(self, reason, note, *, days):
        self.ticket = actions.hold(
            self.ticket, **self._own_run(), reason=reason, note=note, until=self._day_ahead(days), now=self.now
        )

    def _resume(self):
        self.ticket = actions.resume(self.ticket, **self._own_run(), now=self.now)

    def _extend(self):
        self._extend_until(self._day_ahead(2, after=self._due()))

    def _extend_to_the_last(self):
        """Up to the day on which the story ends, or the next one that is worked."""
        self._extend_until(self._day_ahead(0, after=self.until))

    def _extend_until(self, day):
        reason = self.chance.choice(stories.MORE_TIME)
        self.ticket = actions.extend(self.ticket, **self._own_run(), until=day, reason=reason, now=self.now)

    def _estimate(self):
        reason = self.chance.choice(stories.NEW_ESTIMATES) if self._due() else ""
        day = self._day_ahead(self.chance.choice((1, 2, 2)))
        self.ticket = actions.estimate(self.ticket, **self._own_run(), until=day, reason=reason, now=self.now)

    # Who, when, and with which files

    def _performer(self):
        role = self.ticket.step.performer
        return self.programmers[0] if role == Role.PROGRAMMER else self.holder(role)

    def _own_run(self):
        """Whose turn it is and on which run, as the acts on a limit want them."""
        return {"by": self._performer(), "run": self.ticket.runs.open().values_list("pk", flat=True).get()}

    def _due(self):
        return self.ticket.runs.open().values_list("due_at", flat=True).get()

    def _day_ahead(self, days, *, after=None):
        """The day that comes so many working days later."""
        return localdate(self.calendar.close_of_nth_day(after or self.now, days))

    def holder(self, role):
        return next(person for person in self.people.values() if person.holds(role, self.life.procedure))

    def _spokesperson(self):
        return next(person for person in self.people.values() if self.ticket.is_reported_by(person))

    def _screenshot(self, by, *, repaired=False):
        scene = "healthy" if repaired else self.story.scene
        picture = self.picture | {"text": "Berita terbaru"} if repaired else self.picture
        name = f"Tangkapan layar {localtime(self.now):%Y-%m-%d %H%M%S}.png"
        return self._upload(name, screenshots.screenshot(scene, **picture), by)

    def _upload(self, name, content, by):
        return uploads.store(SimpleUploadedFile(name, content), by=by, documents=True, now=self.now).key


def act_out(first: int, last: int, people: dict[str, User], *, until: datetime) -> Iterator[tuple[int, int]]:
    """Perform the lives of reports `first` up to `last` in the order of time; yields things done and in all."""
    seen: Counter[str] = Counter()
    reports = []
    for number, life in enumerate(islice(lives(), last)):
        if number >= first:
            reports.append(Report(number, seen[life.kind], life, people, until))
        seen[life.kind] += 1
    acts: list[tuple[datetime, int, Act, Report | None]] = [
        (at, report.number, act, report) for report in reports for at, act in report.events()
    ]
    first_act, last_act = min(at for at, *_ in acts), max(at for at, *_ in acts)
    acts += [
        (at, -1, partial(_read_what_was_reported, reports, person), None)
        for at, person in _readings(first_act, last_act, people)
    ]
    acts.sort(key=lambda event: event[:2])
    ticks: dict[Report, datetime] = {}
    for done, (at, _, act, report) in enumerate(acts, start=1):
        _tick(ticks, up_to=at)
        act(at)
        if report:
            _wind(report, ticks)
        yield done, len(acts)
    _tick(ticks, up_to=until)


def _tick(ticks, *, up_to):
    """Let the clock come to each report that waits for it before an instant, in the order of time."""
    while ticks:
        report = min(ticks, key=ticks.__getitem__)
        at = ticks[report] + SWEPT_AFTER
        if at >= up_to:
            return
        report.tick(at)
        _wind(report, ticks)


def _wind(report, ticks):
    """Note when the clock comes to a report next."""
    ticks.pop(report, None)
    if at := report.next_tick():
        ticks[report] = at


def _readings(since, until, people):
    """When each person opens *Laporan masuk*: on working mornings, one after the other."""
    told = {role for sop in sops.current() for step in sop.steps for role in (*step.report_to, *step.also_inform)}
    readers = [person for person in people.values() if any(held.role in told for held in person.assignments)]
    calendar = calendars.current()
    day = localtime(since).replace(hour=READING_TIME.hour, minute=READING_TIME.minute, second=0, microsecond=0)
    while day < until:
        if calendar.hours_of(day.date()):
            mornings = ((day + timedelta(minutes=7 * place), person) for place, person in enumerate(readers))
            yield from ((at, person) for at, person in mornings if at < until)
        day += timedelta(days=1)


def _read_what_was_reported(reports, person, now):
    """Most of what was reported to a person in the last days is marked Diketahui."""
    ours = {report.ticket.pk: report for report in reports if report.ticket}
    told = ReportedTo.objects.for_person(person).unread().filter(told_at__gt=now - timedelta(days=4), ticket__in=ours)
    for reported in told.select_related("ticket").order_by("pk"):
        if ours[reported.ticket_id].chance.random() < 0.75:
            actions.acknowledge(reported, by=person, now=now)


def put_notices_away(people: dict[str, User], *, until: datetime) -> None:
    """What was told is as an office would have it: nobody is mailed about a made-up past, and what is old was read."""
    told = Notice.objects.filter(person__in=people.values())
    told.filter(channel=Notice.Channel.MAIL).delete()
    told.filter(at__lt=until - timedelta(days=2)).update(read_at=until)
