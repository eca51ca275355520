"""The memory limit of a build, and the shares of its processes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import SourceError

MACHINE_SHARE = 4  # by default a build may use one part in so many of the machine's memory
MIN_LIMIT = 1 << 30  # bytes that are enough for a build of any size
# Bytes for the process that writes, but at most half of all: most of it is Lance's, while it
# builds an index.
PARENT_BYTES = 1 << 30
# Bytes that a worker needs: its modules and grammars, a batch of files, and one parse tree.
WORKER_BYTES = 384 << 20
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shares:
    """The limits of a build's workers."""

    jobs: int  # workers, perhaps fewer than requested
    worker: int  # bytes of each


def parse_size(text: str) -> int:
    """Return the bytes of a size such as `4G` or `512 MiB`, in powers of 1,024.

    Raise `SourceError` for anything else, `2e9` among it.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise SourceError(f"{text!r} is no size: write it as 4G or 512M")
    return int(float(match[1]) * _UNITS[match[2].lower()])


def share_memory(limit: int, jobs: int) -> Shares:
    """Divide `limit` bytes between the process that writes and up to `jobs` workers.

    A limit of 0 means a quarter of the machine's memory. Raise `SourceError` if the limit is too
    low for a single worker.
    """
    limit = limit or max(machine_memory() // MACHINE_SHARE, MIN_LIMIT)
    if limit < MIN_LIMIT:
        raise SourceError(
            f"a build needs {MIN_LIMIT >> 20:,} MiB of memory: give --max-memory at least that"
        )
    rest = limit - min(PARENT_BYTES, limit // 2)
    jobs = max(1, min(jobs, rest // WORKER_BYTES))
    return Shares(jobs, rest // jobs)


def machine_memory() -> int:
    """Return the bytes of memory of this machine or, if lower, of this container."""
    import psutil

    limit = int(psutil.virtual_memory().total)
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            limit = min(limit, int(Path(name).read_text()))
        except (OSError, ValueError):  # no such group, or "max"
            continue
    return limit


def tree_memory(pid: int) -> int:
    """Return the bytes of a process and its descendants, shared pages counted once."""
    import psutil

    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return 0
    total = 0
    for process in family:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:  # it has just ended
            continue
    return total
