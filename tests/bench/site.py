"""A site to measure: its database, its demo office of so many tickets, and the gunicorn that serves it."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.parts import POSTGRES_URL

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sopdesk-bench"
GUNICORN = ("-m", "gunicorn", "--config", "python:sopdesk.gunicorn", "sopdesk.wsgi")
PATIENCE = 60  # seconds a site may take to answer for the first time


class Site:
    """A site of its own; nothing of it is anywhere else. Its folder and database outlive it only if they are `kept`."""

    def __init__(self, vendor: str, tickets: int, *, kept: bool):
        self.tickets, self.kept = tickets, kept
        self.folder = CACHE / f"{vendor}-{tickets}"
        self.database = f"sopdesk_bench_{tickets}" if vendor == "postgres" else ""
        self.is_filled = self.folder / "filled"
        self.environment = _plain_environment() | {
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "SOPDESK_DATA": str(self.folder),
            "SOPDESK_DEMO": "1",
            "DATABASE_URL": urlunsplit(urlsplit(POSTGRES_URL)._replace(path=self.database)) if self.database else "",
        }

    def prepare(self) -> None:
        """Make it, unless an earlier run kept it; then bring its tables and static files up to date."""
        if not (self.kept and self.is_filled.exists()):
            self.remove()
            self._make_database()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._manage("migrate", "--verbosity=0")
        self._manage("collectstatic", "--noinput", "--verbosity=0")
        if not self.is_filled.exists():
            self._manage("seed_demo", f"--tickets={self.tickets}")
            self._run("-m", "tests.bench.inside", "tidy")
            self.is_filled.touch()

    @contextmanager
    def served(self):
        """Serve it, and yield its port."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen([sys.executable, *GUNICORN], cwd=ROOT, env=self.environment | {"PORT": str(port)})
        try:
            _wait_for_an_answer(server, port)
            yield port
        finally:
            server.terminate()
            server.wait()

    def sweeps(self, rounds: int) -> dict:
        """What so many sweeps took, and how many queries each."""
        return json.loads(self._run("-m", "tests.bench.inside", "sweep", str(rounds), stdout=subprocess.PIPE).stdout)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.database:
            self._of_the_server(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")

    def _make_database(self):
        if self.database:
            self._of_the_server(f"CREATE DATABASE {self.database}")

    @staticmethod
    def _of_the_server(statement):
        with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
            server.execute(statement)

    def _manage(self, *command):
        self._run("manage.py", *command, stdout=sys.stderr)

    def _run(self, *command, **options):
        return subprocess.run([sys.executable, *command], cwd=ROOT, env=self.environment, check=True, **options)


def _plain_environment():
    ours = ("SOPDESK_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "PORT")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _wait_for_an_answer(server, port):
    patience_ends = time.monotonic() + PATIENCE
    while True:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            line.request("GET", "/masuk/")
            line.getresponse()
        except OSError:
            if server.poll() is not None or time.monotonic() > patience_ends:
                raise SystemExit("The site did not start; the reason stands above.") from None
            time.sleep(0.1)
        else:
            return
        finally:
            line.close()
