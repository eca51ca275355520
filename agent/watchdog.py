"""Watch a running command and end it, with all its descendants, when it takes more than it may.

Kernel limits count per process, and the one on processes spares root; this counts the whole tree, whoever runs it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
FIRST_POLL, LAST_POLL = 0.005, 0.1  # seconds: short commands are answered at once, long ones are not disturbed


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
class Process:
    """A line of /proc."""

    pid: int
    parent: int
    threads: int
    resident: int  # bytes


def supervise(process: subprocess.Popen[bytes], limits: Limits, output: Path, tree: Path) -> str | None:
    """Wait until `process` ends; the limit that it broke, in words, or None. Leaves no descendant behind."""
    check = checks(process, limits, output, tree)
    pause = FIRST_POLL
    try:
        while process.poll() is None:
            if broken := next((words for over, words in check if over()), None):
                return broken
            time.sleep(pause)
            pause = min(pause * 1.5, LAST_POLL)
        return None
    finally:  # Ctrl-C and errors of our own end the command too
        end(process)


def checks(
    process: subprocess.Popen[bytes], limits: Limits, output: Path, tree: Path
) -> list[tuple[Callable[[], bool], str]]:
    """The conditions that end a command, each with its words."""
    deadline = time.monotonic() + limits.seconds
    free_before = free_space(tree)

    def crowded() -> bool:
        return sum(one.threads for one in family(process.pid)) > limits.threads

    def swollen() -> bool:
        return sum(one.resident for one in family(process.pid)) > limits.memory

    return [
        (lambda: time.monotonic() > deadline, f"stopped: it ran for more than {limits.seconds:g} seconds"),
        (lambda: output.stat().st_size > limits.output, f"stopped: more than {limits.output >> 20} MiB of output"),
        (crowded, f"stopped: more than {limits.threads} processes and threads"),
        (swollen, f"stopped: more than {limits.memory >> 20} MiB of memory"),
        (lambda: free_before - free_space(tree) > limits.disk, f"stopped: more than {limits.disk >> 20} MiB of disk"),
    ]


def free_space(path: Path) -> int:
    """Bytes that can still be written where `path` lies."""
    space = os.statvfs(path)
    return space.f_bavail * space.f_frsize


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill `process` and all its descendants.

    They are stopped first: what is stopped does not fork, so that the walk comes to an end even in a fork bomb.
    """
    if process.poll() is not None:
        return
    stopped: set[int] = set()
    while fresh := {one.pid for one in family(process.pid)} - stopped:
        send(signal.SIGSTOP, fresh)
        stopped |= fresh
    send(signal.SIGKILL, stopped - {process.pid})
    process.kill()
    process.wait()


def send(number: signal.Signals, pids: Iterable[int]) -> None:
    """Signal each of `pids` that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


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
