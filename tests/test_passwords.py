"""Passwords: what is none, and how one is set: by a link that works once, or by who knows the old one."""

import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.test_races import at_once
from tickets import credentials, passwords
from tickets.models import AuditEntry, Letter, Session, User

pytestmark = pytest.mark.django_db

OLD, NEW, OTHER = "kuda hijau melompat pagar", "gajah biru makan pepaya", "tujuh semut naik sepeda"
NINE = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


@pytest.fixture
def siti(cast, settings):
    settings.MAIL_ENABLED = True
    cast.reporter.set_password(OLD)
    cast.reporter.save()
    return cast.reporter


def path_of(person):
    return passwords.link_for(person).removeprefix("http://127.0.0.1:8000")


def opened(path):
    """A browser that has opened a link, and the address of the form it was led to."""
    client = Client()
    response = client.get(path)
    return client, response.get("Location")


def setting(client, page, password=NEW):
    return client.post(page, {"new_password1": password, "new_password2": password})


def may_sign_in(person, password):
    return Client().login(username=person.email, password=password)


# What is no password


@pytest.mark.parametrize(
    "weak",
    [
        "Sopdesk2026!!",
        "diskominfotik",
        "Diskominfotik-Sumbar-2026",
        "sumbarjaya2026",
        "D1sk0m1nf0t1k2026",
        "RanahMinang12345",
        "P@d4ng.p@d4ng",
        "KataSandi-SPJ-Online",
        "bidangaptika1",
        "password1234",
        "sitirahmah1990",
        "Dinas Kesehatan 26",
        "dinkesdinkes!",
    ],
)
def test_office_words_with_years_and_signs_are_refused(siti, weak):
    with pytest.raises(ValidationError):
        validate_password(weak, siti)


@pytest.mark.parametrize(
    "strong",
    [
        OLD,
        NEW,
        "padang rumput hijau kelinci",
        "xK9#spj!2Lm$7Qz",
        "a" * 4 + "bambu runcing 17",
        "x" + "kuda7" * 25 + "zy",
    ],
)
def test_other_words_and_signs_are_taken(siti, strong):
    validate_password(strong, siti)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("kuda pagar", "12"),
        ("k" + "uda9" * 32, "128"),
        ("telechargement", "umum"),
        ("193847561029", "angka"),
        ("diskominfotik26", "mudah ditebak di kantor ini"),
    ],
)
def test_what_is_wrong_is_said_in_indonesian(siti, password, words):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, siti)

    assert words in " ".join(refused.value.messages)


def test_a_name_is_not_remembered_against_others(cast):
    validate_password("Siti Rahmah dua belas", cast.stranger)


# A link


def test_a_link_sets_a_password_once_and_signs_nobody_in(siti, client):
    client.force_login(siti)
    path = path_of(siti)
    browser, page = opened(path)

    first = setting(browser, page)
    again = setting(browser, page, OTHER)
    once_more = opened(path)[0].get(path)

    assert (first.status_code, first["Location"]) == (302, reverse("masuk"))
    assert "Tautan ini tidak berlaku lagi" in again.content.decode()
    assert "Tautan ini tidak berlaku lagi" in once_more.content.decode()
    assert (may_sign_in(siti, NEW), may_sign_in(siti, OLD), may_sign_in(siti, OTHER)) == (True, False, False)
    assert "_auth_user_id" not in browser.session
    assert client.get(reverse("sop")).status_code == 302


def test_the_token_stays_in_no_address_and_no_page(siti):
    path = path_of(siti)
    token = path.rstrip("/").rpartition("/")[2]

    browser, page = opened(path)
    shown = browser.get(page)

    assert token not in page
    assert token not in shown.content.decode()
    assert shown["Referrer-Policy"] == "same-origin"
    assert "no-store" in shown["Cache-Control"]


def use(siti):
    browser, page = opened(path_of(siti))
    setting(browser, page, OTHER)


def sign_in(siti):
    Client().post(reverse("masuk"), {"username": siti.email, "password": OLD})


def change(siti):
    siti.set_password(OTHER)
    siti.save()


def deactivate(siti):
    siti.is_active = False
    siti.save()


@pytest.mark.parametrize("event", [use, sign_in, change, deactivate])
def test_a_link_dies_with_use_a_sign_in_another_password_and_the_account(siti, event):
    waiting = path_of(siti)
    browser, page = opened(waiting)

    event(siti)

    assert "Tautan ini tidak berlaku lagi" in setting(browser, page).content.decode()
    assert "Tautan ini tidak berlaku lagi" in Client().get(waiting).content.decode()
    assert not may_sign_in(siti, NEW)


