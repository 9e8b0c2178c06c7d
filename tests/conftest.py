"""The cast and the stage of all tests."""

from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests.factories import Cast
from tickets import health, quiet, retention, triggers
from workflows import calendars

pytest_plugins = ["tests.plugin"]


@pytest.fixture(autouse=True)
def _media_in_a_folder_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def _disk_has_room(monkeypatch):
    """Whatever disk the tests run on: a full one is an alarm on pages and in `/healthz`."""
    monkeypatch.setattr(health, "disk_usage", lambda folder: SimpleNamespace(total=1000, free=600))


@pytest.fixture(autouse=True)
def _nobody_needs_a_second_factor(settings):
    """As in a demo, on every database; a test that is about it says of whom it is required."""
    settings.TOTP_REQUIRED = frozenset()


@pytest.fixture(autouse=True, scope="session")
def _history_can_be_flushed_between_tests():
    """The history refuses to be emptied, by DELETE or TRUNCATE: the guard steps aside for the flush."""
    operations = type(connection.ops)  # the class: Playwright's event loop gives the same thread other connections
    sql_flush = operations.sql_flush

    def flush_around_the_guard(self, *args, **kwargs):
        statements = sql_flush(self, *args, **kwargs)
        guard = connection.vendor
        return [*triggers.DROP[guard], *statements, *triggers.CREATE[guard]] if statements else statements

    operations.sql_flush = flush_around_the_guard
    yield
    operations.sql_flush = sql_flush


@pytest.fixture(autouse=True)
def _calendar_of_this_test():
    """What another test's calendar was is forgotten: on SQLite, numbers that were rolled back are given out again."""
    calendars.forget()


@pytest.fixture(autouse=True)
def _asked_once_a_minute():
    """What a page asks the database now and then is known: this is no restored copy, files are kept as by default."""
    cache.set_many({quiet.SHOWN: False, retention.TOLD: "2 tahun sejak tiket ditutup"}, timeout=None)


@pytest.fixture
def cast(db) -> Cast:
    """One named person per role, two reporters, a stranger and an administrator."""
    return Cast()


@pytest.fixture
def client_of():
    """A signed-in browser for a person."""

    def sign_in(person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def on_both_databases(request):
    """Runs a test on SQLite, and once more in the PostgreSQL part."""
    if connection.vendor != request.param:
        pytest.skip(f"this run is on {connection.vendor}")
