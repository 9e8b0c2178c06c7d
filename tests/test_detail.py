"""The page of a ticket: whose turn it is, what they can do there, and what others may not see."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import time_machine

from tests.factories import TUESDAY, a_working_day, person, report, screenshot_file, upload, walk
from tickets import actions
from tickets.models import Attachment, EntryDetail, ReportedTo, Ticket
from workflows import sops
from workflows.roles import Role

#: What marks a question of the page's own script.
HTMX = {"HX-Request": "true"}
ANALYSIS = {"analisis-analisis": "Galat pada modul banner.", "analisis-penyebab": "coding"}


def page(client, ticket, query=""):
    return client.get(f"/tiket/{ticket.number}/{query}")


def html_of(response):
    return response.content.decode()


def words(response):
    """The text of a page, without markup and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html_of(response)).split())


def pulse_of(response):
    """The address at which an open page asks whether it is current."""
    return unescape(re.search(r'id="denyut"[^>]* hx-get="([^"]+)"', html_of(response))[1])


def buttons(response):
    """What the arrow buttons say, the primary one first."""
    button = r'<button class="btn (btn-act|btn-quiet)" type="submit" name="arrow"[^>]*>(.*?)</button>'
    found = re.findall(button, html_of(response))
    return [(kind == "btn-act", " ".join(re.sub(r"<[^>]+>", " ", inner).split())) for kind, inner in found]


def complete(client, ticket, **fields):
    run = ticket.runs.open().get()
    return client.post(f"/tiket/{ticket.number}/selesaikan/", {"run": run.pk, "token": str(uuid4()), **fields})


@pytest.fixture
def at_row_2(cast):
    return walk(report(by=cast.reporter), cast, 2)


@pytest.fixture
def at_row_4(cast):
    return walk(report(by=cast.reporter), cast, 2, 3, 4)


@pytest.fixture
def to_confirm(cast):
    return walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9, "menunggu-konfirmasi")


@pytest.fixture
def gilang(cast):
    """A second Programmer."""
    return person("Gilang Pratama", role=Role.PROGRAMMER, procedure="website")


# Whose turn it is


def test_the_performer_sees_the_turn_with_one_primary_button(cast, client_of, at_row_4):
    response = page(client_of(cast.holder(Role.PROGRAMMER)), at_row_4)

    assert "Giliran Anda" in words(response)
    assert "4 · Perbaikan dari sisi coding" in words(response)
    assert "Waktu mutu baku: 2 hari/sesuai kebutuhan" in words(response)
    assert "Analisis / kesimpulan permasalahan ada, Rina Marlina, langkah 2" in words(response)
    assert buttons(response) == [(True, "Selesai diperbaiki Programmer")]


def test_everybody_else_reads_whom_the_ticket_waits_for(cast, client_of, at_row_2):
    response = page(client_of(cast.reporter), at_row_2)

    assert "Menunggu Web Developer" in words(response)
    assert "Giliran Rina Marlina, masuk baru saja" in words(response)
    assert "Giliran Anda" not in words(response)
    assert 'name="arrow"' not in html_of(response)


def test_the_other_buttons_stand_behind_the_primary_one_and_say_who_is_next(cast, client_of):
    response = page(client_of(cast.holder(Role.SUB_KOORDINATOR)), report(by=cast.reporter))

    assert buttons(response) == [(True, "Teruskan Web Developer"), (False, "Tidak diproses tiket ditutup")]
    assert "Bila bukan gangguan / di luar kewenangan / laporan ganda." in words(response)
    assert "Wajib untuk “Tidak diproses”." in words(response)


@pytest.mark.parametrize(
    ("cause", "ways", "explains"),
    [
        ("coding", (2, 3, 4, 5), "Berikutnya langkah 9, Web Developer"),
        ("keduanya", (2, 3, 4, 5), "Berikutnya langkah 6, Web Developer"),
    ],
)
def test_an_automatic_row_has_one_button_that_leads_where_the_record_does(cast, client_of, cause, ways, explains):
    ticket = walk(report(by=cast.reporter), cast, *ways, penyebab=cause)

    response = page(client_of(cast.holder(Role.PROGRAMMER)), ticket)

    assert buttons(response) == [(True, "Laporkan Web Developer")]
    assert explains in words(response)


