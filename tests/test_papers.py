"""Papers are issued: ordered, made, numbered without a gap, stored, made again byte for byte, read and checked."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sopdesk.celery import app
from tests.factories import TUESDAY, report, walk
from tests.pages import one, read, select, words
from tests.papers import pages_of
from tickets import actions, tasks
from tickets.models import Document, Office, RoleAssignment
from tickets.reports import issuing, monthly, periods
from tickets.reports.papers import content_of
from tickets.reports.press import PressFailed
from tickets.storage import private_files
from workflows.roles import Role
from workflows.sop import END

pytestmark = pytest.mark.django_db

LINK = {"bukti_masalah": {"tautan": "https://sumbarprov.go.id/berita"}}
#: Tuesday, 1 December 2026, 08.00 WIB: November is over.
DECEMBER = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
NOVEMBER = periods.month_of(date(2026, 11, 1))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = "https://sopdesk.example"


@pytest.fixture
def quick_press(monkeypatch):
    """In place of typst: what went to press, as the paper. For tests of everything but the paper itself."""

    def pressed(template, data, *, at, images=None):
        names = {name: sha256(content).hexdigest() for name, content in images.items()}
        return json.dumps([template, data, at.isoformat(), names], sort_keys=True).encode()

    monkeypatch.setattr(monthly, "press", pressed)


@pytest.fixture
def head(cast):
    return cast.holder(Role.KEPALA_BIDANG_APTIKA)


def order(period=NOVEMBER, *, by=None, now=DECEMBER):
    return issuing.order_sla(period, by=by, now=now)


def issued(period=NOVEMBER, *, by=None, now=DECEMBER):
    """A Laporan SLA, ordered and made."""
    document = order(period, by=by, now=now)
    issuing.make_waiting(now)
    document.refresh_from_db()
    assert document.made_at == now
    return document


def files_of(settings):
    return sorted(path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


# Made


def test_a_paper_carries_its_number_on_every_page_and_the_address_of_its_check(cast, settings):
    document = issued()

    pdf = content_of(document)
    pages = pages_of(pdf)
    assert (document.number, document.year, document.sequence, document.issue) == (
        "SLA/001/Diskominfotik/2026",
        2026,
        1,
        1,
    )
    assert document.sha256 == sha256(pdf).hexdigest()
    for number, page in enumerate(pages, start=1):
        assert f"Nomor {document.number}" in page
        assert f"Halaman {number} dari {len(pages)}" in page
        assert f"Periksa keaslian: https://sopdesk.example/periksa/{document.code}/" in page
    assert document.inputs["check"] == f"https://sopdesk.example/periksa/{document.code}/"
    assert set(document.images) == {"qr.svg"}
    assert issuing.images_of(document)["qr.svg"] == issuing._qr_code(document.inputs["check"])


def test_a_ticket_of_the_spj_sop_that_is_closed_gets_its_closing_report_by_itself(cast):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, END)
    actions.confirm(ticket, by=cast.reporter)

    issuing.make_waiting()

    document = ticket.documents.get()
    [first, *_] = pages_of(content_of(document))
    assert document.number == f"LPM/001/Diskominfotik/{document.year}"
    assert f"Nomor {document.number}" in first
    assert ticket.number in first
    assert issuing.reproduce(document) == content_of(document)


def test_a_ticket_whose_report_was_issued_while_it_waited_for_confirmation_closes_with_a_further_issue(cast):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, END)
    issuing.order_completion(ticket, by=cast.holder(Role.SUBKOORDINATOR_APLIKASI), now=DECEMBER)

    actions.confirm(ticket, by=cast.reporter)

    assert list(ticket.documents.order_by("issue").values_list("issue", "ordered_by__name")) == [
        (1, "Lina Kartika"),
        (2, None),
    ]


@pytest.mark.usefixtures("quick_press")
def test_numbers_count_each_kind_by_itself_and_begin_anew_in_a_year_of_wib(cast):
    midnight = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # 1 January 2027, 00.00 WIB
    quarter = periods.quarter_of(date(2026, 7, 1))
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, END)

    issuing.order_completion(ticket, by=None, now=DECEMBER)
    numbers = [issued(period, now=now).number for period, now in (
        (NOVEMBER, DECEMBER), (quarter, midnight - timedelta(seconds=1)), (NOVEMBER, midnight), (quarter, midnight),
    )]  # fmt: skip

    assert numbers == [
        "SLA/001/Diskominfotik/2026",
        "SLA/002/Diskominfotik/2026",
        "SLA/001/Diskominfotik/2027",
        "SLA/002/Diskominfotik/2027",
    ]
    assert ticket.documents.get().number == "LPM/001/Diskominfotik/2026"


@pytest.mark.usefixtures("quick_press")
def test_the_number_is_written_as_the_office_writes_it(cast):
    Office.objects.create(pk=1, sla_code="555", sla_number="{kode}/{urut}/{unit}/{bulan}/{tahun}", unit_code="Aptika")

    assert issued().number == "555/001/Aptika/XII/2026"


@pytest.mark.usefixtures("quick_press")
def test_pressed_twice_it_is_one_order_and_later_a_further_issue_beside_the_old_one(cast, head):
    first, again = order(by=head), order(by=head)
    issuing.make_waiting(DECEMBER)
    first.refresh_from_db()
    before = first.sha256

    second = issued(by=head, now=DECEMBER + HOUR)

    first.refresh_from_db()
    assert first == again
    assert [(d.issue, d.number) for d in (first, second)] == [
        (1, "SLA/001/Diskominfotik/2026"),
        (2, "SLA/002/Diskominfotik/2026"),
    ]
    assert (first.sha256, first.made_at) == (before, DECEMBER)


@pytest.mark.usefixtures("quick_press")
def test_two_orders_of_a_ticket_with_other_pictures_are_two_issues(cast):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, END)

    orders = [issuing.order_completion(ticket, by=None, now=DECEMBER, images=keys) for keys in (None, ["a"], ["a"])]

    assert [document.issue for document in orders] == [1, 2, 2]
    assert Document.objects.count() == 2


@pytest.mark.usefixtures("quick_press")
def test_what_all_papers_print_is_kept_once(cast, settings):
    office = Office(pk=1)
    with (settings.BASE_DIR / "static" / "img" / "favicon.svg").open("rb") as file:
        office.logo.save("logo.svg", file, save=True)

    first, second = issued(), issued(periods.quarter_of(date(2026, 7, 1)))

    assert set(first.images) == {"logo.svg", "qr.svg"}
    assert first.images["logo.svg"] == second.images["logo.svg"]
    assert first.images["qr.svg"] != second.images["qr.svg"]


# Not made: nothing is lost and no number is missing


def press_that_fails(*args, **kwargs):
    raise PressFailed("sla.typ: tidak dapat disusun")


def killed(*args, **kwargs):
    raise SystemExit("as by a signal: nobody says why")


@pytest.mark.usefixtures("quick_press")
def test_a_paper_whose_press_fails_waits_ever_longer_and_is_given_up_after_the_fifth_time(cast, monkeypatch):
    document, now, waited = order(), DECEMBER, []
    with monkeypatch.context() as patch:
        patch.setattr(monthly, "press", press_that_fails)
        while issuing.make_next(now):
            document.refresh_from_db()
            if document.failed_at:
                break
            waited.append((document.lease_until - now) / MINUTE)
            assert not issuing.make_next(document.lease_until - timedelta(seconds=1))
            now = document.lease_until

    assert waited == [1, 5, 15, 60]
    assert (document.attempts, document.error, document.number) == (5, "sla.typ: tidak dapat disusun", "")
    assert not issuing.make_next(now + timedelta(days=1))

    issuing.make_again(document)
    issuing.make_waiting(now)
    document.refresh_from_db()
    assert (document.number, document.error) == ("SLA/001/Diskominfotik/2026", "")


@pytest.mark.usefixtures("quick_press")
def test_one_bad_paper_stops_no_other(cast, monkeypatch):
    bad, good = order(), order(periods.quarter_of(date(2026, 7, 1)), now=DECEMBER + MINUTE)
    press = monthly.press

    def fails_for_november(template, data, **kwargs):
        return press_that_fails() if "November" in data["title"] else press(template, data, **kwargs)

    monkeypatch.setattr(monthly, "press", fails_for_november)
    issuing.make_waiting(DECEMBER + MINUTE)

    assert set(Document.objects.waiting()) == {bad}
    assert Document.objects.get(pk=good.pk).number == "SLA/001/Diskominfotik/2026"


@pytest.mark.usefixtures("quick_press")
@pytest.mark.parametrize(
    "place",
    ["tickets.reports.monthly.press", "tickets.reports.issuing._kept", "tickets.reports.issuing.outbox.put_document"],
    ids=["in the press", "while storing", "at the very end"],
)
def test_a_worker_that_is_killed_leaves_a_paper_that_waits_and_no_gap(cast, settings, monkeypatch, place):
    document = order()
    with monkeypatch.context() as patch:
        patch.setattr(place, killed)
        with pytest.raises(SystemExit):
            issuing.make_next(DECEMBER)

    document.refresh_from_db()
    in_hand = issuing.make_next(DECEMBER + issuing.LEASE - timedelta(seconds=1))
    issuing.make_waiting(DECEMBER + issuing.LEASE)
    made = Document.objects.get(pk=document.pk)

    assert (document.number, document.pdf.name, in_hand) == ("", "", False)
    assert made.number == "SLA/001/Diskominfotik/2026"
    assert len(files_of(settings)) == 2  # the paper and its QR code


@pytest.mark.usefixtures("quick_press")
def test_a_paper_that_ends_its_worker_every_time_is_given_up_too(cast):
    document = order()
    Document.objects.update(attempts=issuing.MOST_ATTEMPTS)

    issuing.make_waiting(DECEMBER)

    document.refresh_from_db()
    assert (document.failed_at, document.number) == (DECEMBER, "")
    assert document.error == "Proses pekerja berhenti setiap kali dokumen ini dibuat."


@pytest.mark.usefixtures("quick_press")
def test_who_took_longer_than_the_lease_issues_nothing(cast):
    order()
    slow = issuing._claim(DECEMBER)
    issuing.make_waiting(DECEMBER + issuing.LEASE)
    made = Document.objects.get()

    issuing._make(slow, DECEMBER + issuing.LEASE + MINUTE)

    assert Document.objects.get() == made
    assert (Document.objects.get().made_at, Document.objects.count()) == (made.made_at, 1)


class Fault:
    """The k-th statement fails."""

    def __init__(self, k):
        self.k, self.seen = k, 0

    def __call__(self, execute, sql, params, many, context):
        self.seen += 1
        if self.seen == self.k:
            raise OperationalError("the server went away")
        return execute(sql, params, many, context)


@pytest.mark.usefixtures("quick_press")
@pytest.mark.django_db(transaction=True)
def test_whatever_statement_fails_the_next_attempt_issues_the_paper_and_no_number_is_missing(
    cast, settings, monkeypatch
):
    monkeypatch.setattr(monthly, "inputs", lambda scope, *, now: {"title": "Laporan SLA", "sentence": "Tidak ada."})
    month, failed = NOVEMBER, 0
    for k in range(1, 200):
        document, fault = order(month), Fault(k)
        with connection.execute_wrapper(fault):
            try:
                issuing.make_next(DECEMBER)
            except OperationalError:
                failed += 1
        if fault.seen < k:
            break
        assert not Document.objects.made().filter(pk=document.pk).exists()
        issuing.make_waiting(DECEMBER + HOUR)
        month = month.previous()

    made = Document.objects.made()
    assert k > 10
    assert 0 < failed < k  # the claim itself says so; what comes later is tried again
    assert list(made.order_by("sequence").values_list("sequence", flat=True)) == list(range(1, k + 1))
    assert len(files_of(settings)) == 2 * made.count()


@pytest.mark.usefixtures("quick_press")
@pytest.mark.django_db(transaction=True)
def test_a_commit_whose_answer_was_lost_keeps_the_file_that_the_row_knows(cast, settings, monkeypatch):
    document, commit, lost = order(), connection._commit, []

    def unheard():
        commit()
        if not lost and Document.objects.made().exists():
            lost.append("the answer")
            raise OperationalError("the server went away")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "_commit", unheard)
        issuing.make_next(DECEMBER)

    document.refresh_from_db()
    assert lost
    assert document.sha256 == sha256(content_of(document)).hexdigest()


# Eight at once


def at_once(act, hands=8):
    start = Barrier(hands)

    def run(_):
        try:
            start.wait()
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(hands) as threads:
        return list(threads.map(run, range(hands)))


@pytest.mark.usefixtures("quick_press")
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_workers_number_forty_papers_without_a_gap_or_a_double(cast):
    month = NOVEMBER
    for _ in range(40):
        order(month)
        month = month.previous()

    def work():
        while issuing.make_next(DECEMBER):
            pass

    at_once(work)

    assert not Document.objects.waiting().exists()
    assert sorted(Document.objects.values_list("sequence", flat=True)) == list(range(1, 41))
    assert set(Document.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.usefixtures("quick_press")
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_of_the_office_eight_workers_collide(cast, monkeypatch):
    """The control of the test above: what it would see if the numbers were counted without one."""
    month = NOVEMBER
    for _ in range(40):
        order(month)
        month = month.previous()
    monkeypatch.setattr(issuing, "_locked_office", Office.current)

    at_once(lambda: [issuing.make_next(DECEMBER) for _ in range(5)])

    assert Document.objects.filter(attempts=1, number="").exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_people_who_press_at_once_order_one_paper(cast, head):
    orders = at_once(lambda: order(by=head).pk)

    assert len(set(orders)) == Document.objects.count() == 1


# Made again


@pytest.fixture
def reported(cast):
    """A Laporan SLA of a month in which something happened."""
    walk(report(by=cast.reporter, answers=LINK, now=TUESDAY), cast, 2)
    return issued()


def test_a_paper_is_made_again_byte_for_byte_from_what_is_stored(reported):
    document = Document.objects.get(pk=reported.pk)

    assert issuing.reproduce(document) == content_of(document)


def test_one_changed_sign_of_its_inputs_makes_another_paper(reported):
    reported.inputs["sentence"] = reported.inputs["sentence"].replace("November", "Nopember")

    assert issuing.reproduce(reported) != content_of(reported)


def test_what_changes_in_the_office_later_changes_no_paper(reported, cast, settings):
    Office.objects.update(unit="Bidang Lain", paper="f4")
    settings.SITE_URL = "https://lain.example"
    cast.holder(Role.KEPALA_BIDANG_APTIKA).role_assignments.all().delete()

    assert issuing.reproduce(reported) == content_of(reported)


def verified(capsys):
    try:
        call_command("verify_documents")
    except CommandError as error:
        return [*capsys.readouterr().out.splitlines(), str(error)]
    return capsys.readouterr().out.splitlines()


def test_papers_as_they_were_issued_are_found_sound(reported, capsys):
    assert verified(capsys) == ["1 papers: sound, 1 of them made again byte for byte"]


def tampered_file(document):
    path = private_files().path(document.pdf.name)
    with open(path, "r+b") as file:
        file.seek(-20, 2)
        file.write(b"x")


def missing_file(document):
    private_files().delete(document.pdf.name)


def tampered_inputs(document):
    figures = document.inputs["headline"]
    figures[0]["value"] = "100 %"
    Document.objects.filter(pk=document.pk).update(inputs=document.inputs)


def missing_image(document):
    private_files().delete(document.images["qr.svg"])


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (tampered_file, "the file is not the one that was issued: its SHA-256 differs"),
        (missing_file, "the file is not there"),
        (tampered_inputs, "made again from its inputs, it comes out differently"),
        (missing_image, "it could not be made again: FileNotFoundError"),
    ],
    ids=["file", "no file", "inputs", "no image"],
)
def test_what_is_not_as_it_was_issued_is_named(reported, capsys, harm, told):
    harm(reported)

    assert verified(capsys) == [f"{reported.number}: {told}", "1 papers: 1 flaws"]


def test_of_an_earlier_edition_of_the_templates_only_the_file_is_compared(reported, capsys):
    Document.objects.update(edition="sebelumnya")

    assert verified(capsys) == ["1 papers: sound, 0 of them made again byte for byte"]
    tampered_file(reported)
    assert verified(capsys)[-1] == "1 papers: 1 flaws"


# The list


def copy_paper(document, times):
    """Further issues of a paper, as if each had been made."""
    last = Document.objects.count()
    for sequence in range(last + 1, last + times + 1):
        document.pk, document.code = None, f"salinan-{sequence}"
        document.issue = document.sequence = sequence
        document.number = f"SLA/{sequence:03}/Diskominfotik/2026"
        document.save(force_insert=True)


@pytest.mark.usefixtures("quick_press")
def test_the_list_shows_the_papers_the_latest_first_with_their_files(cast, client_of, head):
    issued()
    order(periods.quarter_of(date(2026, 7, 1)), now=DECEMBER + HOUR)

    rows = select(read(client_of(head).get(reverse("dokumen"))), "ul.papers li")

    document = Document.objects.made().get()
    assert "Sedang dibuat" in words(rows[0])
    kind = Document.Kind.SLA.label
    assert f"{kind}, Triwulan III 2026" in words(rows[0])
    assert f"SLA/001/Diskominfotik/2026 {kind}, November 2026 1 Des 2026 08.00 WIB" in words(rows[1])
    assert document.sha256[:12] in words(rows[1])
    assert [link.get("href") for link in select(rows[1], "a")] == [
        f"/dokumen/{document.code}/",
        f"/dokumen/{document.code}/angka.xlsx",
    ]


@pytest.mark.usefixtures("quick_press")
def test_each_overseer_sees_the_papers_of_their_own_sops_and_who_heads_all_sees_all(cast, client_of, head):
    issued()
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, END)
    issuing.order_completion(ticket, by=None, now=DECEMBER)

    def shown(person):
        return len(select(read(client_of(person).get(reverse("dokumen"))), "ul.papers li"))

    assert shown(head) == 2
    assert shown(cast.holder(Role.SUBKOORDINATOR_APLIKASI)) == 1
    assert shown(cast.holder(Role.SUB_KOORDINATOR)) == 0
    for person in (cast.reporter, cast.admin, cast.holder(Role.PROGRAMMER)):
        assert client_of(person).get(reverse("dokumen")).status_code == 403


@pytest.mark.usefixtures("quick_press")
def test_the_list_is_narrowed_by_kind_and_year(cast, client_of, head):
    issued()
    issued(now=datetime(2027, 1, 4, 1, 0, tzinfo=UTC))
    client = client_of(head)

    def shown(query):
        return [words(one(row, "strong")) for row in select(read(client.get(f"/dokumen/?{query}")), "ul.papers li")]

    assert shown("tahun=2026") == ["SLA/001/Diskominfotik/2026"]
    assert shown("jenis=sla&tahun=2027") == ["SLA/001/Diskominfotik/2027"]
    assert shown("jenis=penyelesaian") == []
    assert len(shown("jenis=lain&tahun=1999")) == 2  # what is not offered is left out


@pytest.mark.usefixtures("quick_press")
def test_the_list_costs_the_same_for_3_and_30_papers(cast, client_of, head):
    client = client_of(head)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            page = client.get(reverse("dokumen"))
        return len(asked), len(page.content)

    copy_paper(issued(), 2)
    few, _ = queries()
    copy_paper(Document.objects.first(), 27)
    many, size = queries()

    assert few == many <= 15
    assert size < 60_000


@pytest.mark.usefixtures("quick_press")
def test_who_heads_the_office_issues_a_report_of_a_month_that_is_over(cast, client_of, head, time_machine):
    report(by=cast.reporter, answers=LINK, now=TUESDAY)
    time_machine.move_to(DECEMBER, tick=False)
    client = client_of(head)

    answer = client.post(reverse("dokumen"), {"periode": "bulan-2026-11-01"})
    listed = client.get(answer.url).content.decode()
    running = client.post(reverse("dokumen"), {"periode": "bulan-2026-12-01"})

    document = Document.objects.get()
    assert (document.starts_on, document.ends_on, document.ordered_by) == (NOVEMBER.first, NOVEMBER.last, head)
    assert answer.status_code == 302
    assert "Laporan SLA November 2026 sedang dibuat" in listed
    assert running.status_code == 422
    assert "Periode ini belum berakhir atau tidak tersedia." in running.content.decode()


def test_only_who_heads_the_office_issues(cast, client_of):
    client = client_of(cast.holder(Role.SUB_KOORDINATOR))

    refused = client.post(reverse("dokumen"), {"periode": "bulan-2026-10-01"})

    assert refused.status_code == 403
    assert "Terbitkan" not in client.get(reverse("dokumen")).content.decode()
    assert not Document.objects.exists()


@pytest.mark.usefixtures("quick_press")
def test_a_paper_that_failed_is_made_again_from_the_page_of_the_systems_health(cast, client_of):
    document = order()
    Document.objects.update(failed_at=DECEMBER, attempts=5, error="sla.typ: tidak dapat disusun")
    client = client_of(cast.admin)

    page = words(read(client.get(reverse("kesehatan"))))
    answer = client.post(reverse("kesehatan-dokumen", args=[document.pk]))
    refused = client_of(cast.reporter).post(reverse("kesehatan-dokumen", args=[document.pk]))

    assert "1 dokumen tidak dapat dibuat" in page
    assert "sla.typ: tidak dapat disusun" in page
    assert (answer.status_code, refused.status_code) == (302, 403)
    assert Document.objects.waiting().get() == document


# The files


def test_a_paper_is_delivered_to_who_may_read_it_and_to_nobody_else(cast, client_of, head, reported):
    address = reverse("dokumen-unduh", args=[reported.code])

    answer = client_of(head).get(address)

    assert answer.content == content_of(reported)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"] == 'inline; filename="SLA-001-Diskominfotik-2026.pdf"'
    for person in (cast.reporter, cast.admin, cast.holder(Role.SUB_KOORDINATOR), cast.holder(Role.PROGRAMMER)):
        assert client_of(person).get(address).status_code == 404
        assert client_of(person).get(f"{address}angka.xlsx").status_code == 404
    assert Client().get(address).status_code == 302


@pytest.mark.usefixtures("quick_press")
def test_a_paper_of_a_ticket_is_for_who_takes_part_in_its_sop(cast, client_of):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, END)
    document = issuing.order_completion(ticket, by=None, now=DECEMBER)
    unmade = client_of(cast.holder(Role.NETWORK_ADMINISTRATOR)).get(reverse("dokumen-unduh", args=[document.code]))
    issuing.make_waiting(DECEMBER)

    def answer(person, page="dokumen-unduh"):
        return client_of(person).get(reverse(page, args=[document.code])).status_code

    assert unmade.status_code == 404
    assert answer(cast.holder(Role.NETWORK_ADMINISTRATOR)) == 200
    assert answer(cast.holder(Role.NETWORK_ADMINISTRATOR), "dokumen-xlsx") == 404  # it has no figures
    assert answer(cast.holder(Role.WEB_DEVELOPER)) == 404
    assert answer(cast.reporter) == 404


def test_a_file_that_is_gone_is_said_to_be(reported, client_of, head):
    missing_file(reported)

    assert client_of(head).get(reverse("dokumen-unduh", args=[reported.code])).status_code == 503


def test_who_loses_the_role_reads_no_paper_any_more(reported, client_of, head):
    RoleAssignment.objects.filter(user=head).update(ends_on=date(2020, 12, 31))

    assert client_of(head).get(reverse("dokumen-unduh", args=[reported.code])).status_code == 404


# The check page


def shape(page):
    return [element.tag for element in one(page, "section.check").iter() if element.tag != "code"]


@pytest.mark.usefixtures("quick_press")
def test_anybody_may_check_a_paper_and_learns_nothing_else(cast):
    document = issued()

    page = read(Client().get(f"/periksa/{document.code}/"))

    assert words(one(page, "section.check")) == (
        "Dokumen tercatat Nomor dan sidik digital di bawah ini tercatat sebagai dokumen asli. "
        f"Nomor {document.number} SHA-256 berkas PDF {document.sha256}"
    )
    addresses = {link.get("href") for link in select(page, "a")}
    assert not any("dokumen" in address for address in addresses)


@pytest.mark.usefixtures("quick_press")
def test_a_paper_of_a_ticket_tells_a_stranger_neither_ticket_nor_people(cast):
    ticket = walk(report("spj_online", by=cast.reporter, title="Rahasia kantor"), cast, 2, 3, 4, 5, 6, 7, END)
    document = issuing.order_completion(ticket, by=cast.holder(Role.SUBKOORDINATOR_APLIKASI), now=DECEMBER)
    issuing.make_waiting(DECEMBER)

    page = Client().get(f"/periksa/{document.code}/").content.decode()

    document.refresh_from_db()
    assert document.number in page
    for secret in (ticket.number, "Rahasia", cast.reporter.name, "Dinas Kesehatan", "Lina Kartika", ticket.sop.service):
        assert str(secret) not in page


@pytest.mark.usefixtures("quick_press")
def test_an_unknown_code_and_a_paper_not_made_yet_look_the_same(cast):
    made = issued()
    unmade = order(periods.year_of(date(2025, 1, 1)))

    answers = [Client().get(f"/periksa/{code}/") for code in ("tidak-ada", unmade.code)]
    known = Client().get(f"/periksa/{made.code}/")

    assert [answer.status_code for answer in answers] == [404, 404]
    assert len({re.sub(r"/periksa/[\w-]+/", "", answer.content.decode()) for answer in answers}) == 1
    answers[0].status_code = 200  # to be read as a page
    assert shape(read(answers[0])) == shape(read(known))
    assert "Dokumen tidak tercatat" in answers[0].content.decode()


# The queue


def test_papers_are_made_in_a_queue_of_their_own_so_that_neither_clock_nor_mail_waits(settings):
    routed = {
        task: app.amqp.router.route({}, task)["queue"].name
        for task in ("tickets.tasks.make_papers", "tickets.tasks.sweep", "tickets.tasks.deliver")
    }

    assert routed == {
        "tickets.tasks.make_papers": "berkas",
        "tickets.tasks.sweep": "celery",
        "tickets.tasks.deliver": "surel",
    }
    assert set(app.amqp.queues.consume_from) == {"celery", "surel", "berkas"}  # what one worker for all listens to


@pytest.mark.usefixtures("quick_press")
def test_the_task_makes_what_waits_and_a_second_call_in_this_process_joins_no_first(cast):
    order()
    with issuing._one_at_a_time:
        tasks.make_papers()
        assert Document.objects.waiting().count() == 1

    tasks.make_papers()

    assert Document.objects.made().count() == 1


def test_half_an_image_that_a_killed_worker_left_is_written_anew():
    path = issuing._kept("logo.png", b"a whole image")
    with private_files().open(path, "wb") as half:
        half.write(b"a wh")

    assert issuing._kept("logo.png", b"a whole image") == path
    with private_files().open(path) as kept:
        assert kept.read() == b"a whole image"
