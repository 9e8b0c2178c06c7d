"""What SOPDesk does while a part of it is away: every cell a written expectation, on real processes (promise 7, T17).

PostgreSQL and Redis stand behind TCP proxies that are cut, stand still or are far away; processes are killed; the mail
server hangs; the database lets nobody in; a full disk is a limit on the size of files that the web process may write
(RLIMIT_FSIZE: no right of root is needed); the clock of the office leaps. Whatever is broken, no answer takes
10 seconds, each is a page of ours, and all is well again 10 seconds later.
"""

import os
import resource
import socket
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from django.db import OperationalError
from psycopg import sql

from sopdesk.errors import _page_of
from tests import parts
from tests.mail_server import MailServer
from tests.mail_server import Mode as MailMode
from tests.processes.office import Office, below, cut_off, free_port
from tests.processes.proxy import ONE_WAY, Mode, Proxy
from tests.processes.visitor import PASSWORD, Visitor
from tests.test_celery import Server

HANGS = 10  # seconds that no answer may take
WITHOUT_DATABASE = 5
RECOVERY = 10

AWAY = (503, "Basis data sedang tidak dapat dihubungi")
#: What each act gives when nothing is broken: the status, and words of the answer.
WELL = {
    "sign in": (200, "Selamat"),
    "file with a screenshot": (200, "Laporan sudah terkirim"),
    "view a ticket": (200, "Halaman tidak bisa dibuka"),
    "advance a row": (200, "Langkah 2"),
    "download a screenshot": (200, "PNG\r\n"),
    "download a paper": (200, "%PDF-"),
    "read the Laporan SLA": (200, "Laporan SLA"),
    "be told of a reply": (200, "{answered}"),  # the number of the report that was answered a moment before
}
#: What is broken, and what then differs.
TABLE = {
    "database down": dict.fromkeys(WELL, AWAY),
    "database hangs": dict.fromkeys(WELL, AWAY),
    "database far away": {},
    "database takes nobody new": {},
    "database connections used up": dict.fromkeys(WELL, AWAY),
    "Redis down": {},
    "Redis hangs": {},
    "mail down": {},
    "worker down": {},
    "beat down": {},
    "disk full": {"file with a screenshot": (422, "penyimpanan server penuh")},
    "clock ahead": {},
    "clock behind": {},
}
#: Where there is no database that might yet answer.
NOT_THERE = ("database down", "database connections used up")


def real(test):
    """Marks a test that starts processes, a Redis server and a database."""
    return pytest.mark.postgres(pytest.mark.redis(pytest.mark.slow(test)))


@contextmanager
def no_file_grows(pids):
    """Let every write to a file of these processes fail."""
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class Database:
    """A database of its own and the role that owns it, which are called the same."""

    def __init__(self, administrator):
        self.administrator, self.name = administrator, f"sopdesk_degraded_{os.getpid()}"

    def __enter__(self):
        self.administer("CREATE ROLE {name} LOGIN PASSWORD {literal}")
        self.administer("CREATE DATABASE {name} OWNER {name}")
        return self

    def __exit__(self, *exception):
        self.administer("DROP DATABASE {name} WITH (FORCE)")
        self.administer("DROP ROLE {name}")

    def administer(self, statement):
        names = {"name": sql.Identifier(self.name), "literal": sql.Literal(self.name)}
        self.administrator.execute(sql.SQL(statement).format(**names))

    def url(self, port):
        return f"postgresql://{self.name}:{self.name}@127.0.0.1:{port}/{self.name}"

    def let_nobody_in(self):
        """Whoever has a connection keeps it."""
        self.administer("ALTER ROLE {name} CONNECTION LIMIT 0")

    def put_all_out(self):
        self.administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = {literal}")

    def let_all_in(self):
        self.administer("ALTER ROLE {name} CONNECTION LIMIT -1")


