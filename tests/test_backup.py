"""A backup taken while people work is whole, a damaged one is refused, and a restored copy keeps quiet (T32)."""

import io
import json
import os
import random
import shutil
import tarfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
import time_machine
from django.conf import settings as configured
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import parts
from tests.factories import TUESDAY, advance, person, png, report, upload
from tests.pages import one, read, select, words
from tickets import erasing, history, privacy, quiet, storage, tasks, uploads
from tickets.backup import archive, database, restoring, taking
from tickets.backup.archive import Damaged, open_archive
from tickets.models import (
    Attachment,
    AuditEntry,
    Heartbeat,
    HistoryEntry,
    Letter,
    Notice,
    Restoration,
    Rung,
    Session,
    StepRun,
    Ticket,
    User,
)
from tickets.notifications import outbox
from tickets.storage import private_files
from workflows import calendars

pytestmark = pytest.mark.django_db
#: A backup is taken by a connection that is in no transaction.
in_earnest = pytest.mark.django_db(transaction=True)
#: A backup is restored over a database that nobody else has open.
alone = pytest.mark.usefixtures("own_file")

VERIFICATIONS = ("verify_history", "verify_limits", "verify_figures")


@pytest.fixture
def own_file(transactional_db, tmp_path):
    """On SQLite a file that no other connection of this process has open, as when SOPDesk was stopped."""
    if connection.vendor != "sqlite":
        yield
        return
    place = tmp_path / "sendiri.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(place)])
    with database.looking_at(place):
        yield
    calendars.forget()


@contextmanager
def elsewhere(folder, settings):
    """Another machine: an empty database and an empty folder of files."""
    home = settings.MEDIA_ROOT
    settings.MEDIA_ROOT = folder / "elsewhere"
    name = folder / "elsewhere.sqlite3" if connection.vendor == "sqlite" else f"sopdesk_elsewhere_{os.getpid()}"
    with _made(name), database.looking_at(name):
        yield
    settings.MEDIA_ROOT = home
    calendars.forget()


@contextmanager
def _made(name):
    if connection.vendor == "sqlite":
        yield
        return
    with psycopg.connect(parts.POSTGRES_URL, autocommit=True) as administrator:
        administrator.execute(f"CREATE DATABASE {name}")
        try:
            yield
        finally:
            administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def people_at_work(cast):
    """Two people who file a report with a screenshot every 0.2 s each; the numbers that they were told."""
    told, stopped = [], threading.Event()

    def work():
        with closing(connection):
            while not stopped.wait(0.2):
                told.append(report(by=cast.reporter).number)

    with ThreadPoolExecutor(2) as pool:
        hands = [pool.submit(work) for _ in range(2)]
        try:
            yield told
        finally:
            stopped.set()
            for hand in hands:
                hand.result()  # raises what ended one of them


def wait_until_told(told, number):
    patience_ends = time.monotonic() + 120
    while len(told) < number:
        assert time.monotonic() < patience_ends, f"{len(told)} reports instead of {number}"
        time.sleep(0.05)


def overdue(cast):
    """A report that stands on row 2 since three weeks ago."""
    filed_at = TUESDAY - timedelta(days=21)
    ticket = report(by=cast.reporter, now=filed_at)
    return advance(ticket, cast, 2, now=filed_at + timedelta(hours=1))


def run_the_clock():
    """Everything that the worker does by itself; how many warnings and mails came of it."""
    rungs = Rung.objects.count()
    for task in (tasks.sweep, tasks.order_monthly_report, tasks.make_papers, tasks.deliver):
        task()
    return Rung.objects.count() - rungs, len(mail.outbox)


