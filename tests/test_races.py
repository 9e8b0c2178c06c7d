"""Everybody presses at once, each over a connection of their own, on a database where that is real."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.factories import TUESDAY, a_working_day, fields_for, person, report, upload, walk
from tickets import actions, history
from tickets.models import Ticket, User
from tickets.models.runs import LimitKind
from workflows import sops
from workflows.roles import Role
from workflows.sop import END, MENUNGGU_KONFIRMASI, SELESAI

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS, HANDS = 50, 8
LINK = {"bukti_masalah": {"tautan": "https://sumbarprov.go.id/berita"}}
#: Round and round through the website SOP: every row is raced for, and some twice or more in different rounds.
ROUND = {1: "2", 2: "3", 3: "4", 4: "5", 5: "6", 6: "7", 7: "8", 8: "9", 9: "3"}


def at_once(acts):
    """The outcomes of acts that start together, each in a thread with its own connection."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait()
            return act()
        except Exception as failure:  # what a colleague's thread met is an outcome like any other
            return failure
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


@dataclass
class Press:
    """One browser's press of a button."""

    client: Client
    ticket: Ticket
    page: str
    fields: dict

    def __call__(self):
        return self.client.post(reverse(self.page, args=[self.ticket.number]), self.fields)


def browser(someone):
    client = Client(raise_request_exception=False)
    client.force_login(someone)
    return client


@pytest.fixture
def pairs(cast):
    """Two browsers for each role of the website SOP: name -> browser."""
    return {
        role: {
            someone.name: browser(someone) for someone in (cast.holder(role), person(f"Rekan {role.label}", role=role))
        }
        for role in sops.get("website-2024").roles
    }


def estimated(ticket, cast):
    """The ticket as it is raced for: a tentative row has its estimate, and nobody has the task."""
    run, by = ticket.runs.open().get(), cast.holder(ticket.step.performer)
    if run.limit_kind == LimitKind.TENTATIVE:
        actions.estimate(ticket, by=by, run=run.pk, until=a_working_day())
        actions.release(ticket, by=by, run=run.pk)
    return Ticket.objects.get(pk=ticket.pk)


