"""How much memory a build may take, and how its processes share it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import SourceError

SHARE = 4  # of the machine's memory a build takes one part in so many, unless it is told otherwise
LEAST = 1 << 30  # bytes with which a build of any size gets through
PARENT = (
    1 << 30
)  # bytes for the process that writes: most of it Lance's, while it builds an index; at most half of all
WORKER = (
    384 << 20
)  # bytes that a worker needs: its modules and grammars, a batch of files, and the parse tree of one
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shares:
    """What the processes of a build may take."""

    jobs: int  # workers, perhaps fewer than were asked for
    worker: int  # bytes of each


def parse_size(written: str) -> int:
    """Bytes of a size as people write it: `4G`, `512 MiB`, `2e9` is none. Units are powers of 1,024. Raises `SourceError`."""
    found = _SIZE.fullmatch(written.strip())
    if found is None:
        raise SourceError(f"{written!r} is no size: write it as 4G or 512M")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def shares(limit: int, jobs: int) -> Shares:
    """How `jobs` workers and the process that writes share `limit` bytes, 0 for a quarter of the machine's memory.

    Raises `SourceError` where that is too little for a single worker.
    """
    limit = limit or max(machine_memory() // SHARE, LEAST)
    if limit < LEAST:
        raise SourceError(
            f"a build needs {LEAST >> 20:,} MiB of memory: give --max-memory at least that"
        )
    rest = limit - min(PARENT, limit // 2)
    jobs = max(1, min(jobs, rest // WORKER))
    return Shares(jobs, rest // jobs)


def machine_memory() -> int:
    """Bytes of memory that this machine has or, in a container, this container may use."""
    import psutil

    found = int(psutil.virtual_memory().total)
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            found = min(found, int(Path(name).read_text()))
        except (OSError, ValueError):  # no such group, or "max"
            continue
    return found


def tree_memory(pid: int) -> int:
    """Bytes that a process and its descendants hold; a page that several share counts once."""
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