def files_below(folder):
    return {path.relative_to(folder): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


# The drill


@in_earnest
def test_a_backup_taken_while_people_work_is_restored_elsewhere_whole_and_quiet(
    on_both_databases, cast, tmp_path, settings
):
    settings.MAIL_ENABLED = True
    file, late = tmp_path / "cadangan.tar", overdue(cast)
    Client().force_login(cast.reporter)
    with people_at_work(cast) as told:
        wait_until_told(told, 10)
        before = list(told)
        call_command("backup", file, stdout=io.StringIO())
        wait_until_told(told, len(before) + 4)  # they go on all the while
    shutil.rmtree(settings.MEDIA_ROOT)

    with elsewhere(tmp_path, settings):
        call_command("restore", file, stdout=io.StringIO())

        numbers = set(Ticket.objects.values_list("number", flat=True))
        contents = set(files_below(settings.MEDIA_ROOT).values())
        assert set(before) <= numbers
        assert contents == {png()}
        assert all(private_files().exists(attachment.file.name) for attachment in Attachment.objects.all())
        assert Attachment.objects.count() == len(numbers)
        assert Session.objects.count() == 0
        for command in VERIFICATIONS:
            call_command(command, stdout=io.StringIO())
        assert report(by=User.objects.get(pk=cast.reporter.pk)).number not in numbers

        waiting = Notice.objects.pending().count()
        quietly = [run_the_clock() for _ in range(3)]
        call_command("release", stdout=io.StringIO())
        warned, mailed = run_the_clock()

        assert waiting > 0
        assert quietly == [(0, 0)] * 3
        assert warned > 0
        assert mailed > 0
        run = StepRun.objects.get(ticket=late.pk, left_at=None)
        assert run.rungs.get(kind=Rung.Kind.BREACH).at == run.due_at
        assert {notice.rung_id is None for notice in Notice.objects.filter(sent_at__isnull=False)} == {False}
        events = AuditEntry.objects.filter(event__in=("pemulihan", "pemulihan-dilepas")).order_by("pk")
        assert [entry.event for entry in events] == ["pemulihan", "pemulihan-dilepas"]


@in_earnest
def test_the_drill_notices_a_copy_that_does_not_keep_quiet(cast, tmp_path, settings, monkeypatch):
    settings.MAIL_ENABLED = True
    overdue(cast)
    call_command("backup", tmp_path / "cadangan.tar", stdout=io.StringIO())

    with elsewhere(tmp_path, settings):
        call_command("restore", tmp_path / "cadangan.tar", stdout=io.StringIO())
        monkeypatch.setattr(Restoration, "is_awaiting_release", lambda: False)

        warned, mailed = run_the_clock()

    assert warned > 0
    assert mailed > 0


@alone
@in_earnest
def test_a_restored_copy_takes_the_place_of_what_was_there(on_both_databases, cast, tmp_path, settings):
    file, kept = tmp_path / "cadangan.tar", report(by=cast.reporter)
    call_command("backup", file, stdout=io.StringIO())

    report(by=cast.reporter)
    files_before = files_below(settings.MEDIA_ROOT)

    call_command("restore", file, "--replace", "--yes", stdout=io.StringIO())

    assert [ticket.number for ticket in Ticket.objects.all()] == [kept.number]
    assert files_below(settings.MEDIA_ROOT).items() < files_before.items()
    with pytest.raises(DatabaseError, match="append-only"):
        HistoryEntry.objects.update(internal=True)
    with pytest.raises(DatabaseError, match="append-only"):
        AuditEntry.objects.update(address="127.0.0.1")


@in_earnest
def test_a_backup_of_an_older_release_is_brought_to_this_one(on_both_databases, tmp_path, settings, monkeypatch):
    head = ("tickets", "0013_how_long_data_is_kept")
    file, parts_of_it = tmp_path / "old.tar", tmp_path / "old"
    parts_of_it.mkdir()
    with elsewhere(parts_of_it, settings), monkeypatch.context() as older:
        call_command("migrate", *head, verbosity=0)
        state = MigrationExecutor(connection).loader.project_state([head])
        state.apps.get_model("tickets", "User").objects.create(email="dewi@contoh.invalid", name="Dewi Anggraini")
        with connection.cursor() as cursor:
            there = connection.introspection.table_names(cursor)
        kept = [table for table in database._tables() if table in there]
        older.setattr(database, "_tables", lambda: kept)
        with archive.written(file) as writer, database.snapshot(parts_of_it) as (files, facts):
            for member, source in files.items():
                taking._add(writer, member, source)
            facts[database.HEADS].append(head)  # as that release, which knows of no later ones, writes it
            facts |= {"vendor": connection.vendor, "taken_at": "2026-01-01T00:00:00+00:00"}
            writer.seal(facts | {"history": {"entries": 0, "head": sha256().hexdigest()}})

    with elsewhere(tmp_path, settings):
        call_command("restore", file, stdout=io.StringIO())

        assert database.is_migrated()
        assert Restoration.is_awaiting_release()
        assert [user.name for user in User.objects.all()] == ["Dewi Anggraini"]
        with pytest.raises(DatabaseError, match="append-only"):
            AuditEntry.objects.update(address="127.0.0.1")


# What is in it, and what is not


@in_earnest
def test_a_backup_is_for_its_owner_alone_and_has_no_part_left(cast, tmp_path):
    file = tmp_path / "cadangan.tar"

    call_command("backup", file, stdout=(said := io.StringIO()))

    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert [path.name for path in tmp_path.iterdir() if "cadangan" in path.name] == ["cadangan.tar"]
    assert "SOPDESK_SECRET_KEY" in said.getvalue()
    assert f"Backing up {connection.display_name} {connection.settings_dict['NAME']}" in said.getvalue()
    assert configured.SECRET_KEY.encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("there", "shown"),
    [
        ({"NAME": "desk", "HOST": "db.example", "USER": "u", "PASSWORD": "s3cret"}, "PostgreSQL desk at db.example"),
        ({"NAME": "desk", "HOST": "", "USER": "u", "PASSWORD": "s3cret"}, "PostgreSQL desk"),
    ],
)
def test_a_backup_says_of_which_database_without_its_password(monkeypatch, there, shown):
    monkeypatch.setattr(database, "connection", SimpleNamespace(display_name="PostgreSQL", settings_dict=there))

    assert database.shown_name() == shown


