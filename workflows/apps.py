from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """What a procedure is. Knows no ticket."""

    name = "workflows"
    verbose_name = "SOP"

    def ready(self) -> None:
        from workflows import checks  # noqa: F401  # registers the system checks once the apps are loaded
