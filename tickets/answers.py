"""What was given for Kelengkapan and Output, as people read it: labels, choices in words, local times, links, files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms

from tickets.models import Attachment
from tickets.words import when
from workflows.inputs import FilesField
from workflows.sop import Artefact

Files = Mapping[str, Attachment]


@dataclass(frozen=True)
class Line:
    """One answer. Exactly one of `text`, `link` and `files` is there; what nobody typed has no label."""

    label: str
    text: str = ""
    link: str = ""
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Shown:
    """An artefact with its answers."""

    label: str
    lines: tuple[Line, ...]


def shown(artefact: Artefact, values: Mapping[str, Any], files: Files) -> Shown:
    """The given values of an artefact; `files` are the attachments the reader may see, by key."""
    lines = [_line(artefact.fields.get(question), values[question], files) for question in _in_order(artefact, values)]
    return Shown(artefact.label, tuple(line for line in lines if line.text or line.link or line.files))


def _in_order(artefact: Artefact, values: Mapping[str, Any]) -> list[str]:
    """The answered questions: those that nobody typed first, then in the order of the form."""
    return [q for q in values if q not in artefact.fields] + [q for q in artefact.fields if q in values]


def _line(field: forms.Field | None, value: Any, files: Files) -> Line:
    if field is None:
        return Line("", text="\n".join(value) if isinstance(value, list) else str(value or ""))
    label = str(field.label)
    if not value:
        return Line(label)
    if isinstance(field, FilesField):
        return Line(label, files=tuple(files[key] for key in value if key in files))
    if isinstance(field, forms.URLField):
        return Line(label, link=value)
    if isinstance(field, forms.ChoiceField):
        words = dict(field.widget.choices)  # the field's own choices may be a callable
        return Line(label, text=str(words.get(value, value)))
    if isinstance(field, forms.DateTimeField):
        return Line(label, text=when(datetime.fromisoformat(value)))
    return Line(label, text=str(value))
