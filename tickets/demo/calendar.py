"""The demo office's calendar: proposals of the years at hand, and 2026 confirmed as it was decreed."""

from datetime import datetime
from functools import partial

from django.utils.timezone import localdate

from tickets import calendar_changes
from tickets.models import User
from workflows import proposals
from workflows.models import CalendarChange, CalendarYear

YEAR = 2026
DECREE = "SKB Nomor 1497 Tahun 2025, Nomor 2 Tahun 2025, dan Nomor 5 Tahun 2025"


def seed_calendar(by: User, *, now: datetime) -> None:
    """Propose what is missing and confirm 2026, unless somebody has decided something about the calendar already."""
    calendar_changes.propose_missing(now=now)
    if CalendarChange.objects.filter(by__isnull=False).exists():
        return
    for change, reason in (
        (partial(proposals.propose, YEAR), f"Kalender {YEAR} diisi."),
        (partial(proposals.confirm, YEAR, decree=DECREE, by=by, at=now), f"SKB {YEAR} sudah terbit."),
    ):
        calendar_changes.apply(change, by=by, reason=reason, now=now)


def seed_years_before(until: datetime, *, since: datetime, now: datetime) -> None:
    """Propose the days off of the years that an archive covers, where nothing stands yet. Nobody here confirms them."""
    for year in range(localdate(since).year, localdate(until).year + 1):
        if not CalendarYear.objects.filter(year=year).exists():
            change = partial(proposals.propose, year)
            calendar_changes.apply(change, by=None, reason=f"Usulan libur {year} diambil untuk arsip contoh.", now=now)
