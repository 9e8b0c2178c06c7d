"""The figures of a report equal what the history alone tells, counted here in another way."""

import io
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
import yaml
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import TUESDAY, advance, report, walk
from tickets import actions, tallies
from tickets.models import StepRun, Ticket, Unit
from tickets.reports import figures, periods
from tickets.reports.figures import Scope
from workflows import sops

#: A Saturday, 10.00 WIB, and the end of the day before.
SATURDAY = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
EVERYTHING = frozenset({"website", "spj_online"})
FILES = {"website-2024": "website.yaml", "spj-online": "spj_online.yaml"}
LEAVING, MOVING = ("complete_step", "tie"), ("complete_step", "tie", "untie", "follow", "reopen", "confirm", "lapse")


@pytest.fixture(scope="module")
def office(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo office of 60 reports, and 500 more of five years. It stands there for all tests that ask for it."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("media"))
        with time_machine.travel(SATURDAY, tick=False):
            call_command("seed_demo", tickets=560, stdout=io.StringIO())
        yield told_by_history()
        transaction.set_rollback(True)


@pytest.fixture
def _of_the_office(office, django_db_blocker):
    with django_db_blocker.unblock():
        yield


# The same figures from the history, in plain Python


def told_by_history():
    """Every row that was left, and every ticket, as the entries tell it; the ledger is not asked."""
    origins = {
        (key, arrow["from"], arrow.get("label")): arrow["origin"]
        for key, name in FILES.items()
        for arrow in yaml.safe_load(Path("tests/data", name).read_text())["transitions"]
    }
    left, tickets = [], []
    for ticket in Ticket.objects.select_related("unit").prefetch_related("entries__detail"):
        entries = sorted(ticket.entries.all(), key=lambda entry: entry.seq)
        here = entries[0]
        for entry in entries[1:]:
            if entry.action not in MOVING:
                continue
            if entry.action in LEAVING:
                key, row = here.to_state.split(".")
                body = entry.detail.body
                left.append(
                    SimpleNamespace(
                        ticket=ticket,
                        key=(key, int(row)),
                        at=entry.at,
                        round=here.round,
                        is_deviation=origins.get((key, int(row), body["label"])) == "proposed",
                        **body["verdict"],
                    )
                )
            here = entry
        closed = here.at if here.to_state in ("selesai", "tidak-diproses") else None
        tickets.append(SimpleNamespace(ticket=ticket, state=here.to_state, filed=entries[0].at, closed=closed))
    return SimpleNamespace(left=left, tickets=tickets)


def in_padang(instant):
    return (instant + timedelta(hours=7)).date()


def within(scope, instant):
    return instant is not None and scope.period.first <= in_padang(instant) <= scope.period.last


def recomputed(office, scope):
    """The figures of a scope, from what the history told."""
    performers = {(sop.key, step.no): step.performer for sop in sops.all_sops().values() for step in sop.steps}
    of_scope = [
        run
        for run in office.left
        if within(scope, run.at)
        and scope.procedure in ("", run.ticket.procedure)
        and scope.unit in (None, run.ticket.unit)
        and scope.role in ("", performers[run.key])
    ]
    by_row, by_role, by_unit = defaultdict(list), defaultdict(list), defaultdict(list)
    for run in of_scope:
        by_row[run.key].append(run)
        by_role[performers[run.key].label].append(run)
        by_unit[run.ticket.unit.name if run.ticket.unit else "Tanpa OPD"].append(run)
    return SimpleNamespace(
        sums=added_up(of_scope),
        rows={key: (added_up(runs), ranked(runs, 0.5), ranked(runs, 0.9)) for key, runs in by_row.items()},
        roles={name: added_up(runs) for name, runs in by_role.items()},
        units={name: added_up(runs) for name, runs in by_unit.items()},
        tickets=tickets_of(office, scope),
    )


def added_up(runs):
    verdicts = Counter(run.verdict for run in runs)
    spans = {
        name: sum(int((getattr(run, f"{name}_minutes") or 0) * 60 + 1e-6) for run in runs)
        for name in ("worked", "held", "awaited", "late")
    }
    return figures.Sums(
        runs=len(runs),
        on_time=verdicts["tepat_waktu"],
        extended=verdicts["diperpanjang"],
        late=verdicts["terlambat"],
        no_limit=verdicts["tanpa_batas"],
        past_estimate=verdicts["melewati_perkiraan"],
        deviations=sum(run.is_deviation for run in runs),
        repeats=sum(run.round > 1 for run in runs),
        **{f"{name}_seconds": seconds for name, seconds in spans.items()},
    )


def ranked(runs, share):
    worked = sorted(int(run.worked_minutes + 1e-6) for run in runs)
    return worked[ceil(share * len(worked)) - 1]


def tickets_of(office, scope):
    theirs = [
        told
        for told in office.tickets
        if scope.procedure in ("", told.ticket.procedure) and scope.unit in (None, told.ticket.unit)
    ]
    return figures.TicketFigures(
        received=sum(within(scope, told.filed) for told in theirs),
        done=sum(within(scope, told.closed) and told.state == "selesai" for told in theirs),
        not_processed=sum(within(scope, told.closed) and told.state == "tidak-diproses" for told in theirs),
        open=sum(
            in_padang(told.filed) <= scope.period.last
            and (told.closed is None or in_padang(told.closed) > scope.period.last)
            for told in theirs
        ),
    )


def scopes():
    """Every month, quarter and year; days that cut months; under each filter and some together."""
    whole = [
        periods.month_of(date(2026, 11, 1)),
        periods.quarter_of(date(2026, 8, 1)),
        periods.year_of(date(2026, 1, 1)),
    ]
    whole += [periods.month_of(date(year, month, 1)) for year in (2022, 2024, 2025) for month in (1, 6, 12)]
    cut = [
        periods.free(date(2026, 9, 9), date(2026, 11, 13)),
        periods.free(date(2026, 11, 3), date(2026, 11, 19)),
        periods.free(date(2021, 1, 1), date(2026, 12, 31)),
        periods.free(date(2025, 12, 31), date(2026, 1, 1)),
    ]
    for period in (*whole, *cut):
        yield {"period": period}
    for period in (periods.year_of(date(2026, 1, 1)), *cut[:1], *cut[2:3]):
        for filters in (
            {"procedure": "website"},
            {"procedure": "spj_online"},
            {"role": "programmer"},
            {"unit": "Dinkes"},
            {"unit": "Dinkes", "role": "web_developer", "procedure": "website"},
        ):
            yield {"period": period, **filters}


@pytest.mark.parametrize(
    "chosen", [pytest.param(s, id=" ".join([s["period"].label, *list(s.values())[1:]])) for s in scopes()]
)
@pytest.mark.usefixtures("_of_the_office")
def test_figures_equal_what_the_history_tells(office, chosen):
    unit = Unit.objects.get(short_name=chosen["unit"]) if "unit" in chosen else None
    scope = Scope(**{**chosen, "unit": unit}, procedures=EVERYTHING)
    expected = recomputed(office, scope)

    found = figures.figures(scope, SATURDAY)

    assert found.sums == expected.sums
    assert {
        (row.sop.key, row.step.no): (row.sums, row.median, row.p90) for row in found.rows if row.sums.runs
    } == expected.rows
    assert {role.label: role.sums for role in found.roles if role.sums.runs} == expected.roles
    assert {unit.label: unit.sums for unit in found.units} == expected.units
    assert found.tickets == expected.tickets
    assert figures.runs_in(scope).count() == expected.sums.runs


@pytest.mark.usefixtures("_of_the_office")
def test_the_office_shows_everything_that_figures_count(office):
    scope = Scope(periods.free(date(2021, 1, 1), date(2026, 12, 31)), EVERYTHING)
    sums = figures.figures(scope, SATURDAY).sums

    assert all(vars(sums).values()), "a figure that is nought everywhere is not proved by being equal"
    assert len(office.tickets) == 560


@pytest.mark.usefixtures("_of_the_office")
@pytest.mark.parametrize("unit", [pytest.param("", id="all"), pytest.param("Dinkes", id="of one OPD")])
def test_each_of_the_twelve_months_equals_a_report_of_its_own(unit):
    of = Unit.objects.filter(short_name=unit).first()
    year = figures.figures(Scope(periods.year_of(date(2026, 1, 1)), EVERYTHING, unit=of), SATURDAY)

    for month in year.months:
        alone = periods.month_of(date.fromisoformat(f"{month.key}-01"))
        assert month.sums == figures.figures(Scope(alone, EVERYTHING, unit=of), SATURDAY).sums
    assert year.months[-1].label == "November 2026"


@pytest.mark.usefixtures("_of_the_office")
def test_every_row_is_counted_in_exactly_one_month():
    first = date(2021, 11, 1)
    months = [periods.month_of(date(first.year + n // 12, n % 12 + 1, 1)) for n in range(10, 10 + 61)]

    counted = sum(figures.figures(Scope(month, EVERYTHING), SATURDAY).sums.runs for month in months)

    assert counted == StepRun.objects.filter(left_at__isnull=False).count()


@pytest.mark.usefixtures("_of_the_office")
def test_drilling_down_shows_exactly_what_was_counted():
    scope = Scope(periods.year_of(date(2026, 1, 1)), EVERYTHING)
    found = figures.figures(scope, SATURDAY)

    for row in found.rows:
        key = row.sop.key, row.step.no
        assert figures.runs_in(scope, row=key).count() == row.sums.runs
        assert figures.runs_in(scope, row=key, verdict="terlambat").count() == row.sums.late
        assert figures.runs_in(scope, row=key, only="penyimpangan").count() == row.sums.deviations
        assert figures.runs_in(scope, row=key, only="putaran").count() == row.sums.repeats
    for kind, count in zip(
        ("masuk", "selesai", "tidak-diproses", "terbuka"), vars(found.tickets).values(), strict=True
    ):
        assert figures.tickets_in(scope, kind, SATURDAY).count() == count
    assert figures.late_now(scope, SATURDAY).count() == found.late_now > 0


@pytest.mark.usefixtures("_of_the_office")
def test_the_sums_behind_the_figures_equal_the_ledger():
    assert list(tallies.differences()) == []


@pytest.mark.usefixtures("_of_the_office")
@pytest.mark.parametrize(
    ("period", "queries"),
    [
        pytest.param(periods.month_of(date(2026, 11, 1)), 8, id="a month"),
        pytest.param(periods.free(date(2021, 2, 2), date(2026, 11, 5)), 16, id="years that cut months"),
    ],
)
def test_figures_cost_so_many_queries_whatever_they_count(period, queries):
    with CaptureQueriesContext(connection) as asked:
        figures.figures(Scope(period, EVERYTHING), SATURDAY)

    assert len(asked) == queries


@pytest.mark.usefixtures("_of_the_office")
def test_holders_share_all_the_time_that_was_worked_or_waited():
    found = figures.figures(Scope(periods.year_of(date(2026, 1, 1)), EVERYTHING), SATURDAY)

    assert sum(held.seconds for held in found.holders) == found.sums.worked_seconds + found.sums.held_seconds
    assert sum(held.share for held in found.holders) == pytest.approx(1)
    assert [held.key for held in found.holders][-2:] == ["ditunda", "menunggu-pelapor"]


# Single questions


@pytest.mark.parametrize(
    ("values", "median", "p90"),
    [
        pytest.param([], None, None, id="none"),
        pytest.param([7], 7, 7, id="one"),
        pytest.param([1, 2], 1, 2, id="two"),
        pytest.param([3, 1, 2], 2, 3, id="three"),
        pytest.param(list(range(1, 11)), 5, 9, id="ten"),
        pytest.param([5] * 99 + [500], 5, 5, id="one far out"),
    ],
)
def test_median_and_p90_are_values_that_occurred(values, median, p90):
    counts = Counter(values)

    assert (figures.nearest_rank(counts, 0.5), figures.nearest_rank(counts, 0.9)) == (median, p90)


def test_a_frozen_verdict_stays_in_its_figure_when_the_ticket_moves_on(cast):
    scope = Scope(periods.month_of(date(2026, 11, 1)), EVERYTHING)
    late = TUESDAY + timedelta(minutes=40)
    ticket = advance(report(by=cast.reporter, now=TUESDAY), cast, 2, now=TUESDAY)
    ticket = advance(ticket, cast, 3, now=late)
    before = {row.step.no: row.sums for row in figures.figures(scope, late).rows if row.sop.procedure == "website"}[2]

    with time_machine.travel(late + timedelta(days=1), tick=False):
        ticket = walk(ticket, cast, 4, 5, 9, "menunggu-konfirmasi")
        actions.confirm(ticket, by=cast.reporter)
        found = figures.figures(scope, timezone.now())

    after = {row.step.no: row.sums for row in found.rows if row.sop.procedure == "website"}[2]
    assert before == after
    assert (after.late, after.late_seconds) == (1, 25 * 60)
    assert (found.tickets.received, found.tickets.done, found.tickets.open) == (1, 1, 0)


def test_a_scope_holds_no_procedure_that_its_reader_may_not_see(cast):
    for procedure in ("website", "spj_online"):
        advance(report(procedure, by=cast.reporter, now=TUESDAY), cast, 2, now=TUESDAY)
    november = periods.month_of(date(2026, 11, 1))

    own = figures.figures(Scope(november, frozenset({"website"})), TUESDAY)
    of_another = figures.figures(Scope(november, frozenset({"website"}), procedure="spj_online"), TUESDAY)

    assert (own.sums.runs, own.tickets.received, {row.sop.procedure for row in own.rows}) == (1, 1, {"website"})
    assert (of_another.sums.runs, of_another.tickets.received, of_another.rows) == (0, 0, ())


def test_figures_become_plain_values_for_papers(cast):
    advance(report(by=cast.reporter, now=TUESDAY), cast, 2, now=TUESDAY + timedelta(minutes=5))
    scope = Scope(periods.month_of(date(2026, 11, 1)), EVERYTHING, unit=cast.dinkes)

    told = figures.to_json(figures.figures(scope, TUESDAY))

    assert told["period"] == {
        "kind": "bulan",
        "first": "2026-11-01",
        "last": "2026-11-30",
        "label": "November 2026",
        "is_over": False,
    }
    assert told["filters"]["unit"] == "Dinas Kesehatan"
    assert told["rows"][0]["sums"] == told["sums"]
    assert (told["sums"]["runs"], told["sums"]["no_limit"], told["sums"]["share_on_time"]) == (1, 1, None)
