"""The cast and the stage of all tests."""

import pytest
from django.db import connection
from django.test import Client

from tests.factories import Cast
from tickets import triggers

pytest_plugins = ["tests.plugin"]


@pytest.fixture(autouse=True)
def _media_in_a_folder_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True, scope="session")
def _history_can_be_flushed_between_tests():
    """SQLite empties tables by DELETE, which the history refuses: the guard steps aside for the flush."""
    sql_flush = connection.ops.sql_flush

    def flush_around_the_guard(*args, **kwargs):
        statements = sql_flush(*args, **kwargs)
        if connection.vendor == "sqlite" and statements:
            return [*triggers.DROP["sqlite"], *statements, *triggers.CREATE["sqlite"]]
        return statements

    connection.ops.sql_flush = flush_around_the_guard
    yield
    connection.ops.sql_flush = sql_flush


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
