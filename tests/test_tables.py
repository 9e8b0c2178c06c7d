"""Tables as files: real types, no formulas, the figures themselves, and the same bytes for the same figures."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
import time_machine
from openpyxl import load_workbook

from tests.factories import TUESDAY, report, walk
from tickets.reports import periods
from tickets.reports.figures import Scope, figures, to_json
from tickets.reports.tables import Cell, Column, Kind, Table, plain, sla_workbook, write_csv, write_xlsx, xlsx
from workflows.sop import END

CREATED = datetime(2026, 11, 17, tzinfo=UTC)
EVENING = datetime(2026, 11, 17, 17, 30, tzinfo=UTC)  # after midnight in Padang
COLUMNS = (
    Column("Judul", Kind.TEXT, 30),
    Column("Jumlah", Kind.COUNT, 10),
    Column("Waktu (menit)", Kind.MINUTES, 12),
    Column("Bagian", Kind.SHARE, 10),
    Column("Selesai", Kind.INSTANT, 17),
)
ROW = ["Halaman tidak bisa dibuka", 3, 1250, 0.925, EVENING]
HOSTILE = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1", "\ufeff=1+1", "\u200b=1+1",
    "\u202e=1+1", "\x00=1+1", "\x1b=1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x\")",
    "=WEBSERVICE(\"http://x\")", "{=1+1}", "\"=1+1\"", "';=1+1", "=1+1;=2+2", "http://contoh.invalid/", "mailto:a@b.c",
    "_x0041_", "</t><f>1+1</f>", "&amp;=1", "0812", "1e9",
]  # fmt: skip
IDS = [f"payload-{number}" for number in range(len(HOSTILE))]


def table(*rows, columns=COLUMNS):
    return Table("Contoh & uji", ["Satu baris penjelasan."], columns, rows)


def sheet_of(content, name="Data"):
    return load_workbook(io.BytesIO(content))[name]


def made(*rows, **kwargs):
    return sheet_of(xlsx({"Data": table(*rows, **kwargs)}, created=CREATED))


def csv_of(path, *rows):
    write_csv(path, table(*rows))
    return path.read_bytes()


# XLSX


def test_each_cell_has_the_type_of_its_column():
    row = made(ROW)[5]

    assert [(cell.value, cell.data_type, cell.number_format) for cell in row] == [
        ("Halaman tidak bisa dibuka", "s", "@"),
        (3, "n", "#,##0"),
        (1250, "n", "#,##0"),
        (0.925, "n", "0.0%"),
        (datetime.fromisoformat("2026-11-18T00:30"), "d", "dd/mm/yyyy hh:mm"),
    ]


def test_a_cell_that_is_not_of_its_columns_kind_shows_as_its_own_and_nothing_is_empty():
    cells = made(["Bagian", Cell(Kind.SHARE, 0.5), None, None, None])[5]

    assert (cells[1].value, cells[1].number_format) == (0.5, "0.0%")
    assert [cell.value for cell in cells[2:]] == [None, None, None]


def test_a_sheet_is_ready_to_read_to_filter_and_to_print():
    sheet = made(ROW, ROW)

    assert [sheet["A1"].value, sheet["A2"].value] == ["Contoh & uji", "Satu baris penjelasan."]
    assert [cell.value for cell in sheet[4]] == [column.heading for column in COLUMNS]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("B5", "A4:E6", "$4:$4")
    assert [round(sheet.column_dimensions[letter].width) for letter in "ABCDE"] == [31, 11, 13, 11, 18]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert (sheet.oddFooter.left.text, sheet.oddFooter.right.text) == ("Contoh && uji", "Halaman &P dari &N")


def test_a_table_without_rows_still_has_its_heading_and_filter():
    assert made().auto_filter.ref == "A4:E4"


def test_the_same_table_makes_the_same_bytes():
    with time_machine.travel(TUESDAY):
        before = xlsx({"Data": table(ROW)}, created=CREATED)
    with time_machine.travel(EVENING):
        again = xlsx({"Data": table(ROW)}, created=CREATED)

    assert before == again


def test_a_long_table_goes_to_disk_row_by_row_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "table"

    write_xlsx(path, {"Data": table(*(ROW for _ in range(5_000)))}, created=CREATED)

    sheet = sheet_of(path.read_bytes())
    assert (sheet.max_row, sheet.cell(5_004, 4).value, sheet.auto_filter.ref) == (5_004, 0.925, "A4:E5004")
    assert [file.name for file in tmp_path.iterdir()] == ["table"]


# What people type


@pytest.mark.parametrize("payload", HOSTILE, ids=IDS)
def test_what_people_type_is_text_in_a_workbook_and_never_a_formula_or_a_link(payload):
    cell = made([payload, 1, 1, 1, None])[5][0]

    assert (cell.data_type, cell.number_format, cell.hyperlink) == ("s", "@", None)
    assert cell.value == plain(payload)


@pytest.mark.parametrize("payload", HOSTILE, ids=IDS)
def test_what_people_type_begins_no_formula_in_a_csv(tmp_path, payload):
    content = csv_of(tmp_path / "table", [payload, 1, 1, 1, None])

    [_, row] = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert len(row) == len(COLUMNS)
    assert row[0][0] not in "=+-@＝＋－＠\t\r"
    assert row[0].removeprefix("'") == plain(payload).removeprefix("'")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("dua\r\nbaris", "dua  baris"),
        ("satu\ttab", "satu tab"),
        ("a\x00b\x07c\x7fd\x9fe", "abcde"),
        ("\ud800rusak\uffff", "rusak"),
        ("x" * 40_000, "x" * 32_767),
        ("😀" * 20_000, "😀" * 16_383),
    ],
    ids=["lines", "tab", "control", "surrogate", "long", "pairs"],
)
def test_signs_that_nobody_sees_are_left_out_and_a_cell_is_as_long_as_excel_takes(typed, shown):
    assert plain(typed) == shown
    assert made([typed, 1, 1, 1, None])[5][0].value == shown


def test_a_cell_that_is_guarded_is_no_longer_than_excel_takes(tmp_path):
    content = csv_of(tmp_path / "table", ["=" * 40_000, 1, 1, 1, None])

    assert len(content.decode("utf-8-sig").splitlines()[1].split(";")[0]) == 32_767


# CSV


def test_a_csv_is_as_an_indonesian_excel_opens_it(tmp_path):
    content = csv_of(tmp_path / "table", ["Satu; dua", 3, 1250, None, EVENING])

    assert content == (
        b'\xef\xbb\xbfJudul;Jumlah;Waktu (menit);Bagian;Selesai\r\n"Satu; dua";3;1250;;2026-11-18 00:30\r\n'
    )


# Laporan SLA


@pytest.fixture
def november(cast):
    """The figures of a month in which a ticket went its whole way and others part of it."""
    with time_machine.travel(TUESDAY, tick=False):
        whole = report(by=cast.reporter)
        walk(whole, cast, 2, 3, 4, 5, 9, END, penyebab="coding")
        walk(report(by=cast.stranger), cast, 2, 3, penyebab="coding")
        walk(report("spj_online", by=cast.reporter), cast, 2)
        scope = Scope(periods.month_of(date(2026, 11, 1)), frozenset({"website", "spj_online"}))
        return figures(scope, TUESDAY)


def columns_of(sheet):
    """The values below each heading. The heading is the row that is frozen."""
    head = int(sheet.freeze_panes[1:]) - 1
    return {
        cell.value: [sheet.cell(row, cell.column).value for row in range(head + 1, sheet.max_row + 1)]
        for cell in sheet[head]
    }


@pytest.mark.django_db
def test_the_sheets_of_a_report_add_up_to_its_figures(november):
    book = load_workbook(io.BytesIO(sla_workbook(to_json(november), title="Laporan SLA November 2026")))

    assert book.sheetnames == ["Ringkasan", "Langkah", "Peran", "Bulan", "OPD"]
    sums = november.sums
    assert sums.runs == 9
    expected = (sums.runs, sums.on_time, sums.extended, sums.late, sums.no_limit, sums.deviations)
    headings = ("Langkah selesai", "Tepat waktu", "Diperpanjang", "Terlambat", "Tanpa batas waktu", "Penyimpangan")
    for name in ("Langkah", "Peran", "Bulan", "OPD"):
        columns = columns_of(book[name])
        assert (name, *(sum(columns[heading]) for heading in headings)) == (name, *expected)
    assert len(columns_of(book["Langkah"])["Kegiatan"]) == len(november.rows)


@pytest.mark.django_db
def test_the_summary_says_the_figures_of_the_period_and_of_the_one_before(november):
    columns = columns_of(load_workbook(io.BytesIO(sla_workbook(to_json(november), title="Laporan SLA")))["Ringkasan"])

    told = dict(zip(columns["Angka"], zip(columns["November 2026"], columns["Oktober 2026"], strict=True), strict=True))
    assert told["Tiket masuk"] == (3, 0)
    assert told["Tiket terbuka"] == (november.tickets.open, november.before.tickets.open)
    assert told["Langkah selesai"] == (9, 0)
    assert told["Bagian tepat waktu"] == (november.sums.share_on_time, None)
    assert told["Waktu kerja (menit)"] == (november.sums.worked_seconds // 60, 0)
    assert told["Terlambat sekarang"] == (november.late_now, None)


@pytest.mark.django_db
def test_no_cell_of_a_report_is_a_formula_and_its_filters_are_said(november):
    narrowed = to_json(november) | {"filters": {"procedure": "", "unit": "=Dinas", "role": "Programmer"}}

    book = load_workbook(io.BytesIO(sla_workbook(narrowed, title="Laporan SLA", lines=["SLA/001/Diskominfotik/2026"])))

    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n"}
    assert [book["Peran"].cell(row, 1).value for row in range(1, 6)] == [
        "Laporan SLA", "SLA/001/Diskominfotik/2026", "OPD: =Dinas", "Peran: Programmer",
        "Waktu dalam menit kerja penuh, dibulatkan ke bawah.",
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_same_figures_make_the_same_workbook(november):
    first = sla_workbook(to_json(november), title="Laporan SLA")

    with time_machine.travel(EVENING):
        assert sla_workbook(to_json(november), title="Laporan SLA") == first
