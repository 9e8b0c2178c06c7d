"""A person's data is erased for good, or taken along whole; what they did in office stays (UU 27/2022, T35)."""

import io
import json
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from PIL import Image, UnidentifiedImageError

from sopdesk import patience
from tests.factories import person, png, report, upload, walk
from tests.pages import one, read, words
from tests.test_retention import DiesAt, Killed, broken, sound
from tickets import actions, audit, privacy, retention, takeout, uploads
from tickets.actions import Refused
from tickets.exports import exporting
from tickets.models import (
    Attachment,
    AuditEntry,
    EntryDetail,
    FileView,
    Letter,
    Notice,
    PeopleImport,
    RecoveryCode,
    RoleAssignment,
    Session,
    Signer,
    Ticket,
    User,
)
from tickets.patience import waits
from tickets.reports import issuing
from workflows import calendars
from workflows.models import CalendarChange, SopApproval
from workflows.roles import Role
from workflows.sop import END

pytestmark = pytest.mark.django_db

NAME, MAIL, NIP, PHONE = "Nurhayati Kanari", "nurhayati.kanari@contoh.invalid", "197601012005012009", "081299887766"
TITLED = f"Hj. {NAME}, S.K.M."
#: The same, as the office writes it.
SPACED_NIP, DASHED_PHONE, PHONE_FROM_ABROAD = "19760101 200501 2 009", "0812-9988-7766", "+62 812 9988 7766"
TITLE, TEXT, COMMENT, REASON = (
    "Judulkanari qxjzvkwq tidak terbuka",
    "Uraiankanari 4471",
    "Komentarkanari 5582",
    "Alasankanari 6693",
)
LINK, CONTACT, FILE_NAME = "https://sumbarprov.go.id/kanari/7704", "ext. 88154", "KTP kanari 9915.png"
PASSWORD, SECRET_KEY = "sandi rahasia kanari 2026", "11" * 20
TOLD = (NAME, TITLED, MAIL, NIP, PHONE, TITLE, TEXT, COMMENT, REASON, LINK, CONTACT, FILE_NAME)
CANARIES = (*TOLD, SPACED_NIP, DASHED_PHONE, PHONE_FROM_ABROAD)


def picture():
    """A picture whose bytes are found again: no other has this colour."""
    return SimpleUploadedFile(FILE_NAME, png(colour="#7a1fb3"), content_type="image/png")


@pytest.fixture
def leaver(cast, monkeypatch):
    """Somebody with an account and every trace that one leaves, who was Programmer once; deactivated, as on leaving."""
    monkeypatch.setattr("tickets.reports.completion.press", in_clear)
    someone = person(TITLED, unit=cast.dinkes, nip=NIP, phone=PHONE)
    User.objects.filter(pk=someone.pk).update(email=MAIL)
    someone.refresh_from_db()
    someone.set_password(PASSWORD)
    someone.save()
    leave_traces(someone, cast)
    User.objects.filter(pk=someone.pk).update(is_active=False)
    someone.refresh_from_db()
    return someone


def in_clear(template, data, *, at, images=None):
    """In place of typst: a paper in which everything that is printed can be found."""
    return json.dumps([template, data, at.isoformat()], sort_keys=True, ensure_ascii=False).encode()


