"""The machine: the state is the row, the registered transitions are the table, and nothing goes around them."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django_fsm import InvalidResultState, TransitionNotAllowed, can_proceed

from tests.factories import answers_for, report, walk
from tickets import actions
from tickets.models import Ticket
from workflows import machine, sops
from workflows.record import Record
from workflows.sop import END, MENUNGGU_KONFIRMASI, SELESAI, TIDAK_DIPROSES

ROWS = [pytest.param(sop, step, id=sop.row(step.no)) for sop in sops.all_sops().values() for step in sop.steps]
WEBSITE, SPJ = sops.get("website-2024"), sops.get("spj-online")

# The shortest ways that together stand on every row and take every kind of arrow.
WAYS = {
    "website coding": ("website", "coding", (2, 3, 4, 5, 9, END)),
    "website infrastruktur": ("website", "infrastruktur", (2, 6, 7, 8, 9, END)),
    "website keduanya": ("website", "keduanya", (2, 3, 4, 5, 6, 7, 8, 9, END)),
    "website without repair": ("website", "tanpa_perbaikan", (2, 9, END)),
    "website without infrastructure": ("website", "infrastruktur", (2, 6, 9, END)),
    "website not processed": ("website", "", (TIDAK_DIPROSES,)),
    "spj straight": ("spj_online", "", (2, 3, 4, 5, 6, 7, END)),
    "spj sent back": ("spj_online", "", (2, 3, 4, 5, 3, 4, 5, 6, 7, 3, 4, 5, 6, 7, END)),
    "spj not processed": ("spj_online", "", (TIDAK_DIPROSES,)),
}


def registered():
    """What django-fsm itself knows of `complete_step`: source -> transition."""
    return Ticket.complete_step._django_fsm.transitions


@pytest.mark.parametrize(("procedure", "cause", "ways"), WAYS.values(), ids=WAYS)
def test_the_state_is_the_row_all_along_the_way(cast, procedure, cause, ways):
    ticket = report(procedure, by=cast.reporter)
    choices = {"penyebab": cause} if cause else {}

    states = [ticket.state]
    for to in ways:
        ticket = walk(ticket, cast, to, **choices)
        states.append(Ticket.objects.get(pk=ticket.pk).state)

    sop = ticket.sop
    assert states == [sop.row(1), *(sop.row(to) if isinstance(to, int) else to for to in ways)]


def test_every_row_has_exactly_one_transition():
    rows = {sop.row(step.no) for sop in sops.all_sops().values() for step in sop.steps}

    assert set(registered()) == rows


@pytest.mark.parametrize(
    ("sop", "no", "outdated"),
    [
        (WEBSITE, 2, {"analisis", "hasil_perbaikan"}),
        (WEBSITE, 3, {"hasil_perbaikan"}),
        (WEBSITE, 6, {"hasil_perbaikan"}),
        (SPJ, 2, {
            "dokumen_rekap", "aplikasi_diperbaiki", "dokumen_laporan", "ketersediaan_infrastruktur", "hasil_perbaikan",
        }),
        (SPJ, 3, {"aplikasi_diperbaiki", "dokumen_laporan", "ketersediaan_infrastruktur", "hasil_perbaikan"}),
        (WEBSITE, 1, {"analisis", "hasil_perbaikan"}),
    ],
)  # fmt: skip
def test_a_round_that_begins_at_a_row_outdates_what_comes_of_it_but_never_the_evidence(sop, no, outdated):
    assert sop.outdated_from(no) == outdated


@pytest.mark.parametrize(("sop", "step"), ROWS)
def test_the_transition_of_a_row_leads_where_its_arrows_lead(sop, step):
    transition = registered()[sop.row(step.no)]

    assert transition.target.allowed_states == [sop.state_after(arrow) for arrow in step.arrows]
    assert transition.custom == {"sop": sop, "step": step}


@pytest.mark.parametrize(("sop", "step"), ROWS)
def test_the_transition_of_a_row_is_for_its_performer_alone(cast, sop, step):
    transition = registered()[sop.row(step.no)]

    allowed = [person for person in cast.everybody if transition.has_perm(Ticket(state=sop.row(step.no)), person)]

    assert allowed == [cast.holder(step.performer)]


def test_an_end_state_is_left_only_by_confirming_and_reopening():
    sources = {name: set(getattr(Ticket, name)._django_fsm.transitions) for name in ("confirm", "reopen")}

    assert sources == {"confirm": {MENUNGGU_KONFIRMASI}, "reopen": {MENUNGGU_KONFIRMASI}}
    assert Ticket.confirm._django_fsm.transitions[MENUNGGU_KONFIRMASI].target == SELESAI


@pytest.mark.parametrize(("sop", "step"), ROWS)
def test_a_row_cannot_be_left_without_its_output(sop, step):
    brought = {artefact.key for artefact in step.brings}
    given = {a.key: {"ada": "ya"} for a in step.requires if a.key not in brought}
    needed = [*step.brings, *(a for a in step.produces if a not in step.requires)]

    without = machine.missing_requirements(step, Record(given)) + machine.missing_outputs(step, Record(given))

    assert [artefact.key for artefact in without] == [artefact.key for artefact in needed]


@pytest.mark.parametrize(("sop", "step"), ROWS)
def test_a_row_cannot_be_left_without_its_kelengkapan(sop, step):
    nothing = Record()

    missing = machine.missing_requirements(step, nothing)

    assert missing == [artefact for artefact in step.requires if not artefact.generate]


def test_the_conditions_bind_the_transition_itself(cast):
    ticket = walk(report(by=cast.reporter), cast, 2)
    arrow = ticket.step.arrow("3")

    before = can_proceed(ticket.complete_step)
    with pytest.raises(TransitionNotAllowed):
        ticket.complete_step(arrow)
    ticket.fresh = answers_for(ticket, cast.reporter)

    assert (before, can_proceed(ticket.complete_step)) == (False, True)


def test_a_transition_into_a_row_that_is_no_target_is_refused(cast):
    ticket = report(by=cast.reporter)
    astray = replace(ticket.step.arrows[0], to=7)

    with pytest.raises(InvalidResultState, match=r"website-2024\.7"):
        ticket.complete_step(astray)

    assert Ticket.objects.get(pk=ticket.pk).state == "website-2024.1"


@pytest.mark.parametrize(
    ("cause", "rows_done", "to"),
    [
        ("coding", {2, 3, 4}, 9),
        ("infrastruktur", {2, 3, 4}, 9),
        ("tanpa_perbaikan", {2, 3, 4}, 9),
        ("keduanya", {2, 3, 4}, 6),
        ("keduanya", {2, 3, 4, 6, 7, 8}, 9),
        ("keduanya", set(), 6),
    ],
)
def test_the_automatic_arrow_of_row_5_follows_the_cause_and_this_round(cause, rows_done, to):
    record = Record(given={"analisis": {"penyebab": cause}}, rows_done=frozenset(rows_done))

    assert WEBSITE.step(5).follow(record).to == to


def test_infrastructure_done_in_an_earlier_round_is_done_anew(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, 8, 9, 3, 4, 5, penyebab="keduanya")

    ticket = walk(ticket, cast, 6)

    assert (ticket.state, ticket.round) == ("website-2024.6", 2)


def test_the_cause_written_down_at_row_3_is_the_one_that_row_5_follows(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, penyebab="coding")
    ticket = walk(ticket, cast, 4, penyebab="keduanya")

    ticket = walk(ticket, cast, 5, 6)

    assert ticket.state == "website-2024.6"


@pytest.mark.parametrize(
    ("arrow", "cause", "fits"),
    [
        (to, cause, cause in causes)
        for to, causes in {"3": ("coding", "keduanya"), "6": ("infrastruktur",), "9": ("tanpa_perbaikan",)}.items()
        for cause in ("coding", "infrastruktur", "keduanya", "tanpa_perbaikan")
    ],
)
def test_the_arrows_of_row_2_want_the_cause_they_stand_for(cast, arrow, cause, fits):
    step = WEBSITE.step(2)
    record = Record(given={"bukti_masalah": {"tautan": "https://a.id"}}).with_answers(
        {"analisis": {"analisis": "Galat.", "penyebab": cause}}
    )

    objections = machine.objections(WEBSITE, step, record, arrow=step.arrow(arrow), reason="Sudah diperiksa.")

    assert list(objections) == ([] if fits else ["analisis-penyebab"])


def test_an_arrow_may_depend_on_what_an_earlier_row_recorded():
    only_if = WEBSITE.step(2).arrow("3").only_if
    arrow = replace(WEBSITE.step(4).arrows[0], only_if=only_if, when="penyebab coding")
    step = replace(WEBSITE.step(4), arrows=(arrow,))
    record = Record(given={"analisis": {"penyebab": "infrastruktur"}}, fresh={"hasil_perbaikan": {"hasil": "Beres."}})

    objections = machine.objections(WEBSITE, step, record, arrow=arrow, reason="")

    assert list(objections) == ["arrow"]


def test_a_disabled_arrow_is_refused_until_the_office_switches_it_on(cast, settings):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5)
    before = machine.open_arrows(SPJ, SPJ.step(5))

    with pytest.raises(actions.Incomplete) as refusal:
        walk(ticket, cast, END)
    settings.SOPDESK_ENABLED_ARROWS = frozenset({"spj-online.5>end"})
    ticket = walk(Ticket.objects.get(pk=ticket.pk), cast, END)

    assert refusal.value.errors == {"arrow": "Tindakan “Tuntas tanpa unggah” tidak diaktifkan oleh kantor."}
    assert [arrow.to for arrow in before] == [6, 3]
    assert ticket.state == MENUNGGU_KONFIRMASI


@pytest.mark.parametrize("refresh", [{}, {"fields": ["state"]}, {"fields": ["title"]}])
def test_the_state_cannot_be_assigned_even_after_a_refresh(cast, refresh):
    ticket = report(by=cast.reporter)

    ticket.refresh_from_db(**refresh)

    with pytest.raises(AttributeError, match="Direct state modification"):
        ticket.state = SELESAI
    assert ticket.state == "website-2024.1"


def test_a_refresh_brings_the_state_that_others_have_made(cast):
    ticket = report(by=cast.reporter)
    walk(Ticket.objects.get(pk=ticket.pk), cast, 2)

    ticket.refresh_from_db()

    assert (ticket.state, ticket.version, ticket.rows_done) == ("website-2024.2", 2, {1})


def test_what_an_action_returns_is_what_the_database_holds(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, penyebab="coding")
    assert ticket.rows_done == {1}

    ticket = walk(ticket, cast, 3, 4, penyebab="coding")

    assert ticket.record == Ticket.objects.get(pk=ticket.pk).record
    assert (ticket.record.fresh, ticket.rows_done) == ({}, {1, 2, 3})


def test_the_database_allows_one_open_run_per_ticket(cast, on_both_databases):
    ticket = report(by=cast.reporter)
    run = ticket.runs.get()
    run.pk = None

    with (
        pytest.raises(IntegrityError, match=r"one_open_run_per_ticket|tickets_steprun\.ticket_id"),
        transaction.atomic(),
    ):
        run.save(force_insert=True)

    assert ticket.runs.count() == 1