def test_the_last_row_says_that_the_reporter_is_asked(cast, client_of):
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, 5, 9)

    response = page(client_of(cast.holder(Role.WEB_DEVELOPER)), ticket)

    assert buttons(response)[0] == (True, "Informasikan dan selesai konfirmasi pelapor")
    assert "Putaran ke-2 dimulai. Berikutnya langkah 3" in words(response)


def test_an_arrow_that_the_office_has_not_switched_on_is_not_offered(cast, client_of, settings):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5)
    client = client_of(cast.holder(Role.SUBKOORDINATOR_APLIKASI))

    before = buttons(page(client, ticket))
    settings.SOPDESK_ENABLED_ARROWS = frozenset({"spj-online.5>end"})
    after = buttons(page(client, ticket))

    assert before == [
        (True, "Teruskan ke infrastruktur Subkoordinator Infrastruktur"),
        (False, "Hasil belum sesuai Programmer"),
    ]
    assert after == [*before, (False, "Tuntas tanpa unggah konfirmasi pelapor")]


def test_what_is_missing_of_kelengkapan_is_named_and_asked(cast, client_of):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3)

    response = page(client_of(cast.holder(Role.PROGRAMMER)), ticket)

    assert "Source aplikasi belum ada, silakan Anda lengkapi" in words(response)
    html = html_of(response)
    parts = ("silakan Anda lengkapi", 'name="rujukan_sumber-rujukan"', "Output langkah sebelumnya", "Output · ")
    assert [part for _, part in sorted((html.index(part), part) for part in parts)] == list(parts)


def test_what_the_row_before_gave_is_shown_though_this_one_does_not_ask_for_it(cast, client_of):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6)
    answers = {"ketersediaan_infrastruktur": {"server": "srv-7", "kapasitas": "40 GB", "jadwal": "malam ini"}}
    by = cast.holder(Role.SUBKOORDINATOR_INFRASTRUKTUR)
    actions.complete_step(ticket, by=by, run=ticket.runs.open().get().pk, arrow="7", answers=answers)

    response = page(client_of(cast.holder(Role.NETWORK_ADMINISTRATOR)), ticket)

    assert (
        "Output langkah sebelumnya Ketersediaan infrastruktur Hendra Gunawan, langkah 6 "
        "Server srv-7 Kapasitas 40 GB Jadwal pengunggahan malam ini Output · Hasil perbaikan"
    ) in words(response)


def test_what_a_former_round_gave_is_not_handed_on(cast, client_of):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 3)

    response = page(client_of(cast.holder(Role.PROGRAMMER)), ticket)

    assert "Giliran Anda" in words(response)
    assert "Output langkah sebelumnya" not in words(response)


def test_the_stepper_marks_the_current_row(cast, client_of, at_row_4):
    response = page(client_of(cast.reporter), at_row_4)

    assert html_of(response).count('aria-current="step"') == 2  # the row of dots, and the sheet of a phone
    assert "Langkah 1–3 selesai" in words(response)
    assert "Langkah 4 dari 9" in words(response)


# Leaving a row


def test_completing_a_row_goes_back_to_the_ticket_with_thanks(cast, client_of, at_row_2):
    client = client_of(cast.holder(Role.WEB_DEVELOPER))

    response = complete(client, at_row_2, arrow="3", **ANALYSIS)

    assert (response.status_code, response["Location"]) == (302, f"/tiket/{at_row_2.number}/")
    assert "Langkah 2 selesai. Berikutnya langkah 3, Web Developer." in words(client.get(response["Location"]))
    assert Ticket.objects.get(pk=at_row_2.pk).given["analisis"]["penyebab"] == "coding"


def test_passing_on_what_came_is_one_press(cast, client_of):
    ticket = walk(report(by=cast.reporter), cast, 2, 3)
    client = client_of(cast.holder(Role.WEB_DEVELOPER))
    form = page(client, ticket).context["card"]["form"]
    shown = {field.name: field.value() for field in form.passing_on}

    response = complete(client, ticket, arrow="4", **shown)

    assert response.status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).given["analisis"] == ticket.given["analisis"]