def leave_traces(someone, cast):
    CalendarChange.objects.create(at=timezone.now(), reason=f"Diminta {NAME}")
    subko, developer = cast.holder(Role.SUB_KOORDINATOR), cast.holder(Role.WEB_DEVELOPER)
    aplikasi = cast.holder(Role.SUBKOORDINATOR_APLIKASI)
    someone.own = own = file_through_the_site(someone)
    reopened(someone, own, cast)
    # a paper about an own report
    someone.printed = walk(report("spj_online", by=someone, title=TITLE), cast, 2, 3, 4, 5, 6, 7, END)
    actions.confirm(someone.printed, by=someone)
    issuing.make_waiting()
    # an own report that follows another's, whose recap names it
    someone.main, follower = report("spj_online", by=cast.stranger), report("spj_online", by=someone, title=TITLE)
    actions.tie(follower, to=someone.main, by=aplikasi, run=follower.runs.get().pk)
    someone.main = walk(someone.main, cast, 2, 3)
    # filed in their name, with a way to reach them
    on_behalf = actions.OnBehalfOf(name=NAME, contact=CONTACT, account=someone, channel="telepon")
    report(by=subko, title=TITLE, on_behalf_of=on_behalf)
    # named on another's report, by others
    someone.others = others = walk(report(by=cast.stranger), cast, 2)
    actions.comment(others, by=cast.stranger, text=f"Sudah saya tanyakan kepada {NAME.upper()} ({MAIL}).")
    actions.comment(others, by=subko, text=f"Hubungi {PHONE}", internal=True)
    for written in (f"{NAME} SKM", SPACED_NIP, DASHED_PHONE, PHONE_FROM_ABROAD):
        actions.comment(others, by=cast.stranger, text=f"Yang menghubungi saya: {written}.")
    RoleAssignment.objects.create(
        user=someone, role=Role.WEB_DEVELOPER, procedure="website", starts_on=date(2020, 1, 1)
    )
    someone.__dict__.pop("assignments", None)  # read once per request
    actions.hand_over(others, to=someone, by=subko)
    actions.comment(others, by=someone, text="Sedang saya periksa.")
    actions.release(others, by=someone)
    run = others.runs.open().get()
    actions.hold(
        others,
        by=developer,
        run=run.pk,
        reason="lainnya",
        note=f"Menunggu {NAME}",
        until=a_working_day_soon(),
    )
    # around the account
    client = Client()
    client.force_login(someone)
    client.get("/", HTTP_USER_AGENT="Kanari")
    client.get(reverse("lampiran", args=[own.attachments.first().key])).getvalue()
    TOTPDevice.objects.create(user=someone, key=SECRET_KEY, name=MAIL)
    RecoveryCode.objects.create(person=someone, digest="d" * 64)
    Letter.objects.create(person=someone, kind=Letter.Kind.CHANGED, asked_at=timezone.now(), not_before=timezone.now())
    PeopleImport.objects.create(
        by=cast.admin, name="daftar.csv", rows=[{"nama": NAME, "nip": NIP}, {"nama": "Andi Putra"}]
    )
    Signer.objects.create(role=Role.SUB_KOORDINATOR, position="Sub Koordinator", name=f"{NAME}, S.Kom.", nip=NIP)
    SopApproval.objects.create(sop_key="website", name=f"{NAME}, S.Kom.", nip=NIP)
    LogEntry.objects.create(user=cast.admin, object_repr=NAME, action_flag=CHANGE, object_id=str(someone.pk))
    uploads.store(picture(), by=someone, documents=False)
    exported = exporting.ask("tiket", "csv", QueryDict("status=diproses"), by=subko, now=timezone.now())
    exporting.make(exported)
    audit.record(AuditEntry.Event.SIGNED_IN, by=someone, about=someone)


def a_working_day_soon():
    """The next day that is worked: a hold may not be long."""
    calendar = calendars.current()
    return timezone.localdate(calendar.close_of_nth_day(timezone.now(), 1))


def file_through_the_site(someone):
    """A report as a browser sends it, with a picture that was uploaded first."""
    key = uploads.store(picture(), by=someone, documents=False).key
    answers = {"bukti_masalah": {"tangkapan_layar": [key], "tautan": LINK}}
    ticket = report(by=someone, title=TITLE, answers=answers, page_url=LINK)
    Ticket.objects.filter(pk=ticket.pk)
    actions.comment(
        ticket, by=someone, text=f"{COMMENT} {TEXT}", files=[uploads.store(picture(), by=someone, documents=False).key]
    )
    return ticket


def reopened(someone, ticket, cast):
    walk(ticket, cast, 2, 9, END, penyebab="tanpa_perbaikan")
    actions.reopen(ticket, by=someone, reason=REASON)


def found(settings, *canaries):
    """Where canaries stand: in any column of any table, in the search index, in any file by its name or content."""
    wanted = {canary.lower() for canary in canaries}
    hits = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                hits |= {(table, canary) for canary in wanted if canary in _readable(row)}
        if connection.vendor == "sqlite":
            for canary in wanted:
                cursor.execute("SELECT count(*) FROM tickets_search WHERE tickets_search MATCH %s", [f'"{canary}"'])
                if cursor.fetchone()[0]:
                    hits.add(("the search index", canary))
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        if path.is_file():
            content = path.read_bytes().decode("latin-1").lower()
            hits |= {("a file", canary) for canary in wanted if canary in content}
    return hits


