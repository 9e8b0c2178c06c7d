"""Reports are tied while their main ticket ends, while they are tied the other way round, while the calendar changes.

Each over a connection of its own. What takes a lock here pauses after it, so that whoever could come in between does.
"""

import time
from datetime import date, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from tests.factories import report
from tests.test_races import at_once
from tickets import actions, calendar_changes, history
from tickets.models import Ticket
from workflows import calendars
from workflows.models import CalendarDay
from workflows.roles import Role
from workflows.sop import MENGIKUTI, TIDAK_DIPROSES

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 30
PAUSE = 0.02


@pytest.fixture
def lina(cast):
    return cast.holder(Role.SUBKOORDINATOR_APLIKASI)


@pytest.fixture(autouse=True)
def _a_pause_after_each_lock(monkeypatch):
    locked = actions._locked

    def locked_and_paused(ticket):
        found = locked(ticket)
        time.sleep(PAUSE)
        return found

    monkeypatch.setattr(actions, "_locked", locked_and_paused)


def without_locks(monkeypatch):
    """Read tickets as they stand, and ask whoever else does."""

    def read(ticket):
        found = Ticket.objects.get(pk=ticket.pk)
        time.sleep(PAUSE)
        return found

    monkeypatch.setattr(actions, "_locked", read)


def filed(cast, number):
    return [report("spj_online", by=cast.reporter) for _ in range(number)]


def tying(ticket, to, by):
    run = ticket.runs.open().get().pk
    return lambda: actions.tie(Ticket(pk=ticket.pk, sop_key=ticket.sop_key), to=to, by=by, run=run).state


def ending(main, by):
    run = main.runs.open().get().pk
    screenshots = {"bukti_masalah": main.given["bukti_masalah"]}
    return lambda: (
        actions.complete_step(
            main, by=by, run=run, arrow=TIDAK_DIPROSES, answers=screenshots, reason="Bukan gangguan."
        ).state
    )


def state(ticket):
    return Ticket.objects.values_list("state", flat=True).get(pk=ticket.pk)


def race_against_the_end(cast, lina, nth):
    """A main ticket ends while a report is tied to it that was filed before it or after; how that came out."""
    tickets = filed(cast, 3)
    follower, main, late = tickets if nth % 2 else (tickets[2], tickets[1], tickets[0])
    tying(follower, main, lina)()
    tie, end = tying(late, main, lina), ending(main, lina)

    def begin_later(act):
        time.sleep(PAUSE * (nth % 4) / 2)
        return act()

    outcomes = at_once([lambda: begin_later(end), tie, tying_again(follower, main, lina)])

    allowed = (str, actions.Refused, actions.Incomplete)
    problems = [repr(outcome) for outcome in outcomes if not isinstance(outcome, allowed)]
    if (state(main), state(follower)) != (TIDAK_DIPROSES, TIDAK_DIPROSES):
        problems.append(f"main {state(main)}, follower {state(follower)}")
    if state(late) not in (TIDAK_DIPROSES, "spj-online.1"):
        problems.append(f"left behind: {state(late)}")
    return problems, state(late)


def tying_again(follower, main, by):
    """The press of a page that is out of date."""
    run = follower.runs.latest("pk").pk
    return lambda: actions.tie(Ticket(pk=follower.pk, sop_key=follower.sop_key), to=main, by=by, run=run).state


def test_nobody_is_left_behind_by_a_main_ticket_that_ends(cast, lina):
    races = [race_against_the_end(cast, lina, nth) for nth in range(ROUNDS)]

    assert [problems for problems, _ in races if problems] == []
    assert {late for _, late in races} == {TIDAK_DIPROSES, "spj-online.1"}
    assert Ticket.objects.filter(state=MENGIKUTI).count() == 0
    assert [str(found) for found in history.verify()] == []


def test_without_the_locks_somebody_is_left_behind(cast, lina, monkeypatch):
    without_locks(monkeypatch)

    assert any(problems for problems, _ in (race_against_the_end(cast, lina, nth) for nth in range(30)))


def race_both_ways(cast, lina):
    first, second = filed(cast, 2)
    return at_once([tying(first, second, lina), tying(second, first, lina)])


def test_of_two_ties_that_contradict_each_other_one_is_refused(cast, lina):
    for _ in range(5):
        outcomes = race_both_ways(cast, lina)

        assert sum(outcome == MENGIKUTI for outcome in outcomes) == 1
        assert sum(isinstance(outcome, actions.Refused | actions.Incomplete) for outcome in outcomes) == 1
    assert [str(found) for found in history.verify()] == []


def closing_a_day(by, day):
    def change():
        CalendarDay.objects.create(date=day, kind="lokal", name="Hari libur daerah")
        return ["Hari libur daerah."]

    return lambda: calendar_changes.apply(change, by=by, reason="Libur.", now=timezone.now()) and "changed"


def race_against_the_calendar(cast, lina, day):
    earlier, main = filed(cast, 2)
    return at_once([tying(earlier, main, lina), closing_a_day(cast.admin, day)])


def test_a_tie_and_a_change_of_the_calendar_do_not_wait_in_a_circle(cast, lina):
    for nth in range(3):
        assert race_against_the_calendar(cast, lina, date(2027, 3, 1) + timedelta(nth)) == [MENGIKUTI, "changed"]


def deadlocks(races):
    """Whether any of some races ends with two that wait for each other; none is run after the first that does."""
    return any(isinstance(outcome, OperationalError) for outcomes in races for outcome in outcomes)


def test_ties_that_do_not_wait_for_each_other_wait_in_a_circle(cast, lina, monkeypatch):
    monkeypatch.setattr(calendars, "lock", lambda: None)

    assert deadlocks(race_both_ways(cast, lina) for _ in range(10))
    assert deadlocks(race_against_the_calendar(cast, lina, date(2027, 3, 1) + timedelta(nth)) for nth in range(10))
