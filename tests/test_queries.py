"""Lists and Beranda ask the database no more questions for 300 tickets than for 48, and stay light."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import person
from tickets import limits
from tickets.models import Hold, ReportedTo, RoleAssignment, StepRun, Ticket
from tickets.models.runs import LimitKind, Verdict
from workflows import calendars, sops
from workflows.roles import Role
from workflows.sop import MENUNGGU_KONFIRMASI, SELESAI, TIDAK_DIPROSES

pytestmark = pytest.mark.django_db

#: DESIGN section 9; and of somebody who holds every role there is and administers.
MOST_QUERIES, MOST_FOR_EVERYTHING = 15, 21
MOST_BYTES = 60_000
WHO = ["reporter", "admin", "everything", *Role.values]
PAGES = ["/", "/tiket/", "/tiket/?opd=Dinkes&cari=halaman&urut=tenggat", "/laporan-masuk/?saring=semua"]


@pytest.fixture
def people(cast):
    """Everybody of `WHO` by name; `everything` holds every role and administers too."""
    everything = person("Yeni Rosa", is_staff=True, is_superuser=True)
    RoleAssignment.objects.bulk_create(RoleAssignment(user=everything, role=role) for role in Role)
    by_role = {role.value: holder for role, holder in cast.by_role.items()}
    return {"reporter": cast.reporter, "admin": cast.admin, "everything": everything, **by_role}


def fill(cast, number):
    """Tickets on all rows and at all ends, each with what the lists read of it; every list has some among the first 48.

    Written straight into the tables: only the number of rows matters here, and 300 walks would take minutes. No page
    under test reads the history, so none is written.
    """
    now = timezone.now()
    places = [(sop, step) for sop in sops.current() for step in sop.steps]
    ends = {0: MENUNGGU_KONFIRMASI, 4: SELESAI, 8: TIDAK_DIPROSES}
    tickets, runs = [], []
    for n in range(number):
        sop, step = places[(8 - n * 9) % len(places)]
        end = ends.get(n % 9, "")
        ticket = Ticket(
            number=f"{sop.prefix}-2026-{Ticket.objects.count() + n + 1:04d}",
            procedure=sop.procedure,
            sop_key=sop.key,
            state=end or sop.row(step.no),
            title="Halaman layanan perizinan tidak dapat dibuka sejak pembaruan kemarin sore",
            description="Muncul galat 500.",
            reporter=cast.reporter,
            reporter_name=cast.reporter.name,
            unit=cast.dinkes,
            filed_by=cast.reporter,
            created_at=now - timedelta(days=30),
            updated_at=now,
            closed_at=now if end in (SELESAI, TIDAK_DIPROSES) else None,
            search_text="halaman",
        )
        tickets.append(ticket)
        before = [row for row in sop.steps if row.no < step.no or end]
        runs += [_run(ticket, row, cast, left_at=now) for row in before]
        runs += [] if end else [_run(ticket, step, cast, left_at=None)]
    for run in runs:
        _with_limit(run, now)
    Ticket.objects.bulk_create(tickets)
    StepRun.objects.bulk_create(runs)
    Hold.objects.bulk_create(
        Hold(run=run, reason="pelapor", by=cast.reporter, started_at=run.entered_at, ends_at=now + timedelta(days=1))
        for run in runs[::7]
        if not run.left_at
    )
    ReportedTo.objects.bulk_create(
        ReportedTo(ticket=run.ticket, run=run, role=role, told_at=now)
        for run in runs
        if run.left_at
        for role in run.step.report_to
    )


def _run(ticket, row, cast, *, left_at):
    performer = cast.holder(row.performer) if left_at else None
    return StepRun(
        ticket=ticket,
        row=row.no,
        round=1,
        role=row.performer,
        performer=performer,
        claimed_at=left_at,
        entered_at=ticket.created_at,
        left_at=left_at,
        arrow="x" if left_at else "",
    )


def _with_limit(run, now):
    """Late on most rows; the tentative one is about to be due."""
    if run.left_at:
        run.verdict, run.worked_minutes = Verdict.NO_LIMIT, 0
        return
    limits.arm(run, calendars.current())
    if run.limit_kind == LimitKind.TENTATIVE:
        run.budget_minutes, run.due_at = 60, now + timedelta(hours=1)


@pytest.mark.parametrize("name", WHO)
def test_pages_ask_no_more_for_300_tickets_than_for_48(cast, people, client_of, name):
    client = client_of(people[name])

    def measured():
        counts = {}
        for page in PAGES:
            with CaptureQueriesContext(connection) as queries:
                response = client.get(page)
            assert response.status_code == 200
            assert len(response.content) <= MOST_BYTES, (page, len(response.content))
            counts[page] = len(queries)
        return counts

    fill(cast, 48)
    with_few = measured()
    fill(cast, 252)
    with_many = measured()

    assert {page: asked for page, asked in with_many.items() if asked > with_few[page]} == {}
    assert max(with_many.values()) <= (MOST_FOR_EVERYTHING if name == "everything" else MOST_QUERIES), with_many


def test_a_page_that_shows_nothing_of_the_frame_asks_nothing_for_it(cast, client_of):
    client = client_of(cast.holder(Role.PROGRAMMER))

    with CaptureQueriesContext(connection) as queries:
        client.get("/tidak-ada/")

    assert len(queries) <= 5  # session, person, roles; the bell and the inbox stand in the frame itself
