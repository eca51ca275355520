"""The progress of a build: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING

from .output import warn

if TYPE_CHECKING:
    from indexer import Progress

TITLES = {
    "walk": "find files",
    "extract": "read files",
    "search": "index text and vectors",
    "resolve": "resolve",
    "publish": "publish",
}
LINE_SECONDS = 5.0  # between two lines of one phase


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield the callback for a build. The bar disappears at the end of the block."""
    if sys.stderr.isatty():
        with _bar() as show:
            yield show
    else:
        lines = Lines()
        with _ticking(lines):
            yield lines


@contextmanager
def _ticking(lines: Lines) -> Iterator[None]:
    """Call `lines.tick` in a thread: some phases are one long call of Lance."""
    ended = Event()

    def tick() -> None:
        while not ended.wait(LINE_SECONDS):
            lines.tick()

    thread = Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[memory]}"),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}
        starts: dict[str, float] = {}
        memory = Memory()

        def show(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                starts[phase] = time.monotonic()
                tasks[phase] = bars.add_task(
                    TITLES.get(phase, phase), total=total or None, rate="", memory=""
                )
            rate = _rate(done, time.monotonic() - starts[phase])
            shown = f"{rate:,.0f}/s" if rate else ""
            bars.update(
                tasks[phase], completed=done, total=total or None, rate=shown, memory=memory()
            )

        yield show


@dataclass(slots=True)
class Memory:
    """The memory of all the build's processes, measured every few seconds: it takes a while."""

    clock: Callable[[], float] = time.monotonic
    _measured: float = field(default=-LINE_SECONDS, init=False)
    _text: str = field(default="", init=False)

    def __call__(self) -> str:
        if self.clock() - self._measured >= LINE_SECONDS:
            from indexer import tree_memory

            self._measured, self._text = self.clock(), f"{tree_memory(os.getpid()) >> 20:,} MiB"
        return self._text


@dataclass(slots=True)
class Lines:
    """Prints a line at the start of a phase, and every few seconds."""

    write: Callable[[str], None] = warn
    clock: Callable[[], float] = time.monotonic
    memory: Callable[[], str] = field(default_factory=Memory)
    phase: str = ""
    _start: float = field(default=0.0, init=False)
    _shown: float = field(default=0.0, init=False)
    _called: float = field(default=0.0, init=False)

    def __call__(self, phase: str, done: int, total: int) -> None:
        now = self._called = self.clock()
        if phase != self.phase:
            self.phase, self._start, self._shown = phase, now, now
            self.write(f"{TITLES.get(phase, phase)} …")
        elif now - self._shown >= LINE_SECONDS:
            self._shown = now
            self.write(self._line(phase, done, total, now - self._start))

    def tick(self) -> None:
        """Print the time of the phase if the build has not called for a while."""
        now = self.clock()
        if self.phase and now - max(self._called, self._shown) >= LINE_SECONDS:
            self._shown = now
            title, seconds = TITLES.get(self.phase, self.phase), now - self._start
            self.write(f"{title}: {seconds:.0f} s so far ({self.memory()})")

    def _line(self, phase: str, done: int, total: int, seconds: float) -> str:
        title, rate = TITLES.get(phase, phase), _rate(done, seconds)
        if not total:
            return f"{title}: {done:,} ({rate:,.0f}/s, {self.memory()})"
        left = f"{(total - done) / rate:.0f} s left, " if rate else ""
        return f"{title}: {done:,} of {total:,} ({rate:,.0f}/s, {left}{self.memory()})"


def _rate(done: int, seconds: float) -> float:
    return done / seconds if seconds > 0.1 else 0.0
