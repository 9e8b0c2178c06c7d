"""How a paper is issued: ordered, made by a worker, numbered, stored and told of; and made again, byte for byte.

An order is a row (`Document`) that waits. A worker claims it with a lease, gathers what the paper says, and then, in
one transaction, takes the next number, presses the PDF with it and stores it. Whoever is killed in between leaves a
lease that runs out, a paper that still waits, and no number that is missing.
"""

from __future__ import annotations

import io
import json
import logging
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import segno
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from tickets.models import Document, Office, Ticket, User
from tickets.models.documents import DocumentQuerySet
from tickets.notifications import outbox
from tickets.reports import completion, monthly, numbers, papers, periods
from tickets.reports.periods import Period
from tickets.reports.press import PressFailed, edition
from tickets.storage import private_files
from workflows import calendars
from workflows.worktime import ZONE

#: Seconds after which a worker begins no further paper; the next poke goes on.
PATIENCE = 40
#: For how long a claimed paper belongs to who claimed it: longer than any takes.
LEASE = timedelta(minutes=5)
#: Pauses after each attempt that failed; after one more the paper is given up.
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
MOST_ATTEMPTS = len(PAUSES) + 1

QR_CODE = "qr.svg"

log = logging.getLogger("sopdesk.papers")


@dataclass(frozen=True)
class Maker:
    """How one kind of paper is made.

    `gather` reads all that it says from the database, `images` what it shows from disk, `pdf` presses both. `code` and
    `pattern` are the fields of the office that its number is made of.
    """

    gather: Callable[[Document, datetime], dict[str, Any]]
    images: Callable[[dict[str, Any]], dict[str, bytes]]
    pdf: Callable[[Mapping[str, Any], Mapping[str, bytes], datetime], bytes]
    code: str
    pattern: str


def _gather_completion(document: Document, now: datetime) -> dict[str, Any]:
    assert document.ticket is not None  # noqa: S101  # for the type checker: the database demands it
    chosen = document.inputs.get("images")
    return completion.inputs(document.ticket, now=now, number="", code=document.code, images=chosen)


def _gather_sla(document: Document, now: datetime) -> dict[str, Any]:
    return monthly.inputs(monthly.whole_office(period_of(document)), now=now)


MAKERS = {
    Document.Kind.COMPLETION: Maker(
        _gather_completion, completion.images, completion.pdf, "completion_code", "completion_number"
    ),
    Document.Kind.SLA: Maker(_gather_sla, monthly.images, monthly.pdf, "sla_code", "sla_number"),
}


# Ordering


class NothingToReport(Exception):
    """The work on this ticket is not done, or not any more."""


@transaction.atomic
def order_completion(
    ticket: Ticket, *, by: User | None, now: datetime, images: Iterable[str] | None = None
) -> Document:
    """Order the next issue of a ticket's Laporan Penyelesaian Masalah, with attachments by their keys in this order,
    or with those that are printed if nobody chooses.

    Nobody orders what is due by itself. Pressed twice, it is the same order. Raises NothingToReport.
    """
    if not completion.may_be_issued(Ticket.objects.select_for_update().get(pk=ticket.pk)):
        raise NothingToReport
    chosen = {} if images is None else {"images": list(images)}
    order = Document(kind=Document.Kind.COMPLETION, ticket=ticket, inputs=chosen)
    return _order(order, Document.objects.filter(kind=order.kind, ticket=ticket), by=by, now=now)


@transaction.atomic
def order_sla(period: Period, *, by: User | None, now: datetime) -> Document:
    """Order the next issue of the Laporan SLA of a period that is over. Pressed twice, it is the same order."""
    _locked_office()
    order = Document(kind=Document.Kind.SLA, starts_on=period.first, ends_on=period.last)
    return _order(order, _of_period(period), by=by, now=now)


def order_monthly(now: datetime) -> None:
    """Order the Laporan SLA of the last month, once, from the first opening of this month on; late is not too late.

    A month before the first ticket has nothing to report.
    """
    month = periods.month_of(timezone.localdate(now, ZONE))
    due_at, last = calendars.current().next_opening(month.starts_at), month.previous()
    if now < due_at or _of_period(last).exists():
        return
    if Ticket.objects.filter(created_at__lt=last.ends_before).exists():
        _order_once(last, now)


@transaction.atomic
def _order_once(period: Period, now: datetime) -> None:
    _locked_office()
    if not _of_period(period).exists():
        order_sla(period, by=None, now=now)


