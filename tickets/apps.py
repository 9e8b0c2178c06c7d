from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TicketsConfig(AppConfig):
    """The helpdesk."""

    name = "tickets"
    verbose_name = "SOPDesk"

    def ready(self):
        from tickets import checks, searching  # noqa: F401  # registers the system checks once the apps are loaded

        post_migrate.connect(searching.install, sender=self)
