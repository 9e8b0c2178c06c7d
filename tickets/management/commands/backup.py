"""`manage.py backup FILE`: database and files in one checksummed archive, while people work."""

import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from tickets.backup import database, taking


class Command(BaseCommand):
    help = (
        "Write database and files into one archive with checksums, while people work. The secret key is not in it, nor "
        "is anybody's session. FILE is there only once it is whole. It is NOT ENCRYPTED and holds everything else: "
        "reports, screenshots, personal data, password hashes, the secrets of two-step verification (TOTP), tracking "
        "codes. Encrypt it before it leaves this machine, and let nobody read it who may not read all of this."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *, file, **options):
        began = time.monotonic()
        self.stdout.write(f"Backing up {database.shown_name()} and the files in {settings.MEDIA_ROOT} ...")
        try:
            taken = taking.take(file.absolute(), now=timezone.now(), tell=self.stdout.write)
        except (taking.NotReady, OSError, DatabaseError) as error:
            raise CommandError(f"No backup was written: {str(error).strip()}") from error
        seconds = time.monotonic() - began
        for name in taken.gone:
            self.stdout.write(f"Removed while the backup was taken, and not in it: {name}")
        for name in taken.missing:
            self.stderr.write(f"Not on disk, though a row names it: {name}")
        self.stdout.write(
            f"{file}: {taken.size / 1e6:.1f} MB with {taken.files} files, in {seconds:.1f} s. "
            "It is not encrypted. Keep SOPDESK_SECRET_KEY elsewhere: it is not in it."
        )
        if taken.missing:
            raise CommandError(f"The backup is whole, but {len(taken.missing)} files were lost before it was taken.")