class Helpdesk:
    """An office whose parts can be broken one by one, and the people who use it meanwhile."""

    def __init__(self, office, database, proxies, broker, mail):
        self.office, self.database, self.broker, self.mail = office, database, broker, mail
        self.to_database, self.to_redis = proxies
        self.web, self.port = office.web()
        emails, self.paper = office.ask("settle", PASSWORD)
        self.worker, self.beat = office.worker(), office.beat()
        office.wait_until(lambda: Visitor.reaches(f"http://127.0.0.1:{self.port}/readyz"), "the site answers")
        people = [Visitor(self.port, email) for email in emails]
        assert [person.sign_in().status for person in people] == [200] * len(people)
        self.performer, self.reporter, self.head, self.administrator = people
        at_once(self.prepare()[0])  # who comes first waits for the calendar and the rows of the month's sums as well

    def prepare(self):
        """One call for every act, ready to be made whatever is broken by then, and what each gives if nothing is."""
        (number, run, screenshot), (answered, *_) = self.office.ask("reports", self.reporter.email, 2)
        newcomer = Visitor(self.port, self.reporter.email)

        def be_told_of_a_reply():
            self.performer.comment(answered)
            return self.reporter.read_notices()

        acts = {
            "sign in": newcomer.sign_in,
            "file with a screenshot": self.reporter.file,
            "view a ticket": lambda: self.reporter.view(number),
            "advance a row": lambda: self.performer.advance(number, run),
            "download a screenshot": lambda: self.reporter.get(f"/lampiran/{screenshot}/"),
            "download a paper": lambda: self.head.get(f"/dokumen/{self.paper}/"),
            "read the Laporan SLA": self.head.read_sla,
            "be told of a reply": be_told_of_a_reply,
        }
        return acts, {act: (status, words.format(answered=answered)) for act, (status, words) in WELL.items()}

    def recover(self):
        """Wait until a page is there again; the seconds that took."""
        return self.office.wait_until(lambda: self.head.read_sla().status == 200, "a page is there again")

    # Breaking up to the `yield`, and mending after it

    @contextmanager
    def broken(self, part):
        steps = getattr(self, part.lower().replace(" ", "_"))()
        next(steps)
        try:
            yield
        finally:
            next(steps, None)

    def database_down(self):
        yield from line(self.to_database, Mode.CUT)

    def database_hangs(self):
        yield from line(self.to_database, Mode.HANGS)

    def database_far_away(self):
        yield from line(self.to_database, Mode.FAR)

    def database_takes_nobody_new(self):
        self.database.let_nobody_in()
        yield
        self.database.let_all_in()

    def database_connections_used_up(self):
        self.database.let_nobody_in()
        self.database.put_all_out()
        yield
        self.database.let_all_in()

    def redis_down(self):
        self.broker.kill()
        yield
        self.broker.start()

    def redis_hangs(self):
        yield from line(self.to_redis, Mode.HANGS)

    def mail_down(self):
        self.mail.mode = MailMode.SILENT
        yield
        self.mail.mode = MailMode.OK

    def worker_down(self):
        cut_off(self.worker)
        yield
        self.worker = self.office.worker()

    def beat_down(self):
        cut_off(self.beat)
        yield
        self.beat = self.office.beat()

    def disk_full(self):
        with no_file_grows([self.web.process.pid, *below(self.web.process.pid)]):
            yield

    def clock_ahead(self, by=timedelta(hours=2)):
        self.office.move_clock(by)
        yield
        self.office.move_clock(-by)

    def clock_behind(self):
        yield from self.clock_ahead(-timedelta(hours=2))


def line(proxy, mode):
    """Let what goes through a proxy be disturbed for a while."""
    proxy.mode = mode
    yield
    proxy.mode = Mode.PASSES


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory):
    folder, server = tmp_path_factory.mktemp("degraded"), urlsplit(parts.POSTGRES_URL)
    broker = Server(folder)
    broker.start()
    with (
        psycopg.connect(parts.POSTGRES_URL, autocommit=True) as administrator,
        Database(administrator) as database,
        Proxy(server.hostname, server.port or 5432) as to_database,
        Proxy("127.0.0.1", broker.port) as to_redis,
        MailServer() as mail,
    ):
        office = None
        try:
            office = Office(
                folder,
                DATABASE_URL=database.url(to_database.port),
                REDIS_URL=f"redis://127.0.0.1:{to_redis.port}/0",
                SOPDESK_SMTP_URL=f"smtp://127.0.0.1:{mail.port}",
                SOPDESK_MAIL_FROM="sopdesk@contoh.invalid",
                SOPDESK_THREADS="8",
                SOPDESK_IDLE_MINUTES="720",  # nobody is signed out by a clock that leaps
            )
            office.set_clock(datetime.now(UTC))  # that of the database
            yield Helpdesk(office, database, (to_database, to_redis), broker, mail)
        finally:
            to_database.mode = to_redis.mode = Mode.PASSES
            if office:
                office.close()
            broker.kill()