def _order(order: Document, issued: DocumentQuerySet, *, by: User | None, now: datetime) -> Document:
    if waiting := issued.waiting().filter(inputs=order.inputs).first():
        return waiting
    order.issue = issued.next_issue()
    order.ordered_by, order.ordered_at = by, now
    order.save(force_insert=True)
    return order


def _of_period(period: Period) -> DocumentQuerySet:
    return Document.objects.filter(kind=Document.Kind.SLA, starts_on=period.first, ends_on=period.last)


def period_of(document: Document) -> Period:
    """The period of a Laporan SLA: a month, a quarter or a year, if it is one whole."""
    first, last = document.starts_on, document.ends_on
    assert first is not None and last is not None  # noqa: S101, PT018  # for the type checker, as above
    whole = (make(first) for make in (periods.month_of, periods.quarter_of, periods.year_of))
    return next((period for period in whole if (period.first, period.last) == (first, last)), periods.free(first, last))


def make_again(document: Document) -> None:
    """Let a paper that was given up wait anew, as if it had not been tried."""
    Document.objects.given_up().filter(pk=document.pk).update(failed_at=None, error="", attempts=0, lease_until=None)


# Making


_one_at_a_time = Lock()


def make_waiting(now: datetime | None = None) -> None:
    """Make the papers that wait, the longest waiting first; `now` (aware) is for tests, else the clock is read.

    Safe to call at any time and from any number of processes, which share the work. A call that this process is still
    busy with is not joined by a second one: the embedded worker has other things to do as well.
    """
    if not _one_at_a_time.acquire(blocking=False):
        return
    try:
        patience_ends = time.monotonic() + PATIENCE
        while time.monotonic() < patience_ends and make_next(now or timezone.now()):
            pass
    finally:
        _one_at_a_time.release()


def make_next(now: datetime) -> bool:
    """Make the paper that waits longest and nobody has in hand; says whether there was one."""
    document = _claim(now)
    if document is None:
        return False
    if document.attempts > MOST_ATTEMPTS:  # each time the worker was gone before it could say why
        _give_up(document, "Proses pekerja berhenti setiap kali dokumen ini dibuat.", now)
        return True
    try:
        _make(document, now)
    except Exception as failure:  # one bad paper stops no other
        if not connection.is_usable():
            raise
        _put_off(document, failure, now)
    return True


def _claim(now: datetime) -> Document | None:
    """Lease one paper. Two workers that look at the same row take it in turn, and the second finds it taken."""
    is_free = Q(lease_until=None) | Q(lease_until__lte=now)
    free = Document.objects.waiting().filter(is_free).order_by("ordered_at", "pk")
    while (key := free.values_list("pk", flat=True).first()) is not None:
        claimed = free.order_by().filter(pk=key)
        if claimed.update(lease_until=now + LEASE, attempts=F("attempts") + 1):
            return Document.objects.select_related("ticket").get(pk=key)
    return None


def _make(document: Document, now: datetime) -> None:
    """What takes long and may fail for many reasons, the reading, is done before the numbers are locked."""
    maker = MAKERS[Document.Kind(document.kind)]
    inputs = maker.gather(document, now)
    images = maker.images(inputs)
    try:
        _issue(document, maker, inputs, images, now)
    except BaseException:
        _discard(document)
        raise


def _discard(document: Document) -> None:
    """Nothing may lie on disk that no row knows of. Where a commit's answer was lost, the row may know it after all."""
    with suppress(DatabaseError):
        if document.pdf and not Document.objects.filter(pk=document.pk, pdf=document.pdf.name).exists():
            document.pdf.delete(save=False)


@transaction.atomic
def _issue(document: Document, maker: Maker, inputs: dict[str, Any], images: dict[str, bytes], now: datetime) -> None:
    """Number, press and store a paper, all or nothing.

    The press runs under the lock of the numbers, for some tenths of a second: a number that is taken stands on a paper
    that exists, and none is missing. Nobody but other workers waits for it (on SQLite, whoever writes).
    """
    if _in_hand(document).select_for_update().first() is None:
        return  # it took longer than its lease: somebody else has it; or the ticket was reopened
    _number(document, maker, _locked_office(), timezone.localdate(now, ZONE))
    address = check_address(document)
    document.inputs = _plain(inputs | {"number": document.number, "code": document.code, "check": address})
    images = images | {QR_CODE: _qr_code(address)}
    pdf = maker.pdf(document.inputs, images, now)
    document.images = {name: _kept(name, content) for name, content in images.items()}
    document.edition, document.made_at, document.sha256 = edition(), now, sha256(pdf).hexdigest()
    document.lease_until, document.error = None, ""
    document.pdf.save(f"{document.code}.pdf", ContentFile(pdf), save=False)
    document.save()
    outbox.put_document(document, now=now)


