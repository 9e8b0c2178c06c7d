"""Where uploads lie: outside the web root, readable by the service alone, on disk before the database knows of them."""

import errno
import os
import secrets
from pathlib import Path

from django.core.files.storage import FileSystemStorage, storages
from django.utils.deconstruct import deconstructible


@deconstructible
class DurableFileStorage(FileSystemStorage):
    """Files that survive a power cut once `save` returns: file and folder are flushed to disk (RELIABILITY T2)."""

    def _save(self, name, content):
        try:
            name = super()._save(name, content)
        except OSError:
            Path(self.path(name)).unlink(missing_ok=True)  # what was written of it, on a disk that is full
            raise
        path = Path(self.path(name))
        flush(path)
        flush(path.parent)
        flush(path.parent.parent)
        return name

    def delete(self, name):
        """Gone once this returns, also after a power cut. What is not there is gone already."""
        path = Path(self.path(name))
        super().delete(name)
        if path.parent.is_dir():
            flush(path.parent)


#: How SQLite says that it cannot make one of its files longer; the last two already when it is opened.
SQLITE_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_SHMOPEN")


def is_full(failure: BaseException | None) -> bool:
    """Whether something failed because there is no room left: on the disk of the files, or of the database."""
    if isinstance(failure, OSError):
        return failure.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    cause = failure.__cause__ if failure else None
    return getattr(cause, "sqlite_errorname", "") in SQLITE_FULL or getattr(cause, "sqlstate", "") == "53100"


def private_files():
    """The storage of attachments: `STORAGES["private"]`, so that settings may name another."""
    return storages["private"]


def stored_name(row, filename: str) -> str:
    """A random path; nothing of the given name reaches the disk but the ending we chose ourselves."""
    name = secrets.token_hex(32)
    return f"{name[:2]}/{name}.{filename.rpartition('.')[2]}"


def flush(path: Path) -> None:
    """Let a file, or what lies in a folder by which names, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