def at_once(acts):
    """The answers to acts that are done at the same moment."""
    with ThreadPoolExecutor(len(acts)) as people:
        return {name: answer.result() for name, answer in [(name, people.submit(act)) for name, act in acts.items()]}


def differing(answers, expected):
    """The cells that are not as they were written, each with what came instead."""
    return {
        name: (answer.status, answer.words[-2000:])
        for name, answer in answers.items()
        if answer.status != expected[name][0] or expected[name][1] not in answer.words
    }


@real
@pytest.mark.parametrize("part", TABLE)
def test_the_office_goes_on_or_says_why_not_and_recovers_by_itself(helpdesk, part):
    acts, well = helpdesk.prepare()

    with helpdesk.broken(part):
        found = at_once(acts)
    recovery = helpdesk.recover()

    assert differing(found, well | TABLE[part]) == {}
    slowest = max(answer.seconds for answer in found.values())
    assert slowest < (WITHOUT_DATABASE if part in NOT_THERE else HANGS), slowest
    assert recovery < RECOVERY
    acts, well = helpdesk.prepare()
    assert differing(at_once(acts), well) == {}


@real
@pytest.mark.parametrize("part", ["clock ahead", "clock behind"])
def test_administrators_are_told_that_the_clock_is_off(helpdesk, part):
    advice = "Samakan jam kedua mesin"

    before = helpdesk.administrator.get("/kesehatan/")
    with helpdesk.broken(part):
        meanwhile = helpdesk.administrator.get("/kesehatan/")

    assert (before.status, advice in before.words) == (200, False)
    assert (meanwhile.status, advice in meanwhile.words) == (200, True)


# Whether the harness would notice


def first_words(port, question=b"", *, timeout=10):
    """What a server says to whoever calls, asking this."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as call:
        call.sendall(question)
        return call.recv(100)


@real
def test_the_harness_breaks_what_it_says(helpdesk):
    database, broker = helpdesk.database.url(helpdesk.to_database.port), helpdesk.to_redis.port
    assert first_words(broker, b"PING\r\n") == b"+PONG\r\n"
    assert first_words(helpdesk.mail.port).startswith(b"220")

    with psycopg.connect(database, autocommit=True) as connection, helpdesk.broken("database far away"):
        began = time.monotonic()
        connection.execute("SELECT repeat('x', 1000000)")
        assert time.monotonic() - began > 2 * ONE_WAY
    with helpdesk.broken("database takes nobody new"), pytest.raises(psycopg.OperationalError, match="too many"):
        psycopg.connect(database)
    with helpdesk.broken("Redis hangs"), pytest.raises(TimeoutError):
        first_words(broker, b"PING\r\n", timeout=0.5)
    with helpdesk.broken("Redis down"):
        assert first_words(broker) == b""
    with helpdesk.broken("mail down"), pytest.raises(TimeoutError):
        first_words(helpdesk.mail.port, timeout=0.5)


@real
def test_the_harness_notices_a_site_that_waits_for_ever(helpdesk):
    port = free_port()
    impatient = ("-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "sopdesk.wsgi")  # no config of ours
    site, address = helpdesk.office.start("bad", *impatient), f"http://127.0.0.1:{port}/readyz"
    helpdesk.office.wait_until(lambda: Visitor.reaches(address), "the bad build answers")

    with helpdesk.broken("database hangs"), pytest.raises(requests.ReadTimeout):
        requests.get(address, timeout=HANGS)

    cut_off(site)


def test_a_database_in_a_file_tells_that_the_disk_is_full(tmp_path):
    def opens_it():
        with closing(sqlite3.connect(tmp_path / "full.sqlite3")) as there:
            there.execute("PRAGMA journal_mode=WAL")
            there.execute("CREATE TABLE IF NOT EXISTS x (y)")

    opens_it()
    with no_file_grows([os.getpid()]), pytest.raises(sqlite3.OperationalError) as failure:
        opens_it()

    told = OperationalError()
    told.__cause__ = failure.value  # as Django passes it on
    assert _page_of(told) == ("507.html", 507)
