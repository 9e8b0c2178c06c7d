"""`manage.py up` as a person starts it: one command, a site and a worker, and nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow

PATIENCE = 120  # seconds; the very first start makes the demo data
SIGNS = {"web": "gunicorn", "worker": "manage.py worker"}  # by which a child is known


class Site:
    """A started SOPDesk with a data folder and a port of its own."""

    def __init__(self, data, port):
        ours = ("SOPDESK_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "PORT")
        plain = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.port = port
        self.output = data / "up.log"
        with self.output.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=settings.BASE_DIR,
                env=plain | {"SOPDESK_DATA": str(data), "PORT": str(port), "SOPDESK_PROCESSES": "1"},
                stdout=log,
                stderr=log,
            )

    @property
    def children(self):
        """The process ids of the web server and the worker, by the words of their command, which a child has only from
        its `exec` on, and until it is dead."""
        listing = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        rows = [line.split(maxsplit=1) for line in listing.stdout.splitlines()]
        return {name: int(pid) for pid, words in rows for name, sign in SIGNS.items() if sign in words}

    def wait_until(self, condition):
        patience_ends = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < patience_ends, self.output.read_text()
            time.sleep(0.1)

    def wait_until_it_runs(self):
        self.wait_until(lambda: "SOPDesk answers at" in self.output.read_text())
        self.wait_until(lambda: self.children.keys() == SIGNS.keys())

    def answers(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5) as response:
                return response.status == 200
        except (OSError, urllib.error.URLError):
            return False


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def start(tmp_path, port):
    sites = []

    def run():
        sites.append(Site(tmp_path, port))
        return sites[-1]

    yield run
    for site in sites:
        site.process.terminate()
        site.process.wait(timeout=PATIENCE)


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_one_command_serves_the_site_restarts_what_dies_and_leaves_nothing_behind(start):
    site = start()
    site.wait_until_it_runs()
    site.wait_until(site.answers)

    assert settings.DEMO_DOMAIN in site.output.read_text()

    first = site.children
    os.kill(first["web"], signal.SIGKILL)
    os.kill(first["worker"], signal.SIGKILL)
    site.wait_until(lambda: (now := site.children).keys() == SIGNS.keys() and not first.items() & now.items())
    site.wait_until(site.answers)

    second = site.children
    site.process.send_signal(signal.SIGINT)

    assert site.process.wait(timeout=PATIENCE) == 0
    assert [name for name, pid in second.items() if not gone(pid)] == []

    site = start()
    site.wait_until_it_runs()

    assert "Making the demo data" not in site.output.read_text()


def test_a_killed_supervisor_takes_its_children_along(start):
    site = start()
    site.wait_until_it_runs()
    children = site.children

    site.process.kill()

    site.wait_until(lambda: all(map(gone, children.values())))


def test_a_taken_port_is_named_in_one_sentence(start, port):
    with socket.create_server(("127.0.0.1", port)):
        site = start()

        assert site.process.wait(timeout=PATIENCE) == 1

    assert f"cannot listen on 127.0.0.1:{port}" in site.output.read_text()
