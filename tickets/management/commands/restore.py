"""`manage.py restore FILE`: puts a backup in the place of whatever is here, whole or not at all."""

import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError
from django.urls import reverse
from django.utils import timezone

from tickets.backup import restoring
from tickets.backup.archive import Damaged

YES = "replace"


class Command(BaseCommand):
    help = (
        "Put a backup back. A damaged archive is refused before anything is touched. The restored copy sends no mail "
        "and raises no alarm until it is released (manage.py release, or Kesehatan sistem)."
    )
    requires_system_checks = ()  # some of them ask a database that may not be there

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="also where there are people and tickets already")
        parser.add_argument("--yes", action="store_true", help="do not ask before replacing")

    def handle(self, *, file, replace, yes, **options):
        began = time.monotonic()
        try:
            self.stdout.write(f"Checking {file} ...")
            found = restoring.read(file)
            self.ask_leave(found, replace=replace, yes=yes)
            restored = restoring.restore(found, now=timezone.now(), tell=self.stdout.write)
        except Damaged as damage:
            raise CommandError(f"{file} is not restored: {damage}. Nothing was replaced.") from damage
        except (restoring.Refused, OSError) as error:
            raise CommandError(f"{file} is not restored: {error}") from error
        except DatabaseError as error:
            doubt = " (Is SOPDesk still running?)" if isinstance(error, OperationalError) else ""
            raise CommandError(
                f"{file} is not restored, the database is as it was: {str(error).strip()}{doubt}"
            ) from error
        self.tell(restored, seconds=time.monotonic() - began)

    def ask_leave(self, found, *, replace, yes):
        if running := restoring.running():
            raise CommandError(
                f"SOPDesk is running ({', '.join(running)}). Stop it first (or wait a minute, where it was killed)."
            )
        if restoring.is_empty():
            return
        if not replace:
            raise CommandError("There are people or tickets here already. --replace puts the backup in their place.")
        if yes:
            return
        self.stdout.write(f"Everything here is replaced by the backup of {found.facts['taken_at']}.")
        try:
            is_meant = input(f'Type "{YES}" to go on: ').strip() == YES
        except EOFError:
            raise CommandError("Nobody is here to answer: nothing was replaced. --yes does not ask.") from None
        if not is_meant:
            raise CommandError("Nothing was replaced.")

    def tell(self, restored, *, seconds):
        self.stdout.write(
            f"Restored as of {restored.taken_at:%Y-%m-%d %H:%M:%S} UTC: {restored.entries} entries of history, "
            f"{restored.files} files, in {seconds:.1f} s."
        )
        for name in restored.missing:
            self.stderr.write(f"Lost before the backup was taken: {name}")
        for flaw in restored.flaws:
            self.stderr.write(f"Not sound: {flaw}")
        self.tell_of_the_erased(restored)
        self.stdout.write(
            "This copy sends no mail and raises no alarm. Once it is the one that people work with: manage.py release"
        )
        if restored.flaws:
            raise CommandError(f"It is restored, but {len(restored.flaws)} things are not sound; see above.")

    def tell_of_the_erased(self, restored):
        """Erasures since the backup are undone by it; who asked for one has a right to it still."""
        if restored.returned is None:
            self.stdout.write(
                "Were personal data erased after that instant? They are here again: erase them once more."
            )
        for key in restored.returned or ():
            self.stderr.write(
                f"Erased since, and here again: erase once more at {reverse('pengguna-hapus-data', args=[key])}"
            )
