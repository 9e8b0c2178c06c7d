"""When a statement fails in the middle of an act, the database holds all of the act or nothing of it.

Every act is run again and again: the k-th SQL statement fails, for k = 1, 2, … until none is left to fail. Each time
all tables and the folder of uploads must be what they were, until at last the act is there in full.
"""

import hashlib
from datetime import date, timedelta

import pytest
from django.db import OperationalError, connection

from tests.factories import (
    TUESDAY,
    a_working_day,
    advance,
    answers_for,
    everything_stored,
    person,
    report,
    upload,
    walk,
)
from tickets import actions
from tickets.models import Hold, ReportedTo, StepRun
from workflows import calendars, sops
from workflows.models import CalendarDay
from workflows.roles import Role
from workflows.sop import END, TIDAK_DIPROSES

pytestmark = pytest.mark.django_db(transaction=True)

LATER = TUESDAY + timedelta(hours=1)


class Fault:
    """Lets one statement fail: before it runs, or after it ran and its answer is lost."""

    def __init__(self, at, *, after):
        self.at, self.after, self.seen = at, after, 0

    def __call__(self, execute, sql, params, many, context):
        self.seen += 1
        if self.seen == self.at and not self.after:
            raise OperationalError("the server went away")
        result = execute(sql, params, many, context)
        if self.seen == self.at:
            raise OperationalError("the server went away")
        return result


def folder(settings):
    return {
        path: hashlib.sha256(path.read_bytes()).digest() for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()
    }


def filing(cast):
    key = upload(cast.reporter)
    return lambda act: act(
        sops.get("website-2024"), by=cast.reporter, title="Galat", description="Galat 500.",
        answers={"bukti_masalah": {"tangkapan_layar": [key]}},
    )  # fmt: skip


def completing(cast):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3)
    by, run = cast.holder(Role.PROGRAMMER), ticket.runs.open().get().pk
    return lambda act: act(ticket, by=by, run=run, arrow="4", answers=answers_for(ticket, by))


def completing_with_a_file(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
    by, run = cast.holder(Role.PROGRAMMER), ticket.runs.open().get().pk
    answers = {"hasil_perbaikan": {"hasil": "Diperbaiki.", "berkas": [upload(by)]}}
    return lambda act: act(ticket, by=by, run=run, arrow="5", answers=answers)


def completing_into_a_new_round(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, penyebab="coding")
    by, run = cast.holder(Role.WEB_DEVELOPER), ticket.runs.open().get().pk
    answers = answers_for(ticket, by)
    return lambda act: act(ticket, by=by, run=run, arrow="3", answers=answers, reason="Galat lagi.")


def claiming(cast):
    ticket = walk(report(by=cast.reporter), cast, 2)
    return lambda act: act(ticket, by=cast.holder(Role.WEB_DEVELOPER))


def releasing(cast):
    ticket = actions.claim(walk(report(by=cast.reporter), cast, 2), by=cast.holder(Role.WEB_DEVELOPER))
    return lambda act: act(ticket, by=cast.holder(Role.WEB_DEVELOPER))


def handing_over(cast):
    ticket = walk(report(by=cast.reporter), cast, 2)
    nadia = person("Nadia Kolega", role=Role.WEB_DEVELOPER)
    return lambda act: act(ticket, to=nadia, by=cast.holder(Role.SUB_KOORDINATOR))


def commenting(cast):
    ticket, key = report(by=cast.reporter), upload(cast.reporter)
    return lambda act: act(ticket, by=cast.reporter, text="Masih galat.", files=[key])


def ended(cast):
    return walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, END, penyebab="coding")


def confirming(cast):
    ticket = ended(cast)
    return lambda act: act(ticket, by=cast.reporter)


def reopening(cast):
    ticket = ended(cast)
    return lambda act: act(ticket, by=cast.reporter, reason="Galat lagi.")


def acknowledging(cast):
    walk(report("spj_online", by=cast.reporter), cast, 2)
    told = ReportedTo.objects.get()
    return lambda act: act(told, by=cast.holder(Role.KEPALA_BIDANG_APTIKA))


def on_row_4(cast):
    """A ticket on a row of two days, its performer and its run, on Tuesday at 10.00."""
    ticket = report(by=cast.reporter, now=TUESDAY)
    for to in (2, 3, 4):
        ticket = advance(ticket, cast, to, now=TUESDAY, penyebab="coding")
    return ticket, cast.holder(Role.PROGRAMMER), ticket.runs.open().get().pk


def holding(cast):
    ticket, by, run = on_row_4(cast)
    return lambda act: act(ticket, by=by, run=run, reason="pengadaan", until=date(2026, 11, 18), now=LATER)


def on_hold(cast):
    ticket, by, run = on_row_4(cast)
    return actions.hold(ticket, by=by, run=run, reason="pelapor", until=date(2026, 11, 18), now=TUESDAY), by, run


def resuming(cast):
    ticket, by, run = on_hold(cast)
    return lambda act: act(ticket, by=by, run=run, now=LATER)


def hearing_the_reporter(cast):
    ticket, _, _ = on_hold(cast)
    return lambda act: act(ticket, by=cast.reporter, text="Silakan.", now=LATER)


def completing_while_on_hold(cast):
    ticket, by, run = on_hold(cast)
    answers = {"hasil_perbaikan": {"hasil": "Diperbaiki."}}
    return lambda act: act(ticket, by=by, run=run, arrow="5", answers=answers, now=LATER)


