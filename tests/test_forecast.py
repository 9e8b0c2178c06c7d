"""Perkiraan: when open tickets will likely be done, from how others fared on the same row."""

from datetime import timedelta
from math import ceil

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import report
from tests.ledger import archive, finished
from tests.pages import one, read, select, words
from tests.timekeeping import LINK, Case, said, wib
from tickets.models import Hold, StepRun
from tickets.reports import forecast, periods
from tickets.reports.figures import Scope
from workflows import calendars
from workflows.roles import Role

pytestmark = pytest.mark.django_db

NOW = wib("2026-11-17 10.00")
SCOPE = Scope(periods.month_of(NOW.date()), frozenset({"website", "spj_online"}))


@pytest.fixture
def at_now():
    with time_machine.travel(NOW, tick=False):
        yield


def told(now=NOW):
    return forecast.forecasts(SCOPE, now, calendars.current())


def past_of(cast, *worked, row=2, then=(3, 30.0)):
    """Finished tickets that needed so many minutes on one row, and some more on a later one."""
    for n, minutes in enumerate(worked):
        finished(cast, "website", closed_at=NOW - timedelta(days=n + 1), worked={row: minutes, then[0]: then[1]})


def test_a_ticket_is_compared_with_visits_that_lasted_longer_than_it_already_has(cast):
    past_of(cast, *range(1, 21))  # 1 to 20 minutes, and 30 more to the end
    Case(cast, "website", 2, "2026-11-17 09.50")

    (found,) = told()

    calendar = calendars.current()
    rests = sorted(minutes + 30 - 10 for minutes in range(11, 21))  # the other half took at most its 10 minutes
    expected = [said(calendar.add(NOW, rests[ceil(share * len(rests)) - 1])) for share in (0.5, 0.9)]
    assert [said(found.done_at(share, calendar)) for share in (0.5, 0.9)] == expected
    assert expected == ["2026-11-17 10.35", "2026-11-17 10.39"]
    assert (found.elapsed, found.past.tickets, found.like) == (10, 20, 10)


def test_the_risk_is_the_share_of_like_visits_that_end_after_the_limit(cast):
    past_of(cast, *range(1, 21))
    Case(cast, "website", 2, "2026-11-17 09.50")

    (found,) = told()

    like = [minutes for minutes in range(1, 21) if minutes > 10]
    assert found.share_missing == sum(minutes > 15 for minutes in like) / len(like) == 0.5
    assert (found.is_likely_to_miss, found.is_late) == (True, False)


def test_a_limit_at_which_half_of_the_like_visits_end_is_kept_by_them(cast):
    past_of(cast, *[15.0] * 10)
    Case(cast, "website", 2, "2026-11-17 09.50")

    (found,) = told()

    assert (found.share_missing, found.is_likely_to_miss) == (0.0, False)


def test_with_fewer_than_ten_tickets_nothing_is_said(cast):
    past_of(cast, *[15.0] * 9)
    Case(cast, "website", 2, "2026-11-17 09.50")

    (found,) = told()

    assert (found.is_known, found.share_missing, found.done_at(0.5, calendars.current())) == (False, None, None)


def test_what_lasts_longer_than_all_before_has_no_forecast_but_a_sentence(cast, at_now, client_of):
    past_of(cast, *[5.0] * 10)
    Case(cast, "website", 2, "2026-11-17 09.50")

    page = read(client_of(cast.holder(Role.KEPALA_BIDANG_APTIKA)).get("/laporan/sla/perkiraan/"))

    assert "lebih lama dari semua yang pernah tercatat" in words(one(page, "tbody tr"))


def test_time_on_hold_is_not_used_and_the_clock_runs_on_after_it(cast):
    past_of(cast, *range(1, 21))
    case = Case(cast, "website", 2, "2026-11-17 09.50")
    case.hold("2026-11-17 09.55", until="2026-11-18", reason=Hold.Reason.REPORTER)

    (found,) = told()

    ends_at = Hold.objects.get().ends_at
    assert (found.elapsed, found.runs_on_at, found.like) == (5, ends_at, 15)
    assert found.done_at(0.5, calendars.current()) == calendars.current().add(ends_at, 13 + 30 - 5)


