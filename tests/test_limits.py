"""Limits in the ledger: what each row is given, how it stands, what holds, extensions and estimates make of it.

In November 2026 the 17th is a Tuesday; hours are 07.30–12.00 and 13.00–16.00, on Fridays 07.30–12.00 and 13.30–16.30.
"""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import advance, person, report, walk
from tests.timekeeping import LINK, WHY, Case, close_days, said, wib
from tickets import actions, history, limits
from tickets.limits import Band
from tickets.models import Extension, FormToken, Hold, RoleAssignment, Rung, StepRun, Ticket
from tickets.models.history import Action
from tickets.models.runs import LimitKind, Verdict
from workflows import calendars, sops
from workflows.roles import Role
from workflows.sop import END, MENUNGGU_KONFIRMASI, SELESAI

REPORTER, THIRD_PARTY = Hold.Reason.REPORTER, Hold.Reason.THIRD_PARTY

pytestmark = pytest.mark.django_db


# What a row is given on arrival

FIFTEEN_MINUTES = {
    "within the hours": ("2026-11-17 10.00", "2026-11-17 10.15"),
    "to the second": ("2026-11-17 10.00.07", "2026-11-17 10.15.07"),
    "over lunch": ("2026-11-17 11.50", "2026-11-17 13.05"),
    "at lunch": ("2026-11-17 12.30", "2026-11-17 13.15"),
    "up to the close": ("2026-11-17 15.45", "2026-11-17 16.00"),
    "over the close": ("2026-11-17 15.50", "2026-11-18 07.35"),
    "at the close": ("2026-11-17 16.00", "2026-11-18 07.45"),
    "in the evening": ("2026-11-17 20.00", "2026-11-18 07.45"),
    "before opening": ("2026-11-17 05.00", "2026-11-17 07.45"),
    "over lunch on a Friday": ("2026-11-20 11.50", "2026-11-20 13.35"),
    "over the weekend": ("2026-11-20 16.20", "2026-11-23 07.35"),
    "on a Saturday": ("2026-11-21 10.00", "2026-11-23 07.45"),
    "over the end of the year": ("2026-12-31 15.50", "2027-01-01 07.35"),
    "in Ramadan": ("2026-02-19 14.50", "2026-02-20 08.05"),
    "over lunch in Ramadan": ("2026-02-19 11.50", "2026-02-19 12.35"),
    "over lunch on a Friday in Ramadan": ("2026-02-20 11.50", "2026-02-20 13.05"),
    "into Ramadan": ("2026-02-18 15.50", "2026-02-19 08.05"),
    "out of Ramadan": ("2026-03-20 15.20", "2026-03-23 07.35"),
}


@pytest.mark.parametrize(("arrived", "due"), FIFTEEN_MINUTES.values(), ids=FIFTEEN_MINUTES)
def test_fifteen_minutes_run_through_working_time_only(cast, arrived, due):
    case = Case(cast, "website", 2, arrived)

    assert (case.due, case.run.budget_minutes) == (due, 15)


DAYS = {
    "one day": ("spj_online", 2, "2026-11-17 10.00", "2026-11-18 16.00", 450 + 300),
    "one day from the opening": ("spj_online", 2, "2026-11-17 07.30", "2026-11-18 16.00", 900),
    "one day from the close": ("spj_online", 2, "2026-11-17 15.59.59", "2026-11-18 16.00", 450 + 1 / 60),
    "one day to a Friday": ("spj_online", 2, "2026-11-19 10.00", "2026-11-20 16.30", 450 + 300),
    "one day over the weekend": ("spj_online", 2, "2026-11-20 10.00", "2026-11-23 16.00", 450 + 300),
    "one day from the evening": ("spj_online", 2, "2026-11-17 20.00", "2026-11-19 16.00", 900),
    "one day from a Saturday": ("spj_online", 2, "2026-11-21 10.00", "2026-11-24 16.00", 900),
    "one day on the first row": ("spj_online", 1, "2026-11-17 10.00", "2026-11-18 16.00", 450 + 300),
    "one day in Ramadan": ("spj_online", 2, "2026-02-24 10.00", "2026-02-25 15.00", 390 + 270),
    "one day to a Friday in Ramadan": ("spj_online", 2, "2026-02-26 10.00", "2026-02-27 15.30", 390 + 270),
    "one day into Ramadan": ("spj_online", 2, "2026-02-18 10.00", "2026-02-19 15.00", 390 + 300),
    "two days of coding": ("website", 4, "2026-11-17 10.00", "2026-11-19 16.00", 900 + 300),
    "two days of coordination": ("website", 6, "2026-11-19 10.00", "2026-11-23 16.00", 900 + 300),
    "three days": ("spj_online", 3, "2026-11-17 10.00", "2026-11-20 16.30", 1350 + 300),
}


@pytest.mark.parametrize(("procedure", "row", "arrived", "due", "minutes"), DAYS.values(), ids=DAYS)
def test_days_end_with_the_nth_working_day_after_the_day_of_arrival(cast, procedure, row, arrived, due, minutes):
    case = Case(cast, procedure, row, arrived)

    assert case.due == due
    assert case.run.budget_minutes == pytest.approx(minutes, abs=1e-9)


def test_closed_days_do_not_count(cast):
    close_days("2026-12-24", "2026-12-25")

    assert Case(cast, "spj_online", 2, "2026-12-23 10.00").due == "2026-12-28 16.00"
    assert Case(cast, "website", 2, "2026-12-23 15.50").due == "2026-12-28 07.35"


def test_a_blank_limit_is_measured_and_never_late(cast):
    case = Case(cast, "website", 1, "2026-11-17 10.00")

    rungs = case.tick("2027-03-01 10.00")
    run = case.leave("2027-03-01 10.00", to=2)

    assert (case.due, rungs) == (None, [])
    assert (run.limit_kind, run.verdict, run.late_minutes) == (LimitKind.NONE, Verdict.NO_LIMIT, None)
    assert run.worked_minutes == calendars.current().between(wib("2026-11-17 10.00"), wib("2027-03-01 10.00"))


