"""`manage.py up`: the whole helpdesk by one command, until Ctrl-C."""

import ctypes
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tickets import calendar_changes, checks, demo
from tickets.models import User

WEB = ["-m", "gunicorn", "--config", "python:sopdesk.gunicorn", "sopdesk.wsgi"]
WORKER = ["manage.py", "worker"]

PATIENCE = 60  # seconds a site may take to answer for the first time
STOPPING = 10  # seconds a child may take to finish what it has in hand

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


class Command(BaseCommand):
    help = "Prepare the database and the static files, then serve the site and run its worker until Ctrl-C."

    def handle(self, **options):
        os.umask(0o027)  # what SOPDesk writes is not for the other accounts of this machine
        refuse_a_taken_port()
        self.prepare()
        welcome = "\n".join(self.welcome())
        connections.close_all()  # the children open their own
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, stop)
        children = [Child("web server", WEB), Child("worker", WORKER)]
        try:
            self.wait_for_an_answer(children)
            self.stdout.write(welcome)
            self.stdout.flush()
            self.supervise(children)
        except KeyboardInterrupt:
            self.stdout.write("\nStopping.")
        finally:
            end(children)

    def prepare(self):
        if pending_migrations():
            self.stdout.write("Preparing the database ...")
            call_command("migrate", verbosity=0)
        for problem in checks.no_demo_accounts_in_production():
            raise CommandError(f"{problem.msg} {problem.hint}")
        for year in calendar_changes.propose_missing(now=timezone.now()):
            self.stdout.write(f"Proposed the holidays of {year}; an administrator confirms them.")
        if settings.DEMO and not User.objects.exists():
            self.stdout.write("Making the demo data, once; this takes a moment ...")
            with transaction.atomic():  # interrupted, it begins anew next time
                call_command("seed_demo", stdout=self.stdout)
        if collect_static():
            self.stdout.write("Static files renewed.")

    def wait_for_an_answer(self, children):
        patience_ends = time.monotonic() + PATIENCE
        while not answers():
            if not all(child.alive for child in children) or time.monotonic() > patience_ends:
                raise CommandError("SOPDesk did not start; the reason stands above.")
            time.sleep(0.1)

    def welcome(self):
        """What a person at the terminal wants to know next, line by line."""
        yield f"\nSOPDesk answers at http://{host()}:{settings.PORT}/ - Ctrl-C stops it."
        people = set(User.objects.filter(is_active=True).values_list("email", flat=True))
        if not people:
            yield "There is no account yet: manage.py setup makes the first one, and asks what else an office needs."
        accounts = [account for account in demo.ACCOUNTS if settings.DEMO and account.email in people]
        if accounts:
            width = max(len(account.email) for account in accounts)
            yield f"Demo accounts, all with the password {demo.PASSWORD}"
            yield from (f"  {account.email:{width}}  {account.name}, {account.title}" for account in accounts)

    def supervise(self, children):
        while True:
            time.sleep(0.5)
            for child in children:
                if not child.alive:
                    self.stderr.write(f"The {child.name} ended unexpectedly and is started again.")
                    child.start_again()


@dataclass
class Child:
    """A process that ends with its parent, whatever becomes of the parent."""

    name: str
    arguments: list[str]

    def __post_init__(self):
        self.start()

    def start(self):
        self.process = subprocess.Popen(  # noqa: S603  # our own two commands
            [sys.executable, *self.arguments],
            cwd=settings.BASE_DIR,
            start_new_session=True,  # Ctrl-C reaches the parent alone, which then stops its children in order
            preexec_fn=end_with_parent if sys.platform == "linux" else None,
        )

    def start_again(self):
        time.sleep(1)  # a child that cannot live must not keep the machine busy
        self.start()

    @property
    def alive(self):
        return self.process.poll() is None


def end_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def end(children):
    """Ask every child to finish, and end those that take too long."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    for child in children:
        child.process.terminate()
    patience_ends = time.monotonic() + STOPPING
    for child in children:
        try:
            child.process.wait(timeout=max(0, patience_ends - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def stop(signum, frame):
    raise KeyboardInterrupt


def host():
    """The address by which this machine reaches its own site."""
    return "127.0.0.1" if settings.BIND in ("0.0.0.0", "") else settings.BIND  # noqa: S104  # compared, not bound


def refuse_a_taken_port():
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((settings.BIND, settings.PORT))
        except OSError as error:
            raise CommandError(
                f"SOPDesk cannot listen on {settings.BIND}:{settings.PORT} ({error.strerror}). "
                f"Choose another port, for example: PORT={settings.PORT + 1} make run"
            ) from error


def answers():
    """Whether the site answers at all; what it says does not matter here."""
    site = http.client.HTTPConnection(host(), settings.PORT, timeout=5)
    try:
        site.request("GET", "/", headers={"Host": urlsplit(settings.SITE_URL).netloc})
        site.getresponse()
    except OSError:
        return False
    finally:
        site.close()
    return True


def pending_migrations():
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def collect_static():
    """Collect the static files if any of them changed since the last time; say whether it was so."""
    stamp = Path(settings.DATA, "static.stamp")
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return False
    call_command("collectstatic", clear=True, interactive=False, verbosity=0)
    stamp.write_text(fingerprint)
    return True


def static_fingerprint():
    """One digest over name, size and time of every source file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name}:{facts.st_size}:{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
