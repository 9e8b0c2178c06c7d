"""Who is told what, by which channel. Actions call `put` and `put_rung` in their own transaction (DESIGN section 6)."""

from tickets.notifications.outbox import cancel_warnings, put, put_rung

__all__ = ["cancel_warnings", "put", "put_rung"]
