"""Beranda: one page, composed of what the person is. Performers see their turn, reporters their reports as parcels with
stations, Kepala Bidang every ticket by SOP and row, administrators what is set up and what is not."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    Window,
    prefetch_related_objects,
)
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tickets import calendar_changes, registering, staffing, substitutes, worklists
from tickets.counting import Amount, CountOf, counts
from tickets.models import RoleAssignment, StepRun, Ticket, Unit, User
from tickets.models.tickets import CLOSED_STATES, not_closed, visible_to
from tickets.stations import Station, stations
from tickets.views import inbox, pulse
from tickets.views.time_card import set_clocks
from workflows import calendars, sops
from workflows.roles import Role
from workflows.sop import MENUNGGU_KONFIRMASI, SELESAI, Sop, Step

TURNS, SHORT, PARCELS, REPORTED = 10, 5, 10, 3
RECENT = timedelta(days=7)


@dataclass(frozen=True)
class Excerpt:
    """The first of many, and how many there are (as `CountOf` counts)."""

    items: list
    total: int

    @property
    def count(self) -> Amount:
        """How many there are, for the page."""
        return Amount(self.total)

    @property
    def has_more(self) -> bool:
        return self.total > len(self.items)


@dataclass(frozen=True)
class Parcel:
    """A report on its way, as its reporter follows it."""

    ticket: Ticket
    stations: list[Station]
    awaits_me: bool


@dataclass(frozen=True)
class Standing:
    """The tickets of one SOP: how many stand on each row, and in sum."""

    sop: Sop
    rows: list[tuple[Step, str, int]]
    new: int
    to_confirm: int
    done_this_month: int

    @property
    def open(self) -> int:
        return sum(count for _, _, count in self.rows)


@require_safe
@login_required
def home(request):
    person, now, calendar = request.user, timezone.now(), calendars.current()
    version = pulse.version(person, calendar, now)
    if pulse.is_unchanged(request, version):
        return HttpResponse(status=204)
    opening = calendar.next_opening(now)
    context = {
        "greeting": greeting(now),
        "called": called(person.name),
        "now": now,
        "reopens_at": opening if opening > now else None,
        "version": version,
        "substitutions": substitutes.of(person, timezone.localdate(now)),
    }
    if person.roles_by_procedure:
        context["reported"] = list(inbox.entries(person).unread()[:REPORTED])
    if person.is_performer:
        context |= work(person, now)
    else:
        context["parcels"] = parcels(person, now, calendar)
    if procedures := worklists.overseen(person):
        context["oversight"] = oversight(procedures, now, calendar)
    set_clocks(_runs_shown(context), now, calendar)
    if person.is_kepala_bidang:
        if not person.is_staff:  # who reads it below as an administrator
            context["gaps"] = [gap for gap in staffing.gaps(timezone.localdate(now)) if gap.procedure in procedures]
        context["month_start"] = _month_start(now)
        context["office"] = office(person, now)
        context["office_total"] = {
            name: sum(getattr(standing, name) for standing in context["office"])
            for name in ("open", "new", "to_confirm", "done_this_month")
        }
    if person.is_staff:
        context["setup"] = setup(timezone.localdate(now)) | {"calendar": calendar_changes.calendar_state(now)}
    return render(request, "home/home.html", context)


def _runs_shown(context):
    """The open rows that the page tells the time of."""
    shown = [context["turns"]] if "turns" in context else []
    if overseen := context.get("oversight"):
        shown += [overseen["late"], overseen["soon"]]
    return [run for excerpt in shown for run in excerpt.items]


def greeting(now):
    """The word for the hour in WIB."""
    hour = timezone.localtime(now).hour
    return next(word for end, word in ((11, "pagi"), (15, "siang"), (18, "sore"), (24, "malam")) if hour < end)


def called(name):
    """What a person is called: the first word of the name that is no title."""
    words = name.split(",")[0].split()
    return next((word for word in words if not word.endswith(".")), name)


# A performer


def work(person, now):
    """The lists of somebody who performs rows."""
    visible = Ticket.objects.visible_to(person).with_turn()
    turns = _by_urgency(StepRun.objects.turn_of(person))
    left = StepRun.objects.filter(visible_to(person, of="ticket__"), performer=person, left_at__gte=now - RECENT)
    later = Q(left_at__gt=OuterRef("left_at")) | Q(left_at=OuterRef("left_at"), pk__gt=OuterRef("pk"))
    done = left.exclude(Exists(left.filter(later, ticket=OuterRef("ticket")))).select_related("ticket")
    to_confirm = _excerpt(visible.filter(worklists.to_confirm(person)).order_by("updated_at", "pk"), SHORT)
    rows = _excerpt(turns, TURNS)
    return {
        "to_confirm": to_confirm,
        "turns": rows,
        "turn_count": Amount(to_confirm.total + rows.total),
        "coming": _excerpt(visible.filter(worklists.coming_to(person)).order_by("updated_at", "pk"), SHORT),
        "elsewhere": _excerpt(visible.filter(worklists.elsewhere(person)).order_by("-updated_at", "-pk"), SHORT),
        "done": _excerpt(done.order_by("-left_at", "-pk"), SHORT),
        "has_several_roles": len(set().union(*person.roles_by_procedure.values())) > 1,
    }


def _by_urgency(runs: QuerySet) -> QuerySet:
    """The nearest limit first; of those without one, the longest waiting."""
    told = runs.select_related("ticket__unit", "performer")
    return told.order_by(F("due_at").asc(nulls_last=True), "entered_at", "pk")


def _excerpt(queryset: QuerySet, limit: int) -> Excerpt:
    """The first of a list and how many there are, in one query."""
    return _counted(list(queryset.annotate(in_all=CountOf(queryset))[:limit]))


def _counted(items: list) -> Excerpt:
    """An excerpt of rows that each say how many there are."""
    return Excerpt(items, items[0].in_all if items else 0)


# A reporter


def parcels(person, now, calendar) -> Excerpt:
    """The person's reports: those that wait for them first, then those on their way, then what is closed."""
    own = Ticket.objects.own(person)
    told = own.with_turn().select_related("main__unit").annotate(in_all=CountOf(own))
    awaited = Case(When(worklists.to_confirm(person), then=Value(0)), default=Value(1))
    tickets = list(told.filter(not_closed()).order_by(awaited, "-updated_at", "-pk")[:PARCELS])
    if len(tickets) < PARCELS:
        closed = told.filter(state__in=CLOSED_STATES).order_by("-updated_at", "-pk")
        tickets += closed[: PARCELS - len(tickets)]
    prefetch_related_objects(tickets, "runs", "main__runs")
    set_clocks([ticket.turn for ticket in tickets if ticket.turn], now, calendar)
    return Excerpt([_parcel(ticket, person) for ticket in tickets], tickets[0].in_all if tickets else 0)


