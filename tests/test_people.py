"""Pengguna and OPD: an administrator finds, makes, changes and opens accounts, and nobody else does."""

import time
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.factories import person, report
from tests.pages import one, read, select, words
from tests.test_races import at_once
from tickets import accounts
from tickets.actions import Refused
from tickets.forms.people import PersonForm, UnitForm
from tickets.models import AuditEntry, Letter, Registration, RoleAssignment, Unit, User
from workflows.roles import Role

pytestmark = pytest.mark.django_db

NIP = "198501012010011001"


@pytest.fixture
def admin(cast, client_of):
    """The browser of the administrator."""
    return client_of(cast.admin)


def typed(**fields):
    """What a browser posts of an account."""
    return {"name": "Rahmat Hidayat", "email": "rahmat@contoh.invalid", "nip": "", "unit": "", "phone": ""} | fields


def of(someone, **fields):
    """The same for an account that is there, with what the page showed of it."""
    there = {"name": someone.name, "email": someone.email, "nip": someone.nip or "", "phone": someone.phone}
    there |= {"unit": someone.unit_id or ""} | ({"is_staff": "on"} if someone.is_staff else {})
    shown = {f"initial-{name}": "True" if value == "on" else value for name, value in there.items()}
    return shown | {name: value for name, value in (there | fields).items() if value is not None}


def page_of(someone):
    return reverse("pengguna-detail", args=[someone.pk])


def names(page):
    return [words(link) for link in select(page, "ul.people a.rows-title")]


def events(someone):
    """What the audit trail says of somebody, the oldest first."""
    return list(AuditEntry.objects.filter(about=someone).order_by("pk").values_list("event", "by__name"))


# The hub


def test_the_hub_leads_to_what_is_there_and_to_nothing_else(cast, admin, settings):
    settings.REGISTRATION = False

    page = read(admin.get(reverse("pengaturan")))

    links = {words(link): link.get("href") for link in select(page, "ul.places a")}
    assert (links["Pengguna"], links["Perangkat daerah"]) == (reverse("pengguna"), reverse("opd"))
    assert list(links)[-1] == "Pencarian data (Django admin)"
    assert "Pendaftaran" not in links
    assert {admin.get(address).status_code for address in links.values()} == {200}


@pytest.mark.parametrize("who", ["reporter", "head", "nobody"])
@pytest.mark.parametrize(
    "name", ["pengaturan", "pengguna", "pengguna-baru", "pengguna-impor", "pengguna-detail", "opd", "opd-baru"]
)
def test_the_pages_are_for_administrators(cast, client_of, who, name):
    someone = {"reporter": cast.reporter, "head": cast.holder(Role.KEPALA_BIDANG_APTIKA)}.get(who)
    client = client_of(someone) if someone else Client()
    address = reverse(name, args=[cast.reporter.pk] if name == "pengguna-detail" else [])

    statuses = client.get(address).status_code, client.post(address).status_code

    refused = 403 if someone else 302
    assert statuses[0] == refused
    assert statuses[1] in (refused, 405)


def test_every_link_and_button_leads_somewhere(cast, admin):
    pk = cast.reporter.pk
    addresses = [
        reverse(name) for name in ("pengaturan", "pengguna", "pengguna-baru", "pengguna-impor", "opd", "opd-baru")
    ]
    addresses += [reverse(name, args=[pk]) for name in ("pengguna-detail", "pengguna-ubah", "pengguna-nonaktifkan")]
    addresses.append(reverse("opd-ubah", args=[cast.dinkes.pk]))

    for address in addresses:
        page = read(admin.get(address))
        assert [words(link) for link in select(page, "a") if not link.get("href")] == [], address


# Finding


