"""Lists as files that a worker writes: asked for, made, kept for a day, removed.

A person has one in hand at a time; the database sees to that. A worker claims an export with a lease that each batch
renews, so that one whose worker was killed is begun again by another. Rights are asked when it is made, and again when
it is fetched: by then they must still cover all that it holds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from tickets.exports import lists
from tickets.exports.lists import Listing, Row
from tickets.models import Export, User
from tickets.reports.tables import MOST_ROWS, write_csv, write_xlsx
from tickets.storage import stored_name

#: So many rows are written while the person waits.
AT_ONCE = 2_000
KEPT = timedelta(hours=24)
#: A worker that wrote no batch for so long is taken for dead.
LEASE = timedelta(minutes=2)
PAUSE = timedelta(seconds=30)
MOST_ATTEMPTS = 3
#: Seconds after which a worker begins no further export; the next poke goes on.
PATIENCE = 60
QUERY_LENGTH = 1_800  # what `HOLDS` adds fits beside it
#: In the stored query: the procedures whose rows the file may hold.
HOLDS = "memuat"

log = logging.getLogger("sopdesk.exports")


class Refused(Exception):
    """This export cannot be made; the sentence says why, and what to do."""


class Lost(Exception):
    """Somebody else has the export in hand by now."""


# Asking


def ask(kind: str, form: str, data: QueryDict, *, by: User, now: datetime) -> Export:
    """Put an export in the queue. Raises Refused when the person has one in hand already, or it cannot be read."""
    found = _readable(kind, data, by, now)
    if len(found.query) > QUERY_LENGTH:
        raise Refused("Saringan ini terlalu panjang untuk diunduh. Silakan kurangi saringannya.")
    export = Export(person=by, kind=kind, format=form, query=found.query, name=f"{found.name}.{form}", asked_at=now)
    try:
        with transaction.atomic():
            export.save(force_insert=True)
    except IntegrityError:
        raise Refused("Unduhan Anda yang lain sedang dibuat. Silakan tunggu sampai selesai, lalu minta lagi.") from None
    return export


def _readable(kind: str, data: QueryDict, person: User, now: datetime) -> Listing:
    """The list, if the person may read all of what it asks for."""
    found = lists.listing(kind, data, person=person, now=now)
    if not lists.readable(kind, data, person) or found.ignored:
        raise Refused("Saringan atau hak Anda sudah berubah. Silakan buka halamannya dan minta lagi.")
    return found


def fits_at_once(export: Export) -> bool:
    """Whether the person may wait for it."""
    found = lists.listing(export.kind, QueryDict(export.query), person=export.person, now=export.asked_at)
    return found.is_short(AT_ONCE)


def may_fetch(export: Export, person: User) -> bool:
    """Whether a file that was made may still be read by its owner."""
    query = QueryDict(export.query)
    held = set(query.get(HOLDS, "").split(",")) - {""}
    today = lists.readable(export.kind, query, person)
    return export.person_id == person.pk and bool(export.finished_at) and bool(today) and held <= today


# Making

_one_at_a_time = Lock()


def make_due() -> int:
    """Make what waits, the longest waiting first; gives how many were taken on. May run twice at once without harm."""
    if not _one_at_a_time.acquire(blocking=False):
        return 0
    try:
        taken, patience_ends = 0, time.monotonic() + PATIENCE
        while time.monotonic() < patience_ends and (export := _claim()):
            _make(export)
            taken += 1
        return taken
    finally:
        _one_at_a_time.release()


def make(export: Export) -> None:
    """Make this one now, unless a worker has it in hand."""
    if claimed := _claim(export.pk):
        _make(claimed)
    export.refresh_from_db()


def _claim(pk: int | None = None) -> Export | None:
    """Lease an export that nobody has in hand: that one, or the longest waiting."""
    now = timezone.now()
    free = Export.objects.running().filter(Q(lease_until=None) | Q(lease_until__lte=now))
    if pk:
        free = free.filter(pk=pk)
    for candidate in free.order_by("asked_at", "pk").values_list("pk", flat=True)[:5]:
        leased = {"lease_until": now + LEASE, "attempts": F("attempts") + 1, "rows_done": 0, "rows_total": None}
        if free.filter(pk=candidate).update(**leased):
            return Export.objects.select_related("person").get(pk=candidate)
    return None


def _make(export: Export) -> None:
    """Write the file and keep it, or say why not. Whatever goes wrong with one stops no other."""
    try:
        _forget_file(export)
        if export.attempts > MOST_ATTEMPTS:
            raise Refused("Unduhan ini beberapa kali terhenti sebelum selesai. Silakan persempit saringannya.")
        with TemporaryDirectory(prefix="sopdesk-export-") as folder:
            path = Path(folder, "table")
            query = _write(export, path)
            _keep(export, path, query)
    except Lost:
        log.warning("export %s is in other hands by now", export.pk)
    except Refused as refusal:
        _in_hand(export).update(failed_at=timezone.now(), lease_until=None, error=str(refusal))
    except Exception as failure:
        log.exception("export %s failed at attempt %d", export.pk, export.attempts)
        _in_hand(export).update(lease_until=timezone.now() + PAUSE, error=type(failure).__name__)


def _write(export: Export, path: Path) -> str:
    """Write the table to disk. Gives the query with the procedures whose rows it holds."""
    now, asked = timezone.now(), QueryDict(export.query)
    found = _readable(export.kind, asked, export.person, now)
    total = found.count()
    _tell(export, rows_total=total)
    if export.format == Export.Format.XLSX and total > MOST_ROWS:
        raise Refused("Terlalu banyak baris untuk Excel. Silakan persempit saringannya atau unduh sebagai CSV.")
    table = found.table(chain.from_iterable(_told(export, found.batches())))
    if export.format == Export.Format.XLSX:
        write_xlsx(path, {"Data": table}, created=export.asked_at)
    else:
        write_csv(path, table)
    query = QueryDict(found.query, mutable=True)
    query[HOLDS] = ",".join(sorted(found.procedures))
    return query.urlencode(safe=",")


def _told(export: Export, batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
    """The batches; after each, its rows are told to whoever waits, and the lease begins anew."""
    done = 0
    for batch in batches:
        yield batch
        done += len(batch)
        _tell(export, rows_done=done)


def _tell(export: Export, **progress: int) -> None:
    if not _in_hand(export).update(lease_until=timezone.now() + LEASE, **progress):
        raise Lost


def _keep(export: Export, path: Path, query: str) -> None:
    """Store the file. Its name is known to the row before it lies on disk, so that none lies there unknown."""
    storage, name = export.file.storage, stored_name(export, f"x.{export.format}")
    size = path.stat().st_size
    if not _in_hand(export).update(file=name, query=query, size=size):
        raise Lost
    with path.open("rb") as file:
        storage.save(name, File(file))
    ended = {"finished_at": timezone.now(), "lease_until": None, "error": ""}
    if not _in_hand(export).update(**ended):
        storage.delete(name)
        raise Lost
    log.info("export %s for person %s: %d bytes", export.pk, export.person_id, size)


def _in_hand(export: Export) -> QuerySet[Export]:
    """The export, as long as this claim of it stands: a later one has another number."""
    return Export.objects.running().filter(pk=export.pk, attempts=export.attempts)


def _forget_file(export: Export) -> None:
    """Remove what an attempt that was killed has left on disk."""
    if name := export.file.name:
        export.file.storage.delete(name)


# Removing


def remove_expired(now: datetime) -> int:
    """Remove exports that ended a day ago, with their files. Gives how many; may run twice."""
    ended = Q(finished_at__lte=now - KEPT) | Q(failed_at__lte=now - KEPT)
    expired = list(Export.objects.filter(ended))
    for export in expired:
        _forget_file(export)
        export.delete()
    return len(expired)