@pytest.mark.parametrize(("hours", "holds"), [(23.99, True), (24.01, False)])
def test_a_link_holds_for_a_day(siti, clock, hours, holds):
    path = path_of(siti)

    clock.shift(timedelta(hours=hours))

    assert (opened(path)[1] is not None) is holds


@pytest.mark.parametrize("key", ["MQ", "tidak-ada", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "4pyT"])
def test_a_made_up_link_is_answered_as_one_that_is_over(client, siti, key):
    response = client.get(reverse("sandi-baru", args=[key, "abc-0123456789"]))

    assert "Tautan ini tidak berlaku lagi" in response.content.decode()


def test_an_invitation_greets_and_is_no_change_of_security(cast, settings):
    settings.MAIL_ENABLED = True
    browser, page = opened(path_of(cast.stranger))

    greeting = browser.get(page).content.decode()
    setting(browser, page)

    assert "Selamat datang di SOPDesk" in greeting
    assert may_sign_in(cast.stranger, NEW)
    assert not Letter.objects.exists()


def test_a_weak_password_by_a_link_is_explained_beside_its_field_and_spends_nothing(siti):
    browser, page = opened(path_of(siti))

    weak = setting(browser, page, "sopdesk")
    unequal = browser.post(page, {"new_password1": NEW, "new_password2": OTHER})
    set_at_last = setting(browser, page)

    assert (weak.status_code, unequal.status_code, set_at_last.status_code) == (422, 422, 302)
    assert "Kedua kata sandi tidak sama" in unequal.content.decode()
    assert "sopdesk" not in re.findall(r'value="([^"]*)"', weak.content.decode())


def test_setting_a_password_ends_sessions_tells_its_owner_and_is_written_down(siti, client):
    client.force_login(siti)

    use(siti)

    assert not Session.objects.filter(person=siti).exists()
    assert list(Letter.objects.values_list("person", "kind", "facts")) == [(siti.pk, "berubah", {"what": "sandi"})]
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.by, entry.about, entry.facts) == ("sandi-diubah", siti, siti, {})


def test_a_link_used_where_its_owner_is_signed_in_leads_to_the_sign_in_page(siti, client):
    client.force_login(siti)
    path = path_of(User.objects.get(pk=siti.pk))

    response = setting(client, client.get(path)["Location"])
    page = client.get(response["Location"])

    assert response["Location"] == reverse("masuk")
    assert "Kata sandi Anda tersimpan." in page.content.decode()
    assert may_sign_in(siti, NEW)


class Link:
    """Setting a password with one link, the same for everybody who holds it."""

    def __init__(self, person):
        self.person, self.token = person, default_token_generator.make_token(person)
        self.request = RequestFactory().post("/")

    def __call__(self, password):
        return credentials.set_by_link(self.person, password, token=self.token, request=self.request)


def unlocked(person, password, *, token, request):
    """A deliberately bad build: asks whether the link holds, then sets the password, and locks nothing."""
    fresh = User.objects.get(pk=person.pk)
    if not default_token_generator.check_token(fresh, token):
        return False
    time.sleep(0.05)
    fresh.set_password(password)
    fresh.save(update_fields=["password"])
    return True


def uses_of_one_link(name):
    person = factories.person(name)
    link = Link(person)
    return at_once([lambda n=n: link(f"{OTHER} {n}") for n in range(8)]).count(True)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_eight_who_use_a_link_at_the_same_moment_one_sets_the_password():
    assert [uses_of_one_link(f"Orang {n}") for n in range(20)] == [1] * 20


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_build_without_a_lock_is_caught_using_a_link_twice(monkeypatch):
    monkeypatch.setattr(credentials, "set_by_link", unlocked)

    assert any(uses_of_one_link(f"Orang {n}") > 1 for n in range(30))


# Asking for a link


def ask(who, *, client=None, address="203.0.113.7"):
    return (client or Client()).post(reverse("sandi-lupa"), {"username": who}, REMOTE_ADDR=address)


def letters_to(person):
    return list(Letter.objects.filter(person=person).values_list("kind", "facts"))


def test_who_forgot_is_written_to_and_nobody_is_told_whether_there_is_an_account(siti, cast):
    cast.stranger.is_active = False
    cast.stranger.save()

    answers = {ask(who)["Location"] for who in (siti.email, cast.stranger.email, "tidak@ada.invalid", "12345")}

    assert answers == {reverse("sandi-lupa-terkirim")}
    assert letters_to(siti) == [("atur-ulang", {})]
    assert Letter.objects.count() == 1
    assert list(AuditEntry.objects.values_list("event", "about")) == [("sandi-tautan", siti.pk)]