@pytest.mark.parametrize("asked", ["RAHMA", "siti rah", "orang", "198501", "dinkes", "Dinas Kesehatan"])
def test_people_are_found_by_name_address_nip_and_opd(cast, admin, asked):
    User.objects.filter(pk=cast.reporter.pk).update(nip=NIP)

    found = names(read(admin.get(reverse("pengguna"), {"cari": asked})))

    assert "Siti Rahmah" in found
    assert ("Andi Putra" in found) == (asked == "orang")


def test_people_are_filtered_by_opd_role_and_how_their_account_stands(cast, admin):
    User.objects.filter(pk=cast.stranger.pk).update(is_active=False)
    User.objects.filter(pk=cast.reporter.pk).update(last_login=timezone.now())
    programmer = cast.holder(Role.PROGRAMMER)

    def found(**query):
        return names(read(admin.get(reverse("pengguna"), query)))

    assert found(opd="Dinkes") == ["Siti Rahmah"]
    assert found(peran=Role.PROGRAMMER) == [programmer.name]
    assert found(keadaan="nonaktif") == ["Andi Putra"]
    assert set(found(keadaan="aktif")) == {"Siti Rahmah", "Dewi Admin"}
    assert "Siti Rahmah" not in found(keadaan="belum-masuk")
    assert found(administrator="ya") == ["Dewi Admin"]
    assert found(opd="Dinkes", peran=Role.PROGRAMMER) == []


def test_a_role_that_is_over_or_to_come_is_not_held_today(cast, admin):
    today = timezone.localdate()
    for starts, ends in ((today - timedelta(9), today - timedelta(1)), (today + timedelta(1), None)):
        RoleAssignment.objects.create(user=cast.stranger, role=Role.PROGRAMMER, starts_on=starts, ends_on=ends)

    page = read(admin.get(reverse("pengguna"), {"cari": "Andi"}))

    assert "Programmer" not in words(one(page, "ul.people"))


@pytest.mark.parametrize("query", ["opd=x", "peran=x", "keadaan=x", "administrator=1", "opd__name=Dinkes", "page=x"])
def test_what_is_not_offered_filters_nothing(cast, admin, query):
    page = read(admin.get(f"{reverse('pengguna')}?{query}"))

    assert len(names(page)) == len(cast.everybody)


def test_the_list_costs_the_same_with_3_and_300_people(cast, admin):
    def queries():
        admin.get(reverse("pengguna"))
        with CaptureQueriesContext(connection) as asked:
            admin.get(reverse("pengguna"))
        return len(asked)

    before = queries()
    for number in range(300):
        someone = User.objects.create(email=f"p{number}@contoh.invalid", name=f"Pegawai {number}", unit=cast.dinkes)
        RoleAssignment.objects.create(user=someone, role=Role.PROGRAMMER)

    assert (queries(), before <= 15) == (before, True)


def test_who_asked_for_an_account_stands_under_pendaftaran_only(cast, admin):
    asking = person("Calon Pelapor", is_active=False)
    Registration.objects.create(person=asking, confirmed_at=timezone.now())

    page = read(admin.get(reverse("pengguna"), {"cari": "Calon"}))

    assert names(page) == []
    assert admin.get(page_of(asking)).status_code == 404
    assert admin.post(reverse("pengguna-aktifkan", args=[asking.pk])).status_code == 404
    with pytest.raises(Refused, match="Pendaftaran"):
        accounts.reactivate(asking, by=cast.admin)


@pytest.fixture
def asking(db):
    """Whoever it was typed in the address that `typed` posts, and an employee's NIP, and confirmed nothing."""
    asking = person("Orang Asing", is_active=False)
    User.objects.filter(pk=asking.pk).update(email="Rahmat@contoh.invalid")
    return Registration.objects.create(person=asking, nip=NIP)


