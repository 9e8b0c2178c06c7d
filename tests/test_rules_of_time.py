"""The fourteen rules of time that the bugs of other helpdesks teach (PEERS section 2.7), each as a test of its name."""

import ast
import time
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.factories import everything_stored, report, walk
from tests.timekeeping import LINK, Case, close_days, said, wib
from tickets import actions, calendar_changes, limits, notifications, sweep
from tickets.limits import Clock
from tickets.models import Heartbeat, HistoryEntry, Hold, Notice, Rung, StepRun, Ticket
from tickets.models.history import Action
from tickets.models.runs import LimitKind, Verdict
from tickets.words import when
from workflows import calendars, sops
from workflows.models import CalendarDay, WorkingPeriod
from workflows.sop import END, Days, Minutes, Text
from workflows.worktime import NoWorkingTime

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.django_db


def change_calendar(cast, *closed, at, reason="Cuti bersama ditetapkan."):
    """An administrator closes days; open limits move."""

    def close():
        for day in closed:
            CalendarDay.objects.create(date=day, kind=CalendarDay.Kind.JOINT_LEAVE, name="Cuti bersama", decree="SKB")
        return [f"{day} ditutup." for day in closed]

    return calendar_changes.apply(close, by=cast.admin, reason=reason, now=wib(at))


# 1


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "America/New_York", "Pacific/Kiritimati"])
def test_rule_1_instants_are_utc_in_the_database_and_reckoned_in_jakarta_wherever_the_server_stands(
    cast, monkeypatch, zone
):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        case = Case(cast, "spj_online", 2, "2026-11-17 23.30")  # already Wednesday in Kiritimati
        case.hold("2026-11-18 10.00", until="2026-11-18")
        run, body = case.run, case.last().detail.body
    finally:
        monkeypatch.undo()
        time.tzset()

    assert said(run.due_at) == "2026-11-20 14.00"
    assert run.due_at.tzinfo is UTC
    assert datetime.fromisoformat(body["until"]).utcoffset() == timedelta(0)
    assert said(datetime.fromisoformat(body["until"])) == "2026-11-18 16.00"


# 2


def test_rule_2_the_clock_is_events_and_what_has_passed_is_derived(cast):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    case.hold("2026-11-17 11.00", until="2026-11-18")
    before = everything_stored()

    cards = [case.clock(at) for at in ("2026-11-17 10.30", "2026-11-19 10.00", "2026-11-30 10.00")]

    columns = {field.name for field in StepRun._meta.get_fields()}
    assert everything_stored() == before
    assert len({card.remaining for card in cards}) == 3
    assert not columns & {"overdue", "is_late", "late", "elapsed", "elapsed_minutes", "remaining", "paused"}
    assert {"remaining", "over", "elapsed"} <= {field.name for field in fields(Clock)}


def test_rule_2_the_history_alone_tells_when_a_row_is_due(cast):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    case.hold("2026-11-17 11.00", until="2026-11-18")
    case.resume("2026-11-17 15.00")
    case.extend("2026-11-19 09.00", until="2026-11-24")
    case.hold("2026-11-20 09.00", until="2026-11-23", reason=Hold.Reason.REPORTER)
    case.comment("2026-11-20 10.30", by=cast.reporter)
    case.hold("2026-11-20 11.00", until="2026-11-23")
    case.tick("2026-11-25 11.00")

    assert replayed(case.ticket) == case.run.due_at


def replayed(ticket):
    """When the open row of a ticket is due, of nothing but its history entries, the SOP and the calendar."""
    calendar, entered, minutes, holds = calendars.current(), None, None, []
    for entry in ticket.entries.select_related("detail").order_by("seq"):
        body = entry.detail.body
        if entry.action in (Action.FILE, Action.COMPLETE):
            entered, holds = entry.at, []
            minutes = sops.find(entry.to_state)[1].limit.budget(entered, calendar)
        elif entry.action == Action.HOLD:
            holds.append((entry.at, datetime.fromisoformat(body["until"])))
        elif entry.action == Action.RESUME:
            holds[-1] = (holds[-1][0], datetime.fromisoformat(body["resumes"]))
        elif entry.action == Action.EXTEND:
            minutes = calendar.between(entered, datetime.fromisoformat(body["until"])) - held(calendar, holds)
    return calendar.add(entered, minutes + held(calendar, holds))


