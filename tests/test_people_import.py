"""A list of staff: read from any file that offices send, looked at line by line, taken over whole or not at all."""

import io
import time
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from tests.factories import everything_stored, person
from tests.pages import read, select, words
from tests.test_races import at_once
from tickets import assignments, registering, staff_imports, staff_lists, tasks
from tickets.actions import Conflict, Refused
from tickets.models import AuditEntry, Letter, PeopleImport, Registration, Unit, User
from workflows.roles import Role

pytestmark = pytest.mark.django_db

HEAD = ("nama", "surel", "nip", "opd", "telepon", "peran", "layanan")
NIP, NIP_2 = "198501012010011001", "199002022015022002"
RAHMAT = ("Rahmat Hidayat", "rahmat@contoh.invalid", NIP, "Dinkes", "0812", "", "")
SARI = ("Sari Déwi", "sari@contoh.invalid", "", "", "", "programmer", "")


def csv_of(*rows, delimiter=";", encoding="utf-8", head=HEAD):
    return "\r\n".join(delimiter.join(row) for row in (head, *rows)).encode(encoding)


def xlsx_of(*rows, head=HEAD):
    book, target = Workbook(), io.BytesIO()
    for row in (head, *rows):
        book.active.append(row)
    book.save(target)
    return target.getvalue()


def lines_of(content):
    """What was read: the values of each line, without empty ones."""
    return [{name: value for name, value in row.items() if value} for row in staff_lists.read(content).rows]


def checked(*rows, by=None):
    return staff_imports.check(staff_lists.read(csv_of(*rows)).rows, by=by or User())


def verdicts(*rows):
    return [str(line.verdict) for line in checked(*rows).lines]


def kept(cast, *rows):
    """A list that the administrator sent."""
    return staff_imports.keep(staff_lists.read(csv_of(*rows)), name="staf.csv", by=cast.admin)


def apply(made, cast, *, seal=None, creates_units=False, invites=False):
    seal = seal or staff_imports.check(made.rows, by=cast.admin).seal
    return staff_imports.apply(made, by=cast.admin, seal=seal, creates_units=creates_units, invites=invites)


@pytest.fixture
def admin(cast, client_of):
    return client_of(cast.admin)


def send(client, content, name="staf.csv"):
    return client.post(reverse("pengguna-impor"), {"file": SimpleUploadedFile(name, content)}, follow=True)


# Reading files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_as_offices_save_it(encoding, delimiter):
    found = lines_of(csv_of(RAHMAT, SARI, delimiter=delimiter, encoding=encoding))

    assert found == [
        {
            "baris": 2,
            "nama": "Rahmat Hidayat",
            "surel": "rahmat@contoh.invalid",
            "nip": NIP,
            "opd": "Dinkes",
            "telepon": "0812",
        },
        {"baris": 3, "nama": "Sari Déwi", "surel": "sari@contoh.invalid", "peran": "programmer"},
    ]


def test_an_xlsx_is_read_alike(cast):
    assert lines_of(xlsx_of(RAHMAT, SARI)) == lines_of(csv_of(RAHMAT, SARI))


def test_headings_are_known_in_any_case_and_by_other_words_and_others_are_named():
    staff = staff_lists.read(csv_of(("a@b.id", "S1", "Ani"), head=("E-Mail", "Pendidikan", "NAMA LENGKAP ")))

    assert [(row["nama"], row["surel"]) for row in staff.rows] == [("Ani", "a@b.id")]
    assert staff.ignored == ["Pendidikan"]


def test_lines_are_numbered_as_in_the_file():
    content = b'nama;surel\r\n\r\n"Ani\r\nYanti";ani@b.id\r\n;;\r\nBudi;budi@b.id\r\n'

    assert [(row["baris"], row["nama"]) for row in staff_lists.read(content).rows] == [
        (3, "Ani\r\nYanti"),
        (6, "Budi"),
    ]


def test_what_begins_as_a_formula_is_text():
    wild = ("=HYPERLINK(1)", "a@b.id", "", "@OPD", "+62 812", "", "")

    rows = [staff_lists.read(content).rows[0] for content in (csv_of(wild), xlsx_of(wild))]

    assert [rows[0][name] for name in ("nama", "opd", "telepon")] == ["=HYPERLINK(1)", "@OPD", "+62 812"]
    assert (rows[1]["opd"], rows[1]["telepon"]) == ("@OPD", "+62 812")
    assert rows[1]["nama"] == ""  # a formula of the sheet: nothing works it out


