"""Thousands of random acts by random people, each foretold by a plain model that knows only the transcribed tables.

The model is built from `tests/data/*.yaml`, not from our `Sop` objects, and asks the slow oracle what is due when.
After every act the whole record of the ticket (state, round, runs, limits, rungs, verdicts, history) must be what the
model says, and the history must verify.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
import yaml
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.factories import TUESDAY, answers_for, person
from tests.oracle import PADANG, Oracle
from tests.oracle_row import Event, Row
from tests.workflows.test_worktime_oracle import HOURS, RAMADAN, RAMADAN_HOURS
from tickets import actions, history, limits, rules, sweep
from tickets.models import Attachment, RoleAssignment, Rung, StepRun, Ticket, User
from tickets.models.history import Action
from workflows import calendars, machine, sops
from workflows.sop import Sop
from workflows.worktime import Calendar

DATA = Path(__file__).parent / "data"
CAUSES = ("coding", "infrastruktur", "keduanya", "tanpa_perbaikan")
TO_CONFIRM, DONE, NOT_PROCESSED = "menunggu-konfirmasi", "selesai", "tidak-diproses"
FOLLOWS, RECAP = "mengikuti", "dokumen_rekap"
OUTCOMES = ("done", "conflict", "refused", "incomplete")
VERDICTS = ("tepat_waktu", "diperpanjang", "terlambat", "tanpa_batas", "melewati_perkiraan")
TIME = ("hold", "resume", "extend", "estimate")
TIES = ("tie", "untie", "follow")
REPORTER, OTHER = "pelapor", "lainnya"
HOLD_DAYS, CONFIRM_DAYS = 5, 3
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
#: When the office works, until somebody changes the calendar: as it is shipped.
OFFICE = Oracle(hours=HOURS, seasons=[(*RAMADAN[0], RAMADAN_HOURS)])
KEPALA_BIDANG = "kepala_bidang_aptika"
WALK = settings(
    max_examples=180,
    stateful_step_count=38,  # at most
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)


# The model


class Table:
    """One transcribed SOP, as a plain reader of it would use it."""

    def __init__(self, procedure, key):
        told = yaml.safe_load((DATA / f"{procedure}.yaml").read_text(encoding="utf-8"))
        self.procedure, self.key = procedure, key
        self.rows = {row["num"]: row for row in told["steps"]}
        self.roles = {role["key"] for role in told["roles"]}
        self.evidence = told["steps"][0]["requires"][0]
        self.generated = {
            key for key, artefact in told["artefacts"].items() if artefact["rule"].startswith(("generated", "taken"))
        }
        self.recap = next((no for no, row in self.rows.items() if RECAP in row["produces"]), 0)
        self.arrows = {row: {} for row in self.rows}
        for arrow in told["transitions"]:
            if arrow["from"] == "end":
                self.reopen = arrow
            elif arrow["from"] != "start":
                self.arrows[arrow["from"]][self.target(arrow)] = arrow

    @staticmethod
    def target(arrow):
        if arrow["to"] != "end":
            return str(arrow["to"])
        return NOT_PROCESSED if arrow["label"] == "Tidak diproses" else TO_CONFIRM

    def coordinators(self):
        return [party for party in self.reopen["decided_by"] if party != "pelapor"]

    def outdated(self, no):
        """What a round that begins at a row must give anew: what is produced from there on, but not what it needs."""
        later = set().union(*(row["produces"] for num, row in self.rows.items() if num >= no))
        return later - set(self.rows[no]["requires"]) - {self.evidence}

    def shared(self):
        """What a main ticket gives to those that follow it: whatever comes from the recap on."""
        later = [row for num, row in self.rows.items() if num >= self.recap]
        return set().union(*(row["requires"] + row["produces"] for row in later)) - {self.evidence}

    def brought(self, no):
        """What a row requires although no row before it gives or brings it."""
        earlier = [row for num, row in self.rows.items() if num < no]
        known = {self.evidence, *self.generated}.union(*(row["requires"] + row["produces"] for row in earlier))
        return set(self.rows[no]["requires"]) - known


@dataclass
class Report:
    """A ticket, as the model remembers it."""

    table: Table
    reporter: str
    at: int | str = 1
    round: int = 1
    cause: str = ""
    performer: str | None = None
    gave_back: str | None = None
    given: set = field(default_factory=set)
    rows_done: set = field(default_factory=set)
    runs_left: list = field(default_factory=list)
    log: list = field(default_factory=list)
    pk: int = 0
    run_keys: list = field(default_factory=list)
    verified: list = field(default_factory=list)
    time: Row | None = None  # of the row it stands on
    waits_for: str = ""
    past: list = field(default_factory=list)  # how each row that was left kept its limit
    confirm_by: datetime | None = None
    main: "Report | None" = None

    def enter(self, now):
        """Come to a row or an end, and begin to count its time."""
        self.time = Row(self.limit, now, OFFICE) if self.is_open else None
        self.confirm_by = OFFICE.close_of_nth_day(now, CONFIRM_DAYS) if self.at == TO_CONFIRM else None

    @property
    def limit(self):
        told = {"amount": None, "extendable": False} | self.table.rows[self.at]["duration"]
        return SimpleNamespace(**told)

    def is_held(self, now):
        return bool(self.time.held_now and now < self.time.held_now[1])

    @property
    def waits_for_reply(self):
        return self.is_open and self.time.held_now is not None and self.waits_for == REPORTER

    def has_passed(self, now):
        return self.time.due is not None and now >= self.time.due

    def let_go(self, by, now):
        """End the hold it is under, if any: by nobody, when it has run out by itself."""
        if self.time.held_now:
            ran_out = not self.is_held(now)
            self.time.happen(Event(now, "resume"))
            self.write("resume", None if ran_out else by)

    @property
    def is_open(self):
        return isinstance(self.at, int)

    @property
    def is_under_way(self):
        return self.at not in (DONE, NOT_PROCESSED, FOLLOWS)

    @property
    def state(self):
        return f"{self.table.key}.{self.at}" if self.is_open else self.at

    @property
    def role(self):
        return self.table.rows[self.at]["role"] if self.is_open else ""

    def asked(self):
        row = self.table.rows[self.at]
        missing = set(row["requires"]) - self.given - self.table.generated
        return missing | self.table.brought(self.at) | set(row["produces"])

    def needed(self):
        row = self.table.rows[self.at]
        passed_on = set(row["requires"]) & set(row["produces"]) & self.given
        return self.asked() - self.table.generated - passed_on

    def write(self, action, by):
        self.log.append((action, by, self.state, self.round))

    def leave(self, by, to, now):
        """Leave the row; a hold that has run out ended by itself before."""
        self.runs_left.append((self.at, self.round, by, to))
        if not self.is_held(now):
            self.let_go(by, now)
        self.time.happen(Event(now, "leave"))
        self.past.append((self.time.due, *self.time.closed))

    def go(self, arrow, to, now):
        self.at = int(to) if to.isdigit() else to
        self.enter(now)
        self.performer = self.gave_back = None
        if arrow.get("new_round"):
            self.round += 1
            self.rows_done = set()
            self.given -= self.table.outdated(self.at)


class Model:
    """Who holds what, what was reported, and what must come of an act."""

    def __init__(self, tables, people):
        self.tables = tables
        self.roles = {(name, role) for name, role in people.items() if role}
        self.reports = []

    def holds(self, name, role):
        return (name, role) in self.roles

    def takes_part(self, name, report):
        return any(self.holds(name, role) for role in (*report.table.roles, KEPALA_BIDANG))

    def coordinates(self, name, report):
        return any(self.holds(name, role) for role in report.table.coordinators())

    def file(self, procedure, by, now):
        report = Report(self.tables[procedure], reporter=by)
        report.enter(now)
        report.given.add(report.table.evidence)
        report.write("file_report", by)
        self.reports.append(report)
        return report

    def objection(self, report, by, *, stale):
        """What stands in the way of acting on a row, whatever the act."""
        if not report.is_open or (stale and report.runs_left):
            return "conflict"
        if not self.holds(by, report.role):
            return "refused"
        return "conflict" if report.performer not in (None, by) else None

    def complete(self, report, by, now, *, arrow, cause, with_answers, with_reason, stale):
        if objection := self.objection(report, by, stale=stale):
            return objection
        if report.time.is_tentative and not report.time.has_time:
            return "incomplete"
        if report.needed() and not with_answers:
            return "incomplete"
        known_cause = cause if with_answers and "analisis" in report.asked() else report.cause
        arrow, to = self.chosen(report, arrow, known_cause)
        if not arrow or (arrow.get("reason_required") and not with_reason):
            return "incomplete"
        report.given |= report.asked() if with_answers else report.asked() & report.table.generated
        report.cause = known_cause
        report.rows_done.add(report.at)
        report.leave(by, to, now)
        report.go(arrow, to, now)
        report.write("complete_step", by)
        if not report.is_open:
            for follower in self.following(report):
                follower.go({}, report.at, now)
                follower.given |= report.given & report.table.shared()
                follower.write("follow", by)
        return "done"

    def chosen(self, report, key, cause):
        """The arrow that leads on and where to, or nothing."""
        arrows = report.table.arrows[report.at]
        automatic = {to: arrow for to, arrow in arrows.items() if arrow.get("automatic")}
        if automatic:
            both = cause == "keduanya" and 7 not in report.rows_done
            fitting = {to: arrow for to, arrow in automatic.items() if ("keduanya" in arrow["automatic"]) == both}
            ((key, arrow),) = fitting.items()
            return arrow, key
        arrow = arrows.get(key)
        if not arrow or not arrow.get("enabled_by_default", True) or not fits(arrow, cause):
            return None, key
        return arrow, key

    # Reports of one fault

    def following(self, report):
        return [other for other in self.reports if other.main is report and other.at == FOLLOWS]

    def tie(self, report, main, by, now, *, stale):
        if not report.is_open or (stale and report.runs_left):
            return "conflict"
        if not self.coordinates(by, report) or report.at > report.table.recap:
            return "refused"
        if report.performer not in (None, by):
            return "conflict"
        if self.following(report):
            return "refused"
        if main is report or main.table is not report.table or not main.is_open:
            return "incomplete"
        report.leave(by, FOLLOWS, now)
        report.go({}, FOLLOWS, now)
        report.main = main
        report.write("tie", by)
        return "done"

    def untie(self, report, by, now, *, with_reason):
        if not self.coordinates(by, report):
            return "refused"
        if report.at != FOLLOWS:
            return "conflict" if any(action in ("untie", "follow") for action, *_ in report.log) else "refused"
        if not with_reason:
            return "incomplete"
        report.main = None
        report.go({}, str(report.runs_left[-1][0]), now)
        report.write("untie", by)
        return "done"

    def claim(self, report, by):
        if not report.is_open:
            return "conflict"
        if not self.holds(by, report.role):
            return "refused"
        if report.performer not in (None, by):
            return "conflict"
        return self.assign(report, by, "claim", by)

    def release(self, report, by):
        if not report.is_open:
            return "conflict"
        if report.gave_back == by:
            return "done"
        if report.performer != by or not self.holds(by, report.role):
            return "refused"
        return self.assign(report, None, "release", by)

    def hand_over(self, report, by, to):
        if not report.is_open:
            return "conflict"
        if not self.coordinates(by, report) or not self.holds(to, report.role):
            return "refused"
        return self.assign(report, to, "hand_over", by)

    def assign(self, report, to, action, by):
        if report.performer != to:
            report.performer, report.gave_back = to, None if to else by
            report.write(action, by)
        return "done"

    def comment(self, report, by, now, *, internal):
        insider = self.takes_part(by, report)
        if not insider and (internal or by != report.reporter):
            return "refused"
        report.write("comment", by)
        if by == report.reporter and not internal and report.waits_for_reply:
            report.let_go(by, now)
        return "done"

    # Time

    def hold(self, report, by, now, *, stale, reason, note, until):
        if objection := self.objection(report, by, stale=stale):
            return objection
        if report.is_held(now) or report.has_passed(now):
            return "refused"
        close = self.close(until, now)
        if (reason == OTHER and not note) or not close or close > OFFICE.close_of_nth_day(now, HOLD_DAYS):
            return "incomplete"
        report.let_go(by, now)
        report.time.happen(Event(now, "hold", close))
        report.waits_for = reason
        return self.set_time(report, by, "hold")

    def resume(self, report, by, now, *, stale):
        objection = self.objection(report, by, stale=stale)
        if objection and not (report.is_open and not (stale and report.runs_left) and self.coordinates(by, report)):
            return "conflict" if not report.is_open or (stale and report.runs_left) else "refused"
        report.let_go(by, now)
        return "done"

    def extend(self, report, by, now, *, stale, with_reason, until):
        if objection := self.objection(report, by, stale=stale):
            return objection
        if not report.limit.extendable or report.is_held(now) or report.has_passed(now):
            return "refused"
        close = self.close(until, now)
        if not with_reason or not close or close <= report.time.due:
            return "incomplete"
        return self.give_time(report, by, now, "extend", close)

    def estimate(self, report, by, now, *, stale, with_reason, until):
        if objection := self.objection(report, by, stale=stale):
            return objection
        if not report.time.is_tentative or report.is_held(now):
            return "refused"
        close = self.close(until, now)
        if (report.time.has_time and not with_reason) or not close:
            return "incomplete"
        return self.give_time(report, by, now, "estimate", close)

    def give_time(self, report, by, now, what, close):
        if not report.is_held(now):
            report.let_go(by, now)
        report.time.happen(Event(now, what, close))
        return self.set_time(report, by, what)

    def set_time(self, report, by, what):
        """Who sets the time of a task that nobody had, has it."""
        report.performer, report.gave_back = by, None
        report.write(what, by)
        return "done"

    def close(self, day, now):
        """The close of business that a day means, if it is still to come."""
        close = OFFICE.close_of_day(day)
        return close if close and close > now else None

    def sweep(self, report, now):
        """What the clock does to a report."""
        if report.is_open:
            if not report.is_held(now):
                report.let_go(None, now)
            report.time.happen(Event(now, "tick"))
        elif report.confirm_by and report.confirm_by < now:
            report.at = DONE
            report.enter(now)
            report.write("lapse", None)

    def not_awaited(self, report):
        decided = any(action in ("confirm", "reopen", "lapse") for action, *_ in report.log)
        return "conflict" if decided else "refused"

    def confirm(self, report, by, now):
        if report.at != TO_CONFIRM:
            return self.not_awaited(report)
        if by != report.reporter:
            return "refused"
        report.at = DONE
        report.enter(now)
        report.write("confirm", by)
        return "done"

    def reopen(self, report, by, now, *, with_reason):
        if report.at != TO_CONFIRM:
            return self.not_awaited(report)
        if by != report.reporter and not self.coordinates(by, report):
            return "refused"
        if not with_reason:
            return "incomplete"
        report.go(report.table.reopen, str(report.table.reopen["to"]), now)
        report.write("reopen", by)
        return "done"


def fits(arrow, cause):
    """Whether the words of an arrow's `when` speak of this cause; words that name no cause bind nothing."""
    when = arrow.get("when", "")
    if when.startswith("penyebab "):
        return cause in when.removeprefix("penyebab ").split(" atau ")
    return when != "tidak memerlukan perbaikan" or cause == "tanpa_perbaikan"


