"""What is removed for good: the files, texts and papers of a ticket, each with a placeholder in its stead.

Every function works on tickets whose rows the caller has locked. A file goes before the row that names it says so, both
in the caller's transaction: if that is cut off in between, a row is left whose file is gone, which whoever erases finds
again and finishes. The other way round a file would stay on disk that no row names and nobody would ever find.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast

from tickets.models import Attachment, Document, EntryDetail, Extension, Hold, LegalHold, Office, Ticket
from tickets.storage import private_files

#: What stands in the place of what is gone.
TEXT = "Teks ini sudah dihapus."
TITLE = "Judul sudah dihapus"
REPORTER = "Pelapor (sudah dihapus)"
FILE_NAME = "berkas"


def on_hold(of: str = "pk") -> Exists:
    """A condition on tickets, or on what hangs on one by a path: the ticket's data must be kept for now."""
    return Exists(LegalHold.objects.filter(ticket=OuterRef(of), lifted_at=None))


def remove_files(attachments: QuerySet[Attachment], *, now: datetime) -> int:
    """Remove files with their thumbnails and names; their rows and digests stay. Says how many."""
    found = list(attachments.filter(erased_at=None))
    _delete(str(path.name) for row in found for path in (row.file, row.thumbnail) if path)
    rows = Attachment.objects.filter(pk__in=[row.pk for row in found])
    return rows.update(file="", thumbnail="", name=FILE_NAME, erased_at=now)


def remove_details(details: QuerySet[EntryDetail], *, now: datetime) -> int:
    """Remove what was written in acts. The salt goes too: with it, a short text could be guessed by its digest."""
    return details.filter(erased_at=None).update(body={}, salt="", erased_at=now)


def remove_texts(ticket: Ticket, *, now: datetime) -> None:
    """Remove everything that people wrote on a ticket that is closed; its number, states and actors stay."""
    remove_details(EntryDetail.objects.filter(entry__ticket=ticket), now=now)
    Hold.objects.filter(run__ticket=ticket).exclude(note="").update(note=TEXT)
    Extension.objects.filter(run__ticket=ticket).exclude(reason="").update(reason=TEXT)
    LegalHold.objects.filter(ticket=ticket, lifted_at__isnull=False).update(reason=TEXT)
    Ticket.objects.filter(pk=ticket.pk).update(
        title=TITLE,
        description=TEXT,
        page_url="",
        given={},
        reporter_name=REPORTER,
        reporter_contact="",
        search_text=search_text_of(ticket),
        tracking_code=None,
        erased_at=now,
    )


def remove_papers(documents: QuerySet[Document], *, now: datetime) -> int:
    """Remove papers and all that they were made of; number and SHA-256 stay. What was ordered is not made any more.

    An image may be printed on several papers, and goes with the last. Says how many papers went.
    """
    documents.filter(made_at=None).delete()  # a worker that is making one is waited for here, and finds nothing later
    Office.objects.select_for_update().filter(pk=1).first()  # under this lock images are put down (`issuing`)
    found = list(documents.filter(made_at__isnull=False, erased_at=None))
    rows = Document.objects.filter(pk__in=[row.pk for row in found])
    images = {path for row in found for path in row.images.values()}
    others = Document.objects.exclude(pk__in=[row.pk for row in found]).annotate(named=Cast("images", TextField()))
    _delete(path for path in sorted(images) if not others.filter(named__contains=path).exists())
    _delete(str(row.pdf.name) for row in found)
    return rows.update(pdf="", inputs={}, images={}, erased_at=now)


def search_text_of(ticket: Ticket) -> str:
    """What a search finds a ticket by whose text is gone."""
    return f"{ticket.number} {ticket.unit.short_name if ticket.unit else ''}".strip().lower()


def _delete(paths: Iterable[str]) -> None:
    files = private_files()
    for path in paths:
        files.delete(path)