@pytest.mark.parametrize("is_new", [True, False])
def test_an_address_that_nobody_confirmed_stands_in_no_administrators_way(cast, admin, asking, is_new):
    address = reverse("pengguna-baru") if is_new else reverse("pengguna-ubah", args=[cast.stranger.pk])
    posted = typed(nip=NIP) if is_new else of(cast.stranger, **typed(nip=NIP))

    response = admin.post(address, posted)

    there = User.objects.get(email__iexact="rahmat@contoh.invalid")
    assert (response.status_code, Registration.objects.exists()) == (302, False)
    assert (there.name, there.nip, there.is_active) == ("Rahmat Hidayat", NIP, True)
    assert (there == cast.stranger) is not is_new
    assert not User.objects.filter(name="Orang Asing").exists()


def test_an_address_that_waits_for_a_decision_is_decided_about_first(cast, admin, asking):
    Registration.objects.update(confirmed_at=timezone.now())

    new = admin.post(reverse("pengguna-baru"), typed())
    changed = admin.post(reverse("pengguna-ubah", args=[cast.stranger.pk]), of(cast.stranger, **typed()))

    sentence = "Pemilik surel ini meminta akun. Silakan putuskan dahulu di halaman Pendaftaran."
    assert [page.context["form"].errors for page in (new, changed)] == [{"email": [sentence]}] * 2
    assert Registration.objects.get() == asking


def test_who_confirms_an_address_just_before_it_is_given_away_keeps_it(cast, admin, asking, monkeypatch):
    """Between the look of the form and the saving."""
    made = accounts.create

    def later(someone, **how):
        Registration.objects.update(confirmed_at=timezone.now())
        return made(someone, **how)

    monkeypatch.setattr(accounts, "create", later)

    response = admin.post(reverse("pengguna-baru"), typed())

    assert (response.status_code, Registration.objects.get()) == (422, asking)
    assert "Surel atau NIP ini baru saja dipakai akun lain." in response.content.decode()


# Making and changing


def test_a_new_account_has_no_password_and_gets_a_link(cast, admin, settings):
    settings.MAIL_ENABLED = False

    response = admin.post(reverse("pengguna-baru"), typed(nip=NIP, unit=cast.dinkes.pk), follow=True)

    made = User.objects.get(email="rahmat@contoh.invalid")
    assert (made.name, made.nip, made.unit, made.is_active) == ("Rahmat Hidayat", NIP, cast.dinkes, True)
    assert (made.is_staff, made.is_superuser, made.has_usable_password()) == (False, False, False)
    assert response.redirect_chain == [(page_of(made), 302)]
    shown = admin.post(reverse("pengguna-tautan", args=[made.pk]))
    link = one(read(shown), "#tautan").get("value")
    assert f"{settings.SITE_URL}/" in link
    assert link not in admin.get(page_of(made)).content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert events(made) == [("pengguna-dibuat", "Dewi Admin"), ("sandi-tautan", "Dewi Admin")]


def test_with_a_mail_server_the_link_goes_by_letter_and_is_never_shown(cast, admin, settings):
    settings.MAIL_ENABLED = True
    newcomer = person("Rahmat Hidayat")
    knows = person("Nadia Kolega")
    knows.set_password("marawa-tiga-warna-7")
    knows.save()

    pages = [admin.post(reverse("pengguna-tautan", args=[p.pk]), follow=True) for p in (newcomer, knows)]

    kinds = dict(Letter.objects.values_list("person__name", "kind"))
    assert kinds == {"Rahmat Hidayat": "undangan", "Nadia Kolega": "atur-ulang"}
    assert [select(read(page), "#tautan") for page in pages] == [[], []]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Silakan tuliskan nama."),
        ("email", "", "Silakan tuliskan alamat surel."),
        ("email", "rahmat", "Alamat surel ini tidak lengkap."),
        ("nip", "123", "NIP terdiri atas 18 angka; yang tertulis 3 tanda."),
        ("nip", "19850101 201001 1 00x", "NIP terdiri atas 18 angka; yang tertulis 18 tanda."),
        ("unit", "999999", "Silakan pilih salah satu perangkat daerah."),
        ("name", "Satu\nDua", "Tulis dalam satu baris"),
        ("phone", "0" * 31, "Paling banyak 30 karakter; sekarang 31."),
        ("phone", "abc", "Nomor telepon terdiri atas angka, boleh dengan +, kurung, spasi, titik, dan tanda hubung."),
    ],
)
def test_what_cannot_be_kept_is_said_beside_the_field_and_nothing_typed_is_lost(admin, field, value, sentence):
    response = admin.post(
        reverse("pengguna-baru"), typed(**{field: value, "phone": value if field == "phone" else "77"})
    )

    html = response.content.decode()
    assert (
        response.status_code,
        "Rahmat Hidayat" in html or field == "name",
        sentence is None or sentence in html,
    ) == (
        422,
        True,
        True,
    )
    assert not User.objects.filter(name="Rahmat Hidayat").exists()


