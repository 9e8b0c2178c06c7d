"""Taking a backup while people work: the database of one instant, then the files that its rows name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.apps import apps
from django.db import connection, models

from tickets import history
from tickets.backup import archive, database
from tickets.models import Document
from tickets.storage import private_files

Tell = Callable[[str], None]

#: No backup takes so long: a folder that is older was left by one that was killed.
GIVEN_UP = timedelta(hours=6)


class NotReady(Exception):
    """No backup can be taken now; says why."""


@dataclass(frozen=True)
class Naming:
    """A row that names a file: of a field, or of a paper the images that went to press."""

    model: type[models.Model]
    key: Any
    field: str
    name: str

    def stands(self) -> bool:
        """Whether the row names it still."""
        rows = self.model._default_manager.filter(pk=self.key)
        if self.field == "images":
            return any(self.name in images.values() for images in rows.values_list("images", flat=True))
        return rows.filter(**{self.field: self.name}).exists()

    def __str__(self) -> str:
        return f"{self.model._meta.label} {self.key}: {self.name}"


@dataclass
class Taken:
    """What went into a backup."""

    size: int = 0
    files: int = 0
    #: Removed between the instant of the database and the copying of the files, with their rows.
    gone: list[str] = field(default_factory=list)
    #: Named by a row and not on disk: lost already before this backup.
    missing: list[str] = field(default_factory=list)


def take(path: Path, *, now: datetime, tell: Tell = lambda words: None) -> Taken:
    """Write a backup; `path` is there only once it is whole. Raises NotReady, OSError.

    Everything that was acknowledged before this is called is in it.
    """
    if not database.is_migrated():
        raise NotReady("The database is not as this code needs it: run manage.py migrate first.")
    _remove_left_behind(path.parent, now)
    with archive.written(path) as writer, TemporaryDirectory(dir=path.parent, prefix=archive.WORKPLACE) as name:
        folder = Path(name)
        with database.snapshot(folder) as (files, facts):
            tell("The database is copied; reading what it holds ...")
            facts |= _facts(now)
            namings = list(every_naming())
        for member, source in files.items():
            _add(writer, member, source)
        taken = Taken()
        _add_files(writer, namings, taken, tell)
        writer.seal(facts | {"gone": taken.gone, "missing": taken.missing})
    taken.size = path.stat().st_size
    return taken


def _remove_left_behind(folder: Path, now: datetime) -> None:
    for left in folder.glob(f"{archive.WORKPLACE}*"):
        if datetime.fromtimestamp(left.stat().st_mtime, UTC) < now - GIVEN_UP:
            shutil.rmtree(left, ignore_errors=True)


def _facts(now: datetime) -> dict[str, Any]:
    entries, head = history.head()
    return {
        "vendor": connection.vendor,
        "taken_at": now.isoformat(),
        "history": {"entries": entries, "head": head},
    }


def _add(writer: archive.Writer, member: str, source: Path) -> None:
    with source.open("rb") as file:
        writer.add(member, file, os.fstat(file.fileno()).st_size)
    source.unlink()  # the disk holds it once


def every_naming() -> Iterator[Naming]:
    """Every file that a row names, each once."""
    seen: set[str] = set()
    for naming in _all_namings():
        if naming.name and naming.name not in seen:
            seen.add(naming.name)
            yield naming


def _all_namings() -> Iterator[Naming]:
    for model in apps.get_models():
        if model._meta.db_table in database.LEFT_OUT:
            continue
        for field_ in model._meta.concrete_fields:
            if isinstance(field_, models.FileField):
                rows = model._default_manager.exclude(**{field_.name: ""}).order_by("pk")
                for key, name in rows.values_list("pk", field_.name).iterator():
                    yield Naming(model, key, field_.name, name)
    for key, images in Document.objects.order_by("pk").values_list("pk", "images").iterator():
        for name in images.values():
            yield Naming(Document, key, "images", name)


def _add_files(writer: archive.Writer, namings: list[Naming], taken: Taken, tell: Tell) -> None:
    tenth = 0
    for number, naming in enumerate(namings, start=1):
        if _add_file(writer, naming):
            taken.files += 1
        else:
            (taken.missing if naming.stands() else taken.gone).append(str(naming))
        if 10 * number // len(namings) > tenth:
            tenth = 10 * number // len(namings)
            tell(f"Files: {10 * tenth} % of {len(namings)}")


def _add_file(writer: archive.Writer, naming: Naming) -> bool:
    try:
        file = private_files().open(naming.name)
    except FileNotFoundError:
        return False
    with file:
        writer.add(f"media/{naming.name}", file, file.size)
    return True
