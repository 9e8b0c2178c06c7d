"""Where a ticket stands in its SOP, as the stepper draws it."""

from tests.factories import report, walk
from tickets import actions
from tickets.stations import Place, done_in_words, stations

DONE, NOW, AHEAD, BYPASSED = Place.DONE, Place.NOW, Place.AHEAD, Place.BYPASSED


def places(ticket):
    """The place of every row, in order."""
    runs = ticket.runs.order_by("pk")
    return [station.place for station in stations(ticket, runs)]


def in_words(ticket):
    return done_in_words(stations(ticket, ticket.runs.order_by("pk")))


def test_before_the_cause_is_known_every_row_may_still_come(cast):
    ticket = walk(report(by=cast.reporter), cast, 2)

    assert places(ticket) == [DONE, NOW, *[AHEAD] * 7]
    assert in_words(ticket) == "1"


def test_a_coding_fault_leaves_the_rows_of_infrastructure_aside(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")

    assert places(ticket) == [DONE, DONE, DONE, NOW, AHEAD, BYPASSED, BYPASSED, BYPASSED, AHEAD]
    assert in_words(ticket) == "1–3"


def test_an_infrastructure_fault_leaves_the_rows_of_coding_aside(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 6, 7, penyebab="infrastruktur")

    assert places(ticket) == [DONE, DONE, BYPASSED, BYPASSED, BYPASSED, DONE, NOW, AHEAD, AHEAD]
    assert in_words(ticket) == "1–2, 6"


def test_a_fault_of_both_kinds_has_every_row_before_it(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, penyebab="keduanya")

    assert places(ticket) == [DONE, DONE, DONE, DONE, NOW, AHEAD, AHEAD, AHEAD, AHEAD]


def test_a_new_round_has_its_rows_to_do_again(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, 3, penyebab="coding")

    assert ticket.round == 2
    assert places(ticket) == [DONE, DONE, NOW, AHEAD, AHEAD, BYPASSED, BYPASSED, BYPASSED, AHEAD]


def test_a_reopened_ticket_forgets_the_cause_of_the_former_round(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, "menunggu-konfirmasi", penyebab="coding")

    ticket = actions.reopen(ticket, by=cast.reporter, reason="Masih galat.")

    assert places(ticket) == [DONE, NOW, *[AHEAD] * 7]


def test_an_ended_ticket_stands_on_no_row(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 6, 7, 8, 9, "menunggu-konfirmasi", penyebab="infrastruktur")

    assert places(ticket) == [DONE, DONE, BYPASSED, BYPASSED, BYPASSED, DONE, DONE, DONE, DONE]
    assert in_words(ticket) == "1–2, 6–9"


def test_a_report_not_processed_has_no_row_before_it(cast):
    ticket = walk(report(by=cast.reporter), cast, "tidak-diproses")

    assert places(ticket) == [DONE, *[BYPASSED] * 8]
