"""Build an index and kill the build.

Usage: `python -m tests.incremental.killed TREE REV STORE CACHE ENCODER WHOM AT DELAY`.

WHOM is killed DELAY seconds after the AT-th call of functions of the pipeline and the store:
`self`, by the kernel and at any point, or `worker`, one of its worker processes.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

COUNTED = (
    "indexer.pipeline.build",
    "indexer.store.writer",
    "indexer.store.garbage",
    "indexer.store.recovery",
    "indexer.store.store",
    "indexer.pipeline.pool",
    "indexer.pipeline.extraction",
    "indexer.pipeline.resolution",
    "indexer.pipeline.resolve_worker",
    "indexer.pipeline.publish",
    "lancedb.table",
    "lancedb.db",
)


class Trap:
    """Counts calls, and kills at one of them."""

    def __init__(self, whom: str, at: int, delay: float) -> None:
        self.whom, self.at, self.delay, self.calls = whom, at, delay, 0

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or not frame.f_globals.get("__name__", "").startswith(COUNTED):
            return
        self.calls += 1
        if self.calls == self.at:
            self.strike()

    def strike(self) -> None:
        if self.whom == "worker":
            self.kill_a_worker()
        elif self.delay:
            signal.setitimer(signal.ITIMER_REAL, self.delay)  # nobody handles its signal
        else:
            os.kill(os.getpid(), signal.SIGKILL)

    def kill_a_worker(self) -> None:
        import psutil

        found = psutil.Process().children(recursive=True)
        if found:
            found[self.at % len(found)].kill()


def build(tree: str, rev: str, store: str, cache: str, encoder: str) -> None:
    """Index a work tree or, if `rev` is given, a revision."""
    from indexer import Store, VectorCache, build_index, load_encoder, open_revision, open_worktree

    source = open_revision(Path(tree) / ".git", rev) if rev else open_worktree(tree)
    vectors = VectorCache(Path(cache))
    build_index(
        source, Store(store), load_encoder(encoder), encoder_spec=encoder, jobs=2, cache=vectors
    )


def main() -> None:
    *what, whom, at, delay = sys.argv[1:]
    from indexer import ClewError

    trap = Trap(whom, int(at), float(delay))
    threading.setprofile(trap)
    sys.setprofile(trap)
    try:
        build(*what)
    except ClewError as error:  # the caller reads it: a disk that is full ends here
        sys.exit(str(error))
    finally:
        sys.setprofile(None)
        print(trap.calls, file=sys.stderr)


if __name__ == "__main__":
    main()
