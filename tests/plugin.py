"""Skips the parts of the suite that cannot run here, with the reason; fails them where SOPDESK_REQUIRE names them."""

import gc

import pytest
from django.conf import settings

from tests import parts


def pytest_configure():
    gc.set_threshold(50_000, 20, 20)  # a test run makes much that lives on: looking through it all took a tenth of it


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    for part in parts.PARTS:
        if item.get_closest_marker(part):
            stop_without(part)


def stop_without(part):
    reason = parts.missing(part)
    if reason:
        (pytest.fail if part in parts.REQUIRED else pytest.skip)(f"{part}: {reason}")
    if part == "postgres" and not settings.DATABASE_URL:
        pytest.skip("postgres: DATABASE_URL is not set; `make test` runs this part by itself")
