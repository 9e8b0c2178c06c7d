"""Figures in words, the same on the page, on paper and in the mail."""

from __future__ import annotations

from tickets.reports.figures import Figures, RowFigures

NUMBERS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh")
#: Between a number and its sign: no line ends there.
SPACE = "\N{NO-BREAK SPACE}"
#: More rows than these are not named one by one.
NAMED_ROWS = 3

#: How the figures are made, for whoever reads them.
DEFINITIONS = (
    (
        "Periode",
        (
            "Langkah dihitung dalam periode ketika langkah itu diselesaikan, menurut WIB. Tiket masuk dihitung "
            "menurut waktu dilaporkan, tiket selesai dan tidak diproses menurut waktu ditutup. Setiap "
            "langkah dan setiap tiket yang ditutup dihitung dalam tepat satu bulan. Langkah yang ditinggalkan karena "
            "laporannya digabungkan dengan laporan lain ikut dihitung."
        ),
    ),
    ("Terbuka", "Tiket yang belum ditutup pada akhir periode, atau sekarang bila periode belum berakhir."),
    (
        "Tepat waktu, diperpanjang, terlambat",
        (
            "Bagian dari langkah yang memiliki batas waktu. Diperpanjang berarti selesai dalam perpanjangan yang "
            "diberikan sebelum batas waktu lewat. Langkah tanpa batas waktu dan langkah tentatif dihitung "
            "terpisah. Hasil ditetapkan ketika langkah diselesaikan dan tidak berubah sesudahnya."
        ),
    ),
    (
        "Waktu kerja",
        (
            "Waktu di dalam jam kerja kantor sejak langkah diterima sampai diselesaikan, dikurangi penundaan; "
            "dalam menit penuh, dibulatkan ke bawah. Satu hari sama dengan 7 jam 30 menit."
        ),
    ),
    (
        "Median dan p90",
        (
            "Setengah dari semua langkah selesai dalam waktu median, sembilan dari sepuluh dalam waktu p90. "
            "Keduanya waktu yang sungguh terjadi, bukan rata-rata."
        ),
    ),
    (
        "Mutu baku",
        (
            "Waktu yang ditetapkan SOP untuk langkah itu. Pada grafik, satu hari digambar sebagai 450 menit "
            "kerja; tenggat yang sebenarnya adalah tutup kantor hari kerja ke-n."
        ),
    ),
    (
        "Putaran",
        ("Langkah yang dikerjakan lagi karena perbaikan sebelumnya belum berhasil: putaran ke-2 dan seterusnya."),
    ),
    (
        "Penyimpangan",
        ("Langkah yang ditinggalkan lewat jalan yang diperlukan dalam praktik tetapi tidak ada dalam SOP."),
    ),
    ("Peran", "Saringan peran menyaring langkah, bukan tiket: jumlah tiket tetap sama."),
)


def amount(number: int) -> str:
    """A whole number as people here write it: `1.234`."""
    return f"{number:,}".replace(",", ".")


def percent(part: int, whole: int) -> int | None:
    """A share in whole percent. Never 100 unless it is all, and never 0 unless it is nothing."""
    if not whole:
        return None
    if part in (0, whole):
        return 100 * part // whole
    return min(99, max(1, (200 * part + whole) // (2 * whole)))


def points(now: int | None, before: int | None) -> str:
    """How a percentage changed, in percentage points: `naik 4 poin`; empty where there is nothing to compare."""
    if now is None or before is None:
        return ""
    if now == before:
        return "tetap"
    return f"{'naik' if now > before else 'turun'} {abs(now - before)} poin"


def when(report: Figures) -> str:
    """The period, and that it is still running where it is."""
    period = report.scope.period
    return period.label if period.is_over(report.now) else f"{period.label} sampai sekarang"


def sentence(report: Figures) -> str:
    """What a period came to: `November 2026: 41 langkah selesai, 92 % tepat waktu; dua langkah terlambat, …`."""
    sums = report.sums
    if not sums.runs:
        none = "tidak ada" if report.scope.period.is_over(report.now) else "belum ada"
        return f"{when(report)}: {none} langkah yang selesai."
    told = f"{when(report)}: {amount(sums.runs)} langkah selesai"
    if not sums.limited:
        return f"{told}, tidak ada yang memiliki batas waktu."
    return f"{told}, {percent(sums.on_time, sums.limited)}{SPACE}% tepat waktu; {_late(report)}."


def _late(report: Figures) -> str:
    """How many were late, and where."""
    rows = sorted((row for row in report.rows if row.sums.late), key=lambda row: -row.sums.late)
    late = report.sums.late
    if not rows:
        return "tidak ada yang terlambat"
    told = f"{NUMBERS[late] if late < len(NUMBERS) else amount(late)} langkah terlambat"
    if len(rows) == 1:
        which = {1: "yaitu", 2: "keduanya"}.get(late, "semuanya")
        return f"{told}, {which} {row_name(report, rows[0])}"
    if rows[0].sums.late > rows[1].sums.late:
        return f"{told}, terbanyak {row_name(report, rows[0])} ({amount(rows[0].sums.late)})"
    if len(rows) <= NAMED_ROWS:
        return f"{told}: {_row_names(report, rows)}"
    return f"{told}, tersebar pada {len(rows)} langkah SOP"


def _row_names(report: Figures, rows: list[RowFigures]) -> str:
    """Several rows; the service is said once where it is that of all."""
    names = [row_name(report, row) for row in rows]
    if len({row.sop.procedure for row in rows}) == 1:
        numbers = [str(row.step.no) for row in rows]
        names = [f"langkah {numbers[0]}", *numbers[1:-1], row_name(report, rows[-1]).removeprefix("langkah ")]
    return f"{', '.join(names[:-1])} dan {names[-1]}"


def row_name(report: Figures, row: RowFigures) -> str:
    """A row by its number, and of which service where the report has several."""
    services = {row.sop.procedure for row in report.rows}
    return f"langkah {row.step.no}" + (f" {row.sop.service}" if len(services) > 1 else "")
