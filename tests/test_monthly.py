"""The Laporan SLA of a month: due on the first working day of the next, told to who heads the office, and true."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from openpyxl import load_workbook

from tests.factories import TUESDAY, advance, person, report
from tests.mail_server import MailServer
from tests.pages import one, read, select, words
from tests.papers import lines_of, pages_of, widths_of
from tickets import tasks
from tickets.models import Document, Notice, Office, RoleAssignment, StepRun, User
from tickets.models.people import MailChoice
from tickets.notifications import outbox
from tickets.reports import figures, issuing, monthly, periods
from tickets.reports.papers import content_of
from workflows import calendars
from workflows.models import CalendarChange, CalendarDay
from workflows.roles import Role
from workflows.worktime import ZONE

pytestmark = pytest.mark.django_db


def wib(*parts):
    """An instant of the office's own clock."""
    return datetime(*parts, tzinfo=ZONE)


LINK = {"bukti_masalah": {"tautan": "https://sumbarprov.go.id/berita"}}
NOVEMBER = periods.month_of(date(2026, 11, 1))
#: Tuesday, 1 December 2026, 07.30 WIB: the first opening of the month.
DECEMBER = wib(2026, 12, 1, 7, 30)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def filed(cast, *, now=TUESDAY, **fields):
    return report(by=cast.reporter, answers=LINK, now=now, **fields)


@pytest.fixture
def head(cast):
    return cast.holder(Role.KEPALA_BIDANG_APTIKA)


@pytest.fixture
def mail_is_on(settings):
    settings.MAIL_ENABLED = True
    settings.SITE_URL = "https://sopdesk.example"


def closed(day):
    """A libur nasional."""
    CalendarChange.objects.create(at=TUESDAY, reason="SKB")
    CalendarDay.objects.create(date=day, kind="libur", name="Libur", decree="SKB")
    calendars.forget()


# When


@pytest.mark.parametrize(
    ("before", "opening", "first"),
    [
        (wib(2026, 12, 1, 7, 29, 59), wib(2026, 12, 1, 7, 30), date(2026, 11, 1)),
        (wib(2026, 11, 2, 7, 29, 59), wib(2026, 11, 2, 7, 30), date(2026, 10, 1)),
        (wib(2027, 1, 4, 7, 29, 59), wib(2027, 1, 4, 7, 30), date(2026, 12, 1)),
    ],
    ids=["a Tuesday", "the first is a Sunday", "new year, and a weekend behind it"],
)
def test_the_report_of_a_month_is_ordered_when_the_next_one_has_its_first_working_day(cast, before, opening, first):
    closed(date(2027, 1, 1))
    filed(cast, now=wib(2026, 9, 1, 10, 0))

    issuing.order_monthly(before)
    early = Document.objects.exists()
    issuing.order_monthly(opening)

    ordered = Document.objects.get()
    assert not early
    assert (ordered.kind, ordered.starts_on, ordered.ordered_by) == ("sla", first, None)
    assert issuing.period_of(ordered) == periods.month_of(first)


def test_it_is_ordered_once_however_often_the_clock_asks(cast):
    filed(cast)

    for hours in range(0, 24 * 30, 24):
        issuing.order_monthly(DECEMBER + timedelta(hours=hours))

    assert [issuing.period_of(document) for document in Document.objects.all()] == [NOVEMBER]


def test_a_worker_that_was_off_on_that_day_orders_it_later(cast, time_machine):
    filed(cast)
    time_machine.move_to(DECEMBER + 9 * DAY, tick=False)

    tasks.order_monthly_report()

    assert issuing.period_of(Document.objects.get()) == NOVEMBER


def test_what_somebody_issued_before_is_not_issued_again(cast, head):
    filed(cast)
    issuing.order_sla(NOVEMBER, by=head, now=DECEMBER - timedelta(hours=1))

    issuing.order_monthly(DECEMBER)

    assert Document.objects.count() == 1


def test_a_month_before_the_first_ticket_has_no_report(cast):
    filed(cast, now=DECEMBER)

    issuing.order_monthly(DECEMBER + MINUTE)

    assert not Document.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_processes_order_it_once(cast):
    filed(cast)
    start = Barrier(8)

    def ask(_):
        try:
            start.wait()
            issuing.order_monthly(DECEMBER)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(8)))

    assert Document.objects.count() == 1


