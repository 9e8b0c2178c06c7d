"""Open pages ask whether anything moved; an unmoved page is answered with nothing, and cheaply."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import TUESDAY, report
from tickets.views import pulse
from workflows import calendars
from workflows.models import CalendarChange

HEADER = "X-Sopdesk-Version"
ADDRESSES = ["/", "/tiket/"]


@pytest.fixture(autouse=True)
def _an_hour_at_the_office():
    """The clock stands still: what moves a page here is what somebody does."""
    with time_machine.travel(TUESDAY, tick=False):
        yield


def version_of(client, address):
    """The version that an open page shows."""
    return client.get(address).context["version"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_unmoved_page_is_answered_with_nothing_in_at_most_5_queries(
    cast, client_of, address, django_assert_max_num_queries
):
    report(by=cast.reporter)
    client = client_of(cast.holder("sub_koordinator"))
    seen = version_of(client, address)

    with django_assert_max_num_queries(5):
        answer = client.get(address, headers={HEADER: seen})

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_renewed_once_a_visible_ticket_moved(cast, client_of, address):
    report(by=cast.reporter)
    client = client_of(cast.holder("sub_koordinator"))
    seen = version_of(client, address)
    new = report(by=cast.reporter, now=TUESDAY + timedelta(seconds=1))

    answer = client.get(address, headers={HEADER: seen})

    assert new.number in str(answer.content)


def test_what_a_person_may_not_see_moves_nothing(cast, client_of):
    report(by=cast.stranger)
    client = client_of(cast.stranger)
    seen = version_of(client, "/")
    report(by=cast.reporter, now=TUESDAY + timedelta(seconds=1))

    answer = client.get("/", headers={HEADER: seen})

    assert answer.status_code == 204


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_renewed_when_a_limit_has_moved_on_by_itself(cast, client_of, address):
    report(by=cast.reporter)
    client = client_of(cast.holder("sub_koordinator"))
    seen = version_of(client, address)

    with time_machine.travel(TUESDAY + timedelta(minutes=1), tick=False):
        answer = client.get(address, headers={HEADER: seen})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("hour", "minute", "later", "moves"),
    [
        (10, 0, timedelta(seconds=59), False),
        (10, 0, timedelta(minutes=1), True),
        (11, 59, timedelta(minutes=1), True),  # the office closes
        (12, 0, timedelta(minutes=59), False),  # lunch
        (12, 0, timedelta(hours=1), True),  # and opens
        (16, 30, timedelta(hours=5), False),  # the evening
        (23, 0, timedelta(hours=1), True),  # another day
    ],
)
def test_time_moves_a_page_by_the_minute_while_the_office_is_open(db, hour, minute, later, moves):
    now = datetime(2026, 11, 17, hour, minute, tzinfo=UTC) - timedelta(hours=7)
    calendar = calendars.current()

    assert (pulse.tick(calendar, now) != pulse.tick(calendar, now + later)) is moves


def test_a_change_of_the_calendar_moves_a_page(db):
    before = pulse.tick(calendars.current(), TUESDAY)
    CalendarChange.objects.create(at=TUESDAY, reason="SKB")

    assert pulse.tick(calendars.current(), TUESDAY) != before