def test_a_file_sent_with_a_row_is_attached_and_shown(cast, client_of, at_row_4):
    client = client_of(cast.holder(Role.PROGRAMMER))
    fields = {"hasil_perbaikan-hasil": "Sudah.", "hasil_perbaikan-berkas": screenshot_file("bukti.png")}

    response = complete(client, at_row_4, arrow="5", **fields)

    attachment = Attachment.objects.get(name="bukti.png")
    assert response.status_code == 302
    assert attachment.ticket == at_row_4
    assert f"/lampiran/{attachment.key}/" in html_of(page(client_of(cast.holder(Role.WEB_DEVELOPER)), at_row_4))


def test_an_incomplete_form_comes_back_with_what_was_typed_and_the_files_kept(cast, client_of, at_row_4):
    client = client_of(cast.holder(Role.PROGRAMMER))
    fields = {"hasil_perbaikan-tautan": "bukan tautan", "hasil_perbaikan-berkas": screenshot_file("bukti.png")}

    response = complete(client, at_row_4, arrow="5", **fields)

    assert response.status_code == 422
    assert "Langkah ini belum dapat diselesaikan." in words(response)
    assert 'value="bukan tautan"' in html_of(response)
    assert "Tautan ini bukan alamat halaman. Salin alamatnya dari peramban, misalnya" in words(response)
    assert Attachment.objects.get(name="bukti.png", ticket=None).key in html_of(response)
    assert Ticket.objects.get(pk=at_row_4.pk).state == at_row_4.state


def test_a_missing_reason_is_asked_beside_its_field_and_the_fold_stays_open(cast, client_of):
    ticket = report(by=cast.reporter)
    client = client_of(cast.holder(Role.SUB_KOORDINATOR))

    response = complete(client, ticket, arrow="tidak-diproses")

    assert response.status_code == 422
    assert "Tindakan “Tidak diproses” memerlukan alasan. Silakan tuliskan." in words(response)
    assert re.search(r"<details class=\"more fold\" data-others open>", html_of(response))


def test_a_button_that_contradicts_the_cause_is_answered_beside_the_cause(cast, client_of, at_row_2):
    client = client_of(cast.holder(Role.WEB_DEVELOPER))

    response = complete(client, at_row_2, arrow="6", **ANALYSIS)

    assert response.status_code == 422
    assert "Tindakan “Lanjut ke perbaikan infrastruktur” hanya untuk penyebab infrastruktur." in words(response)
    assert "Galat pada modul banner." in html_of(response)


def test_the_button_that_fits_the_chosen_cause_comes_first_when_the_form_comes_back(cast, client_of, at_row_2):
    client = client_of(cast.holder(Role.WEB_DEVELOPER))

    response = complete(client, at_row_2, arrow="9", **{**ANALYSIS, "analisis-penyebab": "tanpa_perbaikan"})

    assert response.status_code == 422
    assert buttons(response)[0] == (True, "Selesaikan tanpa perbaikan Web Developer")


def test_while_no_cause_is_chosen_no_button_stands_out(cast, client_of, at_row_2):
    response = page(client_of(cast.holder(Role.WEB_DEVELOPER)), at_row_2)

    assert buttons(response) == [
        (False, "Lanjut ke perbaikan coding Web Developer"),
        (False, "Lanjut ke perbaikan infrastruktur Web Developer"),
        (False, "Selesaikan tanpa perbaikan Web Developer"),
    ]
    assert re.search(r"<details class=\"more fold\" data-others open>", html_of(response))


def test_a_form_without_its_run_changes_nothing(cast, client_of, at_row_2):
    client = client_of(cast.holder(Role.WEB_DEVELOPER))

    responses = [
        client.post(f"/tiket/{at_row_2.number}/selesaikan/", {"arrow": "3", "run": run, **ANALYSIS})
        for run in ("", "x", "9" * 30, "0", "²")
    ]

    assert [response.status_code for response in responses] == [422] * 5
    assert Ticket.objects.get(pk=at_row_2.pk).version == at_row_2.version


def test_a_second_press_of_the_same_form_is_the_same_act(cast, client_of, at_row_2):
    client = client_of(cast.holder(Role.WEB_DEVELOPER))
    fields = {"run": at_row_2.runs.open().get().pk, "token": str(uuid4()), "arrow": "3", **ANALYSIS}

    responses = [client.post(f"/tiket/{at_row_2.number}/selesaikan/", fields) for _ in range(2)]

    assert [response.status_code for response in responses] == [302, 302]
    assert Ticket.objects.get(pk=at_row_2.pk).state == "website-2024.3"