def test_a_row_without_a_limit_is_forecast_and_never_likely_to_miss(cast):
    past_of(cast, *range(1, 21), row=1)
    Case(cast, "website", 1, "2026-11-17 09.50")

    (found,) = told()

    assert (found.share_missing, found.is_likely_to_miss) == (None, False)
    assert said(found.done_at(0.5, calendars.current())) == "2026-11-17 10.35"


def test_the_last_200_finished_tickets_of_the_issue_count_and_refused_ones_do_not(cast):
    finished(cast, "website", closed_at=NOW - timedelta(days=300), worked={2: 900.0}, number=20)
    finished(cast, "website", closed_at=NOW - timedelta(days=3), worked={2: 12.0}, number=200)
    finished(cast, "spj_online", closed_at=NOW - timedelta(days=1), worked={2: 700.0}, number=5)
    refused = finished(cast, "website", closed_at=NOW - timedelta(days=1), worked={2: 800.0}, number=5)
    type(refused[0]).objects.filter(pk__in=[ticket.pk for ticket in refused]).update(state="tidak-diproses")

    past = forecast.history(SCOPE)

    assert (past["website-2024", 2].tickets, set(past["website-2024", 2].worked)) == (200, {12.0})
    assert (past["spj-online", 2].tickets, set(past["spj-online", 2].worked)) == (5, {700.0})


def test_each_visit_of_a_row_has_its_own_rest_as_plain_counting_finds_it(cast):
    archive(cast, 40, now=NOW, units=[cast.dinkes, cast.bapenda])

    past = forecast.history(SCOPE)

    by_ticket = {}
    for run in StepRun.objects.filter(left_at__isnull=False).select_related("ticket").order_by("pk"):
        by_ticket.setdefault(run.ticket, []).append(run)
    plain = {}
    for ticket, runs in by_ticket.items():
        for n, run in enumerate(runs):
            pair = (run.worked_minutes, sum(later.worked_minutes for later in runs[n:]))
            plain.setdefault((ticket.sop_key, run.row), []).append(pair)
    assert {row: list(zip(of.worked, of.rests, strict=True)) for row, of in past.items()} == {
        row: sorted(pairs) for row, pairs in plain.items()
    }


def test_what_is_late_stands_first_and_then_what_is_most_likely_to_be(cast):
    past_of(cast, *range(1, 21))
    fresh = Case(cast, "website", 2, "2026-11-17 09.59").ticket
    likely = Case(cast, "website", 2, "2026-11-17 09.48").ticket
    late = Case(cast, "website", 2, "2026-11-17 09.00").ticket
    unlimited = report(by=cast.reporter, answers=LINK, now=wib("2026-11-17 09.00"))

    assert [each.run.ticket for each in told()] == [late, likely, fresh, unlimited]


def test_the_page_says_from_how_many_tickets_it_speaks(cast, at_now, client_of):
    past_of(cast, *range(1, 21))
    Case(cast, "website", 2, "2026-11-17 09.50")

    page = read(client_of(cast.holder(Role.SUB_KOORDINATOR)).get("/laporan/sla/perkiraan/"))

    cells = [words(cell) for cell in select(page, "tbody td")]
    assert cells[2:] == [
        "mungkin terlambat, 50 %",
        "Sel 17 Nov 2026 10.35 WIB",
        "Sel 17 Nov 2026 10.39 WIB",
        "20 tiket",
    ]
    assert words(one(page, ".sla-sentence")) == "1 tiket berjalan: 0 sudah terlambat, 1 mungkin akan terlambat."


def test_a_forecast_asks_the_database_no_more_for_many_tickets(cast):
    calendars.current()

    def queries():
        with CaptureQueriesContext(connection) as asked:
            told()
        return len(asked)

    archive(cast, 3, now=NOW, units=[cast.dinkes])
    with_few = queries()
    archive(cast, 60, now=NOW, units=[cast.dinkes])

    assert queries() == with_few <= 6


def test_an_office_with_nothing_open_is_told_so(cast, at_now, client_of):
    page = read(client_of(cast.holder(Role.KEPALA_BIDANG_APTIKA)).get("/laporan/sla/perkiraan/"))

    assert words(one(page, ".empty")) == "Tidak ada tiket yang berjalan."
