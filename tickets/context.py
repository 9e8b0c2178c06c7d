"""What the frame around every page shows (templates/base.html). Asked of the database only where a page shows it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.functional import cached_property

from tickets import quiet, worklists
from tickets.counting import Amount
from tickets.models import Notice, ReportedTo
from tickets.sessions import Life, life_of

#: As many as fit into the mark of a place in the navigation.
FIT = 99


class Frame:
    """The person's place in the office, for the bar and the navigation. Costs at most three queries, none unread."""

    def __init__(self, person, session=None):
        self._person, self._session = person, session

    @property
    def session(self) -> Life | None:
        """How long the person's session goes on."""
        return life_of(self._session, now=timezone.now())

    @property
    def demo(self) -> bool:
        """Whether this is an install with made-up data."""
        return settings.DEMO

    @property
    def is_quiet_copy(self) -> bool:
        """Whether this is a restored copy that nobody has released."""
        return quiet.is_shown()

    @property
    def roles(self) -> list[str]:
        """The roles held today, in words."""
        return self._person.role_labels

    @property
    def holds_a_role(self) -> bool:
        """Whether the person holds any role, Kepala Bidang included: somebody that rows are reported to."""
        return bool(self._person.roles_by_procedure)

    @property
    def oversees(self) -> bool:
        """Whether the person coordinates or heads some SOP, and so reads its reports."""
        return bool(worklists.overseen(self._person))

    @cached_property
    def inbox_count(self) -> Amount:
        """How many entries of *Laporan masuk* nobody has marked as known yet."""
        unread = ReportedTo.objects.for_person(self._person).unread().order_by()
        return Amount(unread[: FIT + 1].count(), most=FIT)

    @cached_property
    def notice_count(self) -> int:
        """How many notices the person has not read."""
        return Notice.objects.in_app(self._person).unread().count()


def frame(request):
    """The context processor: `frame`, for pages of people who are signed in."""
    return {"frame": Frame(getattr(request, "user", AnonymousUser()), getattr(request, "session", None))}
