"""What is due goes, on its day and on disk too; what is not, or is held, stays; and the record stays sound (T35)."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError, connection
from django.urls import reverse

from tests.factories import TUESDAY, everything_stored, report, walk
from tests.pages import one, read, select, words
from tests.test_races import at_once
from tickets import actions, audit, erasing, history, limits, retention, tasks
from tickets.models import (
    Attachment,
    AuditEntry,
    Document,
    EntryDetail,
    Export,
    Extension,
    FileView,
    Hold,
    LegalHold,
    Letter,
    Notice,
    Restoration,
    RetentionRule,
    Ticket,
)
from tickets.reports import issuing
from tickets.retention import BY_KEY
from workflows import calendars
from workflows.roles import Role
from workflows.sop import END
from workflows.worktime import ZONE

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
FILES, TEXTS = BY_KEY["berkas"].default, BY_KEY["teks"].default
SECRET = "Nomor induk 1371010101800001"


@pytest.fixture
def clock():
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def subko(cast):
    return cast.holder(Role.SUB_KOORDINATOR)


def closed_ticket(cast, **facts):
    """A report that was refused on its first row, with a picture and a comment."""
    ticket = report(by=cast.reporter, title=SECRET, **facts)
    actions.comment(ticket, by=cast.reporter, text=f"{SECRET}, mohon dibantu.")
    return walk(ticket, cast, "tidak-diproses")


def night(closed_at, days):
    """02.00 WIB of the night that is so many days after the day of closing."""
    day = closed_at.astimezone(ZONE).date() + timedelta(days=days)
    return datetime.combine(day, datetime.min.time(), ZONE) + timedelta(hours=2)


def files_on_disk(settings):
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def broken(settings):
    """What is not as it must be: a row that says its file is gone while it is there, a file that no row names."""
    named = {path for row in Attachment.objects.values_list("file", "thumbnail") for path in row if path}
    for pdf, images in Document.objects.values_list("pdf", "images"):
        named |= {pdf, *images.values()} - {""}
    named |= set(Export.objects.values_list("file", flat=True))
    found = {str(path.relative_to(settings.MEDIA_ROOT)) for path in files_on_disk(settings)}
    return sorted(found - named)


def sound():
    """What the commands that prove the record have to say: nothing."""
    return [*map(str, history.verify()), *map(str, limits.differences(calendars.current()))]


# On its day


@pytest.mark.parametrize(("days", "gone"), [(FILES - 1, False), (FILES, True), (FILES + 1, True)])
def test_files_go_on_their_day_and_not_before(clock, cast, settings, days, gone):
    ticket = closed_ticket(cast)
    at = night(ticket.closed_at, days)

    retention.retain(at)

    file = ticket.attachments.get()
    assert (file.erased_at, bool(file.file), bool(file.thumbnail)) == (
        (at, False, False) if gone else (None, True, True)
    )
    assert len(files_on_disk(settings)) == (0 if gone else 2)


@pytest.mark.parametrize(("days", "gone"), [(TEXTS - 1, False), (TEXTS, True), (TEXTS + 1, True)])
def test_texts_go_on_their_day_and_not_before(clock, cast, days, gone):
    ticket = closed_ticket(cast)
    at = night(ticket.closed_at, days)

    retention.retain(at)

    ticket.refresh_from_db()
    assert ticket.erased_at == (at if gone else None)
    assert (SECRET in str(everything_stored())) == (not gone)
    assert (SECRET.lower() in str(everything_stored())) == (not gone)


@pytest.mark.parametrize("hour", ["00:00:00", "23:59:59"])
def test_a_day_counts_whole_in_wib_at_whatever_hour_a_ticket_was_closed(cast, hour):
    closing = datetime.fromisoformat(f"2026-11-17T{hour}+07:00")
    with time_machine.travel(closing, tick=False):
        closed_ticket(cast)
    kept = BY_KEY["berkas"]

    counts = [kept.count_due_under(10, now=night(closing, days)) for days in (9, 10)]

    assert counts == [0, 1]


def test_an_open_ticket_and_one_that_awaits_its_reporter_stay_however_old(clock, cast):
    report(by=cast.reporter)
    walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, END)

    retention.retain(TUESDAY + 20_000 * DAY)

    assert not Ticket.objects.exclude(erased_at=None).exists()
    assert not Attachment.objects.exclude(erased_at=None).exists()


def test_rows_of_every_other_class_go_on_their_day(clock, cast, subko):
    ticket = report(by=cast.reporter)
    FileView.objects.create(at=TUESDAY, person=subko, attachment=ticket.attachments.get())
    Letter.objects.create(person=subko, kind=Letter.Kind.RESET, asked_at=TUESDAY, not_before=TUESDAY)
    audit.record(AuditEntry.Event.SIGNED_IN, by=subko)
    audit.record(AuditEntry.Event.OFFICE_CHANGED, by=cast.admin)
    rows = {
        "pemberitahuan": Notice.objects.all(),
        "surat": Letter.objects.all(),
        "penglihatan": FileView.objects.all(),
        "masuk": AuditEntry.objects.filter(event=AuditEntry.Event.SIGNED_IN),
        "jejak": AuditEntry.objects.filter(event=AuditEntry.Event.OFFICE_CHANGED),
    }

    left = {}
    for key, found in rows.items():
        for days in (BY_KEY[key].default - 1, BY_KEY[key].default):
            retention._retain(BY_KEY[key], night(TUESDAY, days), float("inf"))
            left.setdefault(key, []).append(found.exists())

    assert left == {key: [True, False] for key in rows}


def test_0_keeps_for_ever_and_another_number_counts_from_tonight(clock, cast):
    ticket = closed_ticket(cast)
    RetentionRule.objects.create(kind="berkas", days=0)
    RetentionRule.objects.create(kind="teks", days=0)
    removed = retention.retain(night(ticket.closed_at, 30_000))
    assert ("berkas" in removed, "teks" in removed) == (False, False)

    RetentionRule.objects.filter(kind="berkas").update(days=3)

    assert [retention.retain(night(ticket.closed_at, days))["berkas"] for days in (2, 3)] == [0, 1]


# What is left


def test_what_is_left_of_a_ticket_says_that_it_is_gone_and_the_record_stays_sound(clock, cast, client_of, settings):
    ticket = walk(report("spj_online", by=cast.reporter, title=SECRET), cast, 2, 3, 4, 5, 6, 7, END)
    actions.confirm(ticket, by=cast.reporter)
    issuing.make_waiting()
    paper, key = ticket.documents.get(), ticket.attachments.first().key
    told = {entry.pk: (entry.by, entry.action, entry.to_state, entry.hash) for entry in ticket.entries.all()}
    ticket.refresh_from_db()

    clock.move_to(night(ticket.closed_at, TEXTS))
    tasks.retain()

    assert (sound(), broken(settings), files_on_disk(settings)) == ([], [], [])
    assert {e.pk: (e.by, e.action, e.to_state, e.hash) for e in ticket.entries.all()} == told
    ticket.refresh_from_db()
    assert (ticket.title, ticket.reporter_name, ticket.given) == (erasing.TITLE, erasing.REPORTER, {})
    assert set(EntryDetail.objects.values_list("salt", flat=True)) == {""}
    page = words(one(read(client_of(cast.holder(Role.SUBKOORDINATOR_APLIKASI)).get(ticket.get_absolute_url())), "main"))
    assert "Isi laporan ini dihapus pada" in page
    assert "Berkas dihapus pada" in page
    assert client_of(cast.reporter).get(ticket.get_absolute_url()).status_code == 200
    coordinator = client_of(cast.holder(Role.SUBKOORDINATOR_APLIKASI))
    assert coordinator.get(reverse("lampiran", args=[key])).status_code == 410
    assert coordinator.get(reverse("dokumen-unduh", args=[paper.code])).status_code == 410
    check = words(one(read(coordinator.get(reverse("periksa", args=[paper.code]))), "main"))
    assert paper.number in check
    assert paper.sha256 in check
    for command in ("verify_history", "verify_limits", "verify_figures", "verify_documents"):
        call_command(command)


def test_an_image_that_another_paper_prints_stays_until_the_last_of_them_goes(clock, cast, settings):
    tickets = [walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, END) for _ in range(2)]
    for ticket in tickets:
        actions.confirm(ticket, by=cast.reporter)
    issuing.make_waiting()
    first, second = Document.objects.order_by("pk")
    shared = set(first.images.values()) & set(second.images.values())
    assert shared  # both print the same screenshot

    erasing.remove_papers(Document.objects.filter(pk=first.pk), now=TUESDAY)

    assert issuing.images_of(second)
    assert (broken(settings), list(issuing.flaws(Document.objects.all()))) == ([], [])


def test_notes_and_reasons_beside_the_history_go_with_the_texts(clock, cast, subko):
    ticket = closed_ticket(cast)
    retention.place_hold(ticket, by=subko, reason=SECRET)
    retention.lift_hold(ticket, by=subko)
    run = ticket.runs.get()
    Hold.objects.create(run=run, reason="lainnya", note=SECRET, by=cast.admin, started_at=TUESDAY, ends_at=TUESDAY)
    Extension.objects.create(run=run, by=cast.admin, at=TUESDAY, reason=SECRET, until=TUESDAY, minutes=1)

    retention.retain(night(ticket.closed_at, TEXTS))

    assert SECRET not in str(everything_stored())


# Twice, at once, killed


class Killed(BaseException):
    """The process is gone."""


class DiesAt:
    """Lets so many statements of the database pass, and then none."""

    def __init__(self, nth):
        self.left = nth

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == 0:
            raise Killed
        return execute(sql, params, many, context)


@pytest.fixture
def quick_press(monkeypatch):
    """In place of typst, for tests of everything but the paper itself."""
    monkeypatch.setattr("tickets.reports.completion.press", lambda template, data, *, at, images=None: b"%PDF-")


def paper_of(cast):
    ticket = walk(report("spj_online", by=cast.reporter, title=SECRET), cast, 2, 3, 4, 5, 6, 7, END)
    actions.confirm(ticket, by=cast.reporter)
    issuing.make_waiting()
    ticket.refresh_from_db()
    return ticket


@pytest.mark.usefixtures("quick_press")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("make", "first", "stride"), [("closed_ticket", 1, 1), ("paper_of", 12, 8)])
def test_killed_at_any_statement_nothing_is_left_dangling_and_the_next_run_finishes(
    cast, settings, monkeypatch, make, first, stride
):
    monkeypatch.setattr(retention, "CLASSES", (BY_KEY["berkas"], BY_KEY["teks"]))
    dangling, moments = [], 0
    while True:
        ticket = globals()[make](cast)
        at = night(ticket.closed_at, TEXTS)
        try:
            with connection.execute_wrapper(DiesAt(first + moments * stride)):
                retention.retain(at)
        except Killed:
            moments += 1
        else:
            break
        connection.close()  # as its process did
        dangling += broken(settings)
        retention.retain(at)
        dangling += broken(settings) + files_on_disk(settings)

    assert (dangling, sound(), SECRET in str(everything_stored())) == ([], [], False)
    assert moments > {"closed_ticket": 30, "paper_of": 2}[make]


def test_a_build_that_says_so_before_it_does_so_is_found_by_this_harness(clock, cast, settings, monkeypatch):
    """Negative control: the row first, and killed before the file goes, as one that goes after the commit would."""

    def row_first(attachments, *, now):
        return attachments.update(file="", thumbnail="", erased_at=now)

    monkeypatch.setattr(erasing, "remove_files", row_first)

    retention.retain(night(closed_ticket(cast).closed_at, TEXTS))

    assert len(broken(settings)) == 2


def test_the_second_run_of_a_night_changes_nothing_but_its_own_mark(clock, cast):
    ticket = closed_ticket(cast)
    at = night(ticket.closed_at, TEXTS)
    clock.move_to(at)
    retention.retain(at)
    before = everything_stored()

    removed = retention.retain(at)

    after = everything_stored()
    assert set(removed.values()) == {0}
    assert {table for table in after if after[table] != before[table]} <= {"tickets_auditentry", "sqlite_sequence"}


def test_a_file_that_cannot_be_removed_stops_no_other(clock, cast, settings, monkeypatch, caplog):
    stuck, other = closed_ticket(cast), closed_ticket(cast)
    delete = type(stuck.attachments.get().file.storage).delete
    name = stuck.attachments.get().file.name

    def refuse(self, path):
        if path == name:
            raise OSError("read-only file system")
        delete(self, path)

    monkeypatch.setattr("tickets.storage.DurableFileStorage.delete", refuse)
    with caplog.at_level(logging.ERROR):
        removed = retention.retain(night(other.closed_at, FILES))

    assert removed["berkas"] == 1
    assert [bool(ticket.attachments.get().erased_at) for ticket in (stuck, other)] == [False, True]
    assert f"of ticket {stuck.pk} could not be removed" in caplog.text


def test_a_class_that_the_database_refuses_stops_no_other(clock, cast, caplog):
    ticket = closed_ticket(cast)
    Letter.objects.create(person=cast.reporter, kind=Letter.Kind.RESET, asked_at=TUESDAY, not_before=TUESDAY)

    def refuses(execute, sql, params, many, context):
        if sql.startswith("DELETE") and Notice._meta.db_table in sql:
            raise OperationalError("database is locked")
        if sql.startswith("UPDATE") and Attachment._meta.db_table in sql:
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with caplog.at_level(logging.ERROR), connection.execute_wrapper(refuses):
        removed = retention.retain(night(ticket.closed_at, TEXTS))

    assert (removed["berkas"], "pemberitahuan" in removed, removed["surat"]) == (0, False, 1)
    assert f"of ticket {ticket.pk} could not be removed" in caplog.text
    assert "pemberitahuan: not all that is due could be removed" in caplog.text


def test_a_copy_that_nobody_released_removes_nothing(clock, cast):
    ticket = closed_ticket(cast)
    Restoration.objects.create(taken_at=TUESDAY, restored_at=TUESDAY)
    clock.move_to(night(ticket.closed_at, TEXTS))

    tasks.retain()
    kept = ticket.attachments.get().erased_at
    Restoration.objects.update(released_at=TUESDAY, released_by=cast.admin)
    tasks.retain()

    assert (kept, ticket.attachments.get().erased_at is None) == (None, False)


def test_what_goes_of_a_security_incident_is_counted_nowhere(clock, cast, client_of, subko):
    """An administrator, who reads the numbers, may not know that there is one."""
    ticket = report(by=cast.reporter, title=SECRET)
    FileView.objects.create(at=TUESDAY, person=subko, attachment=ticket.attachments.get())
    actions.restrict(ticket, by=subko, reason="Peretasan")
    walk(ticket, cast, "tidak-diproses")
    ticket.refresh_from_db()
    AuditEntry.objects.create(at=TUESDAY, event=AuditEntry.Event.HOLD_LIFTED, ticket=ticket)
    clock.move_to(night(ticket.closed_at, TEXTS))

    client = client_of(cast.admin)
    seen = [client.post(f"/retensi/{key}/", {"days": "1", "lihat": "1"}) for key in BY_KEY]
    removed = retention.retain()

    assert [page.context["would_go"] for page in seen] == [0] * len(BY_KEY)
    assert set(removed.values()) == {0}
    assert {entry.facts["removed"] for entry in AuditEntry.objects.filter(event=AuditEntry.Event.RETAINED)} == {0}
    assert SECRET not in str(everything_stored())
    assert not Notice.objects.filter(ticket=ticket).exists()
    assert not FileView.objects.exists()


def test_each_run_leaves_one_entry_for_each_class_with_its_count(clock, cast):
    ticket = closed_ticket(cast)
    clock.move_to(night(ticket.closed_at, FILES))

    removed = retention.retain()

    entries = AuditEntry.objects.filter(event=AuditEntry.Event.RETAINED)
    assert {entry.facts["kind"]: entry.facts["removed"] for entry in entries} == removed
    assert (set(removed), removed["berkas"]) == (set(BY_KEY), 1)


# Legal hold


def test_nothing_of_a_ticket_on_hold_goes_until_the_hold_is_lifted(clock, cast, subko):
    ticket = closed_ticket(cast)
    FileView.objects.create(at=TUESDAY, person=subko, attachment=ticket.attachments.get())
    retention.place_hold(ticket, by=subko, reason="Pemeriksaan Inspektorat")
    at = night(ticket.closed_at, 20_000)

    held = retention.retain(at)
    kept = (Notice.objects.exists(), FileView.objects.exists(), ticket.attachments.get().erased_at)
    retention.lift_hold(ticket, by=subko)
    lifted = retention.retain(at)

    assert kept == (True, True, None)
    assert (held["berkas"], held["teks"], lifted["berkas"], lifted["penglihatan"]) == (0, 0, 1, 1)
    assert (Notice.objects.exists(), SECRET in str(everything_stored())) == (False, False)


def test_a_hold_is_placed_with_a_reason_by_who_answers_for_the_sop_and_shown(cast, client_of, subko):
    ticket = report(by=cast.reporter)
    address = reverse("tiket-tahan-data", args=[ticket.number])
    asked = {who.name: client_of(who).get(address).status_code for who in cast.everybody}
    client = client_of(subko)

    refused = client.post(address, {"reason": " "})
    client.post(address, {"reason": "Pemeriksaan"})
    client.post(address, {"reason": "Sekali lagi"})

    head = cast.holder(Role.KEPALA_BIDANG_APTIKA)
    assert {who for who, status in asked.items() if status == 200} == {subko.name, head.name}
    assert asked[cast.reporter.name] == asked[cast.admin.name] == asked[cast.stranger.name] == 404
    assert asked[cast.holder(Role.WEB_DEVELOPER).name] == 403
    assert (refused.status_code, LegalHold.objects.get().reason) == (422, "Pemeriksaan")
    page = words(one(read(client_of(cast.holder(Role.WEB_DEVELOPER)).get(ticket.get_absolute_url())), "main"))
    assert "Data tiket ini ditahan" in page
    assert "Data tiket ini ditahan" not in client_of(cast.reporter).get(ticket.get_absolute_url()).content.decode()
    assert ticket.number in words(one(read(client_of(cast.admin).get("/retensi/")), "main"))
    client.post(address, {"cabut": "1"})
    assert LegalHold.objects.get().lifted_by == subko
    assert list(AuditEntry.objects.order_by("pk").values_list("event", "ticket")) == [
        (AuditEntry.Event.HOLD_PLACED, ticket.pk),
        (AuditEntry.Event.HOLD_LIFTED, ticket.pk),
    ]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_hold_placed_while_the_job_runs_wins_or_loses_cleanly(cast, settings):
    subko = cast.holder(Role.SUB_KOORDINATOR)
    outcomes = set()
    for _ in range(30):
        ticket = closed_ticket(cast)
        at = night(ticket.closed_at, TEXTS)

        at_once([lambda t=ticket: retention.place_hold(t, by=subko, reason="x"), lambda a=at: retention.retain(a)])

        ticket.refresh_from_db()
        entire = (ticket.title == SECRET, bool(ticket.attachments.get().file), ticket.erased_at is None)
        assert entire in ((True, True, True), (False, False, False), (True, False, True))  # files go before texts
        outcomes.add(entire)
        retention.lift_hold(ticket, by=subko)
        retention.retain(at)

    assert (broken(settings), sound()) == ([], [])
    assert outcomes


# The pages


def test_an_administrator_sees_what_would_go_and_then_changes_it(clock, cast, client_of):
    ticket = closed_ticket(cast)
    clock.move_to(night(ticket.closed_at, 10))
    client = client_of(cast.admin)

    seen = client.post("/retensi/berkas/", {"days": "10", "lihat": "1"})
    unchanged = BY_KEY["berkas"].days
    client.post("/retensi/berkas/", {"days": "10"})

    assert "malam ini berkas dari 1 tiket dihapus untuk selamanya." in words(one(read(seen), "main"))
    assert (unchanged, BY_KEY["berkas"].days) == (FILES, 10)
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.by, entry.facts) == (
        AuditEntry.Event.RETENTION_CHANGED,
        cast.admin,
        {"kind": "berkas", "days": 10, "days_before": FILES},
    )


def test_each_class_says_what_goes_of_it_or_that_nothing_does(cast, client_of):
    client = client_of(cast.admin)

    def told():
        return [words(select(row, "span.num")[0]) for row in select(read(client.get("/retensi/")), "ul.kept li")]

    for removed in (0, 12):
        for key in BY_KEY:
            audit.record(AuditEntry.Event.RETAINED, by=None, kind=key, days=1, removed=removed)
        assert told() == (
            ["Tidak ada yang dihapus"] * len(BY_KEY)
            if not removed
            else [
                "Berkas dari 12 tiket dihapus",
                "Isi 12 tiket dihapus",
                "12 pemberitahuan dihapus",
                *["12 catatan dihapus"] * 4,
            ]
        )


@pytest.mark.parametrize(
    ("key", "days", "said"),
    [
        ("berkas", "10", "Dengan 10 hari, malam ini tidak ada yang dihapus. Belum disimpan."),
        ("teks", "9", "Dengan 9 hari, malam ini isi 1 tiket dihapus untuk selamanya. Belum disimpan."),
        ("masuk", "9", "Dengan 9 hari, malam ini 1 catatan dihapus untuk selamanya. Belum disimpan."),
        ("teks", "0", "Dengan 0, tidak ada yang dihapus. Belum disimpan."),
    ],
)
def test_what_would_go_is_said_in_the_words_of_its_class(clock, cast, client_of, key, days, said):
    ticket = closed_ticket(cast)
    audit.record(AuditEntry.Event.SIGNED_IN, by=cast.reporter)
    clock.move_to(night(ticket.closed_at, 9))

    seen = client_of(cast.admin).post(f"/retensi/{key}/", {"days": days, "lihat": "1"})

    assert words(one(read(seen), "div.notice")) == said


@pytest.mark.parametrize("typed", ["", "-1", "dua", "99999999999"])
def test_days_that_make_no_sense_are_refused_with_a_sentence_and_kept(cast, client_of, typed):
    response = client_of(cast.admin).post("/retensi/berkas/", {"days": typed})

    assert (response.status_code, RetentionRule.objects.exists()) == (422, False)
    assert f'value="{typed}"' in response.content.decode() or not typed


def test_the_page_costs_the_same_with_many_runs_behind_it(cast, client_of, django_assert_max_num_queries):
    client = client_of(cast.admin)
    for _ in range(50):
        audit.record(AuditEntry.Event.RETAINED, by=None, kind="berkas", removed=3)

    with django_assert_max_num_queries(12):
        page = read(client.get("/retensi/"))

    assert len(select(page, "ul.kept li")) == len(BY_KEY)


def test_how_long_a_class_is_kept_is_said_in_words(cast):
    RetentionRule.objects.create(kind="teks", days=0)
    RetentionRule.objects.create(kind="masuk", days=200)

    assert [retention.kept_for(key) for key in ("berkas", "teks", "masuk")] == [
        "2 tahun sejak tiket ditutup",
        "",
        "200 hari sejak dicatat",
    ]


def test_what_pages_say_of_files_follows_the_rule_within_a_minute(db, django_assert_num_queries):
    RetentionRule.objects.create(kind="berkas", days=365)

    before = retention.files_kept_for()
    cache.delete(retention.TOLD)  # the minute is over
    after = retention.files_kept_for()
    with django_assert_num_queries(0):
        again = retention.files_kept_for()

    assert (before, after, again) == ("2 tahun sejak tiket ditutup", *2 * ["1 tahun sejak tiket ditutup"])