def _readable(row):
    return " ".join(value if isinstance(value, str) else json.dumps(value, default=str) for value in row).lower()


def left_in_the_index():
    """Letters of the title that the search index still holds, be they marked as gone."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT block FROM tickets_search_data")
        blocks = b"".join(block for (block,) in cursor.fetchall())
    return [letters for letters in (b"xjz", b"jzv", b"zvk", b"vkw") if letters in blocks]


def prints_of(settings):
    """The digests of all pictures on disk that show the canary's colour."""
    return [path for path in Path(storages["private"].location).rglob("*") if path.is_file() and is_canary(path)]


def is_canary(path):
    try:
        with Image.open(path) as image:
            red, green, blue = image.convert("RGB").getpixel((1, 1))
    except UnidentifiedImageError:
        return False
    return abs(red - 0x7A) < 12 and abs(green - 0x1F) < 12 and abs(blue - 0xB3) < 12


# Erased


def test_after_the_erasure_nothing_of_a_person_is_found_anywhere(cast, leaver, settings):
    before = {canary for _, canary in found(settings, *CANARIES)}
    assert before == {canary.lower() for canary in CANARIES}
    assert len(prints_of(settings)) >= 5
    assert left_in_the_index() or connection.vendor != "sqlite"

    privacy.erase(leaver, by=cast.admin)

    assert (found(settings, *CANARIES), left_in_the_index()) == (set(), [])
    assert (prints_of(settings), broken(settings), sound()) == ([], [], [])
    for command in ("verify_history", "verify_limits", "verify_figures", "verify_documents"):
        call_command(command)


@pytest.mark.parametrize("spared", ["_forget_texts", "_forget_elsewhere", "_become_a_placeholder"])
def test_an_erasure_that_spares_something_is_caught(cast, leaver, settings, monkeypatch, spared):
    """Negative control."""
    monkeypatch.setattr(privacy, spared, lambda *args: None)

    privacy.erase(leaver, by=cast.admin)

    assert found(settings, *CANARIES)


def test_what_somebody_is_named_by_takes_no_other_peoples_texts_along(cast):
    """A name of one word and a way to reach somebody that says nothing, as people type them, stand in any text."""
    budi = person("Budi", phone="0812")
    theirs = actions.OnBehalfOf(name="Budi", contact="kantor", account=budi, channel="telepon")
    report(by=cast.holder(Role.SUB_KOORDINATOR), on_behalf_of=theirs)
    other = report(by=cast.stranger)
    actions.comment(other, by=cast.stranger, text="Kantor kami dan Pak Budi lain; ruang 0812.")
    LogEntry.objects.create(user=cast.admin, object_repr="Budi", action_flag=CHANGE)
    signer = Signer.objects.create(role=Role.SUB_KOORDINATOR, position="Sub Koordinator", name="Budi Santoso, S.T.")
    User.objects.filter(pk=budi.pk).update(is_active=False)

    privacy.erase(budi, by=cast.admin)

    assert other.entries.get(action="comment").detail.body["text"].startswith("Kantor kami dan Pak Budi")
    assert (LogEntry.objects.exists(), Signer.objects.get()) == (False, signer)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Siti Rahmah Kanari, S.K.M.", "Siti Rahmah Kanari"),
        ("Ir. H. Abdul Kanari, M.T., IPM", "Abdul Kanari"),
        ("Drs.H.Abdul Kanari", "Abdul Kanari"),
        ("dr Dra. Hj Irma Kanari", "Irma Kanari"),
        ("Irwan Hjalmar Drajat", "Irwan Hjalmar Drajat"),
    ],
)
def test_somebody_is_found_by_the_name_without_its_titles(name, bare):
    traces = privacy.Traces(person(name, nip=NIP))

    found = [text for text in (name, bare.upper(), f"{bare} SKM", f"({bare})", f"{bare}a") if traces.names(text)]

    assert found == [name, bare.upper(), f"{bare} SKM", f"({bare})"]


