"""Every verb, allowed and refused: what it leaves on the ticket, the run and the history, to the letter."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from tests.factories import TUESDAY, Cast, answers_for, person, report, upload, walk
from tickets import actions, history
from tickets.models import Attachment, NumberSequence, ReportedTo, RoleAssignment, Ticket, User
from tickets.models.tickets import Channel
from workflows import sops
from workflows.roles import Role
from workflows.sop import END, MENUNGGU_KONFIRMASI, SELESAI, TIDAK_DIPROSES

WEBSITE = sops.get("website-2024")
LATER = TUESDAY + timedelta(hours=1)
LINK = {"bukti_masalah": {"tautan": "https://sumbarprov.go.id/berita"}}


def filed(cast: Cast, **kwargs) -> Ticket:
    """A website ticket on row 1, filed on Tuesday at 10.00 WIB."""
    return report(by=cast.reporter, answers=LINK, now=TUESDAY, **kwargs)


def done(ticket: Ticket) -> Ticket:
    """Nothing of an instance in hand: the ticket as the database has it."""
    return Ticket.objects.get(pk=ticket.pk)


def again(someone: User) -> User:
    """The person as the next request meets them."""
    return User.objects.get(pk=someone.pk)


def line(entry):
    return entry.seq, entry.action, entry.by, entry.role, entry.from_state, entry.to_state, entry.round, entry.at


def last(ticket):
    return ticket.entries.select_related("by", "detail").last()


def colleague(role: Role, procedure: str = "website") -> User:
    return person("Nadia Kolega", role=role, procedure=procedure)


# Filing


def test_file_report_opens_a_ticket_on_row_1(cast):
    ticket = done(filed(cast))

    run, entry = ticket.runs.get(), ticket.entries.get()
    assert (ticket.number, ticket.state, ticket.round, ticket.version) == ("WEB-2026-0001", "website-2024.1", 1, 1)
    assert (ticket.reporter, ticket.filed_by, ticket.unit) == (cast.reporter, cast.reporter, cast.dinkes)
    assert (ticket.reporter_name, ticket.channel, ticket.given) == ("Siti Rahmah", Channel.SITE, LINK)
    assert (ticket.created_at, ticket.updated_at, ticket.closed_at) == (TUESDAY, TUESDAY, None)
    assert (run.row, run.round, run.role, run.performer, run.entered_at, run.left_at) == (
        *(1, 1, Role.SUB_KOORDINATOR, None), TUESDAY, None,
    )  # fmt: skip
    assert line(entry) == (1, "file_report", cast.reporter, "", "", "website-2024.1", 1, TUESDAY)
    assert entry.detail.body == {"answers": LINK, "report": history.report_of(ticket)}


@pytest.mark.parametrize("answers", [{}, {"bukti_masalah": {"tangkapan_layar": [], "tautan": ""}}])
def test_file_report_without_evidence_is_incomplete_and_takes_no_number(cast, answers):
    with pytest.raises(actions.Incomplete) as refusal:
        report(by=cast.reporter, answers=answers)

    assert refusal.value.errors == {
        "bukti_masalah-tangkapan_layar": "Sertakan sedikitnya satu tangkapan layar atau satu tautan."
    }
    assert (Ticket.objects.count(), NumberSequence.objects.count()) == (0, 0)


def test_file_report_for_spj_wants_an_image_not_a_link(cast):
    with pytest.raises(actions.Incomplete):
        report("spj_online", by=cast.reporter, answers=LINK)


def test_numbers_have_no_gap_across_a_filing_that_failed(cast, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("the disk is full")

    first = filed(cast)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "_enter", fails)
        with pytest.raises(RuntimeError):
            filed(cast)
    second = filed(cast)

    assert [first.number, second.number] == ["WEB-2026-0001", "WEB-2026-0002"]


def test_a_report_has_the_time_at_which_its_turn_came(cast, monkeypatch):
    locked_sequence = actions.locked_sequence

    def waits(*args):
        sequence = locked_sequence(*args)
        clock.shift(timedelta(seconds=9))
        return sequence

    monkeypatch.setattr(actions, "locked_sequence", waits)
    with time_machine.travel(TUESDAY, tick=False) as clock:
        ticket = report(by=cast.reporter, answers=LINK)

    assert (ticket.created_at, last(ticket).at) == (TUESDAY + timedelta(seconds=9),) * 2


def test_each_service_counts_for_itself(cast):
    numbers = [report(procedure, by=cast.reporter, now=TUESDAY).number for procedure in ("website", "spj_online")]

    assert numbers == ["WEB-2026-0001", "SPJ-2026-0001"]


def test_numbers_begin_anew_when_the_year_ends_in_wib(cast):
    last_minute = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)  # 23.59 WIB
    midnight = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # 1 January, 00.00 WIB
    still_2026_in_utc = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)

    numbers = [
        report(by=cast.reporter, answers=LINK, now=now).number for now in (last_minute, midnight, still_2026_in_utc)
    ]

    assert numbers == ["WEB-2026-0001", "WEB-2027-0001", "WEB-2027-0002"]


def test_the_subkoordinator_files_for_somebody_without_an_account(cast):
    budi = cast.holder(Role.SUB_KOORDINATOR)
    caller = actions.OnBehalfOf("Pak Anwar", unit=cast.bapenda, contact="0812", channel=Channel.WHATSAPP)

    ticket = done(report(by=budi, answers=LINK, on_behalf_of=caller, now=TUESDAY))

    assert (ticket.reporter, ticket.filed_by, ticket.channel) == (None, budi, Channel.WHATSAPP)
    assert (ticket.reporter_name, ticket.reporter_contact, ticket.unit) == ("Pak Anwar", "0812", cast.bapenda)
    assert line(last(ticket)) == (1, "file_report", budi, Role.SUB_KOORDINATOR, "", "website-2024.1", 1, TUESDAY)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SUB_KOORDINATOR])
def test_nobody_else_files_for_another(cast, role):
    with pytest.raises(actions.Refused):
        report(by=cast.holder(role), answers=LINK, on_behalf_of=actions.OnBehalfOf("Pak Anwar"))

    assert Ticket.objects.count() == 0


# Completing


def test_complete_step_moves_the_ticket_closes_the_run_and_opens_the_next(cast):
    ticket, budi = filed(cast), cast.holder(Role.SUB_KOORDINATOR)
    run = ticket.runs.get()

    actions.complete_step(ticket, by=budi, run=run.pk, arrow="2", now=LATER)

    ticket = done(ticket)
    left, entered = ticket.runs.all()
    assert (ticket.state, ticket.round, ticket.version, ticket.updated_at) == ("website-2024.2", 1, 2, LATER)
    assert (left.pk, left.performer, left.claimed_at, left.left_at) == (run.pk, budi, LATER, LATER)
    assert (left.arrow, left.arrow_label, left.is_deviation) == ("2", "Teruskan", False)
    assert (entered.row, entered.round, entered.role, entered.performer) == (2, 1, Role.WEB_DEVELOPER, None)
    assert (entered.entered_at, entered.left_at) == (LATER, None)
    assert line(last(ticket)) == (
        *(2, "complete_step", budi, Role.SUB_KOORDINATOR), "website-2024.1", "website-2024.2", 1, LATER,
    )  # fmt: skip
    body = last(ticket).detail.body
    verdict = body.pop("verdict")
    assert body == {"arrow": "2", "label": "Teruskan", "reason": "", "answers": {}}
    assert verdict == {
        "verdict": "tanpa_batas",
        "due": None,
        "worked_minutes": 60,
        "held_minutes": 0,
        "awaited_minutes": 0,
        "late_minutes": None,
    }


def test_complete_step_keeps_the_answers_for_the_next_row(cast):
    ticket = walk(filed(cast), cast, 2, 3, penyebab="coding")

    analysis = {"analisis": "Sudah diperiksa.", "penyebab": "coding"}
    assert done(ticket).given["analisis"] == analysis
    assert last(ticket).detail.body["answers"] == {"analisis": analysis}


def test_complete_step_takes_only_what_the_row_asks_for(cast):
    ticket = walk(filed(cast), cast, 2, 3, 4, penyebab="coding")
    foreign = {"analisis": {"analisis": "Lain.", "penyebab": "keduanya"}, "apa_saja": {"x": "y"}}
    answers = answers_for(ticket, cast.holder(Role.PROGRAMMER)) | foreign

    actions.complete_step(
        ticket, by=cast.holder(Role.PROGRAMMER), run=ticket.runs.open().get().pk, arrow="5", answers=answers
    )

    assert done(ticket).given["analisis"]["penyebab"] == "coding"
    assert set(done(ticket).given) == {"bukti_masalah", "analisis", "hasil_perbaikan"}


def test_an_arrow_into_a_new_round_counts_it_and_is_a_noted_deviation(cast):
    ticket = walk(filed(cast), cast, 2, 3, 4, 5, 9, 3, penyebab="coding")

    before, now = list(done(ticket).runs.order_by("-pk")[:2])[::-1]
    assert (done(ticket).round, before.round, now.round, now.row) == (2, 1, 2, 3)
    assert (before.arrow, before.is_deviation, last(ticket).round) == ("3", True, 2)


def test_the_end_waits_for_the_reporter_and_is_not_closed(cast):
    ticket = done(walk(filed(cast), cast, 2, 3, 4, 5, 9, END, penyebab="coding"))

    assert (ticket.state, ticket.closed_at, ticket.runs.open().count()) == (MENUNGGU_KONFIRMASI, None, 0)


def test_what_is_not_processed_is_closed_with_its_reason(cast):
    ticket, budi = filed(cast), cast.holder(Role.SUB_KOORDINATOR)

    actions.complete_step(
        ticket, by=budi, run=ticket.runs.get().pk, arrow=TIDAK_DIPROSES, reason=" Laporan ganda. ", now=LATER
    )

    assert (done(ticket).state, done(ticket).closed_at) == (TIDAK_DIPROSES, LATER)
    assert last(ticket).detail.body["reason"] == "Laporan ganda."


@pytest.mark.parametrize(
    ("arrow", "reason", "errors"),
    [
        ("", "", {"arrow": "Silakan pilih tindakan."}),
        ("7", "", {"arrow": "Silakan pilih tindakan."}),
        ("website-2024.2", "", {"arrow": "Silakan pilih tindakan."}),
        (TIDAK_DIPROSES, "", {"reason": "Tindakan “Tidak diproses” memerlukan alasan. Silakan tuliskan."}),
        (TIDAK_DIPROSES, " \n ", {"reason": "Tindakan “Tidak diproses” memerlukan alasan. Silakan tuliskan."}),
    ],
)
def test_complete_step_says_by_field_what_is_missing(cast, arrow, reason, errors):
    ticket = filed(cast)

    with pytest.raises(actions.Incomplete) as refusal:
        actions.complete_step(
            ticket, by=cast.holder(Role.SUB_KOORDINATOR), run=ticket.runs.get().pk, arrow=arrow, reason=reason
        )

    assert refusal.value.errors == errors
    assert (done(ticket).state, done(ticket).version) == ("website-2024.1", 1)


def test_complete_step_names_each_output_that_is_missing(cast):
    ticket = walk(filed(cast), cast, 2)

    with pytest.raises(actions.Incomplete) as refusal:
        actions.complete_step(
            ticket, by=cast.holder(Role.WEB_DEVELOPER), run=ticket.runs.open().get().pk, arrow="3", answers={}
        )

    assert set(refusal.value.errors) == {"analisis-analisis", "analisis-penyebab"}


def test_complete_step_is_refused_to_the_wrong_role(cast):
    ticket = filed(cast)

    with pytest.raises(actions.Refused) as refusal:
        actions.complete_step(ticket, by=cast.holder(Role.PROGRAMMER), run=ticket.runs.get().pk, arrow="2")

    assert (type(refusal.value), str(refusal.value)) == (
        actions.Refused, "Langkah ini dikerjakan oleh Sub Koordinator.",
    )  # fmt: skip


def test_who_comes_second_reads_who_was_first_and_when(cast):
    ticket, run = filed(cast), Ticket.objects.get().runs.get()
    nadia = colleague(Role.SUB_KOORDINATOR)
    actions.complete_step(ticket, by=cast.holder(Role.SUB_KOORDINATOR), run=run.pk, arrow="2", now=LATER)

    with pytest.raises(actions.Conflict) as conflict:
        actions.complete_step(ticket, by=nadia, run=run.pk, arrow="2", now=LATER)

    assert str(conflict.value) == (
        "Langkah 1 sudah diselesaikan lebih dahulu oleh Budi Santoso pada 17 Nov 2026 11.00 WIB."
    )
    assert (done(ticket).state, done(ticket).version) == ("website-2024.2", 2)


def test_the_run_of_another_ticket_is_refused(cast):
    ticket, other = filed(cast), filed(cast)

    with pytest.raises(actions.Refused):
        actions.complete_step(ticket, by=cast.holder(Role.SUB_KOORDINATOR), run=other.runs.get().pk, arrow="2")

    assert done(ticket).state == "website-2024.1"


def test_a_run_of_an_earlier_round_does_not_stand_for_the_row_of_this_round(cast):
    ticket = walk(filed(cast), cast, 2, 3, 4, penyebab="coding")
    first_round = ticket.runs.open().get()
    ticket = walk(ticket, cast, 5, 9, 3, 4, penyebab="coding")

    with pytest.raises(actions.Conflict):
        actions.complete_step(
            ticket, by=cast.holder(Role.PROGRAMMER), run=first_round.pk, arrow="5",
            answers=answers_for(ticket, cast.holder(Role.PROGRAMMER)),
        )  # fmt: skip

    assert done(ticket).state == "website-2024.4"


# One form, one act


@pytest.mark.parametrize("verb", ["file_report", "complete_step", "comment", "confirm", "reopen"])
def test_a_form_sent_twice_is_one_act(cast, verb):
    token = uuid4()
    act = {
        "file_report": lambda: filed(cast, token=token),
        "complete_step": lambda: actions.complete_step(
            ticket, by=cast.holder(Role.SUB_KOORDINATOR), run=run, arrow="2", token=token
        ),
        "comment": lambda: actions.comment(ticket, by=cast.reporter, text="Masih galat.", token=token),
        "confirm": lambda: actions.confirm(ticket, by=cast.reporter, token=token),
        "reopen": lambda: actions.reopen(ticket, by=cast.reporter, reason="Masih galat.", token=token),
    }[verb]
    ticket = filed(cast)
    run = ticket.runs.get().pk
    if verb in ("confirm", "reopen"):
        ticket = walk(ticket, cast, 2, 3, 4, 5, 9, END, penyebab="coding")

    first = done(act())
    second = done(act())

    assert (second.pk, second.version, second.state) == (first.pk, first.version, first.state)
    assert Ticket.objects.count() == (2 if verb == "file_report" else 1)


def test_the_same_token_in_another_persons_hands_is_another_form(cast):
    token = UUID(int=7)
    filed(cast, token=token)

    report(by=cast.stranger, answers=LINK, token=token)

    assert Ticket.objects.count() == 2


def test_a_form_that_failed_may_be_sent_again(cast):
    token, ticket = uuid4(), filed(cast)
    press = {"by": cast.holder(Role.SUB_KOORDINATOR), "run": ticket.runs.get().pk, "token": token}
    with pytest.raises(actions.Incomplete):
        actions.complete_step(ticket, arrow=TIDAK_DIPROSES, **press)

    actions.complete_step(ticket, arrow="2", **press)

    assert done(ticket).state == "website-2024.2"


# Who has the task


def test_claim_release_and_claim_by_another(cast):
    ticket, nadia = walk(filed(cast), cast, 2), colleague(Role.WEB_DEVELOPER)
    rina, run = cast.holder(Role.WEB_DEVELOPER), ticket.runs.open().get()

    actions.claim(ticket, by=rina, now=TUESDAY)
    actions.release(ticket, by=rina, now=LATER)
    actions.claim(ticket, by=nadia, now=LATER)

    run.refresh_from_db()
    assert (run.performer, run.claimed_at) == (nadia, LATER)
    assert [(e.action, e.by, e.role) for e in ticket.entries.all()][2:] == [
        ("claim", rina, Role.WEB_DEVELOPER),
        ("release", rina, Role.WEB_DEVELOPER),
        ("claim", nadia, Role.WEB_DEVELOPER),
    ]
    assert done(ticket).state == "website-2024.2"


def test_a_task_in_a_colleagues_hands_is_theirs(cast):
    ticket, nadia = walk(filed(cast), cast, 2), colleague(Role.WEB_DEVELOPER)
    actions.claim(ticket, by=cast.holder(Role.WEB_DEVELOPER), now=LATER)
    run = ticket.runs.open().get().pk
    sentence = "Tugas ini sudah diambil Rina Marlina pada 17 Nov 2026 11.00 WIB."

    for act in (
        lambda: actions.claim(ticket, by=nadia),
        lambda: actions.complete_step(ticket, by=nadia, run=run, arrow="3", answers=answers_for(ticket, nadia)),
    ):
        with pytest.raises(actions.Conflict) as conflict:
            act()
        assert str(conflict.value) == sentence
    with pytest.raises(actions.Refused):
        actions.release(ticket, by=nadia)


def test_claiming_ones_own_task_again_changes_nothing(cast):
    ticket = walk(filed(cast), cast, 2)
    actions.claim(ticket, by=cast.holder(Role.WEB_DEVELOPER), now=TUESDAY)

    actions.claim(ticket, by=cast.holder(Role.WEB_DEVELOPER), now=LATER)

    assert (done(ticket).version, done(ticket).runs.open().get().claimed_at) == (3, TUESDAY)


def test_releasing_ones_own_task_again_changes_nothing(cast):
    ticket, rina, nadia = walk(filed(cast), cast, 2), cast.holder(Role.WEB_DEVELOPER), colleague(Role.WEB_DEVELOPER)
    actions.claim(ticket, by=rina)
    actions.release(ticket, by=rina)
    actions.comment(ticket, by=rina, text="Silakan dilanjutkan.")

    actions.release(ticket, by=rina)

    with pytest.raises(actions.Refused):
        actions.release(ticket, by=nadia)
    assert done(ticket).version == 5


@pytest.mark.parametrize(
    "act",
    [
        lambda cast, **seen: actions.claim(by=cast.holder(Role.WEB_DEVELOPER), **seen),
        lambda cast, **seen: actions.release(by=cast.holder(Role.WEB_DEVELOPER), **seen),
        lambda cast, **seen: actions.hand_over(
            by=cast.holder(Role.SUB_KOORDINATOR), to=cast.holder(Role.WEB_DEVELOPER), **seen
        ),
    ],
    ids=["claim", "release", "hand over"],
)
def test_a_page_that_shows_an_earlier_row_assigns_nothing_on_the_next(cast, act):
    ticket = walk(filed(cast), cast, 2)
    seen = ticket.runs.open().get().pk
    actions.claim(walk(ticket, cast, 3), by=cast.holder(Role.WEB_DEVELOPER))
    before = done(ticket).version

    with pytest.raises(actions.Conflict, match="Langkah 2 sudah diselesaikan lebih dahulu oleh Rina Marlina"):
        act(cast, ticket=ticket, run=seen)

    assert done(ticket).version == before
    assert ticket.runs.open().get().performer == cast.holder(Role.WEB_DEVELOPER)


def test_a_claim_keeps_its_time_when_the_task_is_done(cast):
    ticket = walk(filed(cast), cast, 2)
    actions.claim(ticket, by=cast.holder(Role.WEB_DEVELOPER), now=TUESDAY)

    walk(ticket, cast, 3)

    run = ticket.runs.get(row=2)
    assert (run.performer, run.claimed_at) == (cast.holder(Role.WEB_DEVELOPER), TUESDAY)


def test_the_subkoordinator_hands_a_task_to_another_holder_of_the_role(cast):
    ticket, nadia, budi = walk(filed(cast), cast, 2), colleague(Role.WEB_DEVELOPER), cast.holder(Role.SUB_KOORDINATOR)
    actions.claim(ticket, by=cast.holder(Role.WEB_DEVELOPER), now=TUESDAY)

    actions.hand_over(ticket, to=nadia, by=budi, now=LATER)

    run = ticket.runs.open().get()
    assert (run.performer, run.claimed_at) == (nadia, LATER)
    assert line(last(ticket)) == (
        *(4, "hand_over", budi, Role.SUB_KOORDINATOR), "website-2024.2", "website-2024.2", 1, LATER,
    )  # fmt: skip
    assert last(ticket).detail.body == {"person": nadia.pk, "name": "Nadia Kolega"}


def test_a_task_is_handed_over_only_by_the_subkoordinator_and_only_to_a_holder(cast):
    ticket, nadia = walk(filed(cast), cast, 2), colleague(Role.WEB_DEVELOPER)
    others = [someone for someone in cast.everybody if someone != cast.holder(Role.SUB_KOORDINATOR)]

    for someone in others:
        with pytest.raises(actions.Refused):
            actions.hand_over(ticket, to=nadia, by=someone)
    with pytest.raises(actions.Refused, match="Fajar Ramadhan tidak memegang peran Web Developer"):
        actions.hand_over(ticket, to=cast.holder(Role.PROGRAMMER), by=cast.holder(Role.SUB_KOORDINATOR))

    assert (done(ticket).version, ticket.runs.open().get().performer) == (2, None)


@pytest.mark.parametrize("verb", [actions.claim, actions.release])
def test_nobody_takes_or_gives_back_a_task_of_another_role_or_of_a_ticket_that_is_over(cast, verb):
    ticket = walk(filed(cast), cast, 2)
    over = walk(filed(cast), cast, TIDAK_DIPROSES)

    for someone in cast.everybody:
        if someone != cast.holder(Role.WEB_DEVELOPER):
            with pytest.raises(actions.Refused):
                verb(ticket, by=someone)
        with pytest.raises(actions.Refused):
            verb(over, by=someone)

    assert (done(ticket).version, done(over).version) == (2, 2)


# Saying


def test_comment_with_a_file(cast):
    ticket, key = filed(cast), upload(cast.reporter)

    actions.comment(ticket, by=cast.reporter, text="Masih galat.", files=[key], now=LATER)

    entry = last(ticket)
    assert line(entry) == (2, "comment", cast.reporter, "", "website-2024.1", "website-2024.1", 1, LATER)
    digests = {key: Attachment.objects.get().sha256}
    assert not entry.internal
    assert entry.detail.body == {"text": "Masih galat.", "files": [key], "files_sha256": digests}
    assert Attachment.objects.values_list("key", "ticket", "entry").get() == (key, ticket.pk, entry.pk)


@pytest.mark.parametrize("internal", [False, True])
def test_who_may_comment_and_who_may_do_so_internally(cast, internal):
    ticket = filed(cast)
    spj_only = (Role.SUBKOORDINATOR_APLIKASI, Role.SUBKOORDINATOR_INFRASTRUKTUR, Role.NETWORK_ADMINISTRATOR)
    outside = [cast.stranger, cast.admin, *map(cast.holder, spj_only)] + [cast.reporter] * internal

    for someone in cast.everybody:
        if someone in outside:
            with pytest.raises(actions.Refused):
                actions.comment(ticket, by=someone, text="Apa kabar?", internal=internal)
        else:
            actions.comment(ticket, by=someone, text="Apa kabar?", internal=internal)

    assert ticket.entries.filter(action="comment", internal=internal).count() == len(cast.everybody) - len(outside)


@pytest.mark.parametrize("why", ["gone", "another's", "attached already"])
def test_files_that_are_gone_or_not_ones_own_refuse_the_whole_act(cast, why):
    ticket = filed(cast)
    mine, bad = upload(cast.reporter), upload(cast.stranger if why == "another's" else cast.reporter)
    if why == "gone":
        Attachment.objects.filter(key=bad).delete()
    if why == "attached already":
        actions.comment(ticket, by=cast.reporter, text="Ini.", files=[bad])
    version = done(ticket).version

    with pytest.raises(actions.Refused, match="Sebagian berkas sudah tidak tersedia"):
        actions.comment(ticket, by=cast.reporter, text="Ini.", files=[mine, bad])

    assert done(ticket).version == version
    assert Attachment.objects.get(key=mine).ticket is None


def test_a_report_with_a_foreign_screenshot_takes_no_number(cast):
    foreign = {"bukti_masalah": {"tangkapan_layar": [upload(cast.stranger)]}}

    with pytest.raises(actions.Refused), transaction.atomic():
        report(by=cast.reporter, answers=foreign)

    assert (Ticket.objects.count(), NumberSequence.objects.count()) == (0, 0)


def test_screenshots_passed_on_stay_with_the_act_that_brought_them(cast):
    ticket = report(by=cast.reporter)
    extra = upload(cast.holder(Role.SUB_KOORDINATOR))
    answers = {"bukti_masalah": {"tangkapan_layar": [*ticket.given["bukti_masalah"]["tangkapan_layar"], extra]}}

    actions.complete_step(
        ticket, by=cast.holder(Role.SUB_KOORDINATOR), run=ticket.runs.get().pk, arrow="2", answers=answers
    )

    assert list(ticket.attachments.values_list("entry__seq", flat=True)) == [1, 2]


# Reported to


def test_a_row_is_reported_to_the_roles_it_names_each_once(cast):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, END)

    told = [(told.run.row, told.role) for told in ReportedTo.objects.order_by("pk").select_related("run")]
    assert told == [(s.no, role) for s in ticket.sop.steps for role in (*s.report_to, *s.also_inform)]
    assert told[:4] == [
        *((row, Role.KEPALA_BIDANG_APTIKA) for row in (1, 2)),
        (3, Role.SUBKOORDINATOR_APLIKASI),
        (4, Role.SUBKOORDINATOR_INFRASTRUKTUR),
    ]


def test_acknowledge_marks_it_once_and_who_was_first_stays(cast):
    walk(report("spj_online", by=cast.reporter), cast, 2)
    told, kabid = ReportedTo.objects.get(), cast.holder(Role.KEPALA_BIDANG_APTIKA)
    other = person("Plt. Kepala Bidang", role=Role.KEPALA_BIDANG_APTIKA)

    actions.acknowledge(told, by=kabid, now=LATER)
    actions.acknowledge(told, by=other, now=LATER + timedelta(hours=1))

    told.refresh_from_db()
    assert (told.acknowledged_by, told.acknowledged_at) == (kabid, LATER)
    assert [(e.by, e.role, e.internal) for e in told.ticket.entries.filter(action="acknowledge")] == [
        (kabid, Role.KEPALA_BIDANG_APTIKA, True)
    ]
    assert last(told.ticket).detail.body == {"row": 1, "round": 1}


def test_only_the_role_that_was_told_acknowledges(cast):
    walk(report("spj_online", by=cast.reporter), cast, 2)
    told = ReportedTo.objects.get()

    for someone in cast.everybody:
        if someone != cast.holder(Role.KEPALA_BIDANG_APTIKA):
            with pytest.raises(actions.Refused):
                actions.acknowledge(told, by=someone)

    assert ReportedTo.objects.unread().get() == told


def test_what_is_unread_does_not_hold_the_ticket_up(cast):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, END)

    ticket = actions.confirm(ticket, by=cast.reporter)

    assert (ticket.state, ReportedTo.objects.unread().count()) == (SELESAI, 10)


# Confirming and reopening


@pytest.fixture
def ended(cast):
    return walk(filed(cast), cast, 2, 3, 4, 5, 9, END, penyebab="coding")


def test_the_reporter_confirms(cast, ended):
    now = timezone.now()

    actions.confirm(ended, by=cast.reporter, now=now)

    assert (done(ended).state, done(ended).closed_at, done(ended).round) == (SELESAI, now, 1)
    assert line(last(ended)) == (8, "confirm", cast.reporter, "", MENUNGGU_KONFIRMASI, SELESAI, 1, now)


def test_nobody_but_the_reporter_confirms(cast, ended):
    for someone in cast.everybody:
        if someone != cast.reporter:
            with pytest.raises(actions.Refused):
                actions.confirm(ended, by=someone)

    assert done(ended).state == MENUNGGU_KONFIRMASI


@pytest.mark.parametrize("who", ["reporter", "subkoordinator"])
def test_reopening_begins_a_new_round_at_row_2(cast, ended, who):
    by = cast.reporter if who == "reporter" else cast.holder(Role.SUB_KOORDINATOR)
    role = "" if who == "reporter" else Role.SUB_KOORDINATOR
    now = timezone.now()

    actions.reopen(ended, by=by, reason="Galat lagi.", now=now)

    ticket = done(ended)
    run = ticket.runs.open().get()
    assert (ticket.state, ticket.round, ticket.reopened_at, ticket.closed_at) == ("website-2024.2", 2, now, None)
    assert (run.row, run.round, run.role, run.entered_at) == (2, 2, Role.WEB_DEVELOPER, now)
    assert line(last(ticket)) == (8, "reopen", by, role, MENUNGGU_KONFIRMASI, "website-2024.2", 2, now)
    assert last(ticket).detail.body == {"reason": "Galat lagi."}


def test_reopening_wants_everything_from_its_row_on_anew(cast, ended):
    actions.reopen(ended, by=cast.reporter, reason="Galat lagi.")

    assert done(ended).given.keys() == {"bukti_masalah"}
    run = walk(done(ended), cast, 9, penyebab="tanpa_perbaikan").runs.open().get().pk
    with pytest.raises(actions.Incomplete, match="Hasil perbaikan belum ada"):
        actions.complete_step(ended, by=cast.holder(Role.WEB_DEVELOPER), run=run, arrow=END)


def test_sending_back_for_repair_keeps_the_analysis_and_wants_the_result_anew(cast):
    ticket = walk(filed(cast), cast, 2, 3, 4, 5, 9, penyebab="coding")

    again = walk(ticket, cast, 3)

    assert again.given.keys() == {"bukti_masalah", "analisis"}
    run = walk(again, cast, 4).runs.open().get().pk
    with pytest.raises(actions.Incomplete, match="Hasil perbaikan belum ada"):
        actions.complete_step(ticket, by=cast.holder(Role.PROGRAMMER), run=run, arrow="5")


def test_nobody_else_reopens_and_never_without_a_reason(cast, ended):
    for someone in cast.everybody:
        if someone not in (cast.reporter, cast.holder(Role.SUB_KOORDINATOR)):
            with pytest.raises(actions.Refused):
                actions.reopen(ended, by=someone, reason="Galat lagi.")
    with pytest.raises(actions.Incomplete) as refusal:
        actions.reopen(ended, by=cast.reporter, reason="  ")

    assert list(refusal.value.errors) == ["reason"]
    assert (done(ended).state, done(ended).round) == (MENUNGGU_KONFIRMASI, 1)


@pytest.mark.parametrize(
    ("first", "sentence"),
    [
        ("confirm", "Tiket ini sudah dikonfirmasi selesai oleh Siti Rahmah pada 17 Nov 2026 11.00 WIB."),
        ("reopen", "Tiket ini sudah dibuka kembali oleh Siti Rahmah pada 17 Nov 2026 11.00 WIB."),
    ],
)
def test_confirming_and_reopening_exclude_each_other(cast, ended, first, sentence):
    more = {"reason": "Galat lagi."} if first == "reopen" else {}
    getattr(actions, first)(ended, by=cast.reporter, now=LATER, **more)
    state = done(ended).state

    for act in (
        lambda: actions.confirm(ended, by=cast.reporter),
        lambda: actions.reopen(ended, by=cast.holder(Role.SUB_KOORDINATOR), reason="Galat lagi."),
    ):
        with pytest.raises(actions.Conflict) as conflict:
            act()
        assert str(conflict.value) == sentence
    assert done(ended).state == state


@pytest.mark.parametrize("ways", [(), (2,), (TIDAK_DIPROSES,)])
def test_what_awaits_nobody_is_neither_confirmed_nor_reopened(cast, ways):
    ticket = walk(filed(cast), cast, *ways)

    for act in (
        lambda: actions.confirm(ticket, by=cast.reporter),
        lambda: actions.reopen(ticket, by=cast.reporter, reason="Galat lagi."),
    ):
        with pytest.raises(actions.Refused, match="Tiket ini belum menunggu konfirmasi"):
            act()


def test_the_one_who_filed_speaks_for_a_reporter_without_an_account(cast):
    budi = cast.holder(Role.SUB_KOORDINATOR)
    ticket = report(by=budi, answers=LINK, on_behalf_of=actions.OnBehalfOf("Pak Anwar"))
    ticket = walk(ticket, cast, 2, 3, 4, 5, 9, END, penyebab="coding")

    ticket = actions.confirm(ticket, by=budi)

    assert ticket.state == SELESAI


# Roles in time


def substitute(cast: Cast, role: Role, procedure: str = "website") -> User:
    """Somebody who stands in for the holder of a role, today only."""
    someone, today = person("Plh. Nadia"), timezone.localdate()
    RoleAssignment.objects.create(
        user=someone, role=role, procedure=procedure, starts_on=today, ends_on=today,
        substitute_for=cast.holder(role), letter_number="800/12/2026",
    )  # fmt: skip
    return someone


def test_a_substitute_acts_in_the_name_of_the_holder(cast):
    ticket, nadia = filed(cast), substitute(cast, Role.SUB_KOORDINATOR)
    budi = cast.holder(Role.SUB_KOORDINATOR)

    actions.complete_step(ticket, by=nadia, run=ticket.runs.get().pk, arrow="2")
    ended = walk(filed(cast), cast, 2, 3, 4, 5, 9, END, penyebab="coding")
    actions.reopen(ended, by=nadia, reason="Galat lagi.")
    actions.hand_over(ticket, to=cast.holder(Role.WEB_DEVELOPER), by=nadia)
    theirs = report(by=nadia, answers=LINK, on_behalf_of=actions.OnBehalfOf("Pak Anwar"))

    acts = [last(t) for t in (ticket, ended, theirs)] + [ticket.entries.get(action="complete_step")]
    assert {(entry.by, entry.acting_for, entry.role) for entry in acts} == {(nadia, budi, Role.SUB_KOORDINATOR)}


def test_who_holds_a_role_in_their_own_right_acts_in_their_own_name(cast):
    ticket, nadia = filed(cast), substitute(cast, Role.SUB_KOORDINATOR)
    RoleAssignment.objects.create(
        user=nadia, role=Role.SUB_KOORDINATOR, procedure="website", starts_on=date(2020, 1, 1)
    )

    actions.complete_step(ticket, by=again(nadia), run=ticket.runs.get().pk, arrow="2")

    assert last(ticket).acting_for is None


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [(0, None, True), (0, 0, True), (-9, 0, True), (-9, -1, False), (1, None, False), (1, 9, False)],
)
def test_a_role_is_held_from_its_first_day_through_its_last(cast, starts, ends, holds):
    ticket, today = filed(cast), timezone.localdate()
    nadia = person("Nadia Kolega")
    RoleAssignment.objects.create(
        user=nadia, role=Role.SUB_KOORDINATOR, procedure="website", starts_on=today + timedelta(starts),
        ends_on=None if ends is None else today + timedelta(ends),
    )  # fmt: skip
    press = {"by": nadia, "run": ticket.runs.get().pk, "arrow": "2"}

    if holds:
        actions.complete_step(ticket, **press)
    else:
        with pytest.raises(actions.Refused):
            actions.complete_step(ticket, **press)

    assert done(ticket).state == ("website-2024.2" if holds else "website-2024.1")


def test_who_was_deactivated_holds_nothing(cast):
    ticket, budi = filed(cast), cast.holder(Role.SUB_KOORDINATOR)
    User.objects.filter(pk=budi.pk).update(is_active=False)

    with pytest.raises(actions.Refused):
        actions.complete_step(ticket, by=again(budi), run=ticket.runs.get().pk, arrow="2")


def test_a_role_in_one_procedure_is_none_in_another(cast):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3)
    elsewhere = colleague(Role.PROGRAMMER, "website")

    with pytest.raises(actions.Refused):
        actions.claim(ticket, by=elsewhere)
    actions.claim(ticket, by=colleague(Role.PROGRAMMER, "spj_online"))

    assert ticket.runs.open().get().performer.name == "Nadia Kolega"


def test_a_task_that_a_departed_colleague_has_is_freed_by_handing_it_over(cast):
    ticket, rina = walk(filed(cast), cast, 2), cast.holder(Role.WEB_DEVELOPER)
    actions.claim(ticket, by=rina)
    RoleAssignment.objects.filter(user=rina).update(ends_on=timezone.localdate() - timedelta(1))
    nadia = colleague(Role.WEB_DEVELOPER)
    press = {"run": ticket.runs.open().get().pk, "arrow": "3", "answers": answers_for(ticket, nadia)}

    with pytest.raises(actions.Refused):
        actions.complete_step(ticket, by=again(rina), **press)
    with pytest.raises(actions.Conflict):
        actions.complete_step(ticket, by=nadia, **press)
    actions.hand_over(ticket, to=nadia, by=cast.holder(Role.SUB_KOORDINATOR))
    actions.complete_step(ticket, by=nadia, **press)

    assert done(ticket).state == "website-2024.3"
