"""SOPDesk as it is, with the bare view beside it and the queries of each answer counted."""

from pathlib import Path

from sopdesk.settings import *  # noqa: F403
from sopdesk.settings import MIDDLEWARE, TEMPLATES

ROOT_URLCONF = "tests.bench.bare"
MIDDLEWARE = ["tests.bench.counting.counts_queries", *MIDDLEWARE]
TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
