"""How far a benchmark is, and how long it will take, as a bar on stderr; one line a step where that
is no terminal."""

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


def steps(wanted: Sequence[T], names: Iterable[str]) -> Iterator[T]:
    """`wanted`, one by one, while `names` tells of each as it begins."""
    columns = (TextColumn("{task.description:40.40}"), BarColumn(), MofNCompleteColumn())
    console = Console(file=sys.stderr)
    with Progress(
        *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task("", total=len(wanted))
        for at, (each, name) in enumerate(zip(wanted, names, strict=True), 1):
            bar.update(task, description=name)
            if not console.is_terminal:
                print(f"[{at}/{len(wanted)}] {name}", file=sys.stderr, flush=True)
            yield each
            bar.advance(task)


def spread(items: Sequence[T], count: int) -> Sequence[T]:
    """`count` of `items` at even distances, the same ones each time; all of them where there are no
    more, or for 0."""
    if not count or count >= len(items):
        return items
    return [items[at * len(items) // count] for at in range(count)]
