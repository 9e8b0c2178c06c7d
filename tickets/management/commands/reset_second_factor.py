"""`manage.py reset_second_factor SUREL`: for the only administrator, who lost phone and recovery codes."""

from django.core.management.base import BaseCommand, CommandError

from tickets import second_factor
from tickets.models import User


class Command(BaseCommand):
    help = "Take a person's second factor away and end their sessions; they set it up again when they sign in."

    def add_arguments(self, parser):
        parser.add_argument("email", help="the address the person signs in with")

    def handle(self, *, email, **options):
        person = User.objects.with_email(email).first()
        if person is None:
            raise CommandError(f"Nobody signs in with {email}.")
        if not second_factor.reset(person, by=None):
            raise CommandError(f"{person.name} has no second factor.")
        self.stdout.write(f"{person.name} signs in with the password alone, until they set up a second factor again.")
