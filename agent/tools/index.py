"""What the agent needs of an index, and how it gets that from a `Searcher`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from retrieval import Searcher

Spans = Mapping[str, Sequence[tuple[int, int]]]
"""path → lines in it, 1-based and inclusive"""

REACH_DEPTH = 3  # calls between a test and what it tests
REACH_CONFIDENCE = 0.5  # of an edge that is followed
REACH_FILES = 20  # test files that are worth running before all


class Hit(Protocol):
    """A ranked place in the repository."""

    @property
    def path(self) -> str: ...
    @property
    def symbol(self) -> str: ...  # may be empty
    @property
    def kind(self) -> str: ...
    @property
    def start_line(
        self,
    ) -> int: ...  # 1-based, inclusive; 0 for a file that is known by its path only
    @property
    def end_line(self) -> int: ...  # 1-based, inclusive


class Pack(Protocol):
    """The code that a question is about, within a token budget."""

    @property
    def text(self) -> str: ...
    @property
    def tokens(self) -> int: ...


class Index(Protocol):
    """Answers about the tree that a run began with, or about its working copy once that was indexed."""

    def query(self, text: str, k: int = ...) -> Sequence[Hit]: ...

    def context(self, text: str, budget: int = ...) -> Pack: ...

    def text(self, path: str) -> str | None: ...

    def map(self, budget: int = ...) -> str: ...

    def reaching(self, changed: Spans) -> list[str]: ...  # test files, nearest first

    def refreshed(
        self, tree: str
    ) -> Index | None: ...  # over the working copy; None where that cannot be had


@dataclass(slots=True)
class SearchedIndex:
    """An `Index` over a `Searcher`."""

    searcher: Searcher
    refresh: Callable[[str], Searcher | None] = lambda tree: (
        None
    )  # indexes a working copy, beside the user's store

    def query(self, text: str, k: int = 10) -> Sequence[Hit]:
        return self.searcher.query(text, k)

    def context(self, text: str, budget: int = 8000) -> Pack:
        return self.searcher.context(text, budget)

    def text(self, path: str) -> str | None:
        return self.searcher.text(path)

    def map(self, budget: int = 3000) -> str:
        return self.searcher.graph.map(budget)

    def reaching(self, changed: Spans) -> list[str]:
        """The test files from which the symbols on these lines are reached, nearest and surest first.

        A test file that was changed itself comes first; where no edge leads to a test, those that import the file.
        """
        from retrieval import is_test

        found = dict.fromkeys(path for path in sorted(changed) if is_test(path))
        graph, snapshot = self.searcher.graph, self.searcher.snapshot
        symbols = [
            each
            for each in snapshot.symbols_in(sorted(changed))
            if any(
                a <= each.symbol.end_line and each.symbol.start_line <= b
                for a, b in changed[each.path]
            )
        ]
        nodes = graph.nodes(symbols) if symbols else []
        found |= dict.fromkeys(
            each.path
            for each in graph.impact(nodes, REACH_DEPTH, REACH_CONFIDENCE).related
            if is_test(each.path)
        )
        files = [node for path in sorted(changed) for node in graph.nodes(path)]
        found |= dict.fromkeys(
            each.path
            for each in graph.impact(files, 1, REACH_CONFIDENCE).related
            if is_test(each.path)
        )
        return list(found)[:REACH_FILES]

    def refreshed(self, tree: str) -> SearchedIndex | None:
        searcher = self.refresh(tree)
        return SearchedIndex(searcher, self.refresh) if searcher else None
