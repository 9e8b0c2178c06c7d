"""Dockerfile, docker-compose.yml and .env.example fit together: read with a parser, which needs no Docker engine."""

import json
import os
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
import yaml
from celery.bin import beat, worker
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service["image"] == "sopdesk"}
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
SECRETS = {"SOPDESK_SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}


def instructions():
    """The Dockerfile as (instruction, rest of the line) pairs."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def last_stage():
    pairs = instructions()
    begins = max(number for number, (word, _) in enumerate(pairs) if word == "FROM")
    return pairs[begins:]


def image_environment():
    """What ENV sets in the image."""
    words = [word for name, rest in last_stage() if name == "ENV" for word in shlex.split(rest)]
    return dict(word.split("=", 1) for word in words)


def example():
    """The variables of .env.example with their values."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def filled_in():
    """.env.example as a person would fill it in."""
    secrets = {name: f"{number}a9f4c27be1058d63" * 4 for number, name in enumerate(sorted(SECRETS))}
    places = {"SOPDESK_ALLOWED_HOSTS": "desk.example, www.desk.example", "SOPDESK_SITE_URL": "https://desk.example"}
    return example() | secrets | places


def environment_of(service, answers):
    """What a container of this service finds in its environment."""

    def answer(match):
        name, sign, words = match.groups()
        assert answers.get(name) or sign != "?", f"{name} {words}"
        return answers.get(name) or (words if sign == "-" else "")

    return {name: VARIABLE.sub(answer, str(value)) for name, value in SERVICES[service]["environment"].items()}


# What is in the file


def test_the_services_are_those_that_an_office_needs():
    assert set(SERVICES) == {"migrate", "web", "worker", "mailer", "press", "beat", "postgres", "redis"}
    assert set(SERVICES) - OURS == {"postgres", "redis"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_watched_or_runs_once(name):
    service = SERVICES[name]
    check = service.get("healthcheck")

    if name == "migrate":
        assert (service["restart"], check) == ("no", {"disable": True})
    elif name == "web":
        assert check is None
        assert [word for word, _ in last_stage()].count("HEALTHCHECK") == 1  # that of the image
    else:
        assert check["test"][0] in ("CMD", "CMD-SHELL")
        assert check["interval"]
    assert name == "migrate" or service["restart"] == "unless-stopped"


def test_nothing_of_ours_starts_before_the_database_is_migrated_and_redis_answers():
    ready = {name: condition["condition"] for name, condition in SERVICES["web"]["depends_on"].items()}

    assert ready == {
        "migrate": "service_completed_successfully",
        "postgres": "service_healthy",
        "redis": "service_healthy",
    }
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["depends_on"] == SERVICES["web"]["depends_on"]


def test_every_volume_that_is_used_is_declared_and_the_other_way_round():
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}

    assert used == set(COMPOSE["volumes"])


def test_only_this_machine_reaches_a_port():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_redis_refuses_rather_than_forgets():
    command = shlex.split(SERVICES["redis"]["command"][-1])

    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"


# Commands


def commands():
    """Every command and health check of our own image, as (where, words)."""
    for name in sorted(OURS):
        service = SERVICES[name]
        if "command" in service:
            yield name, service["command"]
        if service.get("healthcheck", {}).get("test"):
            yield f"{name} (health)", service["healthcheck"]["test"][1:]


@pytest.mark.parametrize(("where", "words"), [pytest.param(*pair, id=pair[0]) for pair in commands()])
def test_every_command_exists_and_takes_its_options(where, words):
    if words[0] == "python":
        assert words[1] == "manage.py"
        assert words[2] in get_commands()
        return

    assert words[:3] == ["celery", "-A", "sopdesk"]
    command = {"worker": worker.worker, "beat": beat.beat}[words[3]]
    given, rest, _ = command.make_parser(click.Context(command)).parse_args(list(words[4:]))
    assert rest == []
    assert where != "beat" or given["pidfile"] == ""  # one that a killed container leaves behind would stop the next


def test_the_lines_of_the_readme_run_in_these_services():
    lines = re.findall(r"docker compose (?:stop|run) .*", (ROOT / "README.md").read_text())
    stopped = [shlex.split(line, comments=True)[3:] for line in lines if line.startswith("docker compose stop")]
    ran = [re.search(r" (\w+) python manage\.py (\w+)", line).groups() for line in lines if "manage.py" in line]

    assert [set(names) for names in stopped] == [OURS - {"migrate"}]
    assert {service for service, _ in ran} == {"web"}
    assert {command for _, command in ran} == {"setup", "backup", "restore"} <= set(get_commands())


def test_a_line_for_cron_has_no_bare_percent_sign():
    lines = re.findall(r"^0 1 \* \* \* .*", (ROOT / "README.md").read_text(), re.M)

    assert len(lines) == 2
    assert [line for line in lines if re.search(r"(?<!\\)%", line)] == []


def test_every_queue_has_workers_of_its_own():
    consumed = {
        name: [word.removeprefix("--queues=") for word in SERVICES[name]["command"] if word.startswith("--queues=")]
        for name in ("worker", "mailer", "press")
    }

    assert consumed == {
        "worker": [settings.CLOCK_QUEUE],
        "mailer": [settings.MAIL_QUEUE],
        "press": [settings.FILE_QUEUE],
    }
    assert {queue.name for queue in settings.CELERY_TASK_QUEUES} == {name for [name] in consumed.values()}


def test_a_worker_is_killed_only_after_its_soft_shutdown_is_over():
    for name in ("worker", "mailer", "press"):
        assert SERVICES[name]["environment"]["REMAP_SIGTERM"] == "SIGQUIT"
        assert (
            int(SERVICES[name]["stop_grace_period"].removesuffix("s"))
            >= 2 * settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT
        )


# The environment


def test_every_variable_is_in_the_example_and_the_other_way_round():
    asked = {match.group(1) for match in VARIABLE.finditer((ROOT / "docker-compose.yml").read_text())}

    assert asked == set(example())


def test_no_secret_stands_in_a_file():
    for name, service in SERVICES.items():
        for key, value in service["environment"].items():
            literal = VARIABLE.sub("", str(value))
            if re.search("SECRET|PASSWORD|AUTH", key):
                assert literal == "", f"{name}: {key}"
            elif "://" in literal:
                assert not urlsplit(literal).password, f"{name}: {key}"
    without_default = {match.group(1) for match in VARIABLE.finditer(yaml.dump(COMPOSE)) if match.group(2) == "?"}
    assert without_default >= SECRETS
    assert {name: example()[name] for name in SECRETS} == dict.fromkeys(SECRETS, "")


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_settings_accept_what_a_container_finds_in_its_environment(monkeypatch, tmp_path, name):
    found = image_environment() | environment_of(name, filled_in())
    here = {"SOPDESK_DATA": str(tmp_path / "data"), "SOPDESK_STATIC": str(tmp_path / "static")}
    ours = {key: value for key, value in found.items() if key != "PATH"} | here
    for key in [key for key in os.environ if key.startswith("SOPDESK_")]:
        monkeypatch.delenv(key)
    for key, value in ours.items():
        monkeypatch.setenv(key, value)

    values = runpy.run_path(str(ROOT / "sopdesk" / "settings.py"))

    assert (values["PRODUCTION"], values["EMBEDDED"], values["PORT"]) == (True, False, 8000)
    assert values["TOTP_REQUIRED"] == {"administrator", "kepala_bidang_aptika"}
    assert (values["REGISTRATION"], values["TRACKING"], values["LOG_FORMAT"]) == (False, True, "plain")
    assert (values["SESSION_IDLE_MINUTES"], values["OIDC_LABEL"]) == (30, "Masuk dengan SSO")
    assert values["BIND"] == "0.0.0.0"  # noqa: S104  # compared, not bound
    assert values["CELERY_BROKER_URL"].startswith("redis://:")
    assert values["DATABASES"]["default"]["HOST"] == "postgres"
    unknown = [key for key in ours if key.startswith("SOPDESK_") and f'"{key}"' not in settings_text()]
    assert unknown == []


def settings_text():
    return (ROOT / "sopdesk" / "settings.py").read_text()


@pytest.mark.parametrize("missing", sorted(SECRETS | {"SOPDESK_ALLOWED_HOSTS", "SOPDESK_SITE_URL"}))
def test_what_must_be_filled_in_is_asked_for_by_name(missing):
    answers = filled_in() | {missing: ""}

    with pytest.raises(AssertionError, match=f"{missing} must be set in .env"):
        [environment_of(name, answers) for name in SERVICES]


# The image


def test_the_image_does_not_run_as_root_and_is_installed_by_hashes():
    stage = last_stage()
    user = [rest for word, rest in stage if word == "USER"][-1]
    text = "\n".join(rest for _, rest in instructions())

    assert user == "sopdesk"
    assert any(word == "RUN" and "useradd" in rest and rest.rstrip().endswith("/data") for word, rest in stage)
    assert "--require-hashes" in text
    assert not re.search(r"apt-get|gcc|build-essential|curl", text)


def test_the_image_takes_in_the_program_and_nothing_else():
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert "*" in (ROOT / ".dockerignore").read_text().splitlines()
    assert let_in == {
        *("manage.py", "requirements.lock", "LICENSE"),
        *("sopdesk", "tickets", "workflows", "templates", "static"),
    }
    assert all((ROOT / name).exists() for name in let_in)
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_command_of_the_image_is_a_web_server_that_starts(tmp_path):
    words = json.loads(next(rest for word, rest in last_stage() if word == "CMD"))
    here = {"SOPDESK_DATA": str(tmp_path), "SOPDESK_STATIC": str(tmp_path / "static"), "PATH": os.environ["PATH"]}

    finished = subprocess.run(
        [sys.executable, "-m", words[0], "--check-config", *words[1:]],
        cwd=ROOT,
        env=image_environment() | environment_of("web", filled_in()) | here,
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize(("broken", "verdict"), [(False, 0), (True, 1)])
def test_the_health_check_of_the_image_asks_whether_pages_can_be_served(live_server, settings, broken, verdict):
    settings.ALLOWED_HOSTS = ["desk.example"]
    if broken:
        settings.ROOT_URLCONF = "tests.test_compose"  # no page at all
    check = next(rest for word, rest in last_stage() if word == "HEALTHCHECK")
    words = json.loads(check[check.index("CMD") + len("CMD") :])

    finished = subprocess.run(
        [sys.executable, *words[1:]],
        env={"PORT": str(live_server.thread.port), "SOPDESK_ALLOWED_HOSTS": " .desk.example, other.example"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == verdict, finished.stderr


urlpatterns = []
