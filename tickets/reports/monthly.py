"""The Laporan SLA as a paper (`templates/documents/sla.typ`) and as a spreadsheet: what it says, in words and figures.

Everything printed comes from `figures.figures`, the same as on the page. `inputs` holds the figures themselves and the
words made of them; the template only places words, so that what is stored is what was read. Security incidents count in
every figure, which else would not be true; where tickets are named, `tickets.discretion` says how.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import dropwhile
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format

from tickets import discretion
from tickets.models import Office, StepRun
from tickets.reports import evaluation, letterhead, tables, telling
from tickets.reports.figures import Figures, RowFigures, Scope, Sums, TicketFigures, figures, late_now, to_json
from tickets.reports.periods import Period
from tickets.reports.press import press
from tickets.reports.telling import amount, sentence
from tickets.words import due, span, when
from workflows import calendars, sops
from workflows.roles import Role
from workflows.sop import Sop
from workflows.worktime import ZONE, Calendar

TITLE: Final = "Laporan SLA"
#: How much a list shows, and how much of a person's own words.
MOST_LATE, MOST_DEVIATIONS, LONGEST_REASON = 25, 100, 500
ERASED: Final = "Teks ini sudah dihapus."
#: Bars end at so many times the mutu baku.
WIDEST: Final = 2.0


def whole_office(period: Period) -> Scope:
    """All procedures, unfiltered: what is reported month by month."""
    return Scope(period, frozenset(sop.procedure for sop in sops.all_sops().values()))


def inputs(scope: Scope, *, now: datetime) -> dict[str, Any]:
    """Everything the paper prints, but for its number, code and the address of its check."""
    report, today = figures(scope, now), timezone.localdate(now, ZONE)
    office = Office.current()
    held_in_all = sum(held.seconds for held in report.holders)
    return {
        "kop": letterhead.letterhead(office),
        "title": f"{TITLE} {scope.period.label}",
        "about": _about(report),
        "number": "",
        "code": "",
        "check": "",
        "day": date_format(today, "j F Y"),
        "as_of": when(now),
        "signer": letterhead.signer(Role.KEPALA_BIDANG_APTIKA, scope.procedure, today),
        "figures": to_json(report),
        "sentence": sentence(report),
        "headline": _headline(report),
        "compared": _compared(report),
        "bars": _bars(report),
        "costliest": [_costly(row) for row in report.costliest],
        "holders": [
            {
                "label": held.label,
                "share": held.share,
                "words": f"{percent(held.seconds, held_in_all)} · {spent(held.seconds)}",
            }
            for held in report.holders
        ],
        "tables": _tables(report),
        "late": _late(scope, now),
        "deviations": _deviations(scope),
    }


def images(inputs: Mapping[str, Any]) -> dict[str, bytes]:
    """The images of the paper by name, but for its QR code."""
    return letterhead.images(Office.current())


def pdf(inputs: Mapping[str, Any], images: Mapping[str, bytes], at: datetime) -> bytes:
    """The PDF. Raises PressFailed."""
    return press("sla.typ", inputs, at=at, images=images)


def draft_pdf(scope: Scope, now: datetime) -> bytes:
    """The same of any filter, marked as a draft: without number, not stored. Raises PressFailed."""
    draft = inputs(scope, now=now)
    return pdf(draft, images(draft), now)


# Words


def percent(part: int, of: int) -> str:
    """`92 %`, or a dash where there is nothing to have a share of."""
    share = telling.percent(part, of)
    return "–" if share is None else f"{share} %"


def minutes(amount: float | None) -> str:
    """A span of working time, or a dash for none."""
    return "–" if amount is None else span(amount) if amount >= 1 else "0 m"


def spent(seconds: int) -> str:
    """A sum of working time, or a dash where there was none."""
    return minutes(seconds / 60) if seconds else "–"


def _about(report: Figures) -> str:
    """The filters in force."""
    scope = report.scope
    parts = scope.services
    parts += [str(scope.unit)] if scope.unit else []
    parts += [f"langkah {Role(scope.role).label}"] if scope.role else []
    return ", ".join(parts) or "Seluruh SOP"


def _headline(report: Figures) -> list[dict[str, Any]]:
    sums, before = report.sums, report.before.sums
    classes = (
        ("Tepat waktu", "ok", sums.on_time, before.on_time),
        ("Diperpanjang", "warm", sums.extended, before.extended),
        ("Terlambat", "late", sums.late, before.late),
    )
    return [
        {
            "label": label,
            "tone": tone,
            "value": percent(count, sums.limited),
            "of": f"{amount(count)} dari {amount(sums.limited)} langkah",
            "before": f"{report.before.period.label}: {percent(earlier, before.limited)}",
        }
        for label, tone, count, earlier in classes
    ]


def _compared(report: Figures) -> dict[str, Any]:
    """Tickets and runs beside the period before. What is late now was not counted then."""
    return {
        "head": ["", "Tiket masuk", "Selesai", "Tidak diproses", "Terbuka", "Langkah selesai", "Terlambat kini"],
        "rows": [
            [*_counts(report.scope.period, report.tickets, report.sums), amount(report.late_now)],
            [*_counts(report.before.period, report.before.tickets, report.before.sums), ""],
        ],
    }


def _counts(period: Period, tickets: TicketFigures, sums: Sums) -> list[str]:
    counted = (tickets.received, tickets.done, tickets.not_processed, tickets.open, sums.runs)
    return [period.label, *map(amount, counted)]


def _bars(report: Figures) -> list[dict[str, Any]]:
    """Per SOP its rows with something to draw: median and P90 as multiples of the mutu baku."""
    return [
        {"service": str(sop.service), "rows": [_bar(row) for row in rows]}
        for sop, rows in _by_sop(row for row in report.rows if row.sums.runs)
    ]


def _bar(row: RowFigures) -> dict[str, Any]:
    spans = f"median {minutes(row.median)}"
    return {
        "label": f"{row.step.no} · {row.step.performer.label}",
        "median": min((row.median or 0) / row.standard, WIDEST) if row.standard else None,
        "p90": min((row.p90 or 0) / row.standard, WIDEST) if row.standard else None,
        "words": f"{spans} dari {minutes(row.standard)}" if row.standard else f"{spans}, {_limitless(row)}",
        "count": f"{amount(row.sums.runs)} kali",
        "late": f"{amount(row.sums.late)} terlambat" if row.sums.late else "",
    }


def _limitless(row: RowFigures) -> str:
    return "tentatif" if row.sums.past_estimate or row.step.limit.kind == "tentative" else "tanpa batas"


def _costly(row: RowFigures) -> str:
    return (
        f"Langkah {row.step.no} {row.sop.service} ({row.step.performer.label}): "
        f"{span(row.sums.worked_seconds / 60)} dalam {amount(row.sums.runs)} kali"
    )


def _by_sop(rows: Iterable[RowFigures]) -> list[tuple[Sop, list[RowFigures]]]:
    found: dict[str, tuple[Sop, list[RowFigures]]] = {}
    for row in rows:
        found.setdefault(row.sop.key, (row.sop, []))[1].append(row)
    return list(found.values())


# Tables: `wide` columns share what room the others leave


CLASSES: Final = ("Selesai", "Tepat waktu", "Diperpanjang", "Terlambat")


def _tables(report: Figures) -> list[dict[str, Any]]:
    of_sops = [_table_of_rows(sop, rows) for sop, rows in _by_sop(report.rows) if sop.is_current or _ran(rows)]
    since = dropwhile(lambda month: not month.sums.runs, report.months)
    named = (("Menurut peran", "Peran", report.roles), ("Menurut bulan", "Bulan", list(since)))
    of_named = [
        _table_of_sums(title, head, [(entry.label, entry.sums) for entry in entries]) for title, head, entries in named
    ]
    of_units = _table_of_sums("Menurut OPD", "OPD", [(entry.label, entry.sums) for entry in report.units])
    return [*of_sops, *of_named, of_units]


def _ran(rows: list[RowFigures]) -> int:
    return sum(row.sums.runs for row in rows)


def _table_of_rows(sop: Sop, rows: list[RowFigures]) -> dict[str, Any]:
    return {
        "title": f"Langkah SOP {sop.service}",
        "head": ["Langkah", *CLASSES, "Median", "P90", "Mutu baku", "Ditunda", "Putaran ulang", "Penyimpangan"],
        "rows": [
            [
                f"{row.step.no} · {row.step.performer.label}",
                *_classes(row.sums),
                minutes(row.median),
                minutes(row.p90),
                minutes(row.standard) if row.standard else _limitless(row),
                spent(row.sums.held_seconds),
                amount(row.sums.repeats),
                amount(row.sums.deviations),
            ]
            for row in rows
        ],
        "total": ["Jumlah", *_classes(sum((row.sums for row in rows), Sums())), *[""] * 6],
    }


def _table_of_sums(title: str, head: str, entries: list[tuple[str, Sums]]) -> dict[str, Any]:
    return {
        "title": title,
        "head": [head, *CLASSES, "% tepat waktu", "Waktu kerja", "Ditunda", "Penyimpangan"],
        "rows": [
            [
                label,
                *_classes(sums),
                percent(sums.on_time, sums.limited),
                spent(sums.worked_seconds),
                spent(sums.held_seconds),
                amount(sums.deviations),
            ]
            for label, sums in entries
        ],
        "total": [],
    }


def _classes(sums: Sums) -> list[str]:
    return [amount(count) for count in (sums.runs, sums.on_time, sums.extended, sums.late)]


# Lists


def _late(scope: Scope, now: datetime) -> dict[str, Any]:
    """What is late now, the longest first, and whose turn it is."""
    found = late_now(scope, now)
    calendar = calendars.current()
    shown = found.select_related("ticket__unit", "performer")[:MOST_LATE]
    return {"rows": [_late_row(run, now, calendar) for run in shown], "total": found.count()}


def _late_row(run: StepRun, now: datetime, calendar: Calendar) -> list[str]:
    ticket, turn = run.ticket, run.step.performer.label
    over = calendar.between(run.due_at, now) if run.due_at else 0
    return [
        ticket.number,
        discretion.TITLE if ticket.restricted else ticket.unit.short_name if ticket.unit else "",
        f"{run.row} · {turn}" + (f" ({run.performer.name})" if run.performer else ""),
        due(run.due_at) if run.due_at else "",
        span(over) if over >= 1 else "sejak tutup kantor",
    ]


def _deviations(scope: Scope) -> dict[str, Any]:
    """Arrows taken that the document does not have, with the reason that was given, in the order of time."""
    found = evaluation.deviations(scope)
    shown = found.reverse().select_related("ticket")[:MOST_DEVIATIONS]
    told = evaluation.with_reasons(list(shown))
    return {"rows": [_deviation_row(one.run, one.reason) for one in told], "total": found.count()}


def _deviation_row(run: StepRun, reason: str | None) -> list[str]:
    said = ERASED if reason is None else _cut(reason)
    return [
        run.ticket.number,
        f"{run.row} · {run.step.performer.label}",
        date_format(timezone.localtime(run.left_at, ZONE), "j M Y"),
        run.arrow_label,
        discretion.told_title(said, restricted=run.ticket.restricted),
    ]


def _cut(words: str) -> str:
    """The beginning of what a person wrote, on one line."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_REASON else f"{line[:LONGEST_REASON].rstrip()} …"


# The spreadsheet


def workbook(inputs: Mapping[str, Any]) -> bytes:
    """The figures of a paper as XLSX, from what is stored of it: the same inputs make the same bytes."""
    lines = [f"Nomor {inputs['number']}", f"Keadaan per {inputs['as_of']}", f"Periksa keaslian: {inputs['check']}"]
    return tables.sla_workbook(inputs["figures"], title=inputs["title"], lines=lines)
