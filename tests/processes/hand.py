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


def limits_differ():
    """The limits that are not what they derive from."""
    from tickets import limits
    from workflows import calendars

    return [str(difference) for difference in limits.differences(calendars.current())]


def main():
    django.setup()
    known = {act.__name__: act for act in (fill, flagged, rungs, sign_in, limits_differ)}
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        sys.stdout.write(json.dumps(known[name](*arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
