"""The wiring of SOPDesk: settings, addresses, servers. Nothing else imports this package."""

from sopdesk.celery import app as celery_app

__all__ = ["celery_app"]
