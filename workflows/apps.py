from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkflowsConfig(AppConfig):
    """What a procedure is. Knows no ticket."""

    name = "workflows"
    verbose_name = "SOP"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from workflows import calendars, checks  # noqa: F401  # registers the system checks once the apps are loaded

        post_migrate.connect(calendars.make_shipped_periods, sender=self)
