"""A statement that is known to take long, and that somebody waits for.

The connection of a page to PostgreSQL gives up on an answer that takes seconds (`sopdesk.patience`), unless its
attribute `patience` names more of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def waits(*, seconds: float) -> Iterator[None]:
    """Let each statement take so many seconds. Also a decorator."""
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    patient = connection.connection
    patient.patience = seconds
    try:
        yield
    finally:
        patient.patience = None
