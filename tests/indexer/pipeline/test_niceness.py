"""A long build lets other programs go first."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence

from indexer.pipeline.niceness import NICE
from indexer.pipeline.pool import Pool

LOWER_PRIORITY = """
import os, threading
from indexer.pipeline.niceness import lower_priority
hold = threading.Event()
thread = threading.Thread(target=hold.wait)
thread.start()
lower_priority()
threads = map(int, os.listdir("/proc/self/task"))
print(sorted({os.getpriority(os.PRIO_PROCESS, thread) for thread in threads}))
hold.set()
"""


def test_all_threads_of_a_process_run_at_low_priority() -> None:
    found = subprocess.run(
        [sys.executable, "-c", LOWER_PRIORITY], capture_output=True, text=True, check=True
    )
    assert found.stdout == f"[{max(NICE, os.getpriority(os.PRIO_PROCESS, 0))}]\n"


def niceness() -> Callable[[Sequence[int]], list[int]]:
    return lambda items: [os.getpriority(os.PRIO_PROCESS, 0) for _ in items]


def test_workers_run_at_low_priority_where_they_are_told_to_and_their_parent_does_not() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    for nice, expected in ((False, own), (True, max(NICE, own))):
        with Pool(niceness, 1, nice=nice) as pool:
            assert list(pool.run([[1]])) == [[expected]]
    assert os.getpriority(os.PRIO_PROCESS, 0) == own
