"""A page that shows what an administrator entered as it is printed: letterhead, number, signatures."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from tickets.models import Office
from tickets.reports import letterhead, numbers
from tickets.reports.press import press
from workflows.roles import Role


def specimen(now: datetime) -> bytes:
    """The page as PDF. Raises PressFailed."""
    office, today = Office.current(), timezone.localdate(now)
    code, pattern = office.completion_code, office.completion_number
    data = {
        "kop": letterhead.letterhead(office),
        "number": numbers.number(pattern, code=code, sequence=1, unit=office.unit_code, day=today),
        "day": date_format(today, "j F Y"),
        "author": letterhead.signer(Role.SUBKOORDINATOR_APLIKASI, "spj_online", today),
        "knowing": letterhead.signer(Role.KEPALA_BIDANG_APTIKA, "spj_online", today),
    }
    return press("contoh.typ", data, at=now, images=letterhead.images(office))
