"""Lists of staff as files: read from CSV or XLSX into plain lines, and the empty list that people fill in.

What a cell holds is text, also where it begins as a formula does; nothing is worked out. A file is refused with a
sentence (ValidationError) before it can grow: by its size, by what it unpacks to, by its rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.core.exceptions import ValidationError
from openpyxl import load_workbook
from xlsxwriter import Workbook

from tickets.models import Unit
from tickets.models.people import procedure_choices
from workflows.roles import Role

MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 4 * 1024 * 1024
#: Of an XLSX: the texts of its cells; and its styles, theme and whatever else is read whole before a row is.
MOST_TEXTS, MOST_BESIDE_ROWS = 1024 * 1024, 256 * 1024
MOST_PARTS = 200
MOST_ROWS = 2_000
#: Empty rows count as well here: a cell at the bottom of a sheet stands behind a million of them.
MOST_SHEET_ROWS = 10_000
MOST_COLUMNS = 40
LONGEST_CELL = 500

#: The columns: their name, other words for them that lists use, and what stands in them.
COLUMNS = {
    "nama": (("nama lengkap", "nama pegawai"), "Wajib. Dengan gelar."),
    "surel": (("email", "e-mail", "alamat surel"), "Wajib. Dipakai untuk masuk."),
    "nip": ((), "18 angka, sebagai teks. Boleh kosong."),
    "opd": (("perangkat daerah", "unit", "unit kerja", "skpd"), "Singkatan atau nama perangkat daerah. Boleh kosong."),
    "telepon": (("no. hp", "no hp", "hp", "no. telepon", "telp"), "Boleh kosong."),
    "peran": ((), "Boleh kosong. Nama peran, misalnya Programmer."),
    "layanan": ((), "Boleh kosong: perannya berlaku untuk semua layanan."),
}
REQUIRED = ("nama", "surel")
_NAMED = {word: column for column, (others, _) in COLUMNS.items() for word in (column, *others)}

XLSX, XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

#: A line as it was read: its number in the file ("baris") and the text of each column, empty where it has none.
Row = dict[str, Any]


@dataclass(frozen=True)
class StaffList:
    """The lines of a file, and the names of columns that say nothing here."""

    rows: list[Row]
    ignored: list[str]


def read(content: bytes) -> StaffList:
    """The lines of a CSV or XLSX file. Raises ValidationError with a sentence for whoever sent it."""
    if len(content) > MOST_BYTES:
        raise ValidationError("Berkas ini lebih besar dari 2 MB. Silakan bagi menjadi beberapa berkas.")
    if content.startswith(XLS):
        raise ValidationError("Ini berkas Excel lama (.xls). Simpanlah sebagai .xlsx atau .csv, lalu kirim kembali.")
    lines = _sheet(content) if content.startswith(XLSX) else _text(content)
    return _list(line for line in lines if any(line[1]))


def _list(lines: Iterator[tuple[int, list[str]]]) -> StaffList:
    """What numbered lines say under the headings of the first."""
    _, headings = next(lines, (0, []))
    columns = [_NAMED.get(heading.strip().lower(), "") for heading in headings]
    if missing := [column for column in REQUIRED if column not in columns]:
        names = " dan ".join(f"“{column}”" for column in missing)
        raise ValidationError(f"Kolom {names} tidak ada. Baris pertama berisi nama kolom, seperti pada contoh daftar.")
    if twice := next((column for column in columns if column and columns.count(column) > 1), ""):
        raise ValidationError(f"Kolom “{twice}” ada dua kali. Hapus salah satunya.")
    rows: list[Row] = []
    for number, cells in lines:
        if len(rows) == MOST_ROWS:
            raise ValidationError("Daftar ini lebih dari 2.000 baris. Silakan bagi menjadi beberapa berkas.")
        typed = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
        rows.append({"baris": number, **{column: typed.get(column, "") for column in COLUMNS}})
    if not rows:
        raise ValidationError("Daftar ini tidak berisi seorang pun di bawah nama kolomnya.")
    ignored = [heading for heading, column in zip(headings, columns, strict=True) if heading and not column]
    return StaffList(rows, ignored)


# CSV


def _text(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content)
    delimiter = max(";,\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    try:
        for cells in reader:
            yield before + 1, [cell.strip()[:LONGEST_CELL] for cell in cells[:MOST_COLUMNS]]
            before = reader.line_num
    except csv.Error as error:
        raise ValidationError(
            f"Baris {before + 1} tidak terbaca sebagai CSV. Silakan periksa tanda kutipnya."
        ) from error


def _decoded(content: bytes) -> str:
    """Text as spreadsheets save it: UTF-8 with or without a mark, else as Windows writes Latin letters."""
    if b"\0" in content:
        raise ValidationError("Ini bukan daftar CSV atau XLSX. Simpanlah daftar sebagai “CSV UTF-8” atau “.xlsx”.")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError("Huruf dalam berkas ini tidak terbaca. Simpanlah daftar sebagai “CSV UTF-8”.")


# XLSX


def _sheet(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet, with the values that were saved in it."""
    _refuse_what_unpacks_to_too_much(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # read to where it ends, not to where it says it does
        for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), start=1):
            if number > MOST_SHEET_ROWS:
                raise ValidationError("Lembar ini memakai lebih dari 10.000 baris. Hapus baris kosong di bawah daftar.")
            yield number, [_cell(value) for value in values]
    except ValidationError:
        raise
    except Exception as error:  # openpyxl lets through whatever it stumbles over in a broken file
        raise ValidationError(
            "Berkas XLSX ini rusak atau tidak biasa. Simpan ulang, atau kirim sebagai CSV."
        ) from error