def test_an_address_or_nip_that_is_taken_is_refused_in_any_case(cast, admin):
    User.objects.filter(pk=cast.reporter.pk).update(nip=NIP)

    response = admin.post(reverse("pengguna-baru"), typed(email=cast.stranger.email.upper(), nip=f" {NIP} "))

    html = response.content.decode()
    assert response.status_code == 422
    assert "Surel ini sudah dipakai akun Andi Putra." in html
    assert "NIP ini sudah dipakai akun Siti Rahmah." in html


def test_a_sentence_that_ends_in_a_title_has_one_full_stop(cast, admin):
    User.objects.filter(pk=cast.stranger.pk).update(name="Andi Putra, S.Kom.")

    html = admin.post(reverse("pengguna-baru"), typed(email=cast.stranger.email)).content.decode()

    assert "Surel ini sudah dipakai akun Andi Putra, S.Kom.<" in html


def test_two_accounts_without_nip_live_side_by_side(cast, admin):
    for number in (1, 2):
        assert admin.post(reverse("pengguna-baru"), typed(email=f"a{number}@contoh.invalid")).status_code == 302

    assert User.objects.filter(nip=None, name="Rahmat Hidayat").count() == 2


STOWED_AWAY = {
    "is_superuser": "on",
    "is_active": "",
    "password": "marawa-tiga-warna-7",
    "oidc_subject": "orang-lain",
    "erased_at": "2020-01-01",
    "last_login": "2020-01-01",
    "joined_at": "2020-01-01",
    "groups": "1",
    "user_permissions": "1",
    "pk": "1",
    "id": "1",
    "mail_choice": "tidak",
}


@pytest.mark.parametrize("is_new", [True, False])
def test_a_form_keeps_nothing_that_it_does_not_ask(cast, admin, is_new):
    target = cast.stranger
    untouched = ("is_superuser", "is_active", "oidc_subject", "erased_at", "mail_choice", "is_staff")
    before = User.objects.filter(pk=target.pk).values(*untouched, "password", "last_login", "joined_at").get()
    address = reverse("pengguna-baru") if is_new else reverse("pengguna-ubah", args=[target.pk])

    response = admin.post(address, (typed() if is_new else of(target)) | STOWED_AWAY)

    assert response.status_code == 302
    kept = User.objects.latest("pk") if is_new else User.objects.get(pk=target.pk)
    assert {name: getattr(kept, name) for name in untouched} == {name: before[name] for name in untouched}
    assert not kept.check_password("marawa-tiga-warna-7")
    assert User.objects.filter(pk=target.pk).values(*before).get() == before


def test_a_change_writes_its_fields_alone_and_says_which(cast, admin):
    admin.post(reverse("pengguna-ubah", args=[cast.stranger.pk]), of(cast.stranger, phone="0812", nip=NIP))

    changed = User.objects.get(pk=cast.stranger.pk)
    entry = AuditEntry.objects.get(about=cast.stranger)
    assert (changed.phone, changed.nip, changed.name) == ("0812", NIP, "Andi Putra")
    assert (entry.event, entry.facts) == ("pengguna-diubah", {"fields": ["nip", "phone"]})