@pytest.mark.parametrize(
    "phone", [PHONE, DASHED_PHONE, PHONE_FROM_ABROAD, "6281299887766", "WA 0812 9988 7766 (siang)"]
)
def test_somebody_is_found_by_their_numbers_in_whichever_way_they_are_written(phone):
    traces = privacy.Traces(person(NAME, nip=NIP, phone=phone))
    same = [NIP, SPACED_NIP, "19760101.200501.2.009", PHONE, DASHED_PHONE, PHONE_FROM_ABROAD, "(0812) 99.88.77.66"]
    others = ["19760101 200501 2 0091", "1976-01-01", f"1{PHONE}", f"{PHONE}1", "8129988"]

    assert [text for text in [*same, *others] if traces.names(f"HP/NIP {text}.")] == same


def test_a_former_name_goes_where_somebody_was_handed_a_task_or_left_it(cast):
    subko, fajar = cast.holder(Role.SUB_KOORDINATOR), cast.holder(Role.PROGRAMMER)
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
    actions.hand_over(ticket, to=fajar, by=subko)
    User.objects.filter(pk=fajar.pk).update(is_active=False)
    actions.relieve(ticket.runs.open().get(), to=None, by=cast.admin)
    former = fajar.name
    User.objects.filter(pk=fajar.pk).update(name="Nama Yang Baru")

    privacy.erase(User.objects.get(pk=fajar.pk), by=cast.admin)

    assert former not in str(list(EntryDetail.objects.filter(entry__ticket=ticket).values_list("body", flat=True)))


def test_what_is_written_down_of_an_erasure_counts_no_security_incident(cast, leaver):
    before = Ticket.objects.filter(reporter=leaver).count()
    actions.restrict(leaver.own, by=cast.holder(Role.SUB_KOORDINATOR), reason="Peretasan")

    privacy.erase(leaver, by=cast.admin)

    facts = AuditEntry.objects.get(event=AuditEntry.Event.PERSON_ERASED).facts
    texts = EntryDetail.objects.exclude(erased_at=None).exclude(entry__ticket=leaver.own).count()
    files = Attachment.objects.exclude(erased_at=None).exclude(ticket=leaver.own).count()
    assert facts == {"reports": before - 1, "texts": texts, "files": files}
    assert Attachment.objects.exclude(erased_at=None).filter(ticket=leaver.own).exists()


def test_a_name_that_only_looks_alike_is_let_be(cast, leaver, settings):
    ticket = report(by=cast.stranger)
    actions.comment(ticket, by=cast.stranger, text=f"{NAME}ti dan Nurhayati lain, 1{PHONE}")

    privacy.erase(leaver, by=cast.admin)

    assert ticket.entries.get(action="comment").detail.body["text"].startswith(f"{NAME}ti")


def test_what_was_done_in_office_stays_under_a_placeholder(cast, leaver, client_of):
    acts = list(leaver.others.entries.filter(by=leaver).values_list("action", "at", "hash"))

    privacy.erase(leaver, by=cast.admin)

    leaver.refresh_from_db()
    assert list(leaver.others.entries.filter(by=leaver).values_list("action", "at", "hash")) == acts
    assert (leaver.name, leaver.email, leaver.nip, leaver.phone, leaver.unit, leaver.is_active) == (
        f"Pengguna dihapus {leaver.pk}",
        f"dihapus-{leaver.pk}@dihapus.invalid",
        None,
        "",
        None,
        False,
    )
    page = words(one(read(client_of(cast.holder(Role.SUB_KOORDINATOR)).get(leaver.others.get_absolute_url())), "main"))
    assert f"Pengguna dihapus {leaver.pk}" in page
    assert "Sedang saya periksa." in page
    own = words(one(read(client_of(cast.holder(Role.SUB_KOORDINATOR)).get(leaver.own.get_absolute_url())), "main"))
    assert "Judul sudah dihapus" in own
    assert "Berkas dihapus pada" in own


def test_nobody_gets_in_as_a_person_who_was_erased(cast, leaver):
    privacy.erase(leaver, by=cast.admin)

    assert not Session.objects.filter(person=leaver).exists()
    assert not any(m.objects.filter(person=leaver).exists() for m in (RecoveryCode, Letter, Notice))
    assert not TOTPDevice.objects.filter(user=leaver).exists()
    leaver.refresh_from_db()
    assert not leaver.has_usable_password()
    assert not RoleAssignment.objects.active_on(date(2099, 1, 1)).filter(user=leaver).exists()


