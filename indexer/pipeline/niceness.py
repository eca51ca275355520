"""How a long build shares the processor: those who wait for an answer go first."""

from __future__ import annotations

import os
from contextlib import suppress

STEP = 5  # of niceness: where all are busy, a third of the share that others have; alone on a machine it costs nothing


def give_way() -> None:
    """Let other programs go first for the rest of this process, all of its threads; there is no way back without
    privileges. The kernel keeps a niceness for each thread, and Lance's run since it was loaded."""
    try:
        threads = [int(name) for name in os.listdir("/proc/self/task")]
    except OSError:  # not Linux: the process as a whole
        threads = [0]
    for thread in threads:
        with suppress(OSError):  # it has ended
            os.setpriority(
                os.PRIO_PROCESS, thread, max(STEP, os.getpriority(os.PRIO_PROCESS, thread))
            )
