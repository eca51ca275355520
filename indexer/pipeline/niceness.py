"""The priority of long builds: low, so that queries stay fast."""

from __future__ import annotations

import os
from contextlib import suppress

NICE = 5  # on a busy machine a third of the others' share; on an idle one it costs nothing


def lower_priority() -> None:
    """Run all threads of this process at NICE. Without privileges there is no way back.

    The kernel has a niceness per thread, and Lance's threads run since it was imported.
    """
    try:
        threads = [int(name) for name in os.listdir("/proc/self/task")]
    except OSError:  # not Linux: the whole process
        threads = [0]
    for thread in threads:
        with suppress(OSError):  # the thread has ended
            niceness = max(NICE, os.getpriority(os.PRIO_PROCESS, thread))
            os.setpriority(os.PRIO_PROCESS, thread, niceness)