def _number(document: Document, maker: Maker, office: Office, day: date) -> None:
    """The next number of its kind in the year, in WIB, that it is made in. The caller holds the lock of the office."""
    taken = Document.objects.filter(kind=document.kind, year=day.year).aggregate(last=Max("sequence"))["last"]
    document.year, document.sequence = day.year, (taken or 0) + 1
    document.number = numbers.number(
        getattr(office, maker.pattern),
        code=getattr(office, maker.code),
        sequence=document.sequence,
        unit=office.unit_code,
        day=day,
    )


def _locked_office() -> Office:
    """The office, locked: whoever counts next waits. It is entered as it is while nobody has entered more."""
    Office.objects.get_or_create(pk=1)
    return Office.objects.select_for_update().get(pk=1)


def _plain(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """As the database gives them back, so that what is pressed today and again in ten years is the same."""
    return dict(json.loads(json.dumps(inputs, sort_keys=True)))


def check_address(document: Document) -> str:
    """Where anybody can check that a paper is one of ours."""
    return f"{settings.SITE_URL}{reverse('periksa', args=[document.code])}"


def _qr_code(address: str) -> bytes:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, nl=False)
    return drawn.getvalue()


def _kept(name: str, content: bytes) -> str:
    """Where an image that went to press lies from now on: one file for all papers that print the same."""
    digest = sha256(content).hexdigest()
    path = f"papers/{digest[:2]}/{digest}{Path(name).suffix}"
    files = private_files()
    if files.exists(path):
        with files.open(path) as file:
            if file.read() == content:
                return path
        files.delete(path)  # half of it, from a worker that was killed
    return files.save(path, ContentFile(content))


def _put_off(document: Document, failure: Exception, now: datetime) -> None:
    """Try again after a pause. What failed is logged by its place: a database puts a ticket's text into its words."""
    place = "".join(traceback.format_tb(failure.__traceback__))
    log.error("paper %s could not be made, %s:\n%s", document.pk, type(failure).__name__, place)
    words = str(failure) if isinstance(failure, PressFailed | OSError) else type(failure).__name__
    if document.attempts >= MOST_ATTEMPTS:
        _give_up(document, words, now)
        return
    until = now + PAUSES[document.attempts - 1]
    _in_hand(document).update(lease_until=until, error=_fitting(words))


def _give_up(document: Document, words: str, now: datetime) -> None:
    _in_hand(document).update(failed_at=now, lease_until=None, error=_fitting(words))


def _in_hand(document: Document) -> QuerySet[Document]:
    """The paper, as long as this claim of it stands: a later one has another number."""
    return Document.objects.waiting().filter(pk=document.pk, attempts=document.attempts)


def _fitting(words: str) -> str:
    return " ".join(words.split())[:300]


# Making again


def reproduce(document: Document) -> bytes:
    """The PDF of a paper that was made, anew from what is stored. Under the same edition, the same bytes."""
    assert document.made_at is not None  # noqa: S101  # for the type checker: only papers that were made are asked for
    maker = MAKERS[Document.Kind(document.kind)]
    return maker.pdf(_plain(document.inputs), images_of(document), document.made_at)


def images_of(document: Document) -> dict[str, bytes]:
    """The images that went to press with a paper, by name."""
    found = {}
    for name, path in document.images.items():
        with private_files().open(path) as file:
            found[name] = file.read()
    return found


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a stored paper."""

    number: str
    words: str

    def __str__(self) -> str:
        return f"{self.number}: {self.words}"


def flaws(documents: Iterable[Document]) -> Iterator[Flaw]:
    """What of stored papers is not as it was made: the file, or what it comes from."""
    present = edition()
    for document in documents:
        if words := _flaw(document, present):
            yield Flaw(document.number, words)


def _flaw(document: Document, present: str) -> str:
    if document.erased_at:  # its number and SHA-256 are all that is kept of it
        return ""
    try:
        stored = papers.content_of(document)
    except OSError:
        return "the file is not there"
    if sha256(stored).hexdigest() != document.sha256:
        return "the file is not the one that was issued: its SHA-256 differs"
    if document.edition != present:
        return ""
    try:
        again = reproduce(document)
    except (PressFailed, OSError, KeyError) as failure:
        return f"it could not be made again: {type(failure).__name__}"
    return "" if again == stored else "made again from its inputs, it comes out differently"
