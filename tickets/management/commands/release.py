"""`manage.py release`: a restored copy becomes the office that people work with."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets import quiet


class Command(BaseCommand):
    help = (
        "Let a restored copy send mail and raise alarms again. Mail that waited is let be, since the office it was "
        "copied from has sent it, unless --send-mail says otherwise."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser):
        parser.add_argument("--send-mail", action="store_true", help="send the mail that waited")

    def handle(self, *, send_mail, **options):
        waiting = quiet.waiting_mail()
        if not quiet.release(by=None, now=timezone.now(), send_mail=send_mail):
            raise CommandError("This is no restored copy that waits to be released.")
        mails = f"{waiting} mails that waited are {'sent now' if send_mail else 'let be'}"
        self.stdout.write(f"Released: {mails}; what is due by the clock is done within a minute.")
