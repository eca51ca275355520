"""The graph's arrays, written before somebody asks for them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer import StoreError

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess


@dataclass(slots=True)
class GraphWriter:
    """Writes the arrays of one view after the other in a process of its own: so that neither the next question nor the next
    save waits for that."""

    written: tuple[str, str, int] = ("", "", 0)  # what was begun last
    writing: ForkServerProcess | None = None

    def follow(self, uri: str, view: str, generation: int) -> None:
        """See that the arrays of this generation, or of one before it, are being written."""
        wanted = (uri, view, generation)
        if wanted == self.written or (self.writing is not None and self.writing.is_alive()):
            return
        from multiprocessing import get_context

        self.written = wanted
        self.writing = get_context("forkserver").Process(
            target=_write, args=(uri, view), daemon=True
        )
        self.writing.start()


def _write(uri: str, view: str) -> None:
    from retrieval import Searcher

    with suppress(
        StoreError, KeyboardInterrupt
    ):  # whoever asks for the graph is told, and makes it
        _ = Searcher.open(uri, view).graph.adjacency
