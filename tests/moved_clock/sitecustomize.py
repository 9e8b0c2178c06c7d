"""Lets a process of the tests live at another time: MOVED_CLOCK names a file with an offset in seconds.

Python imports this by itself where PYTHONPATH names this folder. The clock goes on ticking, follows the file while the
process runs, and goes along into forked children. What waits, waits as long as ever: only the time of day is moved.
"""

import os
import sys
import threading
import time
from pathlib import Path

sys.modules["pytest"] = None  # time_machine would import it, and SOPDesk then take itself for a test
import time_machine  # noqa: E402

del sys.modules["pytest"]

FILE = Path(os.environ["MOVED_CLOCK"])
LOOKS_EVERY = 0.1  # seconds


def offset_wanted():
    return float(FILE.read_text())


def follow():
    global offset
    while True:
        time.sleep(LOOKS_EVERY)
        wanted = offset_wanted()
        clock.shift(wanted - offset)
        offset = wanted


def start_following():
    threading.Thread(target=follow, name="moved clock", daemon=True).start()


offset = offset_wanted()
clock = time_machine.travel(time.time() + offset, tick=True).start()
start_following()
os.register_at_fork(after_in_child=start_following)
