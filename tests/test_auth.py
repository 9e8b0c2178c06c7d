"""Signing in, signing out, and the one-click accounts of a demo install."""

import pytest
from django.urls import reverse

from tests import factories
from workflows.roles import Role

PASSWORD = "sebuah kata sandi yang panjang"


@pytest.fixture
def siti(db):
    someone = factories.person("Siti Rahmah")
    someone.set_password(PASSWORD)
    someone.save()
    return someone


@pytest.fixture
def demo(settings, db):
    """A demo install with a reporter, a Programmer, Kepala Bidang and an administrator."""
    settings.DEMO = True
    return {
        who: _demo_person(who, **fields)
        for who, fields in {
            "pelapor": {},
            "programmer": {"role": Role.PROGRAMMER},
            "kabid": {"role": Role.KEPALA_BIDANG_APTIKA},
            "admin": {"is_staff": True},
        }.items()
    }


def _demo_person(who, **fields):
    someone = factories.person(who.capitalize(), **fields)
    someone.email = f"{who}@demo.sopdesk.invalid"
    someone.save()
    return someone


def signed_in(client):
    return client.session.get("_auth_user_id")


def test_a_person_signs_in_with_an_email_in_any_case_and_goes_where_they_wanted(client, siti):
    response = client.post(
        reverse("masuk"), {"username": siti.email.upper(), "password": PASSWORD, "next": reverse("sop")}
    )

    assert (response.status_code, response["Location"]) == (302, reverse("sop"))
    assert signed_in(client) == str(siti.pk)


def test_a_wrong_password_is_answered_in_words_that_tell_nothing_about_the_account(client, siti):
    wrong = client.post(reverse("masuk"), {"username": siti.email, "password": "salah"})
    absent = client.post(reverse("masuk"), {"username": "tidak@ada.invalid", "password": "salah"})

    assert wrong.context["form"].non_field_errors() == absent.context["form"].non_field_errors()
    assert "Surel, NIP atau kata sandi tidak cocok" in wrong.content.decode()
    assert signed_in(client) is None


def test_signing_in_never_leads_to_another_site(client, siti):
    response = client.post(
        reverse("masuk"), {"username": siti.email, "password": PASSWORD, "next": "https://contoh.invalid/"}
    )

    assert response["Location"] == reverse("beranda")


def test_signing_in_never_leads_to_signing_in_once_more(client, siti):
    wanted = {"next": reverse("masuk")}

    signed_in_now = client.post(reverse("masuk"), {"username": siti.email, "password": PASSWORD, **wanted})
    before = client.get(reverse("masuk"), wanted)

    assert signed_in_now["Location"] == before["Location"] == reverse("beranda")


def test_signing_out_is_an_act_and_not_a_link(client, siti):
    client.force_login(siti)

    refused = client.get(reverse("keluar"))
    assert (refused.status_code, signed_in(client)) == (405, str(siti.pk))

    response = client.post(reverse("keluar"))
    assert (response["Location"], signed_in(client)) == (reverse("masuk"), None)


def test_a_demo_install_offers_its_people_by_group(client, demo):
    groups = client.get(reverse("masuk")).context["demo_accounts"]

    assert [(group, [account["title"] for account in accounts]) for group, accounts in groups] == [
        ("Pelapor", ["Pelapor"]),
        ("Pelaksana", ["Programmer"]),
        ("Pimpinan", ["Kepala Bidang Aptika"]),
        ("Administrator", ["Mengatur SOPDesk"]),
    ]


def test_the_sign_in_page_costs_the_same_queries_for_any_number_of_demo_people(client, demo, django_assert_num_queries):
    for number in range(5):
        _demo_person(f"lain{number}", role=Role.WEB_DEVELOPER)

    with django_assert_num_queries(2):
        client.get(reverse("masuk"))


def test_one_click_signs_in_as_a_demo_person(client, demo):
    response = client.post(reverse("masuk-demo"), {"email": demo["programmer"].email})

    assert response["Location"] == reverse("beranda")
    assert signed_in(client) == str(demo["programmer"].pk)


def test_one_click_never_opens_an_account_that_is_not_of_the_demo(client, demo, siti):
    for email in (siti.email, "", "tidak@demo.sopdesk.invalid"):
        assert client.post(reverse("masuk-demo"), {"email": email}).status_code == 404

    assert signed_in(client) is None


def test_outside_a_demo_install_nothing_of_it_exists(client, demo, settings):
    settings.DEMO = False

    page = client.get(reverse("masuk"))
    click = client.post(reverse("masuk-demo"), {"email": demo["programmer"].email})

    assert "demo" not in page.content.decode().lower()
    assert (click.status_code, signed_in(client)) == (404, None)


def test_a_get_does_not_sign_anybody_in(client, demo):
    response = client.get(reverse("masuk-demo"), {"email": demo["programmer"].email})

    assert (response.status_code, signed_in(client)) == (405, None)
