"""The archive that `seed_demo` writes in bulk: what the actions would have written, proved against them."""

import io
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from unittest.mock import patch

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from django.test import override_settings
from django.utils.timezone import localdate, localtime

from tests.factories import png
from tickets import actions, history, limits, tallies
from tickets.actions import OnBehalfOf
from tickets.demo import MORE_UNITS, UNITS, bulk, screenshots
from tickets.demo.people import seed_people, seed_reporters
from tickets.management.commands import seed_demo
from tickets.models import (
    Attachment,
    EntryDetail,
    Extension,
    HistoryEntry,
    Hold,
    Notice,
    NumberSequence,
    ReportedTo,
    Rung,
    StepRun,
    Ticket,
    User,
)
from tickets.models.history import Action, canonical
from tickets.models.runs import Verdict
from tickets.models.tickets import CLOSED_STATES
from tickets.storage import private_files
from workflows import calendars
from workflows.models import CalendarYear

SATURDAY = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # 10.00 WIB
FRIDAY_1600 = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
REPORTS = 400


def seed(tickets):
    """Nothing is acted out here: that is told in test_seed_demo."""
    told = io.StringIO()
    with time_machine.travel(SATURDAY, tick=False), patch.object(seed_demo, "ACTED_OUT", 0):
        call_command("seed_demo", "--tickets", str(tickets), "--until", "2026-11-20", stdout=told)
    return told.getvalue()


def write(count, *, since, stop_after=None):
    """Write an archive of some other time, or not all of it."""
    months = bulk.write(count, people=seed_people(), reporters=seed_reporters(), since=since, until=FRIDAY_1600)
    for written, _ in months:
        if stop_after and written >= stop_after:
            months.close()


def content():
    """All that happened and was said, but for the random keys of files."""
    said = EntryDetail.objects.order_by("entry__ticket__number", "entry__seq").values_list(
        "entry__ticket__number", "entry__at", "entry__by__email", "entry__action", "entry__to_state", "body"
    )
    return [(*rest, re.sub("[0-9a-f]{64}", "", str(body))) for *rest, body in said]


def what_is_written(count):
    """The content of an archive that is seeded and given up again."""
    with transaction.atomic():
        seed(count)
        found = content()
        transaction.set_rollback(True)
    calendars.forget()
    return found


@pytest.fixture(scope="module", autouse=True)
def _small_pictures():
    """Drawn ones are tested with the demo's first reports."""
    with patch.object(screenshots, "screenshot", return_value=png()):
        yield