# Who is told


def made(cast, *, by=None, now=DECEMBER):
    """The report of November, ordered and made."""
    issuing.order_sla(NOVEMBER, by=by, now=now)
    issuing.make_waiting(now)
    return Document.objects.get(made_at__isnull=False)


@pytest.mark.usefixtures("mail_is_on")
def test_everybody_who_heads_the_office_is_told_substitutes_too(cast, head):
    substitute, of_one_sop, gone = person("Plh. Kepala"), person("Kepala satu SOP"), person("Mantan Kepala")
    for someone, fields in (
        (substitute, {"substitute_for": head, "letter_number": "800/1", "ends_on": date(2026, 12, 31)}),
        (of_one_sop, {"procedure": "website"}),
        (gone, {"ends_on": date(2026, 11, 30)}),
    ):
        RoleAssignment.objects.create(
            user=someone, role=Role.KEPALA_BIDANG_APTIKA, **{"starts_on": date(2020, 1, 1)} | fields
        )

    document = made(cast)

    told = Notice.objects.filter(document=document).order_by("person__name", "channel")
    assert [(notice.person, notice.channel) for notice in told] == [
        (head, "situs"),
        (head, "surel"),
        (substitute, "situs"),
        (substitute, "surel"),
    ]
    assert {notice.event for notice in told} == {f"document:{document.pk}"}


@pytest.mark.usefixtures("mail_is_on")
def test_who_ordered_a_report_is_not_told_of_their_own_act(cast, head):
    made(cast, by=head)

    assert not Notice.objects.exists()


@pytest.mark.usefixtures("mail_is_on")
def test_the_mail_brings_the_paper_and_its_figures(cast, head):
    document = made(cast)

    outbox.deliver(DECEMBER)

    [message] = mail.outbox
    pdf, xlsx = message.attachments
    assert message.recipients() == [head.email]
    assert message.subject == "[SLA/001/Diskominfotik/2026] Laporan SLA November 2026"
    assert document.inputs["sentence"] in message.body
    assert f"https://sopdesk.example/dokumen/{document.code}/" in message.body
    assert document.sha256 in message.body
    assert (pdf[0], pdf[1], pdf[2]) == ("SLA-001-Diskominfotik-2026.pdf", content_of(document), "application/pdf")
    assert xlsx[0] == "SLA-001-Diskominfotik-2026.xlsx"
    assert load_workbook(io.BytesIO(xlsx[1]), read_only=True).sheetnames[0] == "Ringkasan"


@pytest.mark.usefixtures("mail_is_on")
def test_a_mail_sent_twice_has_the_same_message_id_and_the_same_files(cast, settings):
    made(cast)
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        for _ in range(2):  # whoever was killed before it could mark the row leaves a lease that runs out
            Notice.objects.update(sent_at=None, lease_until=None)
            outbox.deliver(DECEMBER)

    first, second = server.mails
    notice = Notice.objects.get(channel="surel")
    assert first["Message-ID"] == second["Message-ID"] == f"<pemberitahuan-{notice.pk}@sopdesk.example>"
    files = [[part.get_payload(decode=True) for part in letter.iter_attachments()] for letter in (first, second)]
    assert files[0] == files[1]
    assert len(files[0]) == 2


@pytest.mark.usefixtures("mail_is_on")
@pytest.mark.parametrize(
    ("choice", "mails"), [(MailChoice.AT_ONCE, 1), (MailChoice.DIGEST, 1), (MailChoice.NEVER, 0)], ids=str
)
def test_the_mail_comes_alone_in_no_digest_and_to_nobody_who_wants_none(cast, head, choice, mails):
    User.objects.filter(pk=head.pk).update(mail_choice=choice)

    made(cast)
    outbox.deliver(DECEMBER)

    assert len(mail.outbox) == mails
    assert all(len(message.attachments) == 2 for message in mail.outbox)


@pytest.mark.usefixtures("mail_is_on")
def test_who_no_longer_heads_the_office_gets_no_mail_and_no_notice(cast, head, client_of):
    made(cast)
    RoleAssignment.objects.filter(user=head).update(ends_on=date(2020, 12, 31))

    delivered = outbox.deliver(DECEMBER)

    assert (delivered.cancelled, mail.outbox) == (1, [])
    assert "Laporan SLA" not in client_of(head).get(reverse("pemberitahuan")).content.decode()


