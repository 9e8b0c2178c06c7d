"""Open pages ask whether anything moved; an unmoved page is answered with nothing, and cheaply."""

import pytest

from tests.factories import report

HEADER = "X-Sopdesk-Version"


@pytest.mark.parametrize("address", ["/", "/tiket/"])
def test_an_unmoved_page_is_answered_with_nothing_in_at_most_5_queries(
    cast, client_of, address, django_assert_max_num_queries
):
    ticket = report(by=cast.reporter)
    client = client_of(cast.holder("sub_koordinator"))
    seen = str(ticket.updated_at.timestamp())

    with django_assert_max_num_queries(5):
        answer = client.get(address, headers={HEADER: seen})

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("address", ["/", "/tiket/"])
def test_a_page_is_renewed_once_a_visible_ticket_moved(cast, client_of, address):
    seen = str(report(by=cast.reporter).updated_at.timestamp())
    new = report(by=cast.reporter)

    answer = client_of(cast.holder("sub_koordinator")).get(address, headers={HEADER: seen})

    assert new.number in str(answer.content)


def test_what_a_person_may_not_see_moves_nothing(cast, client_of):
    own = report(by=cast.stranger)
    report(by=cast.reporter)

    answer = client_of(cast.stranger).get("/", headers={HEADER: str(own.updated_at.timestamp())})

    assert answer.status_code == 204
