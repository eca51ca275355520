"""The graph's files, written in the background before somebody asks for them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer import StoreError

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess


@dataclass(slots=True)
class GraphPrebuilder:
    """Writes graphs in a process of its own, one at a time; questions and saves do not wait."""

    latest: tuple[str, str, int] = ("", "", 0)  # store, view, generation
    process: ForkServerProcess | None = None

    def start(self, uri: str, view: str, generation: int) -> None:
        """Start writing the graph of this generation, unless one is being written already."""
        graph = (uri, view, generation)
        if graph == self.latest or (self.process is not None and self.process.is_alive()):
            return
        from multiprocessing import get_context

        self.latest = graph
        context = get_context("forkserver")
        self.process = context.Process(target=_write_graph, args=(uri, view), daemon=True)
        self.process.start()


def _write_graph(uri: str, view: str) -> None:
    from retrieval import Searcher

    # on an error the next question builds the graph itself, and reports it
    with suppress(StoreError, KeyboardInterrupt):
        _ = Searcher.open(uri, view).graph.adjacency