def test_two_backups_of_one_name_do_not_meet(tmp_path):
    file = tmp_path / "cadangan.tar"

    with archive.written(file) as slow:
        sealed(file, B)
        between = open_archive(file).members
        slow.seal({})

    assert ([member.name for member in between], open_archive(file).members) == ([B[0]], [])
    assert list(tmp_path.iterdir()) == [file]


def test_a_backup_that_fails_is_said_in_a_sentence_and_leaves_nothing(tmp_path, cast, monkeypatch):
    def full(folder):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(database, "snapshot", full)
    folder = tmp_path / "cadangan"
    folder.mkdir()

    with pytest.raises(CommandError, match="No backup was written: database or disk is full"):
        call_command("backup", folder / "c.tar", stdout=io.StringIO())

    assert list(folder.iterdir()) == []


@in_earnest
def test_an_upload_that_is_taken_back_meanwhile_is_no_loss(cast, tmp_path):
    attachment = Attachment.objects.get(key=upload(cast.reporter))

    def takes_it_back():
        with closing(connection):
            uploads.discard(attachment)

    def hears(words):
        if "The database is copied" in words:
            somebody = threading.Thread(target=takes_it_back)
            somebody.start()
            somebody.join()

    taken = taking.take(tmp_path / "cadangan.tar", now=timezone.now(), tell=hears)

    assert taken.missing == []
    assert {name.partition(":")[0] for name in taken.gone} == {f"tickets.Attachment {attachment.pk}"}


@in_earnest
def test_a_file_that_was_lost_is_named_and_the_backup_kept(cast, tmp_path):
    ticket = report(by=cast.reporter)
    lost = ticket.attachments.get()
    private_files().delete(lost.file.name)

    with pytest.raises(CommandError, match="1 files were lost before it was taken"):
        call_command("backup", tmp_path / "cadangan.tar", stdout=io.StringIO(), stderr=(said := io.StringIO()))

    assert f"tickets.Attachment {lost.pk}: {lost.file.name}" in said.getvalue()
    assert open_archive(tmp_path / "cadangan.tar").facts["missing"] == [
        f"tickets.Attachment {lost.pk}: {lost.file.name}"
    ]


# Damage


@pytest.fixture
def backup(cast, tmp_path):
    report(by=cast.reporter)
    call_command("backup", tmp_path / "cadangan.tar", stdout=io.StringIO())
    return tmp_path / "cadangan.tar"


def flipped(file, position):
    """A copy of a file in which one bit of one byte is another."""
    content = bytearray(file.read_bytes())
    content[position] ^= 0x01
    copy = file.with_name("rusak.tar")
    copy.write_bytes(content)
    return copy