def ending_a_hold(cast):
    on_hold(cast)
    held = Hold.objects.get()
    return lambda act: act(held, now=LATER + timedelta(days=3))


def extending(cast):
    ticket, by, run = on_row_4(cast)
    return lambda act: act(ticket, by=by, run=run, until=date(2026, 11, 23), reason="Menunggu uji.", now=LATER)


def estimating(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, penyebab="keduanya")
    by, run = cast.holder(ticket.step.performer), ticket.runs.open().get().pk
    return lambda act: act(ticket, by=by, run=run, until=a_working_day())


def climbing(cast):
    on_row_4(cast)
    run = StepRun.objects.open().get()
    return lambda act: act(run, now=LATER + timedelta(days=7))


def lapsing(cast):
    ticket = ended(cast)
    return lambda act: act(ticket, now=ticket.confirm_by + timedelta(seconds=1))


def rescheduling(cast):
    ticket, _, _ = on_row_4(cast)
    CalendarDay.objects.create(date=date(2026, 11, 18), kind="lokal", name="Hari libur daerah")
    calendar = calendars.of_rows(version=1)
    return lambda act: act(ticket, by=None, reason="Hari libur daerah.", calendar=calendar, now=LATER)


def tied(cast):
    """A report that follows another, and the main ticket, both filed with the same kind of fault."""
    main, ticket = (report("spj_online", by=by) for by in (cast.reporter, cast.stranger))
    lina, run = cast.holder(Role.SUBKOORDINATOR_APLIKASI), ticket.runs.get().pk
    return main, actions.tie(ticket, to=main, by=lina, run=run), lina


def tying(cast):
    main, ticket = (report("spj_online", by=by) for by in (cast.reporter, cast.stranger))
    lina, run = cast.holder(Role.SUBKOORDINATOR_APLIKASI), ticket.runs.get().pk
    return lambda act: act(ticket, to=main, by=lina, run=run)


def untying(cast):
    _, ticket, lina = tied(cast)
    return lambda act: act(ticket, by=lina, reason="Gangguan lain.")


def ending_what_is_followed(cast):
    main, _, lina = tied(cast)
    run, answers = main.runs.get().pk, answers_for(main, lina)
    return lambda act: act(main, by=lina, run=run, arrow=TIDAK_DIPROSES, answers=answers, reason="Bukan gangguan.")


ACTS = [
    (actions.file_report, filing),
    (actions.complete_step, completing),
    (actions.complete_step, completing_with_a_file),
    (actions.complete_step, completing_into_a_new_round),
    (actions.claim, claiming),
    (actions.release, releasing),
    (actions.hand_over, handing_over),
    (actions.comment, commenting),
    (actions.confirm, confirming),
    (actions.reopen, reopening),
    (actions.acknowledge, acknowledging),
    (actions.hold, holding),
    (actions.resume, resuming),
    (actions.comment, hearing_the_reporter),
    (actions.complete_step, completing_while_on_hold),
    (actions.end_hold, ending_a_hold),
    (actions.extend, extending),
    (actions.estimate, estimating),
    (actions.climb, climbing),
    (actions.lapse, lapsing),
    (actions.reschedule, rescheduling),
    (actions.tie, tying),
    (actions.untie, untying),
    (actions.complete_step, ending_what_is_followed),
]
NAMES = [scene.__name__ for _, scene in ACTS]


def mixtures(verb, scene, cast, settings, *, after):
    """The statements whose failure left something half done, and how many statements there were."""
    act = scene(cast)
    before, files, half_done = everything_stored(), folder(settings), []
    for k in range(1, 100):
        fault = Fault(k, after=after)
        try:
            with connection.execute_wrapper(fault):
                act(verb)
        except OperationalError:
            connection.close()  # as it is when the server went away
            if (everything_stored(), folder(settings)) != (before, files):
                half_done.append(k)
                return half_done, k
        else:
            assert fault.seen < k
            assert everything_stored() != before
            assert folder(settings) == files
            return half_done, k - 1
    raise AssertionError("the act never came to an end")


@pytest.mark.parametrize("after", [False, True], ids=["before it ran", "after it ran"])
@pytest.mark.parametrize(("verb", "scene"), ACTS, ids=NAMES)
def test_a_statement_that_fails_leaves_nothing_half_done(cast, settings, on_both_databases, verb, scene, after):
    half_done, statements = mixtures(verb, scene, cast, settings, after=after)

    assert half_done == []
    assert statements >= 5


@pytest.mark.parametrize(("verb", "scene"), ACTS, ids=NAMES)
def test_without_its_transaction_the_same_act_is_caught_half_done(cast, settings, monkeypatch, verb, scene):
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)

    half_done, _ = mixtures(verb.__wrapped__, scene, cast, settings, after=False)

    assert half_done != []


@pytest.mark.parametrize(("verb", "scene"), ACTS, ids=NAMES)
def test_a_commit_that_fails_leaves_nothing(cast, settings, monkeypatch, verb, scene):
    act = scene(cast)
    before, files = everything_stored(), folder(settings)

    def lost():
        raise OperationalError("the server went away")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "_commit", lost)
        with pytest.raises(OperationalError):
            act(verb)
    connection.close()

    assert (everything_stored(), folder(settings)) == (before, files)
