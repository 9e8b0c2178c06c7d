"""The Celery application, as settings.py describes it (CELERY_...)."""

import os

from celery import Celery
from celery.signals import worker_process_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings")

app = Celery("sopdesk", amqp="sopdesk.broker:Broker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="beat")


@worker_process_init.connect
def use_no_pool(**signal):
    """A forked child runs one task at a time on a connection of its own, and leaves its parent's pool alone."""
    for database in settings.DATABASES.values():
        database.get("OPTIONS", {}).pop("pool", None)