# The walk

#: A rule draws one seed and takes its choices from it: evenly, which Hypothesis' own strategies do not.
SEED = st.binary(min_size=8, max_size=8).map(Random)


class Walk(RuleBasedStateMachine):
    """Does to the program and to the model the same, and compares."""

    def __init__(self, tables, people, tally):
        super().__init__()
        self.tally = tally
        self.scene = transaction.atomic()
        self.scene.__enter__()
        self.model = Model(tables, people)
        self.people = people
        self.users = {user.name: user for user in User.objects.all()}
        self.names = {user.pk: user.name for user in self.users.values()} | {None: None}
        self.now = TUESDAY

    def teardown(self):
        try:
            assert list(history.verify()) == []
            assert list(limits.differences(calendars.current())) == []
            self.count()
        finally:
            transaction.set_rollback(True)
            self.scene.__exit__(None, None, None)

    def count(self):
        """What this walk has come by."""
        for report in self.model.reports:
            for what in TIES:
                self.tally[what] += [action for action, *_ in report.log].count(what)
            self.tally["lapse"] += "lapse" in {action for action, *_ in report.log}
            for _, verdict, *_ in report.past:
                self.tally[verdict] += 1
        self.tally["rungs"] += Rung.objects.count()

    # Choices

    def some_report(self, chance):
        """Mostly one that still has a way to go."""
        under_way = [report for report in self.model.reports if report.is_under_way]
        return chance.choice(under_way if under_way and chance.random() < 0.9 else self.model.reports)

    def somebody(self, chance, report, *kinds):
        """Somebody of one of these kinds; anybody, where there is none."""
        fitting = {
            "performer": [report.performer],
            "role": [name for name in self.people if self.model.holds(name, report.role)],
            "coordinator": [name for name in self.people if self.model.coordinates(name, report)],
            "reporter": [report.reporter],
            "anybody": [],
        }[chance.choice(kinds)]
        return chance.choice([name for name in fitting if name] or list(self.people))

    def performer(self, chance, report):
        """Mostly whoever may complete the row."""
        kind = "performer" if report.performer else "role"
        return self.somebody(chance, report, *[kind] * 8, "role", "role", "coordinator", "anybody")

    # Acts

    def both(self, report, expected, act, *, by, **arguments):
        """Do what the model has done already, and see that both agree."""
        try:
            act(Ticket(pk=report.pk), by=self.users[by], now=self.now, **arguments)
            outcome = "done"
        except actions.Conflict:
            outcome = "conflict"
        except actions.Refused:
            outcome = "refused"
        except actions.Incomplete:
            outcome = "incomplete"
        assert outcome == expected, (act.__name__, by, self.now, arguments)
        self.tally[outcome] += 1
        for concerned in [report, *(other for other in self.model.reports if other.main is report)]:
            self.compare(concerned)
        self.now += timedelta(minutes=1)

    @initialize(chance=SEED)
    def begin(self, chance):
        self.file(chance=chance)

    @precondition(lambda self: sum(report.is_under_way for report in self.model.reports) < 2)
    @rule(chance=SEED)
    def file(self, chance):
        self.report(chance, chance.choice(list(self.model.tables)))

    def report(self, chance, procedure):
        """One more report, sent in by anybody."""
        by = chance.choice(list(self.people))
        report = self.model.file(procedure, by, self.now)
        sop, user = sops.for_procedure(procedure), self.users[by]
        screenshot = Attachment.objects.create(
            kind="image", uploaded_by=user, uploaded_at=self.now, name="a.png", content_type="image/png", size=1,
            sha256="0" * 64, file="a.png",
        )  # fmt: skip
        ticket = actions.file_report(
            sop, by=user, title="Galat", description="Galat 500.", now=self.now,
            answers={sop.evidence.key: {"tangkapan_layar": [screenshot.key]}},
        )  # fmt: skip
        report.pk = ticket.pk
        self.tally["done"] += 1
        self.compare(report)
        self.now += timedelta(minutes=1)
        return report

    @rule(chance=SEED)
    def complete(self, chance):
        report = self.some_report(chance)
        arrows = list(report.table.arrows.get(report.at, {"2": {}}).items())
        leads_on = arrows[0][0].isdigit()  # on a last row, which is seldom come to, every arrow is as likely
        arrow, told = arrows[0] if leads_on and chance.random() < 0.3 else chance.choice(arrows)
        cause = chance.choice([cause for cause in CAUSES if fits(told, cause)])
        self.press(chance, report, arrow, cause)

    @rule(chance=SEED)
    def complete_again(self, chance):  # rules are drawn evenly, and this is the one that leads on
        self.complete(chance=chance)

    @rule(chance=SEED)
    def complete_once_more(self, chance):
        self.complete(chance=chance)

    @rule(chance=SEED)
    def complete_row_after_row(self, chance):  # so that a walk comes to the end of an SOP
        for _ in range(4):
            self.complete(chance=chance)

    @rule(chance=SEED)
    def complete_badly(self, chance):
        report = self.some_report(chance)
        arrow, told = chance.choice([*report.table.arrows.get(report.at, {}).items(), ("astray", {})])
        flaw = chance.choice(["answers", "reason", "cause", "run"])
        causes = CAUSES if flaw == "cause" else [cause for cause in CAUSES if fits(told, cause)]
        self.press(
            chance,
            report,
            arrow,
            chance.choice(causes),
            with_answers=flaw != "answers",
            with_reason=flaw != "reason",
            stale=flaw == "run",
        )

    def press(self, chance, report, arrow, cause, *, with_answers=True, with_reason=True, stale=False):
        by, before = self.performer(chance, report), report.at
        if report.is_open and self.has_elastic_time(report) and chance.random() < 0.7:
            self.set_time(chance, report, "extend" if report.limit.extendable else "estimate", by)
            if chance.random() < 0.5:
                self.time_passes(chance=chance)
        ticket = Ticket.objects.get(pk=report.pk)
        answers = answers_for(ticket, self.users[by], penyebab=cause) if with_answers and report.is_open else {}
        run = report.run_keys[0 if stale and report.runs_left else -1]
        reason = "Sudah diperiksa." if with_reason else " "
        expected = self.model.complete(
            report,
            by,
            self.now,
            arrow=arrow,
            cause=cause,
            with_answers=with_answers,
            with_reason=with_reason,
            stale=stale,
        )

        self.both(report, expected, actions.complete_step, by=by, run=run, arrow=arrow, answers=answers, reason=reason)
        if expected == "done":
            self.tally["arrows"].add((report.table.key, before, report.runs_left[-1][3]))

    @rule(chance=SEED)
    def tie_or_untie(self, chance):
        if tied := [report for report in self.model.reports if report.at == FOLLOWS and chance.random() < 0.4]:
            self.untie(chance, chance.choice(tied))
        elif chance.random() < 0.1:
            self.untie(chance, self.some_report(chance))
        else:
            self.tie(chance)

    def tie(self, chance):
        mains = [report for report in self.model.reports if report.is_open and report.table.recap]
        if mains and chance.random() < 0.8:  # a second report of one fault comes in, or stands there already
            main = chance.choice(mains)
            others = [other for other in mains if other is not main and other.at <= other.table.recap]
            report = chance.choice(others) if others else self.report(chance, main.table.procedure)
        else:
            report, main = self.some_report(chance), self.some_report(chance)
        by, stale = self.somebody(chance, report, *["coordinator"] * 4, "performer", "anybody"), chance.random() < 0.05
        run = report.run_keys[0 if stale and report.runs_left else -1]
        expected = self.model.tie(report, main, by, self.now, stale=stale)
        self.both(report, expected, actions.tie, by=by, to=Ticket(pk=main.pk), run=run)
        if expected == "done" and main.at == 1 and chance.random() < 0.4:
            self.press(chance, main, NOT_PROCESSED, "coding")

    def untie(self, chance, report):
        by, with_reason = self.somebody(chance, report, *["coordinator"] * 4, "anybody"), chance.random() < 0.9
        expected = self.model.untie(report, by, self.now, with_reason=with_reason)
        self.both(report, expected, actions.untie, by=by, reason="Gangguan lain." if with_reason else " ")

    @rule(chance=SEED)
    def claim(self, chance):
        report = self.some_report(chance)
        by = self.performer(chance, report)
        self.both(report, self.model.claim(report, by), actions.claim, by=by)

    @rule(chance=SEED)
    def release(self, chance):
        report = self.some_report(chance)
        by = self.performer(chance, report)
        self.both(report, self.model.release(report, by), actions.release, by=by)

    @rule(chance=SEED)
    def hand_over(self, chance):
        report = self.some_report(chance)
        by, to = self.somebody(chance, report, "coordinator", "anybody"), self.performer(chance, report)
        self.both(report, self.model.hand_over(report, by, to), actions.hand_over, by=by, to=self.users[to])

    @rule(chance=SEED)
    def comment(self, chance):
        report, internal = self.some_report(chance), chance.random() < 0.5
        if waiting := [asked for asked in self.model.reports if asked.waits_for_reply]:
            report = chance.choice(waiting)
        by = self.somebody(chance, report, "role", "reporter", "reporter", "anybody")
        expected = self.model.comment(report, by, self.now, internal=internal)
        self.both(report, expected, actions.comment, by=by, text="Ya.", internal=internal)

    @rule(chance=SEED)
    def confirm(self, chance):
        report = self.some_report(chance)
        by = self.somebody(chance, report, "reporter", "coordinator", "anybody")
        self.both(report, self.model.confirm(report, by, self.now), actions.confirm, by=by)

    @rule(chance=SEED)
    def reopen(self, chance):
        report, with_reason = self.some_report(chance), chance.random() < 0.7
        by = self.somebody(chance, report, "reporter", "coordinator", "anybody")
        expected = self.model.reopen(report, by, self.now, with_reason=with_reason)
        self.both(report, expected, actions.reopen, by=by, reason="Galat lagi." if with_reason else "")

    # Time

    @rule(chance=SEED)
    def somebody_sets_the_time(self, chance):
        elastic = [report for report in self.model.reports if report.is_open and self.has_elastic_time(report)]
        report = chance.choice(elastic) if elastic and chance.random() < 0.8 else self.some_report(chance)
        what = chance.choice(self.fitting(report) if chance.random() < 0.85 else TIME)
        kinds = ("coordinator", "performer", "role") if what == "resume" else ("performer", "role")
        by = self.somebody(chance, report, *kinds) if chance.random() < 0.3 else self.performer(chance, report)
        self.set_time(chance, report, what, by)

    @rule(chance=SEED)
    def somebody_sets_the_time_again(self, chance):
        self.somebody_sets_the_time(chance=chance)

    def has_elastic_time(self, report):
        return report.limit.extendable or report.time.is_tentative

    def fitting(self, report):
        """The acts on the time of a row that make sense just now."""
        if not report.is_open:
            return TIME
        if report.is_held(self.now):
            return ("resume",)
        further = ("extend",) * 2 * report.limit.extendable + ("estimate",) * report.time.is_tentative
        return ("hold", *further)

    def set_time(self, chance, report, what, by):
        stale, with_reason = chance.random() < 0.05, chance.random() < 0.9
        until = self.now.astimezone(PADANG).date() + DAY * chance.choice((-1, 0, 1, 1, 2, 2, 3, 5, 9))
        if what == "extend" and report.is_open and report.time.due and chance.random() < 0.8:
            until = report.time.due.astimezone(PADANG).date() + DAY * chance.choice((0, 1, 1, 2, 3))
        told = {"stale": stale}
        act = {"run": report.run_keys[0 if stale and report.runs_left else -1]}
        if what == "hold":
            reason = chance.choice((REPORTER, REPORTER, "pihak_ketiga", OTHER))
            told |= {"reason": reason, "note": with_reason, "until": until}
            act |= {"reason": reason, "note": "Suku cadang." if with_reason else " ", "until": until}
        elif what != "resume":
            told |= {"with_reason": with_reason, "until": until}
            act |= {"reason": "Sudah diperiksa." if with_reason else " ", "until": until}
        expected = getattr(self.model, what)(report, by, self.now, **told)
        self.tally[what] += expected == "done"
        self.both(report, expected, getattr(actions, what), by=by, **act)

    @rule(chance=SEED)
    def time_passes(self, chance):
        """To an instant at which something is due, or a second from it, or by minutes, hours or days."""
        silences = [report.confirm_by for report in self.model.reports if report.confirm_by]
        edges = silences or [edge for report in self.model.reports for edge in self.edges(report) if edge > self.now]
        if edges and chance.random() < 0.6:
            edge = chance.choice(edges).replace(microsecond=0) + SECOND * chance.choice((-1, 0, 1, 1))
            self.now = max(self.now, edge)
        else:
            self.now += timedelta(minutes=chance.choice((2, 4, 30, 200, 24 * 60)))
        if chance.random() < 0.7:
            self.sweep()

    def edges(self, report):
        row = report.time
        if row is None:
            return []
        first_limit = row.reached(row.budget)[0] if row.extra > 0 else None
        return [edge for edge in (row.due, first_limit, row.next_rung, row.held_now and row.held_now[1]) if edge]

    def sweep(self):
        for report in self.model.reports:
            self.model.sweep(report, self.now)
        assert sweep.sweep(now=self.now).failed == 0
        for report in self.model.reports:
            self.compare(report)
        self.now += SECOND

    @rule(chance=SEED)
    def role_is_taken_or_given_back(self, chance):
        name, role = chance.choice([(name, role) for name, role in self.people.items() if role])
        if self.model.holds(name, role):
            self.model.roles.remove((name, role))
            RoleAssignment.objects.filter(user=self.users[name]).delete()
        else:
            self.model.roles.add((name, role))
            RoleAssignment.objects.create(user=self.users[name], role=role, starts_on=date(2020, 1, 1))
        self.users[name] = User.objects.get(name=name)

    # What must hold

    def compare(self, report):
        """The record of a ticket is what the model remembers, and what was written proves itself."""
        ticket = Ticket.objects.get(pk=report.pk)
        runs = list(StepRun.objects.filter(ticket=report.pk).order_by("pk").select_related("performer"))
        standing = [(report.at, report.round, report.role, report.performer)] if report.is_open else []
        if ticket.version > len(report.verified):
            self.verify(report, ticket)

        assert (ticket.state, ticket.round, ticket.version) == (report.state, report.round, len(report.log))
        assert set(ticket.given) == report.given
        assert [
            (run.row, run.round, run.role, run.performer and run.performer.name) for run in runs if not run.left_at
        ] == standing
        assert [(run.row, run.round, run.performer.name, run.arrow) for run in runs if run.left_at] == report.runs_left
        assert (ticket.closed_at is not None) == (report.at in (DONE, NOT_PROCESSED))
        assert ticket.main_id == (report.main and report.main.pk)
        self.compare_time(report, ticket, runs)
        report.run_keys = [run.pk for run in runs]

    def compare_time(self, report, ticket, runs):
        """Limits, rungs and verdicts to the second."""
        rows = [report.time] if report.time else []
        rungs = Rung.objects.filter(run__ticket=report.pk, run__left_at=None).order_by("pk")

        assert ticket.confirm_by == report.confirm_by
        assert [(run.due_at, run.next_rung_at) for run in runs if not run.left_at] == [
            (row.due, row.next_rung) for row in rows
        ]
        assert [how_it_was_kept(run) for run in runs if run.left_at] == report.past
        assert list(rungs.values_list("kind", "nth", "at")) == [rung for row in rows for rung in row.climbed]

    def verify(self, report, ticket):
        """The whole history of a ticket tells the acts of the model, in a chain without a break."""
        report.verified = list(ticket.entries.select_related("detail"))

        assert [entry.seq for entry in report.verified] == list(range(1, ticket.version + 1))
        assert [
            (entry.action, self.names[entry.by_id], entry.to_state, entry.round) for entry in report.verified
        ] == report.log
        assert list(history.chain_breaks(ticket, report.verified)) == []


