"""Tables as files: XLSX with real types, CSV as a spreadsheet here opens it. What people typed stays text in both.

CSV has ";" between cells: Excel takes the list separator of its region, and in Indonesia "," parts decimals.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, auto
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from workflows.worktime import ZONE

#: What Excel takes in a cell, in UTF-16 units, and on a sheet (a few rows less, for the heading).
MOST_SIGNS: Final = 32_767
MOST_ROWS: Final = 1_000_000
#: A cell of a CSV that begins so would be taken for a formula by one spreadsheet or another.
LOOKS_LIKE_A_FORMULA: Final = tuple("=+-@＝＋－＠")
A4: Final = 9

#: Joiners shape words and emoji; other signs without a shape only make a text read as another.
_JOINERS: Final = "\u200c\u200d"

Value = str | int | float | datetime | None


class Kind(Enum):
    """What a column holds."""

    TEXT = auto()
    COUNT = auto()
    MINUTES = auto()
    SHARE = auto()
    INSTANT = auto()


#: How Excel shows each. In a cell that is a text, what is typed over it later is one too.
SHOWN = {
    Kind.TEXT: "@",
    Kind.COUNT: "#,##0",
    Kind.MINUTES: "#,##0",
    Kind.SHARE: "0.0%",
    Kind.INSTANT: "dd/mm/yyyy hh:mm",
}


class Cell(NamedTuple):
    """A value that is not of its column's kind."""

    kind: Kind
    value: Value


@dataclass(frozen=True)
class Column:
    """A heading, what stands below it, and how wide."""

    heading: str
    kind: Kind
    width: int
    wraps: bool = False


@dataclass(frozen=True)
class Table:
    """Rows below a title and lines that say what they are. Rows may be a generator: each is asked for once."""

    title: str
    lines: Sequence[str]
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value | Cell]]


def plain(text: str) -> str:
    """Text without signs that nobody sees, on one line, as long as a cell may be."""
    visible = (text if text.isprintable() else "".join(map(_seen, text))).strip()
    if len(visible) <= MOST_SIGNS // 2:
        return visible
    units = visible.encode("utf-16-le", errors="ignore")
    return units[: 2 * MOST_SIGNS].decode("utf-16-le", errors="ignore")


def _seen(sign: str) -> str:
    """What is to be seen of a sign: itself, a space, or nothing."""
    if sign.isspace():
        return " "
    is_hidden = unicodedata.category(sign) in ("Cc", "Cf", "Cs") and sign not in _JOINERS
    is_none = ord(sign) & 0xFFFE == 0xFFFE  # by Unicode no character at all, and none that a file may hold
    return "" if is_hidden or is_none else sign


# CSV


