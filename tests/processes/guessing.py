"""Guessing at a site of real processes with the real hasher (RELIABILITY T23, T24).

`python -m tests.processes.guessing`: two gunicorn processes on one database are tried by guessers while a colleague
works. Prints the figures, and ends with 1 if any of them is not what was promised. With `--forgetful`, a deliberately
bad build that counts in the memory of each process has to be caught.
"""

import http.client
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import mean, quantiles
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings")
django.setup()

from tests.processes.office import cut_off, free_port, office_in_one_file  # noqa: E402  # once the apps are loaded

OWN, PASSWORD = "siti@contoh.invalid", "kuda hijau melompat pagar"
VICTIM, DISABLED, NEWCOMER = "budi@contoh.invalid", "rudi@contoh.invalid", "wati@contoh.invalid"
GUESSERS = 4


class Browser:
    """One browser: its cookies, and the seconds each answer took."""

    def __init__(self, port):
        self.port, self.cookies, self.seconds = port, {}, []

    def ask(self, method, path, fields=None, **headers):
        """The status and the body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(fields | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})
        begun = time.perf_counter()
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        page = answer.read()
        self.seconds.append(time.perf_counter() - begun)
        for told in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: cookie.value for name, cookie in SimpleCookie(told).items()}
        connection.close()
        return answer.status, page

    def sign_in(self, who, password, **headers):
        if "csrftoken" not in self.cookies:
            self.ask("GET", "/masuk/")
            self.seconds.clear()
        return self.ask("POST", "/masuk/", {"username": who, "password": password}, **headers)[0]


def p95(seconds):
    return quantiles(seconds, n=20)[-1]


class Site:
    """The web processes of an office behind one port, and what is promised of them."""

    def __init__(self, office, *, wsgi):
        self.office, self.wsgi, self.broken = office, wsgi, []
        self.start()

    def start(self):
        self.port = free_port()
        gunicorn = ("-m", "gunicorn", "--config", "python:sopdesk.gunicorn", self.wsgi)
        self.child = self.office.start("web", *gunicorn, PORT=str(self.port), SOPDESK_PROCESSES="2")
        self.office.wait_until(self.answers, "the site answers")

    def restart(self):
        cut_off(self.child)
        self.start()

    def answers(self):
        with suppress(OSError):
            return Browser(self.port).ask("GET", "/readyz")[0] == 200
        return False

    def tell(self, what, figure, *, promised):
        print(f"{what}: {figure}{'' if promised else '   <- NOT AS PROMISED'}", flush=True)  # noqa: T201  # its purpose
        if not promised:
            self.broken.append(what)

    def guess(self, names, count, **headers):
        """The statuses of `count` wrong passwords, tried by several guessers at once."""
        statuses, left, lock = Counter(), iter(range(count)), threading.Lock()

        def guesser():
            browser = Browser(self.port)
            while True:
                with lock:
                    number = next(left, None)
                if number is None:
                    return
                forged = {name: value.format(number % 250) for name, value in headers.items()}
                status = browser.sign_in(names(number), f"salah {number}", **forged)
                with lock:
                    statuses[status] += 1

        threads = [threading.Thread(target=guesser) for _ in range(GUESSERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return statuses


def times_of_strangers(site):
    """T23 with the real hasher: wrong passwords of three kinds of accounts in turn, the mean seconds of each."""
    names = {"known": OWN, "disabled": DISABLED, "unknown": "lama@contoh.invalid"}
    browsers = {name: Browser(site.port) for name in names}
    for _ in range(9):  # one less than the account's tries, and within the address's
        for name, browser in browsers.items():
            assert browser.sign_in(names[name], "salah sekali") == 422
    means = {name: mean(browser.seconds) for name, browser in browsers.items()}
    spread = max(means.values()) / min(means.values()) - 1
    told = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in means.items())
    site.tell("T23 mean times of wrong passwords", f"{told}; spread {spread:.1%}", promised=spread <= 0.25)


def run(site):
    colleague = Browser(site.port)
    assert colleague.sign_in(OWN, PASSWORD) == 302
    colleague.seconds.clear()
    for _ in range(60):
        colleague.ask("GET", "/tiket/")
        time.sleep(0.05)
    calm = p95(colleague.seconds)

    times_of_strangers(site)
    time.sleep(61)  # the address has its tries back

    colleague.seconds.clear()
    guessing = threading.Event()

    def work():
        while not guessing.is_set():
            colleague.ask("GET", "/tiket/")
            time.sleep(0.05)

    worker = threading.Thread(target=work)
    worker.start()
    begun = time.monotonic()
    one_account = site.guess(lambda number: VICTIM, 1_000)
    took = time.monotonic() - begun
    guessing.set()
    worker.join()
    site.tell("T24 1,000 on one account", dict(one_account), promised=one_account == {422: 10, 429: 990})
    ratio = p95(colleague.seconds) / calm
    busy = f"{calm * 1000:.0f} -> {p95(colleague.seconds) * 1000:.0f} ms (x {ratio:.1f})"
    told = f"{busy}, at {1_000 / took:.0f} tries a second"
    site.tell("T24 a colleague's p95 meanwhile", told, promised=ratio <= 2)

    site.restart()
    colleague.port = site.port
    after = site.guess(lambda number: VICTIM, 20)
    site.tell("T24 the same account after a restart", dict(after), promised=after == {429: 20})

    time.sleep(61)
    spray = site.guess(lambda number: f"orang-{number % 200}@contoh.invalid", 1_000, **{"X-Forwarded-For": "10.0.0.{}"})
    most = 30 * (1 + int((time.monotonic() - begun) // 60))
    site.tell("T24 200 accounts x 5, forged headers", dict(spray), promised=spray[422] <= most and spray[429] >= 900)
    stranger = Browser(site.port).sign_in(NEWCOMER, PASSWORD)
    site.tell("T24 a right password there from a new browser", stranger, promised=stranger == 429)
    colleague.ask("POST", "/keluar/", {})
    colleague.ask("GET", "/masuk/")
    own = colleague.sign_in(OWN, PASSWORD)
    site.tell("T24 the right password there from one's own browser", own, promised=own == 302)
    time.sleep(61)
    later = Browser(site.port).sign_in(NEWCOMER, PASSWORD)
    site.tell("T24 the newcomer a minute later", later, promised=later == 302)


def main(*arguments):
    forgetful = "--forgetful" in arguments
    wsgi = "tests.processes.forgetful:application" if forgetful else "sopdesk.wsgi"
    with tempfile.TemporaryDirectory() as folder, office_in_one_file(Path(folder), SOPDESK_DEMO="0") as office:
        for who, is_active in ((OWN, True), (VICTIM, True), (NEWCOMER, True), (DISABLED, False)):
            office.ask("person", who, PASSWORD, is_active)
        site = Site(office, wsgi=wsgi)
        if forgetful:
            site.guess(lambda number: VICTIM, 60)
            site.restart()
            statuses = site.guess(lambda number: VICTIM, 60)
            site.tell(
                "a build that counts in its own memory, after a restart", dict(statuses), promised=statuses[422] > 0
            )
        else:
            run(site)
    return 1 if site.broken else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