def _refuse_what_unpacks_to_too_much(content: bytes) -> None:
    try:
        parts = ZipFile(io.BytesIO(content)).infolist()
    except BadZipFile as error:
        raise ValidationError("Berkas XLSX ini rusak. Simpan ulang, atau kirim sebagai CSV.") from error
    is_too_much = len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED
    if is_too_much or any(part.file_size > _most_of(part.filename) for part in parts):
        raise ValidationError("Isi berkas XLSX ini terlalu besar. Kirim daftar saja, tanpa gambar dan lembar lain.")


def _most_of(part: str) -> int:
    if part.startswith("xl/worksheets/"):
        return MOST_UNPACKED
    return MOST_TEXTS if part == "xl/sharedStrings.xml" else MOST_BESIDE_ROWS


def _cell(value: Any) -> str:
    """A cell as text. A number too long for a spreadsheet has lost its last digits, and stays seen as such."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        value = int(value)
    return str(value).strip()[:LONGEST_CELL]


# The empty list


def empty_csv() -> bytes:
    """The names of the columns, as a spreadsheet here opens them."""
    return ("\ufeff" + ";".join(COLUMNS) + "\r\n").encode()


def empty_xlsx() -> bytes:
    """The same as a sheet whose cells keep text as text, and a second one that says what goes where."""
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        people = book.add_worksheet("Daftar")
        people.set_column(0, len(COLUMNS) - 1, 24, text)
        people.write_row(0, 0, COLUMNS, head)
        people.freeze_panes(1, 0)
        guide = book.add_worksheet("Petunjuk")
        guide.set_column(0, 0, 24, text)
        guide.set_column(1, 1, 60, text)
        for number, (title, lines) in enumerate(_guide()):
            guide.write_string(number, 0, title, head if lines is None else text)
            guide.write_string(number, 1, lines or "", text)
    return target.getvalue()


def _guide() -> Iterable[tuple[str, str | None]]:
    """The lines of the second sheet: a heading has no text beside it."""
    yield "Kolom", None
    yield from ((column, says) for column, (_, says) in COLUMNS.items())
    yield "Peran", None
    yield from ((role.label, role.value) for role in Role)
    yield "Layanan", None
    yield from ((words, procedure) for procedure, words in procedure_choices())
    yield "OPD", None
    yield from ((unit.short_name, unit.name) for unit in Unit.objects.all())
