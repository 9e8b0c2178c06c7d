"""The hand that writes rows into the database of an office, and reads what became of them.

A process of its own, since the office has another database than whoever looks at it. Reads one JSON list a line, the
name of a function here and its arguments; answers each with one line.
"""

import json
import sys
from datetime import datetime, timedelta

import django


def fill(first, count, seconds):
    """Runs of 15 minutes that come to their limits one after the other from `first` on; their pks."""
    from tests.bench_sweep import open_runs
    from tests.factories import Cast
    from tickets.models import User

    reporter = User.objects.filter(reports=None, email__endswith="@contoh.invalid").first() or Cast().reporter
    between = timedelta(seconds=seconds / count)
    limit = timedelta(minutes=15)
    entered = [datetime.fromisoformat(first) - limit + between * nth for nth in range(count)]
    return [run.pk for run in open_runs(entered, reporter=reporter)]


def flagged(first, last):
    """How many of these runs are called late."""
    from tickets.models import Rung

    return Rung.objects.filter(run_id__gte=first, run_id__lte=last, kind=Rung.Kind.BREACH).count()


def rungs(first, last):
    """Of each of these runs when it is due, and its rungs in the order they were climbed (see `_facts`)."""
    from tickets.models import StepRun

    runs = StepRun.objects.filter(pk__range=(first, last)).prefetch_related("rungs__notices")
    return [
        [run.due_at.isoformat(), [_facts(rung) for rung in sorted(run.rungs.all(), key=lambda rung: rung.pk)]]
        for run in runs
    ]


def _facts(rung):
    """Its kind, its instant, when it was noticed, and how many people are told of it in SOPDesk."""
    told = sum(notice.channel == notice.Channel.SITE for notice in rung.notices.all())
    return rung.kind, rung.at.isoformat(), rung.noticed_at.isoformat(), told


def person(email, password, is_active):
    """Somebody with an account and a password."""
    from tickets.models import User

    return User.objects.create_user(email, password, name=email.partition("@")[0], is_active=is_active).pk


def sign_in(role):
    """The key of a session of somebody who holds a role."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from tickets.models import User

    person = User.objects.filter(role_assignments__role=role).first()
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return session.session_key


def settle(password):
    """An office with a cast that signs in with a password, and an issued Laporan SLA of last month.

    Gives the addresses of who performs row 1 of the website SOP, of the reporter, of Kepala Bidang and of the
    administrator, and the code of the paper.
    """
    from django.utils import timezone

    from tests.factories import Cast
    from tickets.models import Document, User
    from tickets.reports import issuing, periods
    from workflows.roles import Role

    cast = Cast()
    people = [cast.holder(Role.SUB_KOORDINATOR), cast.reporter, cast.holder(Role.KEPALA_BIDANG_APTIKA), cast.admin]
    for person in people:
        person.set_password(password)
    User.objects.bulk_update(people, ["password"])
    last_month = timezone.localdate().replace(day=1) - timedelta(days=1)
    issuing.order_sla(periods.month_of(last_month), by=None, now=timezone.now())
    issuing.make_waiting()
    return [person.email for person in people], Document.objects.made().get().code


def reports(by, count):
    """New reports of somebody on row 1 of the website SOP: each with its number, its run and its screenshot's key."""
    from tests.factories import report
    from tickets.models import User

    tickets = [report(by=User.objects.get(email=by)) for _ in range(count)]
    return [(ticket.number, ticket.runs.open().get().pk, ticket.attachments.get().key) for ticket in tickets]


def limits_differ():
    """The limits that are not what they derive from."""
    from tickets import limits
    from workflows import calendars

    return [str(difference) for difference in limits.differences(calendars.current())]


def main():
    django.setup()
    from django.db import close_old_connections

    known = {act.__name__: act for act in (fill, flagged, person, reports, rungs, settle, sign_in, limits_differ)}
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(known[name](*arguments)) + "\n")
        sys.stdout.flush()
        close_old_connections()  # as after a request: the database may be gone and back before the next


if __name__ == "__main__":
    main()
