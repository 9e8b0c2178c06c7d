"""Fifty canaries fly through everything people do; none is seen in a log, a queue, the outbox, a temporary file, the
audit trail or an error page (RELIABILITY T34)."""

import logging
import tempfile
from uuid import uuid4

import pytest
from celery.signals import before_task_publish
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from sopdesk.logs import JsonLine, KnowsItsRequest, Line, TellsNoValues
from tests.factories import person, png, report, walk
from tickets import actions, searching, tasks
from tickets.exports import exporting, lists
from tickets.models import Document, Notice
from tickets.notifications import letters, outbox
from tickets.reports import completion, issuing
from tickets.sessions import SessionStore
from workflows.roles import Role
from workflows.sop import END

pytestmark = pytest.mark.django_db

NIKS = [f"13710141{70 + n}88000{n}" for n in range(10)]
NIPS = [f"19760{n}1020050120{n}{n}" for n in range(1, 10)] + ["197612312005011299"]
PHONES = [f"0812-6677-40{n}{n}" for n in range(10)]
PASSWORDS = [f"Sandi-Kanari-{n}-terbang" for n in range(6)]
CODES = ["718293", "AAAA-BBBB-CCCC-7Q7Q"]
TEXTS = [f"kalimatkanari{n}" for n in range(100, 112)]
CANARIES = [*NIKS, *NIPS, *PHONES, *PASSWORDS, *CODES, *TEXTS]

#: Beside the record itself, what may hold nothing of it.
TABLES = ("tickets_notice", "tickets_letter", "tickets_auditentry", "tickets_attempts", "tickets_heartbeat")
ERRORS = (400, 403, 404, 405, 500)


class Watch:
    """Gathers what leaves the record: every log line as it is written, messages of the queue, error pages."""

    def __init__(self, folder):
        self.folder = folder
        self.lines, self.messages, self.pages, self.keys = [], [], [], set()

    def hits(self):
        """Each place with the canaries that were seen there."""
        places = {
            "log": self.lines,
            "queue": self.messages,
            "error page": self.pages,
            "temporary file": [_content(path) for path in self.folder.rglob("*")],
            **{table: _rows_of(table) for table in TABLES},
            "document error": Document.objects.values_list("error", flat=True),
        }
        wanted = {*CANARIES, *self.keys}
        return {
            place: seen for place, told in places.items() if (seen := {c for c in wanted for text in told if c in text})
        }


def _content(path):
    return f"{path.name} {path.read_bytes().decode('latin-1') if path.is_file() else ''}"