def positions(file):
    """The first and last byte, and eight between them, the same in every run."""
    size = file.stat().st_size
    return [0, *random.Random(32).sample(range(1, size - 1), 8), size - 1]  # noqa: S311  # for a test


def refused(file):
    try:
        open_archive(file)
    except Damaged:
        return True
    return False


@alone
@in_earnest
def test_ten_of_ten_flipped_bytes_are_refused_and_nothing_is_touched(backup, settings):
    stored, files = history.head(), files_below(settings.MEDIA_ROOT)

    for position in positions(backup):
        with pytest.raises(CommandError, match="Nothing was replaced"):
            call_command("restore", flipped(backup, position), "--replace", "--yes", stdout=io.StringIO())

    assert (history.head(), files_below(settings.MEDIA_ROOT)) == (stored, files)


@in_earnest
def test_the_harness_notices_a_reader_that_trusts_what_it_reads(backup, monkeypatch):
    monkeypatch.setattr(archive, "_check_seal", lambda path, told: None)

    assert not all(refused(flipped(backup, position)) for position in positions(backup))


@in_earnest
@pytest.mark.parametrize("cut", [1, 512, 1024, 5000])
def test_a_file_that_ends_early_is_refused(backup, cut):
    backup.write_bytes(backup.read_bytes()[:-cut])

    assert refused(backup)


def sealed(file, *members, facts=None, manifest=None):
    """An archive whose digest is right, whatever it holds: what somebody would make who knows how."""
    with archive.written(file) as writer:
        for name, content in members:
            writer.add(name, io.BytesIO(content), len(content))
        if manifest is not None:
            writer.members = [
                archive.Member(name, len(content), sha256(content).hexdigest()) for name, content in manifest
            ]
        writer.seal(facts or {})
    return file


A, B = ("media/aa/a.png", b"A" * 700), ("media/bb/b.png", b"B" * 700)


def test_an_archive_with_the_right_digest_is_read(tmp_path):
    found = open_archive(sealed(tmp_path / "a.tar", A, B))

    found.copy(found.members[1], content := io.BytesIO())
    assert content.getvalue() == B[1]
    with tarfile.open(tmp_path / "a.tar") as tar:  # anybody can look into it
        assert tar.getnames() == [A[0], B[0], "manifest.json", "SHA256"]


@pytest.mark.parametrize(
    ("members", "manifest"),
    [
        pytest.param([B, A], [A, B], id="swapped"),
        pytest.param([A, B], [A], id="one more"),
        pytest.param([A], [A, B], id="one less"),
        *[
            pytest.param([(name, b"x")], None, id=name)
            for name in ("media/../../etc/passwd", "/etc/passwd", "media//x", "secret_key", "media", "../media/x")
        ],
    ],
)
def test_a_forged_archive_is_refused(tmp_path, members, manifest):
    assert refused(sealed(tmp_path / "a.tar", *members, manifest=manifest))


def test_members_of_one_length_that_changed_places_are_refused_when_they_are_used(tmp_path):
    forged = sealed(tmp_path / "a.tar", (A[0], B[1]), (B[0], A[1]), manifest=[A, B])

    with pytest.raises(Damaged, match="not what the manifest says"):
        open_archive(forged).copy(open_archive(forged).members[0], io.BytesIO())


