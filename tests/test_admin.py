"""Pengaturan: people, OPD and roles in Django's admin, and nothing of the tickets."""

import pytest
from django.contrib import admin

from tests.factories import person, report, walk
from tests.pages import one, read, select, words
from tickets.models import RoleAssignment, Unit, User
from workflows.roles import Role

pytestmark = pytest.mark.django_db

NO_ROLES = {
    "role_assignments-TOTAL_FORMS": "0",
    "role_assignments-INITIAL_FORMS": "0",
}


@pytest.fixture
def office(cast, client_of):
    """The browser of the administrator."""
    return client_of(cast.admin)


def test_only_people_units_and_roles_are_there():
    assert {model.__name__ for model in admin.site._registry} == {"User", "Unit", "RoleAssignment"}


@pytest.mark.parametrize("model", ["user", "unit", "roleassignment"])
def test_every_page_of_pengaturan_opens(cast, office, model):
    pk = {"user": cast.reporter.pk, "unit": cast.dinkes.pk, "roleassignment": RoleAssignment.objects.first().pk}[model]
    pages = ["", "add/", "?q=di", f"{pk}/change/", f"{pk}/history/", f"{pk}/delete/"]

    statuses = {page: office.get(f"/admin/tickets/{model}/{page}").status_code for page in pages}

    assert statuses == dict.fromkeys(pages, 200)
    assert office.get("/admin/").status_code == 200
    assert office.get(f"/admin/tickets/user/{cast.reporter.pk}/password/").status_code == 200


@pytest.mark.parametrize("period", ["sekarang", "nanti", "lewat"])
def test_assignments_are_filtered_by_whether_they_count_today(cast, office, period):
    coming = RoleAssignment.objects.create(user=cast.stranger, role=Role.PROGRAMMER, starts_on="2090-01-01")
    past = RoleAssignment.objects.create(
        user=cast.stranger, role=Role.WEB_DEVELOPER, starts_on="2020-01-01", ends_on="2020-12-31"
    )

    page = read(office.get("/admin/tickets/roleassignment/", {"berlaku": period}))

    shown = len(select(page, "#result_list tbody tr"))
    assert shown == {"sekarang": RoleAssignment.objects.count() - 2, "nanti": 1, "lewat": 1}[period]
    assert coming.pk != past.pk


@pytest.mark.parametrize("name", ["reporter", "stranger"])
def test_pengaturan_is_closed_to_everybody_else(cast, client_of, name):
    assert client_of(getattr(cast, name)).get("/admin/tickets/user/").status_code == 302


def test_a_kepala_bidang_is_no_administrator(cast, client_of):
    assert client_of(cast.holder(Role.KEPALA_BIDANG_APTIKA)).get("/admin/tickets/user/").status_code == 302


def test_an_administrator_makes_an_account_with_a_role(cast, office):
    response = office.post(
        "/admin/tickets/user/add/",
        {
            "email": "rahmat@contoh.invalid",
            "name": "Rahmat Hidayat",
            "nip": "",
            "unit": cast.diskominfotik.pk,
            "phone": "",
            "usable_password": "true",
            "password1": "marawa-tiga-warna-7",
            "password2": "marawa-tiga-warna-7",
            "role_assignments-TOTAL_FORMS": "1",
            "role_assignments-INITIAL_FORMS": "0",
            "role_assignments-0-role": "programmer",
            "role_assignments-0-procedure": "website",
            "role_assignments-0-starts_on": "2026-01-02",
        },
    )

    made = User.objects.get(email="rahmat@contoh.invalid")
    assert response.status_code == 302
    assert (made.name, made.nip, made.is_staff) == ("Rahmat Hidayat", None, False)
    assert made.check_password("marawa-tiga-warna-7")
    assert made.holds(Role.PROGRAMMER, "website")


def test_the_same_address_in_other_letters_is_refused_in_a_sentence(cast, office):
    data = {"email": cast.reporter.email.upper(), "name": "Kembaran", "usable_password": "false", **NO_ROLES}

    page = read(office.post("/admin/tickets/user/add/", data))

    assert select(page, ".errorlist")
    assert not User.objects.filter(name="Kembaran").exists()


@pytest.mark.parametrize("is_staff", [True, False])
def test_an_administrator_is_one_wholly_or_not_at_all(cast, office, is_staff):
    someone = person("Rahmat Hidayat", is_staff=not is_staff, is_superuser=not is_staff)
    data = {"name": someone.name, "email": someone.email, "is_active": "on", **NO_ROLES}

    office.post(f"/admin/tickets/user/{someone.pk}/change/", data | ({"is_staff": "on"} if is_staff else {}))

    someone.refresh_from_db()
    assert (someone.is_staff, someone.is_superuser) == (is_staff, is_staff)


def test_somebody_with_a_history_cannot_be_deleted_and_no_ticket_is_named(cast, office):
    ticket = walk(report(by=cast.reporter, title="Rahasia dapur"), cast, 2)

    page = read(office.get(f"/admin/tickets/user/{cast.reporter.pk}/delete/"))
    office.post(f"/admin/tickets/user/{cast.reporter.pk}/delete/", {"post": "yes"})

    content = words(one(page, "#content"))
    assert "Siti Rahmah: tercatat dalam riwayat, sehingga tidak dapat dihapus." in content
    assert ("Rahasia dapur" in content, ticket.number in content) == (False, False)
    assert User.objects.filter(pk=cast.reporter.pk).exists()


def test_somebody_entered_by_mistake_can_be_deleted(office):
    mistaken = person("Salah Ketik")

    office.post(f"/admin/tickets/user/{mistaken.pk}/delete/", {"post": "yes"})

    assert not User.objects.filter(pk=mistaken.pk).exists()


def test_a_unit_in_use_cannot_be_deleted_and_says_so(cast, office):
    data = {"action": "delete_selected", "_selected_action": [cast.dinkes.pk]}

    page = read(office.post("/admin/tickets/unit/", data))

    assert "Dinas Kesehatan: masih dipakai oleh pengguna atau tiket" in words(one(page, "#content"))
    assert Unit.objects.filter(pk=cast.dinkes.pk).exists()


def test_a_substitute_needs_an_end_and_a_letter(cast, office):
    data = {
        "user": cast.stranger.pk,
        "role": Role.PROGRAMMER,
        "starts_on": "2026-11-01",
        "substitute_for": cast.holder(Role.PROGRAMMER).pk,
    }

    page = read(office.post("/admin/tickets/roleassignment/add/", data))

    assert words(one(page, ".errorlist")) == "Pengganti memerlukan tanggal sampai dan nomor surat."
