"""Workers and beats as real processes, against a Redis server of their own that is emptied, killed and started."""

import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import kombu
import psycopg
import pytest
import redis
from celery import Celery
from celery.beat import PersistentScheduler
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import OperationalError
from kombu.transport import get_transport_cls

from sopdesk.celery import app
from tests import parts
from tests.factories import TUESDAY
from tickets import beat
from tickets.models import Heartbeat

PATIENCE = 60  # seconds until what was interrupted must run again
MORE = 6  # more runs than pokes can have been on their way
POKES = {
    "celery": "tickets.tasks.log_history_head",
    "surel": "tickets.tasks.remove_abandoned_uploads",
    "berkas": "tickets.tasks.make_papers",
}


def real(test):
    """Marks a test that starts processes and a Redis server."""
    return pytest.mark.redis(pytest.mark.slow(test))


class Server:
    """A Redis server that keeps nothing on disk."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis.from_url(self.url)

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL,
        )
        wait_until(self.answers, "Redis answers")

    def answers(self):
        try:
            return self.client.ping()
        except redis.ConnectionError:
            return False

    def kill(self):
        self.client.close()
        self.process.kill()
        self.process.wait()


def free_port():
    """One below those that Linux hands out by itself: nobody comes by it while the server on it is away."""
    while True:
        port = random.randrange(20_000, 32_768)  # noqa: S311  # no secret
        with socket.socket() as trial, suppress(OSError):
            trial.bind(("127.0.0.1", port))
            return port


class Child:
    """A worker or a beat in a process group of its own, and what it wrote."""

    def __init__(self, log, environment, *command):
        self.log = log
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=configured.BASE_DIR,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def lives(self):
        return self.process.poll() is None

    def kill(self):
        if self.lives:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def times_run(self, task):
        return sum(f"Task {task}[" in line and "succeeded" in line for line in self.log.read_text().splitlines())


class Office:
    """One database, one Redis, and the workers and beats that were started on them."""

    def __init__(self, folder, server, **environment):
        self.folder = folder
        self.server = server
        self.children = []
        self.environment = plain_environment() | {
            "DJANGO_SETTINGS_MODULE": "tests.clock",
            "SOPDESK_DATA": str(folder),
            "REDIS_URL": server.url,
            "SOPDESK_WORKER_TASKS": "2",
            **environment,
        }

    def worker(self):
        options = ("--queues=celery,surel,berkas", "--without-gossip", "--without-mingle", "--loglevel=INFO")
        return self.start("-m", "celery", "-A", "sopdesk", "worker", *options)

    def beat(self):
        return self.start("-m", "celery", "-A", "sopdesk", "beat", "--pidfile=", "--loglevel=WARNING")

    def start(self, *command):
        child = Child(self.folder / f"{len(self.children)}.log", self.environment, *command)
        self.children.append(child)
        return child

    def times_run(self):
        """How often the poke of each queue was run, by all workers together."""
        return {queue: sum(child.times_run(task) for child in self.children) for queue, task in POKES.items()}

    def goes_on(self):
        """Wait until pokes sent after this moment were run from every queue; return the seconds that took."""
        before, since = self.times_run(), time.monotonic()
        wait_until(
            lambda: all(times >= before[queue] + MORE for queue, times in self.times_run().items()),
            "the pokes of all queues run again",
            told=self.tell,
        )
        return time.monotonic() - since

    def tell(self):
        return "".join(f"\n{child.log}:\n{child.log.read_text()[-2000:]}" for child in self.children)

    def close(self):
        for child in self.children:
            child.kill()


def plain_environment():
    ours = ("SOPDESK_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "PORT")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def wait_until(condition, what, *, told=str):
    patience_ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < patience_ends, f"In {PATIENCE} s it did not happen that {what}.{told()}"
        time.sleep(0.2)


def migrate(**environment):
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=configured.BASE_DIR,
        env=plain_environment() | environment,
        check=True,
    )


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A data folder with an empty database."""
    folder = tmp_path_factory.mktemp("prepared")
    migrate(SOPDESK_DATA=str(folder))
    return folder


@pytest.fixture
def office(tmp_path, prepared, server):
    office = Office(shutil.copytree(prepared, tmp_path / "data"), server)
    yield office
    office.close()


