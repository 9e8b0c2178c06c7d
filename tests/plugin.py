"""Skips the parts of the suite that cannot run here, with the reason; fails them where SOPDESK_REQUIRE names them."""

import pytest
from django.conf import settings

from tests import parts


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
