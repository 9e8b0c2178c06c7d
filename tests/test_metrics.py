"""Figures for Prometheus: behind a token, added up over processes, and silent about security incidents."""

import http.client
import re
from contextlib import closing

import pytest
from django.urls import reverse

from tests.factories import report
from tests.processes.office import office_in_one_file
from tickets import actions
from workflows.roles import Role

TOKEN = "a-token-of-the-monitoring-system"


@pytest.fixture
def ask(client, settings, db):
    settings.METRICS_TOKEN = TOKEN

    def figures(token=TOKEN):
        return client.get(reverse("metrik"), headers={"Authorization": f"Bearer {token}"})

    return figures


def value(answer, name):
    return float(re.search(rf"^{re.escape(name)} (\S+)$", answer.content.decode(), re.MULTILINE).group(1))


def test_without_the_right_token_there_is_no_such_page(ask, client, settings):
    refused = [ask("wrong"), ask(""), client.get(reverse("metrik"))]
    settings.METRICS_TOKEN = ""
    refused += [ask(""), ask()]

    assert [answer.status_code for answer in refused] == [404] * 5


def test_the_figures_tell_how_the_office_is_doing(ask, cast):
    report(by=cast.reporter)

    answer = ask()

    assert value(answer, "sopdesk_tickets_open") == 1
    assert value(answer, "sopdesk_mail_failed") == 0
    assert value(answer, 'sopdesk_is_well{question="Ruang penyimpanan"}') == 1


def test_a_security_incident_is_in_no_figure_of_tickets(ask, cast):
    ticket = report(by=cast.reporter)
    before = value(ask(), "sopdesk_tickets_open")

    actions.restrict(ticket, by=cast.holder(Role.SUB_KOORDINATOR), reason="Situs disusupi.")

    assert (before, value(ask(), "sopdesk_tickets_open")) == (1, 0)


def test_a_mail_that_waits_is_counted_whatever_it_is_about(ask, cast, settings):
    """The machine's own work is counted whole: a mail about an incident is the last that may go unseen."""
    settings.MAIL_ENABLED = True
    ticket = report(by=cast.reporter)
    before = value(ask(), "sopdesk_mail_pending")

    actions.restrict(ticket, by=cast.holder(Role.SUB_KOORDINATOR), reason="Situs disusupi.")

    assert before > 0
    assert value(ask(), "sopdesk_mail_pending") >= before


def answers(get):
    try:
        return bool(get("/readyz"))
    except OSError:
        return False


def test_any_process_answers_for_all(tmp_path):
    with office_in_one_file(tmp_path, SOPDESK_METRICS_TOKEN=TOKEN, SOPDESK_PROCESSES="2") as office:
        _, port = office.web()

        def get(path, **headers):
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as site:
                site.request("GET", path, headers=headers)
                return site.getresponse().read().decode()

        office.wait_until(lambda: answers(get), "the site answers")
        for _ in range(20):
            get("/masuk/")
        told = [get("/metrics", Authorization=f"Bearer {TOKEN}") for _ in range(6)]

    counted = re.findall(r'^sopdesk_request_seconds_count{page="masuk"} (\S+)$', "\n".join(told), re.MULTILINE)
    assert counted == ["20.0"] * 6
