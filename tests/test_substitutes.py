"""A substitute (Plh/Plt) acts in the name of somebody from one day to another, and both see it."""

from datetime import date

import pytest
import time_machine
from django.http import QueryDict
from django.utils import timezone

from tests.factories import fields_for, person, report, walk
from tests.pages import one, read, select, words
from tests.test_exports import rows_of
from tests.timekeeping import wib
from tickets import substitutes, timeline
from tickets.exports import exporting
from tickets.models import HistoryEntry, Notice, RoleAssignment, StepRun, User
from tickets.notifications import kinds
from tickets.reports import completion
from tickets.sight import Sight
from workflows.roles import Role
from workflows.sop import END

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 11, 18), date(2026, 11, 20)
LETTER = "800/17/2026"


@pytest.fixture
def fajar(cast):
    """The Programmer, on leave from Wednesday to Friday."""
    return cast.holder(Role.PROGRAMMER)


@pytest.fixture
def nadia(cast, fajar):
    """Nadia stands in for Fajar in the website SOP."""
    someone = person("Nadia Putri", unit=cast.diskominfotik)
    RoleAssignment.objects.create(
        user=someone, role="programmer", procedure="website", substitute_for=fajar, starts_on=FIRST, ends_on=LAST,
        letter_number=LETTER,
    )  # fmt: skip
    return someone


def at(moment):
    """It is this moment in WIB, and stands still."""
    return time_machine.travel(wib(moment), tick=False)


def on_row_4(cast, moment="2026-11-18 08.00"):
    with at(moment):
        return walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")


def complete(client, ticket, by):
    """Press the button that leaves row 4."""
    run = ticket.runs.open().get()
    press = {"run": run.pk, "arrow": ticket.step.arrows[0].key, "reason": ""}
    return client.post(f"{ticket.get_absolute_url()}selesaikan/", press | fields_for(ticket, by))


# From midnight to midnight


@pytest.mark.parametrize(
    ("moment", "acts"),
    [
        ("2026-11-17 23.59", False),
        ("2026-11-18 00.00", True),
        ("2026-11-18 00.01", True),
        ("2026-11-20 23.59", True),
        ("2026-11-21 00.00", False),
        ("2026-11-21 00.01", False),
    ],
)
def test_a_substitute_begins_and_ends_at_midnight_by_themselves(cast, client_of, nadia, moment, acts):
    ticket = on_row_4(cast, "2026-11-17 09.00")

    with at(moment):
        response = complete(client_of(nadia), ticket, nadia)
        turns = StepRun.objects.turn_of(User.objects.get(pk=nadia.pk)).count()

    assert response.status_code == (302 if acts else 404)
    ticket.refresh_from_db()
    assert ticket.state == ("website-2024.5" if acts else "website-2024.4")
    assert turns == (1 if acts else 0)


def test_who_is_stood_in_for_still_acts_in_their_own_name(cast, client_of, nadia, fajar):
    ticket = on_row_4(cast)

    with at("2026-11-18 10.00"):
        complete(client_of(fajar), ticket, fajar)

    entry = ticket.entries.last()
    assert (entry.by, entry.acting_for) == (fajar, None)


def test_a_role_of_their_own_comes_before_one_for_somebody_else(cast, client_of, nadia):
    ticket = on_row_4(cast)
    RoleAssignment.objects.create(user=nadia, role="programmer", procedure="website", starts_on=FIRST)

    with at("2026-11-18 10.00"):
        complete(client_of(nadia), ticket, nadia)

    assert ticket.entries.last().acting_for is None


# What both see


def home(client_of, person, moment):
    with at(moment):
        return read(client_of(person).get("/"))


def told(page):
    return [words(found) for found in select(page, ".substitution")]


@pytest.mark.parametrize(
    ("moment", "is_told"), [("2026-11-18 00.00", True), ("2026-11-20 23.59", True), ("2026-11-21 00.00", False)]
)
def test_the_substitute_reads_for_whom_until_when_and_by_which_letter(client_of, nadia, moment, is_told):
    page = home(client_of, nadia, moment)

    sentence = (
        "Anda menggantikan Fajar Ramadhan (Programmer, Website sumbarprov.go.id) sampai 20 November 2026, "
        "surat nomor 800/17/2026. Atas nama Fajar Ramadhan tercatat setiap hal yang Anda kerjakan dalam peran itu."
    )
    assert told(page) == ([sentence] if is_told else [])


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("2026-11-03 23.59", ""),
        ("2026-11-04 00.00", "Mulai 18 November 2026 Nadia Putri menggantikan Anda"),
        ("2026-11-18 00.00", "Nadia Putri menggantikan Anda (Programmer, Website sumbarprov.go.id) sampai 20 November"),
        ("2026-11-21 00.00", "Nadia Putri menggantikan Anda (Programmer, Website sumbarprov.go.id) 18 November s.d."),
        ("2026-12-04 23.59", "Nadia Putri menggantikan Anda (Programmer, Website sumbarprov.go.id) 18 November s.d."),
        ("2026-12-05 00.00", ""),
    ],
)
def test_who_is_stood_in_for_reads_it_before_during_and_after(client_of, nadia, fajar, moment, sentence):
    page = home(client_of, fajar, moment)

    assert [words.startswith(sentence) for words in told(page)] == ([True] if sentence else [])


