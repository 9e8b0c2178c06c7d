"""Profil: one's own account, what one changes oneself, and the browsers in which one is signed in."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.factories import everything_stored, person
from tests.pages import one, read
from tickets import browsers
from tickets.models import AuditEntry, RoleAssignment, Session, Unit, User
from tickets.models.people import MailChoice
from workflows.roles import Role

MORNING = datetime(2026, 11, 17, 1, 30, tzinfo=UTC)
AGENTS = {
    "Firefox di Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0",
    "Chrome di Android": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
    "Mobile Safari/537.36",
    "Samsung Internet di Android": "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
    "Edge di Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
    "Opera di Linux": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 "
    "Safari/537.36 OPR/114.0.0.0",
    "Safari di iPhone": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
    "Chrome di iPhone": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) CriOS/130.0.6723.37 Mobile/15E148 Safari/604.1",
    "Safari di Mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.6 Safari/605.1.15",
    "Peramban di Linux": "w3m/0.5.3 (Linux)",
    "Peramban lain": "",
}


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def rina(db, clock):
    unit = Unit.objects.create(name="Dinas Komunikasi, Informatika dan Statistik", short_name="Diskominfotik")
    return person("Rina Marlina", unit=unit, role=Role.WEB_DEVELOPER, procedure="website", nip="198501012010012001")


def signed_in(someone, *, agent="", address="10.1.2.3"):
    """A browser of somebody, with what it says of itself."""
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    client.force_login(someone)
    Session.objects.filter(pk=client.session.session_key).update(agent=agent, address=address)
    return client


def is_in(client):
    return client.get(reverse("beranda")).status_code == 200


# What one sees of oneself


def test_a_person_reads_what_the_office_knows_of_them_and_their_roles_with_dates(rina):
    budi = person("Budi Santoso")
    RoleAssignment.objects.create(
        user=rina,
        role=Role.SUB_KOORDINATOR,
        procedure="website",
        substitute_for=budi,
        letter_number="800/12/2026",
        starts_on=date(2026, 11, 16),
        ends_on=date(2026, 11, 30),
    )

    page = signed_in(rina).get(reverse("profil")).content.decode()

    for told in (
        "Rina Marlina",
        "198501012010012001",
        "Dinas Komunikasi, Informatika dan Statistik",
        rina.email,
        "hubungi administrator",
        "Web Developer",
        "sejak 1 Jan 2020",
        "atas nama Budi Santoso",
        "sampai 30 Nov 2026",
        "800/12/2026",
    ):
        assert told in page, told


def test_the_page_costs_the_same_for_one_browser_and_for_three_hundred(rina, django_assert_max_num_queries):
    client = signed_in(rina)
    Session.objects.bulk_create(
        Session(
            session_key=f"{number:032}",
            session_data="",
            expire_date=MORNING + timedelta(minutes=20),
            person=rina,
            started_at=MORNING,
            seen_at=MORNING,
        )
        for number in range(300)
    )

    for page in ("profil", "profil-sesi"):
        with django_assert_max_num_queries(12):
            client.get(reverse(page))


@pytest.mark.parametrize("who", ["pelapor", "administrator"])
def test_everybody_has_a_profile(cast, client_of, who):
    someone = {"pelapor": cast.reporter, "administrator": cast.admin}[who]

    assert client_of(someone).get(reverse("profil")).status_code == 200


# What one changes oneself


def test_a_person_changes_their_phone_and_that_is_recorded_without_the_number(rina):
    response = signed_in(rina).post(reverse("profil-ubah"), {"phone": " 0812-3456-7890 "})

    rina.refresh_from_db()
    entry = AuditEntry.objects.get()
    assert (response["Location"], rina.phone) == (reverse("profil"), "0812-3456-7890")
    assert (entry.event, entry.by, entry.about) == (AuditEntry.Event.PERSON_CHANGED, rina, rina)
    assert entry.facts == {"fields": ["phone"]}


def test_what_is_no_phone_is_answered_beside_the_field_and_stays_typed(rina):
    response = signed_in(rina).post(reverse("profil-ubah"), {"phone": "rumah <b>Rina</b>"})

    rina.refresh_from_db()
    assert (response.status_code, rina.phone, AuditEntry.objects.count()) == (422, "", 0)
    assert response.context["form"]["phone"].value() == "rumah <b>Rina</b>"


def test_every_page_of_the_profile_leads_back_to_it(rina):
    client = signed_in(rina)
    pages = (read(client.get(reverse(name))) for name in ("profil-ubah", "profil-sesi", "profil-totp", "profil-data"))

    assert [one(page, ".breadcrumb-quiet a").get("href") for page in pages] == [reverse("profil")] * 4


@pytest.mark.parametrize("number", ["0812-3456-7890", "+62 812 3456 7890", "(0751) 31234", "0751.31234", "2031"])
def test_a_phone_is_taken_as_people_write_it(rina, number):
    signed_in(rina).post(reverse("profil-ubah"), {"phone": number})

    rina.refresh_from_db()
    assert rina.phone == number


def test_a_person_changes_nothing_else_about_themselves(rina):
    before = {field.name: getattr(rina, field.attname) for field in User._meta.concrete_fields}
    forged = dict.fromkeys(before, "1") | {"email": "lain@contoh.invalid", "is_staff": "on"}

    signed_in(rina).post(reverse("profil-ubah"), forged | {"phone": "0751 123456"})

    rina.refresh_from_db()
    after = {field.name: getattr(rina, field.attname) for field in User._meta.concrete_fields}
    assert {name for name in after if after[name] != before[name]} <= {"phone", "last_login"}


def test_the_mail_choice_on_the_profile_leads_back_to_it(rina, settings):
    settings.MAIL_ENABLED = True
    client = signed_in(rina)

    page = client.get(reverse("profil")).content.decode()
    response = client.post(reverse("pemberitahuan-surel"), {"mail_choice": MailChoice.DIGEST, "dari": "profil"})

    rina.refresh_from_db()
    assert 'name="mail_choice"' in page
    assert (response["Location"], rina.mail_choice) == (reverse("profil"), MailChoice.DIGEST)


# The browsers in which one is signed in


@pytest.mark.parametrize(("name", "agent"), AGENTS.items())
def test_a_browser_is_told_in_plain_words(rina, name, agent):
    client = signed_in(rina, agent=agent)

    [found] = browsers.of(rina, this=client.session.session_key, now=MORNING)

    assert found.name == name


def test_both_browsers_of_a_person_are_listed_and_the_other_one_ends_at_its_next_request(rina, clock):
    phone = signed_in(rina, agent=AGENTS["Chrome di Android"], address="10.9.8.7")
    clock.shift(timedelta(minutes=5))
    desk = signed_in(rina, agent=AGENTS["Firefox di Windows"])

    found = desk.get(reverse("profil-sesi")).context["browsers"]
    was_in = is_in(phone)
    desk.post(reverse("profil-sesi-akhiri"), {"sesi": found[1].handle})

    assert [(browser.name, browser.address, browser.is_this) for browser in found] == [
        ("Firefox di Windows", "10.1.2.3", True),
        ("Chrome di Android", "10.9.8.7", False),
    ]
    assert (was_in, is_in(phone), is_in(desk)) == (True, False, True)
    entry = AuditEntry.objects.get(event=AuditEntry.Event.SESSION_ENDED)
    assert (entry.by, entry.about, entry.facts) == (rina, rina, {"count": 1})


def test_all_other_browsers_end_at_once_and_this_one_stays(rina):
    others, this, siti = [signed_in(rina) for _ in range(3)], signed_in(rina), signed_in(person("Siti Rahmah"))

    this.post(reverse("profil-sesi-akhiri"), {"semua": "1"})

    assert [is_in(client) for client in others] == [False] * 3
    assert (is_in(this), is_in(siti)) == (True, True)
    assert AuditEntry.objects.get(event=AuditEntry.Event.SESSION_ENDED).facts == {"count": 3}


def test_nobody_ends_a_session_of_somebody_else_nor_this_one_by_its_name(rina):
    andi = person("Andi Putra")
    theirs, mine = signed_in(andi), signed_in(rina)
    handles = [
        theirs.get(reverse("profil-sesi")).context["browsers"][0].handle,
        mine.get(reverse("profil-sesi")).context["browsers"][0].handle,
        theirs.session.session_key,
        "",
        "é",
    ]

    for handle in handles:
        mine.post(reverse("profil-sesi-akhiri"), {"sesi": handle})

    assert (is_in(theirs), is_in(mine)) == (True, True)
    assert not AuditEntry.objects.exists()


def test_a_session_that_has_run_out_is_not_listed(rina, clock):
    signed_in(rina)
    clock.shift(timedelta(hours=1))
    client = signed_in(rina)

    assert len(client.get(reverse("profil-sesi")).context["browsers"]) == 1


def test_the_key_of_a_session_stands_on_no_page(rina):
    other, client = signed_in(rina), signed_in(rina)

    pages = [client.get(reverse(name)).content.decode() for name in ("profil", "profil-sesi")]

    keys = (other.session.session_key, client.session.session_key)
    assert [key for key in keys for page in pages if key in page] == []


def test_looking_at_the_profile_changes_nothing(rina):
    client, before = signed_in(rina), everything_stored()

    for name in ("profil", "profil-ubah", "profil-sesi", "profil-totp", "profil-totp-aktifkan"):
        client.get(reverse(name))

    assert everything_stored() == before
