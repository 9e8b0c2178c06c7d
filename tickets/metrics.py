"""Figures about the running system for Prometheus: how long pages take, and how the office's machine is doing.

Each web process counts its own pages; where gunicorn named a folder for them (PROMETHEUS_MULTIPROC_DIR), one answer
adds up all processes. What the database knows is asked at the moment of the question. Security incidents are in no
figure of tickets and rows; what the machine has still to do, such as mails, is counted whole (see `tickets.health`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from tickets import health, worklists
from tickets.models import Heartbeat, Letter, Notice, StepRun, Ticket

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_own = CollectorRegistry()
_pages = Histogram(
    "sopdesk_request_seconds",
    "Time to answer, by page",
    ["page"],
    registry=_own,
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_answers = Counter("sopdesk_requests", "Answers, by method and status", ["method", "status"], registry=_own)


def count_request(method: str | None, page: str, status: int, seconds: float) -> None:
    """Count an answer. `page` is the name of an address, so that there are only so many."""
    _pages.labels(page or "none").observe(seconds)
    _answers.labels(method if method in METHODS else "other", str(status)).inc()


def exposition(now: datetime) -> bytes:
    """All figures in the text format that Prometheus reads."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(_own)
    registry.register(_OfTheOffice(now))
    return generate_latest(registry)


class _OfTheOffice(Collector):
    """What the database and the disk say."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        open_runs = StepRun.objects.open().filter(ticket__restricted=False)
        yield _gauge("sopdesk_tickets_open", "Tickets on a row", Ticket.objects.open().filter(restricted=False).count())
        yield _gauge(
            "sopdesk_rows_late", "Open rows past their limit", open_runs.filter(worklists.run_is_late(self.now)).count()
        )
        yield _gauge("sopdesk_mail_pending", "Mails that wait", Notice.objects.pending().count())
        yield _gauge("sopdesk_mail_failed", "Mails that were given up", Notice.objects.failed().count())
        yield _gauge("sopdesk_letters_pending", "Account mails that wait", Letter.objects.pending().count())
        yield self._silence()
        yield self._wellness()

    def _silence(self) -> GaugeMetricFamily:
        """Seconds since each job or process last showed that it lives."""
        family = GaugeMetricFamily("sopdesk_silence_seconds", "Since the last sign of life", labels=["kind"])
        latest: dict[str, datetime] = {}
        for kind, at in Heartbeat.objects.values_list("kind", "at"):
            latest[kind] = max(at, latest.get(kind, at))
        for kind, at in latest.items():
            family.add_metric([kind], (self.now - at).total_seconds())
        return family

    def _wellness(self) -> GaugeMetricFamily:
        """1 where *Kesehatan sistem* says that all is well, 0 where it does not."""
        family = GaugeMetricFamily("sopdesk_is_well", "As on Kesehatan sistem", labels=["question"])
        for finding in health.findings(self.now):
            family.add_metric([finding.title], float(finding.is_well))
        return family


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)
