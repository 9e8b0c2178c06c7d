"""Makes PDFs of our own templates (`templates/documents/*.typ`) with typst, in a process of its own.

Whatever a text says, it stays text: data reaches a template as JSON, never as markup, and without the signs that no
reader sees. The process sees one folder with the templates, the data and the images it was given; it has limits of
memory and time, and leaves nothing behind. The same data, images and instant make the same bytes on every machine: only
typst's own fonts are used.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates" / "documents"
TYPESETTER = Path(__file__).with_name("typesetter.py")
PATIENCE = 15  # seconds; less than a writer waits for SQLite
#: So many at once in one process: each may take as much memory as its limit allows.
_presses = BoundedSemaphore(2)
#: Sets one image and nothing else: whether typst can.
ONE_IMAGE = "gambar.typ"
IMAGE_NAME = re.compile(r"[a-z0-9][a-z0-9-]*\.(png|jpe?g|webp|svg)")
#: Signs without a shape that texts need: the line's end, and what joins one emoji of several.
KEPT = "\n\N{ZERO WIDTH JOINER}"
#: Twice what any form takes. What comes from elsewhere may not make the press slow.
MOST_SIGNS = 10_000


class PressFailed(Exception):
    """A document could not be set; says what typst or the system said. Never the reader's fault."""


class TookTooLong(PressFailed):
    """It was stopped; without its images it would take no less."""


def press(template: str, data: Mapping[str, Any], *, at: datetime, images: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF of a template, such as "penyelesaian.typ", which reads `data` by `json("data.json")`.

    `images` are PNG, JPEG, WebP or SVG by file name ("bukti-1.png"), which the template reads by `picture` of kop.typ:
    one that typst cannot decode is left out. `at` (aware) is the date in the PDF's own metadata. Raises PressFailed.
    """
    at_hand = dict(images or {})
    try:
        return _press(template, data, at, at_hand)
    except TookTooLong:
        raise
    except PressFailed:
        printable = {name: content for name, content in at_hand.items() if _is_printable(name, content, at)}
        if printable == at_hand:
            raise
        return _press(template, data, at, printable)


def plain(data: Any) -> Any:
    """The same without what no reader sees: control and direction signs, halves of a sign, signs of no width, lines
    without words. What is longer than anybody could have typed is cut, and says so.

    Keys stay as they are: they are ours.
    """
    if isinstance(data, str):
        seen = data if data.isprintable() else re.sub(r"\n{3,}", "\n\n", "".join(filter(_is_seen, data)))
        return seen if len(seen) <= MOST_SIGNS else f"{seen[:MOST_SIGNS]}… (dipotong)"
    if isinstance(data, Mapping):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(value) for value in data]
    return data


def _is_seen(sign: str) -> bool:
    return sign in KEPT or not unicodedata.category(sign).startswith("C")


def _press(template: str, data: Mapping[str, Any], at: datetime, images: Mapping[str, bytes]) -> bytes:
    with TemporaryDirectory(prefix="sopdesk-press-") as folder:
        for source in TEMPLATES.glob("*.typ"):
            shutil.copy(source, folder)
        Path(folder, "data.json").write_text(json.dumps(plain(data), ensure_ascii=False), encoding="utf-8")
        Path(folder, "images.json").write_text(json.dumps(sorted(images)))
        for name, content in images.items():
            if not IMAGE_NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name for an image")
            Path(folder, name).write_bytes(content)
        return _set(folder, template, at)


def _is_printable(name: str, content: bytes, at: datetime) -> bool:
    try:
        return bool(_press(ONE_IMAGE, {"image": name}, at, {name: content}))
    except PressFailed:
        return False


def _set(folder: str, template: str, at: datetime) -> bytes:
    command = [sys.executable, "-I", str(TYPESETTER), folder, template, str(int(at.timestamp()))]
    try:
        with _presses:
            done = subprocess.run(  # noqa: S603  # our own program, our own arguments
                command, cwd=folder, env={"HOME": folder}, capture_output=True, timeout=PATIENCE, check=False
            )
    except subprocess.TimeoutExpired as error:
        raise TookTooLong(f"{template} took longer than {PATIENCE} s") from error
    if done.returncode:
        raise PressFailed(f"{template}: {done.stderr.decode(errors='replace').strip()[-2000:] or done.returncode}")
    return Path(folder, "paper.pdf").read_bytes()


def edition() -> str:
    """What, beside data and instant, decides the bytes: a digest of typst's version and all templates."""
    digest = sha256(version("typst").encode())
    for source in sorted(TEMPLATES.glob("*.typ")):
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]
