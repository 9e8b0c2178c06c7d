"""How long data is kept, and the nightly job that removes what is due (UU 27/2022; RELIABILITY promise 18).

Each class of data has its days, counted from the day on which a ticket was closed or a row was written: what is N days
old today goes tonight. An administrator may change the days; 0 keeps for ever. What hangs on a ticket on legal hold
stays. Numbers leave out what hangs on a security incident: whoever reads them may not know that there is one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from tickets import audit, erasing, rules, searching
from tickets.actions import Refused
from tickets.models import (
    Attachment,
    AuditEntry,
    EntryDetail,
    FileView,
    LegalHold,
    Letter,
    Notice,
    RetentionRule,
    Ticket,
    User,
)
from tickets.models.tickets import CLOSED_STATES
from workflows.worktime import ZONE

#: So many rows are looked at together.
BATCH = 500
#: Seconds after which no further batch is begun; the next night goes on.
PATIENCE = 10 * 60
#: The longest time that may be entered: a hundred years.
MOST_DAYS = 36_500

SIGN_INS = (
    AuditEntry.Event.SIGNED_IN,
    AuditEntry.Event.SIGN_IN_FAILED,
    AuditEntry.Event.SIGN_IN_REFUSED,
    AuditEntry.Event.SIGNED_OUT,
    AuditEntry.Event.SESSION_ENDED,
)

log = logging.getLogger("sopdesk.retention")

Remove = Callable[[list[int], datetime, datetime], int]


@dataclass(frozen=True)
class Kept:
    """A class of data. `due(before)` are the tickets or rows of before an instant that are to go; `remove` removes
    those of them with some keys, and says how many of them are `told`: both leave alone what is on legal hold.

    What goes is said as `part` of so many a `unit`: "berkas dari 12 tiket"; without a part they go whole.
    """

    key: str
    label: str
    removes: str
    counted: str
    unit: str
    default: int
    due: Callable[[datetime], QuerySet[Any]]
    remove: Remove
    told: Q
    part: str = ""

    @property
    def days(self) -> int:
        """How long it is kept; 0 for ever."""
        rule = RetentionRule.objects.filter(kind=self.key).first()
        return rule.days if rule else self.default

    def count_due_under(self, days: int, *, now: datetime) -> int:
        """How many would go tonight if it were kept so many days."""
        return self.due(_before(days, now)).filter(self.told).count() if days else 0


def _before(days: int, now: datetime) -> datetime:
    """The end, in WIB, of the day that is so many days ago."""
    day = timezone.localdate(now, ZONE) - timedelta(days=days - 1)
    return datetime.combine(day, clock.min, ZONE)


# Tickets


def _closed(before: datetime) -> QuerySet[Ticket]:
    closed = Ticket.objects.filter(state__in=CLOSED_STATES, closed_at__lt=before)
    return closed.exclude(erasing.on_hold())


def _with_files(before: datetime) -> QuerySet[Ticket]:
    return _closed(before).filter(Exists(Attachment.objects.filter(ticket=OuterRef("pk"), erased_at=None)))


def _with_texts(before: datetime) -> QuerySet[Ticket]:
    return _closed(before).filter(Exists(EntryDetail.objects.filter(entry__ticket=OuterRef("pk"), erased_at=None)))


def _files_of(ticket: Ticket, now: datetime) -> None:
    erasing.remove_files(ticket.attachments.all(), now=now)


def _everything_of(ticket: Ticket, now: datetime) -> None:
    erasing.remove_texts(ticket, now=now)
    erasing.remove_papers(ticket.documents.all(), now=now)
    erasing.remove_files(ticket.attachments.all(), now=now)


def _each(due: Callable[[datetime], QuerySet[Ticket]], remove: Callable[[Ticket, datetime], None]) -> Remove:
    """Removes from one ticket after the other, each in a transaction of its own; what fails with one stops no other."""

    def remove_each(keys: list[int], before: datetime, now: datetime) -> int:
        return sum(_remove_from(key, before, now) for key in keys)

    def _remove_from(key: int, before: datetime, now: datetime) -> bool:
        try:
            with transaction.atomic():
                Ticket.objects.select_for_update().get(pk=key)
                ticket = due(before).filter(pk=key).first()  # asked again: a hold may have been placed meanwhile
                if ticket:
                    remove(ticket, now)
                return ticket is not None and not ticket.restricted
        except (OSError, DatabaseError):
            log.exception("what is due of ticket %d could not be removed", key)
            return False

    return remove_each


# Rows


def _rows(due: Callable[[datetime], QuerySet[Any]], told: Q) -> Remove:
    @transaction.atomic
    def remove_rows(keys: list[int], before: datetime, now: datetime) -> int:
        rows = due(before).filter(pk__in=keys)
        removed, _ = rows.filter(told).delete()
        rows.delete()
        return removed

    return remove_rows


def _no_secret(*paths: str) -> Q:
    """A condition on rows: no ticket that they hang on is a security incident."""
    return Q(*(Q(**{path: None}) | Q(**{f"{path}__restricted": False}) for path in paths))


def _notices(before: datetime) -> QuerySet[Notice]:
    notices = Notice.objects.filter(at__lt=before)
    return notices.exclude(erasing.on_hold("ticket")).exclude(erasing.on_hold("document__ticket"))


def _letters(before: datetime) -> QuerySet[Letter]:
    return Letter.objects.filter(asked_at__lt=before)


def _views(before: datetime) -> QuerySet[FileView]:
    views = FileView.objects.filter(at__lt=before)
    return views.exclude(erasing.on_hold("attachment__ticket")).exclude(erasing.on_hold("document__ticket"))


def _sign_ins(before: datetime) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(at__lt=before, event__in=SIGN_INS)


def _trail(before: datetime) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(~Q(event__in=SIGN_INS), at__lt=before).exclude(erasing.on_hold("ticket"))


def _kept_rows(
    key: str,
    label: str,
    removes: str,
    unit: str,
    default: int,
    due: Callable[[datetime], QuerySet[Any]],
    told: Q,
) -> Kept:
    return Kept(key, label, removes, "sejak dicatat", unit, default, due, _rows(due, told), told)


CLASSES = (
    Kept(
        "berkas",
        "Berkas tiket",
        "Tangkapan layar dan dokumen yang dilampirkan pada tiket yang sudah ditutup. Tempatnya tetap terlihat.",
        "sejak tiket ditutup",
        "tiket",
        730,
        _with_files,
        _each(_with_files, _files_of),
        Q(restricted=False),
        part="berkas dari",
    ),
    Kept(
        "teks",
        "Isi tiket",
        "Judul, uraian, nama dan kontak pelapor, jawaban, komentar, alasan, dan laporan penyelesaian yang sudah terbit,"
        " beserta berkas yang masih ada. Nomor, keadaan, waktu, dan pelaku tetap.",
        "sejak tiket ditutup",
        "tiket",
        1825,
        _with_texts,
        _each(_with_texts, _everything_of),
        Q(restricted=False),
        part="isi",
    ),
    _kept_rows(
        "pemberitahuan",
        "Pemberitahuan",
        "Pemberitahuan di SOPDesk dan catatan surelnya.",
        "pemberitahuan",
        365,
        _notices,
        _no_secret("ticket", "document__ticket"),
    ),
    _kept_rows("surat", "Surel akun", "Catatan undangan dan surel lain tentang akun.", "catatan", 365, _letters, Q()),
    _kept_rows(
        "penglihatan",
        "Siapa melihat berkas",
        "Catatan siapa membuka lampiran dan dokumen.",
        "catatan",
        365,
        _views,
        _no_secret("attachment__ticket", "document__ticket"),
    ),
    _kept_rows("masuk", "Catatan masuk", "Siapa masuk, keluar, dan gagal masuk.", "catatan", 180, _sign_ins, Q()),
    _kept_rows(
        "jejak",
        "Jejak audit",
        "Perubahan pada pengguna, peran, data, dan pengaturan.",
        "catatan",
        730,
        _trail,
        _no_secret("ticket"),
    ),
)
BY_KEY = {kept.key: kept for kept in CLASSES}


def kept_for(key: str) -> str:
    """How long a class is kept, as a sentence goes on: "2 tahun sejak tiket ditutup"; empty if for ever. One query."""
    kept = BY_KEY[key]
    days = kept.days
    return f"{in_words(days)} {kept.counted}" if days else ""


#: Where a process keeps, for so many seconds, what its pages say of files.
TOLD, BELIEVED_FOR = "retention.files_kept_for", 60


def files_kept_for() -> str:
    """How long files are kept, for every page that takes some. Asks the database once a minute in each process."""
    return str(cache.get_or_set(TOLD, lambda: kept_for("berkas"), BELIEVED_FOR))


def in_words(days: int) -> str:
    """So many days, in years where they are whole ones."""
    years, rest = divmod(days, 365)
    return f"{years} tahun" if years and not rest else f"{days} hari"


# The job


def retain(now: datetime | None = None) -> dict[str, int]:
    """Remove everything that is due, class by class, and say how much by class. What fails with one stops no other.

    May run twice, at once too, and be killed at any moment: what is not done is done the next time.
    """
    now = now or timezone.now()
    patience_ends = time.monotonic() + PATIENCE
    removed = {}
    for kept in CLASSES:
        try:
            if kept.days:
                removed[kept.key] = _retain(kept, now, patience_ends)
        except (OSError, DatabaseError):
            log.exception("%s: not all that is due could be removed", kept.key)
    if Ticket.objects.filter(erased_at__gt=now - timedelta(days=7)).exists():  # also of runs that were killed
        searching.forget_removed()
    return removed


def _retain(kept: Kept, now: datetime, patience_ends: float) -> int:
    before, last, removed = _before(kept.days, now), 0, 0
    due = kept.due(before).order_by("pk").values_list("pk", flat=True)
    try:
        while time.monotonic() < patience_ends and (keys := list(due.filter(pk__gt=last)[:BATCH])):
            removed += kept.remove(keys, before, now)
            last = keys[-1]
    finally:
        audit.record(AuditEntry.Event.RETAINED, by=None, kind=kept.key, days=kept.days, removed=removed)
    log.info("%s kept %d days: %d removed", kept.key, kept.days, removed)
    return removed


# The rules


@transaction.atomic
def change(kept: Kept, days: int, *, by: User, request: HttpRequest | None = None) -> None:
    """Keep a class so many days from now on."""
    before = kept.days
    RetentionRule.objects.update_or_create(kind=kept.key, defaults={"days": days})
    audit.record(
        AuditEntry.Event.RETENTION_CHANGED, by=by, request=request, kind=kept.key, days=days, days_before=before
    )


# Legal hold


@transaction.atomic
def place_hold(ticket: Ticket, *, by: User, reason: str, request: HttpRequest | None = None) -> LegalHold:
    """Keep a ticket's data until the hold is lifted. Whoever is removing its files or texts at this moment is waited
    for; of what was noted about it (notices, views, audit), rows that are just being removed still go.

    Placed once more, it is the same hold. Raises Refused to who may not.
    """
    ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
    _refuse_unless_may_hold(by, ticket)
    held = ticket.legal_holds.filter(lifted_at=None).first()
    if held:
        return held
    audit.record(AuditEntry.Event.HOLD_PLACED, by=by, ticket=ticket, request=request)
    return LegalHold.objects.create(ticket=ticket, reason=reason, placed_at=timezone.now(), placed_by=by)


@transaction.atomic
def lift_hold(ticket: Ticket, *, by: User, request: HttpRequest | None = None) -> None:
    """Let a ticket's data go the way of all others again. Pressed once more, it does nothing."""
    ticket = Ticket.objects.select_for_update().get(pk=ticket.pk)
    _refuse_unless_may_hold(by, ticket)
    if ticket.legal_holds.filter(lifted_at=None).update(lifted_at=timezone.now(), lifted_by=by):
        audit.record(AuditEntry.Event.HOLD_LIFTED, by=by, ticket=ticket, request=request)


def _refuse_unless_may_hold(person: User, ticket: Ticket) -> None:
    if not rules.may_hold_data(person, ticket):
        raise Refused("Hanya yang mengoordinasikan atau mengepalai layanan ini yang dapat menahan data tiketnya.")
