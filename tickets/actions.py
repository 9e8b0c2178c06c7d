"""Everything a person or the clock does to a ticket. Verbs; one door, `_move`, through which a state changes.

Every action is one transaction: lock, ask, change, save, record. The clock is read once (`now`, an aware UTC datetime),
when the lock is held (for a report that of the year's numbers), so that entries stand in the order of time; then it is
passed on. What cannot be done raises one of three exceptions, each a sentence in Indonesian for the person: `Refused`
(not their right, or not now), `Conflict` (somebody was faster), `Incomplete` (the form lacks something).
A form's `token` makes a repeated post the same act: the second call changes nothing and returns what the first made.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, When
from django.utils import timezone
from django_fsm import has_transition_perm

from tickets import alike, history, limits, notifications, rules, tallies
from tickets.models import (
    Attachment,
    Document,
    Extension,
    FormToken,
    HistoryEntry,
    Hold,
    NumberSequence,
    ReportedTo,
    Rung,
    StepRun,
    Ticket,
    Unit,
    User,
)
from tickets.models.history import Action
from tickets.models.runs import LimitKind
from tickets.models.tickets import CLOSED_STATES, Channel, Impact
from tickets.words import when
from workflows import calendars, machine
from workflows.forms import asked, generated
from workflows.inputs import FilesField
from workflows.record import Answers, Record
from workflows.roles import Role
from workflows.sop import MENGIKUTI, SELESAI, Arrow, Origin, Sop, Step
from workflows.worktime import ZONE, Calendar

#: What an act may change about a ticket; all else stays as it was filed.
MOVED_FIELDS = (
    *("state", "round", "version", "given", "updated_at", "reopened_at", "closed_at", "confirm_by", "main"),
    "restricted",
)

#: How far away a day may be that somebody chooses for an extension or estimate.
MOST_DAYS_AHEAD = 366


class Refused(Exception):
    """Not this person's right, or not in this state."""


class Conflict(Refused):
    """Somebody else was faster; says who and when."""


class Incomplete(Exception):
    """The form lacks something; `errors` are sentences by field name (see `workflows.machine.field_name`)."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True)
class OnBehalfOf:
    """The person a report is filed for, and the channel by which it came. `account` is theirs, if they have one."""

    name: str
    unit: Unit | None = None
    contact: str = ""
    channel: str = Channel.SITE
    account: User | None = None


# Reporting


@transaction.atomic
def file_report(
    sop: Sop,
    *,
    by: User,
    title: str,
    description: str,
    answers: Answers,
    page_url: str = "",
    noticed_at: datetime | None = None,
    impact: str = Impact.ONE,
    on_behalf_of: OnBehalfOf | None = None,
    token: UUID | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Open a ticket on the first row of an SOP. `answers` hold the evidence, by artefact.

    Raises Refused when somebody other than the SOP's subkoordinator files for another, Incomplete without evidence.
    """
    sequence = locked_sequence(sop, timezone.localtime(now).year)  # the year it was sent in
    now = now or timezone.now()
    if earlier := _already_done(token, by=by):
        return earlier
    if on_behalf_of and not rules.may_file_for_others(by, sop):
        raise Refused(f"Hanya {sop.coordinators_called} yang dapat mencatat laporan atas nama orang lain.")
    if sentence := sop.evidence.enough and sop.evidence.enough(answers.get(sop.evidence.key, {})):
        raise Incomplete({machine.field_name(sop.evidence, next(iter(sop.evidence.fields))): sentence})

    reporter = on_behalf_of or OnBehalfOf(name=by.name, unit=by.unit, account=by)
    ticket = Ticket(
        number=_next_number(sequence),
        procedure=sop.procedure,
        sop_key=sop.key,
        state=sop.row(sop.first.no),
        title=title,
        description=description,
        page_url=page_url,
        noticed_at=noticed_at,
        impact=impact,
        given=dict(answers),
        reporter=reporter.account,
        reporter_name=reporter.name,
        reporter_contact=reporter.contact,
        unit=reporter.unit,
        filed_by=by,
        channel=reporter.channel,
        created_at=now,
        updated_at=now,
        tracking_code=tracking_code() if reporter.account is None else None,
    )
    ticket.search_text = search_text_of(ticket)
    ticket.save(force_insert=True)
    role = _coordinating_role(by, sop) if on_behalf_of else ""
    files = _new_files(sop, Record(), answers)
    body = {"answers": answers, "report": history.report_of(ticket), **_digests(files)}
    calendar = calendars.current()
    entry = _write(ticket, Action.FILE, by=by, now=now, role=role, from_state="", body=body, calendar=calendar)
    _attach(entry, files, by=by)
    _enter(ticket, calendar, now)
    _spend(token, ticket, by=by, now=now)
    return ticket


# Advancing


