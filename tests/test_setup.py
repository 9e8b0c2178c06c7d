"""`manage.py setup`: the first administrator, the office, the calendar, a mail; asked, or told by the environment."""

import io
import os
import pty
import select
import stat
import subprocess
import sys

import pytest
import time_machine
from django.conf import settings as configured
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import TUESDAY, person
from tests.test_celery import plain_environment
from tickets import setup
from tickets.backup import database
from tickets.models import AuditEntry, Office, User
from workflows.models import CalendarYear

PATIENCE = 120  # seconds until something must have been said
PASSWORD = "papan-tulis-hijau-42"
ANSWERS = {
    "NAME": "Dewi Anggraini",
    "EMAIL": "dewi@contoh.invalid",
    "PASSWORD": PASSWORD,
    "ADDRESS": "Jalan Sudirman 1",
}


@pytest.fixture
def told(monkeypatch):
    """Sets SOPDESK_SETUP_ variables."""

    def tell(**answers):
        for name, value in answers.items():
            monkeypatch.setenv(f"SOPDESK_SETUP_{name}", value)

    return tell


def run(*options):
    call_command("setup", "--no-input", *options, stdout=(said := io.StringIO()))
    return said.getvalue()


@pytest.mark.django_db
def test_the_environment_answers_everything(told, settings):
    settings.MAIL_ENABLED = True
    told(**ANSWERS, CITY="Bukittinggi", DECREE="SKB 1497/2025")

    said = run()

    person = User.objects.get()
    assert (person.name, person.email, person.is_staff, person.is_superuser) == (
        "Dewi Anggraini",
        "dewi@contoh.invalid",
        True,
        True,
    )
    assert person.check_password(PASSWORD)
    assert (Office.current().city, Office.current().address) == ("Bukittinggi", "Jalan Sudirman 1")
    assert CalendarYear.objects.get(year=timezone.localdate().year).decree == "SKB 1497/2025"
    assert [message.to for message in mail.outbox] == [["dewi@contoh.invalid"]]
    assert "peran yang belum ada pemegangnya" in said
    events = set(AuditEntry.objects.values_list("event", flat=True))
    assert {"pengguna-dibuat", "kantor-diubah"} <= events


@pytest.mark.django_db
def test_without_a_password_a_link_is_shown_that_sets_one(told):
    told(**{name: value for name, value in ANSWERS.items() if name != "PASSWORD"})

    link = next(line.strip() for line in run().splitlines() if "/sandi/" in line)

    assert Client().get(link.removeprefix(configured.SITE_URL), follow=True).status_code == 200
    assert not User.objects.get().has_usable_password()


@pytest.mark.django_db
def test_whoever_lost_the_link_gets_another_by_a_second_run_until_there_is_a_password(told):
    told(**{name: value for name, value in ANSWERS.items() if name != "PASSWORD"})
    run()

    again = run()
    administrator = User.objects.get()
    administrator.set_password(PASSWORD)
    administrator.save()

    assert "/sandi/baru/" in again
    assert "/sandi/baru/" not in run()


def everything():
    """All that a run may change."""
    kept = [list(model.objects.order_by("pk").values()) for model in (User, Office, CalendarYear)]
    return kept, AuditEntry.objects.count(), len(mail.outbox)


@pytest.mark.django_db
@time_machine.travel(TUESDAY, tick=False)  # late in the year: the next is asked for, too
def test_a_decree_is_that_of_its_own_year(told):
    told(**ANSWERS, DECREE="SKB 1497/2025")
    run()
    first = list(CalendarYear.objects.values_list("year", "decree"))
    told(DECREE_2027="SKB 1500/2026")

    run()

    assert first == [(2026, "SKB 1497/2025"), (2027, "")]
    assert list(CalendarYear.objects.values_list("year", "decree")) == [
        (2026, "SKB 1497/2025"),
        (2027, "SKB 1500/2026"),
    ]


@pytest.mark.django_db
@time_machine.travel(TUESDAY, tick=False)
def test_a_second_run_changes_nothing(told, settings):
    settings.MAIL_ENABLED = True
    told(**ANSWERS, DECREE="SKB 1497/2025")
    run()
    before = everything()
    told(NAME="Orang Lain", EMAIL="lain@contoh.invalid", ADDRESS="Jalan Lain")

    said = run()

    assert everything() == before
    assert "Administrator sudah ada: Dewi Anggraini" in said


@pytest.mark.django_db
def test_a_database_in_use_is_brought_to_this_release_only_by_who_means_it(told, monkeypatch):
    told(**ANSWERS)
    person("Dewi Anggraini")
    monkeypatch.setattr(database, "is_migrated", lambda: False)

    with pytest.raises(CommandError, match=r"Jalankan dahulu: manage\.py migrate"):
        run()


