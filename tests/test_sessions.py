"""Sessions end when they should, at the very next request, and what was being written then is not lost (T25)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import settings as used
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.urls import reverse

from tests.factories import report
from tickets import gate, sessions
from tickets.gate import BACKGROUND
from tickets.models import Session
from tickets.tasks import tidy_access
from workflows.roles import Role

pytestmark = pytest.mark.django_db

PASSWORD = "kuda hijau melompat pagar"
NINE = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)
PAGE = "sop"


@pytest.fixture
def clock():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


@pytest.fixture
def siti(cast):
    cast.reporter.set_password(PASSWORD)
    cast.reporter.save()
    return cast.reporter


@pytest.fixture
def browser(siti, clock):
    """A browser in which Siti has signed in at nine."""
    return signed_in_as(siti)


def signed_in_as(person):
    client = Client()
    response = client.post(reverse("masuk"), {"username": person.email, "password": PASSWORD})
    assert response.status_code == 302
    return client


def key_of(client):
    return client.cookies[used.SESSION_COOKIE_NAME].value


def is_in(client, **headers):
    """Whether a browser is still signed in: what its next request is answered with."""
    return client.get(reverse(PAGE), headers=headers).status_code == 200


# When a session ends


def sign_out(client, siti, cast):
    client.post(reverse("keluar"))


def deactivate(client, siti, cast):
    siti.is_active = False
    siti.save()


def end_all(client, siti, cast):
    sessions.end(siti)


def change_password(client, siti, cast):
    siti.set_password("gajah biru makan pepaya")
    siti.save()


@pytest.mark.parametrize("end", [sign_out, deactivate, end_all, change_password])
def test_an_old_cookie_is_refused_at_the_next_request(browser, siti, cast, end):
    old = Client()
    old.cookies[used.SESSION_COOKIE_NAME] = key_of(browser)
    assert is_in(old)

    end(browser, siti, cast)

    old.cookies[used.SESSION_COOKIE_NAME] = key_of(browser) or "x"
    assert not is_in(old)
    assert not is_in(browser)


@pytest.mark.parametrize(("idle", "goes_on"), [(29.9, True), (30, False), (31, False)])
def test_a_session_ends_after_half_an_hour_in_which_nobody_was_there(browser, clock, idle, goes_on):
    clock.shift(timedelta(minutes=idle))

    assert is_in(browser) is goes_on


@pytest.mark.parametrize(("minutes", "goes_on"), [(12 * 60 - 1, True), (12 * 60, False)])
def test_a_session_ends_after_twelve_hours_however_busy_it_was(browser, clock, minutes, goes_on):
    for _ in range(minutes // 20):
        clock.move_to(min(clock_now() + timedelta(minutes=20), NINE + timedelta(minutes=minutes)))
        last = is_in(browser)
    clock.move_to(NINE + timedelta(minutes=minutes))

    assert last or not goes_on
    assert is_in(browser) is goes_on


def clock_now():
    return datetime.now(UTC)


def test_what_a_page_asks_by_itself_keeps_no_session_alive(browser, clock):
    for _ in range(29):
        clock.shift(timedelta(minutes=1))
        assert is_in(browser, **{BACKGROUND: "1"})
    clock.shift(timedelta(minutes=1))

    assert not is_in(browser, **{BACKGROUND: "1"})


def test_a_build_in_which_the_page_keeps_itself_alive_is_caught(browser, clock):
    for _ in range(40):
        clock.shift(timedelta(minutes=1))
        last = is_in(browser)  # what the page asks, without saying so

    assert last


def test_who_writes_keeps_the_session_alive(browser, clock):
    for _ in range(8):
        clock.shift(timedelta(minutes=5))
        answer = browser.post(reverse("sesi"))
        assert (answer.status_code, answer.json()) == (200, {"seconds": 29 * 60, "extends": True})

    assert is_in(browser)


def test_near_its_twelve_hours_a_session_says_how_long_it_lasts_and_that_nothing_helps(browser, clock):
    Session.objects.update(started_at=NINE - timedelta(hours=11, minutes=50), seen_at=NINE - timedelta(minutes=5))

    answer = browser.post(reverse("sesi"))

    assert answer.json() == {"seconds": 600, "extends": False}


def test_a_stranger_keeps_nothing_alive(client, db):
    assert client.post(reverse("sesi")).status_code == 401
    assert client.get(reverse("sesi")).status_code == 405


def test_every_page_tells_the_browser_how_long_its_session_lasts(browser):
    page = browser.get(reverse(PAGE)).content.decode()

    assert 'data-seconds="1740" data-extends="1"' in page


def test_an_answer_under_way_lets_nobody_in_again(browser, siti):
    store = sessions.SessionStore(key_of(browser))
    store["theme"] = "gelap"
    sessions.end(siti)

    with pytest.raises(UpdateError):
        store.save()

    assert not is_in(browser)


@pytest.fixture
def ended_under_way(monkeypatch):
    """Somebody ends the session while a request of it is answered."""
    monkeypatch.setattr(gate.sessions, "see", lambda session, *, now: Session.objects.all().delete())


def test_whose_session_ends_under_way_is_led_to_sign_in_and_back(browser, siti, ended_under_way):
    saved = browser.post(
        reverse("profil-ubah"), {"phone": "081234567890"}, headers={"Referer": "http://testserver/profil/ubah/?a=1"}
    )

    siti.refresh_from_db()
    assert siti.phone == "081234567890"
    assert where_to(saved) == (reverse("masuk"), {"next": "/profil/ubah/?a=1", "sesi": "berakhir"})
    assert "Sesi Anda telah berakhir" in browser.get(saved["Location"]).content.decode()


def test_a_page_whose_session_ends_under_way_is_the_one_to_come_back_to(browser, ended_under_way, settings):
    settings.SESSION_SAVE_EVERY_REQUEST = True  # as one that keeps something in its session

    answer = browser.get(reverse(PAGE), {"bagian": "a&b"})

    assert where_to(answer) == (reverse("masuk"), {"next": f"{reverse(PAGE)}?bagian=a%26b", "sesi": "berakhir"})


def test_what_cannot_be_read_is_still_answered_as_that(client, db):
    response = client.get(reverse("masuk"), headers={"Host": "bukan kita"})

    assert response.status_code == 400
    assert "Permintaan tidak dapat dibaca" in response.content.decode()


# Signing in makes a session of its own


def test_the_session_has_another_key_after_signing_in(client, siti):
    session = client.session
    session["before"] = "1"
    session.save()
    planted = key_of(client)

    client.post(reverse("masuk"), {"username": siti.email, "password": PASSWORD})

    assert key_of(client) != planted
    stranger = Client()
    stranger.cookies[used.SESSION_COOKIE_NAME] = planted
    assert not is_in(stranger)


def test_a_key_that_somebody_made_up_opens_nothing(siti):
    client = Client()
    client.cookies[used.SESSION_COOKIE_NAME] = "dibuat-sendiri-0123456789abcdef0"

    client.post(reverse("masuk"), {"username": siti.email, "password": PASSWORD})

    assert client.session[SESSION_KEY] == str(siti.pk)
    assert key_of(client) != "dibuat-sendiri-0123456789abcdef0"


def test_changing_the_password_ends_all_sessions_but_this_one(browser, siti):
    elsewhere = signed_in_as(siti)
    before = key_of(browser)

    browser.post(
        reverse("sandi-ubah"),
        {
            "old_password": PASSWORD,
            "new_password1": "gajah biru makan pepaya",
            "new_password2": "gajah biru makan pepaya",
        },
    )

    assert (is_in(browser), is_in(elsewhere)) == (True, False)
    assert key_of(browser) != before
    assert list(Session.objects.filter(person=siti).values_list("pk", flat=True)) == [key_of(browser)]


# What was being written


def where_to(response):
    address = urlsplit(response["Location"])
    return address.path, {name: values[0] for name, values in parse_qs(address.query).items()}


@pytest.mark.parametrize(
    "name", ["tiket-selesaikan", "tiket-komentar", "tiket-tunda", "tiket-gabungkan", "tiket-buka-kembali"]
)
def test_a_form_of_a_ticket_sent_too_late_leads_back_to_the_ticket(browser, cast, clock, name):
    ticket = report(by=cast.reporter)
    clock.shift(timedelta(minutes=31))

    response = browser.post(reverse(name, args=[ticket.number]), {"text": "Sudah saya periksa."})

    assert where_to(response) == (reverse("masuk"), {"next": ticket.get_absolute_url(), "sesi": "berakhir"})


def test_any_other_form_sent_too_late_leads_back_to_its_page(browser, clock):
    clock.shift(timedelta(minutes=31))

    response = browser.post(
        reverse("pemberitahuan-semua"), headers={"Referer": "http://testserver/pemberitahuan/?halaman=2"}
    )

    assert where_to(response) == (reverse("masuk"), {"next": "/pemberitahuan/?halaman=2", "sesi": "berakhir"})


@pytest.mark.parametrize(
    "referer",
    [
        "https://contoh.invalid/jahat/",
        "javascript:alert(1)",
        "//contoh.invalid/",
        "http://testserver//contoh.invalid/",
        "",
    ],
)
def test_nobody_is_led_back_to_another_site(client, db, referer):
    response = client.post(reverse("pemberitahuan-semua"), headers={"Referer": referer} if referer else {})

    assert where_to(response) == (reverse("masuk"), {"next": reverse("beranda")})


def test_the_sign_in_page_says_that_the_session_has_ended(browser, clock):
    clock.shift(timedelta(minutes=31))

    page = browser.get(reverse(PAGE), follow=True)

    assert "Sesi Anda telah berakhir" in page.content.decode()
    assert page.context["next"] == reverse(PAGE)


def test_who_was_never_here_is_told_of_no_session(client, db):
    response = client.get(reverse(PAGE), {"bagian": "titik-terbuka"})

    assert where_to(response) == (reverse("masuk"), {"next": f"{reverse(PAGE)}?bagian=titik-terbuka"})


def test_a_form_that_was_open_for_too_long_is_refused_in_our_own_words_with_a_way_back(siti):
    client = Client(enforce_csrf_checks=True)

    response = client.post(reverse("keluar"), headers={"Referer": "http://testserver/tiket/?cari=spj"})

    page = response.content.decode()
    assert response.status_code == 403
    assert "Halaman ini terlalu lama terbuka" in page
    assert 'href="/tiket/?cari=spj"' in page


# The clock tidies up


def test_sessions_that_have_ended_are_removed_at_night(browser, siti, clock, cast):
    clock.shift(timedelta(hours=1))
    client = Client()
    client.force_login(cast.holder(Role.PROGRAMMER))

    tidy_access()

    assert [session.person for session in Session.objects.all()] == [cast.holder(Role.PROGRAMMER)]
