"""The second factor: asked for after the password, required of some, set up, renewed, replaced, turned off, reset."""

import logging
import re
import time
from base64 import b32encode
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.factories import everything_stored, person
from tests.pages import one, read, select, words
from tests.test_races import at_once
from tickets import gate, passwords, second_factor, throttle
from tickets.checks import second_factor_is_required_of_roles
from tickets.models import Attempts, AuditEntry, Letter, RecoveryCode, RoleAssignment, Session
from tickets.notifications import mails
from workflows.roles import Role

PASSWORD = "sebuah kata sandi yang panjang"
MORNING = datetime(2026, 11, 17, 1, 30, 5, tzinfo=UTC)
STEP = timedelta(seconds=30)


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def zulkifli(db, clock):
    """Kepala Bidang, who knows a password."""
    return with_password(person("Ir. Zulkifli", role=Role.KEPALA_BIDANG_APTIKA))


@pytest.fixture
def app(zulkifli):
    """The app on the phone of Kepala Bidang."""
    return app_of(zulkifli)


def with_password(someone):
    someone.set_password(PASSWORD)
    someone.save()
    return someone


def app_of(someone):
    device = second_factor.new_device(someone)
    device.save()
    return device


def shown(device, *, steps=0):
    """The code that an app shows now, or some half minutes later or earlier."""
    return f"{totp(device.bin_key, drift=steps):06}"


def wrong(device):
    right = {shown(device, steps=steps) for steps in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in right)


def give_password(client, someone, **fields):
    return client.post(reverse("masuk"), {"username": someone.email, "password": PASSWORD, **fields})


def give_code(client, code):
    return client.post(reverse("masuk-kode"), {"code": code})


def signed_in(client):
    return client.session.get("_auth_user_id")


def events(about):
    return [entry.event for entry in AuditEntry.objects.filter(about=about).order_by("pk")]


# Signing in


def test_somebody_with_an_app_is_signed_in_only_after_the_code(client, zulkifli, app):
    first = give_password(client, zulkifli, next=reverse("sop"))
    between, before = signed_in(client), client.session.session_key
    second = give_code(client, shown(app))

    assert (first["Location"], between) == (reverse("masuk-kode"), None)
    assert (second["Location"], signed_in(client)) == (reverse("sop"), str(zulkifli.pk))
    assert client.session.session_key != before
    assert second_factor.MARK not in client.session


def opened(client):
    """The pages without a number in their address that this browser can open."""
    pages = [p.name for p in get_resolver("tickets.urls").url_patterns if p.name and not p.pattern.converters]
    return {name for name in pages if client.get(reverse(name)).status_code == 200}


def test_the_password_alone_opens_no_page(client, zulkifli, app):
    give_password(client, zulkifli)

    assert opened(client) == opened(Client()) | {"masuk-kode"}


def test_a_build_that_forgets_to_ask_is_found(client, zulkifli, app, monkeypatch):
    monkeypatch.setattr(second_factor, "has", lambda someone: False)

    give_password(client, zulkifli)

    assert {"beranda", "tiket", "profil"} <= opened(client)


def test_one_click_in_a_demo_asks_for_the_code_as_well(client, settings, zulkifli, app):
    settings.DEMO = True
    zulkifli.email = f"kabid{settings.DEMO_DOMAIN}"
    zulkifli.save()

    response = client.post(reverse("masuk-demo"), {"email": zulkifli.email})

    assert (response["Location"], signed_in(client)) == (reverse("masuk-kode"), None)


def test_a_wrong_code_is_answered_in_a_sentence_and_recorded(client, zulkifli, app):
    give_password(client, zulkifli)

    response = give_code(client, wrong(app))

    assert (response.status_code, signed_in(client)) == (422, None)
    assert "tidak cocok atau sudah pernah dipakai" in response.content.decode()
    [entry] = AuditEntry.objects.filter(event=AuditEntry.Event.SIGN_IN_FAILED)
    assert (entry.by, entry.about, entry.facts) == (None, zulkifli, {"factor": "kode"})


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "+12345", "1_2345", "１２３４５６", "0" * 60, "x" * 5000])
def test_what_is_no_code_is_answered_as_a_wrong_one(client, zulkifli, app, typed):
    give_password(client, zulkifli)

    assert (give_code(client, typed).status_code, signed_in(client)) == (422, None)


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_counts_in_its_own_half_minute_and_the_ones_beside_it(zulkifli, app, steps, is_right):
    assert second_factor.verify(zulkifli, shown(app, steps=steps)) is is_right


