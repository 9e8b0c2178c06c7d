"""Writing and proving the history of tickets: one entry per act, each chained to the one before."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise, zip_longest
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from tickets.models import EntryDetail, HistoryEntry, NumberSequence, StepRun, Ticket
from tickets.models.history import Action

#: What a ticket is filed with. No act changes it, and the first entry says it.
FILED_FIELDS = (
    *("number", "procedure", "sop_key", "title", "description", "page_url", "noticed_at", "impact"),
    *("reporter_id", "reporter_name", "reporter_contact", "unit_id", "filed_by_id", "channel", "created_at"),
)
#: The acts by which a ticket comes to its state.
MOVES = (
    *(Action.FILE, Action.COMPLETE, Action.CONFIRM, Action.REOPEN, Action.LAPSE),
    *(Action.TIE, Action.UNTIE, Action.FOLLOW),
)
#: Those of them that leave a row.
LEAVES = (Action.COMPLETE, Action.TIE)

#: One visit of a row: the row's state, its round, when entered; by whom left, to which state, when.
Visit = tuple[str, int, datetime, int | None, str, datetime | None]


def append(ticket: Ticket, *, body: dict[str, Any], **columns: Any) -> HistoryEntry:
    """Write the next entry of a ticket whose row the caller has locked, and count it in `ticket.version`.

    `columns` are those of `HistoryEntry`; `body` is the text, kept apart under a salted digest. The caller saves
    the ticket.
    """
    before = ticket.last_hash
    if before is None:
        before = ticket.entries.order_by("-seq").values_list("hash", flat=True).first() or ""
    entry = compose(ticket, after=before, body=body, **columns)
    entry.save(force_insert=True)
    entry.detail.save(force_insert=True)
    ticket.last_hash = entry.hash
    return entry


def compose(ticket: Ticket, *, after: str, body: dict[str, Any], **columns: Any) -> HistoryEntry:
    """The next entry of a ticket with its `detail`, unsaved; `after` is the hash of the one before it."""
    ticket.version += 1
    detail = EntryDetail(salt=secrets.token_hex(16), body=body)
    detail.entry = entry = HistoryEntry(
        ticket=ticket,
        seq=ticket.version,
        to_state=ticket.state,
        round=ticket.round,
        previous_hash=after,
        detail_digest=detail.digest(),
        **columns,
    )
    entry.hash = entry.fingerprint()
    return entry


def report_of(ticket: Ticket) -> dict[str, Any]:
    """The report as it was filed, in values that JSON keeps."""
    values = ((name, getattr(ticket, name)) for name in FILED_FIELDS)
    return {name: _instant(value) if isinstance(value, datetime) else value for name, value in values}


def verdict_of(run: StepRun) -> dict[str, Any]:
    """How a run that is left kept its limit, in values that JSON keeps: sealed with the act that left it."""
    return {
        "verdict": str(run.verdict),
        "due": _instant(run.due_at) if run.due_at else None,
        **{name: getattr(run, name) for name in ("worked_minutes", "held_minutes", "awaited_minutes", "late_minutes")},
    }


def asked() -> QuerySet[HistoryEntry]:
    """Of each ticket that awaits its reporter's word, the act by which they were asked: the last that moved it."""
    moves = HistoryEntry.objects.filter(ticket=OuterRef("ticket"), action__in=MOVES)
    last = Subquery(moves.order_by("-seq").values("pk")[:1])
    return HistoryEntry.objects.filter(ticket__confirm_by__isnull=False, pk=last)


@dataclass(frozen=True)
class Break:
    """A place where the record is not what was written."""

    ticket: str
    seq: int | None
    problem: str

    def __str__(self) -> str:
        where = f"{self.ticket} entry {self.seq}" if self.seq else self.ticket
        return f"{where}: {self.problem}"


def verify() -> Iterator[Break]:
    """Every break of the chains, of the numbers and between history and tickets; nothing for a sound record.

    Only a sound chain proves anything: by it, the report, the files and the ledger of its ticket are compared.
    """
    yield from _number_breaks()
    entries = Prefetch("entries", HistoryEntry.objects.select_related("detail").order_by("seq"))
    tickets = Ticket.objects.order_by("pk").select_related("main").prefetch_related(entries, "attachments", "runs")
    for ticket in tickets.iterator(chunk_size=200):
        told = list(ticket.entries.all())
        yield from list(chain_breaks(ticket, told)) or _record_breaks(ticket, told)


def chain_breaks(ticket: Ticket, entries: list[HistoryEntry]) -> Iterator[Break]:
    """The breaks within one ticket, given its entries in order."""
    previous_hash, state = "", ""
    for expected, entry in enumerate(entries, start=1):
        if entry.seq != expected:
            yield Break(ticket.number, entry.seq, f"entry {expected} is missing")
            return
        if entry.hash != entry.fingerprint():
            yield Break(ticket.number, entry.seq, "its columns were changed")
        if entry.previous_hash != previous_hash:
            yield Break(ticket.number, entry.seq, "it does not follow the entry before it")
        if entry.from_state != state:
            yield Break(ticket.number, entry.seq, "it does not start where the entry before it ended")
        detail = getattr(entry, "detail", None)
        if detail is None:
            yield Break(ticket.number, entry.seq, "its text was deleted")
        elif detail.digest() != entry.detail_digest and (detail.erased_at is None or detail.body):
            yield Break(ticket.number, entry.seq, "its text was changed")
        previous_hash, state = entry.hash, entry.to_state
    if ticket.version != len(entries):
        yield Break(ticket.number, None, f"{ticket.version} entries were written, {len(entries)} are there")
    elif ticket.state != state:
        yield Break(ticket.number, None, f"it stands at {ticket.state}, its history ends at {state}")


