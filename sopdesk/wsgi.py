"""SOPDesk for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings")

application = get_wsgi_application()

from tickets.checks import stop_if_unsound  # noqa: E402  # only once the apps are loaded

stop_if_unsound()
