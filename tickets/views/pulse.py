"""Whether anything moved since a page was shown. Open pages ask every dozen seconds; most answers are empty."""

from django.db.models import Max

from tickets.models import Ticket

HEADER = "X-Sopdesk-Version"


def version(person) -> str:
    """A word that changes with every act on a ticket that this person may see."""
    newest = Ticket.objects.visible_to(person).aggregate(newest=Max("updated_at"))["newest"]
    return str(newest.timestamp()) if newest else "0"


def is_unchanged(request, current: str) -> bool:
    """Whether the page that asks already shows this version."""
    return request.headers.get(HEADER) == current
