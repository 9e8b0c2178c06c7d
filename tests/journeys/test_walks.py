"""A browser walks reports through both SOPs, each row in the hands of its own account."""

import pytest

from tickets.models.history import Action

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DONE = "menunggu-konfirmasi"


def story(ticket):
    """What history says: row or state reached, and by which account, one after the other."""
    return [(entry.to_state.rpartition(".")[2], entry.by.name) for entry in ticket.entries.select_related("by")]


def told(ticket, *rows):
    """The expected story: the report filed, then each row left by the holder of its role."""
    return [("1", "Siti Rahmah"), *rows]


SUB, WEB, PRO, INF = "Budi Santoso", "Rina Marlina", "Fajar Ramadhan", "Yusuf Hakim"
APP, INFRA, NET, REPORTER = "Lina Kartika", "Hendra Gunawan", "Tomi Saputra", "Siti Rahmah"


def test_website_is_repaired_by_coding(office):
    ticket = office.file("website")

    office.walk(ticket, 2, 3, 4, 5, 9, DONE, penyebab="coding")
    office.confirm(ticket)

    assert ticket.state == "selesai"
    assert story(ticket) == told(
        ticket, ("2", SUB), ("3", WEB), ("4", WEB), ("5", PRO), ("9", PRO), (DONE, WEB), ("selesai", REPORTER)
    )


def test_website_is_repaired_by_infrastruktur(office):
    ticket = office.file("website")

    office.walk(ticket, 2, 6, 7, 8, 9, DONE, penyebab="infrastruktur")

    assert story(ticket) == told(
        ticket, ("2", SUB), ("6", WEB), ("7", WEB), ("7", INF), ("8", INF), ("9", INF), (DONE, WEB)
    )


def test_website_is_repaired_by_both_coding_first(office):
    ticket = office.file("website")

    office.walk(ticket, 2, 3, 4, 5, 6, 7, 8, 9, DONE, penyebab="keduanya")

    assert story(ticket) == told(
        ticket,
        ("2", SUB),
        ("3", WEB),
        ("4", WEB),
        ("5", PRO),
        ("6", PRO),
        ("7", WEB),
        ("7", INF),  # the estimate
        ("8", INF),
        ("9", INF),
        (DONE, WEB),
    )


def test_website_needs_no_repair(office):
    ticket = office.file("website")

    office.advance(ticket, 2)
    office.advance(ticket, 9, reason="Halaman sudah pulih; gangguan dari jaringan pelapor.", penyebab="tanpa_perbaikan")
    office.advance(ticket, DONE)

    assert ticket.state == DONE
    assert story(ticket) == told(ticket, ("2", SUB), ("9", WEB), (DONE, WEB))
    assert ticket.runs.get(row=2).is_deviation


def test_website_repair_fails_once_and_holds_in_the_second_round(office):
    ticket = office.file("website")

    office.walk(ticket, 2, 3, 4, 5, 9, penyebab="coding")
    office.advance(ticket, 3, reason="Galat masih muncul pada halaman kedua.")
    office.walk(ticket, 4, 5, 9, DONE, penyebab="coding")

    assert (ticket.state, ticket.round) == (DONE, 2)
    assert [(run.row, run.round) for run in ticket.runs.all()] == [
        *((row, 1) for row in (1, 2, 3, 4, 5, 9)),
        *((row, 2) for row in (3, 4, 5, 9)),
    ]


def test_website_is_reopened_by_the_reporter(office):
    ticket = office.file("website")
    office.walk(ticket, 2, 3, 4, 5, 9, DONE, penyebab="coding")

    office.reopen(ticket, "Halaman kembali tidak bisa dibuka.")

    assert (ticket.state, ticket.round, ticket.status_label) == ("website-2024.2", 2, "Dibuka kembali")
    entry = ticket.entries.last()
    assert (entry.action, entry.by, entry.detail.body) == (
        Action.REOPEN,
        office.cast.reporter,
        {"reason": "Halaman kembali tidak bisa dibuka."},
    )


def test_spj_walks_straight_to_the_end(office):
    ticket = office.file("spj_online", title="SPJ tidak dapat dicetak")

    office.walk(ticket, 2, 3, 4, 5, 6, 7, DONE)
    office.confirm(ticket)

    assert ticket.state == "selesai"
    assert story(ticket) == told(
        ticket,
        ("2", APP),
        ("3", APP),
        ("4", PRO),
        ("5", PRO),
        ("6", APP),
        ("7", INFRA),
        (DONE, NET),
        ("selesai", REPORTER),
    )


def test_spj_upload_fails_and_goes_back_to_the_programmer(office):
    ticket = office.file("spj_online", title="SPJ tidak dapat dicetak")

    office.walk(ticket, 2, 3, 4, 5, 6, 7)
    office.advance(ticket, 3, reason="Cetak SPJ masih kosong setelah diunggah.")
    office.walk(ticket, 4, 5, 6, 7, DONE)

    assert (ticket.state, ticket.round) == (DONE, 2)
    assert ticket.runs.filter(row=7, is_deviation=True).count() == 1


@pytest.mark.parametrize("procedure", ["website", "spj_online"])
def test_a_report_is_not_processed_and_its_reporter_reads_why(office, procedure):
    ticket = office.file(procedure)

    office.advance(ticket, "tidak-diproses", reason="Laporan ganda dari laporan sebelumnya.")

    assert ticket.state == "tidak-diproses"
    page = office.page_of(office.cast.reporter)
    page.goto(f"{office.address}/tiket/{ticket.number}/")
    assert "Laporan ganda dari laporan sebelumnya." in page.inner_text("main")