def test_a_wrong_role_is_refused_with_a_sentence(cast, client_of, at_row_2):
    response = complete(client_of(cast.holder(Role.PROGRAMMER)), at_row_2, arrow="3", **ANALYSIS)

    assert response.status_code == 403
    assert "Langkah ini dikerjakan oleh Web Developer." in words(response)


def test_the_losing_racer_reads_who_was_first_and_keeps_what_was_typed(cast, client_of, gilang, at_row_4):
    run = at_row_4.runs.open().get()
    walk(at_row_4, cast, 5)
    fields = {"hasil_perbaikan-hasil": "Versi saya.", "hasil_perbaikan-berkas": screenshot_file("bukti.png")}

    response = client_of(gilang).post(f"/tiket/{at_row_4.number}/selesaikan/", {"run": run.pk, "arrow": "5", **fields})

    assert response.status_code == 409
    assert "Langkah 4 sudah diselesaikan lebih dahulu oleh Fajar Ramadhan pada" in words(response)
    assert "Isian Anda tidak hilang" in words(response)
    assert "Versi saya." in html_of(response)
    assert Attachment.objects.get(name="bukti.png").key in html_of(response)


def test_a_task_in_a_colleagues_hands_is_a_conflict_that_names_them(cast, client_of, gilang, at_row_4):
    actions.claim(at_row_4, by=gilang)

    response = complete(
        client_of(cast.holder(Role.PROGRAMMER)), at_row_4, arrow="5", **{"hasil_perbaikan-hasil": "Versi saya."}
    )

    assert response.status_code == 409
    assert "Tugas ini sudah diambil Gilang Pratama pada" in words(response)
    assert "Versi saya." in html_of(response)


# Who has the task


def test_who_alone_holds_a_role_is_not_asked_to_take_the_task(cast, client_of, at_row_4):
    client = client_of(cast.holder(Role.PROGRAMMER))

    alone = page(client, at_row_4)
    person("Gilang Pratama", role=Role.PROGRAMMER, procedure="website")
    together = page(client, at_row_4)

    assert "Giliran Anda" in words(alone)
    assert "Ambil tugas" not in words(alone)
    assert "Ambil tugas" in words(together)


@pytest.mark.usefixtures("gilang")
def test_a_team_task_is_taken_and_given_back(cast, client_of, at_row_4):
    client = client_of(cast.holder(Role.PROGRAMMER))

    client.post(f"/tiket/{at_row_4.number}/ambil/")
    taken = page(client, at_row_4)
    client.post(f"/tiket/{at_row_4.number}/lepas/")
    released = page(client, at_row_4)

    assert "Lepas tugas" in words(taken)
    assert "Anda ambil" in words(taken)
    assert "Ambil tugas" in words(released)
    assert "Belum diambil" in words(released)


def test_a_colleague_reads_who_has_the_task(cast, client_of, gilang, at_row_4):
    actions.claim(at_row_4, by=gilang)

    response = page(client_of(cast.holder(Role.PROGRAMMER)), at_row_4)

    assert "Diambil Gilang Pratama baru saja" in words(response)
    assert 'name="arrow"' not in html_of(response)


def test_losing_a_task_to_a_colleague_is_a_conflict(cast, client_of, gilang, at_row_4):
    actions.claim(at_row_4, by=gilang)

    response = client_of(cast.holder(Role.PROGRAMMER)).post(f"/tiket/{at_row_4.number}/ambil/")

    assert response.status_code == 409
    assert "Tugas ini sudah diambil Gilang Pratama pada" in words(response)


def test_a_stale_page_does_not_take_the_next_task(cast, client_of, at_row_4):
    seen = at_row_4.runs.open().get()
    fajar = client_of(cast.holder(Role.PROGRAMMER))
    shown = html_of(page(client_of(cast.holder(Role.SUB_KOORDINATOR)), at_row_4))
    walk(at_row_4, cast, 5)

    response = fajar.post(f"/tiket/{at_row_4.number}/ambil/", {"run": seen.pk})

    assert f'<input type="hidden" name="run" value="{seen.pk}">' in shown
    assert response.status_code == 409
    assert "Langkah 4 sudah diselesaikan lebih dahulu oleh Fajar Ramadhan" in words(response)
    assert at_row_4.runs.open().get().performer is None