def held(calendar, holds):
    return sum(calendar.between(*hold) for hold in holds)


# 3


def writers_of(name):
    """Where the program's own code sets an attribute or names a keyword of this name, by file and function."""
    found = set()
    for path in (*ROOT.glob("tickets/**/*.py"), *ROOT.glob("workflows/**/*.py")):
        if "migrations" in path.parts:
            continue
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                sets = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr == name
                updates = (
                    isinstance(node, ast.Call)
                    and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("update", "create", "StepRun")
                    and any(keyword.arg == name for keyword in node.keywords)
                )
                if sets or updates:
                    found.add(f"{path.stem}.{function.name}")
    return found


def test_rule_3_one_function_writes_the_due_time():
    assert writers_of("due_at") == {"limits.project"}
    assert writers_of("verdict") == {"limits.close"}
    assert writers_of("performer") >= {"actions._assign", "actions._take"}  # the search does find writers


def test_rule_3_a_command_proves_that_the_due_time_is_what_it_derives_from(cast):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    case.extend("2026-11-18 09.00", until="2026-11-23")
    call_command("verify_limits", verbosity=0)

    StepRun.objects.filter(pk=case.first_run).update(due_at=wib("2026-11-23 16.01"))

    with pytest.raises(CommandError, match="1 differences"):
        call_command("verify_limits", verbosity=0)


# 4. Each also stands by itself in tests/test_limits.py

HELD = {  # arrived, held since, on again (None: with the row), left: due, minutes held, verdict
    "paused, then done": ("17 10.00", "17 10.05", None, "17 14.00", "2026-11-17 14.10", 175, Verdict.ON_TIME),
    "over a weekend": ("20 16.20", "20 16.25", "23 07.40", "23 07.50", "2026-11-23 07.50", 15, Verdict.ON_TIME),
    "outside hours": ("17 15.50", "17 18.00", "17 22.00", "18 07.35", "2026-11-18 07.35", 0, Verdict.ON_TIME),
    "of no length": ("17 10.00", "17 10.05", "17 10.05", "17 10.16", "2026-11-17 10.15", 0, Verdict.LATE),
    "from before opening": ("17 15.50", "18 06.00", "18 09.30", "18 09.36", "2026-11-18 09.35", 120, Verdict.LATE),
}


@pytest.mark.parametrize(("arrived", "since", "on", "left", "due", "minutes", "verdict"), HELD.values(), ids=HELD)
def test_rule_4_a_hold_counts_only_the_working_time_in_it(cast, arrived, since, on, left, due, minutes, verdict):
    case = Case(cast, "website", 2, f"2026-11-{arrived}")
    case.hold(f"2026-11-{since}", until="2026-11-23" if since.startswith("20") else "2026-11-18")
    if on:
        case.resume(f"2026-11-{on}")

    run = case.leave(f"2026-11-{left}")

    assert (said(run.due_at), run.held_minutes, run.verdict) == (due, minutes, verdict)


