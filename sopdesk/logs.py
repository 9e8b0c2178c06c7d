"""What the log lines of SOPDesk are made of: never the text of a ticket, a name, a password or a token.

A line of a request has its number, which its answer carries as X-Request-Id and an error page shows: so that somebody's
"it failed at ten" can be found. SOPDESK_LOG=json writes the same lines as JSON for whoever collects them.
"""

import logging
import time
import traceback
from contextvars import ContextVar

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from pythonjsonlogger.json import JsonFormatter

#: Errors that speak of the machine: a disk, a network, a database that is away, a setting.
HARMLESS = (OSError, OperationalError, ImproperlyConfigured)

#: What the line of a request says of it, beside its number.
FACTS = ("method", "page", "status", "ms", "person")

#: The number of the request in hand; empty outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")


class KnowsItsRequest(logging.Filter):
    """Gives every record the number of the request it belongs to, and the page's name in place of its address."""

    def filter(self, record):
        record.request_id = request_id.get() or "-"
        request = record.__dict__.pop("request", None)
        path = getattr(request, "path", None)
        if path is not None and isinstance(record.args, tuple):
            record.args = tuple(page_of(request) or "-" if value == path else value for value in record.args)
        return True


class TellsNoValues(logging.Filter):
    """Names an error that a line is about by its kind; of a task that failed, tells which it was."""

    def filter(self, record):
        if record.name == "celery.app.trace" and isinstance(record.args, dict):
            record.__dict__.pop("data", None)
            if "exc" in record.args:
                record.msg, record.args = "task %s failed", (record.args.get("name"),)
        elif isinstance(record.args, tuple):
            record.args = tuple(_named(value) if isinstance(value, Exception) else value for value in record.args)
        return True


class WithoutValues(logging.Formatter):
    """Says where something failed and of what kind it was, but not its message: that may quote a text or an address.

    What the machine itself says (`HARMLESS`) is told whole.
    """

    def formatException(self, exc_info):  # noqa: N802  # logging's own name
        return "\n".join(_told(exc_info[1]))


class Line(WithoutValues):
    """One event, one line: what a text smuggles in cannot begin another."""

    def format(self, record):
        return super().format(record).replace("\r", "\\r").replace("\n", "\n    ")


class JsonLine(WithoutValues, JsonFormatter):
    """The same as JSON, with the instant in UTC. Of what a library adds to its lines, nothing is told."""

    TOLD = frozenset(("at", "level", "logger", "message", "request_id", "exc_info", *FACTS))

    def __init__(self):
        super().__init__(
            "{asctime}{levelname}{name}{message}{request_id}",
            style="{",
            datefmt="%Y-%m-%dT%H:%M:%SZ",
            rename_fields={"asctime": "at", "levelname": "level", "name": "logger"},
        )

    def process_log_record(self, log_data):
        return {name: value for name, value in log_data.items() if name in self.TOLD}

    def formatTime(self, record, datefmt=None):  # noqa: N802  # logging's own name
        return time.strftime(datefmt, time.gmtime(record.created))


def _told(error):
    """An exception and what it came from, the first cause first."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _told(before)
        yield "which led to"
    yield from "".join(traceback.format_tb(error.__traceback__)).splitlines()
    yield _named(error)


def _named(error):
    kind = type(error)
    return f"{kind.__module__}.{kind.__qualname__}" + (f": {error}" if isinstance(error, HARMLESS) else "")


def page_of(request):
    """The page's name in `tickets.urls`; empty for an address that is none."""
    match = getattr(request, "resolver_match", None)
    return match.view_name if match else ""
