"""manage.py verify_documents: proves that every issued paper is as it was issued, or names each that is not."""

from django.core.management.base import BaseCommand, CommandError

from tickets.models import Document
from tickets.reports import issuing
from tickets.reports.press import edition


class Command(BaseCommand):
    help = (
        "Compare every stored PDF with its SHA-256, and make those of the present edition of the templates again from "
        "what is stored of them: byte for byte the same. A paper takes some tenths of a second."
    )
    requires_migrations_checks = True

    def handle(self, *args, **options):
        made = Document.objects.made().order_by("made_at", "pk")
        count, again = made.count(), made.filter(edition=edition(), erased_at=None).count()
        erased = made.filter(erased_at__isnull=False).count()
        flaws = list(issuing.flaws(made.iterator(chunk_size=50)))
        for flaw in flaws:
            self.stdout.write(str(flaw))
        if flaws:
            raise CommandError(f"{count} papers: {len(flaws)} flaws")
        gone = f", {erased} erased but for number and SHA-256" if erased else ""
        self.stdout.write(f"{count} papers: sound, {again} of them made again byte for byte{gone}")