def test_a_file_that_is_no_backup_is_refused(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        tar.add(__file__, arcname="media/x")

    assert refused(tmp_path / "a.tar")


def test_a_later_format_is_named_before_its_manifest_is_read(tmp_path):
    content = json.dumps({"format": 2, "members": {"media/x": "written otherwise"}}).encode()
    with archive.written(tmp_path / "a.tar") as writer:
        writer.add(archive.MANIFEST, io.BytesIO(content), len(content))
        writer._target.write(archive._seal(writer._digest.hexdigest()))

    with pytest.raises(Damaged, match="it is of format 2; this SOPDesk reads 1"):
        open_archive(tmp_path / "a.tar")


# Refusals


def test_a_backup_of_a_newer_release_is_refused(tmp_path, cast):
    facts = {
        "vendor": connection.vendor,
        "taken_at": "2026-01-01T00:00:00+00:00",
        "migrations": [["tickets", "9999_x"]],
    }
    file = sealed(tmp_path / "a.tar", A, facts=facts)

    with pytest.raises(CommandError, match=r"newer SOPDesk \(tickets.9999_x\)"):
        call_command("restore", file, stdout=io.StringIO())


def test_a_backup_of_another_kind_of_database_is_refused(tmp_path, cast):
    facts = {"vendor": "oracle", "taken_at": "2026-01-01T00:00:00+00:00", "migrations": []}
    file = sealed(tmp_path / "a.tar", A, facts=facts)

    with pytest.raises(CommandError, match="taken from oracle, and this installation is on"):
        call_command("restore", file, stdout=io.StringIO())


@alone
@in_earnest
def test_an_installation_with_people_in_it_is_replaced_only_by_who_says_so(backup, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda prompt: "ya")

    with pytest.raises(CommandError, match="--replace puts the backup in their place"):
        call_command("restore", backup, stdout=io.StringIO())
    with pytest.raises(CommandError, match="Nothing was replaced"):
        call_command("restore", backup, "--replace", stdout=io.StringIO())

    assert Restoration.objects.count() == 0


@alone
@in_earnest
def test_where_nobody_can_be_asked_the_way_is_told(backup, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())

    with pytest.raises(CommandError, match="Nobody is here to answer"):
        call_command("restore", backup, "--replace", stdout=io.StringIO())


@alone
@in_earnest
def test_a_running_office_is_not_replaced(backup):
    Heartbeat.objects.create(kind=Heartbeat.Kind.WORKER, name="kantor:1", at=timezone.now())

    with pytest.raises(CommandError, match=r"running \(Pekerja kantor:1\)\. Stop it first \(or wait a minute"):
        call_command("restore", backup, "--replace", "--yes", stdout=io.StringIO())


@alone
@in_earnest
def test_a_restore_that_fails_midway_leaves_what_was_there(on_both_databases, backup, settings, monkeypatch, tmp_path):
    erasing.remove_files(Attachment.objects.all(), now=timezone.now())
    before, files = history.head(), files_below(settings.MEDIA_ROOT)
    assert files == {}
    monkeypatch.setattr(restoring, "_flaws", lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        restoring.restore(restoring.read(backup), now=timezone.now())

    assert (history.head(), files_below(settings.MEDIA_ROOT)) == (before, files)
    assert Restoration.objects.count() == 0
    assert not list(tmp_path.glob("*.restoring*"))


@alone
@in_earnest
def test_a_file_that_cannot_be_written_leaves_nothing_of_those_before_it(backup, settings, monkeypatch):
    erasing.remove_files(Attachment.objects.all(), now=timezone.now())
    found = restoring.read(backup)
    copy, last = found.copy, found.below("media")[-1]

    def copies(member, target):
        copy(member, target)
        if member == last:
            raise OSError("No space left on device")

    monkeypatch.setattr(found, "copy", copies)
    with pytest.raises(OSError, match="No space"):
        restoring.restore(found, now=timezone.now())

    assert files_below(settings.MEDIA_ROOT) == {}


@alone
@in_earnest
def test_files_stay_when_something_fails_after_the_new_database_was_put_in_place(backup, settings, monkeypatch):
    erasing.remove_files(Attachment.objects.all(), now=timezone.now())
    loaded = database.loaded

    @contextmanager
    def loaded_and_cut_off(found):
        with loaded(found):
            yield
        raise KeyboardInterrupt

    monkeypatch.setattr(database, "loaded", loaded_and_cut_off)
    with pytest.raises(KeyboardInterrupt):
        restoring.restore(restoring.read(backup), now=timezone.now())

    assert all(private_files().exists(attachment.file.name) for attachment in Attachment.objects.all())
    assert Attachment.objects.get().file


def killed(found, where, name, nth):
    """A restore that ends as by `kill -9` when a function is called for the nth time."""
    calls, function = count(1), getattr(where, name)

    def dies(*args, **kwargs):
        if next(calls) == nth:
            os._exit(9)
        return function(*args, **kwargs)

    place = connection.settings_dict["NAME"]
    connection.close()
    heard, said = os.pipe()
    if child := os.fork():
        os.close(said)
        with os.fdopen(heard) as words:
            assert words.read() == ""
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        return
    try:
        setattr(where, name, dies)
        with database.looking_at(
            place
        ):  # outside Playwright's event loop, which ends with a fork, is another connection
            restoring.restore(found, now=timezone.now())
        os.write(said, b"It was not killed.")
    except BaseException:
        os.write(said, traceback.format_exc().encode())
    finally:
        os._exit(1)


@alone
@in_earnest
@pytest.mark.parametrize(
    ("where", "name", "nth", "stands"),
    [
        pytest.param(restoring, "_make_folder", 2, False, id="the first of four files is written"),
        pytest.param(os, "sync", 1, False, id="files are written"),
        pytest.param(restoring, "_flaws", 1, False, id="the database is loaded"),
        pytest.param(restoring, "_take_places", 1, True, id="the database is in place"),
        pytest.param(restoring, "_make_folder", 6, True, id="the first file is in its place"),
        pytest.param(shutil, "rmtree", 1, True, id="old files are removed"),
        pytest.param(restoring, "_flaws", 1, False, id="PostgreSQL, loaded", marks=pytest.mark.postgres),
        pytest.param(restoring, "_take_places", 1, True, id="PostgreSQL, in place", marks=pytest.mark.postgres),
    ],
)
def test_a_restore_killed_at_any_moment_brings_back_nothing_and_is_finished_by_the_clock(
    cast, settings, tmp_path, where, name, nth, stands
):
    file, erased = tmp_path / "cadangan.tar", report(by=cast.reporter)
    report(by=cast.reporter)
    taken = files_below(settings.MEDIA_ROOT)
    assert len(taken) == 4
    call_command("backup", file, stdout=io.StringIO())
    erasing.remove_files(Attachment.objects.filter(ticket=erased), now=timezone.now())
    report(by=cast.reporter)
    before = files_below(settings.MEDIA_ROOT)

    killed(restoring.read(file), where, name, nth)
    tasks.finish_restore()
    at_once = files_below(settings.MEDIA_ROOT)
    restoring.finish(now=timezone.now() + restoring.GIVEN_UP + timedelta(seconds=1))
    later = files_below(settings.MEDIA_ROOT)

    assert Restoration.objects.exists() is stands
    assert (at_once if stands else later) == later == (taken if stands else before)
    assert [path.name for path in Path(settings.MEDIA_ROOT).iterdir() if restoring.STAGE in path.name] == []
    assert list(tmp_path.glob("*.sqlite3.restoring*")) == []
    call_command("restore", file, "--replace", "--yes", stdout=io.StringIO())
    assert files_below(settings.MEDIA_ROOT) == taken


@alone
@in_earnest
def test_a_file_that_people_upload_meanwhile_is_not_taken_for_an_old_one(backup, settings, cast):
    killed(restoring.read(backup), shutil, "rmtree", 1)
    place = Path(settings.MEDIA_ROOT, "unsaved.png")
    place.write_bytes(png())  # its row is not committed yet

    tasks.finish_restore()

    assert place.exists()


@alone
@in_earnest
@pytest.mark.skipif(bool(configured.DATABASE_URL), reason="PostgreSQL flushes what it commits")
def test_the_new_database_survives_a_power_cut(backup, monkeypatch):
    place, flushed = Path(connection.settings_dict["NAME"]), []
    old, flush = place.stat().st_ino, storage.flush

    def noted(path):
        flush(path)
        if path == place.parent:
            flushed.append(place.stat().st_ino)

    monkeypatch.setattr(storage, "flush", noted)

    call_command("restore", backup, "--replace", "--yes", stdout=io.StringIO())

    assert flushed == [place.stat().st_ino] != [old]


@alone
@in_earnest
def test_a_table_of_somebody_else_is_not_dropped(on_both_databases, backup):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE payroll (amount integer)")
    try:
        with pytest.raises(CommandError, match="not SOPDesk's, and would be lost: payroll"):
            call_command("restore", backup, "--replace", "--yes", stdout=io.StringIO())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE payroll")


@alone
@in_earnest
@pytest.mark.skipif(bool(configured.DATABASE_URL), reason="views go with the file that they are in")
def test_a_view_of_somebody_else_is_not_lost_with_the_old_file(backup):
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIEW tickets_laporan AS SELECT number FROM tickets_ticket")

    with pytest.raises(CommandError, match="not SOPDesk's, and would be lost: tickets_laporan"):
        call_command("restore", backup, "--replace", "--yes", stdout=io.StringIO())


@in_earnest
@pytest.mark.postgres
def test_what_hangs_on_our_tables_is_named_and_what_does_not_is_let_be(backup, tmp_path, settings):
    with elsewhere(tmp_path, settings), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE tickets_old (number integer)")
        cursor.execute("CREATE SCHEMA reporting")
        cursor.execute("CREATE VIEW reporting.laporan AS SELECT number FROM tickets_old")
        cursor.execute("CREATE FUNCTION amount() RETURNS integer LANGUAGE sql AS 'SELECT 1'")

        with pytest.raises(CommandError, match=r"view reporting\.laporan depends on table tickets_old"):
            call_command("restore", backup, "--replace", "--yes", stdout=io.StringIO())
        cursor.execute("DROP VIEW reporting.laporan")
        call_command("restore", backup, "--replace", "--yes", stdout=io.StringIO())

        assert Ticket.objects.count() == 1
        cursor.execute("SELECT amount()")


@in_earnest
@pytest.mark.postgres
def test_a_forgotten_session_is_not_waited_for(backup, tmp_path, settings):
    with elsewhere(tmp_path, settings), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE tickets_old (number integer)")
        place = f"{parts.POSTGRES_URL.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
        with psycopg.connect(place) as forgotten:
            forgotten.execute("SELECT count(*) FROM tickets_old")

            with pytest.raises(CommandError, match=r"lock timeout\s.*Is SOPDesk still running\?"):
                call_command("restore", backup, "--replace", "--yes", stdout=io.StringIO())


@alone
@in_earnest
@pytest.mark.skipif(bool(configured.DATABASE_URL), reason="a file that a disk has destroyed")
def test_a_database_that_was_destroyed_is_replaced(backup, tmp_path, settings):
    with elsewhere(tmp_path, settings):
        (tmp_path / "elsewhere.sqlite3").write_bytes(b"\xff" * 20_000)

        with pytest.raises(CommandError, match="--replace"):
            call_command("restore", backup, stdout=io.StringIO())
        call_command("restore", backup, "--replace", "--yes", stdout=io.StringIO())

        assert Ticket.objects.count() == 1


@alone
@in_earnest
def test_whoever_was_erased_since_the_backup_is_named_by_key(backup, cast):
    erased = person("Nadia Kolega")
    call_command("backup", backup, stdout=io.StringIO())
    erased.is_active = False
    erased.save()
    privacy.erase(erased, by=cast.admin)

    call_command("restore", backup, "--replace", "--yes", stdout=io.StringIO(), stderr=(said := io.StringIO()))

    assert f"erase once more at /pengguna/{erased.pk}/hapus-data/" in said.getvalue()
    assert said.getvalue().count("erase once more") == 1


@in_earnest
def test_where_the_old_database_cannot_say_who_was_erased_it_is_said_in_words(backup, tmp_path, settings):
    with elsewhere(tmp_path, settings):
        call_command("restore", backup, stdout=(first := io.StringIO()))
        call_command("restore", backup, "--replace", "--yes", stdout=(again := io.StringIO()))  # over a copy

    assert ["erase them once more" in said.getvalue() for said in (first, again)] == [True, True]


@in_earnest
def test_what_a_killed_backup_left_is_removed_by_a_later_one(cast, tmp_path):
    left, at_work = tmp_path / f"{archive.WORKPLACE}left", tmp_path / f"{archive.WORKPLACE}now"
    for folder in (left, at_work):
        folder.mkdir()
        (folder / "sopdesk.sqlite3").write_bytes(b"people")
    yesterday = time.time() - 24 * 3600
    os.utime(left, (yesterday, yesterday))

    taking.take(tmp_path / "cadangan.tar", now=timezone.now())

    assert [folder.exists() for folder in (left, at_work)] == [False, True]


def test_the_help_says_what_is_in_it(capsys):
    with pytest.raises(SystemExit):
        call_command("backup", "--help")

    said = " ".join(capsys.readouterr().out.split())
    assert "NOT ENCRYPTED" in said
    assert all(words in said for words in ("password hashes", "TOTP", "tracking codes"))


# The quiet copy


@pytest.fixture
def copy(cast):
    """An office that was restored from a backup of yesterday."""
    cache.set(quiet.SHOWN, True)
    now = timezone.now()
    return Restoration.objects.create(taken_at=now - timedelta(days=1), restored_at=now)


def test_every_page_says_to_everybody_that_it_is_a_copy(copy, cast, client_of):
    pages = [Client().get(reverse("masuk")), *(client_of(someone).get("/") for someone in cast.everybody)]

    assert ["Salinan pemulihan dari cadangan." in words(read(page)) for page in pages] == [True] * len(pages)


def test_a_page_believes_for_a_minute_what_it_was_told(copy, cast, client_of):
    cache.set(quiet.SHOWN, False, quiet.BELIEVED_FOR)
    within = read(client_of(cast.reporter).get("/"))
    with time_machine.travel(timezone.now() + timedelta(seconds=quiet.BELIEVED_FOR + 1), tick=False):
        after = read(client_of(cast.reporter).get("/"))

    assert ["Salinan pemulihan" in words(page) for page in (within, after)] == [False, True]


def test_kesehatan_says_what_waits_and_nothing_else_is_ill_by_it(copy, cast, client_of):
    Heartbeat.objects.create(kind="worker", name="kantor:1", at=timezone.now())
    Heartbeat.objects.create(kind="beat", name="kantor:2", at=timezone.now())

    page = read(client_of(cast.admin).get(reverse("kesehatan")))

    ill = [words(one(item, "h2")) for item in select(page, "li.finding") if "is-ill" in item.get("class")]
    assert [title for title in ill if title != "Kalender kerja"] == ["Salinan pemulihan"]
    assert "Lepaskan salinan pemulihan" in words(page)
    assert Client().get(reverse("healthz")).content == b"ok"


@pytest.mark.parametrize(("choice", "sent"), [("abaikan", 0), ("kirim", 1)])
def test_releasing_lets_waiting_mail_be_or_sends_it(copy, cast, client_of, settings, choice, sent):
    settings.MAIL_ENABLED = True
    long_ago = timezone.now() - timedelta(days=3)
    advance(report(by=cast.reporter, now=long_ago), cast, 2, now=long_ago)
    Notice.objects.pending().exclude(pk=Notice.objects.pending().first().pk).update(cancelled_at=long_ago)
    Letter.objects.create(person=cast.reporter, kind=Letter.Kind.CHANGED, asked_at=long_ago, not_before=long_ago)

    response = client_of(cast.admin).post(reverse("kesehatan-lepaskan"), {"surel": choice}, follow=True)
    delivered = outbox.deliver()

    copy.refresh_from_db()
    assert "Salinan dilepas." in words(read(response))
    assert copy.released_by == cast.admin
    assert delivered.sent == sent
    assert Notice.objects.pending().count() == 0
    assert bool(Letter.objects.get().error) is (choice == "abaikan")
    assert AuditEntry.objects.get(event=AuditEntry.Event.RELEASED).by == cast.admin


def test_a_choice_that_is_none_releases_nothing(copy, cast, client_of):
    response = client_of(cast.admin).post(reverse("kesehatan-lepaskan"), {"surel": "x"})

    assert response.status_code == 422
    assert "Silakan pilih salah satu pilihan" in response.content.decode()
    assert Restoration.is_awaiting_release()


def test_only_administrators_release(copy, cast, client_of):
    statuses = {client_of(someone).post(reverse("kesehatan-lepaskan")).status_code for someone in cast.everybody[3:]}

    assert statuses == {403}
    assert Restoration.is_awaiting_release()


def test_a_release_happens_once(copy, cast):
    call_command("release", stdout=io.StringIO())

    with pytest.raises(CommandError, match="no restored copy that waits"):
        call_command("release", stdout=io.StringIO())
    assert AuditEntry.objects.filter(event=AuditEntry.Event.RELEASED).count() == 1
