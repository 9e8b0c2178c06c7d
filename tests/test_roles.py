"""Peran: an administrator gives roles, names substitutes with their letter, changes and ends them."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import TUESDAY, person, report, walk
from tests.pages import one, read, select, words
from tests.test_people_import import csv_of
from tests.test_races import at_once
from tickets import actions, assignments, leaving, staff_imports, staff_lists, staffing
from tickets.models import AuditEntry, RoleAssignment, Session, User
from tickets.views.roles import PAST_SHOWN
from tickets.views.roles import _shown as read_for
from workflows.roles import Role

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 17)
NEW = "/peran/baru/"


@pytest.fixture(autouse=True)
def _on_tuesday():
    """It is Tuesday 17 November 2026, 10.00 WIB."""
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def admin(cast, client_of):
    return client_of(cast.admin)


@pytest.fixture
def fajar(cast):
    """The Programmer, of all services."""
    return cast.holder(Role.PROGRAMMER)


@pytest.fixture
def nadia(cast):
    return person("Nadia Putri", unit=cast.diskominfotik)


def fields(who, **changed):
    """A role from today on, as a browser posts it."""
    return {
        "user": who.pk, "role": "programmer", "procedure": "", "substitute_for": "", "starts_on": "2026-11-17",
        "ends_on": "", "letter_number": "",
    } | changed  # fmt: skip


def as_substitute(who, of, **changed):
    letter = {"substitute_for": of.pk, "ends_on": "2026-11-27", "letter_number": "800/17/2026"}
    return fields(who, **letter | changed)


def problems(response):
    """Each field with the sentence beside it, of a page that was not saved."""
    assert response.status_code == 422, response.status_code
    form = response.context["form"]
    return {name: " ".join(sentences) for name, sentences in form.errors.items()}


def trail():
    """What the audit trail says of roles."""
    found = AuditEntry.objects.filter(event__startswith="peran").order_by("pk")
    return [(entry.event, entry.by.name, entry.about.name) for entry in found]


# Who, and what they see


@pytest.mark.parametrize("address", ["/peran/", NEW])
def test_only_administrators_open_it(cast, client_of, address):
    asked = [client_of(someone).get(address).status_code for someone in (cast.holder("sub_koordinator"), cast.admin)]

    assert asked == [403, 200]
    assert Client().get(address).status_code == 302


def of_role(page, role, sop="website-2024"):
    """The words about one role of a SOP."""
    section = one(page, f"[aria-labelledby=sop-{sop}]")
    return next(words(found) for found in select(section, ".role") if words(one(found, "h3")) == role)


def test_each_role_says_who_holds_it_who_will_and_who_did(cast, admin, fajar, nadia):
    RoleAssignment.objects.create(
        user=nadia, role="programmer", substitute_for=fajar, starts_on=TODAY, ends_on=date(2026, 11, 27),
        letter_number="800/17/2026",
    )  # fmt: skip
    RoleAssignment.objects.create(user=cast.stranger, role="programmer", starts_on=date(2026, 12, 1))
    RoleAssignment.objects.create(
        user=cast.reporter, role="programmer", starts_on=date(2019, 1, 1), ends_on=date(2019, 12, 31)
    )

    page = read(admin.get("/peran/"))

    told = of_role(page, "Programmer")
    assert "Fajar Ramadhan" in of_role(page, "Programmer", "spj-online")
    now, ahead, past = (told.index(name) for name in ("Fajar Ramadhan", "Andi Putra", "Siti Rahmah"))
    assert now < told.index("Nadia Putri Plh./Plt. untuk Fajar Ramadhan s.d. 27 Nov 2026") < ahead < past
    assert "surat nomor 800/17/2026" in told
    assert "1 sebelumnya" in told
    assert of_role(page, "Web Developer").startswith("Web Developer Rina Marlina sejak 1 Jan 2020")


def test_the_page_asks_no_more_for_300_assignments_than_for_3(cast, admin):
    admin.get("/peran/")
    with CaptureQueriesContext(connection) as few:
        admin.get("/peran/")
    people = [person(f"Orang {n}") for n in range(30)]
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=people[n % 30], role="programmer", starts_on=date(2000 + n // 30, 1, 1),
                       ends_on=date(2000 + n // 30, 6, 1))
        for n in range(300)
    )  # fmt: skip

    with CaptureQueriesContext(connection) as many:
        page = admin.get("/peran/")

    assert len(many) == len(few) <= 15
    assert len(page.content) < 60_000


def test_of_what_is_over_only_the_newest_are_read(cast, admin):
    past = [date(2000 + n, 1, 1) for n in range(25)]
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=cast.stranger, role="programmer", procedure=procedure, starts_on=day, ends_on=day)
        for day in past
        for procedure in ("", "website")
    )

    page = read(admin.get("/peran/"))

    assert "50 sebelumnya" in of_role(page, "Programmer")
    assert "40 lagi yang lebih lama." in of_role(page, "Programmer")
    assert of_role(page, "Programmer").count("Andi Putra") == PAST_SHOWN
    assert of_role(page, "Programmer").count("1 Jan 2024") == 4  # from then to then, in both
    assert "25 sebelumnya" in of_role(page, "Programmer", "spj-online")
    assert read_for(TODAY).filter(user=cast.stranger).count() == 2 * PAST_SHOWN


def test_a_link_brings_what_is_known_already(admin, nadia, fajar):
    page = read(admin.get(f"{NEW}?pengguna={nadia.pk}&peran=programmer&layanan=website&menggantikan={fajar.pk}"))

    assert chosen(page) == [str(nadia.pk), "programmer", "website", str(fajar.pk)]
    assert one(page, "#id_starts_on").get("value") == "2026-11-17"


# Giving


def test_a_role_given_today_is_in_force_at_once_and_its_person_signs_in_again(cast, admin, client_of, nadia):
    browser, other = client_of(nadia), client_of(cast.stranger)

    response = admin.post(NEW, fields(nadia, procedure="website"))

    given = RoleAssignment.objects.get(user=nadia)
    assert response["Location"] == "/peran/"
    assert (given.role, given.procedure, given.starts_on, given.ends_on) == ("programmer", "website", TODAY, None)
    assert trail() == [("peran-diberikan", "Dewi Admin", "Nadia Putri")]
    assert browser.get("/").status_code == 302
    assert other.get("/").status_code == 200


def test_a_role_that_begins_later_ends_no_session(admin, client_of, nadia):
    browser = client_of(nadia)

    admin.post(NEW, fields(nadia, starts_on="2026-12-01"))

    assert browser.get("/").status_code == 200
    assert RoleAssignment.objects.get(user=nadia).starts_on == date(2026, 12, 1)


def test_administrators_who_give_themselves_a_role_stay_signed_in_where_they_are(cast, admin, client_of):
    elsewhere = client_of(cast.admin)

    admin.post(NEW, fields(cast.admin))

    assert admin.get("/peran/").status_code == 200
    assert elsewhere.get("/peran/").status_code == 302


OWN = "Peran untuk diri sendiri diberikan oleh administrator lain."


def incident(cast):
    """A ticket that only who performs or heads its SOP knows of."""
    ticket = report(by=cast.reporter)
    actions.restrict(ticket, by=cast.holder("sub_koordinator"), reason="Kata sandi terlihat.")
    return ticket.get_absolute_url()


def test_no_administrator_opens_incidents_to_themselves_beside_another(cast, admin):
    person("Admin Kedua", is_staff=True, is_superuser=True)
    address = incident(cast)

    response = admin.post(NEW, fields(cast.admin, role="kepala_bidang_aptika"))

    assert problems(response) == {"user": OWN}
    assert admin.get(address).status_code == 404
    assert not cast.admin.role_assignments.exists()


def test_what_another_administrator_gave_one_does_not_stretch_oneself(cast, admin):
    person("Admin Kedua", is_staff=True, is_superuser=True)
    given = RoleAssignment.objects.create(user=cast.admin, role="programmer", procedure="website")

    shown = {"initial-procedure": "website", "initial-starts_on": "2026-11-17"}
    response = admin.post(f"/peran/{given.pk}/", shown | {"procedure": "", "starts_on": "2026-11-17", "ends_on": ""})

    assert problems(response) == {"__all__": OWN}
    assert cast.admin.role_assignments.get().procedure == "website"


def test_a_list_gives_an_administrator_no_role_of_their_own(cast, admin):
    person("Admin Kedua", is_staff=True, is_superuser=True)
    made = staff_imports.keep(
        staff_lists.read(csv_of((cast.admin.name, cast.admin.email, "", "", "", "kepala_bidang_aptika", ""))),
        name="staf.csv",
        by=cast.admin,
    )

    seal = staff_imports.check(made.rows, by=cast.admin).seal
    page = admin.post(reverse("pengguna-impor-periksa", args=[made.pk]), {"seal": seal})

    assert (page.status_code, OWN in page.content.decode()) == (422, True)
    assert not cast.admin.role_assignments.exists()


def test_the_only_administrator_gives_themselves_a_role_that_stays_to_be_seen(cast, admin):
    address = incident(cast)
    admin.post(NEW, fields(cast.admin, role="kepala_bidang_aptika"))
    given = cast.admin.role_assignments.get()
    assert admin.get(address).status_code == 200

    page = admin.get(f"/peran/{given.pk}/akhiri/")
    refused = read(admin.post(f"/peran/{given.pk}/akhiri/", {"batalkan": "1"}, follow=True))

    assert "Batalkan penugasan" not in page.content.decode()
    assert "Peran Anda sendiri tidak dapat dibatalkan; akhiri dengan tanggal." in words(one(refused, ".messages"))
    assert admin.post(f"/peran/{given.pk}/akhiri/", {"ends_on": "2026-11-17"}).status_code == 302
    assert cast.admin.role_assignments.get().ends_on == TODAY


def test_an_account_closed_meanwhile_is_given_no_role(cast, nadia):
    chosen = RoleAssignment(user=nadia, role="programmer")
    leaving.leave(User.objects.get(pk=nadia.pk), by=cast.admin)

    with pytest.raises(assignments.Refused, match="Akun Nadia Putri tidak aktif"):
        assignments.give(chosen, by=cast.admin)

    assert not nadia.role_assignments.exists()


def test_a_role_of_a_closed_account_is_not_stretched_only_ended(cast, admin, fajar):
    to_come = RoleAssignment.objects.create(user=fajar, role="web_developer", starts_on=date(2026, 12, 1))
    given = fajar.role_assignments.get(role="programmer")
    User.objects.filter(pk=fajar.pk).update(is_active=False)

    response = admin.post(f"/peran/{given.pk}/", {"procedure": "website", "starts_on": "2020-01-01", "ends_on": ""})
    admin.post(f"/peran/{given.pk}/akhiri/", {"ends_on": "2026-11-16"})
    admin.post(f"/peran/{to_come.pk}/akhiri/", {"batalkan": "1"})

    assert problems(response) == {"__all__": "Akun Fajar Ramadhan tidak aktif."}
    left = fajar.role_assignments.get()
    assert (left.procedure, left.ends_on) == ("", date(2026, 11, 16))


# Whom the page offers


def names_offered(page):
    return [words(option).split(" · ")[0] for option in select(page, "#id_user option")][1:]


def chosen(page):
    options = [option for option in select(page, "form select option") if "selected" in option.attrib]
    return [option.get("value") for option in options if option.get("value")]


def test_the_page_offers_the_people_of_the_office_and_finds_any_other(cast, admin, nadia):
    User.objects.bulk_create(
        User(email=f"pegawai{n}@contoh.invalid", name=f"Pegawai Dinas ke-{n}, S.Kom., M.T.", unit=cast.dinkes)
        for n in range(5_000)
    )

    response = admin.get(f"{NEW}?peran=programmer")
    found = read(admin.get(f"{NEW}?peran=programmer&cari=ke-4321 dinkes"))
    many = admin.get(f"{NEW}?cari=dinas")

    offered = names_offered(read(response))
    assert {"Nadia Putri", "Dewi Admin", "Fajar Ramadhan"} <= set(offered)
    assert len(offered) == 10
    assert names_offered(found) == ["Pegawai Dinas ke-4321, S.Kom., M.T."]
    assert chosen(found) == [str(User.objects.get(name__contains="4321").pk), "programmer"]
    assert "Ditawarkan 200 nama pertama." in words(read(many))
    assert max(len(response.content), len(many.content)) < 60_000


def test_a_search_keeps_what_is_known_and_whoever_is_chosen(cast, admin, nadia):
    page = read(admin.get(f"{NEW}?pengguna={nadia.pk}&peran=programmer&cari=andi"))
    posted = admin.post(f"{NEW}?cari=andi", fields(nadia, role=""))

    assert one(page, "#id_cari").get("value") == "andi"
    assert names_offered(page) == ["Nadia Putri", "Andi Putra"]
    assert chosen(page) == [str(nadia.pk), "programmer"]
    posted.status_code = 200
    assert chosen(read(posted)) == [str(nadia.pk)]


def test_a_search_keeps_everything_that_was_filled_in_and_gives_nothing(admin, nadia, fajar):
    filled_in = as_substitute(fajar, fajar, user="", starts_on="2026-11-20")

    page = read(admin.post(f"{NEW}?layanan=website", filled_in | {"cari": "nadia", "temukan": "1"}))

    typed = {name: one(page, f"input[name={name}]").get("value") for name in ("starts_on", "ends_on", "letter_number")}
    assert typed == {"starts_on": "2026-11-20", "ends_on": "2026-11-27", "letter_number": "800/17/2026"}
    assert chosen(page) == [str(nadia.pk), "programmer", str(fajar.pk)]
    assert not select(page, ".is-invalid")
    assert not nadia.role_assignments.exists()


def test_the_only_one_who_is_found_is_chosen(cast, admin, nadia):
    assert chosen(read(admin.get(f"{NEW}?cari=nadia")))[0] == str(nadia.pk)
    assert str(nadia.pk) not in chosen(read(admin.get(f"{NEW}?cari=a")))


@pytest.mark.parametrize("search", ["  ", "x" * 200, "%00", "tidak ada"])
def test_a_search_that_means_nothing_is_answered(cast, admin, search):
    assert admin.get(f"{NEW}?cari={search}").status_code == 200


def test_a_substitute_needs_an_end_and_a_letter(admin, nadia, fajar):
    response = admin.post(NEW, as_substitute(nadia, fajar, ends_on="", letter_number=""))

    assert problems(response) == {
        "ends_on": "Silakan isi sampai kapan ia menggantikan.",
        "letter_number": "Silakan isi nomor surat penunjukannya.",
    }
    response.status_code = 200
    assert "selected" in one(read(response), f"#id_substitute_for option[value={fajar.pk}]").attrib


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"user": ""}, "user", "Silakan pilih orangnya."),
        ({"role": ""}, "role", "Silakan pilih perannya."),
        ({"starts_on": ""}, "starts_on", "Silakan isi tanggal mulai."),
        ({"starts_on": "kemarin"}, "starts_on", "Silakan isi tanggal dengan lengkap."),
        ({"starts_on": "1900-01-01"}, "starts_on", "Tanggal paling awal 1 Januari 2000."),
        ({"ends_on": "2026-11-16"}, "ends_on", "Tanggal sampai mendahului tanggal sejak."),
        ({"role": "network_administrator", "procedure": "website"}, "procedure",
         "Network Administrator tidak ada dalam SOP Website sumbarprov.go.id."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_the_field(admin, nadia, changed, field, sentence):
    assert problems(admin.post(NEW, fields(nadia, **changed))) == {field: sentence}


def test_nobody_substitutes_for_themselves(admin, fajar):
    assert problems(admin.post(NEW, as_substitute(fajar, fajar))) == {
        "substitute_for": "Seseorang tidak dapat menggantikan dirinya sendiri."
    }


@pytest.mark.parametrize(
    ("starts", "ends", "procedure", "missing"),
    [
        ("2026-11-17", "2026-11-27", "", None),
        ("2026-11-17", "2026-12-31", "website", None),
        ("2026-11-17", "2027-01-01", "", "1 Januari 2027"),
        ("2019-12-31", "2026-11-27", "", "31 Desember 2019"),
    ],
)  # fmt: skip
def test_a_substitute_stands_in_only_for_who_holds_the_role_all_the_while(
    admin, nadia, fajar, starts, ends, procedure, missing
):
    fajar.role_assignments.update(ends_on=date(2026, 12, 31))

    response = admin.post(NEW, as_substitute(nadia, fajar, starts_on=starts, ends_on=ends, procedure=procedure))

    if missing:
        assert problems(response) == {
            "substitute_for": f"Fajar Ramadhan tidak memegang peran Programmer pada {missing}, "
            "hanya 1 Januari 2020 s.d. 31 Desember 2026."
        }
    else:
        assert response.status_code == 302


def test_two_assignments_that_follow_each_other_count_as_one(admin, nadia, fajar):
    fajar.role_assignments.update(ends_on=date(2026, 11, 20))
    RoleAssignment.objects.create(user=fajar, role="programmer", starts_on=date(2026, 11, 21))

    assert admin.post(NEW, as_substitute(nadia, fajar)).status_code == 302


def test_a_substitute_is_not_stood_in_for(admin, cast, nadia, fajar):
    admin.post(NEW, as_substitute(nadia, fajar))
    RoleAssignment.objects.create(user=nadia, role="web_developer")  # so that she can be chosen

    assert problems(admin.post(NEW, as_substitute(cast.stranger, nadia))) == {
        "substitute_for": "Nadia Putri tidak memegang peran Programmer sendiri."
    }


@pytest.mark.parametrize(
    ("there", "wanted", "refused"),
    [
        (("", "2026-01-01", None), ("", "2026-11-17", None), True),
        (("", "2026-01-01", None), ("website", "2026-11-17", None), True),
        (("website", "2026-01-01", None), ("", "2026-11-17", None), True),
        (("website", "2026-01-01", None), ("spj_online", "2026-11-17", None), False),
        (("", "2026-01-01", "2026-11-16"), ("", "2026-11-17", None), False),
        (("", "2026-01-01", "2026-11-17"), ("", "2026-11-17", None), True),
        (("", "2026-12-01", None), ("", "2026-11-17", "2026-11-30"), False),
        (("", "2026-12-01", None), ("", "2026-11-17", "2026-12-01"), True),
    ],
)
def test_the_same_role_is_not_given_twice_for_the_same_days(admin, nadia, there, wanted, refused):
    procedure, starts, ends = there
    RoleAssignment.objects.create(user=nadia, role="programmer", procedure=procedure, starts_on=starts, ends_on=ends)
    procedure, starts, ends = wanted

    response = admin.post(NEW, fields(nadia, procedure=procedure, starts_on=starts, ends_on=ends or ""))

    assert response.status_code == (422 if refused else 302)
    if refused:
        assert problems(response)["role"].startswith("Nadia Putri sudah memegang peran Programmer")


# Changing


def test_a_letter_is_put_right_without_ending_a_session(admin, client_of, nadia, fajar):
    admin.post(NEW, as_substitute(nadia, fajar))
    given, browser = RoleAssignment.objects.get(user=nadia), client_of(nadia)
    letter = {"procedure": "", "starts_on": "2026-11-17", "ends_on": "2026-11-27", "letter_number": "800/18/2026"}

    admin.post(f"/peran/{given.pk}/", letter)

    given.refresh_from_db()
    assert given.letter_number == "800/18/2026"
    assert browser.get("/").status_code == 200
    assert AuditEntry.objects.latest("pk").facts["fields"] == ["letter_number"]
    assert trail()[-1] == ("peran-diubah", "Dewi Admin", "Nadia Putri")


@pytest.mark.parametrize("changed", [{"ends_on": "2026-11-16"}, {"starts_on": "2026-11-18"}, {"procedure": "website"}])
def test_who_may_do_something_else_today_signs_in_again(admin, client_of, cast, changed):
    given = RoleAssignment.objects.create(user=cast.stranger, role="programmer", starts_on=date(2026, 1, 1))
    browser = client_of(cast.stranger)

    admin.post(f"/peran/{given.pk}/", {"procedure": "", "starts_on": "2026-01-01", "ends_on": ""} | changed)

    assert browser.get("/").status_code == 302


def test_a_page_left_open_opens_no_role_that_ended_since(admin, fajar):
    given = fajar.role_assignments.get()
    page = read(admin.get(f"/peran/{given.pk}/"))
    open_since = {field.get("name"): field.get("value") or "" for field in select(page, "form.narrow input")}
    RoleAssignment.objects.filter(pk=given.pk).update(ends_on=date(2026, 11, 16))

    admin.post(f"/peran/{given.pk}/", open_since | {"procedure": "", "letter_number": "800/9"})

    given.refresh_from_db()
    assert (given.letter_number, given.ends_on) == ("800/9", date(2026, 11, 16))


def test_a_substitution_cannot_be_stretched_beyond_the_role(admin, nadia, fajar):
    fajar.role_assignments.update(ends_on=date(2026, 12, 31))
    admin.post(NEW, as_substitute(nadia, fajar))
    given = RoleAssignment.objects.get(user=nadia)
    letter = {"procedure": "", "starts_on": "2026-11-17", "ends_on": "2027-02-01", "letter_number": "800/17/2026"}

    response = admin.post(f"/peran/{given.pk}/", letter)

    assert list(problems(response)) == ["__all__"]
    given.refresh_from_db()
    assert given.ends_on == date(2026, 11, 27)


# Ending


def test_before_a_role_ends_its_administrator_reads_what_it_leaves_behind(cast, admin, fajar, nadia):
    walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
    admin.post(NEW, as_substitute(nadia, fajar))
    given = fajar.role_assignments.get()
    nadias = nadia.role_assignments.get()

    without_anybody = words(one(read(admin.get(f"/peran/{given.pk}/akhiri/")), "main"))
    admin.post(f"/peran/{nadias.pk}/akhiri/", {"batalkan": "1"})
    alone = words(one(read(admin.get(f"/peran/{given.pk}/akhiri/")), "main"))

    assert "Nadia Putri menggantikannya s.d. 27 November 2026" in without_anybody
    assert "Programmer (Website sumbarprov.go.id): tanpa pemegang mulai 28 November 2026" in without_anybody
    assert "Programmer (Website sumbarprov.go.id): tanpa pemegang mulai 18 November 2026; 1 tiket berada" in alone


def test_a_role_ends_with_a_day_and_a_warning_names_what_is_left_without_anybody(admin, client_of, fajar):
    given, browser = fajar.role_assignments.get(), client_of(fajar)

    page = read(admin.post(f"/peran/{given.pk}/akhiri/", {"ends_on": "2026-11-17"}, follow=True))

    given.refresh_from_db()
    assert given.ends_on == TODAY
    assert browser.get("/").status_code == 200  # until midnight
    told = words(one(page, ".messages"))
    assert "Peran Programmer dari Fajar Ramadhan berakhir 17 November 2026." in told
    assert "Programmer (Website sumbarprov.go.id) tanpa pemegang sejak 18 November 2026." in told
    assert trail() == [("peran-diakhiri", "Dewi Admin", "Fajar Ramadhan")]


def test_yesterday_takes_a_role_away_at_once(admin, client_of, fajar):
    given, browser = fajar.role_assignments.get(), client_of(fajar)

    admin.post(f"/peran/{given.pk}/akhiri/", {"ends_on": "2026-11-16"})

    assert browser.get("/").status_code == 302
    assert not fajar.__class__.objects.get(pk=fajar.pk).holds("programmer", "website")


def test_a_role_ends_at_once_without_any_date(admin, client_of, fajar):
    given, browser = fajar.role_assignments.get(), client_of(fajar)

    page = read(admin.post(f"/peran/{given.pk}/akhiri/", {"how": "sekarang", "ends_on": "kapan saja"}, follow=True))

    given.refresh_from_db()
    assert given.ends_on == date(2026, 11, 16)
    assert browser.get("/").status_code == 302
    told = words(one(page, ".messages"))
    assert "Peran Programmer dari Fajar Ramadhan dicabut; hari terakhirnya 16 November 2026." in told


def test_at_once_is_offered_only_of_a_role_that_has_been_in_force_for_a_day(admin, fajar, nadia):
    admin.post(NEW, fields(nadia))
    of_today, older = nadia.role_assignments.get(), fajar.role_assignments.get()

    pages = [read(admin.get(f"/peran/{given.pk}/akhiri/")) for given in (of_today, older)]
    admin.post(f"/peran/{of_today.pk}/akhiri/", {"how": "sekarang", "ends_on": "2026-11-17"})

    offered = [[choice.get("value") for choice in select(page, "input[name=how]")] for page in pages]
    assert offered == [[], ["sekarang", "hari"]]
    of_today.refresh_from_db()
    assert of_today.ends_on == TODAY


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("", "Silakan isi hari terakhirnya."),
        ("2019-12-31", "Peran ini baru berlaku sejak 1 Januari 2020."),
        ("2027-01-01", "Peran ini sudah berakhir pada 31 Desember 2026. Untuk memperpanjangnya, pilih Ubah."),
    ],
)
def test_a_role_does_not_end_before_it_began_nor_after_its_end(admin, fajar, day, sentence):
    fajar.role_assignments.update(ends_on=date(2026, 12, 31))

    response = admin.post(f"/peran/{fajar.role_assignments.get().pk}/akhiri/", {"ends_on": day})

    assert problems(response) == {"ends_on": sentence}


def test_a_role_that_is_over_is_not_moved_years_back(admin, fajar):
    given = fajar.role_assignments.get()
    admin.post(f"/peran/{given.pk}/akhiri/", {"ends_on": "2026-12-31"})
    admin.post(f"/peran/{given.pk}/akhiri/", {"ends_on": "2026-11-16"})

    response = admin.post(f"/peran/{given.pk}/akhiri/", {"ends_on": "2021-01-01"})

    assert problems(response)["ends_on"].startswith("Peran ini sudah berakhir pada 16 November 2026.")
    given.refresh_from_db()
    assert given.ends_on == date(2026, 11, 16)
    facts = AuditEntry.objects.filter(event="peran-diakhiri").order_by("pk").values_list("facts", flat=True)
    assert [(found["ends_on_before"], found["ends_on"]) for found in facts] == [
        (None, "2026-12-31"),
        ("2026-12-31", "2026-11-16"),
    ]


def test_what_was_given_today_can_be_taken_back_and_what_is_older_cannot(admin, client_of, nadia, fajar):
    admin.post(NEW, fields(nadia))
    given, browser = nadia.role_assignments.get(), client_of(nadia)

    admin.post(f"/peran/{given.pk}/akhiri/", {"batalkan": "1"})
    refused = read(admin.post(f"/peran/{fajar.role_assignments.get().pk}/akhiri/", {"batalkan": "1"}, follow=True))

    assert not nadia.role_assignments.exists()
    assert browser.get("/").status_code == 302
    assert [event for event, *_ in trail()] == ["peran-diberikan", "peran-diakhiri"]
    assert "sudah berlaku sejak 1 Januari 2020" in words(one(refused, ".messages"))
    assert fajar.role_assignments.get().ends_on is None


def test_looking_at_an_assignment_changes_nothing(admin, fajar):
    given = fajar.role_assignments.get()

    for act in ("", "akhiri/"):
        admin.get(f"/peran/{given.pk}/{act}")

    assert fajar.role_assignments.get().ends_on is None
    assert not trail()
    assert Session.objects.exists()


# Two at once


def give_at_once(cast, nadia, hands=8):
    def give():
        return assignments.give(RoleAssignment(user=nadia, role="programmer", starts_on=TODAY), by=cast.admin)

    return at_once([give] * hands)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_administrators_at_once_give_a_role_once(cast, nadia):
    outcomes = give_at_once(cast, nadia)

    assert RoleAssignment.objects.filter(user=nadia).count() == 1
    assert [type(outcome) for outcome in outcomes].count(assignments.Refused) == 7


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_race_finds_a_build_that_does_not_lock(cast, nadia, monkeypatch):
    monkeypatch.setattr(assignments, "_lock_people", lambda assignment: None)

    def given():
        RoleAssignment.objects.filter(user=nadia).delete()
        give_at_once(cast, nadia)
        return RoleAssignment.objects.filter(user=nadia).count()

    assert any(given() > 1 for _ in range(30))


# A word of its own


@pytest.mark.parametrize(
    ("spans", "uncovered"),
    [
        ([], TODAY),
        ([(TODAY, None)], None),
        ([(TODAY + timedelta(1), None)], TODAY),
        ([(TODAY, TODAY)], TODAY + timedelta(1)),
        ([(TODAY, TODAY + timedelta(4))], None),
        ([(TODAY + timedelta(2), None), (TODAY, TODAY + timedelta(1))], None),
        ([(TODAY + timedelta(3), None), (TODAY, TODAY + timedelta(1))], TODAY + timedelta(2)),
    ],
)
def test_the_first_day_that_nothing_covers_is_found(spans, uncovered):
    assert staffing.first_day_uncovered(spans, TODAY, TODAY + timedelta(4)) == uncovered


def test_an_address_with_an_endless_number_is_answered(admin):
    assert admin.get(f"{NEW}?pengguna={'9' * 4_400}").status_code == 200


def test_a_role_that_is_over_is_not_ended_again(cast, fajar):
    given = fajar.role_assignments.get()
    assignments.end(given, on=date(2026, 11, 16), by=cast.admin)

    for day in (TODAY, date(2026, 11, 15)):
        with pytest.raises(assignments.Refused, match="sudah berakhir"):
            assignments.end(given, on=day, by=cast.admin)


def test_every_address_is_named():
    assert [reverse(name, args=args) for name, args in (("peran", []), ("peran-ubah", [1]), ("peran-akhiri", [1]))] == [
        "/peran/", "/peran/1/", "/peran/1/akhiri/",
    ]  # fmt: skip