def asked_of_the_database(who, client):
    """How much of each kind, but for how a savepoint ends: kept or taken back."""
    with CaptureQueriesContext(connection) as asked:
        ask(who, client=client)
    kinds = Counter(query["sql"].split()[0] for query in asked)
    return {kind: number for kind, number in kinds.items() if kind not in ("RELEASE", "ROLLBACK")}


def test_as_much_is_written_for_nobody_and_taken_back(siti, cast, client):
    """A letter and its entry take time, by which somebody could tell whether there is an account."""
    User.objects.filter(pk=cast.stranger.pk).update(is_active=False)
    ask("tidak@ada.invalid", client=client)

    known, unknown, closed = (
        asked_of_the_database(who, client) for who in (siti.email, "tidak@ada.invalid", cast.stranger.email)
    )

    assert known == unknown == closed
    assert known["INSERT"] == 4
    assert (Letter.objects.count(), AuditEntry.objects.count()) == (1, 1)


def test_who_has_no_password_is_invited_again_but_not_who_comes_by_single_sign_on(cast, settings):
    settings.MAIL_ENABLED = True
    cast.stranger.oidc_subject = "3f1c"
    cast.stranger.save()

    ask(cast.stranger.email)
    ask(cast.reporter.email)

    assert (letters_to(cast.stranger), letters_to(cast.reporter)) == ([], [("atur-ulang", {})])


def test_an_account_is_written_to_three_times_an_hour(siti, clock):
    statuses = {ask(siti.email, address=f"203.0.113.{n}").status_code for n in range(20)}
    first = len(letters_to(siti))
    clock.shift(timedelta(hours=1))
    ask(siti.email)

    assert (statuses, first, len(letters_to(siti))) == ({302}, 3, 4)


def test_an_address_asks_ten_times_an_hour(siti, clock):
    statuses = [ask(f"orang-{n}@contoh.invalid").status_code for n in range(12)]
    refused = ask(siti.email)
    clock.shift(timedelta(hours=1))

    assert statuses == [302] * 10 + [429] * 2
    assert (refused["Retry-After"], letters_to(siti)) == ("3600", [])
    assert "silakan coba lagi pukul 10.00" in refused.content.decode()
    assert ask(siti.email).status_code == 302


def test_an_address_at_which_somebody_asks_now_and_then_is_never_refused(siti, clock):
    statuses = Counter()
    for n in range(20):
        statuses[ask(f"orang-{n}@contoh.invalid").status_code] += 1
        clock.shift(timedelta(minutes=50))

    assert statuses == {302: 20}


def test_without_a_mail_server_the_page_says_whom_to_ask(client, siti, settings):
    settings.MAIL_ENABLED = False

    page = client.get(reverse("sandi-lupa")).content.decode()

    assert "hubungi administrator SOPDesk" in page
    assert "Kirim tautan" not in page


# Knowing the old one


def changing(client, old=OLD, new=NEW, again=None):
    fields = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return client.post(reverse("sandi-ubah"), fields)


@pytest.fixture
def browser(siti, client):
    client.force_login(siti)
    return client


def test_who_knows_the_old_password_sets_a_new_one_and_stays(browser, siti):
    response = changing(browser)

    assert response.status_code == 302
    assert (may_sign_in(siti, NEW), may_sign_in(siti, OLD)) == (True, False)
    assert browser.get(reverse("sop")).status_code == 200
    assert letters_to(siti) == [("berubah", {"what": "sandi"})]
    assert [entry.event for entry in AuditEntry.objects.all()] == ["sandi-diubah"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"old": "salah"}, "Kata sandi sekarang tidak cocok."),
        ({"new": "pendek"}, "12 karakter"),
        ({"again": OTHER}, "Kedua kata sandi tidak sama."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_changes_nothing(browser, siti, fields, words):
    response = changing(browser, **fields)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert may_sign_in(siti, OLD)


def test_the_old_password_is_guessed_as_seldom_as_at_signing_in(browser, siti, clock):
    statuses = [changing(browser, old=f"salah {n}").status_code for n in range(12)]
    refused = changing(browser)

    assert statuses == [422] * 10 + [429] * 2
    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
    assert may_sign_in(siti, OLD)


def test_a_slip_in_the_new_password_costs_no_try(browser, siti, clock):
    for _ in range(12):
        changing(browser, new="pendek")

    assert changing(browser).status_code == 302
