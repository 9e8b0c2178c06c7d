"""`manage.py seed_demo`: a made-up office with people, reports and their histories."""

from argparse import ArgumentTypeError
from datetime import datetime, time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from tickets.demo.calendar import seed_calendar
from tickets.demo.office import act_out, put_notices_away
from tickets.demo.people import seed_people
from tickets.models import Ticket

END_OF_DAY = time(16)


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


class Command(BaseCommand):
    help = "Make the demo office: people of every role and reports in every state, through the real actions."

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
        with transaction.atomic():  # interrupted, it leaves nothing half done
            people = seed_people()
            seed_calendar(people["dewi"], now=now)
            there = Ticket.objects.filter(filed_by__in=people.values()).count()
            if there < tickets:
                self.act_out(there, tickets, people, until or now)
                put_notices_away(people, until=until or now)
                self.say(f"Made {tickets - there} demo reports.")
            else:
                self.say(f"There are {there} demo reports already; nothing was added.")

    def act_out(self, there, tickets, people, until):
        self.say(f"Acting out {tickets - there} reports:", ending="")
        told = 0
        for done, of in act_out(there, tickets, people, until=until):
            if 10 * done // of > told:
                told = 10 * done // of
                self.say(f" {10 * told} %", ending="")
        self.say("")

    def say(self, words, ending="\n"):
        if not self.quiet:
            self.stdout.write(words, ending=ending)
            self.stdout.flush()
