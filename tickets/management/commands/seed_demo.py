"""`manage.py seed_demo`: a made-up office with people, reports and their histories."""

from argparse import ArgumentTypeError
from datetime import datetime, time
from time import monotonic

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from tickets.demo import bulk
from tickets.demo.calendar import seed_calendar, seed_years_before
from tickets.demo.identity import seed_identity
from tickets.demo.office import act_out, put_notices_away
from tickets.demo.people import seed_people, seed_reporters, seed_substitute
from tickets.models import Ticket, User

END_OF_DAY = time(16)
ACTED_OUT = 60  # so many reports happen through the real actions; more of them are an archive, written in bulk
LONG = 5  # seconds that are worth telling
DEMO_DOMAINS = settings.DEMO_DOMAIN.removeprefix("@")  # with those below it


def moment(text):
    """An ISO time, in WIB unless it says otherwise; a day means its close of business."""
    try:
        day = parse_date(text)
        found = datetime.combine(day, END_OF_DAY) if day else parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise ArgumentTypeError(f"write a day or time like 2026-11-20 or 2026-11-20T14:30, not {text!r}")
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def seed_office(now) -> dict[str, User]:
    """The people, the papers' identity and the calendar of the demo office, as far as they are not there."""
    people = seed_people()
    seed_identity()
    seed_calendar(people["dewi"], now=now)
    return people


class Command(BaseCommand):
    help = (
        "Make the demo office: people of every role and reports in every state, through the real actions. Beyond the "
        "first 60, the reports are an archive of five years, written in bulk."
    )

    def add_arguments(self, parser):
        parser.add_argument("--tickets", type=int, default=60, help="how many demo reports there shall be in all")
        parser.add_argument("--until", type=moment, help="day or time of the last act; now, if left out")
        parser.add_argument("--quiet", action="store_true", help="say nothing")

    def handle(self, *, tickets, until, quiet, **options):
        self.quiet = quiet
        if settings.PRODUCTION or not settings.DEMO:
            raise CommandError("Demo data is for demo installs only (SOPDESK_DEMO=1), and never made in production.")
        now = timezone.now()
        if until and until > now:
            raise CommandError("--until lies in the future, and nothing in a history may.")
        until = until or now
        there = Ticket.objects.filter(filed_by__email__endswith=DEMO_DOMAINS).count()
        if there >= tickets:
            seed_office(now)
            self.say(f"There are {there} demo reports already; nothing was added.")
            return
        self.act_out(there, min(tickets, ACTED_OUT), until, now)
        self.write_in_bulk(tickets - max(there, ACTED_OUT), until, now)
        self.say(f"Made {tickets - there} demo reports.")

    @transaction.atomic  # interrupted, it leaves nothing half done
    def act_out(self, first, last, until, now):
        people = seed_office(now)
        if first >= last:
            return
        self.say(f"Acting out {last - first} reports:", ending="")
        self.tell_progress(act_out(first, last, people, until=until))
        put_notices_away(people, until=until)
        seed_substitute(people)

    def write_in_bulk(self, count, until, now):
        if count <= 0:
            return
        since = until - bulk.LENGTH
        with transaction.atomic():
            people, reporters = seed_people(), seed_reporters()
            seed_years_before(until, since=since, now=now)
        self.say(f"Writing {count} more reports of {bulk.YEARS} years in bulk:", ending="")
        self.tell_progress(bulk.write(count, people=people, reporters=reporters, since=since, until=until))

    def tell_progress(self, steps):
        """Say every tenth of a job, and how long the rest will take."""
        told, began = 0, monotonic()
        for done, of in steps:
            if of and 10 * done // of > told:
                told = 10 * done // of
                left = (monotonic() - began) * (of - done) / done
                self.say(f" {10 * told} %" + (f" ({left:.0f} s left)" if left > LONG else ""), ending="")
        self.say("")

    def say(self, words, ending="\n"):
        if not self.quiet:
            self.stdout.write(words, ending=ending)
            self.stdout.flush()
