"""`python -m tests`: the whole suite on SQLite, then the PostgreSQL part; says at the end what did not run and why."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import parts

#: Where Linux keeps files in memory: what the tests write outlives none of them, and waits for no disk.
MEMORY, ENOUGH = Path("/dev/shm"), 4 * 1024**3  # noqa: S108  # in it, a folder of our own
TITLES = {"postgres": "The PostgreSQL part", "redis": "The Redis part", "browser": "The browser part"}


def main():
    unknown = parts.REQUIRED - parts.PARTS.keys()
    if unknown:
        return f"SOPDESK_REQUIRE names unknown parts: {', '.join(sorted(unknown))}. Known: {', '.join(parts.PARTS)}."
    passed = pytest("not postgres", DATABASE_URL="", REDIS_URL="")
    if not parts.missing("postgres"):
        passed &= pytest("postgres", DATABASE_URL=parts.POSTGRES_URL, REDIS_URL="")
    left_out = [part for part in parts.PARTS if parts.missing(part)]
    tell(passed, left_out)
    return 0 if passed and not parts.REQUIRED.intersection(left_out) else 1


def pytest(marks, **environment):
    hands = str((os.cpu_count() or 1) + 1)  # browsers and other processes are often waited for
    command = [sys.executable, "-m", "pytest", "-n", hands, "--dist", "worksteal", "-m", marks, *sys.argv[1:]]
    own = tempfile.TemporaryDirectory(prefix="sopdesk-tests-", dir=_where_it_is_fast(), ignore_cleanup_errors=True)
    with own as folder:
        environment |= {"TMPDIR": folder}
        return subprocess.run(command, env=os.environ | environment, check=False).returncode == 0


def _where_it_is_fast():
    """A folder in memory if there is enough of it, else None: the usual one."""
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    return MEMORY if has_room else None


def tell(passed, left_out):
    print("\nEverything that ran passed." if passed else "\nSome tests failed; they stand above.")
    for part in left_out:
        verdict = "did not run, but SOPDESK_REQUIRE asks for it" if part in parts.REQUIRED else "did not run"
        print(f"{TITLES[part]} {verdict}: {parts.missing(part)}.")
    if not left_out:
        print("All parts ran: SQLite, PostgreSQL, Redis and the browser.")


if __name__ == "__main__":
    sys.exit(main())
