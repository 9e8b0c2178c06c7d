"""manage.py verify_limits: proves that every open limit is what it derives from, or names each that is not."""

from django.core.management.base import BaseCommand, CommandError

from tickets import limits
from tickets.models import StepRun
from workflows import calendars


class Command(BaseCommand):
    help = "Work out the limit of every open row anew, from its budget, holds, extensions and the calendar."
    requires_migrations_checks = True

    def handle(self, *args, **options):
        differences = list(limits.differences(calendars.current()))
        for difference in differences:
            self.stdout.write(str(difference))
        if differences:
            raise CommandError(f"{StepRun.objects.open().count()} open limits: {len(differences)} differences")
        self.stdout.write(f"{StepRun.objects.open().count()} open limits: sound")
