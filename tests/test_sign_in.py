"""Signing in by surel or NIP: nothing tells whether there is an account, and every way in is written down (T23)."""

import gc
import re
import time
from collections import Counter
from statistics import fmean

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tickets.backends import SurelOrNip, find, identity
from tickets.models import AuditEntry, User

pytestmark = pytest.mark.django_db

PASSWORD = "kuda hijau melompat pagar"
NIP = "198504122010011003"
ROUNDS = 100


class CheapHasher(PBKDF2PasswordHasher):
    """Cheap enough for hundreds of tries, and still what a try costs most: about 8 ms."""

    algorithm = "cheap"
    iterations = 20_000
    computed = 0

    def encode(self, *args, **kwargs):
        CheapHasher.computed += 1
        return super().encode(*args, **kwargs)


class HashesOnlyForRealPeople(SurelOrNip):
    """A deliberately bad backend: whoever is unknown or disabled is answered at once."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        person = find(username)
        return person if person and person.is_active and person.check_password(password) else None


@pytest.fixture
def siti(cast):
    person = cast.reporter
    person.nip = NIP
    person.set_password(PASSWORD)
    person.save()
    return person


def sign_in(client, who, password=PASSWORD, **fields):
    return client.post(reverse("masuk"), {"username": who, "password": password, **fields})


def signed_in(client):
    return client.session.get("_auth_user_id")


def events():
    return list(AuditEntry.objects.order_by("pk").values_list("event", "by", "about", "facts"))


# Who somebody is


@pytest.mark.parametrize("typed", [NIP, "19850412 201001 1 003", f" {NIP} ", "19850412.201001.1.003"])
def test_a_nip_signs_in_however_it_is_spaced(client, siti, typed):
    response = sign_in(client, typed)

    assert (response.status_code, signed_in(client)) == (302, str(siti.pk))


@pytest.mark.parametrize("typed", ["19850412201001100", "1985041220100110033", "-"])
def test_what_is_no_nip_is_read_as_a_surel_and_is_nobody(client, siti, typed):
    assert sign_in(client, typed).status_code == 422
    assert identity(typed) == typed.lower()


def test_a_surel_with_spaces_around_it_signs_in(client, siti):
    assert sign_in(client, f"  {siti.email.upper()} ").status_code == 302


@pytest.mark.usefixtures("on_both_databases")
@pytest.mark.parametrize("typed", ["s\u0131t\u0131@contoh.invalid", "\u017fiti@contoh.invalid"])
def test_a_letter_that_looks_like_another_is_another(siti, typed):
    User.objects.filter(pk=siti.pk).update(email="siti@contoh.invalid")

    assert find("SITI@contoh.invalid") == siti
    assert find(typed) is None


@pytest.mark.postgres
def test_a_surel_is_found_by_its_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    assert "user_email_is_unique_whatever_its_case" in User.objects.with_email("siti@contoh.invalid").explain()


def test_a_right_password_leads_to_no_account_that_is_disabled(client, siti):
    User.objects.update(is_active=False)

    assert sign_in(client, siti.email).status_code == 422
    assert signed_in(client) is None


def test_an_endless_password_is_not_hashed(client, siti, cheap_hashes):
    response = sign_in(client, siti.email, "x" * 129)

    assert response.status_code == 422
    assert CheapHasher.computed == 0


# Nothing tells whether there is an account (T23)


@pytest.fixture
def cheap_hashes(settings, siti):
    """Passwords hashed by a hasher that counts, and no limit on tries."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CheapHasher"]
    settings.SIGN_IN_PER_ACCOUNT = settings.SIGN_IN_PER_ADDRESS = 100_000
    settings.DEMO = False
    siti.set_password(PASSWORD)
    siti.save()
    CheapHasher.computed = 0


@pytest.fixture
def callers(cheap_hashes, siti):
    """Surels of one length: of somebody, of nobody, of a disabled account, and of one without a password."""
    accounts = {"known": siti, "disabled": factories.person("Rudi"), "without a password": factories.person("Wati")}
    accounts["disabled"].is_active = False
    accounts["disabled"].set_password(PASSWORD)
    for number, person in enumerate(accounts.values()):
        person.email = f"orang-{number}@contoh.invalid"
        person.save()
    CheapHasher.computed = 0
    return {name: person.email for name, person in accounts.items()} | {"unknown": "orang-9@contoh.invalid"}


