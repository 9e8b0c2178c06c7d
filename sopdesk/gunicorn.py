"""How gunicorn serves SOPDesk: `gunicorn --config python:sopdesk.gunicorn sopdesk.wsgi`."""

import os

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings")

bind = f"{settings.BIND}:{settings.PORT}"
worker_class = "gthread"
workers = settings.WEB_PROCESSES
threads = settings.WEB_THREADS
timeout = 120
limit_request_line = 8190  # gunicorn's most; beyond it the answer is a bare page of its own
graceful_timeout = 5
loglevel = "warning"
control_socket_disable = True  # it would be a file under HOME, which a service need not have
