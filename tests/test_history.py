"""History is append-only, and what somebody with the database's own password changes in it is found and named."""

import contextlib
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone

from tests.factories import TUESDAY, report, upload, walk
from tickets import actions, history, triggers
from tickets.models import Attachment, EntryDetail, HistoryEntry, Notice, NumberSequence, StepRun, Ticket
from tickets.models.tickets import Channel, Impact
from workflows.roles import Role
from workflows.sop import END, SELESAI

pytestmark = pytest.mark.usefixtures("on_both_databases")


@pytest.fixture
def tickets(cast):
    """Three tickets with two dozen entries between them."""
    link = {"bukti_masalah": {"tautan": "https://sumbarprov.go.id"}}
    reports = [report(by=cast.reporter, answers=link) for _ in range(3)]
    for ticket in reports:
        actions.comment(ticket, by=cast.reporter, text="Masih galat.")
        walk(ticket, cast, 2, 3, 4, 5, 9, END, penyebab="coding")
    return [Ticket.objects.get(pk=ticket.pk) for ticket in reports]


@contextlib.contextmanager
def as_an_intruder():
    """With the trigger out of the way, and put back afterwards, as somebody who owns the database would."""
    connection.check_constraints()
    Notice.objects.all().delete()  # else their foreign keys would miss a deleted entry
    with connection.cursor() as cursor:
        for statement in triggers.DROP[connection.vendor]:
            cursor.execute(statement)
        yield cursor
        for statement in triggers.CREATE[connection.vendor]:
            cursor.execute(statement)


def breaks():
    return [str(found) for found in history.verify()]


# The guard


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda entry: HistoryEntry.objects.filter(pk=entry.pk).update(internal=True), id="update"),
        pytest.param(lambda entry: entry.save(), id="save"),
        pytest.param(lambda entry: entry.save(update_fields=["at"]), id="save one field"),
        pytest.param(lambda entry: HistoryEntry.objects.bulk_update([entry], ["at"]), id="bulk update"),
        pytest.param(lambda entry: HistoryEntry.objects.filter(pk=entry.pk)._raw_delete("default"), id="delete"),
        pytest.param(lambda entry: sql("UPDATE {table} SET internal = NOT internal"), id="sql update"),
        pytest.param(lambda entry: sql("UPDATE {table} SET hash = hash WHERE seq = 1"), id="sql update to the same"),
        pytest.param(lambda entry: sql("DELETE FROM {table}"), id="sql delete"),
        pytest.param(lambda entry: sql("DELETE FROM {table} WHERE seq = 3"), id="sql delete one"),
    ],
)
def test_the_database_refuses_to_change_or_remove_an_entry(tickets, change):
    before = list(HistoryEntry.objects.values())

    with pytest.raises(DatabaseError, match="history is append-only"), transaction.atomic():
        change(tickets[0].entries.first())

    assert list(HistoryEntry.objects.values()) == before


def test_the_database_refuses_to_replace_an_entry(tickets):
    columns = ", ".join(field.column for field in HistoryEntry._meta.concrete_fields)
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"

    with pytest.raises(DatabaseError), transaction.atomic():
        sql(f"{verb} INTO {{table}} ({columns}) SELECT {columns} FROM {{table}} WHERE seq = 1")

    assert breaks() == []


@pytest.mark.postgres
def test_postgresql_refuses_to_truncate_the_history(tickets):
    sql("SET CONSTRAINTS ALL IMMEDIATE")  # else what is still to be checked stands in the way, not the guard

    with pytest.raises(DatabaseError, match="history is append-only"), transaction.atomic():
        sql("TRUNCATE {table} CASCADE")

    assert HistoryEntry.objects.count() == 24


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table=triggers.TABLE))


# The proof


def test_a_sound_record_has_no_break(tickets):
    assert (breaks(), HistoryEntry.objects.count()) == ([], 24)


