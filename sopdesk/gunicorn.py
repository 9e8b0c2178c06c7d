"""How gunicorn serves SOPDesk: `gunicorn --config python:sopdesk.gunicorn sopdesk.wsgi`."""

import os
import shutil
import tempfile

from django.conf import settings

from sopdesk.patience import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings")
if settings.METRICS_TOKEN:  # where the processes put their counts, so that any of them answers for all
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="sopdesk-metrics-")

# A page gives up on a database that does not answer; a command or a worker may have long work for it. Each thread finds
# a connection open: a pool opens them one after the other, and from far away nobody would wait for the last of them.
for database in settings.DATABASES.values():
    if pool := database.get("OPTIONS", {}).get("pool"):
        pool |= {"connection_class": Connection, "min_size": settings.WEB_THREADS}

bind = f"{settings.BIND}:{settings.PORT}"
worker_class = "gthread"
workers = settings.WEB_PROCESSES
threads = settings.WEB_THREADS
timeout = 120
limit_request_line = 8190  # gunicorn's most; beyond it the answer is a bare page of its own
graceful_timeout = 5
loglevel = "warning"
control_socket_disable = True  # it would be a file under HOME, which a service need not have


def child_exit(server, worker):
    """Forget what a process said of itself alone; what it counted stays."""
    if settings.METRICS_TOKEN:
        from prometheus_client.multiprocess import mark_process_dead  # reads the folder's name when it is imported

        mark_process_dead(worker.pid)


def on_exit(server):
    """Take the counts away with the server."""
    if settings.METRICS_TOKEN:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
