"""Indexes that are open: a process that answers many questions opens each but once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval import Searcher


class Opened:
    """The indexes that were asked last, at most `most` of them; each is opened anew once a newer generation is there."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._searchers: dict[
            tuple[str, str | None], Searcher
        ] = {}  # the one asked last comes last

    def searcher(self, uri: str, view: str | None) -> Searcher:
        """The index `uri` at `view`. Raises `StoreError`."""
        from indexer import Store
        from retrieval import Searcher

        found = self._searchers.pop((uri, view), None)
        state = Store(uri).state() if found else None
        if found is None or state is None:
            found = Searcher.open(uri, view)
        elif state.generation != found.snapshot.state.generation:
            found.reopen()
        if self.most:
            self._searchers[uri, view] = found
        while len(self._searchers) > self.most:
            del self._searchers[next(iter(self._searchers))]
        return found

    @property
    def latest(self) -> Searcher | None:
        """The index that was asked last, if any is kept."""
        return next(reversed(self._searchers.values()), None)


OPENED = Opened(0)
"""Those of this process; a command that ends after its answer keeps none."""