def test_saving_what_stands_there_already_is_no_change(cast, admin):
    admin.post(reverse("pengguna-ubah", args=[cast.stranger.pk]), of(cast.stranger))

    assert events(cast.stranger) == []


@pytest.mark.parametrize(
    ("signed_in_before", "changes", "told"),
    [
        (True, {"email": "andi.baru@contoh.invalid"}, [("andi.lama@contoh.invalid", "surel"), ("", "surel")]),
        (
            True,
            {"email": "andi.baru@contoh.invalid", "nip": NIP},
            [("andi.lama@contoh.invalid", "surel"), ("", "surel")],
        ),
        (True, {"email": "Andi.Lama@contoh.invalid"}, []),
        (True, {"nip": NIP}, [("", "nip")]),
        (True, {"phone": "0812"}, []),
        (False, {"email": "andi.baru@contoh.invalid", "nip": NIP}, []),
    ],
)
def test_what_one_signs_in_with_does_not_change_without_a_word(cast, admin, settings, signed_in_before, changes, told):
    settings.MAIL_ENABLED = True
    andi = person("Andi Lama", last_login=timezone.now() if signed_in_before else None)
    User.objects.filter(pk=andi.pk).update(email="andi.lama@contoh.invalid")
    andi.refresh_from_db()

    admin.post(reverse("pengguna-ubah", args=[andi.pk]), of(andi, **changes))

    letters = Letter.objects.filter(person=andi, kind=Letter.Kind.CHANGED).order_by("pk")
    assert [(letter.address, letter.facts["what"]) for letter in letters] == told


@pytest.mark.parametrize("becomes", [True, False])
def test_who_becomes_administrator_or_stops_signs_in_anew(cast, admin, client_of, becomes):
    other = cast.stranger if becomes else person("Admin Kedua", is_staff=True, is_superuser=True)
    theirs = client_of(other)

    admin.post(reverse("pengguna-ubah", args=[other.pk]), of(other, is_staff="on" if becomes else None))

    other.refresh_from_db()
    assert (other.is_staff, other.is_superuser) == (becomes, becomes)
    assert theirs.get("/")["Location"].startswith(reverse("masuk"))


def test_the_last_administrator_stays_one(cast, admin):
    person("Admin Nonaktif", is_staff=True, is_superuser=True, is_active=False)

    response = admin.post(reverse("pengguna-ubah", args=[cast.admin.pk]), of(cast.admin, is_staff=None))

    assert response.status_code == 422
    assert "Ini administrator terakhir yang aktif." in response.content.decode()
    assert User.objects.get(pk=cast.admin.pk).is_staff


def test_who_gives_up_being_administrator_is_led_to_the_sign_in_page(cast, admin):
    person("Admin Kedua", is_staff=True, is_superuser=True)

    response = admin.post(reverse("pengguna-ubah", args=[cast.admin.pk]), of(cast.admin, is_staff=None), follow=True)

    assert (response.status_code, response.redirect_chain) == (200, [(reverse("masuk"), 302)])
    assert "Anda bukan administrator lagi" in response.content.decode()
    assert not User.objects.get(pk=cast.admin.pk).is_staff
    entry = AuditEntry.objects.get(event="pengguna-diubah")
    assert (entry.facts, entry.address) == ({"fields": ["is_staff"], "administrator": False}, "127.0.0.1")


def test_a_page_left_open_gives_nothing_back_that_was_taken_since(cast, admin):
    other = person("Admin Kedua", is_staff=True, is_superuser=True)
    page = read(admin.get(reverse("pengguna-ubah", args=[other.pk])))
    open_since = {field.get("name"): field.get("value") or "" for field in select(page, "form.narrow input")}
    User.objects.filter(pk=other.pk).update(is_staff=False, is_superuser=False, name="Admin Lama")

    response = admin.post(reverse("pengguna-ubah", args=[other.pk]), open_since | {"phone": "0812"})

    other.refresh_from_db()
    assert response.status_code == 302
    assert (other.name, other.phone, other.is_staff, other.is_superuser) == ("Admin Lama", "0812", False, False)


