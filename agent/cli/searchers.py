"""Open indexes: a process with many questions opens each index once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .locate import store_to_read, view_to_read

if TYPE_CHECKING:
    from retrieval import Searcher


class OpenSearchers:
    """The indexes used last, at most `capacity` of them; newer generations are picked up."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._searchers: dict[tuple[str, str | None], Searcher] = {}  # the latest comes last

    def open(self, uri: str, view: str | None) -> Searcher:
        """Return the searcher of a store and view. Raise `StoreError`."""
        from indexer import Store
        from retrieval import Searcher

        searcher = self._searchers.pop((uri, view), None)
        state = Store(uri).state() if searcher else None
        if searcher is None or state is None:
            searcher = Searcher.open(uri, view)
        elif state.generation != searcher.snapshot.state.generation:
            searcher.reopen()
        if self.capacity:
            self._searchers[uri, view] = searcher
        while len(self._searchers) > self.capacity:
            del self._searchers[next(iter(self._searchers))]
        return searcher

    @property
    def latest(self) -> Searcher | None:
        """The searcher used last, or None."""
        return next(reversed(self._searchers.values()), None)


SEARCHERS = OpenSearchers(0)
"""Those of this process; a command that ends after its answer keeps none."""


def open_searcher(store: str | None, rev: str | None) -> Searcher:
    """Return the index of the options --store and --rev."""
    uri = store_to_read(store)
    return SEARCHERS.open(uri, view_to_read(uri, rev))
