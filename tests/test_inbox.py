"""Laporan masuk: what the SOP reports to a role, and the mark Diketahui."""

import pytest
import time_machine

from tests.factories import TUESDAY, person, report, walk
from tests.pages import one, read, select, words
from tickets.models import ReportedTo, RoleAssignment
from workflows.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_tuesday():
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def told(cast):
    """The entry that row 1 of SPJ Online makes for Kepala Bidang."""
    walk(report("spj_online", by=cast.reporter, title="Nominal hilang"), cast, 2)
    return ReportedTo.objects.get()


@pytest.fixture
def kepala(cast):
    return cast.holder(Role.KEPALA_BIDANG_APTIKA)


def test_an_entry_says_who_reported_what_to_whom(told, kepala, client_of):
    entry = one(read(client_of(kepala).get("/laporan-masuk/")), "ul.inbox li")

    assert words(entry) == (
        f"{told.ticket.number} Nominal hilang Langkah 1 dilaporkan oleh Lina Kartika: Subkoordinator menemukan "
        "dan/atau menerima laporan terkait permasalahan yang terjadi pada aplikasi. "
        "Kepada Kepala Bidang Aptika · baru saja Tandai diketahui"
    )


def test_marking_an_entry_known_takes_it_off_the_unread(told, kepala, client_of):
    client = client_of(kepala)

    response = client.post(f"/laporan-masuk/{told.pk}/diketahui/", {"next": "/laporan-masuk/?page=1"}, follow=True)

    told.refresh_from_db()
    assert (told.acknowledged_by, told.acknowledged_at) == (kepala, TUESDAY)
    assert response.redirect_chain == [("/laporan-masuk/?page=1", 302)]
    page = read(response)
    assert words(one(page, ".messages")) == f"Langkah 1 tiket {told.ticket.number} ditandai diketahui."
    assert words(one(page, ".empty")) == "Semua laporan sudah ditandai diketahui."
    everything = read(client.get("/laporan-masuk/?saring=semua"))
    assert "Diketahui Ir. Zulkifli baru saja" in words(one(everything, "ul.inbox"))


def test_who_comes_second_reads_who_was_first(told, kepala, client_of):
    deputy = person("Meri Andani", role=Role.KEPALA_BIDANG_APTIKA)
    client_of(deputy).post(f"/laporan-masuk/{told.pk}/diketahui/")

    response = client_of(kepala).post(f"/laporan-masuk/{told.pk}/diketahui/", follow=True)

    assert "sudah ditandai diketahui oleh Meri Andani pada" in words(one(read(response), ".messages"))
    told.refresh_from_db()
    assert told.acknowledged_by == deputy


def test_unread_entries_come_first(told, kepala, cast, client_of):
    client_of(kepala).post(f"/laporan-masuk/{told.pk}/diketahui/")
    ticket = walk(report("spj_online", by=cast.reporter), cast, 2)

    page = read(client_of(kepala).get("/laporan-masuk/?saring=semua"))

    assert [words(number) for number in select(page, "ul.inbox .number")] == [ticket.number, told.ticket.number]
    assert len(select(page, "li.is-unread")) == 1


@pytest.mark.parametrize("name", ["reporter", "stranger", "admin"])
def test_nobody_else_reads_or_marks_it(told, cast, client_of, name):
    client = client_of(getattr(cast, name))

    page = read(client.get("/laporan-masuk/"))
    response = client.post(f"/laporan-masuk/{told.pk}/diketahui/")

    assert "Nominal hilang" not in words(page)
    assert response.status_code == 404
    assert ReportedTo.objects.unread().count() == 1


def test_another_role_of_the_same_sop_does_not_mark_it(told, cast, client_of):
    response = client_of(cast.holder(Role.PROGRAMMER)).post(f"/laporan-masuk/{told.pk}/diketahui/")

    assert response.status_code == 404


def test_a_role_that_ended_reads_nothing_any_more(told, kepala, client_of):
    RoleAssignment.objects.filter(user=kepala).update(ends_on="2020-12-31")

    assert client_of(kepala).post(f"/laporan-masuk/{told.pk}/diketahui/").status_code == 404


def test_a_get_marks_nothing(told, kepala, client_of):
    response = client_of(kepala).get(f"/laporan-masuk/{told.pk}/diketahui/")

    assert response.status_code == 405
    assert ReportedTo.objects.unread().count() == 1


@pytest.mark.parametrize("target", ["https://jahat.invalid/", "//jahat.invalid", "javascript:alert(1)", ""])
def test_the_way_back_never_leaves_the_site(told, kepala, client_of, target):
    response = client_of(kepala).post(f"/laporan-masuk/{told.pk}/diketahui/", {"next": target})

    assert response["Location"] == "/laporan-masuk/"


@pytest.mark.parametrize("pk", [0, 9**30])
def test_an_entry_that_does_not_exist_is_not_found(kepala, client_of, pk):
    assert client_of(kepala).post(f"/laporan-masuk/{pk}/diketahui/").status_code == 404


def test_the_navigation_counts_the_unread_for_those_it_concerns(told, kepala, cast, client_of):
    of_kepala, of_reporter = (read(client_of(someone).get("/sop/")) for someone in (kepala, cast.reporter))

    assert words(one(of_kepala, "nav.rail .count")) == "1 belum diketahui"
    assert "Laporan masuk" not in words(one(of_reporter, "nav.rail"))