@pytest.fixture(scope="module", autouse=True)
def archive(_small_pictures, django_db_setup, django_db_blocker, tmp_path_factory):
    """What a small archive holds, written twice. Then a larger one stands there for all tests of this file."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(DEMO=True, MEDIA_ROOT=media), transaction.atomic():
        contents = what_is_written(8), what_is_written(8)
        told = seed(REPORTS)
        yield contents, told, media
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _demo_install(settings, db):
    settings.DEMO = True


def nothing_to_object():
    return [*history.verify(), *limits.differences(calendars.current()), *tallies.differences()] == []


def test_an_archive_passes_every_proof(on_both_databases):
    assert Ticket.objects.count() == REPORTS
    assert nothing_to_object()


def test_the_same_number_until_the_same_day_is_the_same_archive(archive):
    (first, second), _, _ = archive

    assert len(first) > 50
    assert first == second


def test_its_making_is_told_in_tenths(archive):
    _, told, _ = archive

    tenths = " ".join(f"{tenth} %" for tenth in range(10, 101, 10))
    assert re.sub(r" \(\d+ s left\)", "", told) == (
        f"Writing {REPORTS} more reports of 5 years in bulk: {tenths}\nMade {REPORTS} demo reports.\n"
    )


def test_numbers_have_no_gap_and_follow_the_order_of_time():
    filed = Ticket.objects.order_by("created_at").values_list("number", flat=True)
    by_sequence = {key: list(numbers) for key, numbers in groupby(sorted(filed), key=lambda number: number[:8])}

    assert by_sequence == {
        f"{prefix}-{year}": [f"{prefix}-{year}-{count:04d}" for count in range(1, last + 1)]
        for prefix, year, last in NumberSequence.objects.order_by("prefix", "year").values_list(
            "prefix", "year", "last"
        )
    }
    for key, numbers in by_sequence.items():
        assert [number for number in filed if number.startswith(key)] == numbers


def test_reports_come_evenly_over_five_years_on_days_that_are_worked():
    calendar, filed = calendars.current(), list(Ticket.objects.values_list("created_at", flat=True))
    years = Counter((FRIDAY_1600 - at) // timedelta(days=366) for at in filed)

    assert all(0.15 * REPORTS < count < 0.25 * REPORTS for count in years.values()), years
    assert len(years) == 5
    assert not [at for at in filed if not calendar.hours_of(localdate(at))]
    assert {localtime(at).hour for at in filed if not calendar.is_open(at)} == {18, 19, 20, 21}


@pytest.mark.parametrize(
    ("there", "count", "lacking"),
    [
        pytest.param([0, 0, 0, 0], 8, [2, 2, 2, 2], id="nothing"),
        pytest.param([0, 0, 0, 0], 2, [1, 0, 1, 0], id="few"),
        pytest.param([0, 0, 0, 30], 6, [2, 2, 2, 0], id="more-than-enough-in-one"),
        pytest.param([2, 2, 0, 0], 4, [0, 0, 2, 2], id="interrupted"),
        pytest.param([1, 2, 1, 3], 9, [3, 2, 3, 1], id="grown"),
    ],
)
def test_months_with_the_fewest_reports_come_up_to_each_other(there, count, lacking):
    assert bulk._lacking(there, count) == lacking


def test_no_act_lies_in_the_future_and_nothing_waits_for_the_clock():
    assert max(HistoryEntry.objects.values_list("at", flat=True)) < FRIDAY_1600
    assert not StepRun.objects.open().filter(next_rung_at__lt=FRIDAY_1600).exists()
    assert not Hold.objects.filter(ended_at=None, ends_at__lte=FRIDAY_1600).exists()
    assert not Ticket.objects.filter(confirm_by__lt=FRIDAY_1600).exists()
    assert not Notice.objects.exists()


def test_an_archive_holds_every_end_verdict_and_reason_of_both_sops():
    assert set(Ticket.objects.filter(closed_at__isnull=False).values_list("state", "procedure")) == {
        (state, procedure) for state in CLOSED_STATES for procedure in ("website", "spj_online")
    }
    assert set(StepRun.objects.filter(left_at__isnull=False).values_list("verdict", flat=True)) == set(Verdict)
    assert set(Hold.objects.values_list("reason", flat=True)) == set(Hold.Reason)
    assert set(HistoryEntry.objects.values_list("action", flat=True)) == set(Action) - {
        *(Action.RESCHEDULE, Action.TIE, Action.UNTIE, Action.FOLLOW, Action.RESTRICT, Action.UNRESTRICT)
    }
    assert set(Rung.objects.values_list("kind", flat=True)) >= {Rung.Kind.WARNING, Rung.Kind.BREACH}
    assert set(Ticket.objects.values_list("round", flat=True)) == {1, 2}
    assert StepRun.objects.filter(is_deviation=True).exists()
    assert set(StepRun.objects.values_list("ticket__sop_key", "row")) == {
        *(("website-2024", row) for row in range(1, 10)),
        *(("spj-online", row) for row in range(1, 8)),
    }


def test_nearly_all_of_it_is_over_and_read():
    not_closed = Ticket.objects.filter(closed_at=None).count()

    assert not_closed <= 0.01 * REPORTS
    assert ReportedTo.objects.filter(acknowledged_at=None).count() <= 0.01 * REPORTS


def test_it_comes_from_forty_opd_of_which_some_report_far_more_than_others():
    units = Ticket.objects.values_list("unit__short_name").annotate(reports=Count("pk")).order_by("-reports")
    per_unit = [count for _, count in units]

    assert len(UNITS | MORE_UNITS) >= 40
    assert len(per_unit) > 30
    assert per_unit[0] > 20 * per_unit[-1]


def test_every_report_has_its_evidence_and_few_files_serve_for_all(archive, settings):
    *_, settings.MEDIA_ROOT = archive
    filed = Attachment.objects.filter(ticket__procedure="spj_online", entry__action=Action.FILE)

    assert filed.count() == Ticket.objects.filter(procedure="spj_online").count()
    assert not Attachment.objects.filter(entry=None).exists()
    names = set(Attachment.objects.values_list("file", "sha256"))
    assert len(names) < 60
    assert {(name, sha256(Path(private_files().path(name)).read_bytes()).hexdigest()) for name, _ in names} == names


def test_the_years_before_are_proposals_that_nobody_confirmed():
    assert list(CalendarYear.objects.values_list("year", "status")) == [
        *((year, "usulan") for year in range(2021, 2026)),
        (2026, "ditetapkan"),
        (2027, "usulan"),
    ]


def test_its_reporters_cannot_sign_in():
    reporters = User.objects.filter(reports__isnull=False).distinct()

    assert reporters.count() > 60
    assert not [person for person in reporters if person.has_usable_password()]


def test_asking_again_adds_nothing():
    assert seed(REPORTS) == f"There are {REPORTS} demo reports already; nothing was added.\n"


def test_an_interrupted_archive_is_whole_and_goes_on_where_it_stopped():
    since, more = FRIDAY_1600 - bulk.LENGTH, REPORTS // 4
    years = Ticket.objects.values_list("created_at__year").annotate(reports=Count("pk")).order_by()
    before = dict(years)

    write(more, since=since, stop_after=more // 4)
    stopped_at = Ticket.objects.count()
    assert nothing_to_object()
    write(REPORTS + more - stopped_at, since=since)

    assert REPORTS + more // 4 <= stopped_at < REPORTS + more // 2
    assert Ticket.objects.count() == REPORTS + more
    grown = {year: count / before[year] for year, count in years.all()}
    assert all(1.1 < growth < 1.4 for growth in grown.values()), grown
    assert nothing_to_object()


def test_open_reports_have_their_right_limits():
    write(40, since=FRIDAY_1600 - timedelta(days=2))

    assert StepRun.objects.open().filter(due_at__isnull=False).count() > 10
    assert not StepRun.objects.open().filter(next_rung_at__lt=FRIDAY_1600).exists()
    assert nothing_to_object()


# The same by the actions themselves


class Replay:
    """What an archived report tells, done once more by the actions, act by act and at the same instants."""

    def __init__(self, ticket):
        self.told, self.keys = ticket, {}
        acts = [(entry.at, entry.seq, self._act, entry) for entry in ticket.entries.select_related("detail", "by")]
        ticks = [(rung.noticed_at, 0, self._climb, rung) for rung in Rung.objects.filter(run__ticket=ticket)]
        for at, _, do, what in sorted([*acts, *ticks], key=lambda act: act[:2]):
            do(what, at)

    def _climb(self, rung, now):
        actions.climb(self.ticket.runs.open().get(), now=now)

    def _act(self, entry, now):
        said = entry.detail.body
        getattr(self, f"_{entry.action}")(entry, said, now)

    def _uploads(self, entry):
        for file in entry.attachments.all():
            old, file.pk, file.key, file.ticket, file.entry = file.key, None, file.key[::-1], None, None
            file.save(force_insert=True)
            self.keys[old] = file.key

    def _answers(self, entry, said):
        self._uploads(entry)
        return {
            artefact: {
                question: [self.keys[key] for key in value] if question in ("tangkapan_layar", "berkas") else value
                for question, value in values.items()
            }
            for artefact, values in said.items()
        }

    def _file_report(self, entry, said, now):
        told = self.told
        caller = OnBehalfOf(
            name=told.reporter_name, unit=told.unit, contact=told.reporter_contact, channel=told.channel
        )
        fields = ("title", "description", "page_url", "noticed_at", "impact")
        self.ticket = actions.file_report(
            told.sop,
            by=entry.by,
            answers=self._answers(entry, said["answers"]),
            on_behalf_of=None if told.reporter else caller,
            now=now,
            **{name: getattr(told, name) for name in fields},
        )

    def _own_run(self, entry, now):
        return {"by": entry.by, "run": self.ticket.runs.open().get().pk, "now": now}

    def _complete_step(self, entry, said, now):
        automatic = Ticket.objects.get(pk=self.ticket.pk).step.automatic
        actions.complete_step(
            self.ticket,
            arrow="" if automatic else said["arrow"],
            answers=self._answers(entry, said["answers"]),
            reason=said["reason"],
            **self._own_run(entry, now),
        )

    def _claim(self, entry, said, now):
        actions.claim(self.ticket, by=entry.by, now=now)

    def _release(self, entry, said, now):
        actions.release(self.ticket, by=entry.by, now=now)

    def _hand_over(self, entry, said, now):
        actions.hand_over(self.ticket, to=User.objects.get(pk=said["person"]), by=entry.by, now=now)

    def _comment(self, entry, said, now):
        self._uploads(entry)
        files = [self.keys[key] for key in said["files"]]
        actions.comment(self.ticket, by=entry.by, text=said["text"], files=files, internal=entry.internal, now=now)

    def _confirm(self, entry, said, now):
        actions.confirm(self.ticket, by=entry.by, now=now)

    def _reopen(self, entry, said, now):
        actions.reopen(self.ticket, by=entry.by, reason=said["reason"], now=now)

    def _lapse(self, entry, said, now):
        actions.lapse(self.ticket, now=now)

    def _acknowledge(self, entry, said, now):
        told = self.ticket.reported_to.get(
            run__row=said["row"], run__round=said["round"], role=entry.role, told_at__lt=now, acknowledged_at=None
        )
        actions.acknowledge(told, by=entry.by, now=now)

    def _hold(self, entry, said, now):
        until = localdate(datetime.fromisoformat(said["until"]))
        actions.hold(self.ticket, reason=said["kind"], note=said["reason"], until=until, **self._own_run(entry, now))

    def _resume(self, entry, said, now):
        if held := Hold.objects.filter(run__ticket=self.ticket, ended_at=None).first():  # a reply has ended it already
            if entry.by:
                actions.resume(self.ticket, **self._own_run(entry, now))
            else:
                actions.end_hold(held, now=now)

    def _extend(self, entry, said, now):
        until = localdate(datetime.fromisoformat(said["until"]))
        actions.extend(self.ticket, until=until, reason=said["reason"], **self._own_run(entry, now))

    def _estimate(self, entry, said, now):
        until = localdate(datetime.fromisoformat(said["until"]))
        actions.estimate(self.ticket, until=until, reason=said["reason"], **self._own_run(entry, now))


def everything_about(ticket):
    """All rows of a ticket, but for keys, hashes, and the number wherever it is named."""
    of_runs = {"run__ticket": ticket}
    rows = {
        model.__name__: [
            {name: value for name, value in row.items() if name not in IDENTITY}
            for row in model.objects.filter(**where).order_by(*order).values()
        ]
        for model, where, order in (
            (Ticket, {"pk": ticket.pk}, ["pk"]),
            (HistoryEntry, {"ticket": ticket}, ["seq"]),
            (EntryDetail, {"entry__ticket": ticket}, ["entry__seq"]),
            (StepRun, {"ticket": ticket}, ["pk"]),
            (Hold, of_runs, ["pk"]),
            (Extension, of_runs, ["pk"]),
            (Rung, of_runs, ["run", "at", "kind"]),
            (ReportedTo, {"ticket": ticket}, ["run", "role"]),
            (Attachment, {"ticket": ticket}, ["uploaded_at", "name"]),
        )
    }
    return re.sub("[0-9a-f]{64}|(web|spj)-[0-9]{4}-[0-9]{4}", "", canonical(rows).decode(), flags=re.IGNORECASE)


IDENTITY = {
    *("id", "ticket_id", "run_id", "entry_id", "number", "key", "salt"),
    *("hash", "previous_hash", "detail_digest", "tracking_code"),
}


def told_examples():
    """A few reports in which each act, verdict and reason to wait is found, second rounds and callers among them."""
    tickets = Ticket.objects.filter(closed_at__isnull=False)
    features = ("entries__action", "runs__verdict", "runs__holds__reason", "procedure", "reporter__is_active", "round")
    found = {ticket: set() for ticket in tickets.order_by("pk")}
    for feature in features:
        for ticket, value in tickets.values_list("pk", feature).distinct():
            found[Ticket(pk=ticket)].add((feature, value))
    examples, missing = [], set().union(*found.values())
    while missing:
        examples.append(max(found, key=lambda ticket: len(found[ticket] & missing)))
        missing -= found[examples[-1]]
    return examples


def test_the_actions_write_the_same_at_the_same_instants(on_both_databases):
    examples = told_examples()

    with time_machine.travel(SATURDAY, tick=False):
        replays = {ticket: Replay(ticket).ticket for ticket in examples}

    assert len(examples) > 4
    for ticket, replayed in replays.items():
        assert everything_about(ticket) == everything_about(replayed)
