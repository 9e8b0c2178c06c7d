"""`manage.py setup`: asks what a new installation needs to know. Repeated, it changes nothing that is there already."""

import os
from getpass import getpass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets import passwords, setup
from tickets.backup import database
from tickets.forms.office import LetterheadForm
from tickets.models import Office

#: What is answered by the environment is not asked: SOPDESK_SETUP_NAME and so on.
PREFIX = "SOPDESK_SETUP_"


class Command(BaseCommand):
    help = (
        "Ask for the first administrator, the office's identity and the decree of the calendar year, send a trial "
        "mail, and say what is left to do. Answers are taken from SOPDESK_SETUP_NAME, _EMAIL, _PASSWORD, _GOVERNMENT, "
        "_ORGANISATION, _UNIT, _ADDRESS, _CONTACT, _CITY and _DECREE (next year's is _DECREE_2027) where they are set. "
        "Can be repeated."
    )

    def add_arguments(self, parser):
        parser.add_argument("--no-input", action="store_true", help="ask nothing; take all from the environment")
        parser.add_argument("--office", action="store_true", help="enter the office's identity once more")
        parser.add_argument("--mail", action="store_true", help="send the trial mail once more")

    def handle(self, *, no_input, office, mail, **options):
        os.umask(0o027)  # what SOPDesk writes is not for the other accounts of this machine
        self.asks = not no_input
        self.see_to_the_database()
        try:
            is_new = self.see_to_the_administrator()
            self.see_to_the_office(again=office)
            self.see_to_the_calendar()
            if settings.MAIL_ENABLED and (is_new or mail):
                self.try_the_mail()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except EOFError:
            raise CommandError("Jawaban terputus. Yang sudah dijawab tersimpan; jalankan setup lagi.") from None
        self.tell_what_is_left()

    # The steps

    def see_to_the_database(self):
        """Prepare a new one. Whoever brings one in use to this release has a backup of it first."""
        if database.is_migrated():
            return
        if not database.is_empty():
            raise CommandError("Basis data ini sudah dipakai dan belum diperbarui. Jalankan dahulu: manage.py migrate")
        self.say("Menyiapkan basis data ...")
        call_command("migrate", verbosity=0)

    def see_to_the_administrator(self):
        """Say whether one was made."""
        if there := setup.administrator():
            self.say(f"Administrator sudah ada: {there.name} ({there.email}).")
            self.lead_in(there)
            return False
        self.say("Administrator pertama")
        someone = self.until_sound(
            lambda: setup.person(name=self.answer("NAME", "Nama"), email=self.answer("EMAIL", "Surel"))
        )
        made = self.until_sound(lambda: setup.make_administrator(someone, password=self.password()))
        self.say(f"Akun {made.email} dibuat.")
        self.lead_in(made)
        return True

    def lead_in(self, someone):
        """Show whoever could not sign in else how to: the link of an earlier run may be lost, or too old."""
        if not someone.has_usable_password() and not someone.oidc_subject:
            self.say(f"Tautan untuk membuat kata sandi, sekali pakai:\n  {passwords.link_for(someone)}")

    def see_to_the_office(self, *, again):
        if setup.has_identity() and not again:
            self.say("Identitas kantor sudah diisi.")
            return
        self.say("Identitas kantor, seperti tercetak pada kop surat")
        present = Office.current()
        self.until_sound(
            lambda: setup.enter_identity(
                {
                    name: self.answer(name.upper(), field.label, default=getattr(present, name))
                    for name, field in LetterheadForm.base_fields.items()
                },
                by=setup.administrator(),
            )
        )

    def see_to_the_calendar(self):
        now, by = timezone.now(), setup.administrator()
        for year in setup.years_to_confirm(now):
            question = f"Nomor SKB libur {year} (kosong: tetap usulan)"
            key = "DECREE" if year == timezone.localdate(now).year else f"DECREE_{year}"
            decree = self.answer(key, question, default="")
            if decree:
                setup.confirm_year(year, decree, by=by, now=now)
            self.say(f"Kalender {year} {'ditetapkan' if decree else 'tetap usulan'}.")

    def try_the_mail(self):
        to = setup.administrator()
        trouble = setup.send_trial(to)
        self.say(f"Surel percobaan gagal: {trouble}" if trouble else f"Surel percobaan dikirim kepada {to.email}.")

    def tell_what_is_left(self):
        self.say("\nYang masih perlu dilakukan:")
        for sentence in setup.left_to_do(timezone.now()):
            self.say(f"  - {sentence}")

    # Asking

    def until_sound(self, act):
        """Do what needs answers; where they are not sound, say why and ask anew, if anybody can be asked."""
        while True:
            try:
                return act()
            except ValidationError as error:
                if not self.asks or any(name.startswith(PREFIX) for name in os.environ):
                    raise
                self.say(" ".join(error.messages))

    def answer(self, key, question, *, default=None):
        if (told := os.environ.get(PREFIX + key)) is not None:
            return told.strip()
        if not self.asks:
            if default is None:
                raise CommandError(f"{PREFIX}{key} belum diisi.")
            return default
        return input(f"  {question}{f' [{default}]' if default else ''}: ").strip() or default or ""

    def password(self):
        """The password that was typed twice, or None for a link."""
        if (told := os.environ.get(f"{PREFIX}PASSWORD")) is not None:
            return told
        if not self.asks:
            return None
        typed = getpass("  Kata sandi (kosong: buat tautan): ")
        if not typed:
            return None
        if getpass("  Kata sandi sekali lagi: ") != typed:
            raise ValidationError("Kedua kata sandi tidak sama.")
        return typed

    def say(self, words):
        self.stdout.write(words)
        self.stdout.flush()