def test_only_the_subkoordinator_hands_a_task_over(cast, client_of, gilang, at_row_4):
    leader, colleague = client_of(cast.holder(Role.SUB_KOORDINATOR)), client_of(cast.holder(Role.PROGRAMMER))
    address = f"/tiket/{at_row_4.number}/serahkan/"

    refused = colleague.post(address, {"person": gilang.pk})
    stranger = leader.post(address, {"person": cast.stranger.pk})
    handed = leader.post(address, {"person": gilang.pk})

    assert (refused.status_code, stranger.status_code, handed.status_code) == (403, 422, 302)
    assert at_row_4.runs.open().get().performer == gilang
    assert "Serahkan tugas kepada" in words(page(leader, at_row_4))
    assert "Serahkan tugas kepada" not in words(page(colleague, at_row_4))


# The end


def test_the_reporter_is_asked_and_confirms(cast, client_of, to_confirm):
    client = client_of(cast.reporter)

    asked = page(client, to_confirm)
    response = client.post(f"/tiket/{to_confirm.number}/konfirmasi/", {"token": str(uuid4())})

    assert "Giliran Anda Apakah gangguan sudah selesai?" in words(asked)
    assert words(asked).index("Apakah gangguan sudah selesai?") < words(asked).index("menunggu jawaban pelapor")
    assert "Hasil perbaikan" in words(asked)
    assert response.status_code == 302
    assert Ticket.objects.get(pk=to_confirm.pk).state == "selesai"


@pytest.fixture
def repaired_twice(cast):
    """The website's row 9, after a fault of both causes: rows 4 and 7 gave a result each, and row 8 corrected its."""
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="keduanya")
    ticket = walk(ticket, cast, 5, 6, 7, hasil="Modul banner diperbaiki.")
    ticket = walk(ticket, cast, 8, hasil="Server ditambah.")
    return walk(ticket, cast, 9, hasil="Server ditambah memorinya.")


def test_two_results_stand_side_by_side_each_with_who_gave_it(cast, client_of, repaired_twice):
    response = page(client_of(cast.holder(Role.WEB_DEVELOPER)), repaired_twice)

    assert (
        "Hasil perbaikan ada, Fajar Ramadhan, langkah 4 Hasil perbaikan Modul banner diperbaiki. "
        "Tautan hasil https://sumbarprov.go.id/berita "
        "Hasil perbaikan ada, Yusuf Hakim, langkah 7 Hasil perbaikan Server ditambah memorinya."
    ) in words(response)
    assert "Server ditambah. " not in words(response).partition("Riwayat")[0]


def test_the_reporter_is_asked_about_both_results(cast, client_of, repaired_twice):
    ticket = walk(repaired_twice, cast, "menunggu-konfirmasi", hasil="Server ditambah memorinya.")

    response = page(client_of(cast.reporter), ticket)

    assert "Hasil perbaikan · langkah 4, Programmer Hasil perbaikan Modul banner diperbaiki." in words(response)
    assert "Hasil perbaikan · langkah 7, Tim Infrastruktur Hasil perbaikan Server ditambah memorinya." in words(
        response
    )


def test_the_results_of_a_former_round_are_not_asked_about_again(cast, client_of, repaired_twice):
    ticket = walk(repaired_twice, cast, 3, 4, penyebab="coding")
    ticket = walk(ticket, cast, 5, 9, "menunggu-konfirmasi", hasil="Templat diganti.", penyebab="coding")

    results = page(client_of(cast.reporter), ticket).context["card"]["results"]

    assert [(step.no, shown.lines[0].text) for step, shown in results] == [(4, "Templat diganti.")]


def test_what_was_erased_from_the_history_still_stands_on_the_record(cast, client_of, at_row_4):
    EntryDetail.objects.filter(entry__ticket=at_row_4).update(body={}, salt="", erased_at=TUESDAY)

    response = page(client_of(cast.holder(Role.PROGRAMMER)), at_row_4)

    assert "Analisis / kesimpulan permasalahan ada, dari catatan tiket" in words(response)


