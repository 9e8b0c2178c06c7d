"""Celery's beat, with signs of life: every beat and every worker writes down, several times a minute, that it lives."""

import atexit
import fcntl
import logging
import os
import signal as signals
import socket
import time
from threading import Event, Thread

from celery.beat import PersistentScheduler
from celery.signals import task_received, worker_ready
from celery.worker import state
from django.db import Error, connections
from django.utils import timezone
from kombu.exceptions import OperationalError

from tickets import health
from tickets.models import Heartbeat

BEAT_EVERY = 10  # seconds between two heartbeats
WORKER_EVERY = 15
DEAF_AFTER = 120  # seconds without a message, while some wait, after which a worker is ended
STOPPING = 30  # seconds it may take to end by itself
MOST_WAITING = 100  # messages in one queue
STALLED_AFTER = 60  # seconds without a tick after which a beat no longer counts as alive

log = logging.getLogger("sopdesk.heartbeat")


class Pulse(Thread):
    """Writes the heartbeat of this process until it is stopped. A database that is away is waited for, not a failure.

    A thread, so that a database that hangs never holds up what the process is there for.
    """

    def __init__(self, kind, *, every, is_alive=lambda: True):
        super().__init__(name=f"pulse of the {kind}", daemon=True)
        self.kind = kind
        self.process = f"{socket.gethostname()}:{os.getpid()}"
        self.every = every
        self.is_to_be_shown = is_alive
        self.stopped = Event()

    def run(self):
        self.attempt(self.forget_the_gone)
        while not self.stopped.is_set():
            if self.is_to_be_shown():
                self.attempt(self.beat)
            self.stopped.wait(self.every)
        self.attempt(self.leave)

    def stop(self):
        """End the pulse of a process that goes as it should: its row goes too."""
        self.stopped.set()
        if self.is_alive():
            self.join(timeout=5)

    def attempt(self, write):
        try:
            write()
        except Error as error:
            log.warning("No heartbeat of the %s could be written: %s", self.kind, str(error).strip())
        finally:
            connections.close_all()

    def beat(self):
        Heartbeat.objects.update_or_create(kind=self.kind, name=self.process, defaults={"at": timezone.now()})

    def leave(self):
        Heartbeat.objects.filter(kind=self.kind, name=self.process).delete()

    def forget_the_gone(self):
        health.forget_the_gone(timezone.now())


class Scheduler(PersistentScheduler):
    """Celery's scheduler, of which any number may run, that shows its pulse and survives a clock set back."""

    max_interval = 5  # seconds it sleeps at most

    def setup_schedule(self):
        self.schedule_filename, self.lock = claim(self.schedule_filename)
        super().setup_schedule()
        self.ticked_at = time.monotonic()
        self.pulse = Pulse(Heartbeat.Kind.BEAT, every=BEAT_EVERY, is_alive=self.ticks)
        self.pulse.start()

    def ticks(self):
        return time.monotonic() - self.ticked_at < STALLED_AFTER

    def tick(self, *args, **kwargs):
        self.ticked_at = time.monotonic()
        self.follow_a_clock_set_back()
        return super().tick(*args, **kwargs)

    def follow_a_clock_set_back(self):
        """What ran in the future ran just now: else it would wait until the clock is there again."""
        now = self.app.now()
        in_the_future = [entry for entry in self.schedule.values() if entry.last_run_at > now]
        for entry in in_the_future:
            entry.last_run_at = now
        if in_the_future:
            self._heap = None  # is made anew from the schedule

    def apply_async(self, entry, producer=None, advance=True, **options):
        """Send a poke, unless so many wait already that nobody can be listening; they would fill the broker."""
        if self.waiting(entry, producer) >= MOST_WAITING:
            return None
        return super().apply_async(entry, producer=producer, advance=advance, **options)

    def waiting(self, entry, producer):
        """How many messages wait in the queue of this entry; 0 when the broker cannot say."""
        queue = self.app.amqp.router.route(dict(entry.options), entry.task)["queue"]
        try:
            return producer.channel.queue_declare(queue.name).message_count
        except (OperationalError, *self.connection.recoverable_connection_errors):
            return 0

    def close(self):
        self.pulse.stop()
        super().close()
        self.lock.close()


def claim(path):
    """The first of path, path-2, path-3 ... that no other living beat keeps its schedule in, and the lock on it."""
    own, number = path, 1
    while not (lock := locked(own)):
        number += 1
        own = f"{path}-{number}"
    return own, lock


def locked(path):
    """An open file that holds the lock until this process ends, or None when another process holds it."""
    lock = open(f"{path}.lock", "w")  # noqa: SIM115
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


class WorkerPulse(Pulse):
    """The pulse of a worker, and its watchdog: a worker that went deaf is ended, for its supervisor to start anew."""

    def __init__(self, app, queues):
        super().__init__(Heartbeat.Kind.WORKER, every=WORKER_EVERY, is_alive=self.hears)
        self.app = app
        self.queues = queues
        self.heard_at = time.monotonic()

    def hear(self, **signal):
        self.heard_at = time.monotonic()

    def hears(self):
        if not self.is_deaf():
            return True
        log.error("This worker has heard nothing for %d s while messages wait: it ends.", DEAF_AFTER)
        os.kill(os.getpid(), signals.SIGTERM)
        if not self.stopped.wait(STOPPING):
            os._exit(1)
        return False

    def is_deaf(self):
        """Whether messages wait for this worker, which has nothing to do and has not heard any for long."""
        if state.active_requests or time.monotonic() - self.heard_at < DEAF_AFTER:
            return False
        with self.app.connection_for_read() as broker:
            try:
                return any(broker.default_channel.queue_declare(queue).message_count for queue in self.queues)
            except (OperationalError, *broker.recoverable_connection_errors):
                return False


@worker_ready.connect
def start_the_pulse_of_a_worker(sender, **signal):
    pulse = WorkerPulse(sender.app, [queue.name for queue in sender.task_consumer.queues])
    task_received.connect(pulse.hear, weak=False)
    atexit.register(pulse.stop)  # however it is asked to end: a cold shutdown sends no signal
    pulse.start()
