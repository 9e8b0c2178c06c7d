"""An archive for the demo office: five years of reports, written in bulk.

Each life is walked in memory, by the machine, the limits and the history that the actions use, and nothing is asked of
the database meanwhile. Then all of a month is saved at once. The same rows come of it as of `tickets.actions`, but for
what an office has done with long ago: nobody is notified, and no closing report is ordered for the worker to make.
"""

import gc
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils.timezone import localtime

from tickets import actions, history, limits, tallies, uploads
from tickets.demo import rows, screenshots, stories
from tickets.demo.office import FAR_TOO_LATE, OVER, PROMPT, SWEPT_AFTER, USUAL, VERBS, Life
from tickets.demo.people import REPORTERS_PER_UNIT, made_up_name
from tickets.demo.stories import CODING, INFRASTRUKTUR, KEDUANYA, SPJ, SPJ_REFUSED, TANPA_PERBAIKAN, WEB_REFUSED
from tickets.demo.telling import Telling
from tickets.models import (
    Attachment,
    EntryDetail,
    Extension,
    HistoryEntry,
    Hold,
    NumberSequence,
    ReportedTo,
    Rung,
    StepRun,
    Ticket,
    User,
)
from tickets.models.history import Action
from tickets.models.tickets import CLOSED_STATES, Channel
from workflows import calendars, sops
from workflows.forms import generated
from workflows.roles import Role
from workflows.sop import END, NOT_PROCESSED, Origin
from workflows.worktime import Calendar

YEARS = 5
MONTHS = 12 * YEARS  # each is saved at once
LENGTH = timedelta(days=365.25 * YEARS)

#: How often each life is lived: mostly as the SOPs have it, else as in the demo's first reports.
LIVES = (
    (230, Life(CODING, "2 3 4 claim 5 9 end confirm")),
    (60, Life(CODING, "2 3 4 5 9 end unanswered")),
    (60, Life(INFRASTRUKTUR, "2 6 7 claim estimate 8 9 end confirm")),
    (20, Life(INFRASTRUKTUR, "2 6 7 estimate 8 9 end unanswered")),
    (30, Life(KEDUANYA, "2 3 4 claim 5 6 7 estimate 8 9 end confirm")),
    (20, Life(TANPA_PERBAIKAN, "2 9 end confirm")),
    (30, Life(WEB_REFUSED, "refuse")),
    (270, Life(SPJ, "2 3 claim 4 5 6 7 end confirm")),
    (70, Life(SPJ, "2 3 4 5 6 7 claim end unanswered")),
    (20, Life(SPJ_REFUSED, "refuse")),
    (20, Life(SPJ, "2 3 4 5 6 await_others 7 end confirm")),
    (10, Life(CODING, "2 3 4 claim await_vendor 5 9 end confirm")),
    (25, Life(CODING, "2 3 4 claim extend 5! 9 end confirm")),
    (20, Life(SPJ, "2 3 claim extend 4! 5 6 7 end confirm")),
    *((11, life) for life in OVER),
)
WEIGHTS = tuple(accumulate(weight for weight, _ in LIVES))

FAR_TOO_LATE_IN = 0.07  # of what people do
IN_THE_EVENING = 0.12  # of the reports, from home
CALLED_IN = 0.1  # of those in working hours
CHANNELS = (Channel.WHATSAPP, Channel.PHONE, Channel.VISIT)
REPAIRED = ("healthy", "https://{slug}.sumbarprov.go.id/", "Berita terbaru")  # scene, page, and what it shows
OTHER_WAITS = (
    "Menunggu izin OPD untuk menghentikan layanan sebentar.",
    "Menunggu akhir masa pengajuan agar tidak mengganggu pengguna.",
)


