"""Django's admin: people, OPD and roles to be looked up, and nothing of the tickets."""

import pytest
from django.contrib import admin

from tests.factories import everything_stored
from tests.pages import one, read, select, words
from tickets.models import RoleAssignment
from workflows.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(cast, client_of):
    """The browser of the administrator."""
    return client_of(cast.admin)


def test_only_people_units_and_roles_are_there():
    assert {model.__name__ for model in admin.site._registry} == {"User", "Unit", "RoleAssignment"}


@pytest.mark.parametrize("model", ["user", "unit", "roleassignment"])
def test_every_page_of_pengaturan_opens(cast, office, model):
    pk = {"user": cast.reporter.pk, "unit": cast.dinkes.pk, "roleassignment": RoleAssignment.objects.first().pk}[model]
    pages = ["", "?q=di", f"{pk}/change/", f"{pk}/history/"]

    statuses = {page: office.get(f"/admin/tickets/{model}/{page}").status_code for page in pages}

    assert statuses == dict.fromkeys(pages, 200)
    assert office.get("/admin/").status_code == 200


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


@pytest.mark.parametrize(
    "lookup",
    [
        "user/?password__startswith=scrypt",
        "user/?oidc_subject__startswith=a",
        "user/?sessions__gte=a",
        "user/?sessions__session_key__startswith=a",
        "user/?recovery_codes__digest__startswith=a",
        "user/?totpdevice__key__startswith=a",
        "user/?role_assignments__user__password__startswith=a",
        "user/?unit__people__password__startswith=a",
        "unit/?people__password__startswith=a",
        "roleassignment/?user__password__startswith=a",
        "roleassignment/?substitute_for__password__startswith=a",
    ],
)
def test_no_secret_is_found_out_by_asking_what_it_begins_with(cast, office, lookup):
    response = office.get(f"/admin/tickets/{lookup}")

    assert response.status_code == 400


@pytest.mark.parametrize(
    "lookup",
    ["is_active__exact=1", "is_staff__exact=1", "role_assignments__role__exact=programmer", "unit__id__exact=1"],
)
def test_what_stands_beside_the_list_is_asked_in_the_address(office, lookup):
    response = office.get(f"/admin/tickets/user/?{lookup}")

    assert response.status_code == 200


def test_who_is_signed_in_and_no_administrator_is_turned_away_once(cast, client_of, office):
    stranger = client_of(cast.stranger)

    response = stranger.get("/admin/", follow=True)

    assert (response.status_code, response.redirect_chain) == (403, [("/admin/login/?next=/admin/", 302)])
    assert office.get("/admin/login/")["Location"] == "/admin/"
    assert {office.generic(method, "/admin/login/").status_code for method in ("POST", "PUT", "DELETE")} == {405}


@pytest.mark.parametrize("name", ["reporter", "stranger"])
def test_pengaturan_is_closed_to_everybody_else(cast, client_of, name):
    assert client_of(getattr(cast, name)).get("/admin/tickets/user/").status_code == 302


def test_a_kepala_bidang_is_no_administrator(cast, client_of):
    assert client_of(cast.holder(Role.KEPALA_BIDANG_APTIKA)).get("/admin/tickets/user/").status_code == 302


@pytest.mark.parametrize("model", ["user", "unit", "roleassignment"])
def test_nothing_is_changed_here(cast, office, model):
    """People, roles and OPD change in their own pages, which write it down and end sessions."""
    pk = {"user": cast.reporter.pk, "unit": cast.dinkes.pk, "roleassignment": RoleAssignment.objects.first().pk}[model]
    every_field = {
        "name": "Lain",
        "email": "lain@contoh.invalid",
        "is_staff": "on",
        "is_superuser": "on",
        "post": "yes",
    }
    before = everything_stored()

    statuses = {
        page: office.post(f"/admin/tickets/{model}/{page}", every_field).status_code
        for page in ("add/", f"{pk}/change/", f"{pk}/delete/")
    }
    office.post(f"/admin/tickets/{model}/", {"action": "delete_selected", "_selected_action": [pk], "post": "yes"})

    assert statuses == dict.fromkeys(statuses, 403)
    assert everything_stored() == before
    assert office.get(f"/admin/tickets/user/{cast.reporter.pk}/password/").status_code in (403, 404, 302)


def test_no_password_is_shown(cast, office):
    content = words(one(read(office.get(f"/admin/tickets/user/{cast.reporter.pk}/change/")), "#content"))

    assert cast.reporter.email in content
    assert cast.reporter.password not in content
