"""What the time card of a ticket shows: how its row stands with the limit, and what the reader may do about it."""

from django.db.models import prefetch_related_objects

from tickets import limits, rules
from tickets.forms.time import EstimateForm, ExtendForm, HoldForm
from tickets.models import Hold
from tickets.models.runs import LimitKind, Verdict

#: The forms of the card, in their order.
FORMS = {"hold_form": HoldForm, "extend_form": ExtendForm, "estimate_form": EstimateForm}


def set_clocks(runs, now, calendar):
    """Give each of some open runs its `clock`. One query for their holds, unless they have them already."""
    prefetch_related_objects(runs, limits.open_hold())
    for run in runs:
        held_until = run.open_holds[0].ends_at if run.open_holds else None
        run.clock = limits.clock(run, now, calendar, held_until=held_until)


def time_card(person, sight, runs, *, now, calendar, returned=None):
    """Everything the card's templates ask. `runs` have their `open_holds` and `extensions` with them.

    A form that came back (`returned`) stands in the place of a new one, if there is still a place for it.
    """
    ticket = sight.ticket
    if ticket.awaits_confirmation:
        return {"kind": "confirm", "key": ticket.state, "confirm_by": ticket.confirm_by}
    if ticket.follows:
        return {"kind": "follows", "key": ticket.state}
    if not ticket.is_open:
        return {"kind": "closed", "key": ticket.state, **_sum(runs)}
    run = runs[-1]
    held = run.open_holds[0] if run.open_holds else None
    set_clocks([run], now, calendar)
    clock = run.clock
    card = {
        "kind": "open",
        "run": run,
        "clock": clock,
        "hold": held if clock.held_until else None,
        "hold_note": held.note if held and (sight.is_whole or held.reason == Hold.Reason.REPORTER) else "",
        "extension": _latest(run),
        "tells_why": sight.is_whole,
        "may_resume": bool(clock.held_until) and rules.may_resume(person, ticket, run),
    }
    offered = _offered(run, clock, held) if rules.may_complete(person, ticket, run) else ()
    for name in offered:
        fits = isinstance(returned, FORMS[name]) and returned.run_pk == run.pk
        card[name] = returned if fits else FORMS[name](run=run, now=now, calendar=calendar)
    card["key"] = ":".join(map(str, (run.pk, held and held.pk, run.due_at is None, card["may_resume"], *offered)))
    return card


def _offered(run, clock, held):
    """The forms that make sense now; the actions refuse the others."""
    is_tentative, is_past = run.limit_kind == LimitKind.TENTATIVE, clock.is_late
    if is_tentative and run.due_at is None:
        return ("estimate_form",)
    allowed = {
        "hold_form": held is None and not is_past,
        "extend_form": run.is_extendable and held is None and not is_past,
        "estimate_form": is_tentative and held is None,
    }
    return tuple(name for name, is_allowed in allowed.items() if is_allowed)


def _latest(run):
    """The last time that a limit or estimate was moved by somebody."""
    return next((extension for extension in reversed(run.extensions.all()) if extension.from_due), None)


def _sum(runs):
    """Of a closed ticket: how long its rows were worked on, and which were late."""
    late = dict.fromkeys(run.row for run in runs if run.verdict == Verdict.LATE)
    return {"worked": sum(run.worked_minutes or 0 for run in runs), "late_rows": ", ".join(map(str, late))}
