"""Who saw which file: each delivery is one row, found again by who answers for the ticket (RELIABILITY T18)."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import TUESDAY, report, walk
from tests.pages import one, read, select, words
from tickets import actions
from tickets.models import FileView
from tickets.reports import issuing
from workflows.roles import Role
from workflows.sop import END

pytestmark = pytest.mark.django_db

PAGE = "/siapa-melihat/"


@pytest.fixture
def subko(cast):
    return cast.holder(Role.SUB_KOORDINATOR)


def seen(ticket, by, at=TUESDAY, address="192.0.2.7"):
    return FileView.objects.create(at=at, person=by, attachment=ticket.attachments.first(), address=address)


def lines(client, **query):
    return [words(line) for line in select(read(client.get(PAGE, query)), "ul.seen li")]


# Each delivery


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("page", ["lampiran", "lampiran-kecil"])
def test_each_delivery_of_an_attachment_is_one_row(cast, client_of, subko, page, method):
    ticket = report(by=cast.reporter)
    client = client_of(subko)

    for _ in range(3):
        getattr(client, method)(reverse(page, args=[ticket.attachments.get().key])).getvalue()

    parts = FileView.objects.values_list("person", "part", "address")
    assert list(parts) == [(subko.pk, {"lampiran": "utuh", "lampiran-kecil": "kecil"}[page], "127.0.0.1")] * 3


def test_each_delivery_of_an_issued_paper_is_one_row_and_a_refused_one_none(cast, client_of):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, END)
    actions.confirm(ticket, by=cast.reporter)
    issuing.make_waiting()
    paper = ticket.documents.get()
    address = reverse("dokumen-unduh", args=[paper.code])

    statuses = [client_of(who).get(address).status_code for who in (cast.by_role["programmer"], cast.reporter)]

    assert statuses == [200, 404]
    [view] = FileView.objects.all()
    assert (view.person, view.document, view.attachment) == (cast.by_role["programmer"], paper, None)


# Who reads it


def test_who_answers_for_an_sop_reads_of_its_tickets_and_administrators_of_all_but_incidents(cast, client_of, subko):
    website, spj, secret = report(by=cast.reporter), report("spj_online", by=cast.reporter), report(by=cast.reporter)
    numbers = {ticket.number for ticket in (website, spj, secret)}
    for ticket in (website, spj, secret):
        seen(ticket, cast.reporter)
    actions.restrict(secret, by=subko, reason="Peretasan")

    told = {
        who.name: {number for line in lines(client_of(who)) for number in line.split() if number in numbers}
        for who in (subko, cast.holder(Role.KEPALA_BIDANG_APTIKA), cast.admin)
    }

    assert told == {
        subko.name: {website.number, secret.number},
        "Ir. Zulkifli": {website.number, spj.number, secret.number},
        cast.admin.name: {website.number, spj.number},
    }
    refused = {client_of(who).get(PAGE).status_code for who in (cast.reporter, cast.holder(Role.PROGRAMMER))}
    assert refused == {403}


def test_an_incident_changes_nothing_that_an_administrator_reads(cast, client_of, subko):
    report(by=cast.reporter)
    secret = report(by=cast.reporter)
    actions.restrict(secret, by=subko, reason="Peretasan")
    client = client_of(cast.admin)
    before = words(one(read(client.get(PAGE, {"tiket": secret.number})), "main"))

    seen(secret, cast.reporter)

    assert words(one(read(client.get(PAGE, {"tiket": secret.number})), "main")) == before


def test_neither_the_name_of_a_file_nor_its_picture_is_shown(cast, client_of):
    ticket = report(by=cast.reporter)
    seen(ticket, cast.reporter)

    page = client_of(cast.admin).get(PAGE).content.decode()

    assert "Siti Rahmah" in page
    assert "layar.png" not in page
    assert ticket.attachments.get().key not in page
    assert ticket.title not in page


# Found again


def test_views_between_two_days_of_a_ticket_by_a_person_are_found(cast, client_of, subko):
    ticket, other = report(by=cast.reporter), report(by=cast.reporter)
    midnight = datetime.fromisoformat("2026-11-18T00:00:00+07:00")
    for at in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(days=1)):
        seen(ticket, cast.reporter, at)
    seen(ticket, subko, midnight)
    seen(other, cast.reporter, midnight)
    client = client_of(cast.admin)

    found = lines(client, tiket=ticket.number.lower(), orang="siti", dari="2026-11-18", sampai="2026-11-18")

    assert len(found) == 1
    assert "18 Nov 2026 00.00 WIB" in found[0]
    assert "192.0.2.7" in found[0]
    assert len(lines(client, dari="bukan tanggal", sampai="9999-12-31", page="x")) == 5


@pytest.mark.parametrize("count", [3, 300])
def test_a_page_is_one_query_of_views_however_many_there_are(cast, client_of, django_assert_max_num_queries, count):
    ticket = report(by=cast.reporter)
    file = ticket.attachments.get()
    FileView.objects.bulk_create(
        FileView(at=timezone.now(), person=cast.reporter, attachment=file) for _ in range(count)
    )
    client = client_of(cast.admin)
    client.get(PAGE)

    with django_assert_max_num_queries(8) as asked:
        page = read(client.get(PAGE, {"tiket": ticket.number, "dari": "2026-01-01", "sampai": "2099-12-31"}))

    assert len(select(page, "ul.seen li")) == min(count, 50)
    assert sum('FROM "tickets_fileview"' in query["sql"] for query in asked.captured_queries) == 1


def test_the_last_page_has_the_oldest_and_says_so(cast, client_of):
    ticket = report(by=cast.reporter)
    for nth in range(51):
        seen(ticket, cast.reporter, TUESDAY - timedelta(minutes=nth))
    client = client_of(cast.admin)

    assert [len(lines(client, page=page)) for page in (1, 2, 3)] == [50, 1, 0]


def test_the_page_of_a_ticket_leads_there_for_who_may_read_it(cast, client_of, subko):
    ticket = report(by=cast.reporter)
    address = f"/siapa-melihat/?tiket={ticket.number}"

    shown = {who.name: address in client_of(who).get(ticket.get_absolute_url()).content.decode() for who in (
        subko, cast.reporter, cast.holder(Role.WEB_DEVELOPER), cast.holder(Role.KEPALA_BIDANG_APTIKA)
    )}  # fmt: skip

    assert shown == {subko.name: True, "Siti Rahmah": False, "Rina Marlina": False, "Ir. Zulkifli": True}