def write(
    count: int, *, people: dict[str, User], reporters: list[User], since: datetime, until: datetime
) -> Iterator[tuple[int, int]]:
    """Write so many more reports from one instant to another, evenly; yields reports written and in all.

    Each month is one transaction: what is interrupted leaves whole months, and goes on where it stopped.
    """
    desk, written = Desk(people, reporters, calendars.current(), until), 0
    edges = [since + (until - since) * month / MONTHS for month in range(MONTHS + 1)]
    there = [
        Ticket.objects.filter(created_at__gte=begins, created_at__lt=ends).count() for begins, ends in pairwise(edges)
    ]
    gc.disable()  # a month's rows refer to each other: they are looked through once, when all of them can go,
    gc.freeze()  # and what was there before not at all
    try:
        for month, lacking in enumerate(_lacking(there, count)):
            if lacking:
                chance = Random(f"{month} {there[month]}")  # noqa: S311  # the same month, the same reports
                _write_month(desk, edges[month], edges[month + 1], lacking, chance)
                gc.collect()
            written += lacking
            yield written, count
    finally:
        gc.unfreeze()
        gc.enable()
        tallies.rebuild()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # what the planner knew of the tables was true of an office without an archive


def _lacking(there: list[int], count: int) -> list[int]:
    """How so many more are to be spread, so that the months with the fewest come up to each other."""
    level = bisect_left(range(max(there) + count), count, key=lambda level: sum(max(0, level - n) for n in there))
    lacking = [max(0, level - n) for n in there]
    months = [month for month, more in enumerate(lacking) if more]
    surplus = sum(lacking) - count
    for place, month in enumerate(months):
        lacking[month] -= surplus * (place + 1) // len(months) - surplus * place // len(months)
    return lacking


def _write_month(desk: "Desk", begins: datetime, ends: datetime, count: int, chance: Random) -> None:
    filings = sorted((desk.some_moment(begins, ends, chance), nth, _some_life(chance)) for nth in range(count))
    with transaction.atomic():
        numbers: dict[tuple[str, int], NumberSequence] = {}
        archived = []
        for pk, (filed_at, _, life) in zip(rows.keys(Ticket, count), filings, strict=True):
            sop = sops.for_procedure(life.procedure)
            key = (sop.prefix, localtime(filed_at).year)
            if key not in numbers:
                numbers[key] = actions.locked_sequence(sop, key[1])
            report = Archived(desk, life, filed_at, pk=pk, number=actions.count_up(numbers[key]))
            report.live()
            archived.append(report)
        for sequence in numbers.values():
            sequence.save(update_fields=["last"])
        _save(archived)


def _some_life(chance: Random) -> Life:
    _, life = chance.choices(LIVES, cum_weights=WEIGHTS)[0]
    return life


def _save(archived: list["Archived"]) -> None:
    """All rows of some reports, parents first; what refers to one gets its key as soon as that has one."""
    rows.insert(Ticket, [report.ticket for report in archived])
    runs = [run for report in archived for run in report.runs]
    rows.insert(StepRun, runs)
    for model in (Hold, Extension, Rung, ReportedTo):
        children = [row for report in archived for row in report.on_runs if isinstance(row, model)]
        for row in children:
            row.run_id = row.run.pk
        rows.insert(model, children)
    entries = [entry for report in archived for entry in report.entries]
    rows.insert(HistoryEntry, entries)
    for entry in entries:
        entry.detail.entry_id = entry.pk
    rows.insert(EntryDetail, [entry.detail for entry in entries])
    for report in archived:
        for file, entry in report.files:
            file.entry_id = entry.pk
    rows.insert(Attachment, [file for report in archived for file, _ in report.files])


