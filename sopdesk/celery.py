"""The Celery application, as settings.py describes it (CELERY_...)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sopdesk.settings")

app = Celery("sopdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