def race_for_the_row(ticket, pairs, cast):
    """Eight presses by two accounts to leave the row the ticket stands on; what was not as it must be."""
    ticket = estimated(Ticket.objects.get(pk=ticket.pk), cast)
    row, version = ticket.step.no, ticket.version
    run = ticket.runs.open().get()
    fields = fields_for(ticket, ticket.filed_by, penyebab="keduanya") | {
        "run": run.pk, "arrow": ROUND[row], "reason": "Galat lagi.",
    }  # fmt: skip
    hands = [(name, client) for name, client in pairs[ticket.step.performer].items() for _ in range(HANDS // 2)]

    replies = at_once(
        [Press(client, ticket, "tiket-selesaikan", fields | {"token": str(uuid4())}) for _, client in hands]
    )

    entries = list(ticket.entries.filter(seq__gt=version).select_related("by"))
    statuses = Counter(getattr(reply, "status_code", repr(reply)) for reply in replies)
    problems = []
    if statuses != {302: 1, 409: HANDS - 1}:
        problems.append(f"row {row}: {dict(statuses)}")
    if [entry.action for entry in entries] != ["complete_step"]:
        problems.append(f"row {row}: {len(entries)} entries")
        return problems
    first = entries[0].by.name
    winners = [name for (name, _), reply in zip(hands, replies, strict=True) if reply.status_code == 302]
    if winners != [first]:
        problems.append(f"row {row}: {winners} won, {first} is written down")
    sentence = f"sudah diselesaikan lebih dahulu oleh {first} pada "
    for reply in replies:
        if reply.status_code == 409 and sentence not in reply.content.decode():
            problems.append(f"row {row}: a loser is not told that {first} was first")
    if ticket.runs.filter(left_at=None).count() != 1:
        problems.append(f"row {row}: {ticket.runs.filter(left_at=None).count()} open runs")
    return problems


def races(cast, pairs, *, rounds):
    """What went wrong in each of the rounds that had anything go wrong, and the ticket that was raced for."""
    ticket = report(by=cast.reporter, answers=LINK)
    found = [race_for_the_row(ticket, pairs, cast) for _ in range(rounds)]
    return [problems for problems in found if problems], ticket


def test_of_eight_that_complete_a_row_at_once_one_wins_and_the_others_are_told(cast, pairs):
    problems, ticket = races(cast, pairs, rounds=ROUNDS)

    assert problems == []
    assert [str(found) for found in history.verify()] == []
    times = list(ticket.entries.values_list("at", flat=True))
    assert (ticket.entries.filter(action="complete_step").count(), times) == (ROUNDS, sorted(times))


def test_without_the_lock_the_same_race_goes_wrong(cast, pairs, monkeypatch):
    monkeypatch.setattr(actions, "_locked", lambda ticket: Ticket.objects.get(pk=ticket.pk))

    problems, _ = races(cast, pairs, rounds=20)

    assert len(problems) >= 18


def test_one_form_sent_twenty_times_files_one_report(cast):
    reporter, token = User.objects.get(pk=cast.reporter.pk), uuid4()

    outcomes = at_once([lambda: report(by=reporter, answers=LINK, token=token, now=TUESDAY).number] * 20)

    assert set(outcomes) == {"WEB-2026-0001"}
    assert Ticket.objects.count() == 1


def test_reports_filed_at_once_are_numbered_without_a_gap(cast):
    def file():
        return report(by=User.objects.get(pk=cast.reporter.pk), answers=LINK, now=TUESDAY).number

    outcomes = [number for _ in range(5) for number in at_once([file] * 8)]

    assert sorted(outcomes) == [f"WEB-2026-{n:04d}" for n in range(1, 41)]
    assert [str(found) for found in history.verify()] == []


def test_confirming_and_reopening_at_once_have_one_outcome(cast):
    reporter, coordinator = browser(cast.reporter), browser(cast.holder(Role.SUB_KOORDINATOR))
    for _ in range(10):
        ticket = walk(report(by=cast.reporter, answers=LINK), cast, 2, 9, END, penyebab="tanpa_perbaikan")
        presses = [
            Press(reporter, ticket, "tiket-konfirmasi", {}),
            Press(reporter, ticket, "tiket-buka-kembali", {"reason": "Galat lagi."}),
            Press(coordinator, ticket, "tiket-buka-kembali", {"reason": "Galat lagi."}),
        ] * 2

        statuses = Counter(reply.status_code for reply in at_once(presses))

        ticket = Ticket.objects.get(pk=ticket.pk)
        decided = list(ticket.entries.filter(from_state=MENUNGGU_KONFIRMASI).values_list("action", "to_state"))
        assert statuses == {302: 1, 409: 5}
        assert decided in ([("confirm", SELESAI)], [("reopen", "website-2024.2")])
        assert ticket.runs.open().count() == (ticket.state != SELESAI)


def test_a_task_is_claimed_by_one(cast, pairs):
    for _ in range(10):
        ticket = walk(report(by=cast.reporter, answers=LINK), cast, 2)
        hands = [(name, client) for name, client in pairs[Role.WEB_DEVELOPER].items() for _ in range(4)]

        replies = at_once([Press(client, ticket, "tiket-ambil", {}) for _, client in hands])

        (claim,) = ticket.entries.filter(action="claim").select_related("by")
        told = {name: set() for name, _ in hands}
        for (name, _), reply in zip(hands, replies, strict=True):
            told[name].add(reply.status_code)
        assert told == {name: {302} if name == claim.by.name else {409} for name in told}


def test_an_upload_is_attached_once(cast):
    key, reporter = upload(cast.reporter), User.objects.get(pk=cast.reporter.pk)
    tickets = [report(by=cast.reporter, answers=LINK) for _ in range(6)]

    outcomes = at_once(
        [lambda t=ticket: actions.comment(t, by=reporter, text="Ini.", files=[key]).number for ticket in tickets]
    )

    assert Counter(type(outcome) for outcome in outcomes) == {str: 1, actions.Refused: 5}
