"""Guessing is slowed before anything is hashed, by a count that all processes share, and locks nobody out (T24).

Real processes and figures: `tests/processes/guessing.py`.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from tests import factories
from tests.test_races import at_once
from tickets import devices, signing_in, throttle
from tickets.models import Attempts, AuditEntry
from tickets.tasks import tidy_access
from tickets.throttle import TooOften

pytestmark = pytest.mark.django_db

PASSWORD = "kuda hijau melompat pagar"
WRONG = "bukan kata sandinya"
NINE = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)


class CountingHasher(MD5PasswordHasher):
    computed = 0

    def encode(self, *args, **kwargs):
        CountingHasher.computed += 1
        return super().encode(*args, **kwargs)


@pytest.fixture(autouse=True)
def _hashes_are_counted(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    CountingHasher.computed = 0


@pytest.fixture
def clock():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


@pytest.fixture
def siti(cast):
    cast.reporter.nip = "198504122010011003"
    cast.reporter.set_password(PASSWORD)
    cast.reporter.save()
    CountingHasher.computed = 0
    return cast.reporter


def sign_in(who, password=WRONG, *, client=None, address="203.0.113.7", **headers):
    """The answer to one try, from a browser that has never been here if none is given."""
    fields = {"username": who, "password": password}
    return (client or Client()).post(reverse("masuk"), fields, REMOTE_ADDR=address, headers=headers)


def tries(count, who, **kwargs):
    """How often each status was answered."""
    return Counter(sign_in(who, **kwargs).status_code for _ in range(count))


def guess(who, *, address="203.0.113.7", **headers):
    """Whether a wrong password was tried or refused; as `sign_in`, without making a page of it."""
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    request = RequestFactory().post(reverse("masuk"), REMOTE_ADDR=address, **headers)
    try:
        assert signing_in.person_with(request, typed=who, password=WRONG) is None
    except TooOften:
        return "refused"
    return "tried"


def orang(n):
    return f"orang-{n}@contoh.invalid"


# Ten for an account


def test_of_a_thousand_wrong_passwords_ten_are_tried(siti, clock):
    outcomes = Counter(guess(siti.email, address=f"203.0.113.{n % 200}") for n in range(1_000))

    assert outcomes == {"tried": 10, "refused": 990}
    assert CountingHasher.computed == 10
    assert sign_in(siti.email, PASSWORD).status_code == 429


def test_the_surel_and_the_nip_of_a_person_are_one_account(siti, clock):
    assert tries(6, siti.email) + tries(6, siti.nip) == {422: 10, 429: 2}


def test_nobodys_account_is_counted_and_refused_in_the_same_words(siti, clock):
    known, unknown = ([sign_in(who) for _ in range(12)][-1] for who in (siti.email, "tidak@ada.invalid"))

    sentence = "Terlalu banyak percobaan. Demi keamanan, silakan coba lagi pukul 09.15."
    for response in (known, unknown):
        assert (response.status_code, response["Retry-After"]) == (429, "900")
        assert sentence in response.content.decode()


@pytest.mark.parametrize(("minutes", "status"), [(14.99, 429), (15, 302)])
def test_fifteen_minutes_after_the_last_try_the_right_password_opens_again(siti, clock, minutes, status):
    for _ in range(30):
        guess(siti.email)

    clock.shift(timedelta(minutes=minutes))

    assert sign_in(siti.email, PASSWORD).status_code == status


def test_there_are_never_more_than_ten_in_any_fifteen_minutes(siti, clock):
    tried = []
    for _ in range(60):
        if guess(siti.email) == "tried":
            tried.append(datetime.now(UTC))
        clock.shift(timedelta(minutes=1))

    most = max(sum(begin <= at < begin + timedelta(minutes=15) for at in tried) for begin in tried)
    assert (most, len(tried)) == (10, 30)


def test_a_right_password_gives_its_try_back(siti, clock):
    assert tries(12, siti.email, password=PASSWORD) == {302: 12}

    assert set(Attempts.objects.values_list("count", flat=True)) == {0}


# Thirty for an address and a minute


def test_of_two_hundred_accounts_tried_from_one_address_thirty_are_tried_a_minute(siti, clock):
    outcomes = Counter(guess(orang(n)) for _ in range(5) for n in range(200))
    clock.shift(timedelta(seconds=60))
    a_minute_later = Counter(guess(orang(n)) for n in range(200))

    assert outcomes == {"tried": 30, "refused": 970}
    assert a_minute_later == {"tried": 30, "refused": 170}


def test_tries_of_an_address_age_while_somebody_always_tries(siti, clock):
    """Of an office behind one address somebody mistypes a password every forty seconds."""
    outcomes = Counter()
    for n in range(60):
        outcomes[guess(orang(n))] += 1
        clock.shift(timedelta(seconds=40))

    assert outcomes == {"tried": 60}


@pytest.mark.parametrize(("seconds", "outcome"), [(59.9, "refused"), (60, "tried")])
def test_the_minute_of_an_address_begins_with_its_first_try(siti, clock, seconds, outcome):
    guess(orang(0))
    clock.shift(timedelta(seconds=30))
    for n in range(1, 30):
        guess(orang(n))

    clock.move_to(NINE + timedelta(seconds=seconds))

    assert guess(orang(30)) == outcome


def test_fifty_people_behind_one_address_sign_in_at_half_past_seven(db, clock):
    people = [factories.person(f"Orang {n}") for n in range(50)]
    for person in people:
        person.set_password(PASSWORD)
        person.save()

    fumbled = [sign_in(person.email).status_code for person in people[:15]]
    statuses = {sign_in(person.email, PASSWORD).status_code for person in people}

    assert (set(fumbled), statuses) == ({422}, {302})


def test_a_forged_header_makes_no_new_address(siti, clock, settings):
    directly = Counter(guess(orang(n), **{"X-Forwarded-For": f"198.51.100.{n}"}) for n in range(40))
    Attempts.objects.all().delete()
    settings.BEHIND_PROXY = True
    behind = Counter(guess(orang(n), **{"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.9"}) for n in range(40))

    assert directly == behind == {"tried": 30, "refused": 10}


def test_the_addresses_of_one_ipv6_network_count_as_one(siti, clock):
    def of(network):
        return Counter(guess(orang(n), address=f"{network}::{n + 1:x}") for n in range(40))

    assert of("2001:db8:1:2") == {"tried": 30, "refused": 10}
    assert of("2001:db8:1:3") == {"tried": 30, "refused": 10}


# Nobody is locked out of their own machine


@pytest.fixture
def own_browser(siti, clock):
    """A browser with which Siti signed in before."""
    client = Client()
    sign_in(siti.email, PASSWORD, client=client)
    client.post(reverse("keluar"))
    return client


def test_who_burns_an_account_locks_its_owner_out_of_no_browser_of_theirs(siti, own_browser):
    burned = Counter(guess(siti.email) for _ in range(40))

    assert burned["refused"] == 30
    assert sign_in(siti.email, PASSWORD).status_code == 429
    assert sign_in(siti.email, PASSWORD, client=own_browser).status_code == 302


def test_who_burns_an_address_locks_nobody_out_who_signed_in_there_before(siti, own_browser):
    for n in range(40):
        guess(orang(n))

    assert guess(orang(41)) == "refused"
    assert sign_in(siti.email, PASSWORD, client=own_browser).status_code == 302


def test_a_known_browser_has_ten_tries_of_its_own(siti, own_browser):
    assert tries(12, siti.email, client=own_browser) == {422: 10, 429: 2}
    assert sign_in(siti.email, PASSWORD).status_code == 302


def test_a_browser_known_to_one_person_is_a_strangers_for_another(siti, own_browser, cast):
    for _ in range(10):
        guess(cast.stranger.email)

    assert sign_in(cast.stranger.email, client=own_browser).status_code == 429


def test_the_cookie_of_a_known_browser_is_closed_and_named_as_the_others(siti, settings):
    settings.SESSION_COOKIE_SECURE, settings.DEVICE_COOKIE_NAME = True, "__Host-device"
    client = Client()

    sign_in(siti.email, PASSWORD, client=client)

    cookie = client.cookies["__Host-device"]
    kept = ("httponly", "samesite", "secure", "path", "domain", "max-age")
    assert [cookie[name] for name in kept] == [True, "Lax", True, "/", "", 180 * 24 * 60 * 60]
    assert siti.email not in cookie.value


def test_a_known_browser_is_forgotten_with_the_password_after_180_days_and_when_it_is_forged(siti, own_browser, rf):
    cookie = own_browser.cookies["device"].value

    def is_known(value):
        request = rf.get("/")
        request.COOKIES["device"] = value
        return devices.known_device(request, siti) is not None

    assert [is_known(cookie), is_known(cookie[:-1] + "x"), is_known(""), is_known("a:b:c")] == [
        True,
        False,
        False,
        False,
    ]
    with time_machine.travel(NINE + timedelta(days=181)):
        assert not is_known(cookie)
    siti.set_password("gajah biru makan pepaya")
    assert not is_known(cookie)


# What is counted, and how


def test_the_table_of_tries_names_nobody(siti, clock):
    sign_in(siti.email)
    sign_in("bukan.siapa@contoh.invalid", address="198.51.100.4")

    stored = str(list(Attempts.objects.values()))
    for clear in (siti.email, siti.name, "bukan.siapa", "198.51.100.4", "203.0.113.7", f"#{siti.pk}"):
        assert clear not in stored


def test_a_refusal_is_written_down_once_in_a_window(siti, clock):
    refused = AuditEntry.objects.filter(event=AuditEntry.Event.SIGN_IN_REFUSED)
    for _ in range(60):
        guess(siti.email)
    first = list(refused.values_list("about", "facts"))
    clock.shift(timedelta(minutes=16))
    for _ in range(60):
        guess(siti.email)

    assert (first, refused.count()) == ([(siti.pk, {})], 2)


def test_a_try_is_counted_even_if_nobody_lives_to_see_its_answer(siti, clock, monkeypatch):
    def power_cut(*args, **kwargs):
        raise SystemExit

    monkeypatch.setattr(signing_in, "authenticate", power_cut)

    with pytest.raises(SystemExit):
        sign_in(siti.email)

    assert list(Attempts.objects.values_list("count", flat=True)) == [1, 1]


def test_old_rows_are_removed_by_the_clock(siti, clock):
    sign_in(siti.email)
    clock.shift(timedelta(hours=23))
    sign_in("lain@contoh.invalid", address="198.51.100.4")
    clock.shift(timedelta(hours=2))

    tidy_access()

    assert {row.since for row in Attempts.objects.all()} == {NINE + timedelta(hours=23)}


# Bad builds are caught


def hashes_when_refused(who):
    """Passwords hashed by tries that were refused."""
    tries(10, who)
    CountingHasher.computed = 0
    assert tries(5, who) == {429: 5}
    return CountingHasher.computed


def test_who_is_refused_has_no_password_hashed(siti, clock):
    assert hashes_when_refused(siti.email) == 0


def test_a_build_that_counts_after_hashing_is_caught(siti, clock, monkeypatch):
    honest = signing_in.person_with

    def hashing_first(request, *, typed, password):
        authenticate(request, username=typed, password=password)
        return honest(request, typed=typed, password=password)

    monkeypatch.setattr(signing_in, "person_with", hashing_first)

    assert hashes_when_refused(siti.email) == 5


def let_through(take, hands=8, rounds=5):
    """How many of `hands` that come at the same moment get one of three places, the most of several rounds."""

    def attempt(round_):
        try:
            take("uji", str(round_), most=3, within=timedelta(minutes=1))
        except TooOften:
            return False
        return True

    return max(at_once([lambda r=r: attempt(r)] * hands).count(True) for r in range(rounds))


def take_after_reading(scope, of, *, most, within, now=None):
    """A deliberately bad throttle: asks, then counts."""
    row, _ = Attempts.objects.get_or_create(key=throttle.key_of(scope, of), defaults={"since": NINE})
    if row.count >= most:
        raise TooOften(row.key, NINE)
    row.count += 1
    row.save()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("take", [throttle.take, throttle.take_shared])
def test_of_eight_at_the_same_moment_three_get_the_three_places(take):
    assert connection.vendor == "postgresql"

    assert let_through(take) == 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_build_that_asks_and_then_counts_is_caught():
    assert let_through(take_after_reading) > 3
