"""What the frame around every page shows (templates/base.html). Asked of the database only where a page shows it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import cached_property

from tickets.models import Notice, ReportedTo


class Frame:
    """The person's place in the office, for the bar and the navigation. Costs at most three queries, none unread."""

    def __init__(self, person):
        self._person = person

    @property
    def demo(self) -> bool:
        """Whether this is an install with made-up data."""
        return settings.DEMO

    @property
    def roles(self) -> list[str]:
        """The roles held today, in words."""
        return self._person.role_labels

    @property
    def holds_a_role(self) -> bool:
        """Whether the person holds any role, Kepala Bidang included: somebody that rows are reported to."""
        return bool(self._person.roles_by_procedure)

    @cached_property
    def inbox_count(self) -> int:
        """How many entries of *Laporan masuk* nobody has marked as known yet."""
        return ReportedTo.objects.for_person(self._person).unread().count()

    @cached_property
    def notice_count(self) -> int:
        """How many notices the person has not read."""
        return Notice.objects.in_app(self._person).unread().count()


def frame(request):
    """The context processor: `frame`, for pages of people who are signed in."""
    return {"frame": Frame(getattr(request, "user", AnonymousUser()))}