def _record_breaks(ticket: Ticket, entries: list[HistoryEntry]) -> Iterator[Break]:
    """Where the ticket and what hangs on it is not what its entries say."""
    yield from _report_breaks(ticket, entries[0])
    yield from _file_breaks(ticket, entries)
    yield from _ledger_breaks(ticket, entries)
    yield from _verdict_breaks(ticket, entries)
    yield from _tie_breaks(ticket, entries)
    yield from _restriction_breaks(ticket, entries)


def _report_breaks(ticket: Ticket, filed: HistoryEntry) -> Iterator[Break]:
    if filed.detail.erased_at is None:
        then, now = filed.detail.body.get("report", {}), report_of(ticket)
        if changed := [name.removesuffix("_id") for name in FILED_FIELDS if then.get(name) != now[name]]:
            yield Break(ticket.number, filed.seq, f"not as it was filed: {', '.join(changed)}")


def _file_breaks(ticket: Ticket, entries: list[HistoryEntry]) -> Iterator[Break]:
    attached: dict[int | None, dict[str, str]] = {}
    for file in ticket.attachments.all():
        attached.setdefault(file.entry_id, {})[file.key] = file.sha256
    for entry in entries:
        files = attached.pop(entry.pk, {})
        if entry.detail.erased_at is None and files != entry.detail.body.get("files_sha256", {}):
            yield Break(ticket.number, entry.seq, "its files are not those that were attached")
    if attached:
        yield Break(ticket.number, None, "it has files that no entry of it attached")


def _ledger_breaks(ticket: Ticket, entries: list[HistoryEntry]) -> Iterator[Break]:
    """A row is entered by one move and left by the next; each run says the same, and one is open on a row."""
    moves = [entry for entry in entries if entry.action in MOVES]
    told: list[Visit] = [
        (entered.to_state, entered.round, entered.at, left.by_id, left.to_state, left.at)
        for entered, left in pairwise(moves)
        if left.action in LEAVES
    ]
    if ticket.is_open:
        told.append((moves[-1].to_state, moves[-1].round, moves[-1].at, None, "", None))
    ledger = [_visit(ticket, run) for run in ticket.runs.all()]
    for count, (visit, run) in enumerate(zip_longest(told, ledger), start=1):
        if visit != run:
            yield Break(ticket.number, None, f"visit {count} of its ledger is not the one its history tells")
            return


def _verdict_breaks(ticket: Ticket, entries: list[HistoryEntry]) -> Iterator[Break]:
    """A verdict is frozen with the act that left the row; acts from before there were verdicts sealed none."""
    left = [entry for entry in entries if entry.action in LEAVES]
    runs = [run for run in ticket.runs.all() if run.left_at]
    for entry, run in zip(left, runs, strict=False):
        sealed = entry.detail.body.get("verdict")
        if sealed is not None and not sealed.items() <= verdict_of(run).items():  # earlier seals say less
            yield Break(ticket.number, entry.seq, f"row {run.row} did not end with this verdict")


def _tie_breaks(ticket: Ticket, entries: list[HistoryEntry]) -> Iterator[Break]:
    """The main ticket is the one that the last tie named; none, if there was no tie or it was undone."""
    last = next((entry for entry in reversed(entries) if entry.action in (Action.TIE, Action.UNTIE)), None)
    if last is None or last.action == Action.UNTIE:
        told = ""
    elif last.detail.erased_at:
        return
    else:
        told = last.detail.body["main"]
    main = ticket.main.number if ticket.main else ""
    if main != told:
        yield Break(ticket.number, None, f"it is tied to {main or 'nothing'}, its history says {told or 'to nothing'}")


def _restriction_breaks(ticket: Ticket, entries: list[HistoryEntry]) -> Iterator[Break]:
    """A ticket is a security incident if the last mark says so."""
    marks = [entry.action for entry in entries if entry.action in (Action.RESTRICT, Action.UNRESTRICT)]
    told = bool(marks) and marks[-1] == Action.RESTRICT
    if ticket.restricted != told:
        yield Break(
            ticket.number, None, f"it is {'' if ticket.restricted else 'not '}restricted, its history denies it"
        )


def _visit(ticket: Ticket, run: StepRun) -> Visit:
    """A run as the history would tell it. Who has an open one in hand is no part of a move."""
    to_state = f"{ticket.sop_key}.{run.arrow}" if run.arrow.isdigit() else run.arrow
    performer = run.performer_id if run.left_at else None
    return f"{ticket.sop_key}.{run.row}", run.round, run.entered_at, performer, to_state, run.left_at


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def head() -> tuple[int, str]:
    """The number of entries, and one SHA-256 over every ticket's last: kept elsewhere, it shows a tail that was cut."""
    last = HistoryEntry.objects.filter(ticket=OuterRef("pk")).order_by("-seq")
    digest = sha256()
    for number, last_hash in (
        Ticket.objects.order_by("number").values_list("number", Subquery(last.values("hash")[:1])).iterator()
    ):
        digest.update(f"{number}:{last_hash}\n".encode())
    return HistoryEntry.objects.count(), digest.hexdigest()


def _number_breaks() -> Iterator[Break]:
    for sequence in NumberSequence.objects.all():
        prefix = f"{sequence.prefix}-{sequence.year}-"
        numbers = set(Ticket.objects.filter(number__startswith=prefix).values_list("number", flat=True))
        for count in range(1, sequence.last + 1):
            if f"{prefix}{count:04d}" not in numbers:
                yield Break(f"{prefix}{count:04d}", None, "the ticket is gone")