def test_rule_4_paused_twice_at_once_is_refused(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18")

    with pytest.raises(actions.Refused):
        case.hold("2026-11-17 10.05", until="2026-11-18")
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.create(
            run=case.run, reason="pelapor", by=case.performer, started_at=wib("2026-11-17 10.05"),
            ends_at=wib("2026-11-18 16.00"),
        )  # fmt: skip


# 5


def test_rule_5_reopening_is_a_new_run_and_the_past_one_keeps_its_verdict(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.leave("2026-11-17 11.00", to=9, cause="tanpa_perbaikan")
    walk(case.ticket, cast, END, now=wib("2026-11-17 11.05"))
    past = list(case.ticket.runs.order_by("pk").values())

    actions.reopen(case.ticket, by=cast.reporter, reason="Masih galat.", now=wib("2026-11-18 09.00"))

    *before, new = case.ticket.runs.order_by("pk").values()
    entry = case.last()
    assert before == past
    assert (new["row"], new["round"], new["verdict"], new["due_at"]) == (2, 2, "", wib("2026-11-18 09.15"))
    assert (entry.action, entry.by, entry.detail.body["reason"]) == (Action.REOPEN, cast.reporter, "Masih galat.")


# 6


def test_rule_6_sop_calendar_and_limit_are_pinned_on_entry(cast, monkeypatch):
    close_days("2026-12-25")
    case = Case(cast, "spj_online", 2, "2026-11-17 10.00")
    monkeypatch.setattr(Days, "budget", lambda limit, entered, calendar: 1.0)  # as if the SOP were issued anew

    again = limits.due_time(case.run, calendars.current(), ())

    run = case.run
    assert (case.ticket.sop_key, run.limit_kind, run.limit_amount) == ("spj-online", LimitKind.DAYS, 1)
    assert run.calendar_version == calendars.current().version > 0
    assert again == run.due_at == wib("2026-11-18 16.00")


def test_rule_6_a_calendar_edit_moves_open_limits_only_and_says_why(cast):
    open_one, unmoved = (Case(cast, "website", row, "2026-11-17 10.00") for row in (4, 2))
    closed = Case(cast, "website", 4, "2026-11-17 10.00")
    closed.leave("2026-11-17 15.00")
    updated_at, verdicts = open_one.ticket.updated_at, list(StepRun.objects.exclude(verdict="").values())

    change_calendar(cast, date(2026, 11, 18), at="2026-11-17 16.00")

    entry = open_one.last()
    assert (open_one.due, unmoved.due) == ("2026-11-20 16.30", "2026-11-17 10.15")
    assert list(StepRun.objects.exclude(verdict="").values()) == verdicts
    assert open_one.ticket.updated_at == updated_at
    assert (entry.action, entry.by, entry.internal) == (Action.RESCHEDULE, cast.admin, True)
    assert entry.detail.body == {
        "reason": "Cuti bersama ditetapkan.", "from": wib("2026-11-19 16.00").isoformat(),
        "due": wib("2026-11-20 16.30").isoformat(),
    }  # fmt: skip
    assert unmoved.told == []
    assert list(limits.differences(calendars.current())) == []


# 7


def test_rule_7_the_verdict_is_frozen_with_by_how_much_and_by_which_rule(cast):
    case = Case(cast, "spj_online", 2, "2026-11-17 10.00")
    case.leave("2026-11-19 08.00")
    frozen = StepRun.objects.filter(pk=case.first_run).values().get()

    change_calendar(cast, date(2026, 11, 18), at="2026-11-23 16.00")  # now there would have been time until the 19th
    case.tick("2026-12-01 10.00")

    assert StepRun.objects.filter(pk=case.first_run).values().get() == frozen
    assert (frozen["verdict"], frozen["late_minutes"]) == (Verdict.LATE, 30)
    assert (frozen["limit_kind"], frozen["limit_amount"], frozen["budget_minutes"]) == (LimitKind.DAYS, 1, 750)


# 8


def test_rule_8_one_algorithm_serves_minutes_and_days():
    calendar = calendars.current()
    for hour in range(0, 24 * 14, 5):
        entered = wib("2026-11-16 00.00") + timedelta(hours=hour)
        days = Days(2).budget(entered, calendar)
        runs = [StepRun(entered_at=entered, budget_minutes=minutes) for minutes in (days, Minutes(15).amount)]

        assert limits.due_time(runs[0], calendar, ()) == calendar.close_of_nth_day(entered, 2)
        assert limits.due_time(runs[1], calendar, ()) == calendar.add(entered, 15)


def test_rule_8_what_one_day_is_stands_in_one_place(cast, monkeypatch):
    monkeypatch.setattr(Days, "budget", lambda limit, entered, calendar: 60.0 * limit.amount)

    dues = [Case(cast, "spj_online", row, "2026-11-17 10.00").due for row in (1, 2, 3)]

    assert dues == ["2026-11-17 11.00", "2026-11-17 11.00", "2026-11-17 14.00"]


# 9


def test_rule_9_missed_rungs_are_climbed_once_in_order_each_at_its_own_instant(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")

    after_an_outage = case.tick("2026-11-23 09.00")
    again = case.tick("2026-11-23 09.00.01")

    assert after_an_outage == [
        ("75", "2026-11-17 10.11.15"),
        ("lewat", "2026-11-17 10.15"),
        ("eskalasi", "2026-11-18 10.15"),
    ]
    assert again == []
    assert set(Rung.objects.values_list("noticed_at", flat=True)) == {wib("2026-11-23 09.00")}


def test_rule_9_a_rung_is_claimed_before_anything_is_said_and_together_with_it(cast, monkeypatch):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    claimed = []

    def breaks(rung):
        claimed.append(Rung.objects.filter(pk=rung.pk).exists())
        raise ConnectionError("nobody can be told")

    monkeypatch.setattr(notifications, "put_rung", breaks)
    with pytest.raises(ConnectionError):
        actions.climb(case.run, now=wib("2026-11-17 11.00"))

    assert (claimed, Rung.objects.count()) == ([True], 0)


def test_rule_9_the_database_lets_a_rung_be_climbed_only_once(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.tick("2026-11-17 10.16")

    with pytest.raises(IntegrityError), transaction.atomic():
        Rung.objects.create(run=case.run, kind="lewat", at=case.run.due_at, noticed_at=wib("2026-11-18 08.00"))


def test_rule_9_completing_a_row_takes_its_rungs_and_unsent_warnings_away(cast, settings):
    settings.MAIL_ENABLED = True
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    stale = case.run
    case.tick("2026-11-17 10.14")
    unsent = Notice.objects.pending().filter(rung__run=stale)
    before = unsent.count()

    case.leave("2026-11-17 10.15")

    assert (before, unsent.count()) == (1, 0)
    assert actions.climb(stale, now=wib("2026-11-18 11.00")) == []  # asked again under the lock
    assert list(Rung.objects.values_list("kind", flat=True)) == ["75"]


# 10


def test_rule_10_only_urgent_mail_goes_out_while_the_office_is_closed(cast, settings):
    settings.MAIL_ENABLED = True
    case = Case(cast, "website", 2, "2026-11-17 15.45")
    case.tick("2026-11-17 16.00.09")
    case.comment("2026-11-17 20.00", by=cast.reporter)

    waits = {notice.kind: said(notice.not_before) for notice in Notice.objects.pending().order_by("pk")}

    warned, late, commented = (
        Notice.objects.pending().filter(rung__kind="75").first(),
        Notice.objects.pending().filter(rung__kind="lewat").first(),
        Notice.objects.pending().filter(entry__action=Action.COMMENT).first(),
    )
    assert waits[late.kind] == "2026-11-17 16.00.09"
    assert waits[warned.kind] == waits[commented.kind] == "2026-11-18 07.30"


# 11


def test_rule_11_a_limit_that_cannot_be_armed_is_an_error_and_leaves_nothing_behind(cast):
    days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "")
    WorkingPeriod.objects.update(**days)
    calendars.forget()

    with pytest.raises(NoWorkingTime):
        report("spj_online", by=cast.reporter, now=wib("2026-11-17 10.00"))

    assert (Ticket.objects.count(), StepRun.objects.count()) == (0, 0)


def test_rule_11_a_row_with_a_limit_and_no_due_time_is_refused_by_the_database(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")

    with pytest.raises(IntegrityError), transaction.atomic():
        StepRun.objects.filter(pk=case.first_run).update(due_at=None)


def test_rule_11_administrators_see_when_the_last_sweep_was(cast, client_of):
    sweep.sweep()

    page = client_of(cast.admin).get(reverse("kesehatan")).content.decode()

    last = Heartbeat.objects.get(kind=Heartbeat.Kind.SWEEP).at
    assert f"Sapuan terakhir {when(last)}" in page


# 12


@pytest.mark.parametrize(
    ("now", "warned"),
    [("2026-09-30 23.59", []), ("2026-10-01 00.00", ["Kalender 2027 belum diisi."])],
)
def test_rule_12_from_october_a_next_year_that_nobody_filled_in_is_missed(now, warned):
    sentences = calendar_changes.calendar_state(wib(now)).values()

    assert [sentence for sentence in sentences if "2027" in sentence] == warned


def test_rule_12_so_is_any_year_that_a_limit_reaches_into(cast):
    case = Case(cast, "website", 7, "2026-06-17 10.00")
    case.estimate("2026-06-17 10.00", until="2027-01-12")

    sentences = calendar_changes.calendar_state(wib("2026-06-17 11.00")).values()

    assert [sentence for sentence in sentences if "2027" in sentence] == [
        "Kalender 2027 belum diisi, padahal 1 tenggat berjalan sampai ke sana dan dapat bergeser."
    ]


# 13


def test_rule_13_what_the_clock_does_is_nobodys_work(cast):
    case = Case(cast, "website", 2, "2026-11-17 10.00")
    case.hold("2026-11-17 10.05", until="2026-11-18")
    actions.release(case.ticket, by=case.performer, now=wib("2026-11-17 10.06"))
    case.tick("2026-11-23 09.00")
    ended = walk(report(by=cast.reporter, answers=LINK, now=wib("2026-11-17 10.00")), cast, 2, 9, END,
                 now=wib("2026-11-17 10.00"), penyebab="tanpa_perbaikan")  # fmt: skip
    actions.lapse(ended, now=wib("2026-11-23 09.00"))

    by_the_clock = HistoryEntry.objects.filter(at=wib("2026-11-23 09.00"))
    assert {(entry.action, entry.by, entry.role, entry.acting_for) for entry in by_the_clock} == {
        (Action.RESUME, None, "", None),
        (Action.LAPSE, None, "", None),
    }
    assert (case.run.performer, case.run.claimed_at, case.run.rungs.count()) == (None, None, 3)
    assert case.holds[0][2] is None
    assert not StepRun.objects.filter(left_at=wib("2026-11-23 09.00")).exists()


# 14

KEYS = {
    LimitKind: ["none", "working_minutes", "working_days", "tentative"],
    Verdict: ["tepat_waktu", "diperpanjang", "terlambat", "tanpa_batas", "melewati_perkiraan"],
    Hold.Reason: ["pelapor", "pihak_ketiga", "pengadaan", "lainnya"],
    Rung.Kind: ["75", "lewat", "eskalasi", "pengingat"],
}


@pytest.mark.parametrize(("kind", "keys"), KEYS.items(), ids=lambda value: getattr(value, "__qualname__", ""))
def test_rule_14_what_is_stored_are_keys_and_they_never_change(kind, keys):
    assert kind.values == keys


def test_rule_14_a_state_is_a_key_and_a_number_and_its_words_may_change(cast, monkeypatch):
    case = Case(cast, "website", 4, "2026-11-17 10.00")
    state = case.ticket.state
    monkeypatch.setitem(vars(case.ticket.sop.step(4)), "activity", Text("Membetulkan kode"))

    activity, run = case.ticket.step.activity, case.leave("2026-11-17 11.00")

    assert (state, activity) == ("website-2024.4", "Membetulkan kode")
    assert (run.row, run.verdict) == (4, Verdict.ON_TIME)