def how_it_was_kept(run):
    spans = (run.late_minutes, run.worked_minutes, run.held_minutes, run.budget_minutes, run.extra_minutes)
    return run.due_at, run.verdict, *(None if span is None else round(span * 60, 6) for span in spans)


@pytest.fixture(autouse=True)
def _the_same_walk_in_every_run(monkeypatch):
    """Hypothesis mixes the constants of whatever modules of ours are loaded into what it draws; here it knows none."""
    monkeypatch.setattr(providers, "_get_local_constants", providers.Constants)


@pytest.fixture
def tables():
    return {"website": Table("website", "website-2024"), "spj_online": Table("spj_online", "spj-online")}


@pytest.fixture
def people(db):
    """Two holders of every role and two people without any: name -> role."""
    roles = ["sub_koordinator", "web_developer", "programmer", "tim_infrastruktur", "subkoordinator_aplikasi"]
    roles += ["subkoordinator_infrastruktur", "network_administrator", KEPALA_BIDANG]
    named = {f"{role} {n}": role for role in roles for n in (1, 2)} | {"pelapor 1": "", "pelapor 2": ""}
    for name, role in named.items():
        person(name, role=role)
    return named


def walked(tables, people, how=WALK):
    tally = dict.fromkeys((*OUTCOMES, *TIME, *TIES, *VERDICTS, "lapse", "rungs"), 0) | {"arrows": set()}
    run_state_machine_as_test(lambda: Walk(tables, people, tally), settings=how)
    return tally


