"""manage.py verify_history: proves that the history is what was written, or names every break."""

from django.core.management.base import BaseCommand, CommandError

from tickets import history
from tickets.models import Ticket


class Command(BaseCommand):
    help = (
        "Verify the chains of history, the ticket numbers, and that history and tickets agree. Prints the head hash: "
        "compared with one that was kept elsewhere, it shows a tail that was cut off."
    )
    requires_migrations_checks = True

    def handle(self, *args, **options):
        breaks = list(history.verify())
        entries, digest = history.head()
        tickets = Ticket.objects.count()
        for found in breaks:
            self.stdout.write(str(found))
        self.stdout.write(f"Head: {digest}")
        if breaks:
            raise CommandError(f"{entries} entries of {tickets} tickets: {len(breaks)} breaks")
        self.stdout.write(f"{entries} entries of {tickets} tickets: sound")
