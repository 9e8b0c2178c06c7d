"""`manage.py worker`: one process that runs the tasks and the clock that starts them."""

import os
import signal
from threading import Thread

from celery import current_app
from celery.beat import Service
from celery.signals import worker_ready, worker_shutdown, worker_shutting_down
from django.core.management.base import BaseCommand


class Clock(Thread):
    """Celery's beat as a thread: a broker in memory hears only its own process. Its failure ends the worker."""

    def __init__(self, app):
        super().__init__(name="clock", daemon=True)
        self.service = Service(app, max_interval=1, scheduler_cls=app.conf.beat_scheduler)
        self.stopping = False

    def run(self):
        try:
            self.service.start()
        finally:
            if not self.stopping:
                os.kill(os.getpid(), signal.SIGTERM)

    def stop(self):
        self.stopping = True
        self.service.stop()

    def finish(self):
        """Wait until it has written down what it ran."""
        if self.is_alive():
            self.join()


class Command(BaseCommand):
    help = "Run the tasks and the clock in one process. `manage.py up` starts it beside the web server."
    requires_system_checks = ()  # Celery runs them itself

    def handle(self, **options):
        app = current_app._get_current_object()
        clock = Clock(app)
        worker_ready.connect(lambda **_: clock.start(), weak=False)
        worker_shutting_down.connect(lambda **_: clock.stop(), weak=False)
        worker_shutdown.connect(lambda **_: clock.finish(), weak=False)
        app.worker_main(
            [
                *("--quiet", "worker", "--pool=threads", "--loglevel=WARNING"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ]
        )
