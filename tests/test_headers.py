"""Every answer carries the strict headers: pages, refusals, failures, files (RELIABILITY T26)."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import include, path

from sopdesk.urls import handler500  # noqa: F401  # this module stands in for the site's addresses
from tests import access
from tests.test_access import ADMINISTRATOR, ANONYMOUS, REPORTER, Stage, asked
from workflows.roles import Role

STRICT = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def fail(request):
    raise RuntimeError


urlpatterns = [path("gagal/", fail), path("", include("sopdesk.urls"))]


def lacking(response):
    """What an answer lacks, in words; nothing for a strict one."""
    found = [name for name, value in STRICT.items() if response.get(name) != value]
    policy = response.get("Content-Security-Policy", "")
    found += [] if "default-src 'none'" in policy else ["Content-Security-Policy"]
    found += ["unsafe"] if "unsafe" in policy else []
    kind = response.get("Content-Type", "")
    found += ["charset"] if kind.startswith("text/") and "charset" not in kind else []
    return found


def read(client, address, method="get"):
    response = getattr(client, method)(address)
    if response.streaming:
        response.getvalue()
    return response


@pytest.mark.parametrize("who", [ANONYMOUS, REPORTER, ADMINISTRATOR, Role.KEPALA_BIDANG_APTIKA.value])
def test_every_page_carries_them_and_what_is_personal_is_kept_on_no_disk(cast, client_of, who):
    stage = Stage(cast, client_of)
    client = stage.clients[who]

    answers = {address: read(client, address) for _, _, address in asked(stage, who)}

    assert {address: found for address, answer in answers.items() if (found := lacking(answer))} == {}
    assert len(answers) >= len(access.addresses())
    if who != ANONYMOUS:
        pages = {a: answer["Cache-Control"] for a, answer in answers.items() if answer.status_code == 200}
        kept = {a: told for a, told in pages.items() if "no-store" not in told}
        assert {a for a in kept if not a.startswith("/kantor/logo")} == set()


@pytest.mark.parametrize(
    ("status", "ask"),
    [
        (400, lambda client: client.get("/masuk/", headers={"Host": "jahat.invalid"})),
        (403, lambda client: Client(enforce_csrf_checks=True).post("/masuk/")),
        (404, lambda client: client.get("/tidak-ada/")),
        (405, lambda client: client.delete("/masuk/")),
        (
            400,
            lambda client: client.post(
                "/masuk/", {f"f{n}": "x" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
            ),
        ),
        (500, lambda client: client.get("/gagal/")),
        (200, lambda client: read(client, "/static/css/base.css")),
        (404, lambda client: client.get("/static/tidak-ada.css")),
    ],
)
def test_refusals_failures_and_static_files_carry_them_too(db, settings, status, ask):
    settings.ROOT_URLCONF = __name__

    answer = ask(Client(raise_request_exception=False))

    assert (answer.status_code, lacking(answer)) == (status, [])


def test_a_build_without_the_policy_is_caught(db, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "CSP" not in name]

    assert lacking(Client().get("/masuk/")) == ["Content-Security-Policy"]


def test_a_forged_host_is_refused_and_writes_no_link(db):
    for name in ("jahat.invalid", "testserver.jahat.invalid", "localhost:80@jahat.invalid", "testserver\tjahat"):
        answer = Client(raise_request_exception=False).get("/masuk/", headers={"Host": name})

        assert answer.status_code == 400
        assert "jahat" not in answer.content.decode()


def test_forwarded_headers_mean_nothing_without_a_proxy_of_ours(db):
    forged = {"X-Forwarded-Host": "jahat.invalid", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}

    plain, answer = Client().get("/masuk/"), Client().get("/masuk/", headers=forged)

    assert "jahat" not in answer.content.decode()
    assert (answer.status_code, answer.wsgi_request.scheme) == (plain.status_code, "http")
