"""`manage.py heartbeat worker`: whether a worker (or beat) of this machine lives. Containers ask it of themselves."""

import socket
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tickets.models import Heartbeat

FRESH = timedelta(seconds=60)


class Command(BaseCommand):
    help = "Fail unless a worker or beat of this machine has shown in the last minute that it lives."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=[Heartbeat.Kind.WORKER, Heartbeat.Kind.BEAT])

    def handle(self, *, kind, **options):
        machine = socket.gethostname()
        since = timezone.now() - FRESH
        if not Heartbeat.objects.filter(kind=kind, name__startswith=f"{machine}:", at__gte=since).exists():
            raise CommandError(f"No {kind} of {machine} has shown since {since:%H:%M:%S} UTC that it lives.")