@pytest.mark.django_db
def test_the_identity_and_the_mail_are_done_again_for_who_asks(told, settings):
    settings.MAIL_ENABLED = True
    told(**ANSWERS)
    run()
    told(ADDRESS="Jalan Lain")

    run("--office", "--mail")

    assert Office.current().address == "Jalan Lain"
    assert len(mail.outbox) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"NAME": ""}, "Silakan tuliskan nama."),
        ({"EMAIL": "dewi"}, "Alamat surel ini tidak lengkap"),
        ({"PASSWORD": "sopdesk"}, "karakter"),
        ({"CITY": ""}, "Silakan tuliskan kota."),
    ],
)
def test_what_is_not_sound_is_refused_in_words(told, answers, words):
    told(**ANSWERS | answers)

    with pytest.raises(CommandError, match=words):
        run()


@pytest.mark.django_db
def test_what_is_missing_is_named(told):
    with pytest.raises(CommandError, match="SOPDESK_SETUP_NAME belum diisi"):
        run()


@pytest.mark.django_db
def test_a_mail_server_that_is_not_there_is_said_and_stops_nothing(told, settings):
    settings.MAIL_ENABLED = True
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_PORT = 1
    told(**ANSWERS)

    assert "Surel percobaan gagal:" in run()
    assert setup.administrator() is not None


@pytest.mark.django_db
def test_who_was_made_signs_in(told):
    told(**ANSWERS)
    run()

    response = Client().post(reverse("masuk"), {"username": "dewi@contoh.invalid", "password": PASSWORD}, follow=True)

    assert response.status_code == 200
    assert response.wsgi_request.user.email == "dewi@contoh.invalid"


@pytest.mark.slow
def test_a_person_at_a_terminal_is_asked_and_corrected(tmp_path):
    environment = plain_environment() | {"SOPDESK_DATA": str(tmp_path), "SOPDESK_DEMO": "0"}
    command = [sys.executable, "manage.py"]
    here, there = pty.openpty()
    process = subprocess.Popen(
        [*command, "setup"],
        cwd=configured.BASE_DIR,
        env=environment,
        stdin=there,
        stdout=there,
        stderr=there,
        start_new_session=True,
    )
    os.close(there)
    terminal = Terminal(here)

    terminal.answer("Nama: ", "Dewi Anggraini")
    terminal.answer("Surel: ", "dewi")
    terminal.answer("tidak lengkap", None)
    terminal.answer("Nama: ", "Dewi Anggraini")
    terminal.answer("Surel: ", "dewi@contoh.invalid")
    terminal.answer("buat tautan): ", "password1234")
    terminal.answer("sekali lagi: ", "password1234")
    terminal.answer("buat tautan): ", PASSWORD)
    terminal.answer("sekali lagi: ", PASSWORD + "x")
    terminal.answer("tidak sama", None)
    terminal.answer("buat tautan): ", PASSWORD)
    terminal.answer("sekali lagi: ", PASSWORD)
    for prompt in ("Barat]: ", "]: ", "]: ", "Alamat: ", "situs: ", "[Padang]: "):
        terminal.answer(prompt, "")
    for _ in range(2 if timezone.localdate().month >= 10 else 1):  # the next year is asked for, too
        terminal.answer("tetap usulan): ", "")
    said = terminal.rest()

    assert stat.S_IMODE((tmp_path / "sopdesk.sqlite3").stat().st_mode) & 0o007 == 0
    assert process.wait(timeout=PATIENCE) == 0
    assert "Yang masih perlu dilakukan" in said
    assert PASSWORD not in terminal.heard
    os.close(here)


class Terminal:
    """The other side of a terminal: hears what is said, and types."""

    def __init__(self, handle):
        self.handle, self.heard, self.read = handle, "", 0

    def answer(self, prompt, typed):
        """Wait for these words; then type a line, or nothing."""
        while (found := self.heard.find(prompt, self.read)) < 0:
            assert select.select([self.handle], [], [], PATIENCE)[0], self.heard
            self.heard += os.read(self.handle, 4096).decode()
        self.read = found + len(prompt)
        if typed is not None:
            os.write(self.handle, f"{typed}\n".encode())

    def rest(self):
        """What is said until the end."""
        try:
            while select.select([self.handle], [], [], PATIENCE)[0]:
                self.heard += os.read(self.handle, 4096).decode()
        except OSError:  # nobody is there any more
            pass
        return self.heard[self.read :]
