"""The files of issued papers: how they are called and what they are."""

from __future__ import annotations

import re
from typing import Final

from tickets.models import Document

PDF_TYPE: Final = "application/pdf"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def content_of(document: Document) -> bytes:
    """The PDF as it is stored. Raises OSError where it is not, or not any more."""
    if document.erased_at:
        raise FileNotFoundError
    with document.pdf.open() as file:
        return file.read()


def file_name(document: Document, ending: str) -> str:
    """The number of a paper as a name that every system takes: `SLA-003-Diskominfotik-2026.pdf`."""
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', document.number).strip('-.')}.{ending}"