@pytest.mark.parametrize("sop", sops.all_sops().values(), ids=lambda sop: sop.key)
def test_every_row_of_both_sops_is_armed_with_its_own_limit(cast, sop):
    ticket = report(sop.procedure, by=cast.reporter)
    for step in sop.steps[1:]:
        ticket = advance(ticket, cast, step.no, penyebab="keduanya")

    armed = {run.row: (run.limit_kind, run.limit_amount, run.is_extendable) for run in ticket.runs.all()}

    assert armed == {step.no: (step.limit.kind, step.limit.amount, step.limit.extendable) for step in sop.steps}
    assert {kind for kind, *_ in armed.values()} <= set(LimitKind)


# How it was kept

KEPT = {
    "a second before": ("10.14.59", Verdict.ON_TIME, None),
    "exactly": ("10.15", Verdict.ON_TIME, None),
    "a second after": ("10.15.01", Verdict.LATE, 1 / 60),
    "after lunch": ("13.00", Verdict.LATE, 105),
    "long after the close": ("23.59.59", Verdict.LATE, 105 + 180),
    "at once": ("10.00", Verdict.ON_TIME, None),
}


@pytest.mark.parametrize(("at", "verdict", "late"), KEPT.values(), ids=KEPT)
def test_a_row_is_late_after_its_limit_and_not_at_it(cast, at, verdict, late):
    run = Case(cast, "website", 2, "2026-11-17 10.00").leave(f"2026-11-17 {at}")

    assert (run.verdict, run.late_minutes) == (verdict, late and pytest.approx(late))
    assert (run.due_at, run.next_rung_at) == (wib("2026-11-17 10.15"), None)


def test_a_limit_at_the_close_is_kept_at_the_close_and_late_in_the_evening_by_no_working_time(cast):
    kept = Case(cast, "website", 2, "2026-11-17 15.45").leave("2026-11-17 16.00")
    late = Case(cast, "website", 2, "2026-11-17 15.45").leave("2026-11-17 16.00.01")
    next_day = Case(cast, "website", 2, "2026-11-17 15.45").leave("2026-11-18 07.31")

    assert [(run.verdict, run.late_minutes) for run in (kept, late, next_day)] == [
        (Verdict.ON_TIME, None),
        (Verdict.LATE, 0),
        (Verdict.LATE, 1),
    ]


EXTENDED = {
    "before the first limit": ("2026-11-19 15.59.59", Verdict.ON_TIME, None),
    "at the first limit": ("2026-11-19 16.00", Verdict.ON_TIME, None),
    "after the first limit": ("2026-11-19 16.00.01", Verdict.EXTENDED, None),
    "at the second limit": ("2026-11-20 16.30", Verdict.EXTENDED, None),
    "after the second limit": ("2026-11-20 16.30.01", Verdict.LATE, 0),
    "the week after": ("2026-11-23 08.00", Verdict.LATE, 30),
}


@pytest.mark.parametrize(("at", "verdict", "late"), EXTENDED.values(), ids=EXTENDED)
def test_an_extension_counts_only_if_it_was_needed(cast, at, verdict, late):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    case.extend("2026-11-18 09.00", until="2026-11-20")

    run = case.leave(at)

    assert (run.verdict, run.late_minutes) == (verdict, late)