@transaction.atomic
def complete_step(
    ticket: Ticket,
    *,
    by: User,
    run: int,
    arrow: str = "",
    answers: Answers | None = None,
    reason: str = "",
    token: UUID | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Leave the row that `run` (a StepRun's pk) stands for by an arrow (`Arrow.key`; empty on automatic rows).

    Of the answers, those count that the row asks for. Acting on a task nobody has taken takes it. Raises Conflict when
    that run is over or in a colleague's hands, Refused to a wrong role, Incomplete when Kelengkapan, Output or a
    demanded reason is missing. What follows the ticket ends with it.
    """
    ticket = _locked(ticket)
    followers = _locked_followers(ticket)
    now = _instant(ticket, now)
    if _already_done(token, by=by):
        return ticket
    current = _own_run(ticket, by=by, expected=run, now=now)
    step = current.step
    if step.limit.kind == LimitKind.TENTATIVE and current.budget_minutes is None:
        raise Incomplete({"until": "Langkah ini tentatif. Silakan catat perkiraan selesai lebih dahulu."})
    given = answers or {}
    ticket.tied = tuple(follower.headline for follower in followers)
    record = ticket.record
    record = record.with_answers({a.key: given[a.key] for a in asked(step, record) if a.key in given})
    record = record.with_answers({**record.fresh, **generated(step, record)})
    chosen = step.follow(record) if step.automatic else step.arrow(arrow)
    if chosen is None:
        raise Incomplete({"arrow": "Silakan pilih tindakan."})
    if objections := machine.objections(ticket.sop, step, record, arrow=chosen, reason=reason):
        raise Incomplete(objections)

    new_files = _new_files(ticket.sop, ticket.record, record.fresh)
    ticket.fresh = dict(record.fresh)
    body = {"arrow": chosen.key, "label": chosen.label, "reason": reason.strip(), "answers": record.fresh}
    body |= _digests(new_files)
    entry = _move(
        ticket,
        Action.COMPLETE,
        chosen,
        by=by,
        now=now,
        role=step.performer,
        body=body,
        run=current,
        new_round=chosen.new_round,
    )
    _attach(entry, new_files, by=by)
    _report(current, step, now)
    for follower in followers:
        if chosen.ends:
            _follow(follower, entry, reason=reason.strip())
        else:
            notifications.pass_on(entry, follower)
    _spend(token, ticket, by=by, now=now)
    return ticket


@transaction.atomic
def confirm(ticket: Ticket, *, by: User, token: UUID | None = None, now: datetime | None = None) -> Ticket:
    """The reporter confirms that the fault is gone; the ticket is closed."""
    ticket = _locked(ticket)
    now = _instant(ticket, now)
    if _already_done(token, by=by):
        return ticket
    _refuse_unless_awaiting(ticket)
    _refuse_unless(rules.may_confirm(by, ticket), "Hanya pelapor yang dapat mengonfirmasi.")
    _move(ticket, Action.CONFIRM, by=by, now=now, body={})
    _spend(token, ticket, by=by, now=now)
    return ticket


@transaction.atomic
def reopen(ticket: Ticket, *, by: User, reason: str, token: UUID | None = None, now: datetime | None = None) -> Ticket:
    """Begin a new round at the row where the SOP takes a case up again. A reason is demanded."""
    ticket = _locked(ticket)
    now = _instant(ticket, now)
    if _already_done(token, by=by):
        return ticket
    _refuse_unless_awaiting(ticket)
    parties = f"pelapor atau {ticket.sop.coordinators_called}"
    _refuse_unless(rules.may_reopen(by, ticket), f"Hanya {parties} yang dapat membuka kembali.")
    if not reason.strip():
        raise Incomplete({"reason": "Silakan tuliskan mengapa gangguan belum selesai."})
    ticket.reopened_at = now
    ticket.documents.waiting().delete()  # there is nothing to report yet
    role = "" if ticket.is_reported_by(by) else _coordinating_role(by, ticket.sop)
    _move(ticket, Action.REOPEN, by=by, now=now, role=role, body={"reason": reason.strip()}, new_round=True)
    _spend(token, ticket, by=by, now=now)
    return ticket


@transaction.atomic
def lapse(ticket: Ticket, *, now: datetime | None = None) -> Ticket:
    """The clock closes a ticket whose reporter has not answered by `confirm_by` (W-9). Before, it does nothing."""
    ticket = _locked(ticket)
    now = _instant(ticket, now)
    if ticket.awaits_confirmation and ticket.confirm_by and ticket.confirm_by < now:
        _move(ticket, Action.LAPSE, by=None, now=now, body={"due": ticket.confirm_by.isoformat()})
    return ticket


# Reports of one fault (S-7): one is the main ticket, the others follow it and end as it ends


@transaction.atomic
def tie(
    ticket: Ticket, *, to: Ticket, by: User, run: int, token: UUID | None = None, now: datetime | None = None
) -> Ticket:
    """Let a report follow another of the same fault (*Gabungkan*); up to the row that makes the recap.

    Raises Refused to whoever does not coordinate the SOP and where the report is a main ticket itself, Conflict when
    the row is over or in a colleague's hands, Incomplete when `to` is no ticket that it can follow.
    """
    # A main ticket is locked before what follows it, whichever was filed first. So that nobody waits in a circle, ties
    # come one after the other, and none while the calendar changes, which locks tickets in the order of filing.
    calendars.lock()
    if Ticket.objects.filter(pk=to.pk, main=ticket, state=MENGIKUTI).exists():
        raise Incomplete({"main": f"{to.number} sudah mengikuti tiket ini."})
    main, ticket = _locked(to), _locked(ticket)
    now = _instant(ticket, now)
    if _already_done(token, by=by):
        return ticket
    current = _current_run(ticket, expected=run)
    called = ticket.sop.coordinators_called
    _refuse_unless(rules.coordinates(by, ticket), f"Hanya {called} yang dapat menggabungkan laporan.")
    _refuse_unless(ticket.state in ticket.sop.tying_rows, "Laporan pada langkah ini tidak dapat digabungkan lagi.")
    if not rules.may_tie(by, ticket, current):
        raise Conflict(_taken_by(current))
    if _locked_followers(ticket):
        raise Refused(f"{ticket.number} sendiri adalah tiket utama. Gabungkan {main.number} dengan tiket ini.")
    if objection := _cannot_lead(main, ticket):
        raise Incomplete({"main": objection})

    _end_what_ran_out(current, now=now)
    ticket.main = main
    arrow = Arrow(f"Digabungkan dengan {main.number}", to=MENGIKUTI, origin=Origin.IMPLIED)
    role, body = _coordinating_role(by, ticket.sop), {"main": main.number}
    _move(ticket, Action.TIE, arrow, by=by, now=now, role=role, body=body, run=current)
    _spend(token, ticket, by=by, now=now)
    return ticket


@transaction.atomic
def untie(ticket: Ticket, *, by: User, reason: str, token: UUID | None = None, now: datetime | None = None) -> Ticket:
    """Put a report that was wrongly tied back on the row it left (*Pisahkan*). A reason is demanded."""
    ticket = _locked(ticket)
    now = _instant(ticket, now)
    if _already_done(token, by=by):
        return ticket
    called = ticket.sop.coordinators_called
    _refuse_unless(rules.coordinates(by, ticket), f"Hanya {called} yang dapat memisahkan laporan.")
    _refuse_unless_following(ticket)
    if not reason.strip():
        raise Incomplete({"reason": "Silakan tuliskan mengapa laporan ini dipisahkan."})
    assert ticket.main is not None  # noqa: S101  # for the type checker: what follows has its main ticket
    body = {"main": ticket.main.number, "reason": reason.strip()}
    arrow = Arrow(f"Dipisahkan dari {ticket.main.number}", to=ticket.runs.latest("pk").row)
    ticket.main = None
    _move(ticket, Action.UNTIE, arrow, by=by, now=now, role=_coordinating_role(by, ticket.sop), body=body)
    _spend(token, ticket, by=by, now=now)
    return ticket


def _cannot_lead(main: Ticket, ticket: Ticket) -> str:
    """Why a ticket cannot be followed by another, as a sentence; empty if it can."""
    if main.pk == ticket.pk:
        return "Laporan tidak dapat digabungkan dengan dirinya sendiri."
    if main.sop_key != ticket.sop_key:
        return f"{main.number} mengikuti SOP yang lain. Silakan pilih laporan dari layanan yang sama."
    if main.restricted != ticket.restricted:
        incident = main if main.restricted else ticket
        return f"Hanya {incident.number} yang ditandai sebagai insiden keamanan. Tandai keduanya sebelum menggabungkan."
    if main.follows and main.main:
        return f"{main.number} sendiri mengikuti {main.main.number}. Gabungkan langsung dengan {main.main.number}."
    return "" if main.is_open else f"{main.number} tidak sedang diproses. Silakan pilih tiket yang masih berjalan."


def _locked_followers(ticket: Ticket) -> list[Ticket]:
    """What follows a locked ticket, locked after it."""
    if ticket.sop.recap is None:
        return []
    followers = Ticket.objects.select_for_update(of=("self",)).filter(main=ticket, state=MENGIKUTI)
    return list(followers.select_related("unit", "reporter").order_by("pk"))


def _follow(follower: Ticket, ended: HistoryEntry, *, reason: str) -> None:
    """Let what follows a ticket end as it ended, by the same person; what was found and done is its outcome too."""
    main = ended.ticket
    now = max(ended.at, follower.entries.latest("seq").at)
    follower.fresh = main.sop.shared(main.given)
    body = {"main": main.number, "left": ended.from_state, "reason": reason, "answers": follower.fresh}
    arrow = Arrow(f"Mengikuti {main.number}", to=main.state)
    _move(follower, Action.FOLLOW, arrow, by=ended.by, now=now, role=ended.role, body=body)


# Time: holds, extensions, estimates (DESIGN section 5). `until` is a working day; it means its close of business.


@transaction.atomic
def hold(
    ticket: Ticket,
    *,
    by: User,
    run: int,
    reason: str,
    until: date,
    note: str = "",
    token: UUID | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Stop the clock of the row (*Tunda*) up to a day at most HOLD_DAYS working days away; it ends by itself then.

    `reason` is a `Hold.Reason`. Raises Refused when the limit has passed or the row is on hold already, Incomplete when
    the day or the note does not fit.
    """
    ticket = _locked(ticket)
    now = _instant(ticket, now)
    if _already_done(token, by=by):
        return ticket
    current = _own_run(ticket, by=by, expected=run, now=now)
    _refuse_unless(
        _open_hold(current) is None, "Langkah ini sedang ditunda. Lanjutkan dahulu untuk menundanya kembali."
    )
    _refuse_if_passed(
        current, now, "Jam yang sudah lewat tidak dapat dihentikan. Tuliskan keadaannya sebagai komentar."
    )
    calendar = calendars.current()
    if reason == Hold.Reason.OTHER and not note.strip():
        raise Incomplete({"note": "Silakan tuliskan apa yang ditunggu."})
    ends_at = _close_of(until, calendar, after=now)
    if ends_at > calendar.close_of_nth_day(now, settings.HOLD_DAYS):
        raise Incomplete({"until": f"Penundaan paling lama {settings.HOLD_DAYS} hari kerja."})
    _take(current, by=by, now=now)
    Hold.objects.create(run=current, reason=reason, note=note.strip(), by=by, started_at=now, ends_at=ends_at)
    _reproject(current, calendar)
    body = {"kind": reason, "reason": note.strip(), "until": ends_at.isoformat(), **_due(current)}
    _write(ticket, Action.HOLD, by=by, now=now, role=current.step.performer, body=body)
    _spend(token, ticket, by=by, now=now)
    return ticket


@transaction.atomic
def resume(ticket: Ticket, *, by: User, run: int, now: datetime | None = None) -> Ticket:
    """Let the clock of the row go on before the hold runs out. Pressed once more, it does nothing."""
    ticket = _locked(ticket)
    now = _instant(ticket, now)
    current = _current_run(ticket, expected=run)
    parties = f"pelaksana dan {ticket.sop.coordinators_called}"
    _refuse_unless(rules.may_resume(by, ticket, current), f"Hanya {parties} yang dapat melanjutkan.")
    if held := _open_hold(current):
        _end_hold(held, current, by=by, now=now, role=_role_on(by, current))
    return ticket


@transaction.atomic
def end_hold(held: Hold, *, now: datetime | None = None) -> bool:
    """The clock ends a hold that has run out, at its own end. Says whether there was something to do."""
    ticket = _locked(held.run.ticket)
    now = _instant(ticket, now)
    current = ticket.runs.open().filter(pk=held.run_id).first()
    open_hold = _open_hold(current) if current else None
    if current is None or open_hold is None or open_hold.ends_at > now:
        return False
    current.ticket = ticket
    _end_hold(open_hold, current, by=None, now=now)
    return True


@transaction.atomic
def extend(
    ticket: Ticket,
    *,
    by: User,
    run: int,
    until: date,
    reason: str,
    token: UUID | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Give an extendable row more time (*sesuai kebutuhan*, W-6): before its limit only; Refused after it."""
    ticket = _locked(ticket)
    now = _instant(ticket, now)
    if _already_done(token, by=by):
        return ticket
    current = _own_run(ticket, by=by, expected=run, now=now)
    _refuse_unless(current.is_extendable, "Menurut SOP, batas waktu langkah ini tidak dapat diperpanjang.")
    _refuse_unless(_open_hold(current) is None, "Langkah ini sedang ditunda. Lanjutkan dahulu untuk memperpanjangnya.")
    _refuse_if_passed(current, now, "Perpanjangan diminta sebelum batas waktu; langkah ini tercatat terlambat.")
    assert current.due_at is not None  # noqa: S101  # for the type checker: what is extendable has a limit
    if not reason.strip():
        raise Incomplete({"reason": "Silakan tuliskan mengapa waktunya perlu diperpanjang."})
    calendar = calendars.current()
    ends_at = _close_of(until, calendar, after=now)
    if ends_at <= current.due_at:
        raise Incomplete({"until": f"Tenggat yang baru harus sesudah {when(current.due_at)}."})
    _set_time(current, ends_at, calendar, by=by, reason=reason, now=now)
    body = {"reason": reason.strip(), "until": ends_at.isoformat(), **_due(current)}
    _write(ticket, Action.EXTEND, by=by, now=now, role=current.step.performer, body=body)
    _spend(token, ticket, by=by, now=now)
    return ticket


@transaction.atomic
def estimate(
    ticket: Ticket,
    *,
    by: User,
    run: int,
    until: date,
    reason: str = "",
    token: UUID | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Say when a tentative row will be finished (W-7). A new estimate needs a reason; one that comes after the old has
    passed does not undo that."""
    ticket = _locked(ticket)
    now = _instant(ticket, now)
    if _already_done(token, by=by):
        return ticket
    current = _own_run(ticket, by=by, expected=run, now=now)
    is_tentative = current.limit_kind == LimitKind.TENTATIVE
    _refuse_unless(is_tentative, "Langkah ini memiliki batas waktu; perkiraan hanya untuk langkah tentatif.")
    _refuse_unless(_open_hold(current) is None, "Langkah ini sedang ditunda. Lanjutkan dahulu.")
    if current.due_at and not reason.strip():
        raise Incomplete({"reason": "Silakan tuliskan mengapa perkiraannya berubah."})
    calendar = calendars.current()
    ends_at = _close_of(until, calendar, after=now)
    _set_time(current, ends_at, calendar, by=by, reason=reason, now=now)
    body = {"reason": reason.strip(), "until": ends_at.isoformat(), **_due(current)}
    _write(ticket, Action.ESTIMATE, by=by, now=now, role=current.step.performer, body=body)
    _spend(token, ticket, by=by, now=now)
    return ticket


@transaction.atomic
def climb(run: StepRun, *, now: datetime | None = None) -> list[Rung]:
    """The clock climbs the rungs that an open run has come to: each once, in order, dated at its own instant.

    What is left already, or not due yet, is left alone: safe to call twice, late, and from many processes.
    """
    ticket = _locked(run.ticket)
    now = _instant(ticket, now)
    current = ticket.runs.open().filter(pk=run.pk, next_rung_at__lt=now).first()
    if current is None:
        return []
    current.ticket = ticket
    calendar, holds, behind = calendars.current(), list(current.holds.all()), limits.climbed_by(current)
    reached: list[Rung] = []
    while (due := limits.next_rung(current, calendar, holds, behind)) and due.at < now:
        rung = Rung.objects.create(run=current, kind=due.kind, nth=due.nth, at=due.at, noticed_at=now)
        behind.add((due.kind, due.nth))
        notifications.put_rung(rung)
        reached.append(rung)
    limits.project(current, calendar, holds=holds, climbed=behind)
    current.save(update_fields=limits.PROJECTED)
    return reached


@transaction.atomic
def reschedule(
    ticket: Ticket, *, by: User | None, reason: str, calendar: Calendar, now: datetime | None = None
) -> tuple[datetime, datetime] | None:
    """Move the open limit of a ticket to what a changed calendar makes of it; nothing if it stays. Says (from, to).

    Neither `updated_at` nor a verdict is touched; the history says why.
    """
    ticket = _locked(ticket)
    now = _instant(ticket, now)
    current = ticket.runs.open().first()
    if current is not None:
        current.ticket = ticket
        before, after = current.due_at, _reproject(current, calendar).due_at
    elif ticket.confirm_by:
        before, after = ticket.confirm_by, limits.confirm_by(history.asked().get(ticket=ticket).at, calendar)
        ticket.confirm_by = after
    else:
        return None
    if before is None or after is None or before == after:
        return None
    body = {"reason": reason, "from": before.isoformat(), "due": after.isoformat()}
    _write(ticket, Action.RESCHEDULE, by=by, now=now, body=body, internal=True)
    return before, after


# Who has the task. `run` (a StepRun's pk) says which row the person saw; Conflict when that row is over.


@transaction.atomic
def claim(ticket: Ticket, *, by: User, run: int | None = None, now: datetime | None = None) -> Ticket:
    """Take the task of the row the ticket stands on (*Ambil tugas*)."""
    ticket = _locked(ticket)
    now = _instant(ticket, now)
    current = _current_run(ticket, expected=run)
    _refuse_unless(rules.holds_the_row(by, ticket), f"Langkah ini dikerjakan oleh {current.step.performer.label}.")
    if current.performer_id == by.pk:
        return ticket
    if not rules.may_claim(by, ticket, current):
        raise Conflict(_taken_by(current))
    return _assign(ticket, current, by, Action.CLAIM, by=by, now=now, role=current.step.performer)


@transaction.atomic
def release(ticket: Ticket, *, by: User, run: int | None = None, now: datetime | None = None) -> Ticket:
    """Give the task back to the role (*Lepas tugas*). Pressed once more, it does nothing."""
    ticket = _locked(ticket)
    now = _instant(ticket, now)
    current = _current_run(ticket, expected=run)
    if _was_released_by(by, current):
        return ticket
    _refuse_unless(rules.may_release(by, ticket, current), "Tugas ini tidak sedang Anda pegang.")
    return _assign(ticket, current, None, Action.RELEASE, by=by, now=now, role=current.step.performer)


@transaction.atomic
def hand_over(ticket: Ticket, *, to: User, by: User, run: int | None = None, now: datetime | None = None) -> Ticket:
    """Give the task to another holder of the row's role; the subkoordinator of the SOP does."""
    ticket = _locked(ticket)
    now = _instant(ticket, now)
    current = _current_run(ticket, expected=run)
    may = rules.may_hand_over(by, ticket, current)
    _refuse_unless(may, f"Hanya {ticket.sop.coordinators_called} yang dapat menyerahkan tugas.")
    _refuse_unless(rules.holds_the_row(to, ticket), f"{to.name} tidak memegang peran {current.step.performer.label}.")
    if current.performer_id == to.pk:
        return ticket
    return _assign(ticket, current, to, Action.HAND_OVER, by=by, now=now, role=_coordinating_role(by, ticket.sop))


@transaction.atomic
def relieve(run: StepRun, *, to: User | None, by: User, now: datetime | None = None) -> Ticket:
    """Take a task out of the hands of somebody whose account was closed: into a colleague's, or back to the role.

    An administrator does. Raises Conflict when the row is over, Refused when it is in nobody's or in living hands.
    """
    ticket = _locked(run.ticket)
    now = _instant(ticket, now)
    current = _current_run(ticket, expected=run.pk)
    _refuse_unless(rules.may_relieve(by, current), "Tugas ini tidak di tangan orang yang akunnya sudah ditutup.")
    assert current.performer is not None  # noqa: S101  # for the type checker: the rule has just said so
    leaver = {"leaver": current.performer.name, "leaver_pk": current.performer.pk}
    if to is None:
        return _assign(ticket, current, None, Action.RELEASE, by=by, now=now, body=leaver)
    _refuse_unless(rules.holds_the_row(to, ticket), f"{to.name} tidak memegang peran {current.step.performer.label}.")
    return _assign(ticket, current, to, Action.HAND_OVER, by=by, now=now, body=leaver)


# Saying


@transaction.atomic
def comment(
    ticket: Ticket,
    *,
    by: User,
    text: str,
    files: list[str] | None = None,
    internal: bool = False,
    token: UUID | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Add a comment, with uploads by their keys. What is internal is never shown to the reporter."""
    ticket = _locked(ticket)
    now = _instant(ticket, now)
    if _already_done(token, by=by):
        return ticket
    _refuse_unless(rules.may_comment(by, ticket), "Anda tidak dapat menulis komentar pada tiket ini.")
    _refuse_unless(not internal or rules.takes_part(by, ticket), "Catatan internal hanya untuk pelaksana.")
    body = {"text": text, "files": files or [], **_digests(files or [])}
    entry = _write(ticket, Action.COMMENT, by=by, now=now, body=body, internal=internal)
    _attach(entry, files or [], by=by)
    if ticket.is_open and ticket.is_reported_by(by) and not internal:
        _hear_the_reporter(ticket, by=by, now=now)
    _spend(token, ticket, by=by, now=now)
    return ticket


@transaction.atomic
def acknowledge(reported: ReportedTo, *, by: User, now: datetime | None = None) -> ReportedTo:
    """Mark something reported to one's role as *Diketahui*. Once; who was first stays."""
    ticket = _locked(reported.ticket)
    now = _instant(ticket, now)
    reported = ReportedTo.objects.select_related("run").get(pk=reported.pk)
    _refuse_unless(by.holds(reported.role, ticket.procedure), "Laporan ini tidak ditujukan kepada peran Anda.")
    if reported.acknowledged_at is None:
        reported.acknowledged_at, reported.acknowledged_by = now, by
        reported.save(update_fields=["acknowledged_at", "acknowledged_by"])
        body = {"row": reported.run.row, "round": reported.run.round}
        _write(ticket, Action.ACKNOWLEDGE, by=by, now=now, role=reported.role, body=body, internal=True)
    return reported


# Security incidents (DESIGN section 7): from then on known only to who holds a role in the SOP; no state changes


@transaction.atomic
def restrict(
    ticket: Ticket, *, by: User, reason: str, token: UUID | None = None, now: datetime | None = None
) -> Ticket:
    """Mark a ticket as *insiden keamanan*: its reporter no longer sees it. A reason is demanded.

    Reports that are tied together are of one fault, and marked together. Pressed once more, it does nothing.
    """
    group = _locked_with_tied(ticket)
    ticket, now = group[0], _instant(group[0], now)
    if _already_done(token, by=by) or (ticket.restricted and rules.takes_part(by, ticket)):
        return ticket
    _refuse_unless(rules.may_restrict(by, ticket), "Hanya pemegang peran SOP ini yang dapat menandai insiden keamanan.")
    if not reason.strip():
        raise Incomplete({"reason": "Silakan tuliskan mengapa laporan ini insiden keamanan."})
    _mark(group, Action.RESTRICT, restricted=True, by=by, reason=reason, now=now)
    _spend(token, ticket, by=by, now=now)
    return ticket


@transaction.atomic
def unrestrict(
    ticket: Ticket, *, by: User, reason: str, token: UUID | None = None, now: datetime | None = None
) -> Ticket:
    """Take the mark away, from what is tied to the ticket too: reporters see their reports again, and of what happened
    in between what reporters see."""
    group = _locked_with_tied(ticket)
    ticket, now = group[0], _instant(group[0], now)
    if _already_done(token, by=by) or (not ticket.restricted and rules.takes_part(by, ticket)):
        return ticket
    may = rules.may_unrestrict(by, ticket)
    parties = f"{ticket.sop.coordinators_called} dan {Role.KEPALA_BIDANG_APTIKA.label}"
    _refuse_unless(may, f"Hanya {parties} yang dapat mencabut tanda insiden keamanan.")
    if not reason.strip():
        raise Incomplete({"reason": "Silakan tuliskan mengapa laporan ini bukan insiden keamanan."})
    _mark(group, Action.UNRESTRICT, restricted=False, by=by, reason=reason, now=now)
    _spend(token, ticket, by=by, now=now)
    return ticket


def _locked_with_tied(ticket: Ticket) -> list[Ticket]:
    """A ticket, and all that was ever tied to it or with it: main tickets are locked before what follows them."""
    calendars.lock()  # nothing is tied meanwhile; see `tie`
    tied = alike.tied_with(ticket)
    follows = Case(When(state=MENGIKUTI, then=1), default=0)
    locked = {one.pk: one for one in Ticket.objects.select_for_update().filter(pk__in=tied).order_by(follows, "pk")}
    if alike.tied_with(ticket) != tied:
        raise Conflict("Laporan yang terkait baru saja dipisahkan. Silakan periksa, lalu ulangi.")
    return [locked.pop(ticket.pk), *locked.values()]


def _mark(group: list[Ticket], action: Action, *, restricted: bool, by: User, reason: str, now: datetime) -> None:
    """Mark tickets, or take the mark away: the first on its own account, the others along with it."""
    asked = group[0]
    role = next(role for role in Role if by.holds(role, asked.procedure))
    for ticket in group:
        if ticket.restricted == restricted:
            continue
        ticket.restricted = restricted
        body = {"reason": reason.strip()} | ({} if ticket is asked else {"along": asked.number})
        at = max(now, ticket.entries.latest("seq").at)
        _write(ticket, action, by=by, now=at, role=role, body=body, internal=True)


# The door


def _locked(ticket: Ticket) -> Ticket:
    """The ticket as it stands now, with its reporter and OPD; its row is locked until the transaction ends."""
    return Ticket.objects.select_for_update(of=("self",)).select_related("reporter", "unit").get(pk=ticket.pk)


def _instant(ticket: Ticket, now: datetime | None) -> datetime:
    """The instant of an act on a locked ticket: `now`, else the clock, but never before the ticket's last act."""
    if now is not None:
        return now
    last = ticket.entries.order_by("-seq").values_list("at", "hash").first()
    if last is None:
        return timezone.now()
    ticket.last_hash = last[1]
    return max(timezone.now(), last[0])


def _move(
    ticket: Ticket,
    action: Action,
    *arguments: Arrow,
    by: User | None,
    now: datetime,
    body: dict[str, Any],
    role: str = "",
    run: StepRun | None = None,
    new_round: bool = False,
) -> HistoryEntry:
    """The one door through which a ticket changes state. The caller holds the lock and has asked the rules.

    Lets django-fsm perform the transition of the same name, closes the run that is left with its verdict, writes one
    history entry (and by it the notices) and opens the next run with its limit, or orders the closing report.
    """
    perform = getattr(ticket, action.value)
    if not has_transition_perm(perform, by or AnonymousUser()):  # the clock has no role
        raise Refused("Tindakan ini tidak tersedia bagi Anda pada langkah ini.")
    from_state = ticket.state
    perform(*arguments)
    ticket.given, ticket.fresh = {**ticket.given, **ticket.fresh}, {}
    calendar = calendars.current()
    if run is not None and by is not None:
        _leave(run, arguments[0], calendar, by=by, now=now)
        body = body | {"verdict": history.verdict_of(run)}
    if new_round:
        begin_round(ticket)
    ticket.closed_at = now if ticket.state in CLOSED_STATES else None
    ticket.confirm_by = limits.confirm_by(now, calendar) if ticket.awaits_confirmation else None
    entry = _write(ticket, action, by=by, now=now, role=role, from_state=from_state, body=body, calendar=calendar)
    if ticket.is_open:
        _enter(ticket, calendar, now)
    if ticket.state == SELESAI and ticket.sop.reports_on_closing:
        issued = ticket.documents.filter(kind=Document.Kind.COMPLETION)
        issued.create(kind=Document.Kind.COMPLETION, ticket=ticket, issue=issued.next_issue(), ordered_at=now)
    return entry


def _write(
    ticket: Ticket,
    action: Action,
    *,
    by: User | None,
    now: datetime,
    body: dict[str, Any],
    role: str = "",
    from_state: str | None = None,
    internal: bool = False,
    calendar: Calendar | None = None,
) -> HistoryEntry:
    """One history entry, the ticket saved with it, and the notices it gives rise to.

    What is internal moves no date that a reporter reads. Nobody as `by` is the clock. `calendar` is the present one,
    where the act has read it.
    """
    assignment = by.assignment_for(role, ticket.procedure) if by and role else None
    entry = history.append(
        ticket,
        at=now,
        by=by,
        role=role,
        acting_for=assignment.substitute_for if assignment else None,
        action=action,
        from_state=ticket.state if from_state is None else from_state,
        internal=internal,
        body=body,
    )
    ticket.updated_at = ticket.updated_at if internal else now
    ticket.save(update_fields=MOVED_FIELDS)
    notifications.put(entry, calendar=calendar)
    return entry


def begin_round(ticket: Ticket) -> None:
    """Count a further round. What the rows from here on gave in the one before is history, no longer the record."""
    assert ticket.step is not None  # noqa: S101  # for the type checker: a round begins at a row
    outdated = ticket.sop.outdated_from(ticket.step.no)
    ticket.round += 1
    ticket.given = {key: values for key, values in ticket.given.items() if key not in outdated}


def _enter(ticket: Ticket, calendar: Calendar, now: datetime) -> None:
    """Open the run of the row that the ticket has come to."""
    assert ticket.step is not None  # noqa: S101  # for the type checker: callers ask `is_open` first
    run = StepRun(ticket=ticket, row=ticket.step.no, round=ticket.round, role=ticket.step.performer, entered_at=now)
    limits.arm(run, calendar)
    run.save(force_insert=True)


def _leave(run: StepRun, arrow: Arrow, calendar: Calendar, *, by: User, now: datetime) -> None:
    """Close a run with the arrow taken; who acts on a task that nobody had is its performer."""
    if run.performer_id is None:
        run.performer, run.claimed_at = by, now
    run.left_at, run.arrow, run.arrow_label = now, arrow.key, arrow.label
    run.is_deviation = arrow.origin is Origin.PROPOSED
    holds, climbed = list(run.holds.all()), limits.climbed_by(run)
    for held in holds:
        if held.ended_at is None:
            _cut_short(held, by=by, now=now)
    limits.close(run, calendar, holds=holds, extensions=run.extensions.all(), climbed=climbed)
    run.save()
    tallies.count(run)
    if climbed:
        notifications.cancel_warnings(run, now=now)
    run.ticket.__dict__.pop("rows_done", None)  # one more now


def _assign(
    ticket: Ticket,
    run: StepRun,
    to: User | None,
    action: Action,
    *,
    by: User,
    now: datetime,
    role: str = "",
    body: Mapping[str, Any] | None = None,
) -> Ticket:
    """Put the task of a run into somebody's hands, or back to the role. `body` is what else there is to say."""
    if to is not None:
        _refuse_if_gone(to)
    run.performer, run.claimed_at = to, now if to else None
    run.save(update_fields=["performer", "claimed_at"])
    person = {"person": to.pk, "name": to.name} if to and to != by else {}
    _write(ticket, action, by=by, now=now, role=role, body={**(body or {}), **person})
    return ticket


def _coordinating_role(person: User, sop: Sop) -> Role:
    """The role by which a person coordinates an SOP; the caller knows that they do."""
    return next(role for role in sop.coordinators if person.holds(role, sop.procedure))


def _report(run: StepRun, step: Step, now: datetime) -> None:
    """ "Dilaporkan ke": an entry in the *Laporan masuk* of each role that the row names."""
    roles = dict.fromkeys((*step.report_to, *step.also_inform))
    ReportedTo.objects.bulk_create(ReportedTo(ticket=run.ticket, run=run, role=role, told_at=now) for role in roles)


# Time


def _own_run(ticket: Ticket, *, by: User, expected: int, now: datetime) -> StepRun:
    """The open run for whoever may act on it, Conflict or Refused for others. A hold of it that ran out has ended."""
    current = _current_run(ticket, expected=expected)
    _refuse_unless(rules.holds_the_row(by, ticket), f"Langkah ini dikerjakan oleh {current.step.performer.label}.")
    if not rules.may_complete(by, ticket, current):
        raise Conflict(_taken_by(current))
    _end_what_ran_out(current, now=now)
    return current


def _refuse_if_passed(run: StepRun, now: datetime, consequence: str) -> None:
    if run.due_at is not None and now >= run.due_at:
        raise Refused(f"Batas waktu langkah ini sudah lewat pada {when(run.due_at)}. {consequence}")


def _take(run: StepRun, *, by: User, now: datetime) -> None:
    """Who sets the time of a task that nobody had, has it."""
    if run.performer_id is None:
        _refuse_if_gone(by)
        run.performer, run.claimed_at = by, now
        run.save(update_fields=["performer", "claimed_at"])


def _close_of(day: date, calendar: Calendar, *, after: datetime) -> datetime:
    """The close of business of a day that somebody chose. Raises Incomplete when it is none, or past, or far away."""
    if (day - after.astimezone(ZONE).date()).days > MOST_DAYS_AHEAD:
        raise Incomplete({"until": "Tanggal ini lebih dari satu tahun lagi. Silakan periksa."})
    close = calendar.close_of_day(day)
    if close is None:
        raise Incomplete({"until": "Tanggal ini bukan hari kerja. Silakan pilih hari kerja."})
    if close <= after:
        raise Incomplete({"until": "Jam kerja pada tanggal ini sudah lewat. Silakan pilih hari sesudahnya."})
    return close


def _set_time(run: StepRun, until: datetime, calendar: Calendar, *, by: User, reason: str, now: datetime) -> None:
    """Put down an extension or estimate, and let the run be due then."""
    _take(run, by=by, now=now)
    minutes = limits.added_by(run, until, calendar, list(run.holds.all()))
    Extension.objects.create(
        run=run, by=by, at=now, reason=reason.strip(), from_due=run.due_at, until=until, minutes=minutes
    )
    if run.budget_minutes is None:
        run.budget_minutes = minutes
    else:
        run.extra_minutes += minutes
    _reproject(run, calendar)


def _reproject(run: StepRun, calendar: Calendar) -> StepRun:
    """Work out the due time of an open run anew, and save it."""
    limits.project(run, calendar, holds=list(run.holds.all()), climbed=limits.climbed_by(run))
    run.save(update_fields=["budget_minutes", "extra_minutes", *limits.PROJECTED])
    return run


def _due(run: StepRun) -> dict[str, str]:
    """What an entry says of the limit it leaves behind."""
    return {"due": run.due_at.isoformat()} if run.due_at else {}


def _open_hold(run: StepRun) -> Hold | None:
    return None if run.is_held is False else run.holds.filter(ended_at=None).first()


def _cut_short(held: Hold, *, by: User | None, now: datetime) -> None:
    """End a hold: now, or when it has run out already, at its own end and by nobody."""
    if held.ends_at > now:
        held.ends_at, held.ended_by = now, by
    held.ended_at = held.ends_at
    held.save(update_fields=["ends_at", "ended_at", "ended_by"])


def _end_hold(held: Hold, run: StepRun, *, by: User | None, now: datetime, role: str = "") -> None:
    """Let the clock of a run go on, and say so. What has run out already was ended by nobody."""
    if held.ends_at <= now:
        by, role = None, ""
    _cut_short(held, by=by, now=now)
    _reproject(run, calendars.current())
    body = {"kind": held.reason, "resumes": held.ends_at.isoformat(), **_due(run)}
    _write(run.ticket, Action.RESUME, by=by, now=now, role=role, body=body)


def _end_what_ran_out(run: StepRun, *, now: datetime) -> None:
    """Before an act on a run: its hold ends by itself even where the sweep has not been yet."""
    held = _open_hold(run)
    if held and held.ends_at <= now:
        _end_hold(held, run, by=None, now=now)


def _hear_the_reporter(ticket: Ticket, *, by: User, now: datetime) -> None:
    """What the reporter says ends a hold that waited for it."""
    current = _current_run(ticket)
    held = _open_hold(current)
    if held and held.reason == Hold.Reason.REPORTER:
        _end_hold(held, current, by=by, now=now)


def _role_on(person: User, run: StepRun) -> str:
    """The role by which somebody acts on a run: the row's, else that of its subkoordinator."""
    if person.holds(run.step.performer, run.ticket.procedure):
        return run.step.performer
    return _coordinating_role(person, run.ticket.sop)


# What stands in the way


def _refuse_unless(allowed: bool, sentence: str) -> None:
    if not allowed:
        raise Refused(sentence)


def _refuse_if_gone(person: User) -> None:
    """Nobody is given a task whose account is closed, or is just being closed: `leaving.leave` writes the person's row
    before it looks for their tasks, and this waits for it."""
    still_there = User.objects.select_for_update(no_key=True).filter(pk=person.pk, is_active=True).first()
    _refuse_unless(still_there is not None, f"Akun {person.name} sudah dinonaktifkan.")


def _refuse_unless_awaiting(ticket: Ticket) -> None:
    """Who was faster to confirm or reopen is named."""
    if not ticket.awaits_confirmation:
        last = (
            ticket.entries.filter(action__in=(Action.CONFIRM, Action.REOPEN, Action.LAPSE)).select_related("by").last()
        )
        if last is None:
            raise Refused("Tiket ini belum menunggu konfirmasi.")
        if last.by is None:
            raise Conflict(f"Tiket ini sudah ditutup pada {when(last.at)} karena tidak ada jawaban.")
        done = "dikonfirmasi selesai" if last.action == Action.CONFIRM else "dibuka kembali"
        raise Conflict(f"Tiket ini sudah {done} oleh {last.by.name} pada {when(last.at)}.")


def _refuse_unless_following(ticket: Ticket) -> None:
    """Who was faster to untie, or to end the work, is named."""
    if not ticket.follows:
        ends = ticket.entries.filter(action__in=(Action.UNTIE, Action.FOLLOW)).select_related("by")
        last = ends.last()
        if last is None or last.by is None:
            raise Refused("Laporan ini tidak mengikuti tiket lain.")
        if last.action == Action.UNTIE:
            raise Conflict(f"Laporan ini sudah dipisahkan oleh {last.by.name} pada {when(last.at)}.")
        raise Conflict(f"Pekerjaan tiket utama sudah diakhiri oleh {last.by.name} pada {when(last.at)}.")


def _current_run(ticket: Ticket, *, expected: int | None = None) -> StepRun:
    """The open run; Conflict when it is not the expected one, saying who was first and when."""
    held = Exists(Hold.objects.filter(run=OuterRef("pk"), ended_at=None))
    runs = list(ticket.runs.select_related("performer").annotate(is_held=held))  # type: ignore[no-redef]  # it says so
    ticket.rows_done = ticket.done_among(runs)
    current = next((run for run in runs if run.left_at is None), None)
    if current is not None and expected in (None, current.pk):
        current.ticket = ticket
        return current
    done = next((run for run in reversed(runs) if run.left_at and expected in (None, run.pk)), None)
    if done is None or done.performer is None or done.left_at is None:
        raise Refused("Tiket ini tidak sedang berada pada langkah tersebut.")
    raise Conflict(
        f"Langkah {done.row} sudah diselesaikan lebih dahulu oleh {done.performer.name} pada {when(done.left_at)}."
    )


def _was_released_by(person: User, run: StepRun) -> bool:
    """Whether the task is free because this person gave it back."""
    if run.performer_id is not None:
        return False
    last = run.ticket.entries.exclude(
        action__in=(Action.COMMENT, Action.ACKNOWLEDGE, Action.RESCHEDULE, Action.RESUME)
    ).last()
    return last is not None and last.action == Action.RELEASE and last.by_id == person.pk


def _taken_by(run: StepRun) -> str:
    """Who has the task, since when."""
    assert run.performer and run.claimed_at  # noqa: PT018, S101  # for the type checker: callers know the task is taken
    return f"Tugas ini sudah diambil {run.performer.name} pada {when(run.claimed_at)}."


# Numbers, tokens, files


def locked_sequence(sop: Sop, year: int) -> NumberSequence:
    """The numbers of a year in WIB, locked: whoever files next waits, and then sees what was filed."""
    return NumberSequence.objects.select_for_update().get_or_create(prefix=sop.prefix, year=year)[0]


def _next_number(sequence: NumberSequence) -> str:
    """Take the next number: gapless, since it is taken in the transaction of its ticket."""
    number = count_up(sequence)
    sequence.save(update_fields=["last"])
    return number


def count_up(sequence: NumberSequence) -> str:
    """The next number: `WEB-2026-0001`. The caller saves the sequence."""
    sequence.last += 1
    return f"{sequence.prefix}-{sequence.year}-{sequence.last:04d}"


def tracking_code() -> str | None:
    """256 random bits by which a report is followed; None where the office switched that off."""
    return secrets.token_urlsafe(32) if settings.TRACKING else None


def search_text_of(ticket: Ticket) -> str:
    """What a search finds a ticket by."""
    unit = ticket.unit.short_name if ticket.unit else ""
    return " ".join((ticket.number, ticket.title, ticket.description, ticket.reporter_name, unit)).lower()


def _already_done(token: UUID | None, *, by: User) -> Ticket | None:
    """The ticket that a form with this token was sent for before."""
    used = FormToken.objects.filter(token=token, person=by).select_related("ticket").first() if token else None
    return used.ticket if used else None


def _spend(token: UUID | None, ticket: Ticket, *, by: User, now: datetime) -> None:
    """Mark the token as used, in the transaction of the act."""
    if token:
        FormToken.objects.create(token=token, person=by, ticket=ticket, used_at=now)


def _new_files(sop: Sop, known: Record, answers: Answers) -> list[str]:
    """The keys of uploads in these answers that are not on record yet."""
    keys: list[str] = []
    for artefact in sop.artefacts():
        for question, declared in artefact.fields.items():
            if isinstance(declared, FilesField):
                before = set(known.value(artefact.key, question) or ())
                keys += [key for key in answers.get(artefact.key, {}).get(question) or () if key not in before]
    return keys


def _digests(keys: list[str]) -> dict[str, dict[str, str]]:
    """What an entry's body says of the uploads it attaches, so that the chain covers what was in them."""
    if not keys:
        return {}
    return {"files_sha256": dict(Attachment.objects.filter(key__in=keys).values_list("key", "sha256"))}


def _attach(entry: HistoryEntry, keys: list[str], *, by: User) -> None:
    """Make a person's uploads part of an act. Refused when one is gone, another's, or attached already."""
    if not keys:
        return
    uploads = Attachment.objects.filter(key__in=keys, uploaded_by=by, ticket=None)
    if uploads.update(ticket=entry.ticket, entry=entry) != len(set(keys)):
        raise Refused("Sebagian berkas sudah tidak tersedia. Silakan unggah kembali berkas tersebut.")
