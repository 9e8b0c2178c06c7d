"""Papers as a reader has them: what a PDF says, page by page."""

import io

from pypdf import PdfReader


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, on one line, as they stand between spaces."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def lines_of(pdf: bytes) -> list[str]:
    """The lines as they are set, without the signs at which a long word was broken."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return [line.replace("\u200b", "") for page in pages for line in page.extract_text().splitlines()]


def widths_of(pdf: bytes) -> set[tuple[int, int]]:
    """The sizes of the pages, in whole millimetres."""
    boxes = (page.mediabox for page in PdfReader(io.BytesIO(pdf)).pages)
    return {(round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) for box in boxes}
