"""Rekap laporan: the list of the reports tied to a main ticket (S-7), as a paper (`templates/documents/rekap.typ`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format

from tickets import discretion
from tickets.models import Office, StepRun, Ticket
from tickets.reports import letterhead
from tickets.reports.press import press
from tickets.words import when
from workflows.sop import MENGIKUTI

TITLE = "Rekap Laporan Gangguan"


def followers_of(ticket: Ticket) -> QuerySet[Ticket]:
    """What was tied to a ticket and went its way; not what was reopened since, to be looked after by itself."""
    last_way = StepRun.objects.filter(ticket=OuterRef("pk")).order_by("-pk").values("arrow")[:1]
    return ticket.followers.annotate(last_way=Subquery(last_way)).filter(last_way=MENGIKUTI)


def inputs(ticket: Ticket, *, now: datetime) -> dict[str, Any]:
    """Everything that is printed of a main ticket and what follows it, the reports in the order they came."""
    day = timezone.localdate(now)
    followers = followers_of(ticket).select_related("unit")
    reports = sorted([ticket, *followers], key=lambda report: (report.created_at, report.pk))
    return {
        "kop": letterhead.letterhead(Office.current()),
        "title": TITLE,
        "ticket": ticket.number,
        "main": [
            ("Layanan", str(ticket.sop.service)),
            ("Tiket utama", ticket.number),
            ("Permasalahan", discretion.title_of(ticket)),
            ("Keadaan", f"{ticket.get_state_display()}, per {when(now)}"),
        ],
        "reports": [_report(report, is_main=report == ticket) for report in reports],
        "summary": f"{len(reports)} laporan tentang gangguan yang sama, dari {_reporters(reports)}.",
        "day": date_format(day, "j F Y"),
        "author": letterhead.signer(ticket.sop.coordinators[0], ticket.procedure, day),
    }


def pdf(inputs: Mapping[str, Any], at: datetime) -> bytes:
    """The paper itself. Raises PressFailed."""
    return press("rekap.typ", inputs, at=at, images=letterhead.images(Office.current()))


def _report(ticket: Ticket, *, is_main: bool) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "is_main": is_main,
        "reporter": discretion.reporter_of(ticket) or "–",
        "unit": discretion.unit_of(ticket) or "–",
        "title": discretion.title_of(ticket),
        "came": when(ticket.created_at),
    }


def _reporters(reports: list[Ticket]) -> str:
    units = {report.unit_id for report in reports if report.unit_id}
    return f"{len(units)} perangkat daerah" if units else f"{len({report.reporter_name for report in reports})} pelapor"