@pytest.fixture
def office_on_postgresql(tmp_path, server):
    name = f"sopdesk_clock_{os.getpid()}"
    with psycopg.connect(parts.POSTGRES_URL, autocommit=True) as administrator:
        administrator.execute(f"CREATE DATABASE {name}")
        url = urlsplit(parts.POSTGRES_URL)._replace(path=f"/{name}").geturl()
        migrate(SOPDESK_DATA=str(tmp_path), DATABASE_URL=url)
        office = Office(tmp_path, server, DATABASE_URL=url)
        yield office
        office.close()
        administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")


# Redis goes


@real
def test_the_clock_goes_on_after_redis_was_emptied(office):
    worker = office.worker()
    beats = [office.beat(), office.beat()]
    office.goes_on()

    for _ in range(3):
        office.server.client.flushall()
        office.goes_on()

    assert all(child.lives for child in (worker, *beats))


@real
def test_a_poke_through_a_named_exchange_would_be_lost(server):
    """The control of the test above: what a poke would meet whose queue hangs on an exchange with a name."""
    with kombu.Connection(server.url) as broker:
        queue = kombu.Queue("named", kombu.Exchange("named"), routing_key="named")(broker.default_channel)
        queue.declare()
        broker.Producer().publish({}, exchange="named", routing_key="named")
        assert queue.get()

        server.client.flushall()
        broker.Producer().publish({}, exchange="named", routing_key="named")

        assert queue.get() is None


@real
def test_the_clock_goes_on_after_every_restart_of_redis(office):
    worker, beat = office.worker(), office.beat()
    office.goes_on()

    for seconds_away in (0, 0.3, 1, 3):
        office.server.kill()
        time.sleep(seconds_away)
        office.server.start()
        office.goes_on()

    assert worker.lives
    assert beat.lives


@real
@pytest.mark.parametrize(("transport", "listens"), [("sopdesk.broker:Transport", True), ("redis", False)])
def test_a_worker_whose_hands_were_full_while_redis_was_away_asks_for_more(server, transport, listens):
    """With kombu's own transport such a worker is deaf for ever: alive, and never asking for a message again."""
    with kombu.Connection(server.url, transport=transport) as broker:
        channel = broker.default_channel
        channel.basic_qos(0, 1, False)
        queue = kombu.Queue("celery")(channel)
        broker.Producer().publish({}, routing_key="celery", exchange="")
        message = queue.get()
        assert not channel.qos.can_consume()

        server.kill()
        with pytest.raises(redis.ConnectionError):
            message.ack()

        assert channel.qos.can_consume() is listens
        server.start()


@real
def test_the_clock_goes_on_after_redis_hung(office):
    """It answers nobody for longer than a connection waits, and closes none."""
    worker, beat = office.worker(), office.beat()
    office.goes_on()

    office.server.process.send_signal(signal.SIGSTOP)
    time.sleep(25)  # longer than a connection waits for an answer
    office.server.process.send_signal(signal.SIGCONT)

    office.goes_on()
    assert worker.lives
    assert beat.lives


@real
def test_worker_and_beat_that_start_before_redis_wait_for_it(office):
    office.server.kill()
    office.worker()
    office.beat()
    time.sleep(5)  # both have tried, and failed, by then

    office.server.start()

    office.goes_on()


@pytest.mark.parametrize("gone", [None, SimpleNamespace(client=None)], ids=["channel closed", "transport closed"])
def test_a_channel_whose_connection_is_gone_says_so(gone):
    ours, theirs = (
        object.__new__(get_transport_cls(transport).Channel) for transport in ("sopdesk.broker:Transport", "redis")
    )
    ours.connection = theirs.connection = gone

    with pytest.raises(redis.ConnectionError, match="closed"):
        ours._connparams()
    with pytest.raises(AttributeError):  # what ends a worker otherwise
        theirs._connparams()


# A process goes


@real
def test_the_clock_goes_on_after_a_killed_worker_and_a_killed_beat_are_started_again(office):
    worker, beat = office.worker(), office.beat()
    office.goes_on()

    worker.kill()
    office.worker()
    office.goes_on()

    beat.kill()
    office.beat()
    office.goes_on()


