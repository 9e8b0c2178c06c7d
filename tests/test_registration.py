"""Asking for an account: the address is confirmed, an administrator decides, and nobody learns who has one."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import checks, signing
from django.test import Client
from django.utils import timezone

from tests.factories import TUESDAY, everything_stored, person
from tests.pages import one, read, select, words
from tickets import audit, confirmation, leaving, registering, tasks
from tickets.forms.people import PersonForm
from tickets.forms.registration import DecideForm, RegisterForm
from tickets.models import AuditEntry, Letter, Registration, RoleAssignment, User
from tickets.notifications import mails
from tickets.registering import Reason

pytestmark = pytest.mark.django_db

ADDRESS, NIP = "meri@disdik.example", "198501012010012001"


@pytest.fixture(autouse=True)
def _open_to_strangers(settings):
    """People may ask for accounts, and it is Tuesday 17 November 2026, 10.00 WIB."""
    settings.REGISTRATION = settings.MAIL_ENABLED = True
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def admin(cast, client_of):
    return client_of(cast.admin)


def ask(cast, **changed):
    """Somebody fills in the form; what they are answered."""
    filled = {"name": "Meri Yulianti", "email": ADDRESS, "unit": cast.dinkes.pk, "nip": "", "phone": "0751 1234"}
    return Client().post("/daftar/", filled | changed)


def confirmed(cast, **changed):
    """Somebody has asked, and confirmed the address."""
    ask(cast, **changed)
    registration = Registration.objects.latest("pk")
    registering.confirm(registration, now=timezone.now())
    registration.refresh_from_db()
    return registration


def letters():
    return [(letter.person.email, letter.kind, letter.facts) for letter in Letter.objects.order_by("pk")]


def path_of(registration):
    return re.sub(r"^https?://[^/]+", "", confirmation.link_for(registration.person))


# On and off


@pytest.mark.parametrize("address", ["/daftar/", "/daftar/terkirim/", "/daftar/konfirmasi/x/"])
def test_switched_off_there_is_no_such_page_and_no_link_to_it(settings, admin, address):
    settings.REGISTRATION = False

    assert (Client().get(address).status_code, admin.get(address).status_code) == (404, 404)
    assert b"/daftar/" not in Client().get("/masuk/").content


def test_switched_off_who_asked_before_is_answered_still(cast, admin, settings):
    registration = confirmed(cast)
    settings.REGISTRATION = settings.MAIL_ENABLED = False
    linked = [b'href="/pendaftaran/"' in admin.get("/pengaturan/").content]

    response = admin.post(f"/pendaftaran/{registration.pk}/", {"setujui": "1", "unit": cast.dinkes.pk}, follow=True)

    linked.append(b'href="/pendaftaran/"' in admin.get("/pengaturan/").content)
    assert (response.redirect_chain, linked) == ([("/pendaftaran/", 302)], [True, False])
    assert words(one(read(response), ".messages")) == (
        "Akun Meri Yulianti dibuka. Langkah berikutnya: beri tautan kata sandi di halaman Pengguna."
    )
    assert User.objects.get(email=ADDRESS).is_active


def test_switched_on_the_sign_in_page_leads_there():
    assert [link.get("href") for link in select(read(Client().get("/masuk/")), "a") if words(link) == "Daftar"] == [
        "/daftar/"
    ]


@pytest.mark.parametrize(("registration", "mail", "faults"), [(True, False, 1), (True, True, 0), (False, False, 0)])
def test_without_a_mail_server_the_site_says_that_nobody_can_register(settings, registration, mail, faults):
    settings.REGISTRATION, settings.MAIL_ENABLED = registration, mail

    assert [fault.id for fault in checks.run_checks()].count("tickets.E002") == faults


# Asking


def test_who_asks_is_written_down_and_sent_a_letter_but_cannot_sign_in(cast):
    response = ask(cast, nip="19850101 201001 2 001")  # as many write it

    registration = Registration.objects.get()
    meri = registration.person
    assert response["Location"] == "/daftar/terkirim/"
    assert (meri.name, meri.unit, registration.nip, meri.is_active) == ("Meri Yulianti", cast.dinkes, NIP, False)
    assert not meri.has_usable_password()
    assert (registration.asked_at, registration.confirmed_at) == (TUESDAY, None)
    assert letters() == [(ADDRESS, Letter.Kind.CONFIRM_ADDRESS, {})]


@pytest.mark.parametrize("known", ["nobody", "active", "inactive", "asked", "confirmed", "refused"])
def test_whoever_asks_is_answered_alike(cast, known):
    if known in ("active", "inactive"):
        person("Meri", is_active=known == "active").__class__.objects.filter(name="Meri").update(email=ADDRESS)
    if known == "asked":
        ask(cast)
    if known in ("confirmed", "refused"):
        registration = confirmed(cast)
    if known == "refused":
        registering.refuse(registration, reason=Reason.DATA, by=cast.admin, now=timezone.now())
    before = Letter.objects.filter(kind=Letter.Kind.CONFIRM_ADDRESS).count()

    response = ask(cast, email=ADDRESS.upper())

    assert (response.status_code, response["Location"], response.content) == (302, "/daftar/terkirim/", b"")
    written = Letter.objects.filter(kind=Letter.Kind.CONFIRM_ADDRESS).count() - before
    assert written == (1 if known in ("nobody", "asked", "refused") else 0)
    assert User.objects.filter(email__iexact=ADDRESS).count() == 1


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_nip_betrays_nothing_and_nobody_has_it_before_an_administrator_agrees(cast, is_taken):
    User.objects.filter(pk=cast.stranger.pk).update(nip=NIP if is_taken else None)

    response = ask(cast, nip=NIP)

    registration = Registration.objects.get()
    assert response.status_code == 302
    assert (registration.nip, registration.person.nip) == (NIP, None)


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"name": ""}, "name", "Silakan tuliskan nama Anda."),
        ({"email": "meri"}, "email", "Alamat surel ini tidak lengkap. Tulislah seperti nama@sumbarprov.go.id."),
        ({"name": "Menang! https://x.example"}, "name", "Tuliskan nama saja, tanpa alamat situs atau surel."),
        ({"name": "Buka WWW.x.example"}, "name", "Tuliskan nama saja, tanpa alamat situs atau surel."),
        ({"name": "meri@x.example"}, "name", "Tuliskan nama saja, tanpa alamat situs atau surel."),
        ({"nip": "123"}, "nip", "NIP terdiri atas 18 angka; yang tertulis 3 tanda."),
        ({"unit": "999"}, "unit", "Silakan pilih salah satu perangkat daerah dalam daftar."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(cast, changed, field, sentence):
    response = ask(cast, **changed)

    assert response.status_code == 422
    response.status_code = 200
    page = read(response)
    assert words(one(page, f"#error_1_id_{field}")) == sentence
    assert one(page, "#id_phone").get("value") == "0751 1234"
    assert not Registration.objects.exists()


def test_what_is_no_phone_is_refused(cast):
    errors = ask(cast, phone="Anda menang").context["form"].errors

    assert list(errors) == ["phone"]


def test_the_letter_carries_nothing_that_a_stranger_typed(cast):
    ask(cast, name="Anda menang, klik x.example/klaim sebelum besok")

    mail = mails.letter(Letter.objects.get())

    said = [mail.subject, mail.body, mail.alternatives[0][0]]
    assert ["menang" in text for text in said] == [False] * 3
    assert ["Yth. Bapak/Ibu," in text for text in said] == [False, True, True]


def test_nobodys_mailbox_is_filled_and_a_network_asks_so_often(cast):
    answers = [ask(cast).status_code for _ in range(31)]

    assert answers == [302] * 30 + [429]
    assert len(letters()) == 3
    with time_machine.travel(TUESDAY + timedelta(hours=1), tick=False):
        assert ask(cast).status_code == 302
        assert len(letters()) == 4


# Confirming


def test_looking_at_the_link_confirms_nothing_and_pressing_does(cast):
    ask(cast)
    registration = Registration.objects.get()
    link, before = path_of(registration), everything_stored()

    looked = Client().get(link)
    untouched = everything_stored() == before
    pressed = Client().post(link, follow=True)

    registration.refresh_from_db()
    assert (looked.status_code, untouched) == (200, True)
    assert registration.confirmed_at == TUESDAY
    assert words(one(read(pressed), "h1")) == "Surel Anda dikonfirmasi"


@pytest.mark.parametrize(
    ("later", "status"),
    [(timedelta(hours=24) - timedelta(seconds=1), 200), (timedelta(hours=24, seconds=1), 404)],
)
def test_a_link_is_good_for_a_day(cast, later, status):
    ask(cast)
    link = path_of(Registration.objects.get())

    with time_machine.travel(TUESDAY + later, tick=False):
        assert Client().get(link).status_code == status


def test_a_link_that_was_tampered_with_or_made_for_something_else_is_none(cast):
    ask(cast)
    registration = Registration.objects.get()
    made = signing.dumps([registration.pk, ADDRESS], salt="tickets.other")
    link = path_of(registration)
    User.objects.filter(pk=registration.person_id).update(email="lain@disdik.example")

    answers = [Client().post(path).status_code for path in (f"/daftar/konfirmasi/{made}/", link, f"{link[:-3]}xx/")]

    assert answers == [404, 404, 404]
    assert Registration.objects.get().confirmed_at is None


def test_a_link_confirms_what_was_asked_with_it_and_nothing_written_since(cast):
    ask(cast)
    link = path_of(Registration.objects.get())
    with time_machine.travel(TUESDAY + timedelta(minutes=1), tick=False):
        ask(cast, name="Orang Lain")
        registration = Registration.objects.get()

        answers = [Client().post(path).status_code for path in (link, path_of(registration))]

    assert answers == [404, 302]


def test_without_a_further_letter_the_last_link_stays_good(cast):
    for _ in range(3):
        ask(cast)
    link = path_of(Registration.objects.get())
    with time_machine.travel(TUESDAY + timedelta(minutes=1), tick=False):
        ask(cast, name="Orang Lain")

        assert Client().get(link).status_code == 200
    assert Registration.objects.get().person.name == "Meri Yulianti"


# Deciding


def test_only_administrators_read_who_asks(cast, client_of):
    registration = confirmed(cast)

    for address in ("/pendaftaran/", f"/pendaftaran/{registration.pk}/"):
        asked = [client_of(who).get(address).status_code for who in (cast.holder("sub_koordinator"), cast.admin)]
        assert (asked, Client().get(address).status_code) == ([403, 200], 302)


def test_the_list_shows_who_confirmed_and_counts_the_rest(cast, admin):
    confirmed(cast)
    ask(cast, email="lain@disdik.example", name="Belum Konfirmasi")

    page = read(admin.get("/pendaftaran/"))
    home = read(admin.get("/"))

    assert [words(row) for row in select(page, "ul.rows .rows-title")] == ["Meri Yulianti"]
    assert "1 lagi belum mengonfirmasi surelnya" in words(one(page, "main"))
    assert "Belum Konfirmasi" not in words(page)
    assert "1 orang meminta akun." in words(one(home, "main"))


def test_whoever_is_accepted_is_told_how_to_set_a_password(cast, admin):
    registration = confirmed(cast)

    admin.post(f"/pendaftaran/{registration.pk}/", {"setujui": "1", "unit": cast.bapenda.pk, "reason": ""})

    registration.refresh_from_db()
    meri = User.objects.get(pk=registration.person_id)
    assert (meri.is_active, meri.unit, registration.accepted, registration.decided_by) == (
        True, cast.bapenda, True, cast.admin,
    )  # fmt: skip
    assert letters()[-1] == (ADDRESS, Letter.Kind.ACCEPTED, {})
    assert not RoleAssignment.objects.filter(user=meri).exists()
    entry = AuditEntry.objects.get(event="pendaftaran-diputuskan")
    assert (entry.by, entry.about, entry.facts) == (cast.admin, meri, {"accepted": True})


def test_whoever_is_refused_is_told_why_and_forgotten_a_week_later(cast, admin):
    registration = confirmed(cast)

    admin.post(f"/pendaftaran/{registration.pk}/", {"tolak": "1", "unit": "", "reason": "bukan-dinas"})

    assert letters()[-1] == (ADDRESS, Letter.Kind.REFUSED, {"reason": "Surel yang dipakai bukan surel dinas"})
    assert not User.objects.get(email=ADDRESS).is_active
    for later, there in ((timedelta(days=7), True), (timedelta(days=7, seconds=1), False)):
        registering.forget_unconfirmed(TUESDAY + later)
        assert User.objects.filter(email=ADDRESS).exists() == there
    assert AuditEntry.objects.get(event="pendaftaran-diputuskan").about is None


def test_the_nip_goes_to_the_account_as_the_administrator_leaves_it(cast, admin):
    registration = confirmed(cast, nip=NIP)
    address = f"/pendaftaran/{registration.pk}/"

    shown = one(read(admin.get(address)), "#id_nip").get("value")
    admin.post(address, {"setujui": "1", "unit": cast.dinkes.pk, "nip": shown})

    registration.refresh_from_db()
    assert (User.objects.get(email=ADDRESS).nip, registration.nip) == (NIP, "")


def test_a_nip_of_another_account_is_said_with_whose_it_is_and_not_given_twice(cast, admin):
    User.objects.filter(pk=cast.stranger.pk).update(nip=NIP)
    registration = confirmed(cast, nip=NIP)
    address, answer = f"/pendaftaran/{registration.pk}/", {"setujui": "1", "unit": cast.dinkes.pk}

    shown = one(read(admin.get(address)), ".applicant")
    refused = admin.post(address, answer | {"nip": NIP})
    accepted = admin.post(address, answer | {"nip": ""})

    assert f"{NIP}, dipakai akun Andi Putra" in words(shown)
    assert [link.get("href") for link in select(shown, "a")] == [f"/pengguna/{cast.stranger.pk}/"]
    assert (refused.status_code, refused.context["form"].errors) == (
        422, {"nip": ["NIP ini sudah dipakai akun Andi Putra. Silakan perbaiki atau kosongkan."]},
    )  # fmt: skip
    assert (accepted.status_code, User.objects.get(email=ADDRESS).nip) == (302, None)


def test_a_nip_of_another_account_does_not_keep_anybody_from_being_refused(cast, admin):
    User.objects.filter(pk=cast.stranger.pk).update(nip=NIP)
    registration = confirmed(cast, nip=NIP)

    admin.post(f"/pendaftaran/{registration.pk}/", {"tolak": "1", "nip": NIP, "reason": "sudah-ada"})

    registration.refresh_from_db()
    assert (registration.decided_by, registration.accepted) == (cast.admin, False)


def test_a_nip_that_another_account_has_just_got_is_refused_in_a_sentence(cast, admin, monkeypatch):
    """As if the other were faster between the look of the form and the saving."""
    monkeypatch.setattr(DecideForm, "clean_nip", lambda form: NIP)
    User.objects.filter(pk=cast.stranger.pk).update(nip=NIP)
    registration = confirmed(cast, nip=NIP)

    response = admin.post(f"/pendaftaran/{registration.pk}/", {"setujui": "1", "unit": cast.dinkes.pk, "nip": NIP})

    registration.refresh_from_db()
    sentence = "NIP ini baru saja dipakai akun lain. Silakan periksa kembali."
    assert (response.status_code, response.context["form"].errors) == (422, {"nip": [sentence]})
    assert (registration.decided_at, registration.nip) == (None, NIP)


@pytest.mark.parametrize(
    ("pressed", "field", "sentence"),
    [
        ({"setujui": "1"}, "unit", "Silakan pilih perangkat daerahnya."),
        ({"tolak": "1"}, "reason", "Silakan pilih alasannya."),
        ({}, "__all__", "Silakan pilih: setujui atau tolak."),
    ],
)
def test_a_decision_needs_what_belongs_to_it(cast, admin, pressed, field, sentence):
    registration = confirmed(cast)

    response = admin.post(f"/pendaftaran/{registration.pk}/", {"unit": "", "reason": ""} | pressed)

    assert (response.status_code, response.context["form"].errors) == (422, {field: [sentence]})
    registration.refresh_from_db()
    assert registration.decided_at is None


def test_a_second_decision_reads_who_was_first(cast, admin):
    registration = confirmed(cast)
    registering.refuse(registration, reason=Reason.DATA, by=cast.admin, now=timezone.now())

    page = read(admin.post(f"/pendaftaran/{registration.pk}/", {"setujui": "1"}, follow=True))

    assert words(one(page, ".messages")) == "Pendaftaran Meri Yulianti sudah ditolak oleh Dewi Admin."
    with pytest.raises(registering.Decided):
        registering.accept(registration, unit=cast.dinkes, nip="", by=cast.admin, now=timezone.now())


def test_nobody_is_accepted_whose_address_is_not_confirmed(cast, admin):
    ask(cast)

    assert admin.post(f"/pendaftaran/{Registration.objects.get().pk}/", {"setujui": "1"}).status_code == 404


# Forgetting


def test_an_address_that_nobody_confirmed_vanishes_after_a_week(cast):
    ask(cast)
    waiting = confirmed(cast, email="tunggu@disdik.example")

    with time_machine.travel(TUESDAY + timedelta(days=7), tick=False):
        tasks.tidy_access()
    kept = User.objects.filter(email=ADDRESS).exists()
    with time_machine.travel(TUESDAY + timedelta(days=7, seconds=1), tick=False):
        tasks.tidy_access()

    assert kept
    assert list(Registration.objects.all()) == [waiting]
    assert not User.objects.filter(email=ADDRESS).exists()
    assert not Letter.objects.filter(person__email=ADDRESS).exists()


def test_who_was_let_in_another_way_stays_and_whom_the_trail_names_becomes_a_placeholder(cast):
    ask(cast)
    ask(cast, email="lain@disdik.example")
    User.objects.filter(email=ADDRESS).update(is_active=True)
    tried = User.objects.get(email="lain@disdik.example")
    audit.record(AuditEntry.Event.SIGN_IN_FAILED, by=None, about=tried)

    registering.forget_unconfirmed(TUESDAY + timedelta(days=8))

    tried.refresh_from_db()
    assert User.objects.get(email=ADDRESS).name == "Meri Yulianti"
    assert (tried.name, tried.unit, tried.phone) == (f"Pengguna dihapus {tried.pk}", None, "")


def test_who_was_refused_and_let_in_after_all_is_a_person_like_others(cast, admin):
    registration = confirmed(cast)
    registering.refuse(registration, reason=Reason.DATA, by=cast.admin, now=timezone.now())
    meri = registration.person
    admin.post(f"/pengguna/{meri.pk}/aktifkan/")
    leaving.leave(User.objects.get(pk=meri.pk), by=cast.admin)

    ask(cast, name="Orang Lain")
    forgotten = registering.forget_unconfirmed(TUESDAY + timedelta(days=8))

    assert (forgotten, User.objects.get(pk=meri.pk).name) == (0, "Meri Yulianti")


def test_who_takes_the_address_in_the_same_moment_is_answered_like_who_asks_for_a_known_one(cast, monkeypatch):
    """Between looking and writing somebody else has registered it."""
    written = registering._write_down

    def later(wish, known, now):
        User.objects.create_user(wish.email, name="Lebih Cepat")
        return written(wish, known, now)

    monkeypatch.setattr(registering, "_write_down", later)

    response = ask(cast)

    assert response["Location"] == "/daftar/terkirim/"
    assert (User.objects.filter(email=ADDRESS).count(), AuditEntry.objects.get().facts) == (0, {"known": True})


def test_who_asks_anew_in_the_moment_of_being_forgotten_stays(cast, monkeypatch):
    ask(cast)
    overdue = TUESDAY + timedelta(days=8)
    over = registering._gone(overdue)
    found = list(over.values_list("pk", flat=True))
    Registration.objects.update(asked_at=overdue)

    assert [registering._forget(pk, over, overdue) for pk in found] == [False]
    assert User.objects.filter(email=ADDRESS).exists()


@pytest.mark.parametrize("form", [RegisterForm, PersonForm])
def test_an_address_in_letters_that_pass_for_others_is_refused(db, form):
    asked = form({"name": "Admin Kiki", "email": "admın.kiki@sumbarprov.go.id"})

    assert "huruf a–z" in str(asked.errors["email"])
