"""A connection to PostgreSQL that waits for an answer only as long as a person would.

A server that is gone is noticed at once. One that stands still, or behind a network that swallows everything, takes
what it is sent and never answers: libpq would wait for it for ever, and so would the page, and soon every thread.
"""

import psycopg

#: Seconds that one answer may take: outside of a transaction nobody waits for another's lock.
READING, WRITING = 3, 8


class Connection(psycopg.Connection):
    """Gives up on a statement that takes too long, and on itself: what came after would be an answer to that one."""

    #: Seconds that somebody granted instead (`tickets.patience`).
    patience = None

    def wait(self, gen, interval=0.1, timeout=None):
        is_reading = self.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        try:
            return super().wait(gen, interval, timeout or self.patience or (READING if is_reading else WRITING))
        except psycopg.errors._WaitTimeout:
            self.close()
            raise psycopg.OperationalError("The database did not answer in time.") from None
