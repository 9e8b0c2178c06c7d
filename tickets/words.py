"""Instants and spans in the office's words."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def when(instant: datetime) -> str:
    """An instant as people here write it: `21 Nov 2026 14.05 WIB`."""
    return date_format(timezone.localtime(instant), "j M Y H.i") + " WIB"
