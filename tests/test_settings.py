"""Settings come from the environment, and say by name what is wrong with it."""

import os
import re
import runpy
import shlex
import ssl
import stat
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tests import parts
from tickets.checks import no_demo_accounts_in_production, stop_if_unsound

OURS = ("SOPDESK_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "PORT")
GOOD_KEY = "k3y-" + "".join(chr(97 + i % 26) for i in range(60))
PRODUCTION = {
    "SOPDESK_ENV": "production",
    "SOPDESK_SECRET_KEY": GOOD_KEY,
    "SOPDESK_ALLOWED_HOSTS": "sopdesk.example",
    "SOPDESK_SITE_URL": "https://sopdesk.example/",
    "SOPDESK_HTTPS": "1",
}
MAIL = {
    "SOPDESK_SMTP_URL": "smtps://mail.example",
    "SOPDESK_MAIL_FROM": "SOPDesk <sopdesk@example.id>",
}


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Read settings.py anew, under the given variables only; gives all its names."""
    for name in os.environ:
        if name.startswith(OURS):
            monkeypatch.delenv(name)

    def run(**variables):
        for name, value in ({"SOPDESK_DATA": str(tmp_path)} | variables).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(settings.BASE_DIR / "sopdesk" / "settings.py"))

    return run


@pytest.fixture
def manage(tmp_path):
    """Run a command in a process of its own, under the given variables only."""

    def run(*arguments, **variables):
        plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=plain | {"SOPDESK_DATA": str(tmp_path)} | variables,
            capture_output=True,
            text=True,
            timeout=120,
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
        ({"SOPDESK_WORKER_TASKS": "1"}, "SOPDESK_WORKER_TASKS must be a whole number from 2 to 64, not '1'"),
        ({"SOPDESK_HOLD_DAYS": "0"}, "SOPDESK_HOLD_DAYS must be a whole number from 1 to 60, not '0'"),
        ({"SOPDESK_CONFIRM_DAYS": "61"}, "SOPDESK_CONFIRM_DAYS must be a whole number from 1 to 60, not '61'"),
        ({"SOPDESK_ESCALATE_AFTER_DAYS": "-1"}, "SOPDESK_ESCALATE_AFTER_DAYS must be a whole number from 1 to 60"),
        ({"SOPDESK_REMIND_EVERY_DAYS": "5,5"}, "SOPDESK_REMIND_EVERY_DAYS must be a whole number from 1 to 60"),
        ({"SOPDESK_SWEEP_EVERY": "31"}, "SOPDESK_SWEEP_EVERY must be a whole number from 1 to 30, not '31'"),
        ({"SOPDESK_SMTP_URL": "mail.example:25"}, "SOPDESK_SMTP_URL must be written smtp://host:port?tls=1"),
        ({"SOPDESK_SMTP_URL": "smtp://"}, "SOPDESK_SMTP_URL must be written smtp://host:port?tls=1"),
        ({"SOPDESK_SMTP_URL": "smtp://u:a/b@mail.example"}, "Signs such as / @ # in its password are written %2F"),
        ({"SOPDESK_SMTP_URL": "smtp://mail.example?tsl=1"}, "takes nothing behind its port but ?tls=1 or ?tls=0"),
        ({"SOPDESK_SMTP_URL": "smtp://mail.example?tls=yes"}, "takes nothing behind its port but ?tls=1 or ?tls=0"),
        ({"SOPDESK_SMTP_URL": "smtps://mail.example?tls=1"}, "SOPDESK_SMTP_URL cannot have both smtps:// and ?tls=1"),
        ({"SOPDESK_SMTP_URL": "smtp://u:p@mail.example"}, "SOPDESK_SMTP_URL would send its password in clear"),
        ({"SOPDESK_SMTP_URL": "smtps://mail.example"}, "SOPDESK_MAIL_FROM must name the sender"),
        ({"SOPDESK_SITE_URL": ""}, "SOPDESK_SITE_URL must be set in production"),
        (MAIL | {"SOPDESK_MAIL_FROM": "SOPDesk"}, "SOPDESK_MAIL_FROM must be one mail address, not 'SOPDesk'"),
        ({"SOPDESK_MAIL_FROM": "a@b.id\nBcc: c@d.id"}, "SOPDESK_MAIL_FROM must be one mail address"),
        ({"SOPDESK_MAIL_FROM": "a@b.id, c@d.id"}, "SOPDESK_MAIL_FROM must be one mail address"),
        ({"SOPDESK_SITE_URL": "sopdesk.example"}, "SOPDESK_SITE_URL must be written https://host"),
        ({"SOPDESK_SITE_URL": "https://sopdesk.example/desk"}, "SOPDESK_SITE_URL must be written https://host"),
        ({"SOPDESK_SITE_URL": "https://sopdesk.example:port"}, "SOPDESK_SITE_URL must be written https://host"),
    ],
)
def test_a_wrong_setting_stops_the_start_by_name(read, variables, sentence):
    with pytest.raises(ImproperlyConfigured, match=re.escape(sentence)):
        read(**PRODUCTION | variables)


@pytest.mark.parametrize(
    ("address", "reading"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", "", False, False)),
        ("smtp://desk:p%40ss@mail.example:587?tls=1", ("mail.example", 587, "desk", "p@ss", True, False)),
        (
            "smtps://desk%40example.id:secret@mail.example",
            ("mail.example", 465, "desk@example.id", "secret", False, True),
        ),
    ],
)
def test_one_address_names_the_mail_server(read, address, reading):
    values = read(**PRODUCTION | MAIL | {"SOPDESK_SMTP_URL": address})

    names = ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    assert tuple(values[f"EMAIL_{name}"] for name in names) == reading
    assert values["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (values["MAIL_ENABLED"], values["EMAIL_TIMEOUT"]) == (True, 10)
    assert values["DEFAULT_FROM_EMAIL"] == "SOPDesk <sopdesk@example.id>"
    assert values["SITE_URL"] == "https://sopdesk.example"


def test_without_a_mail_server_mail_is_off_and_nothing_can_leave(read):
    values = read(PORT="9000", SOPDESK_BIND="::1", SOPDESK_SMTP_URL="", SOPDESK_HOLD_DAYS="")

    assert values["MAIL_ENABLED"] is False
    assert values["EMAIL_BACKEND"] == "django.core.mail.backends.dummy.EmailBackend"
    assert values["SITE_URL"] == "http://[::1]:9000"
    assert values["HOLD_DAYS"] == 5


def test_a_wrong_mail_address_is_refused_without_repeating_its_password(read):
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(**PRODUCTION, SOPDESK_SMTP_URL="smtp://desk:top-secret@mail.example:25x")

    assert "top-secret" not in str(refusal.value)


def test_the_example_of_the_readme_starts_in_production(read, tmp_path):
    readme = (settings.BASE_DIR / "README.md").read_text()
    [example] = re.findall(r"```sh\n(SOPDESK_ENV=production\n.*?)```", readme, re.DOTALL)
    variables = dict(word.split("=", 1) for word in shlex.split(example, comments=True))

    values = read(**variables | {"SOPDESK_SECRET_KEY": GOOD_KEY, "SOPDESK_DATA": str(tmp_path)})

    assert (values["PRODUCTION"], values["SITE_URL"]) == (True, "https://sopdesk.example.go.id")


def test_only_the_health_pages_answer_over_plain_http(read):
    patterns = read(**PRODUCTION)["SECURE_REDIRECT_EXEMPT"]

    paths = ("healthz", "readyz", "healthz/x", "masuk/", "x/healthz", "readyz.html", "")
    assert [path for path in paths if any(re.search(pattern, path) for pattern in patterns)] == ["healthz", "readyz"]


def test_redis_over_tls_must_show_a_certificate(read):
    assert read(REDIS_URL="rediss://redis.example:6379/0")["CELERY_BROKER_USE_SSL"] == {
        "ssl_cert_reqs": ssl.CERT_REQUIRED
    }


RESTARTED = """
import os, psycopg
from django.db import connection, connections

def backend():
    try:
        return connection.cursor().execute("SELECT pg_backend_pid()").fetchone()[0]
    finally:
        connections.close_all()

before = backend()
with psycopg.connect(os.environ["DATABASE_URL"], application_name="administrator", autocommit=True) as administrator:
    administrator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'desk'")
print(before != backend())
"""


@pytest.mark.postgres
def test_a_restart_of_postgresql_costs_no_page(manage):
    """Each connection of the pool is tried before it is used: one that the server ended is replaced unseen."""
    url = urlsplit(parts.POSTGRES_URL)._replace(query="application_name=desk").geturl()

    finished = manage("shell", "--no-imports", "--command", RESTARTED, DATABASE_URL=url)

    assert (finished.stdout.strip(), finished.returncode) == ("True", 0), finished.stderr


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
        "for name in ('journal_mode', 'synchronous', 'foreign_keys', 'secure_delete', 'busy_timeout'):\n"
        "    print(c.cursor().execute(f'PRAGMA {name}').fetchone()[0])\n"
        "print(c.transaction_mode)",
    )

    assert outcome.stdout.split() == ["wal", "2", "1", "1", "20000", "IMMEDIATE"]


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
