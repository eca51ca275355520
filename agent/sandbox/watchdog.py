"""Watch a running command and end it, with all its descendants, when it takes more than it may.

Kernel limits count per process, and the one on processes spares root; this counts the whole tree, whoever runs it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
FIRST_POLL, LAST_POLL = (
    0.005,
    0.05,
)  # seconds: short commands are answered at once, long ones are not disturbed


@dataclass(frozen=True, slots=True)
class Limits:
    """What one command may take."""

    seconds: float = 600.0  # of wall clock
    cpu_seconds: int = 1200  # of each process
    memory: int = 4 << 30  # bytes resident in the whole tree, and of data in each process
    threads: int = 512  # in the whole tree
    file_size: int = 1 << 30  # bytes of one file
    output: int = 16 << 20  # bytes written to stdout and stderr
    disk: int = 4 << 30  # bytes by which the free space may shrink meanwhile


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a command."""

    code: int  # as a shell gives it: 128 + n for signal n; 137 for a broken limit
    stopped: str | None  # the limit that it broke, in words


@dataclass(frozen=True, slots=True)
class Process:
    """A line of /proc."""

    pid: int
    parent: int
    threads: int
    resident: int  # bytes


def supervise(
    process: subprocess.Popen[bytes], limits: Limits, output: Path, tree: Path
) -> str | None:
    """Wait until `process` ends; the limit that it broke, in words, or None. Leaves no descendant behind."""
    watch = Watch(process.pid, limits, output, tree)
    pause = FIRST_POLL
    with ahead_of_others():
        try:
            while process.poll() is None:
                begun = time.monotonic()
                if broken := watch.broken():
                    return f"stopped: {broken}"
                cost = time.monotonic() - begun
                time.sleep(
                    max(pause, 5 * cost)
                )  # at most a sixth of one core where there are many processes
                pause = min(pause * 1.5, LAST_POLL)
            return None
        finally:  # Ctrl-C and errors of our own end the command too
            end(process)


@contextlib.contextmanager
def ahead_of_others() -> Iterator[None]:
    """Let this thread run before all ordinary ones, where we may: thousands of others would leave it no time to look.

    Root may, and root it is whom the kernel's limit on processes does not hold.
    """
    policy, priority = os.sched_getscheduler(0), os.sched_getparam(0)
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, policy, priority)


class Watch:
    """What a command takes, against what it may."""

    def __init__(self, pid: int, limits: Limits, output: Path, tree: Path) -> None:
        self.pid, self.limits, self.output, self.tree = pid, limits, output, tree
        self.deadline = time.monotonic() + limits.seconds
        self.started = time.time()
        self.free = free_space(tree)

    def broken(self) -> str:
        """The first limit that is broken now, or ""."""
        limits = self.limits
        members = family(self.pid)
        if sum(one.threads for one in members) > limits.threads:
            return f"more than {limits.threads} processes and threads"
        if sum(one.resident for one in members) > limits.memory:
            return f"more than {limits.memory >> 20} MiB of memory"
        if time.monotonic() > self.deadline:
            return f"it ran for more than {limits.seconds:g} seconds"
        if self.output.stat().st_size > limits.output:
            return f"more than {limits.output >> 20} MiB of output"
        if self.free - free_space(self.tree) > limits.disk and self._disk_full():
            return f"more than {limits.disk >> 20} MiB of disk"
        return ""

    def _disk_full(self) -> bool:
        """Whether it was this command that took the space: what files in the tree changed since it began."""
        if written_since(self.tree, self.started - 1.0) > self.limits.disk:
            return True
        self.free = free_space(
            self.tree
        )  # somebody else did: look again when as much is gone once more
        return False


def free_space(path: Path) -> int:
    """Bytes that can still be written where `path` lies."""
    space = os.statvfs(path)
    return space.f_bavail * space.f_frsize


def written_since(tree: Path, moment: float) -> int:
    """Bytes on disk of the files below `tree` that changed after `moment`; by ctime, which no program can set."""
    total = 0
    for folder, _, names in os.walk(tree):
        for name in names:
            with contextlib.suppress(OSError):  # gone since
                stat = os.lstat(os.path.join(folder, name))
                total += stat.st_blocks * 512 if stat.st_ctime >= moment else 0
    return total


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill all that `process` started, and wait until it is gone.

    Its one child is the first process of a namespace, whose end is the end of all others, or the command itself, whose
    descendants `confine` inherits and kills. Either way `process` ends when there is nothing left to wait for.
    """
    if process.poll() is not None:
        return
    started = [one.pid for one in processes() if one.parent == process.pid]
    for pid in started:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if not started:
        process.kill()
    process.wait()


def family(pid: int) -> list[Process]:
    """`pid` and all its descendants, now."""
    by_parent: dict[int, list[Process]] = {}
    found = []
    for one in processes():
        by_parent.setdefault(one.parent, []).append(one)
        if one.pid == pid:
            found.append(one)
    for one in found:  # grows while it is walked
        found.extend(by_parent.get(one.pid, ()))
    return found


def processes() -> Iterable[Process]:
    """All processes that /proc shows."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            stat = Path("/proc", name, "stat").read_bytes()
        except OSError:
            continue  # it has ended since
        fields = stat.rpartition(b")")[2].split()  # the name before it may hold anything
        yield Process(int(name), int(fields[1]), int(fields[17]), int(fields[21]) * PAGE)