TAMPERINGS = {
    "a person changed": (
        "UPDATE {table} SET by_id = by_id + 1 WHERE ticket_id = {ticket} AND seq = 4",
        ["{number} entry 4: its columns were changed"],
    ),
    "a time changed": (
        "UPDATE {table} SET at = '2026-01-01 00:00:00+00:00' WHERE ticket_id = {ticket} AND seq = 4",
        ["{number} entry 4: its columns were changed"],
    ),
    "an internal note made public": (
        "UPDATE {table} SET internal = NOT internal WHERE ticket_id = {ticket} AND seq = 2",
        ["{number} entry 2: its columns were changed"],
    ),
    "a change with a hash to match": (
        "UPDATE {table} SET hash = 'f0' WHERE ticket_id = {ticket} AND seq = 4",
        ["{number} entry 4: its columns were changed", "{number} entry 5: it does not follow the entry before it"],
    ),
    "deleted from the middle": (
        "DELETE FROM {table} WHERE ticket_id = {ticket} AND seq = 4",
        ["{number} entry 5: entry 4 is missing"],
    ),
    "deleted from the beginning": (
        "DELETE FROM {table} WHERE ticket_id = {ticket} AND seq = 1",
        ["{number} entry 2: entry 1 is missing"],
    ),
    "all deleted": (
        "DELETE FROM {table} WHERE ticket_id = {ticket}",
        ["{number}: 8 entries were written, 0 are there"],
    ),
    "the tail cut": (
        "DELETE FROM {table} WHERE ticket_id = {ticket} AND seq > 6",
        ["{number}: 8 entries were written, 6 are there"],
    ),
    "renumbered": (
        "UPDATE {table} SET seq = 9 WHERE ticket_id = {ticket} AND seq = 8",
        ["{number} entry 9: entry 8 is missing"],
    ),
    "moved to another ticket": (
        "UPDATE {table} SET ticket_id = {other}, seq = 9 WHERE ticket_id = {ticket} AND seq = 8",
        [
            "{number}: 8 entries were written, 7 are there",
            "{other_number} entry 9: its columns were changed",
            "{other_number} entry 9: it does not follow the entry before it",
            "{other_number} entry 9: it does not start where the entry before it ended",
            "{other_number}: 8 entries were written, 9 are there",
        ],
    ),
}


