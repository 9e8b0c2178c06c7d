"""Finding tickets by parts of words, with an index over every three letters where the database has one.

SQLite keeps it in a table of its own (FTS5) that triggers fill; PostgreSQL in an index that the extension pg_trgm makes
possible. Neither is needed for a right answer: without it, every ticket is looked at.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

from django.db import DEFAULT_DB_ALIAS, Error, connection, connections, transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from tickets import counting
from tickets.models import Ticket

log = logging.getLogger("sopdesk.search")

LEAST = 3  # letters that an index can look up
INDEX = "tickets_search"
MATCH = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s"  # noqa: S608  # our own name

_OLD = f"INSERT INTO {INDEX} ({INDEX}, rowid, search_text) VALUES ('delete', old.id, old.search_text);"  # noqa: S608
_NEW = f"INSERT INTO {INDEX} (rowid, search_text) VALUES (new.id, new.search_text);"  # noqa: S608
_OPTIONS = "search_text, content='tickets_ticket', content_rowid='id', tokenize='trigram', columnsize=0"
SQLITE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5({_OPTIONS})",
    f"CREATE TRIGGER {INDEX}_new AFTER INSERT ON tickets_ticket BEGIN {_NEW} END",
    f"CREATE TRIGGER {INDEX}_gone AFTER DELETE ON tickets_ticket BEGIN {_OLD} END",
    f"CREATE TRIGGER {INDEX}_changed AFTER UPDATE OF search_text ON tickets_ticket BEGIN {_OLD} {_NEW} END",
    f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')",  # noqa: S608
)
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    f"CREATE INDEX {INDEX} ON tickets_ticket USING gin (search_text gin_trgm_ops)",
)
#: What tells that it is there. On SQLite it is lost with the table of the tickets, whenever Django makes that anew.
IS_THERE = {
    "sqlite": f"SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = '{INDEX}_changed'",  # noqa: S608
    "postgresql": f"SELECT 1 FROM pg_indexes WHERE indexname = '{INDEX}' AND schemaname = current_schema()",  # noqa: S608
}


def install(using: str = DEFAULT_DB_ALIAS, **signal) -> None:
    """Make the index if it is missing and this database can have it. Called after every `migrate`."""
    if is_installed(using):
        return
    try:
        with transaction.atomic(using), connections[using].cursor() as cursor:
            for statement in SQLITE if connections[using].vendor == "sqlite" else POSTGRESQL:
                cursor.execute(statement)
    except Error as error:  # no FTS5 with three letters, or no right to create the extension
        log.warning("Search has no index and reads every ticket: %s", str(error).strip())


def is_installed(using: str = DEFAULT_DB_ALIAS) -> bool:
    with connections[using].cursor() as cursor:
        cursor.execute(IS_THERE[connections[using].vendor])
        return cursor.fetchone() is not None


def forget_removed(using: str = DEFAULT_DB_ALIAS) -> None:
    """Drop from the index what no ticket says any more. SQLite only marks it, until parts of the index are merged."""
    if connections[using].vendor == "sqlite" and is_installed(using):
        with connections[using].cursor() as cursor:
            cursor.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('optimize')")  # noqa: S608  # our own name


def matching(tickets: QuerySet[Ticket], text: str) -> QuerySet[Ticket]:
    """Those with every word, in any order, in any of number, title, description, reporter and OPD.

    Few are found once, by the index, and named from then on. Of many, whoever asks for the first finds them soon.
    """
    words = re.split(r"\s+", text.lower().strip())
    few = list(_by_index(tickets, words).order_by().values_list("pk", flat=True)[: counting.MANY + 1])
    return tickets.filter(pk__in=few) if len(few) <= counting.MANY else tickets.filter(_with(words))


def _with(words: Sequence[str]) -> Q:
    condition = Q()
    for word in words:
        condition &= Q(search_text__contains=word)
    return condition


def _by_index(tickets: QuerySet[Ticket], words: Sequence[str]) -> QuerySet[Ticket]:
    """PostgreSQL finds its index by itself; SQLite is told to ask its own."""
    known = [word for word in words if len(word) >= LEAST]
    if connection.vendor == "sqlite" and known and is_installed():
        for word in known:
            tickets = tickets.filter(pk__in=RawSQL(MATCH, [_phrase(word)]))  # noqa: S611  # one of ours
        words = [word for word in words if word not in known]
    return tickets.filter(_with(words))


def _phrase(word: str) -> str:
    """The word as FTS5 reads it literally."""
    return '"{}"'.format(word.replace('"', '""'))
