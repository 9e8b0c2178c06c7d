"""Whether anything moved since a page was shown. Open pages ask every dozen seconds; most answers are empty."""

from datetime import datetime, time

from django.db.models import Max
from django.utils import timezone

from tickets.models import Ticket

HEADER = "X-Sopdesk-Version"


def version(person, calendar, now) -> str:
    """A word that changes with every act on a ticket that this person may see, and as working time passes."""
    newest = Ticket.objects.visible_to(person).aggregate(newest=Max("updated_at"))["newest"]
    return f"{newest.timestamp() if newest else 0}/{tick(calendar, now)}"


def tick(calendar, now) -> str:
    """A word that changes with the day, with each minute of working time, when the office opens or closes, and with the
    calendar: whenever a limit may read otherwise. At night and on days off it stands still."""
    today = timezone.localdate(now)
    midnight = timezone.make_aware(datetime.combine(today, time.min))
    minutes = int(calendar.between(midnight, now))
    return f"{calendar.version}.{today:%j}.{minutes}.{int(calendar.is_open(now))}"


def is_unchanged(request, current: str) -> bool:
    """Whether the page that asks already shows this version."""
    return request.headers.get(HEADER) == current
