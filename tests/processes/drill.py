"""A whole office is backed up and restored elsewhere (RELIABILITY T32: 10 minutes for 5 GB).

`python -m tests.processes.drill`: makes an office in a scratch folder, takes its backup, restores it into an empty
one with every check that `restore` makes, and compares each file. Prints the seconds, and ends with 1 if a file differs
or restoring takes longer than promised. `--gigabytes`, `--tickets` and `--postgres` change the office.
"""

import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests import parts

ROOT = Path(__file__).resolve().parents[2]
PROMISED = 10 * 60  # seconds
FILE = 400_000  # bytes of a screenshot
BATCH = 250


def main():
    options = asked()
    if options.fill:
        return fill(options.gigabytes)
    with tempfile.TemporaryDirectory() as folder, homes(Path(folder), options.postgres) as (here, elsewhere):
        manage(here, "migrate", "--verbosity=0")
        manage(here, "seed_demo", "--quiet", f"--tickets={options.tickets}")
        run(here, "-m", "tests.processes.drill", "--fill", f"--gigabytes={options.gigabytes}")
        archive = Path(folder, "kantor.sopdesk")
        taking = manage(here, "backup", str(archive))
        restoring = manage(elsewhere, "restore", str(archive))
        differing = files_of(here).symmetric_difference(files_of(elsewhere))
        database, size = "PostgreSQL" if options.postgres else "SQLite", archive.stat().st_size / 1e9
        sys.stdout.write(
            f"{options.tickets} tickets on {database}, {size:.2f} GB: taken in {taking:.0f} s, restored and verified "
            f"in {restoring:.0f} s (promised: {PROMISED}); {len(differing)} files differ\n"
        )
        return 1 if differing or restoring > PROMISED else 0


def asked():
    options = ArgumentParser(prog="python -m tests.processes.drill", description="Back an office up, and restore it.")
    options.add_argument("--gigabytes", type=float, default=5, help="of screenshots")
    options.add_argument("--tickets", type=int, default=30_000)
    options.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    options.add_argument("--fill", action="store_true", help="only add screenshots to the office of this environment")
    return options.parse_args()


@contextmanager
def homes(folder, postgres):
    """The environments of two offices: one to be filled, and an empty one on another machine."""
    names = ("here", "elsewhere")
    places = {name: {"SOPDESK_DATA": str(folder / name), "SOPDESK_DEMO": "1"} for name in names}
    for place in places.values():
        Path(place["SOPDESK_DATA"]).mkdir()
    if not postgres:
        yield places.values()
        return
    with psycopg.connect(parts.POSTGRES_URL, autocommit=True) as administrator:
        for name, place in places.items():
            database = f"sopdesk_drill_{os.getpid()}_{name}"
            administrator.execute(f"CREATE DATABASE {database}")
            place["DATABASE_URL"] = urlsplit(parts.POSTGRES_URL)._replace(path=f"/{database}").geturl()
        try:
            yield places.values()
        finally:
            for name in names:
                administrator.execute(f"DROP DATABASE sopdesk_drill_{os.getpid()}_{name} WITH (FORCE)")


def manage(office, *command):
    return run(office, "manage.py", *command)


def run(office, *command):
    """The seconds that a command took. What it says is told when it fails."""
    environment = {**os.environ, "DATABASE_URL": "", "REDIS_URL": "", **office}
    begun = time.monotonic()
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.monotonic() - begun


def fill(gigabytes):
    """Upload so many gigabytes of screenshots for reports that are still being written."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings")
    django.setup()

    from django.core.files.base import ContentFile
    from django.db import transaction
    from django.utils import timezone

    from tickets.models import Attachment, User

    somebody, count = User.objects.first(), round(gigabytes * 1e9 / FILE)
    for first in range(0, count, BATCH):
        with transaction.atomic():
            for nth in range(first, min(first + BATCH, count)):
                content = os.urandom(FILE)
                Attachment.objects.create(
                    kind=Attachment.Kind.IMAGE,
                    uploaded_by=somebody,
                    uploaded_at=timezone.now(),
                    name=f"layar-{nth}.png",
                    content_type="image/png",
                    size=FILE,
                    sha256=sha256(content).hexdigest(),
                    file=ContentFile(content, name="layar.png"),
                )


def files_of(office):
    """Every uploaded file of an office: its name, and the digest of what it holds."""
    folder = Path(office["SOPDESK_DATA"], "media")
    return {(path.relative_to(folder), digest_of(path)) for path in folder.rglob("*") if path.is_file()}


def digest_of(path):
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
