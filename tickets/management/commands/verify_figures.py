"""manage.py verify_figures: proves that the sums behind the SLA report equal the ledger, or names each that differs."""

from django.core.management.base import BaseCommand, CommandError

from tickets import tallies
from tickets.models import Tally


class Command(BaseCommand):
    help = "Add up the ledger anew, run by run, and compare it with the sums that were written with each verdict."
    requires_migrations_checks = True

    def add_arguments(self, parser):
        parser.add_argument("--mend", action="store_true", help="write sums that differ anew from the ledger")

    def handle(self, *, mend, **options):
        differences = list(tallies.differences())
        for difference in differences:
            self.stdout.write(str(difference))
        if differences and not mend:
            raise CommandError(f"{Tally.objects.count()} sums: {len(differences)} differences")
        if differences:
            tallies.rebuild()
        self.stdout.write(f"{Tally.objects.count()} sums: {'mended' if differences else 'sound'}")