@pytest.mark.usefixtures("mail_is_on")
def test_a_report_of_a_saturday_waits_for_the_office_to_open_before_it_is_mailed(cast):
    saturday = wib(2026, 12, 5, 10, 0)

    made(cast, now=saturday)

    assert Notice.objects.get(channel="surel").not_before == wib(2026, 12, 7, 7, 30)


def test_the_bell_and_the_page_of_notices_tell_of_it_until_it_is_read(cast, head, client_of):
    document = made(cast)
    filed(cast)
    client = client_of(head)

    page = read(client.get(reverse("pemberitahuan")))
    group = next(group for group in select(page, "li.told-ticket") if document.number in words(group))
    mark = one(group, "form").get("action")
    stranger = client_of(cast.reporter).post(mark)
    client.post(mark)
    again = read(client.get(reverse("pemberitahuan")))

    assert one(page, "a.bell").get("aria-label") == "Pemberitahuan, 1 belum dibaca"
    assert words(one(group, "a.rows-title")) == f"{document.number} Laporan SLA November 2026"
    assert one(group, "a.rows-title").get("href") == f"/dokumen/{document.code}/"
    assert (
        f"Laporan SLA November 2026 sudah terbit dengan nomor {document.number}. {document.inputs['sentence']}"
        in words(group)
    )
    assert stranger.status_code == 404
    assert one(again, "a.bell").get("aria-label") == "Pemberitahuan"


# What it says


@pytest.fixture
def november(cast):
    """A month with rows that kept their limits and rows that did not, and tickets that are late at its end."""
    for pause in (9, 14, 16):
        ticket = advance(filed(cast), cast, 2, now=TUESDAY)
        advance(ticket, cast, 3, now=TUESDAY + pause * MINUTE)
    return monthly.whole_office(NOVEMBER)


def test_the_paper_says_what_the_figures_say(cast, november):
    document = made(cast)
    told = figures.figures(november, DECEMBER)

    pages = pages_of(content_of(document))
    everything = " ".join(pages)

    [row] = [row for row in told.rows if (row.sop.procedure, row.step.no) == ("website", 2)]
    assert (row.sums.runs, row.sums.on_time, row.sums.late, row.median, row.p90) == (3, 2, 1, 14, 16)
    assert "November 2026: 6 langkah selesai, 67 % tepat waktu; satu langkah terlambat" in pages[0]
    assert "Tepat waktu 67 % 2 dari 3 langkah Oktober 2026: –" in pages[0]
    assert "Terlambat 33 % 1 dari 3 langkah" in pages[0]
    assert "2 · Web Developer median 14 m dari 15 m 3 kali, 1 terlambat" in pages[0]
    assert "2 · Web Developer 3 2 0 1 14 m 16 m 15 m – 0 0" in everything
    assert "Dinas Kesehatan 6 2 0 1 67 %" in everything
    assert "November 2026 6 2 0 1 67 %" in everything
    assert f"November 2026 {told.tickets.received} 0 0 {told.tickets.open} 6 {told.late_now}" in pages[0]
    assert "Ir. Zulkifli" in pages[0]  # who signs, on the page that stands by itself
    assert pages[1].startswith("LAMPIRAN")


def test_what_is_late_now_stands_with_whose_turn_it_is(cast, november):
    document = made(cast)
    late = StepRun.objects.open().filter(due_at__lt=DECEMBER).select_related("ticket").first()

    everything = " ".join(pages_of(content_of(document)))

    assert f"{late.ticket.number} Dinkes {late.row} · {late.step.performer.label}" in everything
    assert document.inputs["late"]["total"] == figures.figures(november, DECEMBER).late_now


def test_deviations_stand_with_their_reasons(cast):
    ticket = advance(filed(cast), cast, "tidak-diproses", reason="Ini bukan gangguan.", now=TUESDAY)
    assert ticket.runs.get().is_deviation

    everything = " ".join(pages_of(content_of(made(cast))))

    assert f"{ticket.number} 1 · Sub Koordinator 17 Nov 2026 Tidak diproses Ini bukan gangguan." in everything