def test_a_nip_that_a_spreadsheet_took_for_a_number_is_seen(cast):
    rows = staff_lists.read(xlsx_of(("Ani", "ani@b.id", 1.98501012010011e17, "", 812345678.0))).rows

    line = staff_imports.check(rows, by=cast.admin).lines[0]
    assert "digit terakhirnya hilang" in line.errors["nip"]
    assert line.values["telepon"] == "812345678"


def bomb(parts=1):
    """A small XLSX that unpacks to far more than it may."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(parts):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * (20 * 1024 * 1024 // parts))
    return target.getvalue()


def with_part(content, name, text):
    """An XLSX with one of its parts replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(target, "w") as after:
        for part in before.namelist():
            after.writestr(part, text if part == name else before.read(part))
    return target.getvalue()


def with_entities():
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cell = '<row r="1"><c t="inlineStr"><is><t>&a;</t></is></c></row>'
    text = f'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet xmlns="{namespace}"><sheetData>{cell}</sheetData></worksheet>'
    return with_part(xlsx_of(RAHMAT), "xl/worksheets/sheet1.xml", text)


def with_endless(part):
    """An XLSX of few bytes, a part of which is small beside a sheet and slow to read."""
    return with_part(staff_lists.empty_xlsx(), part, "<xf/>" * 300_000)


def at_the_bottom_of_the_sheet():
    book, target = Workbook(), io.BytesIO()
    book.active.append(HEAD)
    book.active.cell(row=1_000_000, column=1, value="Ani")
    book.save(target)
    return target.getvalue()


REFUSED = {
    "empty of people": (lambda: csv_of(), "tidak berisi seorang pun"),
    "without a column": (lambda: csv_of(("Ani",), head=("nama",)), "Kolom “surel” tidak ada"),
    "without headings": (lambda: b"\r\n", "Kolom “nama” dan “surel” tidak ada"),
    "with a column twice": (lambda: csv_of(("a", "b", "c"), head=("nama", "surel", "email")), "“surel” ada dua kali"),
    "too many lines": (lambda: csv_of(*[RAHMAT] * 2_001), "lebih dari 2.000 baris"),
    "too many lines in a sheet": (lambda: xlsx_of(*[("a", "b")] * 2_001), "lebih dari 2.000 baris"),
    "too large": (lambda: b"nama;surel\r\n" + b"a" * staff_lists.MOST_BYTES, "lebih besar dari 2 MB"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "bukan daftar CSV atau XLSX"),
    "utf-16": (lambda: csv_of(RAHMAT, encoding="utf-16"), "bukan daftar CSV atau XLSX"),
    "letters of nowhere": (lambda: b"nama;surel\r\nA\x81\x8d;a@b.id", "Huruf dalam berkas ini tidak terbaca"),
    "an old xls": (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 100, "Excel lama"),
    "a broken xlsx": (lambda: xlsx_of(RAHMAT)[:900], "rusak"),
    "an xlsx that is none": (lambda: zip_of_text(), "rusak atau tidak biasa"),
    "a zip bomb": (bomb, "terlalu besar"),
    "a zip of many parts": (lambda: bomb(parts=300), "terlalu besar"),
    "endless styles": (lambda: with_endless("xl/styles.xml"), "terlalu besar"),
    "endless texts": (lambda: with_endless("xl/sharedStrings.xml"), "terlalu besar"),
    "an xlsx with entities": (with_entities, "rusak atau tidak biasa"),
    "a cell at the bottom of the sheet": (at_the_bottom_of_the_sheet, "lebih dari 10.000 baris"),
}


def zip_of_text():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("baca.txt", "bukan lembar")
    return target.getvalue()