def test_the_program_does_what_the_tables_say_whoever_does_what(tables, people):
    tally = walked(tables, people)

    every_arrow = {
        (table.key, row, to)
        for table in tables.values()
        for row, arrows in table.arrows.items()
        for to, arrow in arrows.items()
        if arrow.get("enabled_by_default", True)
    }
    assert every_arrow - tally["arrows"] == set()
    assert min(tally[outcome] for outcome in OUTCOMES) >= 100
    assert sum(tally[outcome] for outcome in OUTCOMES) >= 6_000
    assert min(tally[name] for name in (*TIME, *TIES, *VERDICTS, "rungs")) >= 5, tally
    assert tally["lapse"] >= 3


# The walk would notice: each of these breaks one thing in the model or the program.


def lead_astray(tables, monkeypatch):
    tables["website"].arrows[2]["6"], tables["website"].arrows[2]["3"] = (
        tables["website"].arrows[2]["3"],
        tables["website"].arrows[2]["6"],
    )


def forget_who_claimed(tables, monkeypatch):
    monkeypatch.setattr(rules, "may_complete", lambda person, ticket, run: rules.holds_the_row(person, ticket))


def let_everybody_perform(tables, monkeypatch):
    monkeypatch.setattr(rules, "holds_the_row", lambda person, ticket: ticket.step is not None)


