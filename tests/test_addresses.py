"""Addresses nobody gave out, and methods no page has: a plain 404 or 405, whatever the database."""

import pytest

from tests.factories import report

ODD = ["/tiket/%00/", "/tiket/WEB-2026-0001%00/", "/tiket/-1/", "/laporan/terkirim/%00/", "/sop/%00/", "/lampiran/%00/"]


@pytest.mark.parametrize("address", ODD)
def test_an_odd_address_is_not_found(cast, client_of, address, on_both_databases):
    assert client_of(cast.reporter).get(address).status_code == 404


@pytest.mark.parametrize("address", ["/", "/tiket/", "/laporan-masuk/", "/sop/", "/sop/website-2024/"])
def test_a_page_to_read_answers_head_and_refuses_post(cast, client_of, address):
    client = client_of(cast.holder("sub_koordinator"))

    assert (client.head(address).status_code, client.post(address).status_code) == (200, 405)


def test_what_takes_only_a_button_says_so_in_the_frame_of_the_site(cast, client_of):
    response = client_of(cast.reporter).get("/keluar/")

    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "<h1>Alamat ini bukan halaman</h1>" in response.content.decode()
    assert cast.reporter.name in response.content.decode()


def test_a_ticket_page_answers_head(cast, client_of):
    ticket = report(by=cast.reporter)

    assert client_of(cast.reporter).head(ticket.get_absolute_url()).status_code == 200
