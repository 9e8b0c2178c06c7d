"""Rows written by the hundred thousand: what `bulk_create` would write, without its work on every single value."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

#: What every database takes as it is.
PLAIN = frozenset({int, float, str, bool, type(None)})


def keys(model: type[Model], count: int) -> Sequence[int]:
    """Keys for so many rows to come, which nothing else will get. Within a transaction."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            numbers = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
            cursor.execute(numbers, [table, column, count])
            return [key for (key,) in cursor.fetchall()]
        cursor.execute(f"SELECT COALESCE(MAX({column}), 0) FROM {table}")  # noqa: S608  # names of our own
        (last,) = cursor.fetchone()
    return range(last + 1, last + 1 + count)


def insert(model: type[Model], rows: Sequence[Model]) -> None:
    """Save new rows; those without a key get one. What they refer to must have its key already."""
    new = [row for row in rows if row.pk is None]
    for row, key in zip(new, keys(model, len(new)) if new else (), strict=True):
        row.pk = key
    fields = model._meta.concrete_fields
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for values in _values(fields, rows):
                    copy.write_row(values)
        else:
            places = ", ".join(["%s"] * len(fields))
            statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608  # names of our own
            cursor.executemany(statement, list(_values(fields, rows)))


def _values(fields: Sequence[Any], rows: Iterable[Model]) -> Iterator[list[Any]]:
    """The values of each row as its fields would write them."""
    named = [(field.attname, field) for field in fields]
    for row in rows:
        found = row.__dict__
        yield [value if type(value := found[name]) in PLAIN else _prepared(field, value) for name, field in named]


def _prepared(field: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return str(value) if isinstance(value, str) else field.get_db_prep_save(value, connection)
