"""The SOP as a paper to sign and file: identity block, table with flowchart, annex (`templates/documents/sop.typ`).

The flowchart is the one of the screen (`workflows.flow`), in its own measures: columns across, rows down. Only the
template knows how high the words make a row, so it is the template that cuts the table into pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from tickets.models import Office
from tickets.reports.letterhead import images, letterhead
from tickets.reports.press import press
from workflows.flow import SYMBOL_WIDTH, Flow, Line, flow
from workflows.models import identity_of
from workflows.sheet import SheetRow, sheet
from workflows.sop import Identity, Qualification, Sop

CELLS = ("activity", "kelengkapan", "waktu", "output", "keterangan")


def pdf(sop: Sop) -> bytes:
    """The PDF of an SOP, with its approval as an administrator entered it. Raises PressFailed.

    The paper carries no instant of its own: the same SOP, approval and office make the same bytes.
    """
    office = Office.current()
    return press("sop.typ", data(sop, identity_of(sop), office), at=timezone.now(), images=images(office))


def data(sop: Sop, identity: Identity, office: Office) -> dict[str, Any]:
    """What the template prints."""
    return {
        "kop": letterhead(office),
        "approved": identity.is_approved,
        "identity": _identity(identity),
        "legal_basis": list(sop.legal_basis),
        "qualifications": [_qualification(qualification) for qualification in sop.qualifications],
        "summary": sop.summary,
        "equipment": list(sop.equipment),
        "warnings_intro": sop.warnings_intro,
        "warnings": list(sop.warnings),
        "record_keeping": sop.record_keeping,
        "table": {
            "title": sop.table_title or sop.title,
            "section": sop.table_section,
            "numbered": sop.column_numbers,
            "roles": [column.name for column in sop.columns],
            "rows": [_row(row) for row in sheet(sop).rows],
        },
        "flow": _flow(flow(sop)),
        "annex": {"title": sop.annex.title, "section": sop.annex.section, "items": list(sop.annex.items)},
    }


def _identity(identity: Identity) -> dict[str, Any]:
    approval = identity.approved_by
    return {
        "unit": identity.unit,
        "organisation": identity.organisation,
        "number_label": identity.number_label,
        "number": identity.number,
        "created": _day(identity.created),
        "revised": _day(identity.revised),
        "effective": _day(identity.effective),
        "position": approval.position if approval else "",
        "name": approval.name if approval else "",
        "rank": approval.rank if approval else "",
        "nip": approval.nip if approval else "",
        "title_label": identity.title_label,
        "title": identity.title,
    }


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else ""


def _qualification(qualification: Qualification) -> dict[str, Any]:
    return {"name": qualification.name, "items": list(qualification.items)}


def _row(row: SheetRow) -> dict[str, Any]:
    """A row's words, and `told`: its part of the flowchart in words."""
    cells = [getattr(row.step, cell) for cell in CELLS]
    return {"no": str(row.step.no), "cells": cells, "told": f"Langkah {row.step.no}. {row.told}"}


def _flow(plan: Flow) -> dict[str, Any]:
    """The flowchart in numbers: a point is how many columns across, which row, and which part of the row."""
    return {
        "columns": plan.columns,
        "symbol_width": SYMBOL_WIDTH,
        "nodes": [
            {"row": node.row, "x": node.x, "symbol": node.symbol.value, "leads": node.leads} for node in plan.nodes
        ],
        "links": [{"row": link.row, "start": link.start, "end": link.end} for link in plan.links],
        "lines": [_line(plan, line) for line in plan.lines],
        "cuts": [list(_cuts(plan, row)) for row in range(plan.rows)],
    }


def _line(plan: Flow, line: Line) -> dict[str, Any]:
    """A line; its label goes to the side where there is room, away from the symbol unless the columns end there."""
    outwards_left = line.trunk < plan.leading[line.source].x
    return {
        "source": line.source,
        "target": line.target,
        "points": [[point.x, point.y.row, point.y.part.value] for point in line.points],
        "dashed": line.dashed,
        "label": line.label,
        "trunk": line.trunk,
        "leftwards": line.trunk >= 1 if outwards_left else line.trunk > plan.columns - 1,
    }


def _cuts(plan: Flow, row: int) -> Iterator[dict[str, Any]]:
    """What a page break under this row cuts, from left to right; lines on one way are cut once."""
    at: dict[float, list[Line]] = {}
    for x, line in plan.crossing(row):
        at.setdefault(x, []).append(line)
    for x, lines in sorted(at.items()):
        yield {"x": x, "down": lines[0].target > row, "dashed": all(line.dashed for line in lines)}
