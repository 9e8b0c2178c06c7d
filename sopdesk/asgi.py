"""SOPDesk for an ASGI server."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings")

application = get_asgi_application()

from tickets.checks import stop_if_unsound  # noqa: E402  # only once the apps are loaded

stop_if_unsound()
