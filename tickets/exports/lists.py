"""The lists that people take away as files: the runs or tickets behind a figure, and those of the ticket list.

A listing is read with the rights of its person at that moment, by batches that each begin behind the last row of the
one before: nothing stays open in the database while a file is written, and no row is read twice. What is a security
incident when its row is read stands there by its number alone (`tickets.discretion`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.text import slugify

from tickets import discretion, worklists
from tickets.filters import TicketFilter
from tickets.forms.sla import ReportFilter, RunsFilter, TicketsFilter
from tickets.models import Export, Ticket, User
from tickets.models.runs import Verdict
from tickets.reports.tables import Column, Kind, Table, Value
from tickets.tallies import whole_minutes
from tickets.words import when
from workflows import sops
from workflows.roles import Role
from workflows.sop import Step

BATCH = 2_000
#: In the address of a listing: tickets behind a figure, rather than those of the ticket list.
SOURCE, OF_REPORT = "asal", "sla"

Row = list[Value]


@dataclass(frozen=True)
class Listing:
    """What is asked for, as its person may read it now."""

    title: str
    name: str
    lines: tuple[str, ...]
    columns: tuple[Column, ...]
    query: str
    #: Labels of filters that say nothing this person may ask for: without them the list would be another one.
    ignored: list[str]
    #: The procedures that rows may be of.
    procedures: frozenset[str]
    queryset: QuerySet[Any]
    read: Callable[[QuerySet[Any]], Iterator[list[Row]]]

    def count(self) -> int:
        return self.queryset.order_by().count()

    def is_short(self, most: int) -> bool:
        """Whether there are no more rows than so many; reads no more than it must."""
        return self.queryset.order_by()[: most + 1].count() <= most

    def batches(self) -> Iterator[list[Row]]:
        return self.read(self.queryset)

    def table(self, rows: Iterator[Row]) -> Table:
        return Table(self.title, self.lines, self.columns, rows)


def listing(kind: str, data: QueryDict, *, person: User, now: datetime) -> Listing:
    """The list that an address means, for a person at an instant."""
    if kind == Export.Kind.RUNS:
        return _runs(data, person, now)
    if data.get(SOURCE) == OF_REPORT:
        return _tickets_of_report(data, person, now)
    return _tickets_of_list(data, person, now)


def readable(kind: str, data: QueryDict, person: User) -> frozenset[str]:
    """The procedures whose rows a person may take away in such a list today; none, who oversees nothing."""
    overseen = worklists.overseen(person)
    if not overseen or kind == Export.Kind.RUNS or data.get(SOURCE) == OF_REPORT:
        return frozenset(overseen)
    return frozenset(person.roles_by_procedure)


# Runs


_RUN_COLUMNS = (
    Column("Nomor tiket", Kind.TEXT, 16),
    Column("Judul", Kind.TEXT, 44),
    Column("Layanan", Kind.TEXT, 24),
    Column("OPD", Kind.TEXT, 32),
    Column("Langkah", Kind.COUNT, 9),
    Column("Kegiatan", Kind.TEXT, 44),
    Column("Peran", Kind.TEXT, 24),
    Column("Pelaksana", Kind.TEXT, 26),
    Column("Atas nama", Kind.TEXT, 26),
    Column("Putaran", Kind.COUNT, 9),
    Column("Masuk", Kind.INSTANT, 17),
    Column("Selesai", Kind.INSTANT, 17),
    Column("Tenggat", Kind.INSTANT, 17),
    Column("Hasil", Kind.TEXT, 20),
    Column("Waktu kerja (menit)", Kind.MINUTES, 12),
    Column("Ditunda (menit)", Kind.MINUTES, 12),
    Column("Menunggu pelapor (menit)", Kind.MINUTES, 12),
    Column("Terlambat (menit)", Kind.MINUTES, 12),
    Column("Penyimpangan", Kind.TEXT, 14),
)


def _runs(data: QueryDict, person: User, now: datetime) -> Listing:
    filters = RunsFilter(data, person=person, now=now)
    return Listing(
        title=f"Langkah yang selesai, {filters.period.label}",
        name=f"langkah-{slugify(filters.period.label)}",
        lines=_said(filters, now),
        columns=_RUN_COLUMNS,
        query=filters.query,
        ignored=filters.ignored(),
        procedures=filters.procedures,
        queryset=filters.runs(),
        read=_read_runs,
    )


def _read_runs(runs: QuerySet[Any]) -> Iterator[list[Row]]:
    """In the order in which the rows were left, which an index gives."""
    named = runs.with_whom_it_was_for()  # type: ignore[attr-defined]  # only ever runs
    read = named.order_by("left_at", "pk").values_list(
        "left_at", "pk", "ticket__number", "ticket__title", "ticket__restricted", "ticket__sop_key",
        "ticket__unit__name", "row", "role", "performer__name", "in_name_of", "round", "entered_at", "due_at",
        "verdict", "worked_minutes", "held_minutes", "awaited_minutes", "late_minutes", "is_deviation",
    )  # fmt: skip
    batch = list(read[:BATCH])
    while batch:
        yield [_run(values) for values in batch]
        left_at, pk, *_ = batch[-1]
        behind = Q(left_at__gt=left_at) | Q(pk__gt=pk)
        batch = list(read.filter(behind, left_at__gte=left_at)[:BATCH])


def _run(values: Sequence[Any]) -> Row:
    left_at, _, number, title, restricted, sop_key, unit, no, role, *rest = values
    performer, in_name_of, round_, entered_at, due_at, verdict, *spans, is_deviation = rest
    title, unit = discretion.told_title(title, restricted=restricted), "" if restricted else unit
    step, service = _step(sop_key, no)
    return [
        number, title, service, unit or "", no, step.activity, Role(role).label, performer, in_name_of or "", round_,
        entered_at, left_at, due_at, Verdict(verdict).label, *(whole_minutes(span) for span in spans),
        "Ya" if is_deviation else "",
    ]  # fmt: skip


@cache
def _step(sop_key: str, no: int) -> tuple[Step, str]:
    sop = sops.get(sop_key)
    return sop.step(no), str(sop.service)


# Tickets


_TICKET_COLUMNS = (
    Column("Nomor tiket", Kind.TEXT, 16),
    Column("Judul", Kind.TEXT, 44),
    Column("Layanan", Kind.TEXT, 24),
    Column("Pelapor", Kind.TEXT, 26),
    Column("OPD", Kind.TEXT, 32),
    Column("Dampak", Kind.TEXT, 34),
    Column("Saluran", Kind.TEXT, 14),
    Column("Status", Kind.TEXT, 20),
    Column("Langkah", Kind.COUNT, 9),
    Column("Kegiatan", Kind.TEXT, 44),
    Column("Peran", Kind.TEXT, 24),
    Column("Pelaksana", Kind.TEXT, 26),
    Column("Tenggat", Kind.INSTANT, 17),
    Column("Putaran", Kind.COUNT, 9),
    Column("Dilaporkan", Kind.INSTANT, 17),
    Column("Diperbarui", Kind.INSTANT, 17),
    Column("Ditutup", Kind.INSTANT, 17),
)


def _tickets_of_report(data: QueryDict, person: User, now: datetime) -> Listing:
    filters = TicketsFilter(data, person=person, now=now)
    kind = dict(filters.fields["jenis"].choices)[filters.kind]  # type: ignore[attr-defined]  # a choice field
    return Listing(
        title=f"{kind}, {filters.period.label}",
        name=f"{slugify(str(kind))}-{slugify(filters.period.label)}",
        lines=_said(filters, now),
        columns=_TICKET_COLUMNS,
        query=f"{filters.query}&{SOURCE}={OF_REPORT}",
        ignored=filters.ignored(),
        procedures=filters.procedures,
        queryset=filters.tickets().with_turn(),  # type: ignore[attr-defined]  # tickets' own queryset
        read=_read_tickets,
    )


def _tickets_of_list(data: QueryDict, person: User, now: datetime) -> Listing:
    request = HttpRequest()
    request.user = person
    filters = TicketFilter(data, request=request, now=now)
    tickets = filters.qs
    chips = [f"{chip.label}: {chip.words}" for chip in filters.chips()]
    return Listing(
        title=f"Tiket: {filters.current_view.label}",
        name=f"tiket-{timezone.localtime(now):%Y-%m-%d-%H%M}",
        lines=tuple(chips),
        columns=_TICKET_COLUMNS,
        query=_in_force(filters),
        ignored=filters.ignored(),
        procedures=frozenset(person.roles_by_procedure),
        queryset=tickets,
        read=_read_tickets,
    )


def _in_force(filters: TicketFilter) -> str:
    """The address of the ticket list, without its page and without what it ignored."""
    query = QueryDict(mutable=True)
    for name, value in filters.form.cleaned_data.items():
        if value:
            query[name] = filters.data[name]
    return query.urlencode()


def _read_tickets(tickets: QuerySet[Ticket]) -> Iterator[list[Row]]:
    """In the order in which they were reported."""
    read = tickets.order_by("pk").defer("description", "search_text", "given")
    batch = list(read[:BATCH])
    while batch:
        yield [_ticket(ticket) for ticket in batch]
        batch = list(read.filter(pk__gt=batch[-1].pk)[:BATCH])


def _ticket(ticket: Ticket) -> Row:
    step, turn = ticket.step, ticket.turn
    return [
        ticket.number, discretion.title_of(ticket), str(ticket.sop.service), discretion.reporter_of(ticket),
        discretion.unit_of(ticket),
        ticket.get_impact_display(), ticket.get_channel_display(), ticket.status_label,
        step.no if step else None, step.activity if step else "", step.performer.label if step else "",
        turn.performer.name if turn and turn.performer else "", turn.due_at if turn else None,
        ticket.round, ticket.created_at, ticket.updated_at, ticket.closed_at,
    ]  # fmt: skip


def _said(filters: ReportFilter, now: datetime) -> tuple[str, ...]:
    """What a list of a report is narrowed to."""
    return (*(f"{chip.label}: {chip.words}" for chip in filters.chips()), f"Dibaca {when(now)}.")
