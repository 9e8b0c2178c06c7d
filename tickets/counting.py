"""Counting as far as anybody reads, so that no page costs what the archive holds; and pages without a count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import IntegerField, QuerySet, Subquery
from django.utils.html import format_html
from django.utils.safestring import SafeString

#: Beyond so many nobody reads the number, and nothing is counted on.
MANY = 1_000


class CountOf(Subquery):
    """How many rows a queryset has, counted to one beyond `MANY`: to be asked for beside something else."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    empty_result_set_value = 0

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk")[: MANY + 1])


def counts(*querysets: QuerySet[Any]) -> list[Amount]:
    """How many rows each of them has, in one query."""
    spans: list[str] = []
    params: list[Any] = []
    for rows in querysets:
        try:
            inner, given = rows.order_by().values("pk")[: MANY + 1].query.sql_with_params()
        except EmptyResultSet:
            spans.append("0")
            continue
        spans.append(f"(SELECT COUNT(*) FROM ({inner}) AS counted)")  # noqa: S608  # Django's own words
        params += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(spans)}", params)
        return [Amount(counted) for counted in cursor.fetchone()]


class Amount:
    """A number of rows as `CountOf` found it. Reads "12", or "1.000+", which is spoken as "lebih dari 1.000".

    `most` is how far was counted, if not to `MANY`.
    """

    def __init__(self, counted: int, *, most: int = 0) -> None:
        self.counted, self.most = counted, most or MANY

    @property
    def is_more(self) -> bool:
        """Whether there are more than were counted."""
        return self.counted > self.most

    @property
    def words(self) -> str:
        """For sentences and attributes."""
        return f"lebih dari {_with_dots(self.most)}" if self.is_more else str(self.counted)

    def __bool__(self) -> bool:
        return bool(self.counted)

    def __str__(self) -> str | SafeString:
        if not self.is_more:
            return str(self.counted)
        shown = '<span aria-hidden="true">{}+</span><span class="visually-hidden">{}</span>'
        return format_html(shown, _with_dots(self.most), self.words)


@dataclass(frozen=True)
class Page:
    """A page of a long list. `last` is None where there are more rows than were counted."""

    object_list: list[Any]
    number: int
    last: int | None
    has_next: bool

    def __iter__(self) -> Iterator[Any]:
        return iter(self.object_list)

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_other_pages(self) -> bool:
        return self.has_previous or self.has_next

    @property
    def previous_page_number(self) -> int:
        return self.number - 1

    @property
    def next_page_number(self) -> int:
        return self.number + 1


def paged(parts: Sequence[QuerySet[Any]], rows: QuerySet[Any], *, asked: str, size: int, found: Amount) -> Page:
    """The page asked for, or the last one if there are not so many, of querysets that stand one behind the other.

    Its keys are found first, and then its `rows`. `found` is how many there are in all.
    """
    number = max(1, int(asked[:9])) if asked.isascii() and asked.isdigit() else 1
    last = None if found.is_more else _pages(found.counted, size)
    if last is None and number > _pages(MANY, size):  # this far only an address leads that was meant so
        last = _pages(sum(part.order_by().count() for part in parts), size)
    number = min(number, last or number)
    wanted = _keys(parts, (number - 1) * size, size + 1)
    by_key = rows.in_bulk(wanted[:size])
    return Page([by_key[key] for key in wanted if key in by_key], number, last, has_next=len(wanted) > size)


def _keys(parts: Sequence[QuerySet[Any]], start: int, amount: int) -> list[int]:
    """The primary keys of so many rows from `start` on."""
    found: list[int] = []
    for part in parts:
        taken = list(part.values_list("pk", flat=True)[start : start + amount - len(found)])
        found += taken
        if len(found) == amount:
            break
        start = 0 if taken or not start else start - part.order_by().count()
    return found


def _pages(rows: int, size: int) -> int:
    return max(1, -(-rows // size))


def _with_dots(number: int) -> str:
    return f"{number:,}".replace(",", ".")
