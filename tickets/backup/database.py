"""The database in a backup, and back: a whole file on SQLite, a file of COPY lines per table on PostgreSQL.

What belongs to the place and not to the office is left out: sessions, counted attempts, heartbeats, tables that people
asked for as files. Nobody is signed in in a restored copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from psycopg import sql

from tickets import storage
from tickets.backup.archive import Archive, Damaged

#: What migrations make beside tables, on PostgreSQL; see `tickets.triggers`.
FUNCTIONS = ("history_is_append_only", "audit_is_append_only")
LEFT_OUT = {"tickets_session", "tickets_attempts", "tickets_heartbeat", "tickets_export", "django_session"}
SQLITE_FILE = "database/sopdesk.sqlite3"
HEADS, APPLIED, COLUMNS, SEQUENCES = "heads", "migrations", "columns", "sequences"


# Taking


@contextmanager
def snapshot(folder: Path) -> Iterator[tuple[dict[str, Path], dict[str, Any]]]:
    """The database of one instant: its files by their names in the archive, and what the manifest must know of them.

    In this context everything that is asked of the database is answered from that instant. People go on working.
    """
    copied = _sqlite_snapshot if connection.vendor == "sqlite" else _postgresql_snapshot
    with copied(folder) as (files, facts):
        yield files, facts | _migrations()


@contextmanager
def _sqlite_snapshot(folder: Path) -> Iterator[tuple[dict[str, Path], dict[str, Any]]]:
    copy = folder / "sopdesk.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(copy)])  # also without what was deleted and still lies in its pages
    with looking_at(copy), connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete = ON")
        for table in sorted(LEFT_OUT & set(connection.introspection.table_names(cursor))):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608  # one of ours
        cursor.execute("PRAGMA journal_mode = DELETE")
        yield {SQLITE_FILE: copy}, {}


@contextmanager
def _postgresql_snapshot(folder: Path) -> Iterator[tuple[dict[str, Path], dict[str, Any]]]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            columns = {table: _columns(cursor, table) for table in _tables()}
            cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()")
            sequences = {name: last for name, last in cursor.fetchall() if last is not None}
        files = {f"database/{table}.copy": _copied_out(folder, table, columns[table]) for table in columns}
        yield files, {COLUMNS: columns, SEQUENCES: sequences}


def _tables() -> list[str]:
    """Tables of models, in the order of the models, as far as they are to be kept."""
    models = apps.get_models(include_auto_created=True)
    return [name for model in models if (name := model._meta.db_table) not in LEFT_OUT and model._meta.managed]


def _columns(cursor: Any, table: str) -> list[str]:
    return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _copied_out(folder: Path, table: str, columns: list[str]) -> Path:
    path = folder / f"{table}.copy"
    statement = _copy("COPY {} ({}) TO STDOUT", table, columns)
    with path.open("wb") as target, connection.cursor() as cursor, cursor.copy(statement) as lines:
        for line in lines:
            target.write(line)
    return path


def _copy(statement: str, table: str, columns: list[str]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL(statement).format(sql.Identifier(table), names)


def _migrations() -> dict[str, Any]:
    """What has been applied, and the last of each app: the state that the rows are in."""
    executor = MigrationExecutor(connection)
    applied = sorted(key for key in executor.loader.applied_migrations if key in executor.loader.disk_migrations)
    heads = sorted(key for key in executor.loader.graph.leaf_nodes() if key in executor.loader.applied_migrations)
    return {APPLIED: applied, HEADS: heads}


def is_migrated() -> bool:
    """Whether the database is as this code needs it."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


# Putting back


def unknown_migrations(archive: Archive) -> list[str]:
    """Migrations of the archive that this code does not have: it is older than what wrote the archive."""
    known = MigrationLoader(None).disk_migrations
    return [f"{app}.{name}" for app, name in archive.facts[APPLIED] if (app, name) not in known]


def strangers() -> list[str]:
    """Tables in this database that no SOPDesk has made, and on SQLite views: a backup in its place would drop them."""
    try:
        with connection.cursor() as cursor:
            found = connection.introspection.get_table_list(cursor)
    except OperationalError:
        raise
    except DatabaseError:  # a destroyed file: nothing of it can be lost any more
        return []
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    ours.add(MigrationRecorder.Migration._meta.db_table)
    views = [table.name for table in found if table.type == "v" and connection.vendor == "sqlite"]
    others = [table.name for table in found if table.type != "v" and table.name not in ours]
    return sorted(views + [name for name in others if not name.startswith(("tickets_", "workflows_"))])


@contextmanager
def loaded(archive: Archive) -> Iterator[None]:
    """The database of an archive, brought to what this code needs.

    In this context everything is asked of, and written to, the new database. When it ends well, the new one stands in
    the place of the old at once; when it raises, or the power goes, the old one is as it was.
    """
    load = _sqlite_loaded if connection.vendor == "sqlite" else _postgresql_loaded
    with load(archive):
        yield


