"""The SOP pages: the sheet with today's tickets on its rows, for everybody their own."""

import re

import pytest
from django.urls import reverse

from tests.factories import report, walk
from workflows import sops
from workflows.roles import Role

PARTS = ("", "?bagian=diagram", "?bagian=titik-terbuka")


def page(client, key: str, part: str = "") -> str:
    response = client.get(reverse("sop-detail", args=[key]) + part)
    assert response.status_code == 200
    return response.content.decode()


def standing(html: str) -> dict[str, int]:
    """The tickets on each row, as the sheet's own table shows them."""
    table = html[html.index('<table class="sheet-table">') :]
    return {state: int(count) for state, count in re.findall(r'\?langkah=([^"]+)">(\d+) tiket', table)}


def test_the_list_names_both_sops_with_their_open_tickets(cast, client_of):
    report(by=cast.reporter)
    walk(report(by=cast.reporter), cast, 2)

    html = client_of(cast.holder(Role.KEPALA_BIDANG_APTIKA)).get(reverse("sop")).content.decode()

    assert all(sop.title in html for sop in sops.current())
    assert "555/385/Diskominfotik/2024" in html
    assert "2 tiket berjalan yang Anda lihat" in html


def test_the_list_claims_nothing_of_tickets_that_the_reader_may_not_see(cast, client_of):
    report(by=cast.reporter)

    html = client_of(cast.stranger).get(reverse("sop")).content.decode()

    assert "tiket berjalan" not in html


@pytest.mark.parametrize("key", ["website-2024", "spj-online"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_an_sop_is_shown_to_everybody_who_signed_in(cast, client_of, key: str, part: str):
    html = page(client_of(cast.reporter), key, part)

    assert len(html.encode()) < 60_000
    assert " style=" not in html


@pytest.mark.parametrize("key", ["website-2024", "spj-online"])
def test_the_sheet_shows_every_word_of_the_document(cast, client_of, key: str):
    sop = sops.get(key)

    html = page(client_of(cast.reporter), key).replace("<wbr>", "")

    words = [
        *sop.legal_basis, *sop.warnings, *sop.equipment, *sop.annex.items, sop.summary, sop.record_keeping,
        *(item for qualification in sop.qualifications for item in qualification.items),
        *(column.name for column in sop.columns),
        *(cell for step in sop.steps for cell in (step.activity, step.kelengkapan, step.waktu, step.output)),
        *(step.keterangan for step in sop.steps),
    ]  # fmt: skip
    assert [text for text in words if text not in html] == []
    assert "Salinan kerja – belum memuat pengesahan" in html


def test_tickets_stand_on_their_rows(cast, client_of):
    report(by=cast.reporter)
    walk(report(by=cast.reporter), cast, 2)
    walk(report(by=cast.stranger), cast, 2)
    report("spj_online", by=cast.reporter)

    shown = standing(page(client_of(cast.holder(Role.WEB_DEVELOPER)), "website-2024"))

    assert shown == {"website-2024.1": 1, "website-2024.2": 2}


def test_a_reporter_sees_own_tickets_only_on_the_rows(cast, client_of):
    report(by=cast.reporter)
    walk(report(by=cast.stranger), cast, 2)

    shown = standing(page(client_of(cast.reporter), "website-2024"))

    assert shown == {"website-2024.1": 1}


def test_the_sheet_costs_the_same_queries_for_one_ticket_and_for_four(
    cast, client_of, django_assert_max_num_queries, django_assert_num_queries
):
    client = client_of(cast.holder(Role.WEB_DEVELOPER))
    report(by=cast.reporter)
    with django_assert_max_num_queries(15) as first:
        page(client, "website-2024")

    for to in (2, 3, 6):
        ticket = report(by=cast.reporter)
        walk(ticket, cast, 2) if to == 2 else walk(
            ticket, cast, 2, to, penyebab="coding" if to == 3 else "infrastruktur"
        )

    with django_assert_num_queries(len(first)):
        page(client, "website-2024")


def test_the_diagram_lists_every_arrow_with_what_it_asks(cast, client_of):
    html = page(client_of(cast.reporter), "spj-online", "?bagian=diagram")

    arrows = [arrow for step in sops.get("spj-online").steps for arrow in step.arrows]
    assert html.count('<p class="arrows-head">') == len(arrows) + 1  # and reopening
    assert "Tidak aktif, kecuali diaktifkan oleh kantor." in html
    assert "Oleh Pelapor atau Subkoordinator Aplikasi." in html


def test_the_open_points_stand_with_their_reading(cast, client_of):
    sop = sops.get("website-2024")

    html = page(client_of(cast.reporter), "website-2024", "?bagian=titik-terbuka")

    assert [point.key for point in sop.open_points if point.reading not in html] == []


@pytest.mark.parametrize("address", ["/sop/absensi/", "/sop/website-2024/?bagian=rahasia"])
def test_what_there_is_not_is_not_found(cast, client_of, address: str):
    assert client_of(cast.reporter).get(address).status_code == 404


@pytest.mark.parametrize("address", ["/sop/", "/sop/website-2024/"])
def test_strangers_to_the_site_sign_in_first(client, address: str):
    response = client.get(address)

    assert response.status_code == 302
    assert response.url == f"{reverse('masuk')}?next={address}"