@pytest.mark.parametrize(("statement", "named"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_one_tampered_row_among_many_is_found_and_named(tickets, statement, named):
    victim, other = tickets[1], tickets[2]

    with as_an_intruder() as cursor:
        if statement.startswith("DELETE"):  # the text hangs on its entry and has to go first
            EntryDetail.objects.filter(entry__ticket=victim).delete()
        cursor.execute(statement.format(table=triggers.TABLE, ticket=victim.pk, other=other.pk))

    found = [line for line in breaks() if not line.endswith("its text was deleted")]
    assert found == [line.format(number=victim.number, other_number=other.number) for line in named]


def test_two_entries_that_were_swapped_are_named(tickets):
    ticket = tickets[1]

    with as_an_intruder() as cursor:
        for old, new in ((3, 90), (4, 3), (90, 4)):
            cursor.execute(
                f"UPDATE {triggers.TABLE} SET seq = %s WHERE ticket_id = %s AND seq = %s", [new, ticket.pk, old]
            )

    assert {line.split(":")[0] for line in breaks()} == {f"{ticket.number} entry {seq}" for seq in (3, 4, 5)}


def test_an_entry_that_was_slipped_in_is_named(tickets):
    ticket = tickets[1]
    forged = ticket.entries.last()
    forged.pk, forged.seq, forged.previous_hash = None, 9, forged.hash
    forged.from_state = forged.to_state = ticket.state
    forged.hash = forged.fingerprint()

    forged.save(force_insert=True)

    assert breaks() == [
        f"{ticket.number} entry 9: its text was deleted",
        f"{ticket.number}: 8 entries were written, 9 are there",
    ]


def test_a_ticket_set_to_a_state_that_its_history_does_not_tell_is_named(tickets):
    Ticket.objects.filter(pk=tickets[2].pk).update(state=SELESAI, closed_at=timezone.now(), confirm_by=None)

    assert breaks() == [f"{tickets[2].number}: it stands at selesai, its history ends at menunggu-konfirmasi"]


def test_a_text_that_was_changed_or_deleted_is_named(tickets):
    changed, deleted = tickets[0].entries.get(seq=2), tickets[1].entries.get(seq=2)
    EntryDetail.objects.filter(entry=changed).update(body={"text": "Sudah baik.", "files": []})
    EntryDetail.objects.filter(entry=deleted).delete()

    assert breaks() == [
        f"{tickets[0].number} entry 2: its text was changed",
        f"{tickets[1].number} entry 2: its text was deleted",
    ]


def test_a_text_that_was_erased_does_not_break_the_chain(tickets):
    erased = EntryDetail.objects.filter(entry=tickets[0].entries.get(seq=2))

    erased.update(body={}, salt="", erased_at=timezone.now())

    assert breaks() == []


def test_erasure_is_no_cover_for_another_text(tickets):
    detail = EntryDetail.objects.filter(entry=tickets[0].entries.get(seq=2))

    detail.update(body={"text": "Sudah baik."}, erased_at=timezone.now())

    assert breaks() == [f"{tickets[0].number} entry 2: its text was changed"]


def test_a_ticket_that_is_gone_is_missed_by_its_number(tickets):
    NumberSequence.objects.update(last=4)

    assert breaks() == ["WEB-2026-0004: the ticket is gone"]


def test_a_cut_tail_that_was_covered_up_shows_in_the_head(tickets):
    ticket = tickets[2]
    actions.comment(ticket, by=ticket.reporter, text="Terima kasih.")
    before = history.head()
    last = ticket.entries.last()

    with as_an_intruder() as cursor:
        EntryDetail.objects.filter(entry=last).delete()
        cursor.execute(f"DELETE FROM {triggers.TABLE} WHERE id = %s", [last.pk])
        Ticket.objects.filter(pk=ticket.pk).update(version=8)

    assert breaks() == []
    assert history.head() != before


def test_a_move_that_was_cut_off_still_stands_in_the_ledger(tickets):
    ticket = tickets[2]
    last = ticket.entries.last()

    with as_an_intruder() as cursor:
        EntryDetail.objects.filter(entry=last).delete()
        cursor.execute(f"DELETE FROM {triggers.TABLE} WHERE id = %s", [last.pk])
        Ticket.objects.filter(pk=ticket.pk).update(version=7, state=last.from_state, confirm_by=None)

    assert breaks() == [f"{ticket.number}: visit 6 of its ledger is not the one its history tells"]


# The ticket, its files and its ledger

CHANGES_OF_THE_REPORT = {
    "title": "Bukan itu",
    "description": "Tidak ada gangguan.",
    "page_url": "https://sumbarprov.go.id/lain",
    "noticed_at": datetime(2026, 11, 1, tzinfo=UTC),
    "impact": Impact.ALL,
    "reporter": None,
    "reporter_name": "Orang lain",
    "reporter_contact": "0813",
    "unit": None,
    "channel": Channel.LETTER,
    "created_at": datetime(2026, 11, 1, tzinfo=UTC),
}


def test_every_field_of_the_report_is_compared_but_what_moves():
    moves = {"id", "state", "round", "version", "given", "updated_at", "reopened_at", "closed_at", "search_text"}
    moves |= {"confirm_by", "main_id", "restricted", "erased_at", "tracking_code"}

    filed = {field.attname for field in Ticket._meta.concrete_fields} - moves

    assert set(history.FILED_FIELDS) == filed


@pytest.mark.parametrize(("field", "value"), CHANGES_OF_THE_REPORT.items(), ids=CHANGES_OF_THE_REPORT)
def test_a_report_that_was_rewritten_is_named(tickets, field, value):
    Ticket.objects.filter(pk=tickets[1].pk).update(**{field: value})

    assert breaks() == [f"{tickets[1].number} entry 1: not as it was filed: {field}"]


def test_a_report_whose_text_was_erased_is_not_compared(tickets):
    EntryDetail.objects.filter(entry=tickets[1].entries.first()).update(body={}, salt="", erased_at=timezone.now())
    Ticket.objects.filter(pk=tickets[1].pk).update(title="Dihapus", description="Dihapus", reporter_name="Dihapus")

    assert breaks() == []


def test_a_report_is_sound_with_every_field_filled_in(cast):
    budi = cast.holder(Role.SUB_KOORDINATOR)
    caller = actions.OnBehalfOf("Pak Anwar", unit=cast.bapenda, contact="0812", channel=Channel.WHATSAPP)
    wib = timezone.localtime(timezone.now())

    report(by=budi, on_behalf_of=caller, noticed_at=wib, page_url="https://sumbarprov.go.id", impact=Impact.UNIT)

    assert breaks() == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda files, other: files.update(sha256="f" * 64), id="its bytes exchanged"),
        pytest.param(lambda files, other: files.delete(), id="deleted"),
        pytest.param(lambda files, other: files.update(entry=other), id="moved to another act"),
    ],
)
@pytest.mark.parametrize("act", ["file", "comment", "complete"])
def test_a_file_that_is_not_the_one_attached_is_named(cast, act, change):
    ticket = report(by=cast.reporter)
    actions.comment(ticket, by=cast.reporter, text="Ini.", files=[upload(cast.reporter)])
    walk(ticket, cast, 2, 3, 4, penyebab="coding")
    fajar, run = cast.holder(Role.PROGRAMMER), ticket.runs.open().get().pk
    answers = {"hasil_perbaikan": {"hasil": "Diperbaiki.", "berkas": [upload(fajar)]}}
    actions.complete_step(ticket, by=fajar, run=run, arrow="5", answers=answers)
    assert breaks() == []
    seq = {"file": 1, "comment": 2, "complete": 6}[act]

    change(Attachment.objects.filter(entry__seq=seq), ticket.entries.get(seq=3))

    assert f"{ticket.number} entry {seq}: its files are not those that were attached" in breaks()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda runs: runs.filter(row=4).update(left_at=TUESDAY, entered_at=TUESDAY), id="when"),
        pytest.param(lambda runs: runs.filter(row=4).update(row=6), id="which row"),
        pytest.param(lambda runs: runs.filter(row=4).update(round=2), id="which round"),
        pytest.param(lambda runs: runs.filter(row=4).update(arrow="9"), id="where to"),
        pytest.param(lambda runs: runs.filter(row=4).update(performer=F("performer") + 1), id="by whom"),
        pytest.param(lambda runs: runs.filter(row=4).delete(), id="deleted"),
        pytest.param(lambda runs: runs.filter(row=5).delete(), id="the open one deleted"),
        pytest.param(lambda runs: runs.filter(row=5).update(row=9), id="the open one elsewhere"),
    ],
)
def test_a_ledger_that_tells_otherwise_than_the_history_is_named(cast, change):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, penyebab="coding")
    assert breaks() == []

    change(StepRun.objects.filter(ticket=ticket))

    (found,) = breaks()
    assert found.endswith("of its ledger is not the one its history tells")