def test_a_row_read_before_makes_nobody_superuser_again(cast):
    other = person("Admin Kedua", is_staff=True, is_superuser=True)
    read_before = User.objects.get(pk=other.pk)
    other.is_staff = False
    accounts.change(other, fields=["is_staff"], by=cast.admin)

    read_before.phone = "0812"
    accounts.change(read_before, fields=["phone"], by=cast.admin)

    assert User.objects.filter(pk=other.pk).values_list("is_staff", "is_superuser").get() == (False, False)


def test_an_erased_account_is_not_edited_and_not_opened_again(cast, admin):
    gone = person("Dihapus", is_active=False, erased_at=timezone.now())

    statuses = {
        name: admin.post(reverse(name, args=[gone.pk]), of(gone, name="Kembali")).status_code
        for name in ("pengguna-ubah", "pengguna-nonaktifkan")
    }
    admin.post(reverse("pengguna-aktifkan", args=[gone.pk]))

    gone.refresh_from_db()
    assert statuses == {"pengguna-ubah": 404, "pengguna-nonaktifkan": 404}
    assert (gone.name, gone.is_active) == ("Dihapus", False)


def test_ones_own_account_is_not_opened_by_whoever_sits_at_ones_browser(cast, admin):
    """No link for a new password, no way past the second factor or to another subject, from one's own session."""
    statuses = [
        admin.post(reverse(name, args=[cast.admin.pk])).status_code
        for name in ("pengguna-tautan", "pengguna-dua-langkah", "pengguna-lepas-sso")
    ]

    assert statuses == [403, 403, 403]
    assert not AuditEntry.objects.filter(event="sandi-tautan").exists()


def test_an_account_that_is_closed_gets_no_link(cast, admin):
    User.objects.filter(pk=cast.stranger.pk).update(is_active=False)

    response = admin.post(reverse("pengguna-tautan", args=[cast.stranger.pk]), follow=True)

    assert "Aktifkan dahulu" in response.content.decode()
    assert not select(read(response), "#tautan")


# One page


def test_the_page_of_a_person_tells_roles_by_time_with_substitution_and_letter(cast, admin):
    today = timezone.localdate()
    fajar, rina = cast.holder(Role.PROGRAMMER), cast.holder(Role.WEB_DEVELOPER)
    RoleAssignment.objects.create(
        user=fajar,
        role=Role.WEB_DEVELOPER,
        procedure="website",
        starts_on=today,
        ends_on=today + timedelta(7),
        substitute_for=rina,
        letter_number="800/12/Diskominfotik",
    )
    RoleAssignment.objects.create(
        user=fajar, role=Role.TIM_INFRASTRUKTUR, starts_on=date(2020, 1, 1), ends_on=date(2020, 2, 1)
    )

    page = read(admin.get(page_of(fajar)))

    told = words(one(page, "[aria-labelledby=peran]"))
    assert "a.n. Rina Marlina, surat 800/12/Diskominfotik" in told
    assert told.index("Berlaku sekarang") < told.index("Sudah berakhir") < told.index("Tim Infrastruktur")


def test_a_person_without_anything_is_told_so(cast, admin):
    page = read(admin.get(page_of(cast.stranger)))

    assert "Tidak ada tugas, peran, atau laporan yang berjalan." in words(page)
    assert "Belum pernah" in words(one(page, "[aria-labelledby=masuk]"))


def test_the_page_counts_the_sessions_that_are_open(cast, admin, client_of):
    client_of(cast.stranger)
    client_of(cast.stranger)

    page = read(admin.get(page_of(cast.stranger)))

    assert "Sesi yang terbuka 2" in words(one(page, "[aria-labelledby=masuk]"))