def write_csv(path: Path, table: Table) -> None:
    """The heading and the rows: UTF-8 with a byte order mark, ";" between cells, CRLF at the end of each row."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow([column.heading for column in table.columns])
        writer.writerows([_written(cell) for cell in row] for row in table.rows)


def _written(cell: Value | Cell) -> Value:
    value = cell.value if isinstance(cell, Cell) else cell
    if isinstance(value, datetime):
        return f"{value.astimezone(ZONE):%Y-%m-%d %H:%M}"
    if isinstance(value, str):
        text = plain(value)
        return f"'{text}"[:MOST_SIGNS] if text.startswith(LOOKS_LIKE_A_FORMULA) else text
    return value


# XLSX


def write_xlsx(path: Path, sheets: Mapping[str, Table], *, created: datetime) -> None:
    """A workbook of any length: row after row goes to disk, beside `path`, and none is kept in memory."""
    _write(str(path), sheets, created, {"constant_memory": True, "tmpdir": str(path.parent)})


def xlsx(sheets: Mapping[str, Table], *, created: datetime) -> bytes:
    """A small workbook. The same tables and instant make the same bytes."""
    target = io.BytesIO()
    _write(target, sheets, created, {"in_memory": True})
    return target.getvalue()


def _write(target: str | IO[bytes], sheets: Mapping[str, Table], created: datetime, options: dict[str, Any]) -> None:
    options |= {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(target, options) as book:
        title = next(iter(sheets.values())).title
        book.set_properties({"title": title, "author": "SOPDesk", "created": created.replace(tzinfo=None)})
        styles = _Styles(book)
        for name, table in sheets.items():
            _write_sheet(book.add_worksheet(name), table, styles)


class _Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Workbook):
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.line = book.add_format({"font_color": "#5A5A63"})
        self.heading = book.add_format(
            {"bold": True, "bg_color": "#F3F1EC", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self.cells = {
            (kind, wraps): book.add_format({"num_format": SHOWN[kind], "text_wrap": wraps, "valign": "top"})
            for kind in Kind
            for wraps in (False, True)
        }


def _write_sheet(sheet: Worksheet, table: Table, styles: _Styles) -> None:
    head = len(table.lines) + 2
    _set_up(sheet, table, head)
    sheet.write_string(0, 0, plain(table.title), styles.title)
    for number, line in enumerate(table.lines, start=1):
        sheet.write_string(number, 0, plain(line), styles.line)
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, column.width)
        sheet.write_string(head, position, column.heading, styles.heading)
    last = head
    formats = [styles.cells[column.kind, column.wraps] for column in table.columns]
    for last, row in enumerate(table.rows, start=head + 1):
        for position, cell in enumerate(row):
            if isinstance(cell, Cell):
                _write_cell(sheet, last, position, cell.value, styles.cells[cell.kind, False])
            else:
                _write_cell(sheet, last, position, cell, formats[position])
    sheet.autofilter(head, 0, last, len(table.columns) - 1)


def _set_up(sheet: Worksheet, table: Table, head: int) -> None:
    """What is frozen, and how it prints: across the page, its heading on every one."""
    sheet.freeze_panes(head + 1, 1)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    title = plain(table.title)[:100].replace("&", "&&")
    sheet.set_footer(f"&L{title}&RHalaman &P dari &N")


def _write_cell(sheet: Worksheet, row: int, position: int, value: Value, style: Format) -> None:
    if isinstance(value, str):
        sheet.write_string(row, position, plain(value), style)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, position, value.astimezone(ZONE).replace(tzinfo=None), style)
    elif value is not None:
        sheet.write_number(row, position, value, style)


# Laporan SLA

#: What stands of the sums beside each row, role, month and OPD: heading, key, kind. Spans are stored in seconds.
_OF_SUMS = (
    ("Langkah selesai", "runs", Kind.COUNT),
    ("Tepat waktu", "on_time", Kind.COUNT),
    ("Diperpanjang", "extended", Kind.COUNT),
    ("Terlambat", "late", Kind.COUNT),
    ("Bagian tepat waktu", "share_on_time", Kind.SHARE),
    ("Bagian diperpanjang", "share_extended", Kind.SHARE),
    ("Bagian terlambat", "share_late", Kind.SHARE),
    ("Tanpa batas waktu", "no_limit", Kind.COUNT),
    ("Melewati perkiraan", "past_estimate", Kind.COUNT),
    ("Putaran ke-2 dan seterusnya", "repeats", Kind.COUNT),
    ("Penyimpangan", "deviations", Kind.COUNT),
    ("Waktu kerja (menit)", "worked_seconds", Kind.MINUTES),
    ("Ditunda (menit)", "held_seconds", Kind.MINUTES),
    ("Menunggu pelapor (menit)", "awaited_seconds", Kind.MINUTES),
    ("Keterlambatan (menit)", "late_seconds", Kind.MINUTES),
)
_OF_TICKETS = (
    ("Tiket masuk", "received"),
    ("Tiket selesai", "done"),
    ("Tiket tidak diproses", "not_processed"),
    ("Tiket terbuka", "open"),
)
_SUM_COLUMNS = tuple(Column(heading, kind, 12) for heading, _, kind in _OF_SUMS)


def sla_workbook(figures: Mapping[str, Any], *, title: str, lines: Sequence[str] = ()) -> bytes:
    """The figures of a Laporan SLA, as `tickets.reports.figures.to_json` gives them. The same make the same bytes."""
    said = [*lines, *_narrowed(figures["filters"]), "Waktu dalam menit kerja penuh, dibulatkan ke bawah."]

    def table(columns: Sequence[Column], rows: Iterable[Sequence[Value | Cell]], note: str = "") -> Table:
        return Table(title, [*said, note] if note else said, columns, rows)

    def of(heading: str, width: int, parts: Iterable[Mapping[str, Any]], note: str = "") -> Table:
        rows = ([part["label"], *_sums(part["sums"])] for part in parts)
        return table([Column(heading, Kind.TEXT, width), *_SUM_COLUMNS], rows, note)

    sheets = {
        "Ringkasan": table(_summary_columns(figures), _summary(figures)),
        "Langkah": table(_ROW_COLUMNS, map(_row, figures["rows"])),
        "Peran": of("Peran", 30, figures["roles"]),
        "Bulan": of("Bulan", 18, figures["months"], "Dua belas bulan sampai akhir periode, masing-masing penuh."),
        "OPD": of("OPD", 44, figures["units"]),
    }
    day = date.fromisoformat(figures["period"]["last"])
    return xlsx(sheets, created=datetime(day.year, day.month, day.day, tzinfo=UTC))


def _narrowed(filters: Mapping[str, str]) -> list[str]:
    words = (("procedure", "Layanan"), ("unit", "OPD"), ("role", "Peran"))
    return [f"{label}: {filters[key]}" for key, label in words if filters[key]]


def _sums(sums: Mapping[str, Any]) -> list[Value]:
    return [sums[key] // 60 if kind is Kind.MINUTES else sums[key] for _, key, kind in _OF_SUMS]


_ROW_COLUMNS: Final = (
    Column("Layanan", Kind.TEXT, 24),
    Column("Langkah", Kind.COUNT, 9),
    Column("Kegiatan", Kind.TEXT, 44, wraps=True),
    Column("Peran", Kind.TEXT, 26),
    Column("Mutu baku", Kind.TEXT, 16),
    Column("Mutu baku (menit)", Kind.MINUTES, 12),
    Column("Median (menit)", Kind.MINUTES, 12),
    Column("Persentil ke-90 (menit)", Kind.MINUTES, 12),
    *_SUM_COLUMNS,
)


def _row(row: Mapping[str, Any]) -> list[Value]:
    told = [row[key] for key in ("service", "row", "activity", "role", "waktu", "standard", "median", "p90")]
    return [*told, *_sums(row["sums"])]


def _summary_columns(figures: Mapping[str, Any]) -> list[Column]:
    """What is counted, then the period and the one before it."""
    periods = (figures["period"]["label"], figures["before"]["period"]["label"])
    return [Column("Angka", Kind.TEXT, 44), *(Column(label, Kind.COUNT, 22) for label in periods)]


def _summary(figures: Mapping[str, Any]) -> list[list[Value | Cell]]:
    both = (figures, figures["before"])
    tickets = [[heading, *(part["tickets"][key] for part in both)] for heading, key in _OF_TICKETS]
    sums = zip(*(_sums(part["sums"]) for part in both), strict=True)
    counted = [
        [heading, *(Cell(kind, value) for value in values)]
        for (heading, _, kind), values in zip(_OF_SUMS, sums, strict=True)
    ]
    held = [
        [f"Waktu pada {part['label']} (menit)", Cell(Kind.MINUTES, part["seconds"] // 60)]
        for part in figures["holders"]
    ]
    return [*tickets, ["Terlambat sekarang", figures["late_now"]], *counted, *held]
