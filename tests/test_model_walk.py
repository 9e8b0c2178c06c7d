"""Thousands of random acts by random people, each foretold by a plain model that knows only the transcribed tables.

The model is built from `tests/data/*.yaml`, not from our `Sop` objects. After every act the whole record of the ticket
(state, round, runs, history) must be what the model says, and the history must verify.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
import yaml
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.factories import TUESDAY, answers_for, person
from tickets import actions, history, rules
from tickets.models import Attachment, RoleAssignment, StepRun, Ticket, User
from tickets.models.history import Action
from workflows import machine, sops
from workflows.sop import Sop

DATA = Path(__file__).parent / "data"
CAUSES = ("coding", "infrastruktur", "keduanya", "tanpa_perbaikan")
TO_CONFIRM, DONE, NOT_PROCESSED = "menunggu-konfirmasi", "selesai", "tidak-diproses"
OUTCOMES = ("done", "conflict", "refused", "incomplete")
KEPALA_BIDANG = "kepala_bidang_aptika"
WALK = settings(
    max_examples=206,
    stateful_step_count=38,  # at most; it comes to 30 on average
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

    @property
    def is_open(self):
        return isinstance(self.at, int)

    @property
    def is_under_way(self):
        return self.at not in (DONE, NOT_PROCESSED)

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

    def go(self, arrow, to):
        self.at = int(to) if to.isdigit() else to
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

    def file(self, procedure, by):
        report = Report(self.tables[procedure], reporter=by)
        report.given.add(report.table.evidence)
        report.write("file_report", by)
        self.reports.append(report)
        return report

    def complete(self, report, by, *, arrow, cause, with_answers, with_reason, stale):
        if not report.is_open or (stale and report.runs_left):
            return "conflict"
        if not self.holds(by, report.role):
            return "refused"
        if report.performer not in (None, by):
            return "conflict"
        if report.needed() and not with_answers:
            return "incomplete"
        known_cause = cause if with_answers and "analisis" in report.asked() else report.cause
        arrow, to = self.chosen(report, arrow, known_cause)
        if not arrow or (arrow.get("reason_required") and not with_reason):
            return "incomplete"
        report.given |= report.asked() if with_answers else report.asked() & report.table.generated
        report.cause = known_cause
        report.rows_done.add(report.at)
        report.runs_left.append((report.at, report.round, by, to))
        report.go(arrow, to)
        report.write("complete_step", by)
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

    def comment(self, report, by, *, internal):
        insider = self.takes_part(by, report)
        if not insider and (internal or by != report.reporter):
            return "refused"
        report.write("comment", by)
        return "done"

    def not_awaited(self, report):
        decided = any(action in ("confirm", "reopen") for action, *_ in report.log)
        return "conflict" if decided else "refused"

    def confirm(self, report, by):
        if report.at != TO_CONFIRM:
            return self.not_awaited(report)
        if by != report.reporter:
            return "refused"
        report.at = DONE
        report.write("confirm", by)
        return "done"

    def reopen(self, report, by, *, with_reason):
        if report.at != TO_CONFIRM:
            return self.not_awaited(report)
        if by != report.reporter and not self.coordinates(by, report):
            return "refused"
        if not with_reason:
            return "incomplete"
        report.go(report.table.reopen, str(report.table.reopen["to"]))
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
        self.names = {user.pk: user.name for user in self.users.values()}
        self.now = TUESDAY

    def teardown(self):
        try:
            assert list(history.verify()) == []
        finally:
            transaction.set_rollback(True)
            self.scene.__exit__(None, None, None)

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
        return self.somebody(chance, report, *[kind] * 9, "role", "coordinator", "anybody")

    # Acts

    def both(self, report, expected, act, *, by, **arguments):
        """Do what the model has done already, and see that both agree."""
        self.now += timedelta(minutes=1)
        try:
            act(Ticket(pk=report.pk), by=self.users[by], now=self.now, **arguments)
            outcome = "done"
        except actions.Conflict:
            outcome = "conflict"
        except actions.Refused:
            outcome = "refused"
        except actions.Incomplete:
            outcome = "incomplete"
        assert outcome == expected
        self.tally[outcome] += 1
        self.compare(report)

    @initialize(chance=SEED)
    def begin(self, chance):
        self.file(chance=chance)

    @precondition(lambda self: sum(report.is_under_way for report in self.model.reports) < 2)
    @rule(chance=SEED)
    def file(self, chance):
        procedure, by = chance.choice(list(self.model.tables)), chance.choice(list(self.people))
        report = self.model.file(procedure, by)
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

    @rule(chance=SEED)
    def complete(self, chance):
        report = self.some_report(chance)
        arrows = list(report.table.arrows.get(report.at, {"2": {}}).items())
        arrow, told = arrows[0] if chance.random() < 0.5 else chance.choice(arrows)
        cause = chance.choice([cause for cause in CAUSES if fits(told, cause)])
        self.press(chance, report, arrow, cause)

    @rule(chance=SEED)
    def complete_again(self, chance):  # rules are drawn evenly, and this is the one that leads on
        self.complete(chance=chance)

    @rule(chance=SEED)
    def complete_once_more(self, chance):
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
        ticket = Ticket.objects.get(pk=report.pk)
        answers = answers_for(ticket, self.users[by], penyebab=cause) if with_answers and report.is_open else {}
        run = report.run_keys[0 if stale and report.runs_left else -1]
        reason = "Sudah diperiksa." if with_reason else " "
        expected = self.model.complete(
            report, by, arrow=arrow, cause=cause, with_answers=with_answers, with_reason=with_reason, stale=stale
        )

        self.both(report, expected, actions.complete_step, by=by, run=run, arrow=arrow, answers=answers, reason=reason)
        if expected == "done":
            self.tally["arrows"].add((report.table.key, before, report.runs_left[-1][3]))

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
        by = self.somebody(chance, report, "role", "reporter", "anybody")
        expected = self.model.comment(report, by, internal=internal)
        self.both(report, expected, actions.comment, by=by, text="Ya.", internal=internal)

    @rule(chance=SEED)
    def confirm(self, chance):
        report = self.some_report(chance)
        by = self.somebody(chance, report, "reporter", "coordinator", "anybody")
        self.both(report, self.model.confirm(report, by), actions.confirm, by=by)

    @rule(chance=SEED)
    def reopen(self, chance):
        report, with_reason = self.some_report(chance), chance.random() < 0.7
        by = self.somebody(chance, report, "reporter", "coordinator", "anybody")
        expected = self.model.reopen(report, by, with_reason=with_reason)
        self.both(report, expected, actions.reopen, by=by, reason="Galat lagi." if with_reason else "")

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
        runs = list(
            StepRun.objects.filter(ticket=report.pk)
            .order_by("pk")
            .values_list("pk", "row", "round", "role", "performer__name", "arrow", "left_at")
        )
        standing = [(report.at, report.round, report.role, report.performer)] if report.is_open else []
        if ticket.version > len(report.verified):
            self.verify(report, ticket)

        assert (ticket.state, ticket.round, ticket.version) == (report.state, report.round, len(report.log))
        assert set(ticket.given) == report.given
        assert [run[1:5] for run in runs if run[6] is None] == standing
        assert [(row, n, by, to) for _, row, n, _, by, to, left_at in runs if left_at] == report.runs_left
        assert (ticket.closed_at is not None) == (report.at in (DONE, NOT_PROCESSED))
        report.run_keys = [run[0] for run in runs]

    def verify(self, report, ticket):
        """The whole history of a ticket tells the acts of the model, in a chain without a break."""
        report.verified = list(ticket.entries.select_related("detail"))

        assert [entry.seq for entry in report.verified] == list(range(1, ticket.version + 1))
        assert [
            (entry.action, self.names[entry.by_id], entry.to_state, entry.round) for entry in report.verified
        ] == report.log
        assert list(history.chain_breaks(ticket, report.verified)) == []


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
    tally = dict.fromkeys(OUTCOMES, 0) | {"arrows": set()}
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


def _entering(enter, spoil):
    def entered(ticket, now):
        spoil(ticket)
        enter(ticket, now)

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
    ],
)
def test_the_walk_notices(tables, people, monkeypatch, spoil):
    spoil(tables, monkeypatch)

    with pytest.raises(AssertionError):
        walked(tables, people, settings(WALK, phases=[Phase.generate], report_multiple_bugs=False))
