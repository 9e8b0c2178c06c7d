"""Settings come from the environment, and say by name what is wrong with it."""

import os
import re
import runpy
import stat
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tickets.checks import no_demo_accounts_in_production, stop_if_unsound

GOOD_KEY = "k3y-" + "".join(chr(97 + i % 26) for i in range(60))
PRODUCTION = {
    "SOPDESK_ENV": "production",
    "SOPDESK_SECRET_KEY": GOOD_KEY,
    "SOPDESK_ALLOWED_HOSTS": "sopdesk.example",
    "SOPDESK_HTTPS": "1",
}


@pytest.fixture
def manage(tmp_path):
    """Run a command in a process of its own, under the given variables only."""

    def run(*arguments, **variables):
        ours = ("SOPDESK_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "PORT")
        plain = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=plain | {"SOPDESK_DATA": str(tmp_path)} | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"SOPDESK_DEBUG": "1"}, "SOPDESK_DEBUG must be off in production"),
        ({"SOPDESK_SECRET_KEY": ""}, "SOPDESK_SECRET_KEY is missing"),
        ({"SOPDESK_SECRET_KEY": "short"}, "SOPDESK_SECRET_KEY is shorter than 50 characters"),
        ({"SOPDESK_SECRET_KEY": "ab" * 40}, "SOPDESK_SECRET_KEY repeats too few characters"),
        ({"SOPDESK_SECRET_KEY": f"django-insecure-{GOOD_KEY}"}, "SOPDESK_SECRET_KEY is a sample key"),
        ({"SOPDESK_ALLOWED_HOSTS": ""}, "SOPDESK_ALLOWED_HOSTS must name the hosts"),
        ({"SOPDESK_ALLOWED_HOSTS": "sopdesk.example,*"}, "never '*'"),
        ({"SOPDESK_DEMO": "1"}, "SOPDESK_DEMO must be off in production"),
        ({"SOPDESK_ENV": "prod"}, "SOPDESK_ENV must be embedded or production, not 'prod'"),
        ({"SOPDESK_HTTPS": "maybe"}, "SOPDESK_HTTPS must be 1 or 0, not 'maybe'"),
        ({"PORT": "80000"}, "PORT must be a whole number from 1 to 65535, not '80000'"),
        ({"DATABASE_URL": "mysql://db/sopdesk"}, "DATABASE_URL must begin with postgresql://"),
        ({"REDIS_URL": "redis.example:6379"}, "REDIS_URL must begin with redis://"),
    ],
)
def test_a_wrong_setting_stops_the_start_by_name(monkeypatch, tmp_path, variables, sentence):
    for name, value in (PRODUCTION | {"SOPDESK_DATA": str(tmp_path)} | variables).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match=re.escape(sentence)):
        runpy.run_path(str(settings.BASE_DIR / "sopdesk" / "settings.py"))


def test_production_over_https_passes_the_deployment_checks(manage):
    outcome = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert (outcome.returncode, outcome.stderr) == (0, "")


def test_an_embedded_install_makes_one_key_that_only_its_owner_can_read(manage, tmp_path):
    manage("check")
    first = (tmp_path / "secret_key").read_text()
    manage("check")

    assert (tmp_path / "secret_key").read_text() == first
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_an_emptied_key_file_is_refused_by_name(manage, tmp_path):
    (tmp_path / "secret_key").touch()

    outcome = manage("check")

    assert outcome.returncode != 0
    assert f"The secret key in {tmp_path / 'secret_key'} is missing" in outcome.stderr


def test_sqlite_keeps_what_was_committed_and_lets_writers_queue(manage):
    outcome = manage(
        "shell",
        "--no-imports",
        "--command",
        "from django.db import connection as c\n"
        "for name in ('journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'):\n"
        "    print(c.cursor().execute(f'PRAGMA {name}').fetchone()[0])\n"
        "print(c.transaction_mode)",
    )

    assert outcome.stdout.split() == ["wal", "2", "1", "20000", "IMMEDIATE"]


def test_every_page_carries_the_strict_headers(client, db):
    response = client.get("/masuk/")

    assert {name: response[name] for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")} == {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
    }
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]


def test_a_demo_account_in_production_is_an_error_of_the_deployment_checks(db, settings, django_user_model):
    django_user_model.objects.create(email=f"budi{settings.DEMO_DOMAIN}", name="Budi")
    elsewhere = no_demo_accounts_in_production()

    settings.PRODUCTION = True
    in_production = no_demo_accounts_in_production()

    assert elsewhere == []
    assert [problem.id for problem in in_production] == ["tickets.E001"]


def test_a_switched_on_arrow_that_no_sop_has_stops_the_start(manage):
    finished = manage("check", SOPDESK_ENABLED_ARROWS="spj-online.5>ende")

    assert finished.returncode == 1
    assert "SOPDESK_ENABLED_ARROWS names 'spj-online.5>ende', which no SOP has." in finished.stderr


@pytest.mark.parametrize(("bind", "is_demo"), [("127.0.0.1", "True"), ("10.0.0.5", "False")])
def test_a_site_open_to_a_network_is_no_demo_unless_asked(manage, bind, is_demo):
    finished = manage(
        "shell", "-v", "0", "-c", "from django.conf import settings; print(settings.DEMO)", SOPDESK_BIND=bind
    )

    assert finished.stdout.strip() == is_demo


def test_a_server_started_by_hand_refuses_a_fault_too(settings):
    settings.SOPDESK_ENABLED_ARROWS = frozenset({"website-2024.9>99"})

    with pytest.raises(ImproperlyConfigured, match="which no SOP has"):
        stop_if_unsound()
