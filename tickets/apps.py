from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """The helpdesk."""

    name = "tickets"
    verbose_name = "SOPDesk"

    def ready(self):
        from tickets import checks  # noqa: F401  # registers the system checks once the apps are loaded