def test_a_row_still_open_on_a_ticket_that_is_over_is_named(tickets):
    open_run = StepRun(ticket=tickets[0], row=9, round=1, role=Role.WEB_DEVELOPER, entered_at=timezone.now())

    open_run.save()

    assert breaks() == [f"{tickets[0].number}: visit 7 of its ledger is not the one its history tells"]


def test_the_proof_asks_the_database_as_often_for_many_tickets_as_for_few(tickets, django_assert_num_queries):
    for ticket in tickets:
        actions.reopen(ticket, by=ticket.reporter, reason="Galat lagi.")

    with django_assert_num_queries(6):
        assert breaks() == []


def test_the_head_moves_with_every_act(cast, tickets):
    heads = [history.head()]

    for _ in range(3):
        actions.comment(tickets[0], by=cast.reporter, text="Masih galat.")
        heads.append(history.head())

    assert [count for count, _ in heads] == [24, 25, 26, 27]
    assert len({digest for _, digest in heads}) == 4


# The command


def test_the_command_says_that_the_record_is_sound(tickets):
    out = StringIO()

    call_command("verify_history", stdout=out)

    assert out.getvalue() == f"Head: {history.head()[1]}\n24 entries of 3 tickets: sound\n"


def test_the_command_names_each_break_and_fails(tickets):
    out = StringIO()
    EntryDetail.objects.filter(entry=tickets[0].entries.get(seq=2)).update(body={"text": "Sudah baik."})

    with pytest.raises(CommandError, match="24 entries of 3 tickets: 1 breaks"):
        call_command("verify_history", stdout=out)

    assert out.getvalue().startswith(f"{tickets[0].number} entry 2: its text was changed\nHead: ")


def test_the_command_has_nothing_to_say_against_an_empty_record(db):
    out = StringIO()

    call_command("verify_history", stdout=out)

    assert out.getvalue().endswith("0 entries of 0 tickets: sound\n")


def test_a_verdict_that_was_changed_is_named(tickets):
    run = StepRun.objects.filter(left_at__isnull=False, verdict="tanpa_batas").first()
    StepRun.objects.filter(pk=run.pk).update(worked_minutes=F("worked_minutes") + 1)

    assert breaks() == [
        f"{run.ticket.number} entry {entry_that_left(run).seq}: row {run.row} did not end with this verdict"
    ]


def entry_that_left(run):
    return run.ticket.entries.filter(action="complete_step", from_state=run.ticket.sop.row(run.row)).first()


# Reports that follow another


@pytest.fixture
def tied(cast):
    """A main ticket, what follows it, and a third report of the same SOP."""
    main, follower, third = (report("spj_online", by=cast.reporter) for _ in range(3))
    lina, run = cast.holder(Role.SUBKOORDINATOR_APLIKASI), follower.runs.get().pk
    return main, actions.tie(follower, to=main, by=lina, run=run), third


def test_a_main_ticket_that_was_changed_is_named(tied):
    main, follower, third = tied

    Ticket.objects.filter(pk=follower.pk).update(main=third)
    Ticket.objects.filter(pk=third.pk).update(main=main)

    assert breaks() == [
        f"{follower.number}: it is tied to {third.number}, its history says {main.number}",
        f"{third.number}: it is tied to {main.number}, its history says to nothing",
    ]


def test_the_verdict_of_a_row_that_was_left_to_follow_is_sealed_like_any_other(tied):
    _, follower, _ = tied

    follower.runs.update(worked_minutes=99)

    assert breaks() == [f"{follower.number} entry 2: row 1 did not end with this verdict"]


def test_the_ledger_of_what_follows_is_compared(cast, tied):
    _, follower, _ = tied

    follower.runs.update(performer=cast.admin)

    assert breaks() == [f"{follower.number}: visit 1 of its ledger is not the one its history tells"]