@contextmanager
def _sqlite_loaded(archive: Archive) -> Iterator[None]:
    place = Path(connection.settings_dict["NAME"])
    new = _unfinished()
    _remove(new)
    try:
        with new.open("xb") as target:
            new.chmod(0o640)
            archive.copy(archive.below("database")[0], target)
        with looking_at(new), connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            if (said := cursor.fetchone()[0]) != "ok":
                raise Damaged(f"the database in it is damaged: {said}")
            call_command("migrate", verbosity=0)
            yield
            cursor.execute("PRAGMA journal_mode = DELETE")
        _settle(place)
        new.replace(place)
        storage.flush(place.parent)
    except BaseException:
        _remove(new)
        raise


def _unfinished() -> Path:
    """Where on SQLite the new database lies until it takes the place of the old."""
    place = Path(connection.settings_dict["NAME"])
    return place.with_name(f"{place.name}.restoring")


def remove_unfinished(*, before: datetime) -> None:
    """Remove a new database that was begun before this and never put in place."""
    if connection.vendor == "sqlite" and (new := _unfinished()).exists() and new.stat().st_mtime < before.timestamp():
        _remove(new)


def _settle(place: Path) -> None:
    """Make the old database one file: a log of it that lay beside the new one would be taken for the new one's.

    Raises OperationalError while somebody has it open.
    """
    if not place.exists():
        return
    try:
        with looking_at(place), connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 2000")
            cursor.execute("PRAGMA journal_mode = DELETE")
    except OperationalError:
        raise
    except DatabaseError:  # destroyed, and so is its log
        _remove(place)


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


@contextmanager
def _postgresql_loaded(archive: Archive) -> Iterator[None]:
    with connection.wrap_database_errors, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '10s'")  # whoever has a table open has forgotten to stop
            _drop_everything(cursor)
        executor = MigrationExecutor(connection)
        executor.migrate([(app, name) for app, name in archive.facts[HEADS]])
        with connection.cursor() as cursor:
            _fill(cursor, archive)
            _set_sequences(cursor, archive.facts[SEQUENCES])
        call_command("migrate", verbosity=0)
        yield


def _drop_everything(cursor: Any) -> None:
    """The tables all at once, and the functions behind their triggers. PostgreSQL refuses, and names it, where
    something that is not ours hangs on one of them.
    """
    if tables := connection.introspection.table_names(cursor):
        cursor.execute(sql.SQL("DROP TABLE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
    for function in FUNCTIONS:
        cursor.execute(sql.SQL("DROP FUNCTION IF EXISTS {}()").format(sql.Identifier(function)))


def _fill(cursor: Any, archive: Archive) -> None:
    """Copy the rows in. Foreign keys are checked once all are there; the guards of the history refuse no new row."""
    present = {table: set(_columns(cursor, table)) for table in connection.introspection.table_names(cursor)}
    kept: dict[str, list[str]] = archive.facts[COLUMNS]
    if strange := [table for table, columns in kept.items() if not set(columns) <= present.get(table, set())]:
        raise Damaged(f"its migrations make no such columns: {', '.join(strange)}")
    for table in kept:
        cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))  # what migrations have put there
    for member in archive.below("database"):
        table = member.name.removeprefix("database/").removesuffix(".copy")
        with cursor.copy(_copy("COPY {} ({}) FROM STDIN", table, kept[table])) as target:
            archive.copy(member, target)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # so that the migrations that follow may change these tables
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _set_sequences(cursor: Any, sequences: dict[str, int]) -> None:
    """Each goes on where it was: a number that was given out and taken back is not given out again."""
    for statement in connection.ops.sequence_reset_sql(no_style(), _existing_models(cursor)):
        cursor.execute(statement)
    cursor.execute("SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = current_schema()")
    for name, last in cursor.fetchall():
        if sequences.get(name, 0) > last:
            cursor.execute("SELECT setval(%s::regclass, %s)", [connection.ops.quote_name(name), sequences[name]])


def _existing_models(cursor: Any) -> list[Any]:
    tables = set(connection.introspection.table_names(cursor))
    return [model for model in apps.get_models() if model._meta.db_table in tables]


# Looking elsewhere


@contextmanager
def looking_at(name: Path | str) -> Iterator[None]:
    """Let every query of this thread, and of no other, go to another file or database."""
    usual = connection.settings_dict
    connection.close()
    connection.settings_dict = {**usual, "NAME": str(name)}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = usual


def shown_name() -> str:
    """Which database this is, for people to read."""
    there = connection.settings_dict
    return f"{connection.display_name} {there['NAME']}{f' at {host}' if (host := there['HOST']) else ''}"


def has(model: type[Model]) -> bool:
    """Whether this database, perhaps of an older release, has the table of a model."""
    with connection.cursor() as cursor:
        return model._meta.db_table in connection.introspection.table_names(cursor)


def is_empty() -> bool:
    """Whether nobody has used this database yet: no people and no tickets."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    if MigrationRecorder.Migration._meta.db_table not in tables:
        return not tables
    used = (apps.get_model("tickets", name) for name in ("User", "Ticket"))
    return not any(model._meta.db_table in tables and model._default_manager.exists() for model in used)
