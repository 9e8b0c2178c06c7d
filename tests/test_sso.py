"""Signing in by single sign-on, with a real OpenID provider in a process of its own on loopback."""

import json
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from authlib.integrations.django_client import DjangoOAuth2App
from django.conf import settings as configured
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.factories import person
from tests.processes.office import free_port
from tests.test_celery import plain_environment
from tests.test_settings import PRODUCTION, read  # noqa: F401  # a fixture
from tickets import sso as sso_logic
from tickets.models import AuditEntry, Session

SITE = "http://testserver"
CLIENT, SECRET = "sopdesk", "rahasia-klien-contoh"
PATIENCE = 60


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    """The address of a provider that knows whoever a test says."""
    port, folder = free_port(), tmp_path_factory.mktemp("provider")
    callback = f"{SITE}/masuk/sso/kembali/"
    with (folder / "log").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.processes.provider", str(port), str(folder), callback, CLIENT, SECRET],
            cwd=configured.BASE_DIR,
            env=plain_environment(),
            stdout=output,
            stderr=output,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process, folder / "log")
        yield address
    finally:
        process.kill()
        process.wait()


def wait_for(address, process, log):
    patience_ends = time.monotonic() + PATIENCE
    while time.monotonic() < patience_ends and process.poll() is None:
        try:
            if requests.get(f"{address}/o/.well-known/openid-configuration", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"the provider did not start: {log.read_text()}")


@pytest.fixture
def sso(settings, provider):
    settings.SITE_URL = SITE
    settings.OIDC_ISSUER = f"{provider}/o"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
    settings.OIDC_LABEL = "Masuk dengan SSO Sumbar"
    return provider


@pytest.fixture
def siti(db):
    return person("Siti Rahmah")


def leave(client, **query):
    """Press the button; gives the address at the provider to which it leads."""
    away = client.get(reverse("masuk-sso"), query)
    assert away.status_code == 302
    return away["Location"]


def at_provider(provider, address, name, claims):
    """Sign in at the provider as somebody; gives where it leads back to, as path and query."""
    with requests.Session() as browser:
        known = urlencode({"nama": name, "klaim": json.dumps(claims)})
        browser.get(f"{provider}/masuk/?{known}", timeout=10, allow_redirects=False)
        back = browser.get(address, timeout=10, allow_redirects=False)
    assert back.headers["Location"].startswith(f"{SITE}/masuk/sso/kembali/?")
    return back.headers["Location"].removeprefix(SITE)


def walk_in(client, provider, name, claims, **query):
    """The whole way, from the button and back."""
    return client.get(at_provider(provider, leave(client, **query), name, claims))


def verified(email, **others):
    return {"email": email, "email_verified": True, **others}


def who_is_in(client):
    key = client.session.get("_auth_user_id")
    return key and int(key)


# The way in


def test_a_verified_address_binds_an_account_once_and_then_the_subject_is_enough(client, sso, siti):
    first = walk_in(client, sso, "siti", verified(siti.email.upper()), next="/tiket/")
    bound = who_is_in(client)
    client.post(reverse("keluar"))
    siti.refresh_from_db()
    subject = siti.oidc_subject
    second = walk_in(client, sso, "siti", verified("nama-baru@contoh.invalid"))

    assert (first.status_code, first["Location"]) == (302, "/tiket/")
    assert (second.status_code, second["Location"]) == (302, "/")
    assert (bound, who_is_in(client)) == (siti.pk, siti.pk)
    assert subject.startswith(f"{sso}/o|")
    changes = AuditEntry.objects.filter(event=AuditEntry.Event.PERSON_CHANGED, about=siti)
    assert [entry.facts for entry in changes] == [{"fields": ["oidc_subject"]}]
    ways = AuditEntry.objects.filter(event=AuditEntry.Event.SIGNED_IN, about=siti).values_list("facts", flat=True)
    assert list(ways) == [{"via": "sso"}] * 2
    assert Session.objects.filter(person=siti).count() == 1


@pytest.mark.parametrize("claim", ["198501012010012001", "19850101 201001 2 001"])
def test_a_nip_binds_an_account_too(client, sso, db, claim):
    rina = person("Rina Marlina", nip="198501012010012001")

    walk_in(client, sso, "rina", {"nip": claim})

    assert who_is_in(client) == rina.pk


def test_the_browser_is_sent_with_pkce_state_and_nonce(client, sso, db):
    asked = {name: value[0] for name, value in parse_qs(urlsplit(leave(client)).query).items()}

    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid email profile"
    assert asked["redirect_uri"] == f"{SITE}/masuk/sso/kembali/"
    assert all(len(asked[name]) >= 20 for name in ("state", "nonce", "code_challenge"))


