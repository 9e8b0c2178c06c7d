"""The log: one event a line, findable by its number, and nothing in it that is not meant for operators."""

import json
import logging

import pytest
from django.test import Client
from django.urls import include, path, reverse

from sopdesk.celery import app
from sopdesk.logs import JsonLine, KnowsItsRequest, Line, TellsNoValues
from sopdesk.urls import handler500  # noqa: F401  # this module stands in for the site's addresses
from tests.factories import report
from tickets.models import Ticket

CANARY = "kata-sandi-Rahasia-77"


def fail(request, code):
    try:
        raise OSError("disk quota exceeded")
    except OSError as error:
        raise ValueError(f"duplicate value {CANARY}") from error


urlpatterns = [path("gagal/<str:code>/", fail, name="gagal"), path("", include("sopdesk.urls"))]


@pytest.fixture
def lines():
    """What the site writes to its log, as JSON and as plain lines."""
    written = {"json": [], "plain": []}

    class Keep(logging.Handler):
        def __init__(self, kind, formatter):
            super().__init__()
            self.kind = kind
            self.setFormatter(formatter)
            self.addFilter(KnowsItsRequest())
            self.addFilter(TellsNoValues())

        def emit(self, record):
            written[self.kind].append(self.format(record))

    plain = Line("{levelname} {name} [{request_id}]: {message}", style="{")
    handlers = [Keep("plain", plain), Keep("json", JsonLine())]
    root, requests = logging.getLogger(), logging.getLogger("sopdesk.request")
    level = requests.level
    requests.setLevel(logging.INFO)
    for handler in handlers:
        root.addHandler(handler)
    yield written
    requests.setLevel(level)
    for handler in handlers:
        root.removeHandler(handler)


@pytest.mark.parametrize("kind", ["plain", "json"])
def test_a_failure_is_told_by_its_place_and_kind_without_what_it_was_about(lines, settings, kind):
    settings.ROOT_URLCONF = __name__

    Client(raise_request_exception=False).get(f"/gagal/{CANARY}/")

    told = "\n".join(lines[kind])
    assert CANARY not in told
    assert "raise ValueError" in told
    assert "builtins.OSError: disk quota exceeded" in told
    assert "Internal Server Error: gagal" in told


def test_the_page_of_a_failure_the_answer_and_the_log_share_one_number(lines, settings):
    settings.ROOT_URLCONF = __name__

    answer = Client(raise_request_exception=False).get("/gagal/x/")

    number = answer["X-Request-Id"]
    logged = {json.loads(line)["request_id"] for line in lines["json"]}
    assert (answer.status_code, logged) == (500, {number})
    assert number in answer.content.decode()


def test_each_request_is_one_line_that_names_the_page_and_not_its_address(lines, cast, client_of):
    ticket = report(by=cast.reporter)
    lines["json"].clear()

    client_of(cast.reporter).get(reverse("tiket-detail", args=[ticket.number]), {"page": CANARY})

    [told] = [json.loads(line) for line in lines["json"]]
    known = {name: told[name] for name in ("logger", "method", "page", "status", "person")}
    assert known == {
        "logger": "sopdesk.request",
        "method": "GET",
        "page": "tiket-detail",
        "status": 200,
        "person": str(cast.reporter.pk),
    }
    assert ticket.number not in json.dumps(told)
    assert CANARY not in json.dumps(told)


@pytest.mark.parametrize("kind", ["plain", "json"])
def test_a_text_with_line_breaks_cannot_forge_a_line(lines, kind):
    logging.getLogger("sopdesk.files").warning("name %s", "layar.png\n2026-11-21 INFO sopdesk: all is well")

    [line] = lines[kind]
    assert "\n2026" not in line


@pytest.fixture
def failing_task():
    """A task that fails with an error that quotes what it was about."""

    @app.task(name="tests.fail")
    def task():
        fail(None, CANARY)

    yield task
    app.tasks.unregister("tests.fail")


@pytest.mark.parametrize("kind", ["plain", "json"])
def test_a_task_that_fails_is_told_by_its_name_and_the_kind_of_its_error(lines, failing_task, kind):
    failing_task.apply()

    [line] = lines[kind]
    assert CANARY not in line
    assert "task tests.fail failed" in line
    assert "builtins.ValueError" in line


@pytest.mark.parametrize("kind", ["plain", "json"])
def test_an_error_that_a_line_is_about_is_named_by_its_kind(lines, kind):
    logging.getLogger("celery.worker.request").error("Task handler raised error: %r", ValueError(CANARY))

    [line] = lines[kind]
    assert "builtins.ValueError" in line
    assert CANARY not in line


def test_what_a_library_adds_to_its_line_is_not_told(lines):
    logging.getLogger("library").warning("something", extra={"data": {"text": CANARY}})

    assert set(json.loads(lines["json"][0])) == {"at", "level", "logger", "message", "request_id"}


def test_the_service_writes_its_lines_through_both_filters(settings):
    names = settings.LOGGING["handlers"]["stderr"]["filters"]

    assert {settings.LOGGING["filters"][name]["()"] for name in names} == {
        f"sopdesk.logs.{kind.__name__}" for kind in (KnowsItsRequest, TellsNoValues)
    }


def test_what_is_not_found_leaves_only_its_line(lines, cast, client_of):
    client_of(cast.reporter).get(f"/tiket/{CANARY}/")

    assert [json.loads(line)["status"] for line in lines["json"]] == [404]
    assert CANARY not in "".join(lines["json"])
    assert Ticket.objects.count() == 0
