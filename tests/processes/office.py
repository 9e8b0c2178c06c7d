"""Offices of real processes on loopback: a database, a broker if wanted, a clock for all of them, and who uses them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests import parts
from tests.factories import TUESDAY
from tests.test_celery import Child, Server, plain_environment

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds until something must have happened


class Office:
    """The processes on one database, all at the same moved time, which begins on TUESDAY at 07.50."""

    def __init__(self, folder, **environment):
        self.folder, self.children = folder, []
        self.clock = folder / "clock"
        self.set_clock(TUESDAY - timedelta(hours=2, minutes=10))  # four hours of work lie ahead
        self.environment = plain_environment() | {
            "SOPDESK_DATA": str(folder),
            "SOPDESK_DEMO": "0",
            "SOPDESK_TOTP_REQUIRED": "none",
            "SOPDESK_PROCESSES": "1",
            "SOPDESK_WORKER_TASKS": "2",
            "PYTHONPATH": str(ROOT / "tests" / "moved_clock"),
            "MOVED_CLOCK": str(self.clock),
            **environment,
        }
        for command in (("migrate",), ("collectstatic", "--noinput")):
            prepare = [sys.executable, "manage.py", *command, "--verbosity=0"]
            subprocess.run(prepare, cwd=ROOT, env=self.environment, check=True)
        self.hand = subprocess.Popen(
            [sys.executable, "-m", "tests.processes.hand"],
            cwd=ROOT,
            env=self.environment | {"DJANGO_SETTINGS_MODULE": "sopdesk.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    # Time

    def set_clock(self, moment):
        self.offset = moment.timestamp() - time.time()
        new = self.clock.with_suffix(".new")
        new.write_text(str(self.offset))
        new.replace(self.clock)
        time.sleep(0.3)  # until all have seen it

    def move_clock(self, by):
        self.set_clock(self.now() + by)

    def now(self):
        """What time it is in this office."""
        return datetime.fromtimestamp(time.time() + self.offset, UTC)

    # Processes

    def start(self, name, *command, **environment):
        """Start a process in a process group of its own."""
        child = Child(self.folder / f"{len(self.children)}-{name}.log", self.environment | environment, *command)
        self.children.append(child)
        return child

    def web(self):
        """gunicorn, and the port it answers at."""
        port = free_port()
        gunicorn = ("-m", "gunicorn", "--config", "python:sopdesk.gunicorn", "sopdesk.wsgi")
        return self.start("web", *gunicorn, PORT=str(port)), port

    def worker(self):
        options = ("--queues=celery,surel,berkas", "--loglevel=WARNING", "--without-gossip", "--without-mingle")
        return self.start("worker", "-m", "celery", "-A", "sopdesk", "worker", *options)

    def beat(self):
        return self.start("beat", "-m", "celery", "-A", "sopdesk", "beat", "--pidfile=", "--loglevel=WARNING")

    def embedded(self):
        """`manage.py up`: the site with its worker in one."""
        return self.start("up", "manage.py", "up", PORT=str(free_port()))

    def tell(self):
        """The end of what each process has written."""
        return "".join(f"\n{child.log.name}:\n{child.log.read_text()[-1500:]}" for child in self.children)

    def close(self):
        for child in self.children:
            cut_off(child)
        self.hand.terminate()
        self.hand.wait()
        self.hand.stdin.close()
        self.hand.stdout.close()

    # Rows

    def ask(self, *request):
        """Let the hand do something (see `tests.processes.hand`)."""
        self.hand.stdin.write(json.dumps(request) + "\n")
        self.hand.stdin.flush()
        answer = self.hand.stdout.readline()
        assert answer, "The hand has let go; the reason stands above."
        return json.loads(answer)

    def fill(self, count, *, after=0.0, over=1.0):
        """Runs that come to their limits from `after` seconds on from now, spread `over` so many seconds."""
        pks = self.ask("fill", (self.now() + timedelta(seconds=after)).isoformat(), count, over)
        return min(pks), max(pks)

    def flagged(self, rows):
        return self.ask("flagged", *rows)

    def wait_until(self, condition, what):
        """Return the seconds it took."""
        begun = time.monotonic()
        while not condition():
            assert time.monotonic() - begun < PATIENCE, f"In {PATIENCE} s it did not happen that {what}.{self.tell()}"
            time.sleep(0.1)
        return time.monotonic() - begun


@contextmanager
def office_of_many(folder, **environment):
    """An office on PostgreSQL with a database of its own, and on a Redis server of its own (`office.server`)."""
    name = f"sopdesk_office_{os.getpid()}"
    url = urlsplit(parts.POSTGRES_URL)._replace(path=f"/{name}").geturl()
    server = Server(folder)
    server.start()
    with psycopg.connect(parts.POSTGRES_URL, autocommit=True) as administrator:
        administrator.execute(f"CREATE DATABASE {name}")
        office = None
        try:
            office = Office(folder, DATABASE_URL=url, REDIS_URL=server.url, **environment)
            office.server = server
            yield office
        finally:
            if office:
                office.close()
            server.kill()
            administrator.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def office_in_one_file(folder, **environment):
    """An embedded office: SQLite, and a broker inside its worker."""
    office = Office(folder, **environment)
    try:
        yield office
    finally:
        office.close()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def cut_off(child):
    """As when the power goes: a process and all below it are killed at once."""
    if child.lives:
        for pid in [child.process.pid, *below(child.process.pid)]:
            kill(pid)
    child.process.wait()


def below(pid):
    """The processes that a process has started, and those that these have."""
    listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listing.splitlines()]
    found = [pid]
    for above in found:
        found += [child for child, parent in pairs if parent == above]
    return found[1:]


def kill(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
