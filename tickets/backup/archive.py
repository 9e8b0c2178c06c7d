"""The file of a backup: a plain tar whose last member holds the SHA-256 of everything before it.

    database/...    see `tickets.backup.database`
    media/...       the files that rows of the database name
    manifest.json   what it is and, of each member in the order they lie there, name, size and SHA-256
    SHA256          one digest over all bytes before this member

Everything is read and compared before a byte of it is used: `open_archive` gives nothing of a damaged file.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any

from tickets import storage

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "SHA256"
CHUNK = 1024 * 1024
#: Beside a backup lie, while it is taken, folders with what becomes of it.
WORKPLACE = ".sopdesk-backup-"
#: A manifest names every file of an archive in about 170 bytes; this is room for millions.
MOST_MANIFEST = 1024**3

#: Told how many bytes of how many are done.
Told = Callable[[int, int], None]


class Damaged(Exception):
    """This file is no backup, or not as it was written; says why."""


@dataclass(frozen=True)
class Member:
    """One file in an archive."""

    name: str
    size: int
    sha256: str


# Writing


class Writer:
    """Writes members one after the other; `seal` ends the file. Takes no more memory than one chunk."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._digest = sha256()
        self.members: list[Member] = []

    def add(self, name: str, source: IO[bytes], size: int) -> Member:
        """Copy `size` bytes into a member. Raises EOFError when the source has fewer."""
        self._write(_header(name, size))
        digest, left = sha256(), size
        while left:
            chunk = source.read(min(CHUNK, left))
            if not chunk:
                raise EOFError(f"{name} ended {left} bytes early")
            digest.update(chunk)
            self._write(chunk)
            left -= len(chunk)
        self._write(_padding(size))
        member = Member(name, size, digest.hexdigest())
        self.members.append(member)
        return member

    def seal(self, facts: dict[str, Any]) -> None:
        """Write the manifest, with `facts` beside the list of members, and the digest over everything."""
        members = [[member.name, member.size, member.sha256] for member in self.members]
        content = json.dumps({"format": FORMAT, **facts, "members": members}, ensure_ascii=False, indent=0).encode()
        self.add(MANIFEST, io.BytesIO(content), len(content))
        self._target.write(_seal(self._digest.hexdigest()))

    def _write(self, content: bytes) -> None:
        self._digest.update(content)
        self._target.write(content)


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """A writer to a file that is there only once it is whole, whoever else writes one too. For its owner's eyes."""
    with TemporaryDirectory(dir=path.parent, prefix=WORKPLACE) as folder:
        part = Path(folder, path.name)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            yield Writer(target)
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
    storage.flush(path.parent)


def _header(name: str, size: int) -> bytes:
    """The same for the same: what is not said of a member is not there to be changed."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def _seal(digest: str) -> bytes:
    """The last member and the end of the tar, byte for byte."""
    content = f"{digest}\n".encode()
    return _header(SEAL, len(content)) + content + _padding(len(content)) + bytes(2 * tarfile.BLOCKSIZE)


SEAL_LENGTH = len(_seal("0" * 64))


# Reading


class Archive:
    """A backup that was found whole. `facts` is its manifest; `members` are its files."""

    def __init__(self, path: Path, facts: dict[str, Any], members: list[Member], offsets: list[int]) -> None:
        self.path, self.facts, self.members = path, facts, members
        self._offsets = dict(zip((member.name for member in members), offsets, strict=True))

    def below(self, folder: str) -> list[Member]:
        """The members in a folder."""
        return [member for member in self.members if member.name.startswith(f"{folder}/")]

    def copy(self, member: Member, target: IO[bytes]) -> None:
        """Write the content of a member. Raises Damaged when it is not, any more, what the manifest says."""
        digest, left = sha256(), member.size
        with self.path.open("rb") as file:
            file.seek(self._offsets[member.name])
            while left and (chunk := file.read(min(CHUNK, left))):
                digest.update(chunk)
                target.write(chunk)
                left -= len(chunk)
        if digest.hexdigest() != member.sha256:
            raise Damaged(f"{member.name} is not what the manifest says")


def open_archive(path: Path, *, told: Told = lambda done, of: None) -> Archive:
    """Read and compare a whole archive. Raises Damaged, saying where it is not as it was written; OSError."""
    _check_seal(path, told)
    try:
        facts, found, offsets = _read(path)
        if facts["format"] != FORMAT:
            raise Damaged(f"it is of format {facts['format']!r}; this SOPDesk reads {FORMAT}")
        members = [Member(*entry) for entry in facts["members"]]
    except (tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise Damaged(f"its manifest cannot be read ({type(error).__name__})") from error
    if [(member.name, member.size) for member in members] != found:
        raise Damaged("its members are not those that its manifest names")
    for member in members:
        _check_name(member.name)
    return Archive(path, facts, members, offsets)


def _check_seal(path: Path, told: Told) -> None:
    size = path.stat().st_size
    if size < SEAL_LENGTH:
        raise Damaged("it is too short to be a backup")
    digest, left = sha256(), size - SEAL_LENGTH
    with path.open("rb") as file:
        while left and (chunk := file.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
            told(size - left, size)
        seal = file.read()
    if seal != _seal(digest.hexdigest()):
        raise Damaged("its SHA-256 is another than the one it ends with: bytes are missing, added or changed")


def _read(path: Path) -> tuple[dict[str, Any], list[tuple[str, int]], list[int]]:
    """The manifest, and what truly lies before it: names and sizes, and where each begins."""
    found: list[tuple[str, int]] = []
    offsets: list[int] = []
    with path.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as tar:
        for info in tar:
            if info.type != tarfile.REGTYPE or info.sparse is not None:
                raise Damaged(f"{info.name} is no plain file")
            if info.name == MANIFEST:
                file.seek(info.offset_data)
                facts = json.loads(file.read(min(info.size, MOST_MANIFEST)))
                if info.offset_data + info.size + len(_padding(info.size)) + SEAL_LENGTH != path.stat().st_size:
                    raise Damaged("something lies behind its manifest")
                return facts, found, offsets
            found.append((info.name, info.size))
            offsets.append(info.offset_data)
    raise Damaged("it has no manifest")


def _check_name(name: str) -> None:
    """Only `database/...` and `media/...`, and nothing that leads elsewhere."""
    path = PurePosixPath(name)
    is_plain = str(path) == name and not path.is_absolute() and ".." not in path.parts and "\0" not in name
    if not is_plain or len(path.parts) < 2 or path.parts[0] not in ("database", "media"):
        raise Damaged(f"it holds a file called {name!r}")