@pytest.mark.parametrize(("make", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_no_list_is_refused_with_a_sentence(make, sentence):
    with pytest.raises(ValidationError, match=sentence):
        staff_lists.read(make())


def test_the_same_reader_takes_the_sound_file_that_the_bad_ones_were_made_of():
    """The negative control of the refusals above."""
    assert len(staff_lists.read(with_part(xlsx_of(RAHMAT), "none", "")).rows) == 1
    assert len(staff_lists.read(csv_of(*[RAHMAT] * 2_000)).rows) == 2_000
    everybody = [(f"Pegawai {n}", f"pegawai{n}@contoh.invalid", f"{n:018}", *RAHMAT[3:]) for n in range(2_000)]
    assert len(staff_lists.read(xlsx_of(*everybody)).rows) == 2_000


def test_the_empty_lists_are_read_by_the_same_reader(cast, admin):
    downloaded = {form: admin.get(reverse(f"pengguna-impor-{form}")).content for form in ("csv", "xlsx")}

    for content in downloaded.values():
        with pytest.raises(ValidationError, match="tidak berisi seorang pun"):
            staff_lists.read(content)
    book = load_workbook(io.BytesIO(downloaded["xlsx"]))
    assert [cell.value for cell in book["Daftar"][1]] == list(HEAD)
    guide = [row[0].value for row in book["Petunjuk"].iter_rows()]
    assert {"nama", Role.PROGRAMMER.label, "Dinkes"} <= set(guide)


# What a list would do


def test_a_line_is_new_changed_or_the_same(cast):
    siti = cast.reporter

    found = checked(
        RAHMAT,
        (siti.name, siti.email.upper(), "", "dinas kesehatan", "", "", ""),
        (cast.stranger.name, cast.stranger.email, NIP_2, "Bapenda", "0813", "programmer", "website"),
    )

    assert [str(line.verdict) for line in found.lines] == ["baru", "sama", "berubah"]
    assert found.lines[2].changes == ["NIP", "Telepon", "Peran"]


def test_an_account_is_found_by_its_nip_and_then_has_another_address(cast):
    User.objects.filter(pk=cast.reporter.pk).update(nip=NIP)

    line = checked(("Siti Rahmah", "siti.baru@contoh.invalid", NIP, "", "", "", "")).lines[0]

    assert (line.person, line.changes) == (cast.reporter, ["Surel"])


def test_somebody_who_has_another_address_by_a_list_is_told_at_both(cast, settings):
    settings.MAIL_ENABLED = True
    rahmat = person("Rahmat Hidayat", nip=NIP, last_login=timezone.now())

    apply(kept(cast, RAHMAT[:3] + ("",) * 4), cast)

    assert set(rahmat.letters.values_list("address", flat=True)) == {rahmat.email, ""}


def test_an_empty_cell_leaves_what_is_on_record(cast):
    User.objects.filter(pk=cast.reporter.pk).update(nip=NIP, phone="0751")

    assert verdicts((cast.reporter.name, cast.reporter.email, "", "", "", "", "")) == ["sama"]


@pytest.mark.parametrize(("role", "service"), [("Programmer", ""), ("programmer", "website"), ("PROGRAMMER", "")])
def test_a_role_that_is_held_already_is_no_change(cast, role, service):
    fajar = cast.holder(Role.PROGRAMMER)

    assert verdicts((fajar.name, fajar.email, "", "", "", role, service)) == ["sama"]


def test_a_role_that_is_held_in_one_service_is_not_given_for_all(cast):
    rina = cast.holder(Role.WEB_DEVELOPER)

    line = checked((rina.name, rina.email, "", "", "", "web_developer", "")).lines[0]

    assert line.errors["peran"] == "Peran ini sudah dipegang sejak 1 Januari 2020. Ubahlah di halaman Peran."


WRONG = {
    "no name": (("", "a@b.id"), "nama", "Nama belum diisi."),
    "no address": (("Ani", ""), "surel", "Surel belum diisi."),
    "half an address": (("Ani", "ani@"), "surel", "Alamat surel ini tidak lengkap"),
    "a short nip": (("Ani", "a@b.id", "123"), "nip", "NIP terdiri atas 18 angka; yang tertulis 3 tanda."),
    "a name of two lines": (("A\vB", "a@b.id"), None, ""),
    "a long name": (("A" * 151, "a@b.id"), "nama", "Paling banyak 150 karakter; sekarang 151."),
    "no phone": (("Ani", "a@b.id", "", "", "abc"), "telepon", "Nomor telepon terdiri atas angka"),
    "an unknown role": (("Ani", "a@b.id", "", "", "", "penyihir"), "peran", "Peran “penyihir” tidak dikenal."),
    "an unknown service": (("Ani", "a@b.id", "", "", "", "programmer", "x"), "layanan", "Layanan “x” tidak dikenal."),
    "a service alone": (("Ani", "a@b.id", "", "", "", "", "website"), "layanan", "hanya diisi bersama peran"),
    "a role of another service": (
        ("Ani", "a@b.id", "", "", "", "web_developer", "spj_online"),
        "peran",
        "Tidak ada peran Web Developer pada layanan ini.",
    ),
}


@pytest.mark.parametrize(("row", "column", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_beside_its_column_with_the_line(cast, row, column, sentence):
    line = checked(RAHMAT, (*row, *[""] * (7 - len(row)))).lines[1]

    assert line.number == 3
    assert set(line.errors) == ({column} if column else set())
    assert sentence in line.errors.get(column, "")


def test_an_unknown_opd_of_a_wrong_line_is_named_at_once(cast, admin):
    page = send(admin, csv_of(("Ani", "a@", "", "Dinas Antah", "", "", "")))

    assert "OPD yang belum dikenal (Dinas Antah) dapat dibuat setelah itu." in words(read(page))


def test_the_same_person_twice_is_wrong_the_second_time(cast):
    User.objects.filter(pk=cast.reporter.pk).update(nip=NIP_2)
    second = ("Lain", RAHMAT[1].upper(), "", "", "", "", "")
    third = ("Lain", "lain@b.id", NIP, "", "", "", "")
    by_address = (cast.reporter.name, cast.reporter.email, "", "", "", "", "")
    by_number = ("Siti", "siti@b.id", NIP_2, "", "", "", "")

    found = checked(RAHMAT, second, third, by_address, by_number).lines

    assert [str(line.verdict) for line in found] == ["baru", "salah", "salah", "sama", "salah"]
    assert found[1].errors == {"surel": "Surel ini sudah ada pada baris 2."}
    assert found[2].errors == {"nip": "NIP ini sudah ada pada baris 2."}
    assert found[4].errors == {"nip": "Akun yang sama sudah disebut pada baris 5."}


def test_an_address_and_a_nip_of_two_accounts_are_not_mixed(cast):
    User.objects.filter(pk=cast.reporter.pk).update(nip=NIP)

    line = checked(("Andi Putra", cast.stranger.email, NIP, "", "", "", "")).lines[0]

    assert line.errors == {"nip": "NIP ini milik Siti Rahmah, sedangkan surelnya milik Andi Putra."}


def test_a_list_opens_no_closed_account_and_gives_it_no_role(cast):
    User.objects.filter(pk=cast.reporter.pk).update(is_active=False)
    row = (cast.reporter.name, cast.reporter.email, NIP, "", "", "", "")
    made = kept(cast, row)

    apply(made, cast)

    cast.reporter.refresh_from_db()
    assert (cast.reporter.nip, cast.reporter.is_active) == (NIP, False)
    assert checked((*row[:5], "programmer", "")).lines[0].errors["peran"].startswith("Akun ini nonaktif.")


def test_what_was_erased_stays_erased(cast):
    gone = person("Dihapus", is_active=False, erased_at=timezone.now())

    assert verdicts(("Kembali", gone.email, "", "", "", "", "")) == ["salah"]


def asked_for(email, nip="", **standing):
    """Somebody who asked for an account and is not let in."""
    asking = person("Orang Asing", is_active=False)
    User.objects.filter(pk=asking.pk).update(email=email)
    return Registration.objects.create(person=asking, nip=nip, **standing)


@pytest.mark.parametrize("email", [RAHMAT[1].upper(), "orang@asing.invalid"])
def test_an_employee_is_not_taken_for_a_stranger_who_typed_in_their_address_or_nip(cast, settings, email):
    settings.MAIL_ENABLED = True
    asked_for(email, nip=NIP)

    made = apply(kept(cast, RAHMAT), cast, invites=True)
    registering.forget_unconfirmed(timezone.now() + timedelta(days=8))

    rahmat = User.objects.get(email__iexact=RAHMAT[1])
    assert (made.created, made.changed) == (1, 0)
    assert (rahmat.name, rahmat.nip, rahmat.is_active) == ("Rahmat Hidayat", NIP, True)
    assert [letter.kind for letter in rahmat.letters.all()] == ["undangan"]
    assert not User.objects.filter(name="Orang Asing").exists()


def test_an_account_gets_an_address_that_somebody_typed_in_and_never_confirmed(cast):
    User.objects.filter(pk=cast.stranger.pk).update(nip=NIP)
    asked_for(RAHMAT[1])

    made = apply(kept(cast, RAHMAT), cast)

    cast.stranger.refresh_from_db()
    assert (made.created, made.changed, cast.stranger.email) == (0, 1, RAHMAT[1])


@pytest.mark.parametrize(
    ("is_refused", "sentence"),
    [
        (False, "Pemilik surel ini meminta akun. Silakan putuskan dahulu di halaman Pendaftaran."),
        (True, "Pendaftaran orang ini ditolak. Aktifkan dahulu akunnya di halaman Pengguna."),
    ],
)
def test_who_asked_for_an_account_is_let_in_by_a_decision_and_by_no_list(cast, is_refused, sentence):
    decided = {"decided_at": timezone.now(), "decided_by": cast.admin} if is_refused else {}
    asked_for(RAHMAT[1], confirmed_at=timezone.now(), **decided)

    assert checked(RAHMAT).lines[0].errors == {"surel": sentence}


def test_the_address_of_an_administrator_does_not_change_by_a_list(cast):
    User.objects.filter(pk=cast.admin.pk).update(nip=NIP)

    assert checked(("Dewi Admin", "lain@contoh.invalid", NIP, "", "", "", "")).lines[0].errors == {
        "surel": "Surel seorang administrator tidak diubah melalui daftar."
    }


def test_a_list_of_2_costs_as_many_queries_as_one_of_200(cast):
    def queries(number):
        rows = [(f"Orang {n}", f"n{n}@contoh.invalid", "", "Dinkes", "", "programmer", "") for n in range(number)]
        with CaptureQueriesContext(connection) as asked:
            checked(*rows)
        return len(asked)

    assert queries(200) == queries(2) <= 5


# Taking it over


def test_a_list_is_taken_over_and_the_same_again_changes_nothing(cast):
    made = apply(kept(cast, RAHMAT, SARI, (cast.stranger.name, cast.stranger.email, "", "", "0813", "", "")), cast)

    rahmat, sari = (User.objects.get(email=row[1]) for row in (RAHMAT, SARI))
    assert (made.created, made.changed, made.rows) == (2, 1, [])
    assert (rahmat.name, rahmat.nip, rahmat.unit, rahmat.phone) == ("Rahmat Hidayat", NIP, cast.dinkes, "0812")
    assert (rahmat.is_staff, rahmat.is_superuser, rahmat.is_active) == (False, False, True)
    assert not rahmat.has_usable_password()
    assert sari.holds(Role.PROGRAMMER, "spj_online")
    assert User.objects.get(pk=cast.stranger.pk).phone == "0813"
    again = checked(RAHMAT, SARI, (cast.stranger.name, cast.stranger.email, "", "", "0813", "", ""))
    assert [str(line.verdict) for line in again.lines] == ["sama"] * 3
    trail = AuditEntry.objects.order_by("pk").values_list("event", flat=True)
    assert list(trail) == [
        "pengguna-dibuat",
        "pengguna-dibuat",
        "peran-diberikan",
        "pengguna-diubah",
        "pengguna-diimpor",
    ]


def test_one_wrong_line_and_nothing_is_taken_over(cast):
    made = kept(cast, RAHMAT, ("", "a@b.id", "", "", "", "", ""))
    before = everything_stored()

    with pytest.raises(Refused):
        apply(made, cast)

    assert everything_stored() == before


def test_an_unknown_opd_is_made_only_when_that_was_agreed_to(cast):
    made = kept(cast, (*RAHMAT[:3], "Dinas Perhubungan", "", "", ""), (*SARI[:3], "DINAS PERHUBUNGAN", "", "", ""))
    with pytest.raises(Refused, match="OPD yang belum dikenal"):
        apply(made, cast)
    assert not Unit.objects.filter(name__icontains="perhubungan").exists()

    apply(made, cast, creates_units=True)

    unit = Unit.objects.get(name="Dinas Perhubungan")
    assert (unit.short_name, unit.people.count()) == ("Dinas Perhubungan", 2)


def test_a_list_gives_no_role_to_who_sends_it_while_there_is_another_administrator(cast):
    own = (cast.admin.name, cast.admin.email, "", "", "", "programmer", "")

    assert checked(own, by=cast.admin).is_sound
    other = person("Administrator lain", is_staff=True)

    assert checked(own, by=cast.admin).lines[0].errors == {"peran": assignments.OWN}
    assert checked(own, by=other).is_sound


def test_a_list_is_judged_again_when_it_is_taken_over(cast):
    made = kept(cast, RAHMAT)
    seal = staff_imports.check(made.rows, by=cast.admin).seal
    person("Rahmat yang lain", nip=NIP)

    with pytest.raises(Conflict, match="berubah sejak"):
        apply(made, cast, seal=seal)

    assert not User.objects.filter(email=RAHMAT[1]).exists()
    assert PeopleImport.objects.get().applied_at is None


def test_who_is_new_is_invited_by_letter_where_that_was_asked(cast, settings):
    settings.MAIL_ENABLED = True
    row = (cast.stranger.name, cast.stranger.email, "", "", "0813", "", "")

    apply(kept(cast, RAHMAT, row), cast, invites=True)
    apply(kept(cast, SARI), cast, invites=False)

    assert [(letter.person.email, letter.kind) for letter in Letter.objects.all()] == [(RAHMAT[1], "undangan")]


def test_a_list_that_was_left_is_forgotten(cast):
    left = kept(cast, RAHMAT)
    PeopleImport.objects.filter(pk=left.pk).update(at=timezone.now() - timedelta(days=2))
    recent = kept(cast, SARI)

    kept(cast, SARI)

    assert PeopleImport.objects.filter(pk__in=(left.pk, recent.pk)).get() == recent


def test_a_list_that_was_left_is_forgotten_though_no_other_is_ever_read(cast):
    left, recent, taken_over = kept(cast, RAHMAT), kept(cast, SARI), kept(cast, RAHMAT)
    apply(taken_over, cast)
    PeopleImport.objects.exclude(pk=recent.pk).update(at=timezone.now() - timedelta(days=2))

    tasks.tidy_access()

    assert set(PeopleImport.objects.all()) == {recent, taken_over}
    assert not PeopleImport.objects.filter(pk=left.pk).exists()


# In the browser


def test_an_administrator_sends_looks_and_takes_over(cast, admin):
    page = send(admin, csv_of(RAHMAT, SARI))
    made = PeopleImport.objects.get()
    address = reverse("pengguna-impor-periksa", args=[made.pk])
    assert page.redirect_chain == [(address, 302)]
    assert not User.objects.filter(email=RAHMAT[1]).exists()
    seal = next(e.get("value") for e in select(read(page), "input[name=seal]"))

    done = admin.post(address, {"seal": seal}, follow=True)

    assert "2 akun baru, 0 akun diubah" in done.content.decode()
    assert User.objects.filter(email__in=(RAHMAT[1], SARI[1])).count() == 2
    again = admin.post(address, {"seal": seal})
    assert "Daftar sudah diterapkan" in again.content.decode()


def test_who_gives_themselves_a_role_by_a_list_stays_signed_in(cast, admin):
    """A session that ended would let no answer through: it writes a message there."""
    page = send(admin, csv_of((cast.admin.name, cast.admin.email, "", "", "", "programmer", "")))
    address, seal = page.redirect_chain[-1][0], page.context["checked"].seal

    response = admin.post(address, {"seal": seal}, follow=True)

    assert (response.status_code, response.redirect_chain) == (200, [(reverse("pengguna"), 302)])
    assert User.objects.get(pk=cast.admin.pk).holds(Role.PROGRAMMER, "website")
    assert set(AuditEntry.objects.values_list("address", flat=True)) == {"127.0.0.1"}


def test_wrong_lines_are_shown_and_cannot_be_applied(cast, admin):
    page = send(admin, csv_of(RAHMAT, ("", "a@", "1", "", "", "", "")))
    address = page.redirect_chain[0][0]

    told = words(read(page))
    wrong = read(admin.get(address, {"tampilan": "salah"}))
    refused = admin.post(address, {"seal": next(e.get("value") for e in select(read(page), "input[name=seal]"))})

    assert "1 baris perlu diperbaiki." in told
    assert "Terapkan" not in told
    assert [words(line)[:7] for line in select(wrong, "ol.lines li")] == ["Baris 3"]
    assert "Nama: Nama belum diisi." in words(wrong)
    assert refused.status_code == 422
    assert not User.objects.filter(email=RAHMAT[1]).exists()


def test_a_list_can_be_thrown_away(cast, admin):
    address = send(admin, csv_of(RAHMAT)).redirect_chain[0][0]

    admin.post(address, {"batal": "1"})

    assert not PeopleImport.objects.exists()
    assert admin.get(address).status_code == 404


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0", b"x" * (staff_lists.MOST_BYTES + 1)])
def test_a_file_that_is_none_is_refused_on_the_page(cast, admin, content):
    response = send(admin, content)

    assert response.status_code == 422
    assert "invalid-feedback" in response.content.decode()
    assert not PeopleImport.objects.exists()


def test_a_list_makes_nobody_administrator_whatever_its_columns_say(cast, admin):
    head = (*HEAD, "is_staff", "is_superuser", "administrator", "is_active", "password")
    content = csv_of((*RAHMAT, "1", "1", "ya", "1", "marawa-tiga-warna-7"), head=head)
    page = send(admin, content)
    seal = next(e.get("value") for e in select(read(page), "input[name=seal]"))

    admin.post(page.redirect_chain[0][0], {"seal": seal, "is_staff": "on", "by": "1", "created": "99"})

    made = User.objects.get(email=RAHMAT[1])
    assert (made.is_staff, made.is_superuser, made.has_usable_password()) == (False, False, False)
    assert PeopleImport.objects.get().created == 1


def test_what_a_list_says_is_shown_as_text(cast, admin):
    page = send(admin, csv_of(("<script>alert(1)</script>", "a@b.id", "", "<b>OPD</b>", "", "", "")))

    html = page.content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<b>OPD" not in html


# At the same time


def applied_by_whoever_looked_first(made, *, by, **wanted):
    """A deliberately bad build: looks whether the list was taken over, and does not claim it."""
    if PeopleImport.objects.get(pk=made.pk).applied_at:
        raise Conflict
    time.sleep(0.1)
    PeopleImport.objects.filter(pk=made.pk).update(applied_at=timezone.now())
    AuditEntry.objects.create(at=timezone.now(), event="pengguna-diimpor", by=by)
    return made


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("claims", [True, False])
def test_a_list_that_two_administrators_take_over_is_taken_over_once(cast, monkeypatch, claims):
    if not claims:
        monkeypatch.setattr(staff_imports, "_applied", applied_by_whoever_looked_first)
    made = kept(cast, RAHMAT, SARI)
    seal = staff_imports.check(made.rows, by=cast.admin).seal

    outcomes = at_once([lambda: apply(PeopleImport.objects.get(pk=made.pk), cast, seal=seal) for _ in range(4)])

    once = [type(outcome).__name__ for outcome in outcomes].count("PeopleImport") == 1
    assert once is claims
    assert (AuditEntry.objects.filter(event="pengguna-diimpor").count() == 1) is claims
    assert User.objects.filter(email__in=(RAHMAT[1], SARI[1])).count() == (2 if claims else 0)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_lists_with_the_same_person_make_one_account_and_no_half_list(cast):
    lists = [kept(cast, RAHMAT, (f"Orang {n}", f"orang-{n}@contoh.invalid", "", "", "", "", "")) for n in range(4)]

    outcomes = at_once([lambda made=made: apply(made, cast) for made in lists])

    taken = [outcome for outcome in outcomes if isinstance(outcome, PeopleImport)]
    assert all(isinstance(outcome, PeopleImport | Conflict) for outcome in outcomes), outcomes
    assert User.objects.filter(email=RAHMAT[1]).count() == 1
    assert User.objects.filter(email__startswith="orang-").count() == len(taken) >= 1
