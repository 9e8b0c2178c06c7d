"""The settings of the worker and beat processes of test_celery.py: one poke a second on each queue."""

from sopdesk.settings import *  # noqa: F403
from sopdesk.settings import CLOCK_QUEUE, LOGGING, MAIL_QUEUE

CELERY_BEAT_SCHEDULE = {
    "clock": {
        "task": "tickets.tasks.log_history_head",
        "schedule": 1.0,
        "options": {"queue": CLOCK_QUEUE, "expires": 3},
    },
    "mail": {
        "task": "tickets.tasks.remove_abandoned_uploads",
        "schedule": 1.0,
        "options": {"queue": MAIL_QUEUE, "expires": 3},
    },
    "files": {
        "task": "tickets.tasks.make_papers",  # finds its queue by the route of the program itself
        "schedule": 1.0,
        "options": {"expires": 3},
    },
}
LOGGING["loggers"]["celery.app.trace"] = {"level": "INFO"}  # says of each task that it succeeded
