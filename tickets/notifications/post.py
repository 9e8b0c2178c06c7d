"""The way to the mail server: one connection, opened when it is first needed and again after it broke."""

from __future__ import annotations

from contextlib import suppress
from smtplib import SMTPRecipientsRefused

from django.core.mail import EmailMessage, get_connection

SERVER_LEAVES = 421


class NoServer(Exception):
    """No connection to the mail server could be opened; says why."""


class Post:
    """Sends mail through one connection. Each answer is waited for EMAIL_TIMEOUT seconds at most."""

    def __init__(self) -> None:
        self._connection = get_connection()

    def send(self, message: EmailMessage) -> None:
        """Hand one mail to the server. Raises NoServer, what smtplib raises for a refusal, or OSError for a break."""
        try:
            self._connection.open()
        except OSError as failure:
            raise NoServer(str(failure) or type(failure).__name__) from failure
        try:
            self._connection.send_messages([message])
        except SMTPRecipientsRefused as refusal:
            if SERVER_LEAVES in (code for code, _ in refusal.recipients.values()):
                self.close()
            raise  # the conversation goes on
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Take leave of the server, if it listens, and begin with a new connection."""
        with suppress(OSError):
            self._connection.close()
        self._connection = get_connection()