def _rows_of(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return [str(row) for row in cursor.fetchall()]


class _Handler(logging.Handler):
    """Writes as the service does, in both of its formats."""

    def __init__(self, lines):
        super().__init__(level=logging.DEBUG)
        self.lines = lines
        self.formats = (Line("{levelname} {name}: {message}", style="{"), JsonLine())
        self.addFilter(KnowsItsRequest())
        self.addFilter(TellsNoValues())

    def emit(self, record):
        for formatter in self.formats:
            record.exc_text = None  # each formats what failed anew
            self.lines.append(formatter.format(record))


@pytest.fixture
def watch(tmp_path, settings, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)
    seen = Watch(folder)
    handler, root = _Handler(seen.lines), logging.getLogger()
    requests = logging.getLogger("sopdesk.request")
    level = requests.level
    requests.setLevel(logging.INFO)
    root.addHandler(handler)

    def published(body=None, headers=None, **signal):
        seen.messages.append(f"{body} {headers}")

    before_task_publish.connect(published)
    yield seen
    before_task_publish.disconnect(published)
    root.removeHandler(handler)
    requests.setLevel(level)


@pytest.fixture
def mail_is_down(settings):
    """There is a mail server in the settings, and nobody answers."""
    settings.MAIL_ENABLED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    settings.DEFAULT_FROM_EMAIL = "sopdesk@contoh.invalid"


@pytest.fixture
def browser(watch):
    """A browser whose error pages are watched, as is the key of its session."""

    def of(someone=None, **options):
        client = Client(raise_request_exception=False, **options)
        if someone:
            client.force_login(someone)
            watch.keys.add(client.session.session_key)
        ask = client.request

        def request(**environ):
            response = ask(**environ)
            if response.status_code in ERRORS and not response.streaming:
                watch.pages.append(response.content.decode(errors="replace"))
            return response

        client.request = request
        return client

    return of


# The flows. Each takes the cast and `browser`, and lets its canaries fly


def signing_in(cast, browser):
    someone = person("Nadia Kolega", nip=NIPS[0], phone=PHONES[0])
    someone.set_password(PASSWORDS[0])
    someone.save()
    client = browser()
    client.post("/masuk/", {"username": NIPS[0], "password": PASSWORDS[0]})
    client.post("/keluar/")
    for name, password in ((someone.email, PASSWORDS[1]), (NIPS[1], PASSWORDS[2]), (NIKS[0], PASSWORDS[0])):
        for _ in range(12):  # until it is too often
            client.post("/masuk/", {"username": name, "password": password})
    client.post("/sandi/lupa/", {"username": NIPS[0]})
    client.post("/sandi/lupa/", {"username": NIPS[2]})


def second_factor_and_passwords(cast, browser):
    someone = person("Rahmat Kolega", phone=PHONES[1])
    someone.set_password(PASSWORDS[3])
    someone.save()
    client = browser(someone)
    client.get("/profil/verifikasi/aktifkan/")
    client.post("/profil/verifikasi/aktifkan/", {"password": PASSWORDS[3], "code": CODES[0]})
    client.post("/masuk/kode/", {"code": CODES[0]})
    client.post("/masuk/kode/", {"recovery": CODES[1]})
    new = {"old_password": PASSWORDS[3], "new_password1": PASSWORDS[4], "new_password2": PASSWORDS[5]}
    client.post("/sandi/ubah/", new)
    client.post("/profil/ubah/", {"name": "Rahmat Kolega", "phone": PHONES[2]})
    client.get(f"/sandi/baru/MQ/{TEXTS[0]}-{PASSWORDS[4]}/")


def reporting(cast, browser):
    client = browser(cast.reporter)
    body = {
        "procedure": "website",
        "title": f"{TEXTS[1]} {NIKS[1]}",
        "description": f"{TEXTS[2]} NIK {NIKS[2]} NIP {NIPS[3]} HP {PHONES[3]}",
        "page_url": f"https://sumbarprov.go.id/{TEXTS[3]}",
        "impact": "satu",
        "token": str(uuid4()),
        "bukti_masalah-tautan": f"https://sumbarprov.go.id/{NIKS[3]}",
    }
    client.post("/laporan/baru/", body)
    client.post("/laporan/baru/", {**body, "title": "", "token": "bukan"})
    for name in (f"../../{TEXTS[4]} {NIKS[4]}.png", f"{PHONES[4]}\r\nX: 1.png"):
        client.post("/lampiran/", {"berkas": SimpleUploadedFile(name, png(), "image/png")})
    client.post("/lampiran/", {"berkas": SimpleUploadedFile(f"{TEXTS[4]}.exe", NIKS[4].encode(), "image/png")})
    client.post("/lampiran/", {"berkas": SimpleUploadedFile("besar.png", b"\x89PNG" + NIKS[4].encode() * 300_000)})


def working(cast, browser):
    ticket = report(by=cast.reporter, title=f"Laporan {TEXTS[5]}")
    subko, developer = cast.holder(Role.SUB_KOORDINATOR), cast.holder(Role.WEB_DEVELOPER)
    address = ticket.get_absolute_url()
    browser(cast.reporter).post(f"{address}komentar/", {"text": f"{TEXTS[6]} {NIKS[5]} {PHONES[5]}"})
    browser(subko).post(f"{address}komentar/", {"text": f"Internal {NIPS[4]}", "internal": "on"})
    ticket = walk(ticket, cast, 2)
    run = ticket.runs.open().get().pk
    client = browser(developer)
    client.post(f"{address}tunda/", {"run": run, "reason": "lainnya", "note": NIKS[6], "until": "2099-01-01"})
    client.post(f"{address}selesaikan/", {"run": run, "arrow": "3", "reason": f"{TEXTS[7]} {PHONES[6]}"})
    browser(subko).post(f"{address}serahkan/", {"person": NIPS[5]})
    browser(subko).post(f"{address}tahan-data/", {"reason": f"{TEXTS[7]} {NIPS[5]}"})
    done = walk(report("spj_online", by=cast.reporter, title=TEXTS[8]), cast, 2, 3, 4, 5, 6, 7, END)
    browser(cast.reporter).post(f"{done.get_absolute_url()}buka-kembali/", {"reason": f"Masih galat {NIKS[7]}"})
    browser(subko).post(f"{address}insiden/", {"reason": f"{TEXTS[8]} {NIPS[6]}"})


def administering(cast, browser):
    client = browser(cast.admin)
    rows = f"nama;surel;nip;telepon\nNur;nur@contoh.invalid;{NIPS[7]};{PHONES[7]}\nSalah;bukan surel;{NIKS[8]};x\n"
    client.post("/pengguna/impor/", {"file": SimpleUploadedFile("daftar.csv", rows.encode())})
    client.post("/pengguna/impor/", {"file": SimpleUploadedFile("daftar.xlsx", b"PK\x03\x04" + NIPS[7].encode())})
    client.post("/pengguna/baru/", {"name": "Nur", "email": "n@contoh.invalid", "nip": NIPS[8], "phone": PHONES[8]})
    client.get("/jejak-audit/", {"orang": TEXTS[9]})
    client.get("/siapa-melihat/", {"orang": TEXTS[9], "tiket": NIKS[8]})
    exported = exporting.ask("tiket", "csv", QueryDict(), by=cast.holder(Role.SUB_KOORDINATOR), now=timezone.now())
    exporting.make(exported)


def failing(cast, browser):
    """Everything that can be answered with an error, canaries in the address, the query and the body."""
    client = browser(cast.reporter)
    client.get(f"/tidak-ada/{TEXTS[9]}/{NIKS[9]}/", {"q": PHONES[9]})
    client.get(f"/lampiran/{TEXTS[10]}/")
    client.get(f"/periksa/{TEXTS[10]}/")
    client.get(f"/lacak/{TEXTS[10]}/")
    client.put("/tiket/", data=TEXTS[11])
    client.get("/tiket/", {"cari": f"{TEXTS[11]}\0", "page": NIPS[9]})
    client.get("/pengguna/", {"cari": NIPS[9]})
    browser(cast.holder(Role.SUB_KOORDINATOR)).post("/unduhan/", {"isi": TEXTS[11], "bentuk": NIPS[9]})
    browser(cast.reporter, enforce_csrf_checks=True).post("/laporan/baru/", {"title": TEXTS[11]})
    client.cookies["sessionid"] = TEXTS[11]
    client.get("/")
    client.generic("POST", "/masuk/", b"\xff" + TEXTS[11].encode(), content_type="application/x-www-form-urlencoded")


FLOWS = (signing_in, second_factor_and_passwords, reporting, working, administering, failing)


def breaking_down(cast, browser, monkeypatch):
    """Pages and workers fail with errors that quote what they were about."""

    def fail(*args, **kwargs):
        raise ValueError(f"value too long: {TEXTS[0]} {NIKS[0]} {PASSWORDS[0]}")

    done = walk(report("spj_online", by=cast.reporter), cast, 2, 3, 4, 5, 6, 7, END)
    actions.confirm(done, by=cast.reporter)
    with monkeypatch.context() as broken:
        broken.setattr(searching, "matching", fail)
        broken.setattr(completion, "inputs", fail)
        broken.setattr(lists, "listing", fail)
        status = browser(cast.reporter).get("/tiket/", {"cari": TEXTS[0]}).status_code
        issuing.make_waiting()
    subko = cast.holder(Role.SUB_KOORDINATOR)
    exported = exporting.ask("tiket", "xlsx", QueryDict(), by=subko, now=timezone.now())
    with monkeypatch.context() as broken:
        broken.setattr(exporting, "_write", fail)
        exporting.make(exported)
    with monkeypatch.context() as broken:
        broken.setattr(tasks.throttle, "clear", fail)
        tasks.tidy_access.apply()
    assert status == 500
    assert (Document.objects.get().error, exported.error) == ("ValueError", "ValueError")


def fly(cast, browser, monkeypatch):
    for flow in FLOWS:
        flow(cast, browser)
    breaking_down(cast, browser, monkeypatch)
    outbox.deliver()
    letters.deliver()
    for task in (tasks.sweep, tasks.deliver, tasks.make_papers, tasks.make_exports, tasks.retain):
        task()
        task.apply_async(expires=60)


@pytest.mark.usefixtures("mail_is_down")
def test_no_canary_is_seen_outside_the_record(cast, watch, browser, monkeypatch):
    fly(cast, browser, monkeypatch)

    assert watch.hits() == {}
    record = " ".join(" ".join(_rows_of(table)) for table in ("tickets_ticket", "tickets_entrydetail", "tickets_user"))
    flown = {canary for canary in CANARIES if canary in record}
    assert len(CANARIES) == 50
    assert len(flown) >= 15  # they did reach the record
    assert {len(watch.lines) > 10, len(watch.messages) == 5, len(watch.pages) >= 8} == {True}
    assert Notice.objects.filter(attempts__gt=0).exists()  # the mail was tried, and failed


# Negative control: a leak of each kind is seen


def _log_a_title(watch, cast):
    logging.getLogger("sopdesk.files").warning("cannot open %s", TEXTS[0])


def _log_a_failure_in_djangos_format(watch, cast):
    class Talkative(Line):
        formatException = logging.Formatter.formatException  # noqa: N815  # logging's own name

    [handler] = [handler for handler in logging.getLogger().handlers if isinstance(handler, _Handler)]
    handler.formats = (Talkative("{message}", style="{"),)
    try:
        raise ValueError(NIKS[0])
    except ValueError:
        logging.getLogger("sopdesk.exports").exception("failed")


def _let_celery_tell_of_a_failed_task(watch, cast):
    [handler] = [handler for handler in logging.getLogger().handlers if isinstance(handler, _Handler)]
    handler.filters = [KnowsItsRequest()]
    error = {"name": "tests.fail", "exc": f"ValueError({NIKS[0]!r})"}
    told = {"name": "celery.app.trace", "msg": "Task %(name)s raised: %(exc)s", "args": error, "data": error}
    handler.handle(logging.makeLogRecord(told))


def _send_a_text_to_a_task(watch, cast):
    tasks.retain.apply_async(headers={"x": PHONES[0]})


def _keep_a_mail_in_the_outbox(watch, cast):
    report(by=cast.reporter)
    Notice.objects.update(error=f"550 {TEXTS[1]}")


def _leave_a_file_behind(watch, cast):
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(NIPS[0].encode())


def _repeat_the_address_on_an_error_page(watch, cast):
    watch.pages.append(f"Tidak ada /{TEXTS[2]}/")


def _write_a_session_key_into_the_log(watch, cast):
    session = SessionStore()
    session.create()
    watch.keys.add(session.session_key)
    logging.getLogger("sopdesk.request").info("session %s", session.session_key)


@pytest.mark.parametrize(
    ("leak", "place"),
    [
        (_log_a_title, "log"),
        (_log_a_failure_in_djangos_format, "log"),
        (_let_celery_tell_of_a_failed_task, "log"),
        (_send_a_text_to_a_task, "queue"),
        (_keep_a_mail_in_the_outbox, "tickets_notice"),
        (_leave_a_file_behind, "temporary file"),
        (_repeat_the_address_on_an_error_page, "error page"),
        (_write_a_session_key_into_the_log, "log"),
    ],
)
def test_a_leak_of_each_kind_is_seen(cast, watch, leak, place):
    leak(watch, cast)

    assert list(watch.hits()) == [place]
