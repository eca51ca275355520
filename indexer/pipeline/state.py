"""The inputs that all steps of a build share, and the clock of its phases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..embed import Encoder, VectorCache
from ..source import Source
from ..store import StatisticsUpdate, Writer
from .memory import Shares

Progress = Callable[[str, int, int], None]
"""Called with the phase, the number of items done, and the total (0 if it is unknown)."""

SMALL_CHANGE = 500  # paths


def is_small_change(paths: int) -> bool:
    """Tell a few saved files from a first build or a switch of branches."""
    return paths <= SMALL_CHANGE


@dataclass(frozen=True, slots=True)
class Build:
    """The inputs of one build."""

    source: Source
    writer: Writer
    statistics: StatisticsUpdate
    encoder: Encoder
    cache: VectorCache
    progress: Progress
    shares: Shares
    scip: Sequence[str] | None  # paths of indexes to merge; None keeps the data of earlier ones
    exits_after: bool  # the process ends with the build
    seconds: dict[str, float] = field(default_factory=dict)  # phase → time so far

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the time of the block to the phase `name`."""
        start = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 3)