def ask_for_no_reason(tables, monkeypatch):
    objections = machine.objections
    monkeypatch.setattr(machine, "objections", lambda *a, reason, **k: objections(*a, reason="Ada.", **k))


def miscount_the_round(tables, monkeypatch):
    monkeypatch.setattr(actions, "_enter", _entering(actions._enter, lambda ticket: setattr(ticket, "round", 1)))


def leave_the_chain_open(tables, monkeypatch):
    append = history.append

    def unchained(ticket, **columns):
        entry = append(ticket, **columns)
        ticket.version += columns["action"] == Action.RELEASE
        return entry

    monkeypatch.setattr(history, "append", unchained)


def keep_the_old_result(tables, monkeypatch):
    monkeypatch.setattr(Sop, "outdated_from", lambda sop, no: frozenset())


def forget_the_hold(tables, monkeypatch):
    monkeypatch.setattr(limits, "_reached", lambda run, minutes, calendar, holds: calendar.add(run.entered_at, minutes))


def lose_the_new_time(tables, monkeypatch):
    monkeypatch.setattr(limits, "added_by", lambda *arguments: 60.0)


def stop_the_clock_after_the_limit(tables, monkeypatch):
    monkeypatch.setattr(actions, "_refuse_if_passed", lambda *arguments: None)