def test_the_second_factor_is_asked_for_all_the_same(client, sso, siti):
    TOTPDevice.objects.create(user=siti, name="ponsel", confirmed=True)

    answer = walk_in(client, sso, "siti", verified(siti.email), next="/tiket/")

    assert (answer.status_code, answer["Location"]) == (302, reverse("masuk-kode"))
    assert who_is_in(client) is None
    client.post(reverse("masuk-kode"), {"code": f"{totp(TOTPDevice.objects.get().bin_key):06}"})
    assert AuditEntry.objects.get(event=AuditEntry.Event.SIGNED_IN).facts == {"via": "sso", "factor": "aplikasi"}


@pytest.mark.parametrize("wanted", ["https://jahat.invalid/", "//jahat.invalid", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere_afterwards(client, sso, siti, wanted):
    answer = walk_in(client, sso, "siti", verified(siti.email), next=wanted)

    assert answer["Location"] == "/"


# Who does not come in


def no_way_in(client, answer, status):
    assert answer.status_code == status
    assert who_is_in(client) is None
    return answer.content.decode()


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "{email}"},
        {"email": "{email}", "email_verified": False},
        {"email": "{email}", "email_verified": "true"},
        {"email": "lain@contoh.invalid", "email_verified": True},
        {"email_verified": True},
        {"email": "", "email_verified": True},
        {"nip": ""},
    ],
)
def test_an_address_that_is_not_verified_or_unknown_opens_nothing(client, sso, siti, claims):
    told = {name: value.format(email=siti.email) if isinstance(value, str) else value for name, value in claims.items()}

    page = no_way_in(client, walk_in(client, sso, "orang-lain", told), 403)

    siti.refresh_from_db()
    assert siti.oidc_subject is None
    assert "belum memiliki akun aktif" in page
    assert AuditEntry.objects.filter(event=AuditEntry.Event.SIGN_IN_FAILED, facts={"via": "sso"}).count() == 1


@pytest.mark.usefixtures("on_both_databases")
@pytest.mark.parametrize("address", ["k\u0131k\u0131@contoh.invalid", "\u212aiki@contoh.invalid"])
def test_an_address_in_letters_that_pass_for_others_opens_nothing(client, sso, siti, address):
    type(siti).objects.filter(pk=siti.pk).update(email="kiki@contoh.invalid")

    no_way_in(client, walk_in(client, sso, "penyusup", verified(address)), 403)


def test_a_closed_account_stays_closed_and_its_page_is_that_of_an_unknown_person(client, sso, siti):
    walk_in(client, sso, "siti", verified(siti.email))
    client.post(reverse("keluar"))
    siti.is_active = False
    siti.save()

    closed = no_way_in(client, walk_in(client, sso, "siti", verified(siti.email)), 403)
    unknown = no_way_in(client, walk_in(client, sso, "tamu", verified("tamu@contoh.invalid")), 403)

    siti.refresh_from_db()
    assert not siti.is_active
    assert "belum memiliki akun aktif" in closed
    assert closed == unknown


def test_an_account_that_is_another_subjects_is_not_taken_over(client, sso, siti):
    walk_in(client, sso, "siti", verified(siti.email))
    client.post(reverse("keluar"))

    no_way_in(client, walk_in(client, sso, "penyusup", verified(siti.email)), 403)


def test_an_account_that_an_administrator_released_is_bound_anew(client, sso, siti, cast, client_of):
    walk_in(client, sso, "orang-lain", verified(siti.email))

    client_of(cast.admin).post(reverse("pengguna-lepas-sso", args=[siti.pk]))

    assert who_is_in(client) is None
    last = AuditEntry.objects.filter(event=AuditEntry.Event.PERSON_CHANGED, about=siti).first()
    assert (last.by, last.facts) == (cast.admin, {"fields": ["oidc_subject"]})
    walk_in(client, sso, "siti", verified(siti.email))
    assert who_is_in(client) == siti.pk


def test_two_accounts_by_address_and_nip_are_nobodys(client, sso, siti):
    rina = person("Rina Marlina", nip="198501012010012001")

    no_way_in(client, walk_in(client, sso, "siti", verified(siti.email, nip=rina.nip)), 403)


@pytest.mark.parametrize(
    "forged",
    [
        {"aud": "aplikasi-lain"},
        {"aud": ["aplikasi-lain"], "azp": CLIENT},
        {"nonce": "milik-peramban-lain"},
        {"exp": 1_600_000_000},
        {"iss": "https://sso.jahat.invalid"},
    ],
    ids=["another client", "another client with our azp", "nonce", "expired", "issuer"],
)
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(client, sso, siti, forged):
    page = no_way_in(client, walk_in(client, sso, "siti", verified(siti.email, **forged)), 400)

    siti.refresh_from_db()
    assert siti.oidc_subject is None
    assert "tidak selesai" in page


def test_this_harness_sees_a_build_that_does_not_ask_whom_a_token_is_for(client, sso, siti, monkeypatch):
    """The negative control: with what Authlib checks by itself, a token of another client's passes."""
    whole = sso_logic.DjangoOAuth2App.parse_id_token
    monkeypatch.setattr(
        sso_logic.DjangoOAuth2App, "parse_id_token", lambda self, token, nonce, **_: whole(self, token, nonce)
    )

    walk_in(client, sso, "siti", verified(siti.email, aud=["aplikasi-lain"], azp=CLIENT))

    assert who_is_in(client) == siti.pk