def test_what_was_erased_of_a_hold_leaves_its_ticket_readable(cast, client_of, at_row_4):
    programmer, run = cast.holder(Role.PROGRAMMER), at_row_4.runs.open().get()
    actions.hold(at_row_4, by=programmer, run=run.pk, reason="pelapor", until=a_working_day(), note="Mohon alamatnya.")
    actions.resume(at_row_4, by=programmer, run=run.pk)
    actions.extend(at_row_4, by=programmer, run=run.pk, until=a_working_day(), reason="Perlu pengujian.")
    EntryDetail.objects.filter(entry__ticket=at_row_4).update(body={}, salt="", erased_at=TUESDAY)

    assert "menunda langkah 4." in words(page(client_of(programmer), at_row_4))
    assert "memperpanjang langkah 4." in words(page(client_of(cast.reporter), at_row_4))


def test_reopening_needs_a_reason_and_begins_a_round(cast, client_of, to_confirm):
    client = client_of(cast.reporter)
    address = f"/tiket/{to_confirm.number}/buka-kembali/"

    lacking = client.post(address, {"reason": " "})
    response = client.post(address, {"reason": "Masih galat."})

    assert lacking.status_code == 422
    assert "Silakan tuliskan mengapa gangguan belum selesai." in words(lacking)
    assert response.status_code == 302
    reopened = words(page(client, to_confirm))
    assert "Putaran ke-2" in reopened
    assert "putaran ke-2" in reopened  # on the line under the stepper


def test_the_subkoordinator_may_reopen_but_not_confirm(cast, client_of, to_confirm):
    client = client_of(cast.holder(Role.SUB_KOORDINATOR))

    response = page(client, to_confirm)

    assert "Buka kembali" in words(response)
    assert "Konfirmasi selesai" not in words(response)
    assert client.post(f"/tiket/{to_confirm.number}/konfirmasi/").status_code == 403


def test_reopening_too_late_names_who_confirmed_and_keeps_the_reason(cast, client_of, to_confirm):
    actions.confirm(to_confirm, by=cast.reporter)
    client = client_of(cast.holder(Role.SUB_KOORDINATOR))

    response = client.post(f"/tiket/{to_confirm.number}/buka-kembali/", {"reason": "Menurut saya belum."})

    assert response.status_code == 409
    assert "Tiket ini sudah dikonfirmasi selesai oleh Siti Rahmah pada" in words(response)
    assert "Menurut saya belum." in html_of(response)


def test_a_report_not_processed_shows_its_reason_to_the_reporter(cast, client_of):
    ticket = walk(report(by=cast.reporter), cast, "tidak-diproses")

    response = page(client_of(cast.reporter), ticket)

    assert "Laporan ini tidak diproses" in words(response)
    assert "Alasan Sesuai hasil pemeriksaan." in words(response)


def test_a_report_filed_for_somebody_says_so(cast, client_of):
    leader = cast.holder(Role.SUB_KOORDINATOR)
    caller = actions.OnBehalfOf(name="Nurhayati", unit=cast.bapenda, contact="0813-7000-9988", channel="telepon")
    ticket = report(by=leader, on_behalf_of=caller)

    response = page(client_of(leader), ticket)

    assert "Nurhayati Badan Pendapatan Daerah 0813-7000-9988 Dicatat oleh Budi Santoso, Telepon." in words(response)


def test_each_role_that_was_told_stands_once_with_what_it_knows(cast, client_of):
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4)
    kabid = cast.holder(Role.KEPALA_BIDANG_APTIKA)
    actions.acknowledge(ReportedTo.objects.get(run__row=1), by=kabid)

    response = page(client_of(kabid), ticket)

    assert (
        "Dilaporkan ke Kepala Bidang Aptika Langkah 1 diketahui Ir. Zulkifli Langkah 2 belum ditandai diketahui "
        "Subkoordinator Aplikasi Langkah 3 belum ditandai diketahui"
    ) in words(response)


# Comments, and what a reporter never sees


def test_a_comment_with_a_file_is_added(cast, client_of, at_row_2):
    response = client_of(cast.reporter).post(
        f"/tiket/{at_row_2.number}/komentar/",
        {"text": "Ini buktinya.", "files": screenshot_file("bukti.png"), "token": str(uuid4())},
    )

    assert (response.status_code, response["Location"]) == (302, f"/tiket/{at_row_2.number}/#riwayat")
    assert "Ini buktinya." in words(page(client_of(cast.holder(Role.WEB_DEVELOPER)), at_row_2))
    assert Attachment.objects.get(name="bukti.png").ticket == at_row_2