def warn_too_late(tables, monkeypatch):
    monkeypatch.setattr(limits, "WARNING_SHARE", 0.8)


def wait_for_ever(tables, monkeypatch):
    monkeypatch.setattr(actions, "lapse", lambda ticket, *, now: ticket)


def fall_due_at_the_opening(tables, monkeypatch):
    add = Calendar.add
    monkeypatch.setattr(Calendar, "add", lambda calendar, *arguments: calendar.next_opening(add(calendar, *arguments)))


def leave_behind_what_follows(tables, monkeypatch):
    monkeypatch.setattr(actions, "_follow", lambda *arguments, **told: None)


def _entering(enter, spoil):
    def entered(ticket, calendar, now):
        spoil(ticket)
        enter(ticket, calendar, now)

    return entered


@pytest.mark.parametrize(
    "spoil",
    [
        lead_astray,
        forget_who_claimed,
        let_everybody_perform,
        ask_for_no_reason,
        miscount_the_round,
        leave_the_chain_open,
        keep_the_old_result,
        forget_the_hold,
        lose_the_new_time,
        stop_the_clock_after_the_limit,
        warn_too_late,
        wait_for_ever,
        fall_due_at_the_opening,
        leave_behind_what_follows,
    ],
)
def test_the_walk_notices(tables, people, monkeypatch, spoil):
    spoil(tables, monkeypatch)

    with pytest.raises(AssertionError):
        walked(tables, people, settings(WALK, phases=[Phase.generate], report_multiple_bugs=False))