def test_a_lost_second_factor_is_taken_away_and_ends_the_sessions(cast, admin, client_of):
    someone = cast.stranger
    TOTPDevice.objects.create(user=someone, confirmed=True)
    theirs = client_of(someone)
    assert "Verifikasi dua langkah Aktif" in words(one(read(admin.get(page_of(someone))), "[aria-labelledby=masuk]"))

    admin.post(reverse("pengguna-dua-langkah", args=[someone.pk]))

    assert not TOTPDevice.objects.exists()
    assert theirs.get("/")["Location"].startswith(reverse("masuk"))
    assert events(someone)[-1] == ("totp-nonaktif", "Dewi Admin")


@pytest.mark.parametrize("is_active", [True, False])
def test_an_account_bound_to_single_sign_on_is_released(cast, admin, is_active):
    """A closed one too: else whose it was by mistake comes in nowhere."""
    someone = cast.stranger
    User.objects.filter(pk=someone.pk).update(oidc_subject="https://sso.invalid|3f1c", is_active=is_active)
    address = reverse("pengguna-lepas-sso", args=[someone.pk])
    bound = one(read(admin.get(page_of(someone))), "[aria-labelledby=masuk]")

    admin.post(address)
    admin.post(address)

    released = one(read(admin.get(page_of(someone))), "[aria-labelledby=masuk]")
    offered = [address in [form.get("action") for form in select(page, "form")] for page in (bound, released)]
    assert offered == [True, False]
    assert ["Terhubung" in words(page) for page in (bound, released)] == [True, False]
    assert User.objects.get(pk=someone.pk).oidc_subject is None
    assert events(someone) == [("pengguna-diubah", "Dewi Admin")]


# OPD


def test_an_opd_is_made_and_changed_and_removed_while_nothing_belongs_to_it(cast, admin):
    admin.post(reverse("opd-baru"), {"name": "Dinas Perhubungan", "short_name": "Dishub"})
    made = Unit.objects.get(short_name="Dishub")
    admin.post(reverse("opd-ubah", args=[made.pk]), {"name": "Dinas Perhubungan", "short_name": "Dishubprov"})
    assert Unit.objects.get(pk=made.pk).short_name == "Dishubprov"

    admin.post(reverse("opd-ubah", args=[made.pk]), {"hapus": "1"})

    assert not Unit.objects.filter(pk=made.pk).exists()
    trail = AuditEntry.objects.filter(event="opd-diubah").order_by("pk")
    assert [entry.facts["what"] for entry in trail] == ["dibuat", "diubah", "dihapus"]


@pytest.mark.parametrize("kept_by", ["an account", "a ticket"])
def test_an_opd_in_use_stays(cast, admin, kept_by):
    unit = Unit.objects.create(name="Dinas Perhubungan", short_name="Dishub")
    if kept_by == "an account":
        person("Orang Dishub", unit=unit)
    else:
        reporter = person("Pelapor", unit=unit)
        report(by=reporter)
        User.objects.filter(pk=reporter.pk).update(unit=None)

    response = admin.post(reverse("opd-ubah", args=[unit.pk]), {"hapus": "1"}, follow=True)

    assert "masih dipakai" in response.content.decode()
    assert Unit.objects.filter(pk=unit.pk).exists()
    assert "Hapus OPD ini" not in admin.get(reverse("opd-ubah", args=[unit.pk])).content.decode()


def test_no_two_opd_are_called_alike(cast, admin):
    response = admin.post(reverse("opd-baru"), {"name": "DINAS KESEHATAN", "short_name": "DINKES"})

    html = response.content.decode()
    assert response.status_code == 422
    assert "Nama ini sudah dipakai Dinas Kesehatan." in html
    assert "Singkatan ini sudah dipakai Dinas Kesehatan." in html