def test_the_spreadsheet_of_a_paper_says_the_same_and_comes_out_the_same(cast, november, head, client_of):
    document = made(cast)

    answer = client_of(head).get(reverse("dokumen-xlsx", args=[document.code]))

    book = load_workbook(io.BytesIO(answer.content))
    rows = [row for row in book["Langkah"].iter_rows(values_only=True) if row[0] and row[1] == 2]
    assert answer.content == monthly.workbook(Document.objects.get(pk=document.pk).inputs)
    assert [cell for cell in rows[0] if isinstance(cell, int | float)][:4] == [2, 15, 14, 16]
    assert f"Nomor {document.number}" in [row[0] for row in book["Ringkasan"].iter_rows(values_only=True)]


def test_a_month_without_any_row_is_a_short_paper_all_the_same(cast):
    document = made(cast)

    pages = pages_of(content_of(document))
    assert "November 2026: tidak ada langkah yang selesai." in pages[0]
    assert len(pages) <= 3


@pytest.mark.parametrize(("paper", "size"), [("a4", (210, 297)), ("f4", (215, 330))], ids=["A4", "F4"])
def test_the_first_page_stands_by_itself_with_the_signature_on_the_paper_of_the_office(cast, paper, size):
    Office.objects.create(pk=1, paper=paper, address="Jalan Contoh 17", contact="Telepon (0751) 000000")
    walk_every_row(cast)

    content = content_of(made(cast))

    pages = pages_of(content)
    assert widths_of(content) == {size}
    assert "Siapa memegang waktu" in pages[0]
    assert "Yang paling banyak memakan waktu" in pages[0]
    assert "Ir. Zulkifli" in pages[0]
    assert pages[1].startswith("LAMPIRAN")


def walk_every_row(cast):
    """Tickets through every row of both SOPs in November."""
    for procedure, ways in (("website", (2, 3, 4, 5, 9)), ("website", (2, 6, 7, 8, 9)), ("spj_online", range(2, 8))):
        ticket, now = report(procedure, by=cast.reporter, now=TUESDAY), TUESDAY
        for to in ways:
            now += 20 * MINUTE
            cause = "infrastruktur" if 6 in ways else "coding"
            ticket = advance(ticket, cast, to, reason="Sesuai.", now=now, penyebab=cause)


def test_long_names_and_reasons_stay_within_the_page(cast, head):
    """Words of any length break at the edge of their cell: nothing is set beyond it, and no sign is lost."""
    cast.dinkes.name, cast.dinkes.short_name, head.name = "Ä" * 200, "Ä" * 40, "Ö" * 150
    cast.dinkes.save()
    head.save()
    advance(filed(cast), cast, "tidak-diproses", reason="Ü" * 5000, now=TUESDAY)
    advance(filed(cast), cast, 2, now=TUESDAY)

    lines = lines_of(content_of(made(cast)))

    assert sum(line.count("Ü") for line in lines) == monthly.LONGEST_REASON
    assert sum(line.count("Ö") for line in lines) == 150
    assert sum(line.count("Ä") for line in lines) == 200 + 40  # by OPD, and in the line of what is late
    assert max(line.count("Ü") for line in lines) < 40  # what 6 cm hold
    assert max(line.count("Ö") for line in lines) < 30
    assert max(line.count("Ä") for line in lines) < 40


# A draft


def test_a_draft_of_any_filter_is_marked_has_no_number_and_is_stored_nowhere(cast, client_of, november):
    client = client_of(cast.holder(Role.SUB_KOORDINATOR))

    answer = client.get(reverse("sla-pdf"), {"periode": "bulan", "dari": "2026-11-01", "layanan": "website"})

    pages = pages_of(answer.content)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "application/pdf",
        "private, no-store",
    )
    assert all("Rancangan" in page for page in pages)
    assert "Website sumbarprov.go.id" in pages[0]
    assert "SPJ" not in " ".join(pages)
    assert not any("Nomor" in page or "Periksa keaslian" in page for page in pages)
    assert not Document.objects.exists()


def test_a_draft_is_for_who_oversees_some_sop(cast, client_of):
    for someone in (cast.reporter, cast.admin, cast.holder(Role.PROGRAMMER)):
        assert client_of(someone).get(reverse("sla-pdf")).status_code == 403
