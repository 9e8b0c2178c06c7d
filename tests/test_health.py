"""Kesehatan sistem tells administrators within two minutes what is unwell, and strangers only yes or no."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories import TUESDAY, person, report, walk
from tests.pages import one, read, select, words
from tickets import health
from tickets.models import Document, Heartbeat, Notice
from workflows import calendars
from workflows.models import CalendarYear
from workflows.roles import Role

pytestmark = pytest.mark.django_db
EVERYTHING = (
    "Sapuan batas waktu",
    "Peringatan yang tertunda",
    "Proses pekerja",
    "Penjadwal",
    "Kotak keluar surel",
    "Surel yang gagal",
    "Dokumen yang menunggu",
    "Dokumen yang gagal",
    "Kalender kerja",
    "Peran tanpa pemegang",
    "Jam server dan basis data",
    "Ruang penyimpanan",
)


@pytest.fixture
def in_order(settings):
    """A system of which there is nothing to say, at the present time."""
    now = timezone.now()
    for kind, name in (("sweep", ""), ("mail", ""), ("worker", "kantor:1"), ("beat", "kantor:2")):
        Heartbeat.objects.create(kind=kind, name=name, at=now)
    for year in (now.year, now.year + 1):
        CalendarYear.objects.create(year=year, status="ditetapkan", decree="SKB", confirmed_at=now)
    for role in Role:
        person(role.label, role=role)
    calendars.forget()
    settings.MAIL_ENABLED = True
    return now


def unwell(now):
    return [finding.title for finding in health.findings(now) if not finding.is_well]


def failed_mail(cast):
    ticket = report(by=cast.reporter)
    return Notice.objects.create(
        event="entry:uji",
        kind="turn",
        person=cast.reporter,
        channel=Notice.Channel.MAIL,
        ticket=ticket,
        entry=ticket.entries.first(),
        at=timezone.now(),
        not_before=timezone.now(),
        failed_at=timezone.now(),
        attempts=40,
        error="550 tidak dikenal",
    )


def test_a_system_in_order_has_nothing_to_say(in_order):
    found = health.findings(in_order)

    assert [finding.title for finding in found] == list(EVERYTHING)
    assert unwell(in_order) == []


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("sweep", "Sapuan batas waktu"),
        ("worker", "Proses pekerja"),
        ("beat", "Penjadwal"),
        ("mail", "Kotak keluar surel"),
    ],
)
def test_what_falls_silent_is_named_within_two_minutes(in_order, kind, title):
    Heartbeat.objects.filter(kind=kind).update(at=in_order - timedelta(seconds=119))

    assert unwell(in_order) == [title]


def test_a_sweep_of_long_ago_is_not_said_to_have_never_been(in_order):
    Heartbeat.objects.filter(kind="sweep").update(at=in_order - timedelta(days=3))

    [sweep] = [finding for finding in health.findings(in_order) if not finding.is_well]

    assert sweep.words == "Tidak berjalan dalam 24 jam terakhir"


def test_one_of_two_workers_is_enough(in_order):
    Heartbeat.objects.create(kind="worker", name="kantor:9", at=in_order - timedelta(hours=1))

    assert unwell(in_order) == []


def test_a_limit_that_nobody_looked_at_is_named(in_order, cast):
    ticket = walk(report(by=cast.reporter), cast, 2)
    ticket.runs.open().update(next_rung_at=in_order - timedelta(minutes=2))

    assert unwell(in_order) == ["Peringatan yang tertunda"]


def test_mail_that_does_not_leave_is_named(in_order, cast):
    notice = failed_mail(cast)
    Notice.objects.filter(pk=notice.pk).update(failed_at=None, not_before=in_order - timedelta(minutes=16))

    assert unwell(in_order) == ["Kotak keluar surel"]


def test_a_year_that_is_not_decreed_is_named(in_order):
    CalendarYear.objects.filter(year=in_order.year + 1).delete()

    assert "Kalender kerja" in unwell(in_order.replace(month=10, day=1))


def test_a_database_with_another_time_is_named(in_order, monkeypatch):
    monkeypatch.setattr(health, "_database_time", lambda now: now - timedelta(seconds=61))

    assert unwell(in_order) == ["Jam server dan basis data"]


def test_a_disk_that_fills_up_is_named(in_order, monkeypatch):
    monkeypatch.setattr("tickets.health.disk_usage", lambda folder: type("Disk", (), {"total": 1000, "free": 40})())

    assert unwell(in_order) == ["Ruang penyimpanan"]
    assert health.findings(in_order)[-1].words.startswith("96\N{NO-BREAK SPACE}% terpakai")


def test_strangers_learn_yes_or_no_and_nothing_else(in_order):
    well = Client().get(reverse("healthz"))
    Heartbeat.objects.all().delete()
    ill = Client().get(reverse("healthz"))

    assert (well.status_code, well.content, well["Cache-Control"].split(",")[0]) == (200, b"ok", "max-age=0")
    assert (ill.status_code, ill.content) == (503, b"not ok")


def test_what_can_wait_wakes_nobody(in_order, cast):
    failed_mail(cast)

    assert unwell(in_order) == ["Surel yang gagal"]
    assert Client().get(reverse("healthz")).content == b"ok"


def test_a_process_is_ready_when_its_database_is_as_it_needs_it(in_order):
    response = Client().get(reverse("readyz"))

    assert (response.status_code, response.content) == (200, b"ok")


def test_the_page_is_for_administrators(cast, client_of):
    statuses = {someone.name: client_of(someone).get(reverse("kesehatan")).status_code for someone in cast.everybody}

    assert [name for name, status in statuses.items() if status == 200] == [cast.admin.name]
    assert set(statuses.values()) == {200, 403}


def test_the_page_says_what_to_do(in_order, cast, client_of):
    Heartbeat.objects.filter(kind="sweep").update(at=TUESDAY)

    page = read(client_of(cast.admin).get(reverse("kesehatan")))

    ill = [words(one(item, "h2")) for item in select(page, "li.finding") if "is-ill" in item.get("class")]
    assert ill == ["Sapuan batas waktu"]
    assert "Pastikan proses pekerja berjalan" in words(page)


def test_mail_that_was_given_up_is_sent_again_or_let_be(cast, client_of):
    notice, client = failed_mail(cast), client_of(cast.admin)
    page = read(client.get(reverse("kesehatan")))
    address = reverse("kesehatan-surel", args=[notice.pk])

    client.post(address, {"kirim": "1"})
    notice.refresh_from_db()
    again = (notice.failed_at, notice.attempts, Notice.objects.pending().count())
    Notice.objects.update(failed_at=timezone.now())
    client.post(address, {"abaikan": "1"})
    notice.refresh_from_db()

    assert "550 tidak dikenal" in words(one(page, "ul.failed-mail"))
    assert again == (None, 0, 1)
    assert (notice.failed_at, notice.cancelled_at is not None, Notice.objects.failed().count()) == (None, True, 0)


def test_the_page_costs_the_same_however_many_processes_there_were(in_order, cast, client_of):
    client = client_of(cast.admin)
    Heartbeat.objects.bulk_create(Heartbeat(kind="worker", name=f"kantor:{n}", at=in_order) for n in range(100, 400))

    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("kesehatan"))

    assert len(asked) <= 24  # three of them the session's, and one the bell's


def test_a_paper_that_nobody_makes_is_named_and_one_that_was_given_up_can_wait(in_order):
    fields = {"kind": Document.Kind.SLA, "starts_on": "2026-10-01", "ends_on": "2026-10-31"}
    paper = Document.objects.create(ordered_at=in_order - timedelta(minutes=16), **fields)
    waits = (unwell(in_order), health.is_well(in_order))
    Document.objects.filter(pk=paper.pk).update(failed_at=in_order)

    assert waits == (["Dokumen yang menunggu"], False)
    assert (unwell(in_order), health.is_well(in_order)) == (["Dokumen yang gagal"], True)