def try_all(callers, rounds):
    """Wrong tries in turn: what each caller saw, and the seconds of processor it took, the mean of the faster half."""
    seen, spent = {name: Counter() for name in callers}, {name: [] for name in callers}
    gc.collect()
    for _ in range(rounds):
        for name, email in callers.items():
            client = Client()
            begun = time.thread_time()
            response = sign_in(client, email, "salah sekali kata sandinya")
            spent[name].append(time.thread_time() - begun)
            seen[name][response.status_code, body_of(response, email), len(response.content)] += 1
    return seen, {name: fmean(sorted(took)[: (rounds + 1) // 2]) for name, took in spent.items()}


def body_of(response, email):
    """A page without what is different on every page: its token, and what was typed."""
    page = response.content.decode().replace(email, "…")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def spread(means):
    return max(means.values()) / min(means.values()) - 1


def test_known_unknown_disabled_and_without_a_password_are_answered_alike_in_the_same_time(callers):
    try_all(callers, 2)  # templates are read once
    for _ in range(3):  # what the code takes differs each time; what the machine takes beside it does not
        seen, means = try_all(callers, ROUNDS)
        if spread(means) <= 0.10:
            break

    assert len({tuple(answers.items()) for answers in seen.values()}) == 1
    assert [status for (status, *_) in seen["known"]] == [422]
    assert spread(means) <= 0.10, means


def test_a_build_that_hashes_only_for_real_people_is_caught_by_its_time(callers, settings):
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.HashesOnlyForRealPeople"]
    try_all(callers, 2)

    _, means = try_all(callers, ROUNDS // 10)

    assert spread(means) > 0.10


@pytest.mark.parametrize("name", ["known", "unknown", "disabled", "without a password"])
def test_one_password_is_hashed_and_as_much_is_asked_of_the_database_for_everybody(callers, client, name):
    sign_in(client, "tidak@ada.invalid")
    CheapHasher.computed = 0

    with CaptureQueriesContext(connection) as asked:
        sign_in(client, callers[name], "salah")

    kinds = [query["sql"].split()[0] for query in asked]
    assert CheapHasher.computed == 1
    assert (len(kinds), kinds.count("INSERT")) == (9, 3)


# What is written down


def test_every_way_in_and_out_is_written_down_without_what_was_typed(client, siti):
    sign_in(client, "bukan.siapa-siapa@contoh.invalid", "rahasia-yang-salah")
    sign_in(client, siti.email, "rahasia-yang-salah")
    sign_in(client, siti.email)
    client.post(reverse("keluar"))

    assert events() == [
        ("masuk-gagal", None, None, {}),
        ("masuk-gagal", None, siti.pk, {}),
        ("masuk", siti.pk, siti.pk, {}),
        ("keluar", siti.pk, siti.pk, {}),
    ]
    assert set(AuditEntry.objects.values_list("address", flat=True)) == {"127.0.0.1"}


def test_the_admin_has_no_way_in_out_or_to_another_password_of_its_own(cast, client):
    client.force_login(cast.admin)

    changing = client.get("/admin/password_change/")
    leaving = client.post("/admin/logout/")
    entering = client.get("/admin/login/?next=/admin/")

    assert changing["Location"] == reverse("sandi-ubah")
    assert (leaving["Location"], entering["Location"]) == (
        reverse("masuk"),
        f"{reverse('masuk')}?next=/admin/&sesi=berakhir",
    )
    posted = {
        client.post(f"/admin/{page}/", {"password": PASSWORD}).status_code for page in ("login", "password_change")
    }
    assert posted == {405}
    assert events() == [("keluar", cast.admin.pk, cast.admin.pk, {})]


def test_who_has_not_signed_in_signs_out_without_a_trace(client, db):
    client.post(reverse("keluar"))

    assert events() == []


# The page


def test_what_was_typed_stays_but_for_the_password(client, siti):
    page = sign_in(client, siti.email, "salah-sekali").content.decode()

    assert siti.email in page
    assert "salah-sekali" not in page


def test_an_install_that_takes_registrations_says_so(client, db, settings):
    assert "Belum punya akun?" not in client.get(reverse("masuk")).content.decode()

    settings.REGISTRATION = True

    assert "Belum punya akun?" in client.get(reverse("masuk")).content.decode()
