"""Every act in a sentence that is true, and to the reporter only what is the reporter's."""

from datetime import date

import pytest

from tests.factories import advance, answers_for, person, report, upload, walk
from tickets import actions, timeline
from tickets.models import RoleAssignment, Ticket
from tickets.models.history import Action
from tickets.sight import Sight
from workflows.roles import Role

EVIDENCE = "Tangkapan layar / tautan permasalahan"


def told(ticket, *, is_whole=True):
    return timeline.events(Sight(Ticket.objects.get(pk=ticket.pk), is_whole=is_whole))


def last(ticket):
    return told(ticket)[-1]


def test_filing_is_told_with_who_has_it_next(cast):
    event = last(report(by=cast.reporter))

    assert event.sentence == "Siti Rahmah melaporkan gangguan ini."
    assert event.then == "Berikutnya langkah 1, Sub Koordinator."


@pytest.mark.parametrize(
    ("channel", "came_by"),
    [
        ("whatsapp", ", yang disampaikan melalui WhatsApp"),
        ("telepon", ", yang disampaikan melalui telepon"),
        ("surat", ", yang disampaikan melalui surat"),
        ("langsung", ", yang disampaikan melalui kedatangan langsung"),
        ("situs", ""),
    ],
)
def test_filing_for_another_names_that_person_and_the_channel(cast, channel, came_by):
    ticket = report(
        by=cast.holder(Role.SUB_KOORDINATOR),
        on_behalf_of=actions.OnBehalfOf(name="Nurhayati", unit=cast.bapenda, channel=channel),
    )

    assert last(ticket).sentence == (f"Budi Santoso (Sub Koordinator) mencatat laporan atas nama Nurhayati{came_by}.")


def test_completing_a_row_names_the_row_the_button_and_the_next_role(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5)

    event = last(ticket)

    assert event.sentence == (
        "Fajar Ramadhan (Programmer) menyelesaikan langkah 4 · Perbaikan dari sisi coding dengan “Selesai diperbaiki”."
    )
    assert event.then == "Berikutnya langkah 5, Programmer."


def test_answers_are_told_by_label_with_choices_in_words(cast):
    event = last(walk(report(by=cast.reporter), cast, 2, 3))

    (analysis,) = event.answers
    assert analysis.label == "Analisis / kesimpulan permasalahan"
    assert [(line.label, line.text) for line in analysis.lines] == [
        ("Analisis permasalahan", "Sudah diperiksa."),
        ("Penyebab", "Coding"),
    ]


def test_instants_are_told_in_local_time_and_links_as_links(cast):
    spj = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, "menunggu-konfirmasi")
    web = walk(report(by=cast.reporter), cast, 2, 3, 4, 5)

    lines = {line.label: line for shown in (*last(spj).answers, *last(web).answers) for line in shown.lines}

    assert lines["Waktu pengunggahan"].text == "17 Nov 2026 09.00 WIB"
    assert lines["Tautan hasil"].link == "https://sumbarprov.go.id/berita"


def test_what_is_passed_on_unchanged_is_not_told_twice(cast):
    event = last(walk(report(by=cast.reporter), cast, 2, 3, 4))

    assert event.answers == ()
    assert event.unchanged == ("Analisis / kesimpulan permasalahan",)


def test_not_processing_says_so_with_its_reason(cast):
    event = last(walk(report(by=cast.reporter), cast, "tidak-diproses"))

    assert event.sentence == (
        "Budi Santoso (Sub Koordinator) menyatakan pada langkah 1 bahwa laporan ini tidak diproses."
    )
    assert (event.reason, event.then, event.icon) == ("Sesuai hasil pemeriksaan.", "Tiket ditutup.", "ban")


def test_a_new_round_is_marked_where_it_begins(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, 3, 4)

    events = told(ticket)

    assert [event.starts_round for event in events] == [None] * 6 + [2, None]
    assert events[6].then == "Putaran ke-2 dimulai: langkah 3, Web Developer."