class Desk:
    """What all lives share: who is there, the calendar, up to when they are told, and a picture of each fault."""

    def __init__(self, people: dict[str, User], reporters: list[User], calendar: Calendar, until: datetime) -> None:
        self.people, self.reporters, self.calendar, self.until = people, reporters, calendar, until
        self.programmers = [people["fajar"], people["nadia"]]
        # The OPD that reports most reports about forty times as much as the one that reports least.
        self.weights = list(accumulate(1 / (1 + place // REPORTERS_PER_UNIT) for place in range(len(reporters))))
        self.holder, self.picture = cache(self._holder), cache(self._picture)

    def _holder(self, role: Role, procedure: str) -> User:
        return next(person for person in self.people.values() if person.holds(role, procedure))

    def _picture(self, scene: str, page: str, shows: str) -> Attachment:
        """A stored picture of a page: the file stays, for all rows that will name it."""
        url = page.format(opd="OPD", slug="opd")
        content = screenshots.screenshot(scene, url=url, heading="Sumatera Barat", text=shows)
        stored = uploads.store(SimpleUploadedFile("layar.png", content), by=self.people["dewi"], documents=False)
        Attachment.objects.filter(pk=stored.pk).delete()
        return stored

    def some_moment(self, begins: datetime, ends: datetime, chance: Random) -> datetime:
        """When somebody reports: in working time, or in the evening of such a day."""
        moment = self.calendar.add(begins, chance.uniform(0, self.calendar.between(begins, ends)))
        if chance.random() < IN_THE_EVENING:
            evening = localtime(moment).replace(hour=18 + chance.randrange(4), minute=chance.randrange(60))
            return evening if evening < ends else moment
        return moment


@dataclass
class Visit:
    """The row on which a report stands: its run, and what hangs on it."""

    run: StepRun
    holds: list[Hold] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    climbed: limits.Climbed = field(default_factory=set)

    @property
    def open_hold(self) -> Hold | None:
        return self.holds[-1] if self.holds and self.holds[-1].ended_at is None else None


class Archived(Telling):
    """One report and all rows that come of its life, unsaved. Each verb does what the action of its name does."""

    def __init__(self, desk: Desk, life: Life, filed_at: datetime, *, pk: int, number: str) -> None:
        self.desk, self.life, self.calendar, self.now = desk, life, desk.calendar, filed_at
        self.pk, self.name, self.number = pk, number, int(number.rpartition("-")[2])
        self.sop = sops.for_procedure(life.procedure)
        self.chance = Random(number)  # noqa: S311  # the same number, the same story
        self.story = self.chance.choice([story for story in stories.STORIES if story.kind == life.kind])
        self.talk = self.chance.choice(stories.TALKS)
        self.programmers = desk.programmers[:: self.chance.choice((1, -1))]
        self.visit: Visit | None = None
        self.entries: list[HistoryEntry] = []
        self.last_hash = ""
        self.runs: list[StepRun] = []
        self.on_runs: list[Hold | Extension | Rung | ReportedTo] = []
        self.readings: list[tuple[datetime, int, ReportedTo]] = []  # when what was reported is read
        self.files: list[tuple[Attachment, HistoryEntry]] = []  # with the act by which each came
        self.sent: list[Attachment] = []  # with the act under way

    def live(self) -> None:
        """Do one act after the other until the life or the time is over."""
        self._file()
        for act in self.life.acts.split():
            at = self.calendar.add(self.now, self._pause(act))
            if at >= self.desk.until:
                break
            self._let_pass(at)
            self.now = at
            self._perform(act.rstrip("!"))
        self._let_pass(self.desk.until)

    # When

    def _pause(self, act):
        """Working minutes before an act."""
        usual = VERBS.get(act) or USUAL[self.life.procedure][self.ticket.step.no]
        is_late = act.endswith("!") or (act not in PROMPT and self.chance.random() < FAR_TOO_LATE_IN)
        return usual * (FAR_TOO_LATE if is_late else self.chance.uniform(0.35, 1.15))

    def _let_pass(self, up_to):
        """What the clock does, and who reads what was reported, before an instant."""
        while True:
            ticks, reads = self._next_tick(), self.readings[0][0] if self.readings else None
            at = min(filter(None, (ticks, reads)), default=None)
            if at is None or at >= up_to:
                return
            if at == reads:
                self._acknowledge(at)
            else:
                self._tick(at)

    def _next_tick(self):
        """When the sweep next has something to do here."""
        if self.visit is None:
            at = self.ticket.confirm_by
        elif held := self.visit.open_hold:
            at = min(filter(None, (held.ends_at, self.visit.run.next_rung_at)))
        else:
            at = self.visit.run.next_rung_at
        return at + SWEPT_AFTER if at else None

    def _tick(self, now):
        if self.visit is None:
            self._lapse(now)
        elif (held := self.visit.open_hold) and held.ends_at <= now:
            self._end_hold(by=None, now=now)
        else:
            self._climb(now)

    # What people do

    def _perform(self, act):
        ways = {"end": END, "refuse": NOT_PROCESSED}
        if act.isdigit() or act in ways:
            self._complete(str(ways.get(act, act)))
        else:
            getattr(self, f"_{act}")()

    def _file(self):
        reporter = self.chance.choices(self.desk.reporters, cum_weights=self.desk.weights)[0]
        self.unit = reporter.unit
        is_called_in = self.calendar.is_open(self.now) and self.chance.random() < CALLED_IN
        by = self._coordinator() if is_called_in else reporter
        told = self._what_is_reported()
        self.ticket = Ticket(
            pk=self.pk,
            number=self.name,
            procedure=self.sop.procedure,
            sop_key=self.sop.key,
            state=self.sop.row(self.sop.first.no),
            reporter=None if is_called_in else reporter,
            reporter_name=made_up_name(self.chance) if is_called_in else reporter.name,
            reporter_contact=f"0812-0000-{self.chance.randrange(10_000):04d}" if is_called_in else "",
            unit=self.unit,
            filed_by=by,
            channel=self.chance.choice(CHANNELS) if is_called_in else Channel.SITE,
            tracking_code=actions.tracking_code() if is_called_in else None,
            created_at=self.now,
            updated_at=self.now,
            **told,
        )
        self.ticket.search_text = actions.search_text_of(self.ticket)
        self.ticket.rows_done = frozenset()
        self.ticket.given = answers = {self.sop.evidence.key: self._evidence(by, told["page_url"])}
        role = self.sop.coordinators[0] if is_called_in else ""
        body = {"answers": answers, "report": history.report_of(self.ticket)}
        self._write(Action.FILE, by=by, role=role, body=body, from_state="")
        self._enter()

    def _complete(self, to):
        ticket, visit, by = self.ticket, self.visit, self._performer()
        step, record = ticket.step, ticket.record
        self.arrow = arrow = step.follow(record) if step.automatic else step.arrow(to)
        record = record.with_answers(self._answers(by))
        ticket.fresh = record.with_answers({**record.fresh, **generated(step, record)}).fresh
        reason = self._reason(to) if arrow.reason_required else ""
        body = {"arrow": arrow.key, "label": arrow.label, "reason": reason, "answers": ticket.fresh}
        self._leave_row(arrow, by=by)
        body["verdict"] = history.verdict_of(visit.run)
        self._move(Action.COMPLETE, arrow, by=by, role=step.performer, body=body, new_round=arrow.new_round)
        for role in dict.fromkeys((*step.report_to, *step.also_inform)):
            self._report(visit.run, role)

    def _confirm(self):
        self._move(Action.CONFIRM, by=self._spokesperson(), body={})

    def _reopen(self):
        self.ticket.reopened_at = self.now
        self._move(Action.REOPEN, by=self._spokesperson(), body={"reason": self.story.remains}, new_round=True)

    def _unanswered(self):
        """The reporter says nothing; the clock closes the ticket."""

    def _claim(self):
        if self.visit.run.performer is None:
            self._assign(Action.CLAIM, self._performer(), by=self._performer(), role=self.ticket.step.performer)

    def _release(self):
        self._assign(Action.RELEASE, None, by=self._performer(), role=self.ticket.step.performer)

    def _hand_over(self):
        self.programmers.reverse()
        role = self.sop.coordinators[0]
        self._assign(Action.HAND_OVER, self.programmers[0], by=self._coordinator(), role=role)

    def _assign(self, action, to, *, by, role):
        self.visit.run.performer, self.visit.run.claimed_at = to, self.now if to else None
        self._write(action, by=by, role=role, body={"person": to.pk, "name": to.name} if to and to != by else {})

    def _ask(self):
        self._comment(self.talk[0], by=self._performer())

    def _reply(self):
        by = self._spokesperson()
        self._comment(self.talk[1], by=by, files=[self._screenshot(by)])
        if (held := self.visit.open_hold) and held.reason == Hold.Reason.REPORTER:
            self._end_hold(by=by, now=self.now)

    def _note(self):
        self._comment(self.chance.choice(stories.NOTES), by=self._performer(), internal=True)

    def _comment(self, text, *, by, files=(), internal=False):
        self._write(Action.COMMENT, by=by, body={"text": text, "files": list(files)}, internal=internal)

    def _wait(self):
        self._hold(Hold.Reason.REPORTER, "", days=2)

    def _await_vendor(self):
        self._hold(Hold.Reason.THIRD_PARTY, self.chance.choice(stories.THIRD_PARTIES), days=1)

    def _await_delivery(self):
        self._hold(Hold.Reason.PROCUREMENT, self.chance.choice(stories.DELIVERIES), days=5)

    def _await_others(self):
        self._hold(Hold.Reason.OTHER, self.chance.choice(OTHER_WAITS), days=1)

    def _hold(self, reason, note, *, days):
        visit, by = self.visit, self._performer()
        ends_at = self.calendar.close_of_nth_day(self.now, days)
        self._take(by)
        held = Hold(run=visit.run, reason=reason, note=note, by=by, started_at=self.now, ends_at=ends_at)
        visit.holds.append(held)
        self.on_runs.append(held)
        self._project()
        self._write_time(Action.HOLD, by=by, body={"kind": reason, "reason": note, "until": ends_at.isoformat()})

    def _resume(self):
        if self.visit.open_hold:
            self._end_hold(by=self._performer(), now=self.now, role=self.ticket.step.performer)

    def _extend(self):
        until = self.calendar.close_of_nth_day(self.visit.run.due_at, 2)
        self._set_time(Action.EXTEND, until, reason=self.chance.choice(stories.MORE_TIME))

    def _estimate(self):
        until = self.calendar.close_of_nth_day(self.now, self.chance.choice((1, 2, 2)))
        reason = self.chance.choice(stories.NEW_ESTIMATES) if self.visit.run.due_at else ""
        self._set_time(Action.ESTIMATE, until, reason=reason)

    def _set_time(self, action, until, *, reason):
        run, by = self.visit.run, self._performer()
        self._take(by)
        minutes = limits.added_by(run, until, self.calendar, self.visit.holds)
        given = Extension(run=run, by=by, at=self.now, reason=reason, from_due=run.due_at, until=until, minutes=minutes)
        self.visit.extensions.append(given)
        self.on_runs.append(given)
        if run.budget_minutes is None:
            run.budget_minutes = minutes
        else:
            run.extra_minutes += minutes
        self._project()
        self._write_time(action, by=by, body={"reason": reason, "until": until.isoformat()})

    def _report(self, run, role):
        """Tell a role of a row that was left; most of it is read within a day."""
        told = ReportedTo(ticket=self.ticket, run=run, role=role, told_at=self.now)
        self.on_runs.append(told)
        at = self.calendar.add(self.now, self.chance.uniform(20, 600))
        self.readings.append((at, len(self.on_runs), told))
        self.readings.sort()

    def _acknowledge(self, now):
        _, _, told = self.readings.pop(0)
        told.acknowledged_at, told.acknowledged_by = now, self._holder(told.role)
        body = {"row": told.run.row, "round": told.run.round}
        self._write(Action.ACKNOWLEDGE, by=told.acknowledged_by, now=now, role=told.role, body=body, internal=True)

    # What the clock does

    def _lapse(self, now):
        body = {"due": self.ticket.confirm_by.isoformat()}
        self._move(Action.LAPSE, by=None, now=now, body=body)

    def _climb(self, now):
        visit = self.visit
        while (due := limits.next_rung(visit.run, self.calendar, visit.holds, visit.climbed)) and due.at < now:
            self.on_runs.append(Rung(run=visit.run, kind=due.kind, nth=due.nth, at=due.at, noticed_at=now))
            visit.climbed.add((due.kind, due.nth))
        self._project()

    # What an act comes to

    def _move(self, action, *arguments, by, body, now=None, role="", new_round=False):
        ticket, now = self.ticket, now or self.now
        from_state = ticket.state
        getattr(ticket, action.value)(*arguments)
        ticket.given, ticket.fresh = {**ticket.given, **ticket.fresh}, {}
        if new_round:
            actions.begin_round(ticket)
            ticket.rows_done = frozenset()
        ticket.closed_at = now if ticket.state in CLOSED_STATES else None
        ticket.confirm_by = limits.confirm_by(now, self.calendar) if ticket.awaits_confirmation else None
        self._write(action, by=by, now=now, role=role, from_state=from_state, body=body)
        self.visit = None
        if ticket.is_open:
            self._enter()

    def _write(self, action, *, by, body, now=None, role="", from_state=None, internal=False):
        ticket, now = self.ticket, now or self.now
        if self.sent:
            body["files_sha256"] = {file.key: file.sha256 for file in self.sent}
        entry = history.compose(
            ticket,
            after=self.last_hash,
            at=now,
            by=by,
            role=role,
            action=action,
            from_state=ticket.state if from_state is None else from_state,
            internal=internal,
            body=body,
        )
        self.entries.append(entry)
        self.last_hash = entry.hash
        self.files += [(file, entry) for file in self.sent]
        self.sent = []
        ticket.updated_at = ticket.updated_at if internal else now

    def _write_time(self, action, *, by, body):
        """An entry on the limit of the row, which says when it is due now."""
        self._write(action, by=by, role=self.ticket.step.performer, body=body | self._due())

    def _enter(self):
        step = self.ticket.step
        run = StepRun(
            ticket=self.ticket, row=step.no, round=self.ticket.round, role=step.performer, entered_at=self.now
        )
        limits.arm(run, self.calendar)
        self.runs.append(run)
        self.visit = Visit(run)

    def _leave_row(self, arrow, *, by):
        visit, run = self.visit, self.visit.run
        self._take(by)
        run.left_at, run.arrow, run.arrow_label = self.now, arrow.key, arrow.label
        run.is_deviation = arrow.origin is Origin.PROPOSED
        if visit.open_hold:
            self._cut_short(by=by, now=self.now)
        limits.close(run, self.calendar, holds=visit.holds, extensions=visit.extensions, climbed=visit.climbed)
        self.ticket.rows_done |= {run.row}

    def _take(self, by):
        if self.visit.run.performer is None:
            self.visit.run.performer, self.visit.run.claimed_at = by, self.now

    def _project(self):
        limits.project(self.visit.run, self.calendar, holds=self.visit.holds, climbed=self.visit.climbed)

    def _due(self):
        due = self.visit.run.due_at
        return {"due": due.isoformat()} if due else {}

    def _cut_short(self, *, by, now):
        held = self.visit.open_hold
        if held.ends_at > now:
            held.ends_at, held.ended_by = now, by
        held.ended_at = held.ends_at

    def _end_hold(self, *, by, now, role=""):
        held = self.visit.open_hold
        self._cut_short(by=by, now=now)
        self._project()
        body = {"kind": held.reason, "resumes": held.ends_at.isoformat(), **self._due()}
        self._write(Action.RESUME, by=by, now=now, role=role, body=body)

    # Who, and with which files

    def _holder(self, role):
        return self.desk.holder(role, self.life.procedure)

    def _performer(self):
        role = self.ticket.step.performer
        return self.programmers[0] if role == Role.PROGRAMMER else self._holder(role)

    def _coordinator(self):
        return self._holder(self.sop.coordinators[0])

    def _spokesperson(self):
        return self.ticket.reporter or self._coordinator()

    def _screenshot(self, by, *, repaired=False):
        told = REPAIRED if repaired else (self.story.scene, self.story.page, self.story.shows)
        stored = self.desk.picture(*told)
        file = Attachment(
            ticket=self.ticket,
            kind=stored.kind,
            uploaded_by=by,
            uploaded_at=self.now,
            name=f"Tangkapan layar {localtime(self.now):%Y-%m-%d %H%M%S}.png",
            content_type=stored.content_type,
            size=stored.size,
            width=stored.width,
            height=stored.height,
            sha256=stored.sha256,
            file=stored.file.name,
            thumbnail=stored.thumbnail.name,
        )
        self.sent.append(file)
        return file.key

    def _dokumen_laporan(self, by):
        return {"berkas": []}
