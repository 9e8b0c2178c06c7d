"""Putting a backup back: whole, checked, and quiet until somebody releases it (RELIABILITY promise 16).

Files come first, in a folder of their own; then the database takes the place of the old one in one instant; then its
files go where it names them, and those of the old one are removed. Killed, it leaves the old database or the new one,
never half of either. What it left undone is done by the clock (`finish`), or by doing it again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection
from django.utils import timezone

from tickets import audit, history, limits, tallies
from tickets.backup import archive, database, taking
from tickets.backup.archive import Archive, Damaged
from tickets.models import AuditEntry, Heartbeat, Restoration, User
from tickets.storage import private_files
from workflows import calendars

Tell = Callable[[str], None]

#: Whoever has shown a sign of life in this time is running.
FRESH = timedelta(seconds=60)
#: Whatever was begun longer ago and stands nowhere was killed.
GIVEN_UP = timedelta(hours=6)
#: Where files wait for their database, named by the instant that its `Restoration` will have.
STAGE = ".restoring-"
FOLDER = "media"


class Refused(Exception):
    """This archive cannot be put back here; says why."""


@dataclass
class Restored:
    """What was put back, and what was found wrong with it."""

    taken_at: datetime
    files: int
    entries: int
    #: What `verify_history`, `verify_limits` and `verify_figures` would say.
    flaws: list[str] = field(default_factory=list)
    #: Files that the archive says it lacks.
    missing: list[str] = field(default_factory=list)
    #: Keys of people whose data was erased since, and is here again; None where the old database could not say.
    returned: list[int] | None = None


def read(path: Path, *, told: archive.Told = lambda done, of: None) -> Archive:
    """An archive that may be put back here. Raises Damaged, Refused or OSError; nothing has been touched then."""
    found = archive.open_archive(path, told=told)
    try:
        vendor, datetime_ = found.facts["vendor"], datetime.fromisoformat(found.facts["taken_at"])
        unknown = database.unknown_migrations(found)
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged(f"its manifest does not say what it must ({error!r})") from error
    if datetime_.tzinfo is None:
        raise Damaged("its manifest does not say when it was taken")
    if vendor != connection.vendor:
        raise Refused(f"It was taken from {vendor}, and this installation is on {connection.vendor}.")
    if unknown:
        raise Refused(f"It was written by a newer SOPDesk ({', '.join(unknown)}): install that first.")
    if strangers := database.strangers():
        raise Refused(f"Tables or views here are not SOPDesk's, and would be lost: {', '.join(strangers)}.")
    return found


def is_empty() -> bool:
    """Whether there is nothing here that a restored backup would replace. A database that cannot be read counts."""
    try:
        return database.is_empty()
    except DatabaseError:
        return False


def running() -> list[str]:
    """Workers and beats that live: they must be stopped first."""
    try:
        beats = Heartbeat.objects.filter(
            kind__in=(Heartbeat.Kind.WORKER, Heartbeat.Kind.BEAT), at__gt=timezone.now() - FRESH
        )
        return [f"{beat.get_kind_display()} {beat.name}" for beat in beats]
    except DatabaseError:  # no tables yet, or none that can be read
        return []


def restore(found: Archive, *, now: datetime, tell: Tell = lambda words: None) -> Restored:
    """Put an archive in the place of whatever is here. Raises Damaged or DatabaseError: then all is as it was."""
    with suppress(DatabaseError):  # a destroyed one cannot say what was left undone
        finish(now=now, patience=timedelta(0))
    members, erased = found.below(FOLDER), _erased()
    tell(f"Writing {len(members)} files ...")
    with _files_staged(found, tell, now=now), database.loaded(found):
        ContentType.objects.clear_cache()
        calendars.forget()
        entries, head = history.head()
        if {"entries": entries, "head": head} != found.facts["history"]:
            raise Damaged("the history in it is not the one that its manifest tells of")
        taken_at = datetime.fromisoformat(found.facts["taken_at"])
        Restoration.objects.create(taken_at=taken_at, restored_at=now)
        audit.record(AuditEntry.Event.RESTORED, by=None, taken_at=found.facts["taken_at"])
        tell("Verifying history, limits and figures ...")
        flaws = list(_flaws())
        returned = None if erased is None else _returned(erased)
    return Restored(taken_at, len(members), entries, flaws, found.facts.get("missing", []), returned)


def _flaws() -> Iterator[str]:
    yield from map(str, history.verify())
    yield from map(str, limits.differences(calendars.current()))
    yield from map(str, tallies.differences())


# People whose data was erased


def _erased() -> dict[int, datetime] | None:
    """Whose data has been erased here, and since when they were known; None where nobody can say."""
    try:
        if database.is_empty() or Restoration.is_awaiting_release():  # such a copy knows of none since its backup
            return None
        return dict(User.objects.exclude(erased_at=None).values_list("pk", "joined_at"))
    except DatabaseError:
        return None


def _returned(erased: dict[int, datetime]) -> list[int]:
    """Those of them who are here again. Somebody of another office who has the same key joined at another time."""
    here = User.objects.filter(pk__in=erased, erased_at=None).order_by("pk").values_list("pk", "joined_at")
    return [key for key, joined_at in here if joined_at == erased[key]]


# Files


@contextmanager
def _files_staged(found: Archive, tell: Tell, *, now: datetime) -> Iterator[None]:
    """The files of an archive, waiting; at the end they go to their places if the restore of `now` stands, or away."""
    try:
        _write_files(found, _root() / f"{STAGE}{now.isoformat()}", tell)
        tell("Loading the database ...")
        yield
    finally:
        with suppress(DatabaseError, OSError):  # what fails now, the clock does
            finish(now=now, patience=timedelta(0))


def finish(*, now: datetime, patience: timedelta = GIVEN_UP) -> None:
    """Do what a restore that was killed left undone. May run twice, at the same time too, and while people work."""
    for stage in _root().glob(f"{STAGE}*"):
        began = datetime.fromisoformat(stage.name.removeprefix(STAGE))
        if database.has(Restoration) and Restoration.objects.filter(restored_at=began).exists():
            _take_places(stage, began)
        elif began <= now - patience:
            shutil.rmtree(stage, ignore_errors=True)
    database.remove_unfinished(before=now - patience)


def _root() -> Path:
    return Path(private_files().path(""))


def _write_files(found: Archive, stage: Path, tell: Tell) -> None:
    members, tenth = found.below(FOLDER), 0
    for number, member in enumerate(members, start=1):
        path = stage / member.name.removeprefix(f"{FOLDER}/")
        _make_folder(path.parent)
        with path.open("wb") as target:
            found.copy(member, target)
        path.chmod(settings.FILE_UPLOAD_PERMISSIONS)
        if 10 * number // len(members) > tenth:
            tenth = 10 * number // len(members)
            tell(f"Files: {10 * tenth} %")
    os.sync()  # all of them at once: the database must not name what a power cut could take


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS, parents=True, exist_ok=True)


def _take_places(stage: Path, began: datetime) -> None:
    """Move what a row names to where it names it, and remove what is older than the restore and named by none."""
    root, named = _root(), {naming.name for naming in taking.every_naming()}
    for name, path in _files(stage):
        if name in named:
            _make_folder((root / name).parent)
            with suppress(FileNotFoundError):  # somebody was faster
                path.replace(root / name)
    for name, path in _files(root):
        with suppress(FileNotFoundError):
            if name not in named and path.stat().st_mtime < began.timestamp():
                path.unlink()
    shutil.rmtree(stage, ignore_errors=True)


def _files(top: Path) -> Iterator[tuple[str, Path]]:
    """Each file below a folder, by its name from there."""
    for folder, _, names in os.walk(top):
        for path in (Path(folder, name) for name in names):
            yield str(path.relative_to(top)), path