def test_taking_releasing_and_handing_over_name_the_row_and_the_people(cast):
    gilang = person("Gilang Pratama", role=Role.PROGRAMMER, procedure="website")
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4)
    actions.claim(ticket, by=gilang)
    actions.release(ticket, by=gilang)
    actions.hand_over(ticket, to=gilang, by=cast.holder(Role.SUB_KOORDINATOR))

    taken, released, handed = told(ticket)[-3:]

    assert taken.sentence == "Gilang Pratama (Programmer) mengambil tugas langkah 4."
    assert released.sentence == "Gilang Pratama (Programmer) melepas tugas langkah 4."
    assert released.then == "Tugas kembali ke Programmer."
    assert handed.sentence == "Budi Santoso (Sub Koordinator) menyerahkan tugas langkah 4 kepada Gilang Pratama."


def test_a_substitute_acts_in_the_name_of_whom_they_stand_in_for(cast):
    stand_in = person("Wati Anggraini")
    RoleAssignment.objects.create(
        user=stand_in,
        role=Role.SUB_KOORDINATOR,
        procedure="website",
        starts_on=date(2020, 1, 1),
        ends_on=date(2099, 1, 1),
        substitute_for=cast.holder(Role.SUB_KOORDINATOR),
        letter_number="800/12",
    )
    ticket = report(by=cast.reporter)
    run = ticket.runs.get()
    actions.complete_step(ticket, by=stand_in, run=run.pk, arrow="2", answers=answers_for(ticket, stand_in))

    assert last(ticket).sentence == (
        "Wati Anggraini (Sub Koordinator, a.n. Budi Santoso) menyelesaikan langkah 1 · Sub Koordinator menyampaikan "
        "permasalahan pada website dengan “Teruskan”."
    )


def test_the_end_is_told_from_asking_to_confirming_and_reopening(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, "menunggu-konfirmasi")
    asked = last(ticket)
    actions.reopen(ticket, by=cast.reporter, reason="Masih galat.")
    reopened = last(ticket)
    ticket = walk(Ticket.objects.get(pk=ticket.pk), cast, 3, 4, 5, 9, "menunggu-konfirmasi")
    actions.confirm(ticket, by=cast.reporter)
    confirmed = last(ticket)

    assert asked.then == "Pelapor diminta mengonfirmasi."
    assert (reopened.sentence, reopened.reason) == ("Siti Rahmah membuka kembali tiket ini.", "Masih galat.")
    assert reopened.then == "Putaran ke-2 dimulai: langkah 2, Web Developer."
    assert confirmed.sentence == "Siti Rahmah mengonfirmasi bahwa gangguan sudah selesai."
    assert confirmed.then == "Tiket ditutup."


def test_a_mark_diketahui_names_the_row_it_is_for(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9)
    actions.acknowledge(ticket.reported_to.get(), by=cast.holder(Role.WEB_DEVELOPER))

    event = last(ticket)

    assert event.sentence == "Rina Marlina (Web Developer) menandai hasil langkah 5 diketahui."
    assert event.entry.internal


def test_a_comment_carries_its_text_and_files(cast):
    ticket = report(by=cast.reporter)
    key = upload(cast.reporter)
    actions.comment(ticket, by=cast.reporter, text="Ini buktinya.", files=[key])

    event = last(ticket)

    assert event.sentence == "Siti Rahmah menulis komentar."
    assert (event.text, [file.key for file in event.files]) == ("Ini buktinya.", [key])


def test_to_a_reporter_the_evidence_and_the_outcome_are_told_and_no_analysis(cast):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9)
    before = [shown.label for event in told(ticket, is_whole=False) for shown in event.answers]
    ticket = walk(ticket, cast, "menunggu-konfirmasi")
    after = [shown.label for event in told(ticket, is_whole=False) for shown in event.answers]

    assert (before, after) == ([EVIDENCE], [EVIDENCE, "Hasil perbaikan"])


def test_erased_text_is_said_to_be_erased(cast):
    ticket = report(by=cast.reporter)
    actions.comment(ticket, by=cast.reporter, text="Nomor saya 0812.")
    detail = ticket.entries.last().detail
    detail.body, detail.erased_at = {}, ticket.created_at
    detail.save()

    assert last(ticket).text == "Teks ini sudah dihapus."


def test_every_act_has_an_icon_and_a_predicate(cast):
    assert set(timeline.ICONS) == set(Action)

    ticket = advance(report(by=cast.reporter), cast, 2)

    assert all(event.icon and event.does for event in told(ticket))