@real
def test_of_two_workers_and_two_beats_one_each_is_enough(office):
    workers, beats = [office.worker(), office.worker()], [office.beat(), office.beat()]
    office.goes_on()

    workers[0].kill()
    beats[0].kill()

    office.goes_on()
    assert workers[1].lives
    assert beats[1].lives


@real
def test_pokes_of_an_outage_do_not_pile_up(office):
    """Of the pokes sent while no worker was there, those older than their life of three seconds are thrown away."""
    worker, _ = office.worker(), office.beat()
    office.goes_on()
    worker.kill()
    before = office.times_run()
    wait_until(lambda: min(map(office.server.client.llen, POKES)) >= 10, "ten pokes wait in each queue")
    outdated = sum(map(office.server.client.llen, POKES))
    time.sleep(4)  # longer than those live

    started = office.worker()
    wait_until(
        lambda: started.log.read_text().count("Discarding revoked task") >= outdated,
        f"{outdated} old pokes are thrown away",
        told=office.tell,
    )
    wait_until(lambda: not any(map(office.server.client.llen, POKES)), "the queues are empty")

    assert before == {queue: office.children[0].times_run(task) for queue, task in POKES.items()}


@real
def test_the_one_process_of_an_embedded_install_uses_redis_as_well(office):
    embedded = office.start("manage.py", "worker")
    office.goes_on()

    office.server.client.flushall()
    office.goes_on()
    office.server.kill()
    office.server.start()
    office.goes_on()

    assert embedded.lives
    with closing(sqlite3.connect(office.folder / "sopdesk.sqlite3")) as database:
        hearts = database.execute("SELECT kind, name FROM tickets_heartbeat WHERE kind IN ('beat', 'worker')")
        assert set(hearts) == {(kind, f"{socket.gethostname()}:{embedded.process.pid}") for kind in ("beat", "worker")}


@pytest.mark.postgres
@real
def test_on_postgresql_each_process_has_its_own_connections(office_on_postgresql):
    """A forked child leaves the pool of its parent alone: killed, it is replaced, and the parent's heart beats on."""
    office = office_on_postgresql
    worker, _ = office.worker(), office.beat()
    office.goes_on()

    for child in children_of(worker.process.pid):
        os.kill(child, signal.SIGKILL)
    office.goes_on()
    with psycopg.connect(office.environment["DATABASE_URL"], autocommit=True) as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        since = administrator.execute("SELECT now()").fetchone()[0]
        office.goes_on()
        wait_until(lambda: hearts(administrator, since) == {"beat", "worker"}, "both hearts beat again")

    assert worker.lives


def children_of(pid):
    listing = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True)
    return map(int, listing.stdout.split())


def hearts(administrator, since):
    return {kind for (kind,) in administrator.execute("SELECT kind FROM tickets_heartbeat WHERE at > %s", [since])}


# Signs of life


def test_a_pulse_writes_one_row_per_process_and_takes_it_along_when_it_ends(db):
    pulse = beat.Pulse(Heartbeat.Kind.BEAT, every=10)

    pulse.beat()
    pulse.beat()
    first = list(Heartbeat.objects.values_list("kind", "name"))
    pulse.leave()

    assert first == [("beat", f"{socket.gethostname()}:{os.getpid()}")]
    assert not Heartbeat.objects.exists()


def test_a_database_that_is_away_does_not_end_a_pulse(caplog):
    def away():
        raise OperationalError("connection refused")

    beat.Pulse(Heartbeat.Kind.BEAT, every=10).attempt(away)

    assert caplog.messages == ["No heartbeat of the beat could be written: connection refused"]


def test_a_container_is_healthy_while_its_own_process_shows_life(db, time_machine):
    time_machine.move_to(TUESDAY, tick=False)
    here = socket.gethostname()
    Heartbeat.objects.create(kind="worker", name=f"{here}:7", at=TUESDAY - timedelta(seconds=60))
    Heartbeat.objects.create(kind="beat", name=f"{here}:8", at=TUESDAY - timedelta(seconds=61))
    Heartbeat.objects.create(kind="beat", name="elsewhere:9", at=TUESDAY)

    call_command("heartbeat", "worker")
    with pytest.raises(CommandError, match=f"No beat of {here} has shown"):
        call_command("heartbeat", "beat")