def test_an_empty_comment_is_asked_for_again(cast, client_of, at_row_2):
    response = client_of(cast.reporter).post(f"/tiket/{at_row_2.number}/komentar/", {"text": ""})

    assert response.status_code == 422
    assert "Silakan tuliskan komentar Anda." in words(response)


def test_a_reporter_sees_nothing_internal_and_no_contact_of_others(cast, client_of, at_row_2):
    developer = cast.holder(Role.WEB_DEVELOPER)
    key = upload(developer)
    actions.comment(at_row_2, by=developer, text="Rahasia dapur.", files=[key], internal=True)
    reporter, colleague = client_of(cast.reporter), client_of(cast.holder(Role.PROGRAMMER))

    seen_by_reporter = [
        page(reporter, at_row_2),
        reporter.get(f"/tiket/{at_row_2.number}/segar/?versi=0", headers=HTMX),
    ]
    seen_by_colleague = page(colleague, at_row_2)

    for response in seen_by_reporter:
        assert response.status_code == 200
        assert "Rahasia dapur." not in html_of(response)
        assert key not in html_of(response)
        assert "catatan internal" not in words(response)
        assert "Kelengkapan" not in words(response)
    assert "Rahasia dapur." in words(seen_by_colleague)
    assert key in html_of(seen_by_colleague)


def test_a_reporter_cannot_make_a_comment_internal(cast, client_of, at_row_2):
    client_of(cast.reporter).post(f"/tiket/{at_row_2.number}/komentar/", {"text": "Halo.", "internal": "on"})

    assert not at_row_2.entries.last().internal


def test_what_a_person_typed_is_only_ever_text(cast, client_of):
    ticket = report(by=cast.reporter, title="<script>alert(1)</script>")
    actions.comment(ticket, by=cast.reporter, text="<img src=x onerror=alert(1)>")

    response = page(client_of(cast.reporter), ticket)

    assert "<script>alert" not in html_of(response)
    assert "<img src=x" not in html_of(response)


# Doors


ACTS = ("selesaikan", "ambil", "lepas", "serahkan", "komentar", "konfirmasi", "buka-kembali")


@pytest.mark.parametrize("act", ACTS)
def test_looking_at_the_address_of_an_act_leads_to_the_ticket_and_does_nothing(cast, client_of, at_row_2, act):
    response = client_of(cast.holder(Role.WEB_DEVELOPER)).get(f"/tiket/{at_row_2.number}/{act}/")

    assert (response.status_code, response["Location"]) == (302, f"/tiket/{at_row_2.number}/")
    assert Ticket.objects.get(pk=at_row_2.pk).version == at_row_2.version


@pytest.mark.parametrize("act", ACTS)
def test_anothers_ticket_is_as_if_it_were_absent(cast, client_of, at_row_2, act):
    stranger = client_of(cast.stranger)

    there = stranger.post(f"/tiket/{at_row_2.number}/{act}/")
    absent = stranger.post(f"/tiket/WEB-1999-0001/{act}/")

    assert (there.status_code, absent.status_code) == (404, 404)
    assert page(stranger, at_row_2).status_code == 404
    assert stranger.get(f"/tiket/{at_row_2.number}/segar/", headers=HTMX).status_code == 404


def test_a_button_pressed_when_signed_out_leads_to_its_ticket_after_signing_in(client, cast, at_row_2):
    person = cast.holder(Role.WEB_DEVELOPER)
    person.set_password("ranah-minang-2026")
    person.save()
    sign_in = client.post(f"/tiket/{at_row_2.number}/ambil/")["Location"]

    response = client.post(sign_in, {"username": person.email, "password": "ranah-minang-2026"}, follow=True)

    assert response.redirect_chain[-1] == (f"/tiket/{at_row_2.number}/", 302)
    assert "Giliran Anda" in words(response)


def test_the_parts_that_live_are_no_page_of_their_own(cast, client_of, at_row_2):
    response = client_of(cast.reporter).get(f"/tiket/{at_row_2.number}/segar/?versi=1")

    assert (response.status_code, response["Location"]) == (302, f"/tiket/{at_row_2.number}/")