def test_the_list_of_opd_counts_active_accounts_in_a_fixed_number_of_queries(
    cast, admin, django_assert_max_num_queries
):
    person("Nonaktif", unit=cast.dinkes, is_active=False)
    Unit.objects.bulk_create(Unit(name=f"Dinas {n}", short_name=f"D{n}") for n in range(45))

    with django_assert_max_num_queries(8):
        page = read(admin.get(reverse("opd")))

    rows = {words(one(row, "a")): words(row) for row in select(page, "ul.units li")}
    assert "1 akun aktif" in rows["Dinas Kesehatan"]
    assert list(rows) == sorted(rows)
    found = read(admin.get(reverse("opd"), {"cari": "bapenda"}))
    assert [words(link) for link in select(found, "ul.units a")] == ["Badan Pendapatan Daerah"]


@pytest.mark.usefixtures("on_both_databases")
def test_a_sign_that_nobody_sees_does_not_break_the_search(cast, admin):
    found = read(admin.get(reverse("opd"), {"cari": "bap\0enda"}))

    assert [words(link) for link in select(found, "ul.units a")] == ["Badan Pendapatan Daerah"]


# Two administrators at once


@pytest.mark.parametrize("field", ["email", "nip"])
def test_an_account_that_somebody_else_has_just_made_is_refused_in_a_sentence(cast, admin, monkeypatch, field):
    """As if the other were faster between the look of the form and the saving."""
    monkeypatch.setattr(PersonForm, "_others", lambda form: User.objects.none())
    monkeypatch.setattr(PersonForm, "validate_unique", lambda form: None)
    monkeypatch.setattr(User, "validate_constraints", lambda person, **kwargs: None)
    User.objects.filter(pk=cast.reporter.pk).update(email="rahmat@contoh.invalid", nip=NIP)
    taken = {"email": "lain@contoh.invalid", "nip": NIP} if field == "nip" else {}

    new = admin.post(reverse("pengguna-baru"), typed(**taken))
    changed = admin.post(reverse("pengguna-ubah", args=[cast.stranger.pk]), of(cast.stranger, **(taken or typed())))

    sentence = "Surel atau NIP ini baru saja dipakai akun lain."
    assert [(page.status_code, sentence in page.content.decode()) for page in (new, changed)] == [(422, True)] * 2


def test_an_opd_that_somebody_else_has_just_made_is_refused_in_a_sentence(cast, admin, monkeypatch):
    monkeypatch.setattr(UnitForm, "_free", lambda form, field, words: form.cleaned_data[field])
    monkeypatch.setattr(UnitForm, "validate_unique", lambda form: None)

    page = admin.post(reverse("opd-baru"), {"name": "Dinas Kesehatan", "short_name": "Dinkes"})

    assert (page.status_code, "baru saja dipakai OPD lain" in page.content.decode()) == (422, True)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("keeps", [True, False])
def test_two_administrators_do_not_send_each_other_away(cast, monkeypatch, keeps):
    """With the rows of administrators locked one stays; without the lock both go: the test sees the difference."""
    if not keeps:
        monkeypatch.setattr(accounts, "keep_an_administrator", _keep_without_locking)
    outcomes = []
    for nth in range(5):
        User.objects.filter(is_staff=True).update(is_staff=False, is_superuser=False)
        pair = [person(f"Admin {nth}{letter}", is_staff=True, is_superuser=True) for letter in "ab"]

        def take_away(one, other):
            one = User.objects.get(pk=one.pk)
            one.is_staff = False
            return lambda: accounts.change(one, fields=["is_staff"], by=other)

        at_once([take_away(pair[0], pair[1]), take_away(pair[1], pair[0])])
        outcomes.append(User.objects.filter(is_staff=True, is_active=True).count())

    assert (min(outcomes) == 1) is keeps


def _keep_without_locking(person):
    """A deliberately bad build: looks, and locks nothing."""
    others = User.objects.filter(is_staff=True, is_active=True).exclude(pk=person.pk)
    if not others.exists():
        raise Refused
    time.sleep(0.05)
