"""A delivery that is killed with -9 loses no mail, repeats one at most, and that with the same Message-ID."""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import connection

from tests import mail_worker
from tests.factories import person, report
from tests.mail_server import MailServer
from tests.test_notifications import LINK, wib
from tickets.models import Notice
from tickets.notifications import outbox
from workflows.roles import Role

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("on_both_databases")]

KILLS = int(os.environ.get("SOPDESK_KILLS", "8"))  # at each point; 30 in the run that README names
READERS = 7
#: From one kill to the next: longer than a lease.
STEP = timedelta(minutes=6)


@pytest.fixture(scope="module")
def running():
    with MailServer() as running:
        yield running


@pytest.fixture
def server(running, settings):
    settings.MAIL_ENABLED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
    return running


@pytest.fixture(scope="module")
def worker(running, django_db_setup, tmp_path_factory):
    """The process whose children are killed."""
    ours = ("SOPDESK_", "DJANGO_")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.mail_worker", str(connection.settings_dict["NAME"])],
        cwd=configured.BASE_DIR,
        env=plain | {
            "DJANGO_SETTINGS_MODULE": "sopdesk.settings",
            "SOPDESK_DATA": str(tmp_path_factory.mktemp("data")),
            "SOPDESK_SMTP_URL": f"smtp://127.0.0.1:{running.port}",
            "SOPDESK_MAIL_FROM": "sopdesk@contoh.invalid",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    yield parent
    parent.stdin.close()
    parent.wait(timeout=10)
    parent.stdout.close()


@pytest.fixture
def ticket(cast):
    """A ticket whose every comment is told to seven people."""
    for n in range(READERS - 1):
        person(f"Rekan {n}", role=Role.SUB_KOORDINATOR, procedure="website")
    ticket = report(by=cast.reporter, answers=LINK, now=wib(17, "07.30"))
    Notice.objects.all().delete()
    return ticket


@dataclass
class Tally:
    """What came of kills, in mails; `strange` arrived under a Message-ID that no row has."""

    kills: int = 0
    notices: int = 0
    lost: int = 0
    repeated: int = 0
    most_repeats_of_a_kill: int = 0
    strange: int = 0
    not_once_in_app: int = 0


def tally_of_kills(worker, server, ticket, point, *, kills, build=""):
    """Kill one delivery after the other at a point, at any mail of the seven; each time let another go on."""
    tally, chance = Tally(), random.Random(point)  # noqa: S311  # a repeatable choice, no secret
    now = wib(17, "07.30")
    for _ in range(kills):
        server.mails.clear()
        order = {"point": point, "turn": chance.randint(1, READERS), "build": build}
        ended_by = run_child(worker, order | {"ticket": ticket.pk, "now": now.isoformat()})
        assert ended_by == signal.SIGKILL
        outbox.deliver(now + outbox.LEASE)
        count_into(tally, server, ticket)
        now += STEP
    return tally


def run_child(worker, order):
    worker.stdin.write(json.dumps(order) + "\n")
    worker.stdin.flush()
    return int(worker.stdout.readline())


def count_into(tally, server, ticket):
    told = Notice.objects.filter(entry=ticket.entries.last())
    expected = {f"<pemberitahuan-{pk}@127.0.0.1>" for pk in told.filter(channel="surel").values_list("pk", flat=True)}
    arrived = Counter(server.message_ids)
    repeats = sum(times - 1 for times in arrived.values())
    tally.kills += 1
    tally.notices += len(expected)
    tally.lost += len(expected - set(arrived))
    tally.repeated += repeats
    tally.most_repeats_of_a_kill = max(tally.most_repeats_of_a_kill, repeats)
    tally.strange += len(set(arrived) - expected)
    tally.not_once_in_app += told.filter(channel="situs").count() != READERS


@pytest.mark.parametrize("point", mail_worker.POINTS)
def test_a_killed_delivery_loses_nothing_and_repeats_one_mail_at_most(worker, server, ticket, point):
    tally = tally_of_kills(worker, server, ticket, point, kills=KILLS)

    repeats = KILLS if point in (mail_worker.UNANSWERED, mail_worker.AFTER) else 0
    assert tally == Tally(
        kills=KILLS,
        notices=KILLS * READERS,
        repeated=repeats,
        most_repeats_of_a_kill=1 if repeats else 0,
    )
    assert not Notice.objects.pending().exists()


def test_a_build_that_marks_before_it_sends_is_seen_to_lose_mail(worker, server, ticket):
    tally = tally_of_kills(worker, server, ticket, mail_worker.BEFORE, kills=5, build=mail_worker.MARKS_FIRST)

    assert tally.lost == 5


def test_a_build_with_a_new_message_id_each_time_is_seen_to_repeat_under_another_name(worker, server, ticket):
    tally = tally_of_kills(worker, server, ticket, mail_worker.AFTER, kills=5, build=mail_worker.NEW_IDS)

    assert tally.strange >= 5
