"""Writing and proving the history of tickets: one entry per act, each chained to the one before."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db.models import OuterRef, Subquery

from tickets.models import EntryDetail, HistoryEntry, NumberSequence, Ticket


def append(ticket: Ticket, *, body: dict[str, Any], **columns: Any) -> HistoryEntry:
    """Write the next entry of a ticket whose row the caller has locked, and count it in `ticket.version`.

    `columns` are those of `HistoryEntry`; `body` is the text, kept apart under a salted digest. The caller saves
    the ticket.
    """
    before = ticket.entries.order_by("-seq").values_list("hash", flat=True).first() or ""
    ticket.version += 1
    detail = EntryDetail(salt=secrets.token_hex(16), body=body)
    entry = HistoryEntry(
        ticket=ticket,
        seq=ticket.version,
        to_state=ticket.state,
        round=ticket.round,
        previous_hash=before,
        detail_digest=detail.digest(),
        **columns,
    )
    entry.hash = entry.fingerprint()
    entry.save(force_insert=True)
    detail.entry = entry
    detail.save(force_insert=True)
    return entry


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
    """Every break of the chains, of the numbers and between history and tickets; nothing for a sound record."""
    yield from _number_breaks()
    entries = HistoryEntry.objects.select_related("detail").order_by("seq")
    for ticket in Ticket.objects.order_by("pk").iterator(chunk_size=500):
        yield from chain_breaks(ticket, list(entries.filter(ticket=ticket)))


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