@pytest.mark.parametrize(
    ("waiting", "silent_for", "busy", "is_deaf"),
    [(1, 121, False, True), (0, 121, False, False), (1, 119, False, False), (1, 121, True, False)],
    ids=["deaf", "nothing waits", "heard just now", "busy"],
)
def test_a_worker_that_went_deaf_ends_itself(monkeypatch, waiting, silent_for, busy, is_deaf):
    ended = []
    monkeypatch.setattr(beat.os, "kill", lambda *signal: ended.append(signal))
    monkeypatch.setattr(beat.state, "active_requests", {"a task"} if busy else set())
    pulse = beat.WorkerPulse(app, ["surel"])
    pulse.heard_at -= silent_for
    pulse.stopped.set()  # it ends when it is asked to

    with app.connection_for_write() as broker:
        for _ in range(waiting):
            broker.Producer().publish({}, exchange="", routing_key="surel")
        hears = pulse.hears()
        broker.default_channel.queue_purge("surel")

    assert hears is not is_deaf
    assert ended == ([(os.getpid(), signal.SIGTERM)] if is_deaf else [])


@real
def test_a_worker_that_cannot_reach_redis_is_not_deaf(server):
    with Celery("office", broker=server.url, set_as_current=False) as office:
        pulse = beat.WorkerPulse(office, ["celery"])
        pulse.heard_at -= 121

        server.kill()

        assert pulse.hears()
        server.start()


# The scheduler


@pytest.fixture
def scheduler(tmp_path, monkeypatch):
    monkeypatch.setattr(beat.Pulse, "start", lambda pulse: None)
    scheduler = beat.Scheduler(app, schedule_filename=str(tmp_path / "beat"))
    yield scheduler
    scheduler.close()


def test_two_beats_of_one_folder_keep_their_schedules_apart(scheduler, tmp_path):
    second = beat.Scheduler(app, schedule_filename=str(tmp_path / "beat"))
    names = (scheduler.schedule_filename, second.schedule_filename)
    second.close()

    assert names == (str(tmp_path / "beat"), str(tmp_path / "beat-2"))


@pytest.mark.parametrize(("kind", "sends"), [(beat.Scheduler, True), (PersistentScheduler, False)])
def test_a_clock_set_back_does_not_silence_the_beat(tmp_path, monkeypatch, time_machine, kind, sends):
    monkeypatch.setattr(beat.Pulse, "start", lambda pulse: None)
    sent = []
    monkeypatch.setattr(kind, "apply_entry", lambda self, entry, producer=None: sent.append(entry.name))
    monkeypatch.setattr(kind, "producer", None)
    time_machine.move_to(TUESDAY, tick=False)
    scheduler = kind(app, schedule_filename=str(tmp_path / "beat"))
    scheduler.add(name="poke", task="poke", schedule=timedelta(seconds=15))
    time_machine.shift(15)
    tick_until_idle(scheduler)
    assert "poke" in sent

    sent.clear()
    time_machine.shift(timedelta(hours=-2))
    tick_until_idle(scheduler)
    time_machine.shift(16)
    tick_until_idle(scheduler)
    scheduler.close()

    assert ("poke" in sent) is sends


def test_a_queue_that_nobody_empties_does_not_grow_for_ever(scheduler, monkeypatch):
    monkeypatch.setattr(beat, "MOST_WAITING", 3)
    entry = scheduler.add(name="poke", task="poke", schedule=timedelta(seconds=15), options={"queue": "surel"})
    queue = scheduler.producer.channel.queue_declare("surel").queue

    for _ in range(5):
        scheduler.apply_entry(entry, producer=scheduler.producer)
    waiting = scheduler.producer.channel.queue_purge(queue)
    scheduler.apply_entry(entry, producer=scheduler.producer)

    assert (waiting, scheduler.producer.channel.queue_purge(queue)) == (3, 1)


def tick_until_idle(scheduler):
    while not scheduler.tick():
        pass


def test_nothing_but_json_and_late_acknowledgement():
    conf = app.conf

    assert (conf.accept_content, conf.task_serializer) == (["json"], "json")
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (True, True, 1)
    assert conf.task_time_limit < 3600  # a message comes back after an hour: its first run is over by then
    assert all(entry["options"]["expires"] for entry in conf.beat_schedule.values())
    assert {queue.exchange.name for queue in app.amqp.queues.values()} == {""}