def test_a_phone_whose_clock_is_wrong_is_not_followed(zulkifli, app, clock):
    for _ in range(3):
        assert second_factor.verify(zulkifli, shown(app, steps=1))
        clock.shift(4 * STEP)

    assert not second_factor.verify(zulkifli, shown(app, steps=2))


def test_a_code_that_was_used_opens_nothing_a_second_time(client, zulkifli, app, clock):
    code = shown(app)
    for browser in (Client(), client):
        give_password(browser, zulkifli)
        answer = give_code(browser, code)

    assert (answer.status_code, signed_in(client)) == (422, None)
    clock.shift(STEP)
    assert give_code(client, shown(app)).status_code == 302


def test_after_ten_wrong_codes_none_is_looked_at_for_a_quarter_of_an_hour(client, settings, zulkifli, app, clock):
    settings.MAIL_ENABLED = True
    give_password(client, zulkifli)
    wrong_ones = [give_code(client, wrong(app)).status_code for _ in range(10)]

    refused = [give_code(client, shown(app)) for _ in range(3)][-1]
    clock.shift(timedelta(minutes=15))
    give_password(client, zulkifli)
    later = give_code(client, shown(app))

    assert wrong_ones == [422] * 10
    assert (refused.status_code, "Terlalu banyak percobaan" in refused.content.decode()) == (429, True)
    assert (later.status_code, signed_in(client)) == (302, str(zulkifli.pk))
    assert events(zulkifli).count(AuditEntry.Event.SIGN_IN_REFUSED) == 1
    assert Letter.objects.get().facts == {"what": "kode-salah"}


def test_right_codes_never_use_up_the_tries(zulkifli, app, clock):
    for _ in range(12):
        assert second_factor.verify(zulkifli, shown(app))
        clock.shift(STEP)


def test_wrong_codes_of_one_person_stop_nobody_else(zulkifli, app):
    dewi = person("Dewi Admin", is_staff=True)
    for _ in range(10):
        second_factor.verify(zulkifli, wrong(app))

    with pytest.raises(throttle.TooOften):
        second_factor.verify(zulkifli, shown(app))
    assert second_factor.verify(dewi, shown(app_of(dewi)))


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda someone, clock: clock.shift(timedelta(minutes=5, seconds=1)),
        lambda someone, clock: with_password(someone),
        lambda someone, clock: type(someone).objects.update(is_active=False),
    ],
    ids=["five minutes", "another password", "deactivated"],
)
def test_a_right_password_waits_for_its_code_only_while_it_counts(client, zulkifli, app, clock, meanwhile):
    give_password(client, zulkifli)
    meanwhile(zulkifli, clock)

    response = give_code(client, shown(app))

    assert (response["Location"], signed_in(client)) == (reverse("masuk"), None)


def test_nobody_is_asked_for_a_code_who_gave_no_password(client, zulkifli, app):
    response = give_code(client, shown(app))

    assert (response["Location"], signed_in(client)) == (reverse("masuk"), None)


def test_whoever_was_signed_in_in_this_browser_is_so_no_more_once_another_password_was_given(zulkifli, app, client_of):
    client = client_of(person("Siti Rahmah"))
    request = type("Request", (), {"session": client.session})()

    second_factor.ask(request, zulkifli, to="/")

    assert (set(request.session.keys()), Session.objects.count()) == ({second_factor.MARK}, 0)


def test_a_new_password_keeps_the_second_factor(client, zulkifli, app):
    form = client.get(passwords.link_for(zulkifli), follow=True).redirect_chain[-1][0]
    words = "surau tepi danau singkarak"
    client.post(form, {"new_password1": words, "new_password2": words})
    after_the_link = signed_in(client)

    response = client.post(reverse("masuk"), {"username": zulkifli.email, "password": words})

    assert (after_the_link, response["Location"], signed_in(client)) == (None, reverse("masuk-kode"), None)


