"""The parts of the suite that need more than Python, and whether this machine has what they need."""

import os
import shutil
from functools import cache

import psycopg
import redis

POSTGRES_URL = os.environ.get("TEST_DATABASE_URL") or "postgresql://postgres@127.0.0.1:5432/postgres"
REDIS_URL = os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379"
REQUIRED = {part.strip() for part in os.environ.get("SOPDESK_REQUIRE", "").split(",") if part.strip()}


def chromium():
    """The browser to drive, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("SOPDESK_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def without_postgres():
    try:
        psycopg.connect(POSTGRES_URL, connect_timeout=3).close()
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        return f"no PostgreSQL server let us in ({reason}); TEST_DATABASE_URL names another"
    return ""


def without_redis():
    try:
        with redis.Redis.from_url(REDIS_URL, socket_connect_timeout=3) as server:
            server.ping()
    except redis.RedisError as error:
        return f"no Redis server answered ({error}); TEST_REDIS_URL names another"
    if not shutil.which("redis-server"):
        return "no redis-server was found that the tests can start, kill and start again"
    return ""


def without_browser():
    browser = chromium()
    if not browser:
        return "no Chromium was found; SOPDESK_CHROMIUM names one"
    if not shutil.which(browser):
        return f"SOPDESK_CHROMIUM names {browser}, which cannot be run"
    return ""


PARTS = {"postgres": without_postgres, "redis": without_redis, "browser": without_browser}


@cache
def missing(part):
    """Why this part cannot run here, in plain words; an empty text when it can."""
    return PARTS[part]()
