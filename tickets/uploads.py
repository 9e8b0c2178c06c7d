"""Files people send: checked, drawn anew or kept as they are, and stored before anything refers to them.

An upload without a ticket is only its uploader's. The act it is sent with attaches it (`tickets.actions`); what nobody
sent is removed after a day.
"""

import unicodedata
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.utils import timezone
from django.utils.formats import number_format

from tickets import images
from tickets.models import Attachment, User
from tickets.storage import is_full

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES_PER_ACT = 10
MAX_UNATTACHED = 40
KEPT_UNATTACHED = timedelta(hours=24)
NAME_LENGTH = 100

PDF_TYPE, PDF_ENDING = "application/pdf", "pdf"
#: What each type's name may end with; the first is given to a name that ends otherwise.
ENDINGS = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/webp": (".webp",),
    PDF_TYPE: (".pdf",),
}


def accepted_types(*, documents: bool) -> list[str]:
    """The content types a picker offers."""
    return [kind for kind in ENDINGS if documents or kind != PDF_TYPE]


def store(file: UploadedFile, *, by: User, documents: bool, now: datetime | None = None) -> Attachment:
    """Check and store one file for a person; it is on disk when this returns. `documents` lets PDF pass.

    Raises ValidationError with one sentence that names the file and the reason.
    """
    name = shown_name(file.name)
    if not file.size:
        raise ValidationError(f"“{name}” kosong. Silakan pilih berkas lain.")
    if file.size > MAX_BYTES:
        size = number_format(file.size / 1024 / 1024, decimal_pos=1)
        raise ValidationError(f"“{name}” berukuran {size} MB; paling besar {MAX_BYTES // 1024 // 1024} MB.")
    if unattached(by).count() >= MAX_UNATTACHED:
        raise ValidationError(
            f"“{name}” belum diterima: {MAX_UNATTACHED} berkas Anda belum dikirim bersama laporan. "
            "Silakan kirim laporannya atau hapus sebagian."
        )
    attachment = Attachment(uploaded_by=by, uploaded_at=now or timezone.now())
    try:
        _take(attachment, file.read(), name, documents=documents)
        attachment.save(force_insert=True)
    except BaseException as failure:  # nothing may lie on disk that no row knows of
        _delete_files(attachment)
        if is_full(failure):
            raise ValidationError(
                f"“{name}” belum tersimpan karena penyimpanan server penuh. "
                "Silakan kirim tanpa berkas atau coba lagi nanti, dan beri tahu administrator."
            ) from failure
        raise
    return attachment


def unattached(by: User):
    """What a person has uploaded and not sent yet."""
    return Attachment.objects.filter(uploaded_by=by, ticket=None)


def discard(attachment: Attachment) -> bool:
    """Remove an upload that no act has attached; False when one has in the meantime."""
    removed, _ = Attachment.objects.filter(pk=attachment.pk, ticket=None).delete()
    if removed:
        _delete_files(attachment)
    return bool(removed)


def remove_abandoned(now: datetime) -> int:
    """Remove what was uploaded more than a day ago and never sent. Returns how many; may run twice."""
    abandoned = Attachment.objects.filter(ticket=None, uploaded_at__lt=now - KEPT_UNATTACHED)
    return sum(discard(attachment) for attachment in abandoned.iterator(chunk_size=200))


def shown_name(name: str | None) -> str:
    """A file's name as text of modest length: without folders, control, direction or other invisible signs."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    visible = "".join(sign for sign in last if sign.isspace() or not unicodedata.category(sign).startswith("C"))
    text = " ".join(visible.split()).strip(". ") or "berkas"
    if len(text) <= NAME_LENGTH:
        return text
    stem, ending = Path(text).stem, Path(text).suffix[:10]
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}…{ending}"


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Reads a file of any length and keeps what may be stored: a flood fills no disk, and is refused by its length."""

    def receive_data_chunk(self, raw_data, start):
        if start <= MAX_BYTES:
            super().receive_data_chunk(raw_data, start)


def _take(attachment: Attachment, content: bytes, name: str, *, documents: bool) -> None:
    """Fill in what a row says about the file, and write it to disk."""
    if images.format_of(content):
        clean = images.clean_image(content, name=name)
        attachment.kind, attachment.content_type = Attachment.Kind.IMAGE, clean.content_type
        attachment.width, attachment.height = clean.width, clean.height
        attachment.thumbnail.save(f".{images.THUMBNAIL_ENDING}", ContentFile(clean.thumbnail), save=False)
        content, ending = clean.content, clean.ending
    elif documents and content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        attachment.kind, attachment.content_type = Attachment.Kind.DOCUMENT, PDF_TYPE
        ending = PDF_ENDING
    else:
        wanted = "gambar PNG, JPEG, WebP, atau dokumen PDF" if documents else "gambar PNG, JPEG, atau WebP"
        raise ValidationError(f"“{name}” tidak dapat diterima. Silakan kirim {wanted}.")
    attachment.name = _with_ending(name, ENDINGS[attachment.content_type])
    attachment.size, attachment.sha256 = len(content), sha256(content).hexdigest()
    attachment.file.save(f".{ending}", ContentFile(content), save=False)


def _delete_files(attachment: Attachment) -> None:
    for file in (attachment.file, attachment.thumbnail):
        if file:
            file.delete(save=False)


def _with_ending(name: str, endings: tuple[str, ...]) -> str:
    """A name that ends as its content is, so that nothing downloaded opens as something else."""
    return name if name.lower().endswith(endings) else name + endings[0]