def test_nobody_signed_out_sees_anything(client, cast, at_row_2):
    for address in ("", "segar/"):
        assert client.get(f"/tiket/{at_row_2.number}/{address}")["Location"].startswith("/masuk/")
    for act in ACTS:
        assert client.post(f"/tiket/{at_row_2.number}/{act}/")["Location"].startswith("/masuk/")


# Staying current


@time_machine.travel(TUESDAY, tick=False)  # a minute of working time that begins meanwhile is news
def test_a_page_that_is_current_gets_nothing(cast, client_of, at_row_2, django_assert_max_num_queries):
    client = client_of(cast.reporter)

    address = pulse_of(page(client, at_row_2))

    with django_assert_max_num_queries(6):
        response = client.get(address, headers=HTMX)

    assert (response.status_code, response.content) == (204, b"")


def test_a_page_left_behind_gets_the_parts_that_live(cast, client_of, at_row_4):
    run = at_row_4.runs.open().get()
    version = at_row_4.version
    walk(at_row_4, cast, 5)

    address = f"/tiket/{at_row_4.number}/segar/?versi={version}&run={run.pk}"
    response = client_of(cast.reporter).get(address, headers=HTMX)

    html = html_of(response)
    assert response.status_code == 200
    assert re.findall(r'id="([\w-]+)"[^>]* hx-swap-oob="true"', html) == [
        "kepala", "waktu-isi", "waktu-tindakan", "giliran", "rekap", "riwayat-isi", "samping",
    ]  # fmt: skip
    assert 'data-news="Langkah ini sudah diselesaikan oleh Fajar Ramadhan pada' in html
    assert f"versi={version + 1}" in html
    assert "<html" not in html


def test_the_history_is_newest_first_until_asked_otherwise(cast, client_of, at_row_2):
    client = client_of(cast.reporter)

    newest, oldest = page(client, at_row_2), page(client, at_row_2, "?urut=lama")

    assert [event.entry.seq for event in newest.context["events"]] == [2, 1]
    assert [event.entry.seq for event in oldest.context["events"]] == [1, 2]


# Weight


def talk(ticket, by, times):
    for number in range(times):
        actions.comment(ticket, by=by, text=f"Komentar {number}: " + "sudah diperiksa. " * 6)


def test_the_page_costs_the_same_queries_whatever_its_history(
    cast, client_of, at_row_4, django_assert_max_num_queries, django_assert_num_queries
):
    client = client_of(cast.holder(Role.SUB_KOORDINATOR))
    with django_assert_max_num_queries(20) as short:
        page(client, at_row_4)
    talk(at_row_4, cast.reporter, 60)

    with django_assert_num_queries(len(short)):
        page(client, at_row_4)


def test_a_long_page_stays_light(cast, client_of):
    ticket = report(by=cast.reporter, now=TUESDAY)
    ticket = walk(ticket, cast, 2, 3, 4, 5, 9, "menunggu-konfirmasi")
    talk(ticket, cast.reporter, 40)

    for client in (client_of(cast.reporter), client_of(cast.holder(Role.SUB_KOORDINATOR))):
        assert len(page(client, ticket).content) <= 60_000


@pytest.mark.parametrize("procedure", [sop.procedure for sop in sops.current()])
def test_the_page_can_be_read_by_everybody_who_may_on_every_row(cast, client_of, procedure):
    ticket = report(procedure, by=cast.reporter)
    while True:
        for someone in cast.everybody:
            visible = Ticket.objects.visible_to(someone).filter(pk=ticket.pk).exists()
            assert page(client_of(someone), ticket).status_code == (200 if visible else 404)
        if not ticket.is_open:
            break
        ticket = walk(ticket, cast, ticket.step.arrows[0].to)


def test_sharing_by_whatsapp_says_the_number_and_nothing_of_the_report(cast, client_of, at_row_4, settings):
    settings.SITE_URL = "https://sopdesk.contoh.invalid"

    shared = re.search(r'href="(https://wa\.me/[^"]*)"', page(client_of(cast.reporter), at_row_4).content.decode())

    address = f"https://sopdesk.contoh.invalid{at_row_4.get_absolute_url()}"
    told = parse_qs(urlsplit(unescape(shared[1])).query)["text"]
    assert told == [f"Mohon perhatian Anda untuk tiket {at_row_4.number} di SOPDesk: {address}"]
