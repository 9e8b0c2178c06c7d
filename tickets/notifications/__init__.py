"""Who is told what, and by which way (DESIGN section 6).

Actions call `put`, `pass_on`, `put_rung` and `cancel_warnings` in their own transaction; the worker calls
`outbox.deliver`. Pages read a notice with `kinds.told`; who is told of what stands in `recipients`.
"""

from tickets.notifications.outbox import cancel_warnings, pass_on, put, put_rung

__all__ = ["cancel_warnings", "pass_on", "put", "put_rung"]
