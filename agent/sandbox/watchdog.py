"""Watch a running command; kill it with all its descendants when it breaks a limit.

Kernel limits count per process, and the one on processes spares root. These limits count the whole
process tree, of any user.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
FIRST_POLL, LAST_POLL = 0.005, 0.05  # seconds: short commands end at once, long ones run in peace
POLL_SHARE = 5  # pauses per time spent looking: at most a sixth of one core with many processes


@dataclass(frozen=True, slots=True)
class Limits:
    """Resources of one command."""

    seconds: float = 600.0  # of wall clock
    cpu_seconds: int = 1200  # of each process
    memory: int = 4 << 30  # bytes resident in the whole tree, and of data in each process
    threads: int = 512  # in the whole tree
    file_size: int = 1 << 30  # bytes of one file
    output: int = 16 << 20  # bytes written to stdout and stderr
    disk: int = 4 << 30  # bytes by which the free space may shrink meanwhile

    def with_timeout(self, seconds: float | None) -> Limits:
        """Return these limits with a shorter timeout, if one is given."""
        return replace(self, seconds=min(seconds or self.seconds, self.seconds))


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The end of a command."""

    code: int  # as a shell gives it: 128 + n for signal n; 137 for a broken limit
    broken_limit: str | None  # in words


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
    """Wait until `process` ends; return the limit it broke, in words, or None.

    Leave no descendant behind, also after Ctrl-C and errors of our own.
    """
    monitor = LimitMonitor(process.pid, limits, output, tree)
    with realtime_priority():
        try:
            return _poll(process, monitor)
        finally:
            kill_tree(process)


def _poll(process: subprocess.Popen[bytes], monitor: LimitMonitor) -> str | None:
    pause = FIRST_POLL
    while process.poll() is None:
        begun = time.monotonic()
        if limit := monitor.find_broken():
            return f"stopped: {limit}"
        time.sleep(max(pause, POLL_SHARE * (time.monotonic() - begun)))
        pause = min(pause * 1.5, LAST_POLL)
    return None


@contextlib.contextmanager
def realtime_priority() -> Iterator[None]:
    """Run this thread before all ordinary ones, if allowed: thousands of others would starve it.

    Root is allowed, and the kernel's limit on processes does not hold root.
    """
    policy, priority = os.sched_getscheduler(0), os.sched_getparam(0)
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, policy, priority)


class LimitMonitor:
    """Compares a command's use of resources with its limits."""

    def __init__(self, pid: int, limits: Limits, output: Path, tree: Path) -> None:
        self.pid, self.limits, self.output, self.tree = pid, limits, output, tree
        self.deadline = time.monotonic() + limits.seconds
        self.started = time.time()
        self.free = free_space(tree)

    def find_broken(self) -> str:
        """Return the first broken limit in words, or ""."""
        limits = self.limits
        members = process_tree(self.pid)
        if sum(process.threads for process in members) > limits.threads:
            return f"more than {limits.threads} processes and threads"
        if sum(process.resident for process in members) > limits.memory:
            return f"more than {limits.memory >> 20} MiB of memory"
        if time.monotonic() > self.deadline:
            return f"it ran for more than {limits.seconds:g} seconds"
        if self.output.stat().st_size > limits.output:
            return f"more than {limits.output >> 20} MiB of output"
        if self.free - free_space(self.tree) > limits.disk and self._filled_disk():
            return f"more than {limits.disk >> 20} MiB of disk"
        return ""

    def _filled_disk(self) -> bool:
        """Tell if this command took the space, by the files in the tree changed since it began."""
        if bytes_written_since(self.tree, self.started - 1.0) > self.limits.disk:
            return True
        # Another program did: look again once as much is gone again.
        self.free = free_space(self.tree)
        return False


def free_space(path: Path) -> int:
    """Return the free bytes of the file system of `path`."""
    space = os.statvfs(path)
    return space.f_bavail * space.f_frsize


def bytes_written_since(tree: Path, moment: float) -> int:
    """Return the disk use of files in `tree` changed after `moment`.

    The change time counts: no program can set it.
    """
    paths = (os.path.join(folder, name) for folder, _, names in os.walk(tree) for name in names)
    return sum(_bytes_if_changed(path, moment) for path in paths)


def _bytes_if_changed(path: str, moment: float) -> int:
    try:
        stat = os.lstat(path)
    except OSError:  # deleted since
        return 0
    return stat.st_blocks * 512 if stat.st_ctime >= moment else 0


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """Kill `process` and its descendants, and wait until they are gone.

    Its one child is the first process of a namespace, and the namespace ends with it, or it is the
    command itself, and `confine` inherits and kills its descendants. Either way `process` ends once
    there are no more children to wait for.
    """
    if process.poll() is not None:
        return
    children = [each.pid for each in list_processes() if each.parent == process.pid]
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if not children:
        process.kill()
    process.wait()


def process_tree(pid: int) -> list[Process]:
    """Return the process `pid` and its current descendants."""
    by_parent: dict[int, list[Process]] = {}
    members = []
    for process in list_processes():
        by_parent.setdefault(process.parent, []).append(process)
        if process.pid == pid:
            members.append(process)
    for process in members:  # grows while it is walked
        members.extend(by_parent.get(process.pid, ()))
    return members


def list_processes() -> Iterable[Process]:
    """Yield all processes in /proc."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            stat = Path("/proc", name, "stat").read_bytes()
        except OSError:
            continue  # it has ended since
        fields = stat.rpartition(b")")[2].split()  # the name before it may hold any byte
        yield Process(int(name), int(fields[1]), int(fields[17]), int(fields[21]) * PAGE)


def count_threads(user: int) -> int:
    """Return the number of threads of a user's processes."""
    total = 0
    for process in list_processes():
        with contextlib.suppress(OSError):  # it has ended since
            if os.stat(f"/proc/{process.pid}").st_uid == user:
                total += process.threads
    return total