def test_the_work_on_an_open_report_goes_on(cast, leaver):
    """The evidence is gone, but that there was some is known: no row asks for it anew."""
    ticket = Ticket.objects.get(pk=leaver.own.pk)
    assert ticket.is_open

    privacy.erase(leaver, by=cast.admin)

    ticket = walk(Ticket.objects.get(pk=ticket.pk), cast, 3, 4, penyebab="coding")
    assert ticket.step.no == 4
    assert ticket.given["bukti_masalah"]["tautan"] == "https://sumbarprov.go.id/"


def test_killed_at_any_statement_all_of_it_is_there_or_none(cast, leaver, settings):
    """The files go last; cut off between, it is done again."""
    texts = EntryDetail.objects.exclude(body={}).count()
    with pytest.raises(Killed), connection.execute_wrapper(DiesAt(40)):
        privacy.erase(leaver, by=cast.admin)
    leaver.refresh_from_db()
    assert (leaver.name, EntryDetail.objects.exclude(body={}).count()) == (TITLED, texts)

    deleted = []

    def dies(self, name):
        deleted.append(name)
        if len(deleted) == 3:
            raise Killed
        (Path(settings.MEDIA_ROOT) / name).unlink(missing_ok=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tickets.storage.DurableFileStorage.delete", dies)
        with pytest.raises(Killed):
            privacy.erase(leaver, by=cast.admin)
    leaver.refresh_from_db()
    assert (leaver.name, broken(settings)) == (TITLED, [])

    privacy.erase(leaver, by=cast.admin)

    assert (found(settings, *CANARIES), prints_of(settings), broken(settings)) == (set(), [], [])


# What stands in the way


def test_an_active_person_oneself_and_who_is_erased_already_are_refused(cast, leaver, client_of):
    client = client_of(cast.admin)
    said = {}
    for who in (cast.stranger, cast.admin, leaver):
        if who == leaver:
            privacy.erase(leaver, by=cast.admin)
        response = client.post(reverse("pengguna-hapus-data", args=[who.pk]), {"name": who.name})
        said[who.name] = (response.status_code, words(one(page_of(response), "main")))

    assert {status for status, _ in said.values()} == {409}
    assert "masih aktif" in said[cast.stranger.name][1]
    assert "administrator lain" in said[cast.admin.name][1]
    assert "sudah dihapus" in said[leaver.name][1]


def page_of(response):
    response.status_code = 200
    return read(response)


def test_a_ticket_on_hold_blocks_all_of_it_and_is_named(cast, leaver, client_of, settings):
    retention.place_hold(leaver.own, by=cast.holder(Role.SUB_KOORDINATOR), reason="Pemeriksaan")
    before = found(settings, *CANARIES)
    client, address = client_of(cast.admin), reverse("pengguna-hapus-data", args=[leaver.pk])

    page = words(one(read(client.get(address)), "main"))
    response = client.post(address, {"name": TITLED})

    assert f"Data {leaver.own.number} sedang ditahan." in page
    assert "perlu mencabut penahanannya dahulu" in page
    assert (response.status_code, found(settings, *CANARIES)) == (409, before)


@pytest.mark.parametrize("noted", [Notice, FileView])
def test_a_hold_keeps_that_somebody_was_told_or_saw_a_file_and_blocks_until_it_is_lifted(cast, client_of, noted):
    subko, programmer, ticket = (
        cast.holder(Role.SUB_KOORDINATOR),
        cast.holder(Role.PROGRAMMER),
        report(by=cast.reporter),
    )
    FileView.objects.create(
        at=timezone.now(), person=programmer, attachment=ticket.attachments.get(), address="10.20.30.40"
    )
    Notice.objects.filter(person=programmer).delete()
    if noted is Notice:
        FileView.objects.all().delete()
        Notice.objects.filter(ticket=ticket, person=subko).update(person=programmer)
    User.objects.filter(pk=programmer.pk).update(is_active=False)
    retention.place_hold(ticket, by=subko, reason="Pemeriksaan")
    before = list(noted.objects.filter(person=programmer).values())
    page = words(one(read(client_of(cast.admin).get(reverse("pengguna-hapus-data", args=[programmer.pk]))), "main"))

    with pytest.raises(Refused, match="ditahan"):
        privacy.erase(programmer, by=cast.admin)
    kept = list(noted.objects.filter(person=programmer).values())
    retention.lift_hold(ticket, by=subko)
    privacy.erase(programmer, by=cast.admin)

    assert f"Data {ticket.number} sedang ditahan." in page
    assert (bool(before), kept) == (True, before)
    assert not Notice.objects.filter(person=programmer).exists()
    assert not FileView.objects.exclude(address=None).exists()


def test_a_hold_that_names_the_person_blocks_too_until_it_is_lifted(cast, leaver, settings):
    subko, ticket = cast.holder(Role.SUB_KOORDINATOR), report(by=cast.stranger)
    retention.place_hold(ticket, by=subko, reason=f"Pemeriksaan atas {NAME}")
    with pytest.raises(Refused, match="ditahan"):
        privacy.erase(leaver, by=cast.admin)

    retention.lift_hold(ticket, by=subko)
    privacy.erase(leaver, by=cast.admin)

    assert found(settings, *CANARIES) == set()


def test_a_hold_on_a_security_incident_blocks_without_naming_it(cast, leaver, client_of):
    subko = cast.holder(Role.SUB_KOORDINATOR)
    actions.restrict(leaver.own, by=subko, reason="Peretasan")
    retention.place_hold(leaver.own, by=subko, reason="Pemeriksaan")

    page = words(one(read(client_of(cast.admin).get(reverse("pengguna-hapus-data", args=[leaver.pk]))), "main"))

    assert leaver.own.number not in page
    assert "Sebagian datanya sedang ditahan." in page


# The page


def test_the_page_says_what_goes_asks_for_the_name_and_then_erases(cast, leaver, client_of, settings):
    client, address = client_of(cast.admin), reverse("pengguna-hapus-data", args=[leaver.pk])

    page = words(one(read(client.get(address)), "main"))
    wrong = client.post(address, {"name": "Nurhayati"})
    there = bool(found(settings, NAME))
    done = client.post(address, {"name": TITLED.lower()})

    assert "tidak dapat dibatalkan" in page
    assert leaver.others.number in page
    assert (wrong.status_code, there, done.status_code, found(settings, NAME)) == (422, True, 302, set())
    entry = AuditEntry.objects.get(event=AuditEntry.Event.PERSON_ERASED)
    assert (entry.by, entry.about, set(entry.facts)) == (cast.admin, leaver, {"reports", "texts", "files"})


def test_only_administrators_open_it(cast, leaver, client_of):
    addresses = [reverse(name, args=[leaver.pk]) for name in ("pengguna-hapus-data", "pengguna-data")]

    statuses = {client_of(who).get(a).status_code for who in cast.everybody if who != cast.admin for a in addresses}

    assert statuses == {403}


# Taken along


def archive(response):
    return zipfile.ZipFile(io.BytesIO(response.getvalue()))


def test_one_takes_along_everything_of_oneself_and_nothing_of_others(cast, leaver, client_of):
    User.objects.filter(pk=leaver.pk).update(is_active=True)
    RoleAssignment.objects.filter(user=leaver).update(ends_on=date(2020, 1, 2))
    secret = report(by=leaver, title="Laporan yang menjadi insiden")
    actions.restrict(secret, by=cast.holder(Role.SUB_KOORDINATOR), reason="Peretasan")
    actions.comment(leaver.own, by=cast.holder(Role.SUB_KOORDINATOR), text="Catatan di antara kami", internal=True)
    FileView.objects.create(
        at=timezone.now(), person=cast.holder(Role.SUB_KOORDINATOR), attachment=leaver.own.attachments.first()
    )

    zipped = archive(client_of(User.objects.get(pk=leaver.pk)).post(reverse("profil-data")))

    text = zipped.read("data.json").decode()
    told = json.loads(text)
    assert [canary for canary in TOLD if canary not in text and canary not in (TEXT, FILE_NAME)] == []
    assert told["profil"]["nip"] == NIP
    assert {view["oleh"] for view in told["yang_melihat_berkas"]} >= {"Budi Santoso"}
    for hidden in (
        "Catatan di antara kami",
        secret.number,
        "Laporan yang menjadi insiden",
        "Peretasan",
        PASSWORD,
        SECRET_KEY,
    ):
        assert hidden not in text
    files = [name for name in zipped.namelist() if name.startswith("berkas/")]
    own = Attachment.objects.filter(uploaded_by=leaver).exclude(ticket=secret)
    assert len(files) == len(set(files)) >= own.count()
    assert zipped.testzip() is None
    assert AuditEntry.objects.filter(event=AuditEntry.Event.DATA_EXPORTED, by=leaver, about=leaver).count() == 1


def test_it_is_made_once_in_five_minutes_and_then_again(cast, client_of):
    client = client_of(cast.reporter)

    def ask():
        response = client.post("/profil/data/")
        if response.streaming:
            response.getvalue()
        return response.status_code

    statuses = [ask(), ask()]
    AuditEntry.objects.all().delete()

    assert [*statuses, ask()] == [200, 429, 200]


def test_an_administrator_makes_it_for_somebody_who_asked(cast, client_of):
    ticket = report(by=cast.reporter)

    zipped = archive(client_of(cast.admin).post(reverse("pengguna-data", args=[cast.reporter.pk])))

    assert ticket.number in zipped.read("data.json").decode()
    entry = AuditEntry.objects.get(event=AuditEntry.Event.DATA_EXPORTED)
    assert (entry.by, entry.about) == (cast.admin, cast.reporter)
    view = FileView.objects.get()  # there was one file in it
    assert (view.person, view.attachment.ticket, view.address) == (cast.admin, ticket, "127.0.0.1")


def test_an_administrator_learns_of_no_incident_by_what_a_colleague_takes_along(cast, client_of):
    """What the colleague may know, they take along themselves."""
    subko = cast.holder(Role.SUB_KOORDINATOR)
    ticket = walk(report(by=cast.reporter), cast, 2)
    actions.comment(ticket, by=subko, text="Peladen disusupi", files=[upload(subko)])
    before = archive(client_of(cast.admin).post(reverse("pengguna-data", args=[subko.pk])))
    AuditEntry.objects.all().delete()
    actions.restrict(ticket, by=subko, reason="Peretasan")

    admins = archive(client_of(cast.admin).post(reverse("pengguna-data", args=[subko.pk])))
    AuditEntry.objects.all().delete()
    own = archive(client_of(subko).post(reverse("profil-data")))

    told = admins.read("data.json").decode()
    assert [len(zipped.namelist()) for zipped in (before, admins, own)] == [2, 1, 2]
    assert [word for word in (ticket.number, "disusupi", "Peretasan") if word in told] == []
    assert {notice["ticket__number"] for notice in json.loads(told)["pemberitahuan"]} <= {None}
    assert ticket.number in own.read("data.json").decode()


def test_a_file_that_is_missing_on_disk_stops_nothing(cast):
    ticket = report(by=cast.reporter)
    file = ticket.attachments.get().file
    file.storage.delete(file.name)

    with takeout.export_of(cast.reporter, reader=cast.reporter) as made, zipfile.ZipFile(made) as zipped:
        assert zipped.namelist() == ["data.json"]


def test_what_others_wrote_for_the_office_is_not_taken_along_by_who_had_a_role(cast):
    subko = cast.holder(Role.SUB_KOORDINATOR)
    ticket = report(by=subko)
    actions.comment(ticket, by=cast.holder(Role.WEB_DEVELOPER), text="Di antara kami", internal=True)
    upload(subko)

    told = json.dumps(takeout.facts_of(subko, reader=subko), default=str)

    assert ticket.number in told
    assert "Di antara kami" not in told


# Among very many acts


@pytest.mark.postgres
def test_the_search_for_a_name_may_take_longer_than_an_answer_may(monkeypatch):
    monkeypatch.setattr(patience, "READING", 0.1)
    asks = connection.get_connection_params() | {"autocommit": True}
    with closing(patience.Connection.connect(**asks)) as impatient:
        of_a_page = SimpleNamespace(vendor="postgresql", connection=impatient, ensure_connection=lambda: None)
        monkeypatch.setattr("tickets.patience.connection", of_a_page)

        with waits(seconds=5):
            assert impatient.execute("SELECT pg_sleep(0.3)").fetchone()
        with pytest.raises(psycopg.OperationalError, match="in time"):
            impatient.execute("SELECT pg_sleep(0.3)")
