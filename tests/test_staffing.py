"""Which roles nobody holds: told to administrators and Kepala Bidang before tickets wait for nobody."""

from datetime import date, timedelta

import pytest
import time_machine

from tests.factories import TUESDAY, person, report, walk
from tests.pages import one, read, select, words
from tickets import actions, health, staffing
from tickets.models import RoleAssignment, Ticket
from workflows.roles import Role

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 17)


@pytest.fixture(autouse=True)
def _on_tuesday():
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def programmer(cast):
    """The only assignment of the Programmer."""
    return cast.holder(Role.PROGRAMMER).role_assignments.get()


def told(gaps):
    return [(gap.role, gap.procedure, gap.since, gap.until) for gap in gaps]


def test_an_office_in_order_has_no_gaps_and_asks_one_question(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert staffing.gaps(TODAY) == []


@pytest.mark.parametrize(
    ("ends", "since"),
    [
        (date(2026, 11, 16), TODAY),
        (TODAY, date(2026, 11, 18)),
        (date(2026, 11, 30), date(2026, 12, 1)),  # the fourteenth day
        (date(2026, 12, 1), None),
        (None, None),
    ],
)
def test_a_role_is_named_from_the_day_on_which_nobody_holds_it(cast, programmer, ends, since):
    RoleAssignment.objects.filter(pk=programmer.pk).update(ends_on=ends)

    expected = [("programmer", procedure, since, None) for procedure in ("website", "spj_online")] if since else []
    assert told(staffing.gaps(TODAY)) == expected


def test_who_comes_later_closes_the_gap(cast, programmer):
    RoleAssignment.objects.filter(pk=programmer.pk).update(ends_on=date(2026, 11, 20))
    person("Nadia Putri", role="programmer", procedure="website").role_assignments.update(starts_on=date(2026, 11, 25))
    person("Rafi Akbar", role="programmer", procedure="spj_online").role_assignments.update(
        starts_on=date(2026, 11, 21)
    )

    assert told(staffing.gaps(TODAY)) == [("programmer", "website", date(2026, 11, 21), date(2026, 11, 24))]


def test_a_substitute_holds_the_role_and_a_closed_account_does_not(cast, programmer):
    nadia = person("Nadia Putri")
    RoleAssignment.objects.create(
        user=nadia, role="programmer", substitute_for=programmer.user, starts_on=TODAY, letter_number="1",
        ends_on=TODAY + timedelta(days=60),
    )  # fmt: skip
    programmer.user.__class__.objects.filter(pk=programmer.user_id).update(is_active=False)

    with_substitute = staffing.gaps(TODAY)
    type(nadia).objects.filter(pk=nadia.pk).update(is_active=False)

    assert with_substitute == []
    assert {gap.role for gap in staffing.gaps(TODAY)} == {"programmer"}


def test_tickets_on_the_rows_and_on_their_way_are_counted_but_no_incident(cast, programmer):
    walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
    walk(report(by=cast.reporter), cast, 2, 3, penyebab="coding")
    hidden = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
    actions.restrict(hidden, by=cast.holder(Role.SUB_KOORDINATOR), reason="Diretas.")
    walk(report("spj_online", by=cast.reporter), cast, 2)
    programmer.delete()

    gaps = {gap.procedure: (gap.standing, gap.coming, gap.is_urgent) for gap in staffing.gaps(TODAY)}

    assert gaps == {"website": (1, 1, True), "spj_online": (0, 1, False)}


def test_what_somebody_leaves_behind_is_known_before_they_go(cast, programmer):
    RoleAssignment.objects.filter(role=Role.WEB_DEVELOPER).delete()

    left = staffing.new_gaps(TODAY, without=programmer.user)
    person("Nadia Putri", role="programmer")

    assert {gap.role for gap in left} == {"programmer"}
    assert staffing.new_gaps(TODAY, without=programmer.user) == []


def test_gaps_ask_no_more_of_many_people_and_tickets(cast, programmer, django_assert_num_queries):
    programmer.delete()
    for n in range(30):
        person(f"Orang {n}", role=Role.WEB_DEVELOPER, procedure="website")
    walk(report(by=cast.reporter), cast, 2)

    with django_assert_num_queries(2):
        assert len(staffing.gaps(TODAY)) == 2


# Where it is said


def finding():
    return next(found for found in health.findings(TUESDAY) if found.title == "Peran tanpa pemegang")


def test_the_health_page_is_woken_only_for_tickets_that_nobody_can_work_on(cast, programmer):
    in_order = finding()
    programmer.delete()
    vacant = finding()
    walk(report(by=cast.reporter), cast, 2, 3)
    Ticket.objects.update(state="website-2024.4")

    waiting = finding()

    assert (in_order.is_well, in_order.words) == (True, "Tidak ada")
    assert (vacant.is_well, vacant.can_wait, vacant.words) == (False, True, "2 peran hari ini")
    assert (waiting.is_well, waiting.can_wait) == (False, False)
    assert waiting.details[0] == "Programmer, Website sumbarprov.go.id: 1 tiket pada langkahnya"


def test_what_ends_soon_is_said_and_can_wait(cast, programmer):
    RoleAssignment.objects.filter(pk=programmer.pk).update(ends_on=date(2026, 11, 20))

    found = finding()

    assert (found.is_well, found.can_wait, found.words) == (False, True, "2 peran dalam 14 hari")
    assert found.details[0] == "Programmer, Website sumbarprov.go.id mulai 21 Nov 2026"


@pytest.mark.parametrize(
    ("who", "address", "sees"),
    [
        ("admin", "/", True),
        ("admin", "/peran/", True),
        (Role.KEPALA_BIDANG_APTIKA, "/", True),
        (Role.WEB_DEVELOPER, "/", False),
    ],
)
def test_those_who_can_do_something_about_it_read_it(cast, client_of, programmer, who, address, sees):
    programmer.delete()
    someone = cast.admin if who == "admin" else cast.holder(who)

    page = read(client_of(someone).get(address))

    found = [words(each) for each in select(page, ".gaps li")]
    assert [each.startswith("Programmer (Website sumbarprov.go.id): tanpa pemegang") for each in found[:1]] == [
        True
    ] * sees
    assert bool(select(page, ".gaps a")) == (who == "admin")


def test_a_ticket_that_waits_for_nobody_says_so_to_the_office_alone(cast, client_of, programmer):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
    programmer.delete()

    said = {
        someone.name: "Belum ada pemegang peran ini." in words(one(read(client_of(someone).get(url)), "main"))
        for someone in (cast.holder(Role.SUB_KOORDINATOR), cast.reporter)
        if (url := ticket.get_absolute_url())
    }

    assert said == {"Budi Santoso": True, "Siti Rahmah": False}