def test_the_admin_of_django_is_no_way_around_the_code(client, zulkifli):
    zulkifli.is_staff = zulkifli.is_superuser = True
    zulkifli.save()
    app_of(zulkifli)

    response = client.post("/admin/login/?next=/admin/", {"username": zulkifli.email, "password": PASSWORD})

    assert (response.status_code, signed_in(client)) == (405, None)
    assert not admin.site.is_registered(TOTPDevice)


# Recovery codes


@pytest.fixture
def codes(zulkifli, app):
    """The recovery codes of Kepala Bidang, as they were shown once."""
    return second_factor._make_recovery_codes(zulkifli)


def test_recovery_codes_are_ten_of_eighty_bits_and_only_their_digests_are_kept(zulkifli, codes):
    stored = str(everything_stored())

    assert len(set(codes)) == 10
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}", code) for code in codes)
    assert len(second_factor.ALPHABET) ** second_factor.LENGTH == 2**80
    assert [code for code in codes if code in stored or code.replace("-", "") in stored] == []


def test_a_recovery_code_stands_in_for_the_phone_once(client, settings, zulkifli, codes):
    settings.MAIL_ENABLED = True
    give_password(client, zulkifli)
    first = client.post(reverse("masuk-kode"), {"recovery": codes[3]}, follow=True)
    client.logout()
    give_password(client, zulkifli)
    second = client.post(reverse("masuk-kode"), {"recovery": codes[3]})

    assert "Tersisa 9 kode" in first.content.decode()
    assert (second.status_code, signed_in(client)) == (422, None)
    assert AuditEntry.objects.get(event=AuditEntry.Event.RECOVERY_USED).facts == {"left": 9}
    assert Letter.objects.get().facts == {"what": "kode-pemulihan"}


