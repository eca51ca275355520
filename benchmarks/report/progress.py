"""A bar on stderr for the progress of a benchmark, or one line a step outside of a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

T = TypeVar("T")


def steps(items: Sequence[T], names: Iterable[str]) -> Iterator[T]:
    """Yield each item, showing its name as it begins."""
    columns = (TextColumn("{task.description:40.40}"), BarColumn(), MofNCompleteColumn())
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    console = Console(file=sys.stderr)
    with Progress(*columns, *times, console=console, transient=True) as bar:
        task = bar.add_task("", total=len(items))
        for at, (each, name) in enumerate(zip(items, names, strict=True), 1):
            bar.update(task, description=name)
            _print_step(console, f"[{at}/{len(items)}] {name}")
            yield each
            bar.advance(task)


def _print_step(console: Console, line: str) -> None:
    if not console.is_terminal:
        print(line, file=sys.stderr, flush=True)


def spread(items: Sequence[T], count: int) -> Sequence[T]:
    """Return `count` of `items` at even distances, the same ones each time; all of them for 0, or
    if there are no more."""
    if not count or count >= len(items):
        return items
    return [items[at * len(items) // count] for at in range(count)]
