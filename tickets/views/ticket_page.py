"""What the page of a ticket shows, read from the database in a fixed number of queries."""

from django.core.paginator import Paginator
from django.utils import timezone

from tickets import rules, timeline, tracking
from tickets.answers import shown
from tickets.forms.base import OnceForm
from tickets.forms.step import StepForm
from tickets.forms.talk import CommentForm, HandOverForm, ReopenForm
from tickets.forms.tie import UntieForm
from tickets.models.history import Action
from tickets.models.runs import LimitKind
from tickets.reports.holding import held_by
from tickets.sight import Sight
from tickets.stations import done_in_words, stations
from tickets.turn import handed_on, in_front, needs, waits_for, ways
from tickets.views import pulse, ticket_papers
from tickets.views.time_card import time_card
from tickets.words import when
from workflows import calendars
from workflows.sop import SELESAI, TIDAK_DIPROSES

EVENTS_PER_PAGE = 20


def contents(
    request,
    ticket,
    *,
    notice="",
    step_form=None,
    comment_form=None,
    reopen_form=None,
    hand_over_form=None,
    time_form=None,
    untie_form=None,
):
    """Everything the templates ask. A form that comes back is shown in its place or, if that is gone, as text."""
    person, now, calendar = request.user, timezone.now(), calendars.current()
    sight = Sight.of(person, ticket)
    runs = _runs(ticket)
    ticket.rows_done = frozenset(run.row for run in runs if run.round == ticket.round and run.left_at)
    followers = _followers(sight)
    ticket.tied = tuple(follower.headline for follower in followers if follower.follows)
    told = timeline.events(sight)
    way = stations(ticket, runs)
    time = time_card(person, sight, runs, now=now, calendar=calendar, returned=time_form)
    oldest_first = request.GET.get("urut") == "lama"
    events = Paginator(told if oldest_first else told[::-1], EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    if ticket.is_open:
        card = _row_card(person, sight, runs, time, step_form, hand_over_form)
    elif ticket.follows:
        card = _following_card(person, sight, runs, told, untie_form)
    else:
        card = _end_card(person, sight, runs, told, reopen_form)
    returned = next(filter(None, (step_form, reopen_form, hand_over_form, time_form, untie_form)), None)
    shown_again = returned in card.values() or returned in time.values()
    return {
        "ticket": ticket,
        "takes_part": sight.is_whole,
        "version": sight.version,
        "tick": pulse.tick(calendar, now),
        "notice": notice,
        "runs": runs,
        "stations": way,
        "followers": followers,
        "done_in_words": done_in_words(way),
        "told": told,
        "events": events,
        "page_number": events.number,
        "oldest_first": oldest_first,
        "evidence": shown(ticket.sop.evidence, _filed_evidence(sight), sight.files),
        "files": list(sight.files.values()),
        "people": _people(runs),
        "held": held_by(runs, now, calendar),
        "reported_to": _reported_to(ticket) if sight.is_whole else [],
        "papers": ticket_papers.card(person, ticket) if sight.is_whole else None,
        "card": card,
        "time": time,
        "lost": _lost(returned) if returned and not shown_again else None,
        "may_comment": rules.may_comment(person, ticket),
        "may_hold_data": rules.may_hold_data(person, ticket),
        "may_read_views": rules.may_read_views(person, ticket),
        "may_restrict": rules.may_restrict(person, ticket),
        "may_unrestrict": rules.may_unrestrict(person, ticket),
        "tracking_link": tracking.link_for(person, ticket),
        "comment_form": comment_form or CommentForm(owner=person, takes_part=sight.is_whole),
    }


def news(page, run_pk):
    """What became of the row that a half-written form is for (`run_pk`), as a sentence."""
    run = next((run for run in page["runs"] if run.pk == run_pk), None)
    if run and run.left_at:
        return f"Langkah ini sudah diselesaikan oleh {run.performer.name} pada {when(run.left_at)}."
    if run and run.performer:
        return f"Tugas ini sudah diambil {run.performer.name} pada {when(run.claimed_at)}."
    last = page["told"][-1]
    return f"{last.sentence.removesuffix('.')} pada {when(last.entry.at)}."


def _filed_evidence(sight):
    return sight.acts[0].answers.get(sight.ticket.sop.evidence.key, {})


def living_time(person, ticket, now, calendar):
    """The part of the page that changes by itself as time passes: the time card, and what it asks."""
    sight = Sight.of(person, ticket)
    return {
        "ticket": ticket,
        "version": sight.version,
        "tick": pulse.tick(calendar, now),
        "time": time_card(person, sight, _runs(ticket), now=now, calendar=calendar),
    }


def _runs(ticket):
    """The visits of rows, oldest first, with who performed them and what moved their limits."""
    runs = ticket.runs.select_related("performer").prefetch_related("holds", "extensions")
    found = list(runs.order_by("pk"))
    for run in found:
        run.ticket = ticket
        run.open_holds = [hold for hold in run.holds.all() if hold.ended_at is None]  # as `limits.open_hold` does
    return found


def _people(runs):
    """Who performed what: (name, role, their runs), in the order they came in."""
    found = {}
    for run in runs:
        if run.performer:
            found.setdefault((run.performer.name, run.get_role_display()), []).append(run)
    return [(name, role, theirs) for (name, role), theirs in found.items()]


def _followers(sight):
    """The reports that were tied to this one, in the order they came; for the office alone."""
    ticket = sight.ticket
    if not ticket.is_main or not sight.is_whole:
        return []
    return list(ticket.followers.select_related("unit").order_by("created_at", "pk"))


def _reported_to(ticket):
    """Each role once: (role, [(who marked it known, or empty, rows)]), in the order they were told."""
    found = {}
    for reported in ticket.reported_to.select_related("run", "acknowledged_by").order_by("pk"):
        known_by = reported.acknowledged_by.name if reported.acknowledged_by else ""
        found.setdefault(reported.get_role_display(), {}).setdefault(known_by, []).append(reported.run.row)
    return [(role, [(name, _each_once(rows)) for name, rows in told.items()]) for role, told in found.items()]


def _each_once(rows):
    return ", ".join(map(str, dict.fromkeys(rows)))


# The card on top: the next act of this person, or whom the ticket waits for


def _row_card(person, sight, runs, time, step_form, hand_over_form):
    """The card of a row. With the form, if it is this person's turn; a tentative row asks for its estimate first."""
    ticket, run = sight.ticket, runs[-1]
    holders = list(rules.colleagues(ticket))
    is_shared = len(holders) > 1
    card = {
        "key": f"{ticket.state}:{run.pk}:{run.performer_id}:{_awaits_estimate(run)}",
        "kind": "waiting",
        "run": run,
        "needs": needs(sight, run.step, runs) if sight.is_whole else [],
        "handed_on": handed_on(sight, run.step, runs) if sight.is_whole else [],
        "waits_for": waits_for(run.step, run, holders),
        "is_deserted": sight.is_whole and not holders,
        "in_name_of": _in_name_of(person, run),
        "is_shared": is_shared,
        "may_claim": is_shared and rules.may_claim(person, ticket, run),
        "may_release": is_shared and rules.may_release(person, ticket, run),
        "may_tie": rules.may_tie(person, ticket, run),
        "recap": _recap(sight, run.step) if ticket.tied else None,
    }
    if rules.may_hand_over(person, ticket, run) and any(holder not in (run.performer, person) for holder in holders):
        others = [holder for holder in holders if holder != run.performer]
        card["hand_over_form"] = hand_over_form or HandOverForm(people=others)
    if rules.may_complete(person, ticket, run) and _awaits_estimate(run):
        card |= {"kind": "estimate", "estimate_form": time.pop("estimate_form")}
    elif rules.may_complete(person, ticket, run):
        fits = step_form is not None and step_form.run_pk == run.pk
        form = step_form if fits else StepForm(ticket=ticket, run=run, owner=person)
        card |= {"kind": "turn", "form": form, **_acts(ticket, run, form)}
    return card


def _in_name_of(person, run):
    """Whom the person acts for on this row as a substitute; None in their own role."""
    assignment = person.assignment_for(run.role, run.ticket.procedure)
    return assignment.substitute_for if assignment else None


def _recap(sight, step):
    """The list of reports that a row is about to make."""
    made = next((artefact for artefact in step.produces if step.recaps and artefact.generate), None)
    return made and shown(made, made.generate(sight.ticket.record), sight.files)


def _awaits_estimate(run):
    return run.limit_kind == LimitKind.TENTATIVE and run.due_at is None


def _acts(ticket, run, form):
    """The buttons: the one in front, if any is yet, and the others with what their reason is asked for."""
    offered = ways(ticket, run.step)
    answered = {field.name: field.value() for field in form.visible_fields()} if form.is_bound else {}
    front, others = in_front(offered, answered)
    gave_reason = form.is_bound and bool(form["reason"].errors or form["reason"].value())
    return {
        "front": front,
        "others": others,
        "need_a_reason": [way.arrow.act for way in offered if way.arrow.reason_required],
        "others_open": front is None or (gave_reason and not front.arrow.reason_required),
    }


def _following_card(person, sight, runs, told, untie_form):
    """The card of a report that follows another. Which one, only the office reads."""
    ticket = sight.ticket
    card = {
        "key": f"{ticket.state}:{len(runs)}",
        "kind": "follows",
        "event": timeline.latest(told, Action.TIE),
        "main": ticket.main if sight.is_whole else None,
    }
    if rules.may_untie(person, ticket):
        card |= {"untie_form": untie_form or UntieForm(), "goes_back_to": runs[-1].step}
    return card


def _end_card(person, sight, runs, told, reopen_form):
    """The card of a ticket that has left the table."""
    ticket = sight.ticket
    ended_by = (Action.CONFIRM, Action.LAPSE) if ticket.state == SELESAI else (Action.COMPLETE, Action.FOLLOW)
    card = {
        "key": f"{ticket.state}:{len(runs)}",
        "kind": {SELESAI: "done", TIDAK_DIPROSES: "not_processed"}.get(ticket.state, "unconfirmed"),
        "event": timeline.latest(told, *ended_by),
        "results": _results(sight),
    }
    if rules.may_confirm(person, ticket):
        card |= {"kind": "confirm", "confirm_form": OnceForm(auto_id="konfirmasi_%s")}
    if rules.may_reopen(person, ticket):
        card["reopen_form"] = reopen_form or ReopenForm()
        card["reopens_at"] = ticket.sop.step(ticket.sop.reopen.to)
    return card


def _results(sight):
    """What the work ended with: (row, what it gave); nothing of a report that is not taken up."""
    if sight.ticket.state == TIDAK_DIPROSES:
        return []
    sop = sight.ticket.sop
    told = [(artefact, sight.outcome.get(artefact.key, {})) for artefact in sop.artefacts() if artefact != sop.evidence]
    return [(sop.step(row), shown(a, values, sight.files)) for a, by_row in told for row, values in by_row.items()]


def _lost(form):
    """What was typed into a form whose place is gone: nobody types it twice. Uploads stay the person's for a day."""
    fields = [field for field in form.visible_fields() if field.name != "arrow" and field.value()]
    return {
        "typed": [(field.label, _in_words(field)) for field in fields if isinstance(field.value(), str)],
        "files": [file for field in fields for file in getattr(field.field.widget, "attachments", ())],
    }


def _in_words(field):
    """A chosen value by its word, anything else as it was typed."""
    return dict(getattr(field.field, "choices", ())).get(field.value(), field.value())