def _parcel(ticket: Ticket, person: User) -> Parcel:
    awaits_me = ticket.awaits_confirmation and ticket.is_reported_by(person)
    return Parcel(ticket, stations(ticket, ticket.runs.all()), awaits_me)


# Who coordinates or heads


def oversight(procedures, now, calendar):
    """Rows of these procedures that are late, and those whose limit comes by the end of the next working day."""
    until = calendar.close_of_nth_day(now, 1)
    is_late = worklists.run_is_late(now)
    due = StepRun.objects.open().filter(is_late | Q(due_at__range=(now, until)), ticket__procedure__in=procedures)
    told = _by_urgency(due).annotate(is_late=Case(When(is_late, then=True), default=False))
    ranked = told.annotate(
        in_all=Window(Count("pk"), partition_by=F("is_late")),
        nth=Window(RowNumber(), partition_by=F("is_late"), order_by=told.query.order_by),
    )
    shown = list(ranked.filter(nth__lte=SHORT))
    late, soon = [run for run in shown if run.is_late], [run for run in shown if not run.is_late]
    return {"late": _counted(late), "soon": _counted(soon), "until": until}


# Kepala Bidang


def office(person, now) -> list[Standing]:
    """Each SOP in force that the person heads, and each old issue that still has tickets, with its tickets by row."""
    visible = Ticket.objects.visible_to(person).order_by()
    unclosed = visible.filter(not_closed()).values_list("sop_key", "state")
    standing_on, never_reopened = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for key, state, tickets, untouched in unclosed.annotate(
        tickets=Count("pk"), untouched=Count("pk", filter=Q(reopened_at=None))
    ):
        standing_on[key, state], never_reopened[key, state] = tickets, untouched
    closed = visible.filter(closed_at__gte=_month_start(now)).values_list("sop_key", "state")
    done_this_month = {key: tickets for key, state, tickets in closed.annotate(Count("pk")) if state == SELESAI}
    in_use = {key for key, _ in standing_on}

    def standing(sop: Sop) -> Standing:
        return Standing(
            sop=sop,
            rows=[(step, sop.row(step.no), standing_on[sop.key, sop.row(step.no)]) for step in sop.steps],
            new=never_reopened[sop.key, sop.row(sop.first.no)],
            to_confirm=standing_on[sop.key, MENUNGGU_KONFIRMASI],
            done_this_month=done_this_month.get(sop.key, 0),
        )

    replaced = [sop for sop in sops.all_sops().values() if not sop.is_current and sop.key in in_use]
    return [
        standing(sop)
        for sop in (*sops.current(), *replaced)
        if Role.KEPALA_BIDANG_APTIKA in person.roles_by_procedure.get(sop.procedure, ())
    ]


def _month_start(now):
    return timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


# An administrator


def setup(today):
    """How many people, OPD, roles and requests for accounts there are, and the roles that nobody holds."""
    in_force = RoleAssignment.objects.active_on(today).filter(user__is_active=True)
    people, units, assignments, registrations = counts(
        User.objects.filter(is_active=True), Unit.objects.all(), in_force, registering.waiting()
    )
    return {
        "people": people,
        "units": units,
        "assignments": assignments,
        "registrations": registrations,
        "gaps": staffing.gaps(today),
    }
