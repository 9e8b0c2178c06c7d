"""Lists as files: asked for one at a time, made by whoever is alive, fetched by their owner alone, and for a day."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import storages
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from tests.factories import TUESDAY, advance, report, walk
from tests.pages import one, read, select, words
from tests.test_races import at_once
from tickets.exports import exporting, lists
from tickets.models import Export, RoleAssignment
from workflows.roles import Role
from workflows.sop import END

pytestmark = pytest.mark.django_db

NOVEMBER = "dari=2026-11-01"
LINK = {"bukti_masalah": {"tautan": "https://sumbarprov.go.id/berita"}}
RUNS = {"isi": "langkah", "bentuk": "xlsx", "saringan": NOVEMBER}
BUSY = "Unduhan Anda yang lain sedang dibuat. Silakan tunggu sampai selesai, lalu minta lagi."
CHANGED = "Saringan atau hak Anda sudah berubah. Silakan buka halamannya dan minta lagi."


@pytest.fixture
def clock():
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def reports(clock, cast):
    """A website ticket with six rows left, the first of another, and one of SPJ Online."""
    walk(report(by=cast.reporter, answers=LINK), cast, 2, 3, 4, 5, 9, END, penyebab="coding")
    second = advance(report(by=cast.stranger, title="=HYPERLINK(1)", answers=LINK), cast, 2)
    third = advance(report("spj_online", by=cast.reporter), cast, 2)
    return second, third


@pytest.fixture
def head(cast):
    return cast.holder(Role.KEPALA_BIDANG_APTIKA)


@pytest.fixture
def coordinator(cast):
    return cast.holder(Role.SUB_KOORDINATOR)


def ask(person, query=NOVEMBER, kind="langkah", form="csv"):
    return exporting.ask(kind, form, QueryDict(query), by=person, now=timezone.now())


def rows_of(export):
    """The rows of a finished CSV, by their headings."""
    export.refresh_from_db()
    with export.file.open("rb") as file:
        return list(csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"), newline=""), delimiter=";"))


def body(response):
    return b"".join(response.streaming_content)


def stored():
    """The tables in the private storage."""
    folder = Path(storages["private"].location)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.csv"))


# What is in them


def test_a_short_list_is_answered_at_once(reports, head, client_of):
    response = client_of(head).post("/unduhan/", RUNS, follow=True)

    export = Export.objects.get()
    assert response.redirect_chain == [(f"/unduhan/{export.pk}/", 302)]
    assert (export.name, export.rows_total, export.rows_done) == ("langkah-november-2026.xlsx", 8, 8)
    assert (response["Content-Disposition"], response["Cache-Control"]) == (
        'attachment; filename="langkah-november-2026.xlsx"',
        "private, no-store",
    )
    sheet = load_workbook(io.BytesIO(body(response)))["Data"]
    assert (sheet["A1"].value, sheet.max_row - int(sheet.freeze_panes[1:]) + 1) == (
        "Langkah yang selesai, November 2026",
        8,
    )


def test_every_row_that_was_left_stands_in_it_with_its_figures(reports, head):
    export = ask(head)
    exporting.make(export)

    rows = rows_of(export)
    first = rows[0]
    assert [first[name] for name in ("Judul", "OPD", "Langkah", "Peran", "Pelaksana", "Putaran", "Masuk", "Hasil")] == [
        "Halaman tidak bisa dibuka", "Dinas Kesehatan", "1", "Sub Koordinator", "Budi Santoso", "1", "2026-11-17 10:00",
        "Tanpa batas",
    ]  # fmt: skip
    assert sum(row["Waktu kerja (menit)"] == "0" for row in rows) == 8
    assert [row["Judul"] for row in rows if row["Judul"].endswith("HYPERLINK(1)")] == ["'=HYPERLINK(1)"]


def test_a_list_is_read_in_batches_that_leave_nothing_out_and_repeat_nothing(reports, head, monkeypatch):
    monkeypatch.setattr(lists, "BATCH", 3)
    export = ask(head)

    exporting.make(export)

    assert len({(row["Nomor tiket"], row["Langkah"]) for row in rows_of(export)}) == len(rows_of(export)) == 8


def test_filters_narrow_the_list_as_they_narrow_the_page(reports, head):
    export = ask(head, f"{NOVEMBER}&layanan=spj_online")
    exporting.make(export)

    assert [(row["Layanan"], row["Langkah"]) for row in rows_of(export)] == [("Aplikasi SPJ Online", "1")]


def test_the_tickets_behind_a_figure_are_a_list_too(reports, head):
    export = ask(head, f"{NOVEMBER}&jenis=masuk&asal=sla", kind="tiket")
    exporting.make(export)

    assert [(row["Nomor tiket"], row["Status"], row["Langkah"]) for row in rows_of(export)] == [
        ("WEB-2026-0001", "Menunggu konfirmasi", ""),
        ("WEB-2026-0002", "Diproses", "2"),
        ("SPJ-2026-0001", "Diproses", "2"),
    ]


def test_the_ticket_list_is_taken_away_with_its_filters_and_no_order_or_page(reports, head, monkeypatch):
    monkeypatch.setattr(lists, "BATCH", 1)
    export = ask(head, "tampilan=diproses&urut=tenggat&page=7", kind="tiket")
    exporting.make(export)

    assert export.query.split("&memuat=")[0] == "urut=tenggat&tampilan=diproses"
    assert [(row["Nomor tiket"], row["Peran"], row["Tenggat"]) for row in rows_of(export)] == [
        ("WEB-2026-0002", "Web Developer", "2026-11-17 10:15"),
        ("SPJ-2026-0001", "Subkoordinator Aplikasi", "2026-11-18 16:00"),
    ]


def test_a_batch_costs_the_same_queries_however_many_rows_it_has(reports, cast, head):
    def measured():
        export = ask(head)
        with CaptureQueriesContext(connection) as queries:
            exporting.make(export)
        return len(queries)

    few = measured()
    for _ in range(5):
        advance(report(by=cast.reporter, answers=LINK), cast, 2)

    assert measured() == few


# Who


def test_only_who_coordinates_or_heads_takes_lists_away(reports, cast, client_of):
    asked = [
        (client_of(someone).get("/unduhan/").status_code, client_of(someone).post("/unduhan/", RUNS).status_code)
        for someone in (cast.reporter, cast.admin, cast.holder(Role.PROGRAMMER))
    ]

    assert asked == [(403, 403)] * 3
    assert not Export.objects.exists()


def test_a_subkoordinator_takes_away_the_rows_of_their_own_sop_alone(reports, coordinator):
    export = ask(coordinator)
    exporting.make(export)

    assert {row["Layanan"] for row in rows_of(export)} == {"Website sumbarprov.go.id"}


def test_a_file_is_for_its_owner_alone(reports, head, coordinator, client_of):
    export = ask(head)
    exporting.make(export)

    fetched = client_of(head).get(f"/unduhan/{export.pk}/")
    assert body(fetched).startswith(b"\xef\xbb\xbfNomor tiket;")
    assert client_of(coordinator).get(f"/unduhan/{export.pk}/").status_code == 404


def test_a_file_is_not_fetched_before_it_is_whole(reports, head, client_of):
    export = ask(head)

    assert client_of(head).get(f"/unduhan/{export.pk}/").status_code == 404


def test_a_right_that_ended_after_asking_leaves_nothing_to_make(reports, coordinator):
    export = ask(coordinator)
    RoleAssignment.objects.filter(user=coordinator).update(ends_on=TUESDAY.date() - timedelta(days=1))

    exporting.make(export)

    assert (export.error, bool(export.failed_at), stored()) == (CHANGED, True, [])


def test_a_right_that_ended_after_making_closes_the_file(reports, head, client_of):
    export = ask(head)
    exporting.make(export)
    RoleAssignment.objects.filter(user=head).update(role=Role.SUB_KOORDINATOR, procedure="website")

    assert client_of(head).get(f"/unduhan/{export.pk}/").status_code == 404


def test_a_filter_that_is_no_longer_offered_is_not_left_out_in_silence(reports, head, cast):
    export = ask(head, f"{NOVEMBER}&opd=Dinkes")
    type(cast.dinkes).objects.filter(pk=cast.dinkes.pk).update(short_name="Kesehatan")

    exporting.make(export)

    assert export.error == CHANGED


@pytest.mark.parametrize("change", [{"isi": "sandi"}, {"bentuk": "exe"}, {"isi": ""}], ids=["kind", "format", "none"])
def test_what_is_not_offered_is_refused(reports, head, client_of, change):
    assert client_of(head).post("/unduhan/", RUNS | change).status_code == 400


# One at a time


def test_a_second_one_is_refused_in_words_until_the_first_is_there(reports, head, client_of, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    client = client_of(head)
    client.post("/unduhan/", RUNS)

    refused = client.post("/unduhan/", RUNS, follow=True)

    assert BUSY in refused.content.decode()
    assert Export.objects.count() == 1
    exporting.make_due()
    client.post("/unduhan/", RUNS)
    assert Export.objects.count() == 2


def test_two_people_have_one_each(reports, head, coordinator):
    ask(head)
    ask(coordinator)

    assert exporting.make_due() == 2
    assert Export.objects.filter(finished_at__isnull=False).count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_asked_for_in_the_same_moment_one_is_written(cast, head):
    def press():
        return exporting.ask("langkah", "csv", QueryDict(NOVEMBER), by=type(head).objects.get(pk=head.pk), now=TUESDAY)

    outcomes = at_once([press] * 8)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Export", *["Refused"] * 7]
    assert Export.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_takes_an_export_on(cast, head):
    ask(head)

    claimed = at_once([exporting._claim] * 8)

    assert [export.attempts for export in claimed if export] == [1]


# Long ones


def test_progress_is_told_batch_by_batch(reports, head, monkeypatch):
    monkeypatch.setattr(lists, "BATCH", 3)
    told = []
    tell = exporting._tell
    monkeypatch.setattr(
        exporting, "_tell", lambda export, **progress: (told.append(progress), tell(export, **progress))
    )

    exporting.make(ask(head))

    assert told == [{"rows_total": 8}, {"rows_done": 3}, {"rows_done": 6}, {"rows_done": 8}]


def test_the_page_says_how_far_it_is_and_asks_again_by_itself(reports, head, client_of, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    client = client_of(head)
    client.post("/unduhan/", RUNS)
    waiting = read(client.get("/unduhan/"))
    Export.objects.update(rows_total=41_000, rows_done=12_000)
    writing = read(client.get("/unduhan/"))
    exporting.make_due()
    done = read(client.get("/unduhan/"))

    assert words(one(waiting, "div.rows-side")) == "Menunggu giliran untuk dibuat."
    assert words(one(writing, "div.rows-side")) == "12.000 dari 41.000 baris"
    assert (one(writing, "progress").get("value"), one(writing, "progress").get("max")) == ("12000", "41000")
    assert [one(page, "#unduhan").get("hx-trigger") for page in (waiting, writing, done)] == ["every 3s"] * 2 + [None]
    assert words(one(done, "div.rows-end")) == "Siap"
    assert words(one(done, "div.rows-side")).startswith("8 baris · ")
    assert words(one(done, "div.rows-side")).endswith("tersimpan sampai 18 Nov 2026 10.00 WIB")


class Killed(BaseException):
    """The process ended: nothing of it is caught or told."""


def killed_at(monkeypatch, name):
    """Kill the maker where it calls this function."""

    def die(*args, **kwargs):
        raise Killed

    monkeypatch.setattr(exporting, name, die)


@pytest.mark.parametrize("where", ["write_csv", "_keep", "File"])
def test_an_export_whose_worker_was_killed_is_begun_again_by_another(reports, head, clock, monkeypatch, where):
    export = ask(head)
    with monkeypatch.context() as killing:
        killed_at(killing, where)
        with pytest.raises(Killed):
            exporting.make_due()
    assert exporting.make_due() == 0  # it may still be alive

    clock.shift(exporting.LEASE)
    assert exporting.make_due() == 1

    assert len(rows_of(export)) == 8
    assert (export.attempts, stored()) == (2, [export.file.name])


def test_a_file_that_a_killed_worker_left_on_disk_is_removed(reports, head, clock, monkeypatch):
    export = ask(head)
    with monkeypatch.context() as killing:
        save = export.file.storage.save

        def save_and_die(name, content):
            save(name, content)
            raise Killed

        killing.setattr(type(export.file.storage), "save", lambda storage, name, content: save_and_die(name, content))
        with pytest.raises(Killed):
            exporting.make_due()
    [left] = stored()

    clock.shift(exporting.LEASE)
    exporting.make_due()

    export.refresh_from_db()
    assert left != export.file.name
    assert stored() == [export.file.name]


def test_a_worker_that_was_taken_for_dead_leaves_the_work_to_the_other(reports, head, clock, monkeypatch):
    export = ask(head)
    slow = exporting._claim()
    clock.shift(exporting.LEASE)

    exporting.make_due()
    exporting._make(slow)

    assert len(rows_of(export)) == 8
    assert (export.attempts, stored()) == (2, [export.file.name])


def test_an_export_that_fails_is_tried_again_and_then_given_up(reports, head, clock, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("no space left on device")

    export = ask(head)
    monkeypatch.setattr(exporting, "write_csv", broken)
    for _ in range(exporting.MOST_ATTEMPTS):
        assert exporting.make_due() == 1
        clock.shift(exporting.PAUSE)
    exporting.make_due()

    export.refresh_from_db()
    assert export.failed_at == timezone.now()
    assert export.error == "Unduhan ini beberapa kali terhenti sebelum selesai. Silakan persempit saringannya."
    ask(head)


def test_more_rows_than_a_sheet_takes_are_offered_as_csv(reports, head, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_ROWS", 7)
    export = ask(head, form="xlsx")

    exporting.make(export)

    assert export.error == ("Terlalu banyak baris untuk Excel. Silakan persempit saringannya atau unduh sebagai CSV.")


# Kept for a day


def test_a_file_is_kept_for_a_day_and_then_removed(reports, head, clock):
    exporting.make(ask(head))
    clock.shift(exporting.KEPT - timedelta(seconds=1))
    assert exporting.remove_expired(timezone.now()) == 0

    clock.shift(timedelta(seconds=1))

    assert exporting.remove_expired(timezone.now()) == 1
    assert (Export.objects.count(), stored()) == (0, [])
    assert exporting.remove_expired(timezone.now()) == 0


def test_one_that_is_being_made_is_never_removed(reports, head, clock):
    ask(head)
    clock.shift(10 * exporting.KEPT)

    assert exporting.remove_expired(timezone.now()) == 0


def test_a_file_that_is_missing_on_disk_is_not_found(reports, head, client_of):
    export = ask(head)
    exporting.make(export)
    export.file.storage.delete(export.file.name)

    assert client_of(head).get(f"/unduhan/{export.pk}/").status_code == 404


# The ways there


def test_the_ticket_list_offers_its_file_to_who_may_take_it(reports, head, cast, client_of):
    forms = {
        person: select(read(client_of(person).get("/tiket/?status=diproses")), "form.export-form")
        for person in (head, cast.reporter)
    }

    assert [len(found) for found in forms.values()] == [1, 0]
    fields = {field.get("name"): field.get("value") for field in select(forms[head][0], "input[type=hidden]")}
    assert (fields["isi"], fields["saringan"]) == ("tiket", "status=diproses")


def test_the_figures_of_the_page_are_a_workbook(reports, coordinator, client_of):
    response = client_of(coordinator).get(f"/laporan/sla/unduh.xlsx?{NOVEMBER}")

    book = load_workbook(io.BytesIO(response.content))
    assert response["Content-Disposition"] == 'attachment; filename="laporan-sla-november-2026.xlsx"'
    assert [book["Ringkasan"].cell(row, 1).value for row in (1, 2)] == [
        "Laporan SLA November 2026", "Keadaan 17 Nov 2026 10.00 WIB.",
    ]  # fmt: skip
    assert "Layanan: Website sumbarprov.go.id" in [row[0].value for row in book["Ringkasan"].iter_rows(max_row=6)]
    assert {book["Langkah"].cell(row, 1).value for row in range(7, book["Langkah"].max_row + 1)} == {
        "Website sumbarprov.go.id"
    }


def test_someone_who_has_taken_nothing_away_reads_where_to_begin(cast, head, client_of):
    page = read(client_of(head).get("/unduhan/"))

    assert [link.get("href") for link in select(page, "div.empty a")] == ["/laporan/sla/"]


@pytest.mark.parametrize(
    ("page", "kind", "source"), [("langkah", "langkah", None), ("tiket", "tiket", "sla")], ids=["runs", "tickets"]
)
def test_what_stands_behind_a_figure_offers_its_file(reports, head, client_of, page, kind, source):
    client = client_of(head)
    [form] = select(read(client.get(f"/laporan/sla/{page}/?{NOVEMBER}")), "form.export-form")
    fields = {field.get("name"): field.get("value") for field in select(form, "input[type=hidden]")}

    client.post("/unduhan/", fields | {"bentuk": "csv"})

    assert (fields["isi"], fields.get("asal"), fields["saringan"]) == (kind, source, NOVEMBER)
    assert len(rows_of(Export.objects.get())) == {"langkah": 8, "tiket": 3}[kind]
