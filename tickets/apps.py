from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate


class TicketsConfig(AppConfig):
    """The helpdesk."""

    name = "tickets"
    verbose_name = "SOPDesk"

    def ready(self):
        from tickets import checks, searching, sessions  # noqa: F401  # registers the checks once the apps are loaded

        post_migrate.connect(searching.install, sender=self)
        user_logged_in.connect(_begin_the_session, dispatch_uid="begin the session")


def _begin_the_session(request, user, **signal):
    from tickets import sessions

    sessions.begin(request, user)
