"""Where uploads lie: outside the web root, readable by the service alone, on disk before the database knows of them."""

import os
import secrets
from pathlib import Path

from django.core.files.storage import FileSystemStorage, storages
from django.utils.deconstruct import deconstructible


@deconstructible
class DurableFileStorage(FileSystemStorage):
    """Files that survive a power cut once `save` returns: file and folder are flushed to disk (RELIABILITY T2)."""

    def _save(self, name, content):
        name = super()._save(name, content)
        path = Path(self.path(name))
        _flush(path)
        _flush(path.parent)
        _flush(path.parent.parent)
        return name


def private_files():
    """The storage of attachments: `STORAGES["private"]`, so that settings may name another."""
    return storages["private"]


def stored_name(row, filename: str) -> str:
    """A random path; nothing of the given name reaches the disk but the ending we chose ourselves."""
    name = secrets.token_hex(32)
    return f"{name[:2]}/{name}.{filename.rpartition('.')[2]}"


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