def test_what_the_sweep_has_called_late_is_never_on_time(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.tick("2026-11-17 10.15.01")

    run = case.leave("2026-11-17 10.15")  # a machine whose clock is a second behind

    assert (run.verdict, run.late_minutes) == (Verdict.LATE, 0)


# Holds: PEERS rule 4


def test_held_and_then_done_the_hold_ends_with_the_row(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18")

    run = case.leave("2026-11-17 14.00")

    assert (run.verdict, run.worked_minutes, run.held_minutes) == (Verdict.ON_TIME, 5, 115 + 60)
    assert case.holds == [("2026-11-17 10.05", "2026-11-17 14.00", "Rina Marlina")]
    assert said(run.due_at) == "2026-11-17 14.10"


def test_held_twice_at_once_is_refused(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18")

    with pytest.raises(actions.Refused, match="sedang ditunda"):
        case.hold("2026-11-17 10.06", until="2026-11-19")

    assert len(case.holds) == 1


def test_held_again_after_it_went_on(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18")
    case.resume("2026-11-17 10.20")
    case.hold("2026-11-17 10.22", until="2026-11-18")
    case.resume("2026-11-17 10.52")

    run = case.leave("2026-11-17 11.00")

    assert case.due == "2026-11-17 11.00"
    assert (run.verdict, run.worked_minutes, run.held_minutes) == (Verdict.ON_TIME, 15, 45)


def test_held_over_a_weekend_only_working_time_moves_the_limit(cast):
    case = Case(cast, "website", 2, "2026-11-20 16.20")  # ten minutes are left of Friday
    case.hold("2026-11-20 16.25", until="2026-11-23")
    assert case.due == "2026-11-24 07.40"

    case.resume("2026-11-23 07.40")

    assert case.due == "2026-11-23 07.50"


def test_held_outside_hours_nothing_moves(cast):
    case = Case(cast, "website", 2, "2026-11-17 15.50")
    case.hold("2026-11-17 18.00", until="2026-11-18")
    case.resume("2026-11-17 22.00")

    run = case.leave("2026-11-18 07.35")

    assert case.due == "2026-11-18 07.35"
    assert (run.verdict, run.held_minutes) == (Verdict.ON_TIME, 0)


def test_held_for_no_time_at_all(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18")
    case.resume("2026-11-17 10.05")

    assert case.due == "2026-11-17 10.15"
    assert case.holds == [("2026-11-17 10.05", "2026-11-17 10.05", "Rina Marlina")]
    assert case.leave("2026-11-17 10.15").verdict == Verdict.ON_TIME


def test_held_from_before_the_opening(cast):
    case = Case(cast, "website", 2, "2026-11-17 15.50")
    case.hold("2026-11-18 06.00", until="2026-11-18")

    case.resume("2026-11-18 09.30")

    assert case.due == "2026-11-18 09.35"


def test_held_from_the_instant_of_arrival(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.00", until="2026-11-17")

    assert case.due == "2026-11-18 07.45"


def test_held_and_left_while_the_office_is_closed(cast):
    case = Case(cast, "website", 2, "2026-11-17 15.50")
    case.hold("2026-11-17 15.55", until="2026-11-18")

    run = case.leave("2026-11-17 19.00")

    assert (run.verdict, run.worked_minutes, run.held_minutes) == (Verdict.ON_TIME, 5, 5)


def test_a_hold_ends_by_itself_at_the_close_of_its_day(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18")

    case.tick("2026-11-18 15.59.59")
    still = case.holds
    case.tick("2026-11-18 16.00")

    assert still == case.holds == [("2026-11-17 10.05", "2026-11-18 16.00", None)]
    assert case.told == [("hold", "Rina Marlina"), ("resume", None)]
    assert case.due == "2026-11-19 07.40"


def test_a_hold_that_ran_out_while_nobody_swept_ended_at_its_own_end(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18")

    case.tick("2026-11-25 09.00")

    assert case.holds == [("2026-11-17 10.05", "2026-11-18 16.00", None)]
    assert case.due == "2026-11-19 07.40"
    assert case.last().detail.body["resumes"] == wib("2026-11-18 16.00").isoformat()


@pytest.mark.parametrize("act", ["leave", "hold", "resume", "reply"])
def test_a_hold_that_ran_out_is_nobodys_doing_whoever_acts_before_the_sweep(cast, act):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18", reason=REPORTER)

    if act == "leave":
        case.leave("2026-11-19 09.00")
    elif act == "hold":
        case.hold("2026-11-19 09.00", until="2026-11-20")
    elif act == "resume":
        case.resume("2026-11-19 09.00")
    else:
        case.comment("2026-11-19 09.00", by=cast.reporter)

    assert case.holds[0] == ("2026-11-17 10.05", "2026-11-18 16.00", None)
    assert ("resume", None) in case.told


def test_a_reply_of_the_reporter_ends_a_hold_that_waits_for_it(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18", reason=REPORTER, note="")

    case.comment("2026-11-17 11.05", by=cast.reporter)

    assert case.holds == [("2026-11-17 10.05", "2026-11-17 11.05", "Siti Rahmah")]
    assert case.due == "2026-11-17 11.15"
    assert case.told == [("hold", "Rina Marlina"), ("comment", "Siti Rahmah"), ("resume", "Siti Rahmah")]


def test_nobody_elses_comment_ends_it_nor_does_a_reply_end_another_hold(cast):
    waiting, other = (Case(cast, "website", 2, "2026-11-17 10.00") for _ in range(2))
    waiting.hold("2026-11-17 10.05", until="2026-11-18", reason=REPORTER)
    other.hold("2026-11-17 10.05", until="2026-11-18", reason=THIRD_PARTY)

    waiting.comment("2026-11-17 11.00", by=cast.holder(Role.SUB_KOORDINATOR))
    other.comment("2026-11-17 11.00", by=cast.reporter)

    assert Hold.objects.filter(ended_at=None).count() == 2


def test_an_internal_note_is_no_reply(cast):
    budi = cast.holder(Role.SUB_KOORDINATOR)
    ticket = report(by=budi, answers=LINK, on_behalf_of=actions.OnBehalfOf("Pak Anwar"), now=wib("2026-11-17 10.00"))
    ticket = advance(ticket, cast, 2, now=wib("2026-11-17 10.00"))
    rina, run = cast.holder(Role.WEB_DEVELOPER), ticket.runs.open().get()
    actions.hold(ticket, by=rina, run=run.pk, reason=REPORTER, until=date(2026, 11, 18), now=wib("2026-11-17 10.05"))

    actions.comment(ticket, by=budi, text="Sudah ditelepon.", internal=True, now=wib("2026-11-17 10.10"))
    held = Hold.objects.filter(ended_at=None).exists()
    actions.comment(ticket, by=budi, text="Kata pelapor: masih galat.", now=wib("2026-11-17 10.20"))

    assert (held, Hold.objects.filter(ended_at=None).exists()) == (True, False)


def test_the_subkoordinator_may_let_it_go_on_and_a_stranger_may_not(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18")

    for stranger in (cast.reporter, cast.stranger, cast.holder(Role.PROGRAMMER)):
        with pytest.raises(actions.Refused, match="Hanya pelaksana dan Sub Koordinator"):
            case.resume("2026-11-17 10.10", by=stranger)
    case.resume("2026-11-17 10.10", by=cast.holder(Role.SUB_KOORDINATOR))

    assert case.holds == [("2026-11-17 10.05", "2026-11-17 10.10", "Budi Santoso")]
    assert case.last().role == Role.SUB_KOORDINATOR


def test_going_on_twice_is_once(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18")

    case.resume("2026-11-17 10.10")
    case.resume("2026-11-17 10.30")

    assert case.told == [("hold", "Rina Marlina"), ("resume", "Rina Marlina")]
    assert case.due == "2026-11-17 10.20"


@pytest.mark.parametrize(
    ("at", "until", "sentence"),
    [
        ("2026-11-17 10.05", "2026-11-24", None),
        ("2026-11-17 10.05", "2026-11-25", "paling lama 5 hari kerja"),
        ("2026-11-17 20.00", "2026-11-25", None),  # it begins to count on Wednesday
        ("2026-11-17 10.05", "2026-11-17", None),
        ("2026-11-17 16.00", "2026-11-17", "sudah lewat"),
        ("2026-11-18 10.05", "2026-11-17", "sudah lewat"),
        ("2026-11-17 10.05", "2026-11-21", "bukan hari kerja"),
        ("2026-11-17 10.05", "2026-11-20", "bukan hari kerja"),
        ("2026-11-17 10.05", "2027-11-19", "lebih dari satu tahun"),
        ("2026-11-17 10.05", "0001-01-01", "sudah lewat"),
        ("2026-11-17 10.05", "9999-12-31", "lebih dari satu tahun"),
    ],
)
def test_a_hold_ends_on_a_working_day_at_most_five_of_them_away(cast, at, until, sentence):
    if until == "2026-11-20":
        close_days("2026-11-20")
    case = Case(cast, "spj_online", 3, "2026-11-17 10.00")

    if sentence is None:
        case.hold(at, until=until)
        assert len(case.holds) == 1
    else:
        with pytest.raises(actions.Incomplete, match=sentence) as refusal:
            case.hold(at, until=until)
        assert (list(refusal.value.errors), case.holds) == (["until"], [])


def test_how_long_a_hold_may_be_is_a_setting(cast, settings):
    settings.HOLD_DAYS = 2
    case = Case(cast, "website", 2, "2026-11-17 10.00")

    with pytest.raises(actions.Incomplete, match="paling lama 2 hari kerja"):
        case.hold("2026-11-17 10.05", until="2026-11-20")
    case.hold("2026-11-17 10.05", until="2026-11-19")


@pytest.mark.parametrize(("at", "is_refused"), [("10.14.59", False), ("10.15", True), ("10.15.01", True)])
def test_the_clock_is_not_stopped_at_its_limit_nor_after(cast, at, is_refused):
    case = Case(cast, "website", 2, "2026-11-17 10.00")

    if not is_refused:
        case.hold(f"2026-11-17 {at}", until="2026-11-18")
        assert len(case.holds) == 1
        return
    with pytest.raises(actions.Refused, match=r"sudah lewat pada 17 Nov 2026 10\.15 WIB"):
        case.hold(f"2026-11-17 {at}", until="2026-11-18")
    assert (case.holds, case.told) == ([], [])


def test_another_reason_says_which(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")

    with pytest.raises(actions.Incomplete) as refusal:
        case.hold("2026-11-17 10.05", until="2026-11-18", reason=Hold.Reason.OTHER, note=" ")
    case.hold("2026-11-17 10.05", until="2026-11-18", reason=Hold.Reason.OTHER, note="Listrik padam.")

    assert list(refusal.value.errors) == ["note"]
    assert case.last().detail.body == {
        "kind": "lainnya", "reason": "Listrik padam.", "until": wib("2026-11-18 16.00").isoformat(),
        "due": wib("2026-11-19 07.40").isoformat(),
    }  # fmt: skip


def test_a_row_without_a_limit_may_wait_too(cast):
    case = Case(cast, "website", 1, "2026-11-17 10.00")
    case.hold("2026-11-17 11.00", until="2026-11-18", reason=REPORTER)

    run = case.leave("2026-11-17 14.00", to=2)

    assert (run.verdict, run.worked_minutes, run.held_minutes) == (Verdict.NO_LIMIT, 60, 120)


def test_a_hold_puts_off_what_the_clock_has_to_say(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18")

    quiet = case.tick("2026-11-18 15.00")

    assert quiet == []
    assert case.tick("2026-11-19 07.45") == [("75", "2026-11-19 07.36.15"), ("lewat", "2026-11-19 07.40")]


# Extensions


def test_more_time_moves_the_limit_to_the_close_of_the_chosen_day(cast):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    case.extend("2026-11-18 09.00", until="2026-11-23")

    entry = case.last()
    assert (case.due, case.extensions) == (
        "2026-11-23 16.00",
        [("2026-11-19 16.00", "2026-11-23 16.00", 450 + 450)],
    )
    assert case.run.performer == case.performer
    assert (entry.action, entry.by, entry.role, entry.at) == (
        *(Action.EXTEND, case.performer, Role.PROGRAMMER), wib("2026-11-18 09.00"),
    )  # fmt: skip
    assert entry.detail.body == {
        "reason": WHY, "until": wib("2026-11-23 16.00").isoformat(), "due": wib("2026-11-23 16.00").isoformat(),
    }  # fmt: skip


@pytest.mark.parametrize(("at", "is_refused"), [("15.59.59", False), ("16.00", True), ("16.00.01", True)])
def test_more_time_is_asked_for_before_the_limit(cast, at, is_refused):
    case = Case(cast, "website", 4, "2026-11-17 10.00")

    if not is_refused:
        case.extend(f"2026-11-19 {at}", until="2026-11-20")
        assert case.due == "2026-11-20 16.30"
        return
    with pytest.raises(actions.Refused, match="Perpanjangan diminta sebelum batas waktu"):
        case.extend(f"2026-11-19 {at}", until="2026-11-20")
    assert (case.due, case.extensions, case.told) == ("2026-11-19 16.00", [], [])


def test_more_time_twice(cast):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    case.extend("2026-11-18 09.00", until="2026-11-20")
    case.extend("2026-11-20 16.00", until="2026-11-24")

    run = case.leave("2026-11-24 16.00")

    assert [minutes for *_, minutes in case.extensions] == [450, 900]
    assert (run.verdict, run.extra_minutes, said(run.due_at)) == (Verdict.EXTENDED, 1350, "2026-11-24 16.00")


@pytest.mark.parametrize(("procedure", "row"), [("website", 1), ("website", 2), ("website", 7), ("spj_online", 2)])
def test_a_row_that_the_sop_does_not_extend_is_not_extended(cast, procedure, row):
    case = Case(cast, procedure, row, "2026-11-17 10.00")

    with pytest.raises(actions.Refused, match="tidak dapat diperpanjang"):
        case.extend("2026-11-17 10.05", until="2026-11-24")


@pytest.mark.parametrize(
    ("until", "reason", "field"),
    [
        ("2026-11-24", "  ", "reason"),
        ("2026-11-19", WHY, "until"),
        ("2026-11-18", WHY, "until"),
        ("2026-11-21", WHY, "until"),
        ("2026-11-17", WHY, "until"),
        ("2028-11-17", WHY, "until"),
    ],
)
def test_more_time_needs_a_reason_and_a_later_working_day(cast, until, reason, field):
    case = Case(cast, "website", 4, "2026-11-17 10.00")

    with pytest.raises(actions.Incomplete) as refusal:
        case.extend("2026-11-18 09.00", until=until, reason=reason)

    assert (list(refusal.value.errors), case.extensions) == ([field], [])


def test_more_time_is_refused_while_on_hold(cast):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    case.hold("2026-11-18 10.00", until="2026-11-19")

    with pytest.raises(actions.Refused, match="sedang ditunda"):  # an early end would take back what was promised
        case.extend("2026-11-18 11.00", until="2026-11-24")

    assert case.due == "2026-11-23 13.30"


def test_more_time_after_the_warning_warns_no_second_time(cast):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    warned = case.tick("2026-11-19 15.00")
    case.extend("2026-11-19 15.30", until="2026-11-20")

    after = case.tick("2026-11-23 07.31")

    assert [kind for kind, _ in warned] == ["75"]
    assert after == [("lewat", "2026-11-20 16.30")]


# Estimates


def test_a_tentative_row_is_not_left_without_an_estimate(cast):
    case = Case(cast, "website", 7, "2026-11-17 10.00")

    with pytest.raises(actions.Incomplete, match="catat perkiraan selesai") as refusal:
        case.leave("2026-11-17 11.00")
    case.estimate("2026-11-17 11.00", until="2026-11-18")

    assert list(refusal.value.errors) == ["until"]
    assert (case.due, case.run.budget_minutes, case.run.extra_minutes) == ("2026-11-18 16.00", 750, 0)
    assert case.extensions == [(None, "2026-11-18 16.00", 750)]
    assert case.leave("2026-11-18 16.00").verdict == Verdict.NO_LIMIT


ESTIMATES = {
    "kept": ([("2026-11-17 11.00", "2026-11-19")], "2026-11-19 16.00", Verdict.NO_LIMIT, None),
    "passed": ([("2026-11-17 11.00", "2026-11-19")], "2026-11-20 08.00", Verdict.PAST_ESTIMATE, 30),
    "passed out of hours": ([("2026-11-17 11.00", "2026-11-19")], "2026-11-19 16.00.01", Verdict.PAST_ESTIMATE, 0),
    "changed in time and kept": (
        [("2026-11-17 11.00", "2026-11-19"), ("2026-11-19 16.00", "2026-11-23")],
        *("2026-11-23 16.00", Verdict.NO_LIMIT, None),
    ),
    "changed in time and passed": (
        [("2026-11-17 11.00", "2026-11-19"), ("2026-11-19 09.00", "2026-11-23")],
        *("2026-11-24 07.40", Verdict.PAST_ESTIMATE, 10),
    ),
    "changed too late": (
        [("2026-11-17 11.00", "2026-11-19"), ("2026-11-19 16.00.01", "2026-11-23")],
        *("2026-11-20 08.30", Verdict.PAST_ESTIMATE, 60),
    ),
    "made earlier and kept": (
        [("2026-11-17 11.00", "2026-11-19"), ("2026-11-17 12.00", "2026-11-17")],
        *("2026-11-17 16.00", Verdict.NO_LIMIT, None),
    ),
    "made earlier and passed": (
        [("2026-11-17 11.00", "2026-11-19"), ("2026-11-17 12.00", "2026-11-17")],
        *("2026-11-18 07.45", Verdict.PAST_ESTIMATE, 15),
    ),
}


@pytest.mark.parametrize(("given", "at", "verdict", "late"), ESTIMATES.values(), ids=ESTIMATES)
def test_an_estimate_is_kept_or_passed(cast, given, at, verdict, late):
    case = Case(cast, "website", 7, "2026-11-17 10.00")
    for when, until in given:
        case.estimate(when, until=until, reason=WHY)

    run = case.leave(at)

    assert (run.verdict, run.late_minutes) == (verdict, late)
    assert run.due_at == wib(f"{given[-1][1]} 16.00")


def test_a_new_estimate_needs_a_reason_and_the_first_does_not(cast):
    case = Case(cast, "website", 7, "2026-11-17 10.00")
    case.estimate("2026-11-17 11.00", until="2026-11-19")

    with pytest.raises(actions.Incomplete, match="mengapa perkiraannya berubah") as refusal:
        case.estimate("2026-11-17 12.00", until="2026-11-20", reason=" ")

    assert list(refusal.value.errors) == ["reason"]
    assert case.due == "2026-11-19 16.00"


def test_an_estimate_is_for_tentative_rows_alone(cast):
    for procedure, row in (("website", 1), ("website", 4), ("spj_online", 2)):
        with pytest.raises(actions.Refused, match="perkiraan hanya untuk langkah tentatif"):
            Case(cast, procedure, row, "2026-11-17 10.00").estimate("2026-11-17 10.05", until="2026-11-18")


def test_an_estimate_waits_for_the_hold_to_end_and_leaves_its_time_out(cast):
    case = Case(cast, "website", 7, "2026-11-17 10.00")
    case.hold("2026-11-17 11.00", until="2026-11-18")

    with pytest.raises(actions.Refused, match="sedang ditunda"):
        case.estimate("2026-11-17 12.00", until="2026-11-20")
    case.resume("2026-11-17 14.00")
    case.estimate("2026-11-17 14.00", until="2026-11-17")

    assert (case.due, case.run.budget_minutes) == ("2026-11-17 16.00", 60 + 120)


def test_each_visit_of_a_tentative_row_wants_its_own_estimate(cast):
    case = Case(cast, "website", 7, "2026-11-17 10.00")
    case.estimate("2026-11-17 10.00", until="2026-11-18")
    case.leave("2026-11-17 11.00")
    ticket = walk(case.ticket, cast, 9, 6, 7, now=wib("2026-11-17 11.00"))

    run = ticket.runs.open().get()

    assert (run.row, run.budget_minutes, run.due_at) == (7, None, None)


def test_the_clock_reminds_of_a_tentative_row_every_five_working_days(cast):
    case = Case(cast, "website", 7, "2026-11-17 10.00")

    first = case.tick("2026-11-24 16.00.01")
    later = case.tick("2026-12-09 10.00")

    assert first == [("pengingat", "2026-11-24 16.00")]
    assert later == [("pengingat", "2026-12-01 16.00"), ("pengingat", "2026-12-08 16.00")]
    assert list(Rung.objects.values_list("nth", flat=True)) == [1, 2, 3]


def test_reminders_and_a_passed_estimate_are_told_in_the_order_of_their_instants(cast):
    case = Case(cast, "website", 7, "2026-11-17 10.00")
    case.estimate("2026-11-17 11.00", until="2026-12-02")

    rungs = case.tick("2026-12-16 10.00")

    assert [at for _, at in rungs] == sorted(at for _, at in rungs)
    assert [kind for kind, _ in rungs] == ["pengingat", "75", "pengingat", "lewat", "pengingat", "pengingat"]


# Whose act it is


@pytest.mark.parametrize("verb", ["hold", "extend", "estimate"])
def test_a_form_sent_twice_is_one_act(cast, verb):
    case = Case(cast, "website", 7 if verb == "estimate" else 4, "2026-11-17 10.00")
    token = uuid4()
    act = getattr(case, verb)

    act("2026-11-17 11.00", until="2026-11-20", token=token)
    if verb == "hold":
        case.resume("2026-11-17 11.30")
    told, due = case.told, case.due
    act("2026-11-17 12.00", until="2026-11-20", token=token)

    assert (case.told, case.due, FormToken.objects.count()) == (told, due, 1)


@pytest.mark.parametrize("verb", ["hold", "extend", "estimate"])
def test_only_the_performer_sets_the_time_of_a_row(cast, verb):
    case = Case(cast, "website", 7 if verb == "estimate" else 4, "2026-11-17 10.00")
    act = getattr(case, verb)
    colleague = person("Nadia Kolega", role=case.ticket.step.performer)
    before = case.run

    for someone in (cast.reporter, cast.stranger, cast.admin, cast.holder(Role.SUB_KOORDINATOR)):
        with pytest.raises(actions.Refused, match="dikerjakan oleh"):
            act("2026-11-17 11.00", until="2026-11-20", by=someone)
    actions.claim(case.ticket, by=colleague, now=wib("2026-11-17 11.00"))
    with pytest.raises(actions.Conflict, match=r"sudah diambil Nadia Kolega pada 17 Nov 2026 11\.00 WIB"):
        act("2026-11-17 11.05", until="2026-11-20")

    assert (case.due, case.run.budget_minutes) == (said(before.due_at), before.budget_minutes)


@pytest.mark.parametrize("verb", ["hold", "extend", "estimate"])
def test_a_row_that_is_over_has_no_time_to_set(cast, verb):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    case.leave("2026-11-17 11.00")

    with pytest.raises(actions.Conflict, match=r"Langkah 4 sudah diselesaikan lebih dahulu oleh Fajar Ramadhan"):
        getattr(case, verb)("2026-11-17 11.05", until="2026-11-20")


@pytest.mark.parametrize("verb", ["hold", "extend", "estimate"])
def test_who_sets_the_time_of_a_free_task_has_it(cast, verb):
    case = Case(cast, "website", 7 if verb == "estimate" else 4, "2026-11-17 10.00")

    getattr(case, verb)("2026-11-17 11.00", until="2026-11-20")

    run = case.run
    assert (run.performer, run.claimed_at) == (case.performer, wib("2026-11-17 11.00"))


def test_a_substitute_sets_the_time_in_the_name_of_the_holder(cast):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    nadia, today = person("Plh. Nadia"), timezone.localdate()
    RoleAssignment.objects.create(
        user=nadia, role=Role.PROGRAMMER, procedure="website", starts_on=today, ends_on=today,
        substitute_for=case.performer, letter_number="800/12/2026",
    )  # fmt: skip

    case.hold("2026-11-17 11.00", until="2026-11-18", by=nadia)
    case.resume("2026-11-17 11.30", by=nadia)
    case.extend("2026-11-17 12.00", until="2026-11-20", by=nadia)

    acts = case.ticket.entries.filter(action__in=("hold", "resume", "extend"))
    assert [(entry.by, entry.acting_for, entry.role) for entry in acts] == [
        (nadia, case.performer, Role.PROGRAMMER)
    ] * 3


# Round after round


def test_reopened_a_row_begins_anew_and_the_old_verdict_stays(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.leave("2026-11-17 11.00", to=9, cause="tanpa_perbaikan")
    walk(case.ticket, cast, END, now=wib("2026-11-17 11.05"))
    before = StepRun.objects.filter(pk=case.first_run).values().get()

    actions.reopen(case.ticket, by=cast.reporter, reason="Masih galat.", now=wib("2026-11-18 09.00"))

    again = case.ticket.runs.open().get()
    assert (again.row, again.round, again.budget_minutes, said(again.due_at)) == (2, 2, 15, "2026-11-18 09.15")
    assert (again.verdict, again.extra_minutes) == ("", 0)
    assert StepRun.objects.filter(pk=case.first_run).values().get() == before
    assert (before["verdict"], before["late_minutes"], before["round"]) == (Verdict.LATE, 45, 1)


# Silence at the end


def awaiting(cast, at="2026-11-17 10.00"):
    ticket = walk(report(by=cast.reporter, answers=LINK, now=wib(at)), cast, 2, 9, END, now=wib(at),
                  penyebab="tanpa_perbaikan")  # fmt: skip
    return Ticket.objects.get(pk=ticket.pk)


def test_a_reporter_has_three_working_days_to_answer(cast, settings):
    close_days("2026-11-18")
    three = awaiting(cast)
    settings.CONFIRM_DAYS = 1
    one = awaiting(cast, "2026-11-17 20.00")

    assert [said(ticket.confirm_by) for ticket in (three, one)] == ["2026-11-23 16.00", "2026-11-20 16.30"]


def test_silence_closes_a_ticket_and_nothing_before_its_time_does(cast):
    ticket = awaiting(cast)
    updated_at = ticket.updated_at

    at_the_limit = actions.lapse(ticket, now=wib("2026-11-20 16.30"))
    state, version = at_the_limit.state, at_the_limit.version
    closed = actions.lapse(ticket, now=wib("2026-11-20 16.30.01"))
    once_more = actions.lapse(ticket, now=wib("2026-11-20 16.30.02"))

    entry = closed.entries.select_related("detail").last()
    assert (state, version, at_the_limit.updated_at) == (MENUNGGU_KONFIRMASI, ticket.version, updated_at)
    assert (closed.state, closed.confirm_by, closed.closed_at) == (SELESAI, None, wib("2026-11-20 16.30.01"))
    assert (entry.action, entry.by, entry.role) == (Action.LAPSE, None, "")
    assert entry.detail.body == {"due": wib("2026-11-20 16.30").isoformat()}
    assert once_more.version == closed.version
    assert list(history.verify()) == []


@pytest.mark.parametrize("verb", ["confirm", "reopen"])
def test_who_answers_after_the_clock_is_told_that_it_closed_the_ticket(cast, verb):
    ticket = awaiting(cast)
    actions.lapse(ticket, now=wib("2026-11-20 16.31"))
    reason = {"reason": "Masih galat."} if verb == "reopen" else {}

    with pytest.raises(actions.Conflict, match=r"sudah ditutup pada 20 Nov 2026 16\.31 WIB karena tidak ada jawaban"):
        getattr(actions, verb)(ticket, by=cast.reporter, now=wib("2026-11-20 16.32"), **reason)


def test_an_answer_that_comes_before_the_sweep_counts(cast):
    ticket = awaiting(cast)

    confirmed = actions.confirm(ticket, by=cast.reporter, now=wib("2026-11-23 09.00"))
    lapsed = actions.lapse(ticket, now=wib("2026-11-23 09.01"))

    assert (confirmed.state, confirmed.confirm_by, lapsed.version) == (SELESAI, None, confirmed.version)
    assert confirmed.entries.last().by == cast.reporter


def test_a_ticket_that_nobody_has_finished_does_not_lapse(cast):
    ticket = report(by=cast.reporter, answers=LINK, now=wib("2026-11-17 10.00"))

    assert actions.lapse(ticket, now=wib("2027-11-17 10.00")).state == "website-2024.1"


# The time card

CARDS = {
    "at the start": ("2026-11-17 10.00", Band.FINE, 1200, 0, 0),
    "at three quarters": ("2026-11-19 10.00", Band.SOON, 300, 0, 75),
    "just before": ("2026-11-19 09.59", Band.FINE, 301, 0, 75),
    "at the limit": ("2026-11-19 16.00", Band.SOON, 0, 0, 100),
    "out of hours, after it": ("2026-11-19 16.00.01", Band.LATE, 0, 0, 100),
    "the day after": ("2026-11-20 08.00", Band.LATE, 0, 30, 100),
}


@pytest.mark.parametrize(("at", "band", "remaining", "over", "percent"), CARDS.values(), ids=CARDS)
def test_the_time_card_tells_how_a_row_stands(cast, at, band, remaining, over, percent):
    clock = Case(cast, "website", 4, "2026-11-17 10.00").clock(at)

    assert (clock.band, clock.remaining, clock.over, clock.percent) == (band, remaining, over, percent)
    assert clock.is_late == (band == Band.LATE)


def test_the_time_card_stands_still_while_on_hold(cast):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    case.hold("2026-11-17 11.00", until="2026-11-18")

    early, late = case.clock("2026-11-17 11.30"), case.clock("2026-11-18 15.00")
    ran_out = case.clock("2026-11-19 08.00")  # and no sweep has been there

    assert (early.band, early.remaining, early.percent) == (late.band, late.remaining, late.percent)
    assert (early.band, early.remaining, said(early.held_until)) == (Band.HELD, 1140, "2026-11-18 16.00")
    assert (ran_out.band, ran_out.remaining, ran_out.held_until) == (Band.FINE, 1110, None)


def test_the_time_card_says_when_work_goes_on(cast):
    case = Case(cast, "website", 4, "2026-11-17 10.00")

    assert said(case.clock("2026-11-17 12.10").reopens_at) == "2026-11-17 13.00"
    assert said(case.clock("2026-11-17 20.00").reopens_at) == "2026-11-18 07.30"
    assert case.clock("2026-11-17 13.00").is_out_of_hours is False


def test_the_time_card_of_a_tentative_row(cast):
    case = Case(cast, "website", 7, "2026-11-17 10.00")
    unknown = case.clock("2026-11-17 11.00")
    case.estimate("2026-11-17 11.00", until="2026-11-18")

    bands = [case.clock(at).band for at in ("2026-11-17 11.00", "2026-11-18 14.00", "2026-11-18 16.00.01")]

    assert (unknown.band, unknown.due_at, unknown.percent) == (Band.UNKNOWN, None, 0)
    assert bands == [Band.FINE, Band.SOON, Band.PAST_ESTIMATE]


def test_the_explanation_adds_up_to_budget_holds_and_extensions(cast):
    close_days("2026-11-20", name="Cuti bersama", decree="SKB 2 Menteri")
    case = Case(cast, "website", 4, "2026-11-17 18.00")
    case.hold("2026-11-18 10.00", until="2026-11-19")
    case.resume("2026-11-18 14.00")
    case.extend("2026-11-19 10.00", until="2026-11-25")
    run = StepRun.objects.select_related("ticket").get(pk=case.first_run)

    why = limits.explain(run, calendars.current(), holds=list(run.holds.all()), extensions=list(run.extensions.all()))

    assert said(why.counts_from) == "2026-11-18 07.30"
    assert why.held_minutes == 180
    assert sum(piece.minutes for piece in why.pieces) == run.budget_minutes + why.held_minutes + run.extra_minutes
    assert [piece.note for piece in why.pieces if piece.opens is None] == [
        "Cuti bersama (SKB 2 Menteri)", "Sabtu", "Minggu",
    ]  # fmt: skip
    assert why.pieces[-1].closes == why.due_at == run.due_at


# What the database refuses, whatever the program does


def of_open_run(**values):
    return lambda: StepRun.objects.open().update(**values)


def of_left_run(**values):
    return lambda: StepRun.objects.filter(left_at__isnull=False).update(**values)


def of_hold(**values):
    return lambda: Hold.objects.update(**values)


NOW = wib("2026-11-17 12.00")
NONSENSE = {
    "a verdict on an open run": of_open_run(verdict=Verdict.ON_TIME),
    "worked time on an open run": of_open_run(worked_minutes=1),
    "lateness on an open run": of_open_run(late_minutes=1),
    "a limit without a due time": of_open_run(due_at=None),
    "a limit without a budget": of_open_run(budget_minutes=None),
    "a due time without a limit": of_open_run(limit_kind=LimitKind.NONE),
    "a due time without an estimate": of_open_run(limit_kind=LimitKind.TENTATIVE, budget_minutes=None),
    "a left run without a verdict": of_left_run(verdict=""),
    "a left run without worked time": of_left_run(worked_minutes=None),
    "a left run that the sweep comes back to": of_left_run(next_rung_at=NOW),
    "late by nobody knows how much": of_left_run(verdict=Verdict.LATE),
    "past its estimate by nobody knows how much": of_left_run(verdict=Verdict.PAST_ESTIMATE),
    "on time and late": of_left_run(late_minutes=3),
    "a hold that ends before it starts": of_hold(ends_at=wib("2026-11-17 10.00"), ended_at=None),
    "a hold that ended another time than it ends": of_hold(ended_at=NOW + timedelta(hours=1)),
    "a hold for another reason that says none": of_hold(reason=Hold.Reason.OTHER, note=""),
    "two open holds of one run": lambda: [
        Hold.objects.create(
            run=StepRun.objects.open().get(), reason=THIRD_PARTY, by_id=Hold.objects.first().by_id,
            started_at=NOW, ends_at=NOW,
        )
        for _ in range(2)
    ],
    "new time without a reason": lambda: Extension.objects.update(reason=""),
    "a rung climbed twice": lambda: _rung(Rung.Kind.BREACH, 1),
    "a second warning": lambda: _rung(Rung.Kind.WARNING, 2),
    "a rung noticed before its time": lambda: Rung.objects.update(noticed_at=wib("2026-11-01 10.00")),
    "a time to confirm on a row": lambda: Ticket.objects.update(confirm_by=NOW),
}  # fmt: skip


def _rung(kind, nth):
    Rung.objects.create(run=Rung.objects.first().run, kind=kind, nth=nth, at=NOW, noticed_at=NOW)


@pytest.mark.parametrize("write", NONSENSE.values(), ids=NONSENSE)
def test_the_database_refuses_nonsense(cast, write):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    case.hold("2026-11-17 10.30", until="2026-11-18")
    case.resume("2026-11-17 11.00")
    case.extend("2026-11-17 11.30", until="2026-11-23")
    case.tick("2026-11-24 09.00")

    with pytest.raises(IntegrityError), transaction.atomic():
        write()


# Proof


def test_the_proof_finds_what_is_not_what_it_derives_from(cast):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    case.extend("2026-11-17 11.30", until="2026-11-23")
    before = list(limits.differences(calendars.current()))

    StepRun.objects.open().update(
        due_at=wib("2026-11-24 16.00"), next_rung_at=None, calendar_version=7, extra_minutes=1
    )
    found = list(limits.differences(calendars.current()))

    assert before == []
    assert [difference.field for difference in found] == ["extra_minutes", "calendar_version", "due_at", "next_rung_at"]
    assert str(found[2]).startswith(f"{case.ticket.number} row 4: due_at is 2026-11-24 09:00:00+00:00, derived ")


def test_the_proof_costs_the_same_for_many_runs(cast):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert list(limits.differences(calendars.current())) == []
        return len(queries)

    Case(cast, "website", 4, "2026-11-17 10.00")
    one = cost()
    for _ in range(3):
        Case(cast, "website", 4, "2026-11-17 10.00").hold("2026-11-17 10.30", until="2026-11-18")

    assert cost() == one