def test_an_answer_is_good_once_and_for_the_browser_that_asked(client, sso, siti, client_of):
    back = at_provider(sso, leave(client), "siti", verified(siti.email))
    other = type(client)()

    no_way_in(other, other.get(back), 400)
    assert client.get(back).status_code == 302
    client.post(reverse("keluar"))
    no_way_in(client, client.get(back), 400)


def test_a_changed_state_and_a_made_up_code_open_nothing(client, sso, siti):
    back = at_provider(sso, leave(client), "siti", verified(siti.email))
    state = parse_qs(urlsplit(back).query)["state"][0]

    no_way_in(client, client.get(back.replace(state, "x" * len(state))), 400)
    no_way_in(client, client.get(f"/masuk/sso/kembali/?code=karangan&state={state}"), 400)


def test_who_refuses_at_the_provider_reads_how_to_go_on(client, sso, db):
    leave(client)

    page = no_way_in(client, client.get("/masuk/sso/kembali/?error=access_denied"), 400)

    assert reverse("masuk") in page


# When it is away, and when there is none


def test_without_its_provider_the_password_still_works(client, settings, sso, siti):
    settings.OIDC_ISSUER = f"http://127.0.0.1:{free_port()}/o"
    siti.set_password("ranah-minang-2026")
    siti.save()

    page = no_way_in(client, client.get(reverse("masuk-sso")), 503)
    client.post(reverse("masuk"), {"username": siti.email, "password": "ranah-minang-2026"})

    assert "sedang tidak dapat dihubungi" in page
    assert who_is_in(client) == siti.pk


def test_a_provider_that_calls_itself_otherwise_is_not_asked(client, settings, sso, db):
    settings.OIDC_ISSUER += "/"

    no_way_in(client, client.get(reverse("masuk-sso")), 503)


@pytest.mark.parametrize("part", ["jwks_uri", "token_endpoint", "id_token_signing_alg_values_supported"])
def test_a_provider_that_describes_itself_by_half_is_no_fault_of_ours(client, sso, db, monkeypatch, part):
    described = DjangoOAuth2App.load_server_metadata

    def by_half(self):
        return described(self) | {part: None}

    monkeypatch.setattr(DjangoOAuth2App, "load_server_metadata", by_half)

    assert client.get(reverse("masuk-sso")).status_code == (302 if "supported" in part else 503)


def test_who_asked_for_an_account_with_ones_nip_is_not_in_ones_way(client, sso, siti):
    person("Calon", nip="198501012010012001", is_active=False)

    walk_in(client, sso, "siti", verified(siti.email, nip="198501012010012001"))

    assert who_is_in(client) == siti.pk


def test_the_button_stands_only_where_it_is_set(client, settings, sso, db):
    shown = client.get(reverse("masuk"), {"next": "/tiket/"}).content.decode()
    settings.OIDC_ISSUER = ""
    hidden = client.get(reverse("masuk")).content.decode()

    assert "Masuk dengan SSO Sumbar" in shown
    assert 'href="/masuk/sso/?next=/tiket/"' in shown
    assert reverse("masuk-sso") not in hidden
    assert [client.get(reverse(name)).status_code for name in ("masuk-sso", "masuk-sso-kembali")] == [404, 404]


def test_nobody_makes_us_ask_the_provider_without_end(client, settings, sso, db):
    settings.SIGN_IN_PER_ADDRESS = 2

    answers = [client.get(reverse("masuk-sso")).status_code for _ in range(3)]

    assert answers == [302, 302, 429]


# Settings

SET = {
    "SOPDESK_OIDC_ISSUER": "https://sso.example/o",
    "SOPDESK_OIDC_CLIENT_ID": "sopdesk",
    "SOPDESK_OIDC_CLIENT_SECRET": "s3cret-canary",
}


def test_single_sign_on_is_read_from_the_environment(read):  # noqa: F811
    found = read(**SET)

    assert (found["OIDC_ISSUER"], found["OIDC_LABEL"]) == ("https://sso.example/o", "Masuk dengan SSO")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"SOPDESK_OIDC_CLIENT_SECRET": ""}, "set all or none"),
        ({"SOPDESK_OIDC_ISSUER": ""}, "set all or none"),
        ({"SOPDESK_OIDC_ISSUER": "s3cret-canary"}, "must be the address of an OpenID provider"),
        ({"SOPDESK_OIDC_ISSUER": "https://u:s3cret-canary@sso.example"}, "must be the address of an OpenID provider"),
        (PRODUCTION | {"SOPDESK_OIDC_ISSUER": "http://sso.example"}, "must begin with https:// in production"),
    ],
)
def test_half_a_single_sign_on_stops_the_start_and_repeats_no_secret(read, changes, complaint):  # noqa: F811
    with pytest.raises(ImproperlyConfigured, match=complaint) as stopped:
        read(**(SET | changes))

    assert "canary" not in str(stopped.value)
