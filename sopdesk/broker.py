"""What Celery needs on top so that its workers outlive an absence of Redis."""

import kombu
from celery.app.amqp import AMQP
from kombu.transport import redis, virtual
from redis.exceptions import ConnectionError


class QoS(redis.QoS):
    """Gives up its hold on a message that is done, also when Redis cannot be told so.

    kombu 5.7 would count it as in hand for ever. A worker whose messages in hand all ended while Redis was away would
    never ask for another, nor notice that its connection is gone. Redis gives such a message to somebody else later.
    """

    def ack(self, delivery_tag):
        try:
            super().ack(delivery_tag)
        finally:
            virtual.QoS.ack(self, delivery_tag)

    def reject(self, delivery_tag, requeue=False):
        try:
            super().reject(delivery_tag, requeue=requeue)
        finally:
            virtual.QoS.ack(self, delivery_tag)


class Channel(redis.Channel):
    """A channel that says its connection is gone.

    kombu 5.7 trips over None there (AttributeError), which ends a worker that has a message in hand when Redis goes:
    it wants to give the message back over a transport that is closed, or to acknowledge it on a channel that is.
    """

    QoS = QoS

    def _connparams(self, asynchronous=False):
        if self.connection is None or self.connection.client is None:
            raise ConnectionError("The connection of this channel is closed.")
        return super()._connparams(asynchronous=asynchronous)


class Transport(redis.Transport):
    Channel = Channel


class Connection(kombu.Connection):
    """A connection that looks for a lost broker every two seconds; Celery would look ever more rarely."""

    def _ensure_connection(
        self, errback=None, max_retries=None, interval_start=2, interval_step=0, interval_max=2, *args, **options
    ):
        intervals = (interval_start, interval_step, interval_max)
        return super()._ensure_connection(errback, max_retries, *intervals, *args, **options)


class Broker(AMQP):
    Connection = Connection