def test_who_comes_back_reads_what_was_done_in_their_name(cast, client_of, nadia, fajar):
    ticket = on_row_4(cast)
    with at("2026-11-18 10.00"):
        complete(client_of(nadia), ticket, nadia)

    page = home(client_of, fajar, "2026-11-23 08.00")

    acts = one(page, ".substitution ul")
    assert words(acts).startswith(f"{ticket.number} {ticket.title} menyelesaikan langkah, Nadia Putri")
    assert one(acts, "a").get("href") == ticket.get_absolute_url()
    assert told(home(client_of, cast.holder(Role.WEB_DEVELOPER), "2026-11-23 08.00")) == []


def test_acts_on_what_the_person_may_not_see_any_more_are_not_listed(cast, client_of, nadia, fajar):
    ticket = on_row_4(cast)
    with at("2026-11-18 10.00"):
        complete(client_of(nadia), ticket, nadia)
    fajar.role_assignments.update(procedure="spj_online")

    with at("2026-11-19 10.00"):
        found = substitutes.of(User.objects.get(pk=fajar.pk), date(2026, 11, 19))

    assert HistoryEntry.objects.filter(acting_for=fajar).exists()
    assert (len(found.stood_in_for), found.acts) == (1, [])


def test_whoever_is_not_concerned_costs_no_query(cast, nadia, django_assert_num_queries):
    rina = User.objects.get(pk=cast.holder(Role.WEB_DEVELOPER).pk)

    with at("2026-11-18 10.00"), django_assert_num_queries(1):  # what they hold, which each page asks
        assert not substitutes.of(rina, FIRST)


def test_the_ticket_says_in_whose_name_the_next_act_is(cast, client_of, nadia, fajar):
    ticket = on_row_4(cast)

    with at("2026-11-18 10.00"):
        facts = {
            who.name: words(one(read(client_of(who).get(ticket.get_absolute_url())), ".facts"))
            for who in (nadia, fajar)
        }

    assert {name: "Tercatat a.n. Fajar Ramadhan" in said for name, said in facts.items()} == {
        "Nadia Putri": True,
        "Fajar Ramadhan": False,
    }


# Notices, timeline, papers, Laporan


def test_the_substitute_is_told_of_a_turn_that_comes_while_they_stand_in(cast, nadia, fajar):
    ticket = on_row_4(cast)

    people = Notice.objects.filter(ticket=ticket, kind=kinds.TURN, entry=ticket.entries.last())
    assert {notice.person for notice in people} == {nadia, fajar}


def test_the_timeline_the_paper_and_the_reports_say_a_n(cast, client_of, nadia, fajar):
    ticket = on_row_4(cast)
    with at("2026-11-18 10.00"):
        complete(client_of(nadia), ticket, nadia)
        ticket.refresh_from_db()
        ticket = walk(ticket, cast, 9, END, penyebab="coding")
        told = [event.sentence for event in timeline.events(Sight.of(fajar, ticket))]
        paper = completion.inputs(ticket, now=timezone.now())
        report_page = read(client_of(cast.holder(Role.SUB_KOORDINATOR)).get("/laporan/sla/langkah/"))
        export = exporting.ask("langkah", "csv", QueryDict(), by=cast.holder(Role.SUB_KOORDINATOR), now=timezone.now())
        exporting.make(export)

    assert any(line.startswith("Nadia Putri (Programmer, a.n. Fajar Ramadhan) menyelesaikan") for line in told)
    assert [row["role"] for row in paper["rows"] if row["performer"] == "Nadia Putri"] == [
        "Programmer, a.n. Fajar Ramadhan"
    ]
    assert "Nadia Putri Programmer, a.n. Fajar Ramadhan" in words(one(report_page, "table"))
    assert {(row["Pelaksana"], row["Atas nama"]) for row in rows_of(export)} == {
        ("Nadia Putri", "Fajar Ramadhan"),
        *((cast.holder(role).name, "") for role in ("sub_koordinator", "web_developer", "programmer")),
    }