def test_a_recovery_code_is_read_however_it_is_typed(zulkifli, codes):
    typed = codes[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")

    assert second_factor.verify(zulkifli, f" {typed} ")


def test_a_recovery_code_opens_nothing_of_somebody_else(zulkifli, codes):
    dewi = person("Dewi Admin")
    app_of(dewi)

    assert not second_factor.verify(dewi, codes[0])
    assert second_factor.recovery_codes_left(zulkifli) == 10


# Required


@pytest.fixture
def required(settings):
    settings.TOTP_REQUIRED = frozenset({"administrator", Role.KEPALA_BIDANG_APTIKA.value})


def test_it_is_required_of_administrators_and_of_who_holds_the_role_today_also_as_a_substitute(required, zulkifli):
    substitute, former = person("Budi Santoso"), person("Lina Kartika")
    RoleAssignment.objects.create(
        user=substitute,
        role=Role.KEPALA_BIDANG_APTIKA,
        substitute_for=zulkifli,
        letter_number="800/12",
        starts_on=date(2026, 11, 17),
        ends_on=date(2026, 11, 17),
    )
    RoleAssignment.objects.create(
        user=former, role=Role.KEPALA_BIDANG_APTIKA, starts_on=date(2026, 1, 1), ends_on=date(2026, 11, 16)
    )
    people = (
        person("Dewi Admin", is_staff=True),
        zulkifli,
        substitute,
        former,
        person("Fajar Ramadhan", role=Role.PROGRAMMER),
        person("Siti Rahmah"),
    )

    assert [second_factor.is_required_of(someone) for someone in people] == [True, True, True, False, False, False]


def test_a_misspelt_role_stops_the_start(settings):
    settings.TOTP_REQUIRED = frozenset({"administrator", "kepala_bidang_aptika"})
    assert second_factor_is_required_of_roles() == []

    settings.TOTP_REQUIRED = frozenset({"administrator", "kepala_bidang"})
    assert [fault.msg for fault in second_factor_is_required_of_roles()] == [
        "SOPDESK_TOTP_REQUIRED names 'kepala_bidang', which is no role."
    ]


def test_every_page_leads_to_the_set_up_until_it_is_done(required, cast, client_of):
    admin_client = client_of(cast.admin)
    addresses = {p.name: p for p in get_resolver("tickets.urls").url_patterns if p.name and not p.pattern.converters}

    led = {
        name
        for name in addresses
        if admin_client.get(reverse(name)).headers.get("Location") == reverse("profil-totp-aktifkan")
    }

    assert set(addresses) - led == gate.BEFORE_SECOND_FACTOR
    assert admin_client.get("/admin/")["Location"] == reverse("profil-totp-aktifkan")


def test_no_post_does_anything_until_the_set_up_is_done(required, zulkifli, client_of):
    client, before = client_of(zulkifli), everything_stored()

    answers = {
        client.post(reverse(p.name)).headers.get("Location")
        for p in get_resolver("tickets.urls").url_patterns
        if p.name and not p.pattern.converters and p.name not in gate.BEFORE_SECOND_FACTOR
    }

    assert (answers, everything_stored()) == ({reverse("profil-totp-aktifkan")}, before)


def test_a_page_that_asks_by_itself_gets_nothing_and_one_that_somebody_pressed_is_led(required, zulkifli, client_of):
    client = client_of(zulkifli)

    by_itself = client.get(reverse("lonceng"), headers={"HX-Request": "true", gate.BACKGROUND: "1"})
    pressed = client.get(reverse("lonceng"), headers={"HX-Request": "true"})

    assert (by_itself.status_code, by_itself.content) == (204, b"")
    assert pressed["HX-Redirect"] == reverse("profil-totp-aktifkan")


def test_whoever_owes_it_reads_why_and_can_sign_out(required, zulkifli, client_of):
    client = client_of(zulkifli)

    page = client.get(reverse("profil-totp-aktifkan")).content.decode()

    assert "kata sandi saja tidak cukup" in page
    assert reverse("beranda") not in re.findall('href="([^"]*)"', page.partition("<main")[2])
    assert client.post(reverse("keluar"))["Location"] == reverse("masuk")


def test_where_it_is_required_of_nobody_asking_costs_no_query(zulkifli, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert not second_factor.is_owed_by(zulkifli)


# Setting up


def set_up(client):
    """Open the set-up page and type the first code; the answer."""
    client.get(reverse("profil-totp-aktifkan"))
    key = client.session["second_factor_key"]
    return client.post(reverse("profil-totp-aktifkan"), {"code": f"{totp(bytes.fromhex(key)):06}"})


def test_the_set_up_page_shows_the_secret_and_changes_nothing(zulkifli, client_of):
    client, before = client_of(zulkifli), everything_stored()

    response = client.get(reverse("profil-totp-aktifkan"))

    key = bytes.fromhex(client.session["second_factor_key"])
    secret = b32encode(key).decode()
    page = response.content.decode()
    assert everything_stored() == before
    assert " ".join(re.findall("....", secret)) in page
    assert f"otpauth://totp/SOPDesk%3A{zulkifli.email.replace('@', '%40')}?secret={secret}" in page
    assert "<svg viewBox=" in page.partition('class="qr"')[2][:200]
    assert "no-store" in response["Cache-Control"]
    assert len(key) * 8 == 160


def test_a_right_first_code_turns_it_on_shows_the_recovery_codes_and_ends_the_other_sessions(
    settings, zulkifli, client_of
):
    settings.MAIL_ENABLED = True
    client, elsewhere = client_of(zulkifli), client_of(zulkifli)

    response = set_up(client)

    codes = re.findall("<code>([0-9A-Z-]{19})</code>", response.content.decode())
    assert (response.status_code, len(codes), second_factor.has(zulkifli)) == (200, 10, True)
    assert "no-store" in response["Cache-Control"]
    assert (signed_in(client), signed_in(elsewhere)) == (str(zulkifli.pk), None)
    assert events(zulkifli) == [AuditEntry.Event.TOTP_ON]
    assert Letter.objects.get().facts == {"what": "totp-aktif"}
    assert second_factor.verify(zulkifli, codes[0])


def test_after_the_owed_set_up_comes_the_page_that_somebody_wanted(required, client, zulkifli):
    wanted = f"{reverse('tiket')}?cari=spj&urut=tenggat&cari=a%26b"
    client.get(give_password(client, zulkifli, next=wanted)["Location"])
    client.get(reverse("profil"))

    page = read(set_up(client))

    form = one(page, "form.saved-codes")
    fields = [(field.get("name"), field.get("value")) for field in select(form, "input[type=hidden]")]
    assert (form.get("action"), fields) == (reverse("tiket"), [("cari", "spj"), ("urut", "tenggat"), ("cari", "a&b")])
    assert gate.WANTED not in client.session


def test_whoever_sent_a_form_before_the_owed_set_up_comes_to_beranda(required, client, zulkifli):
    give_password(client, zulkifli)
    client.post(reverse("pemberitahuan-semua"))

    assert one(read(set_up(client)), "form.saved-codes").get("action") == reverse("beranda")


def test_a_set_up_that_nobody_asked_for_leads_back_to_its_page(zulkifli, client_of):
    assert one(read(set_up(client_of(zulkifli))), "form.saved-codes").get("action") == reverse("profil-totp")


def test_a_wrong_first_code_turns_nothing_on_and_keeps_the_secret(zulkifli, client_of):
    client, before = client_of(zulkifli), everything_stored()
    client.get(reverse("profil-totp-aktifkan"))
    key = client.session["second_factor_key"]

    response = client.post(reverse("profil-totp-aktifkan"), {"code": "abcdef"})

    assert (response.status_code, client.session["second_factor_key"]) == (422, key)
    assert "jam ponsel" in response.content.decode()
    assert everything_stored() == before
    response.status_code = 200
    page = read(response)
    assert words(one(page, ".notice-warn")) == "Silakan periksa isian yang ditandai."
    assert "autofocus" in one(page, "#id_code").attrib  # it stands below the picture


def test_loading_the_page_of_new_codes_anew_says_what_to_do_and_changes_nothing(zulkifli, client_of):
    client = client_of(zulkifli)
    set_up(client)
    device, before = TOTPDevice.objects.get(), everything_stored()

    again = client.post(reverse("profil-totp-aktifkan"), {"code": shown(device)})
    page = read(client.get(again["Location"]))

    assert again["Location"] == reverse("profil-totp")
    assert words(one(page, ".messages")).startswith("Verifikasi dua langkah sudah aktif.")
    assert everything_stored() == before


def test_the_code_of_the_set_up_signs_nobody_in(client, zulkifli, client_of):
    mine = client_of(zulkifli)
    set_up(mine)
    give_password(client, zulkifli)

    response = give_code(client, f"{totp(TOTPDevice.objects.get().bin_key):06}")

    assert response.status_code == 422


def test_whoever_signed_in_a_while_ago_shows_again_who_they_are_first(zulkifli, client_of, clock):
    client = client_of(zulkifli)
    clock.shift(timedelta(minutes=11))
    refused = client.post(reverse("profil-totp-aktifkan"), {"password": "salah"})
    shown_again = client.post(reverse("profil-totp-aktifkan"), {"password": PASSWORD})

    assert (refused.status_code, "second_factor_key" in client.session) == (422, False)
    assert shown_again["Location"] == reverse("profil-totp-aktifkan")
    assert set_up(client).status_code == 200


def test_a_new_password_shows_no_code_and_makes_no_session_longer(zulkifli, app, client_of, clock):
    """Who knows the password alone, at an open browser, does not put their own phone in the place of the other."""
    client = client_of(zulkifli)
    started = Session.objects.get().started_at
    clock.shift(timedelta(minutes=11))
    new = "gajah biru makan pepaya"
    typed = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    changed = client.post(reverse("sandi-ubah"), typed)
    page = client.get(reverse("profil-totp-aktifkan"))

    assert (changed["Location"], signed_in(client)) == (reverse("profil"), str(zulkifli.pk))
    assert (b'name="password"' in page.content, "second_factor_key" in client.session) == (True, False)
    assert Session.objects.get().started_at == started


def test_after_ten_wrong_passwords_none_is_looked_at(zulkifli, client_of, clock):
    client = client_of(zulkifli)
    clock.shift(timedelta(minutes=11))
    for _ in range(10):
        client.post(reverse("profil-totp-aktifkan"), {"password": "salah"})

    response = client.post(reverse("profil-totp-aktifkan"), {"password": PASSWORD})

    assert (response.status_code, "Terlalu banyak" in response.content.decode()) == (429, True)


def test_another_phone_takes_the_place_of_the_first(zulkifli, app, codes, client_of, clock):
    client = client_of(zulkifli)
    clock.shift(timedelta(minutes=11))

    client.post(reverse("profil-totp-aktifkan"), {"password": PASSWORD, "code": codes[0]})
    response = set_up(client)

    clock.shift(2 * STEP)
    assert response.status_code == 200
    assert TOTPDevice.objects.get(user=zulkifli).key != app.key
    assert not second_factor.verify(zulkifli, shown(app))
    assert not second_factor.verify(zulkifli, codes[1])
    assert second_factor.verify(zulkifli, shown(TOTPDevice.objects.get()))
    assert AuditEntry.objects.get(event=AuditEntry.Event.TOTP_ON).facts == {"replaced": True}


# Turning off, new codes, resetting


def test_turning_off_wants_the_password_and_a_code(settings, zulkifli, app, codes, client_of):
    settings.MAIL_ENABLED = True
    client, elsewhere = client_of(zulkifli), client_of(zulkifli)
    address = reverse("profil-totp-matikan")
    attempts = (
        {},
        {"password": PASSWORD},
        {"password": "salah", "code": shown(app)},
        {"password": PASSWORD, "code": "1"},
    )

    refused = [client.post(address, fields).status_code for fields in attempts]
    still_on = second_factor.has(zulkifli)
    response = client.post(address, {"password": PASSWORD, "code": shown(app)})

    assert (refused, still_on) == ([422] * 4, True)
    assert (response["Location"], second_factor.has(zulkifli)) == (reverse("profil-totp"), False)
    assert not RecoveryCode.objects.exists()
    assert (signed_in(client), signed_in(elsewhere)) == (str(zulkifli.pk), None)
    assert events(zulkifli) == [AuditEntry.Event.SIGN_IN_FAILED] * 2 + [AuditEntry.Event.TOTP_OFF]
    assert Letter.objects.get().facts == {"what": "totp-mati"}


def test_who_guesses_at_an_open_browser_is_written_down_and_its_person_told(settings, zulkifli, app, client_of):
    settings.MAIL_ENABLED = True
    client, address = client_of(zulkifli), reverse("profil-totp-matikan")

    statuses = [
        client.post(address, {"password": f"salah {n}", "code": wrong(app)}, REMOTE_ADDR="203.0.113.7").status_code
        for n in range(13)
    ]

    assert statuses == [422] * 10 + [429] * 3
    assert events(zulkifli) == [AuditEntry.Event.SIGN_IN_FAILED] * 10 + [AuditEntry.Event.SIGN_IN_REFUSED]
    failed = AuditEntry.objects.filter(event=AuditEntry.Event.SIGN_IN_FAILED).first()
    assert (failed.by, failed.facts, failed.address) == (None, {"factor": "kode", "via": "profil"}, "203.0.113.7")
    told = Letter.objects.get()
    assert told.facts == {"what": "profil-salah"}
    assert "kata sandi atau kode verifikasi salah diketik berkali-kali" in mails.letter(told).body


def test_who_types_the_code_of_a_moment_ago_again_reads_why_it_is_wrong(client, zulkifli, app):
    give_password(client, zulkifli)
    give_code(client, shown(app))

    page = client.post(reverse("profil-totp-matikan"), {"password": PASSWORD, "code": shown(app)}).content.decode()

    assert "Kode yang baru saja dipakai tidak berlaku lagi; tunggu kode berikutnya." in page


def test_it_cannot_be_turned_off_while_it_is_required(required, zulkifli, app, client_of):
    client = client_of(zulkifli)

    page = client.get(reverse("profil-totp")).content.decode()
    client.post(reverse("profil-totp-matikan"), {"password": PASSWORD, "code": shown(app)})

    assert (reverse("profil-totp-matikan") in page, second_factor.has(zulkifli)) == (False, True)


def test_new_recovery_codes_take_the_place_of_the_old(zulkifli, app, codes, client_of):
    client = client_of(zulkifli)

    response = client.post(reverse("profil-kode"), {"password": PASSWORD, "code": shown(app)})

    new = re.findall("<code>([0-9A-Z-]{19})</code>", response.content.decode())
    assert len(new) == 10
    assert not second_factor.verify(zulkifli, codes[0])
    assert second_factor.verify(zulkifli, new[0])
    assert events(zulkifli)[0] == AuditEntry.Event.RECOVERY_RENEWED


def test_an_administrator_resets_it_and_every_session_ends(required, zulkifli, app, codes, client_of):
    dewi, client = person("Dewi Admin", is_staff=True), client_of(zulkifli)

    was_on = second_factor.reset(zulkifli, by=dewi)

    assert (was_on, second_factor.has(zulkifli), RecoveryCode.objects.count()) == (True, False, 0)
    assert signed_in(client) is None
    entry = AuditEntry.objects.get(event=AuditEntry.Event.TOTP_OFF)
    assert (entry.by, entry.about) == (dewi, zulkifli)
    give_password(client, zulkifli)
    assert client.get(reverse("beranda"))["Location"] == reverse("profil-totp-aktifkan")


def test_resetting_what_is_not_there_says_so_and_records_nothing(zulkifli):
    assert second_factor.reset(zulkifli, by=None) is False
    assert not AuditEntry.objects.exists()


def test_whoever_runs_the_server_resets_it_for_the_only_administrator(zulkifli, app, capsys):
    call_command("reset_second_factor", zulkifli.email.upper())

    assert not second_factor.has(zulkifli)
    assert AuditEntry.objects.get().by is None
    assert "Ir. Zulkifli signs in with the password alone" in capsys.readouterr().out
    for email in (zulkifli.email, "tidak@ada.invalid"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", email)


def test_codes_and_secrets_stand_in_no_log_address_or_audit_entry(caplog, settings, client, zulkifli, client_of, clock):
    caplog.set_level(logging.DEBUG)
    mine = client_of(zulkifli)
    response = set_up(mine)
    device = TOTPDevice.objects.get()
    clock.shift(STEP)
    recovery = re.findall("<code>([0-9A-Z-]{19})</code>", response.content.decode())
    used = shown(device)

    addresses = [give_password(client, zulkifli)["Location"]]
    give_code(client, wrong(device))
    addresses.append(give_code(client, used)["Location"])
    client.logout()
    give_password(client, zulkifli)
    addresses.append(client.post(reverse("masuk-kode"), {"recovery": recovery[0]})["Location"])

    logged = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("django.db"))
    told = logged + str(addresses) + str(list(AuditEntry.objects.values_list("facts", flat=True)))
    secrets = [device.key, b32encode(device.bin_key).decode(), recovery[0], recovery[0].replace("-", ""), wrong(device)]
    assert [secret for secret in [*secrets, used] if secret in told] == []


# At the same moment


@pytest.fixture
def eight(transactional_db):
    """Kepala Bidang with an app and recovery codes, on a database that eight connections see."""
    someone = with_password(person("Ir. Zulkifli"))
    return someone, app_of(someone), second_factor._make_recovery_codes(someone)


def admitted(someone, code):
    """How many of eight get in who show the same code at the same moment."""
    Attempts.objects.all().delete()
    outcomes = at_once([lambda: second_factor.verify(someone, code)] * 8)
    assert {type(outcome) for outcome in outcomes} == {bool}
    return outcomes.count(True)


def slow(monkeypatch, owner, name):
    """Make what lies between looking and writing long enough for somebody else to come in."""
    quick = getattr(owner, name)

    def slowly(*args, **kwargs):
        time.sleep(0.05)
        return quick(*args, **kwargs)

    monkeypatch.setattr(owner, name, slowly)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_eight_who_show_the_same_code_one_gets_in(eight, monkeypatch):
    someone, device, codes = eight
    slow(monkeypatch, TOTPDevice, "verify_token")

    assert admitted(someone, shown(device, steps=1)) == 1
    assert [admitted(someone, code) for code in codes[:3]] == [1, 1, 1]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_race_is_lost_without_the_lock_and_without_the_one_update(eight, monkeypatch):
    someone, device, codes = eight
    slow(monkeypatch, TOTPDevice, "set_last_used_timestamp")
    monkeypatch.setattr("django.db.models.QuerySet.select_for_update", lambda self, **kwargs: self)
    monkeypatch.setattr(second_factor, "_use_recovery_code", _looked_up_then_written)

    assert admitted(someone, shown(device, steps=1)) > 1
    assert admitted(someone, codes[0]) > 1


def _looked_up_then_written(someone, code, request):
    with transaction.atomic():
        found = someone.recovery_codes.filter(digest=second_factor._digest(code), used_at=None).first()
        if found is None:
            return False
        time.sleep(0.05)
        found.used_at = timezone.now()
        found.save()
    return True
