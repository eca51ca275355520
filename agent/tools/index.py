"""The index as the agent uses it: search, context packs, the map, tests that reach a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from retrieval import Hit, Searcher

LineRanges = Mapping[str, Sequence[tuple[int, int]]]
"""path → ranges of its lines, 1-based and inclusive"""

REACH_DEPTH = 3  # calls between a test and the tested symbol
REACH_CONFIDENCE = 0.5  # of a followed edge
REACH_FILES = 20  # test files worth running before all tests


class Index(Protocol):
    """Answers about the tree at the start of a run, or about the worktree once indexed."""

    def query(self, text: str, k: int = ...) -> Sequence[Hit]: ...

    def context(self, text: str, budget: int = ...) -> str: ...

    def text(self, path: str) -> str | None: ...

    def map(self, budget: int = ...) -> str: ...

    def reaching_tests(self, changed: LineRanges) -> list[str]: ...  # files, nearest first

    def refresh(self, tree: str) -> Index | None: ...  # over the worktree; None if not possible


def _no_searcher(tree: str) -> Searcher | None:
    return None


@dataclass(slots=True)
class SearcherIndex:
    """An `Index` over a `Searcher`."""

    searcher: Searcher
    open_copy: Callable[[str], Searcher | None] = _no_searcher  # indexes a worktree separately

    def query(self, text: str, k: int = 10) -> Sequence[Hit]:
        return self.searcher.query(text, k)

    def context(self, text: str, budget: int = 8000) -> str:
        return self.searcher.context(text, budget).text

    def text(self, path: str) -> str | None:
        return self.searcher.text(path)

    def map(self, budget: int = 3000) -> str:
        return self.searcher.graph.map(budget)

    def reaching_tests(self, changed: LineRanges) -> list[str]:
        """Return the test files from which the symbols on these lines are reached.

        Changed test files come first, then the nearest and most certain ones, then the files that
        import a changed file.
        """
        from retrieval import is_test

        candidates = (*sorted(changed), *self._callers(changed), *self._importers(changed))
        return [path for path in dict.fromkeys(candidates) if is_test(path)][:REACH_FILES]

    def _callers(self, changed: LineRanges) -> Iterator[str]:
        """Yield the files of symbols that depend on the changed ones."""
        graph = self.searcher.graph
        symbols = [
            entry
            for entry in self.searcher.snapshot.symbols_in(sorted(changed))
            if any(
                start <= entry.symbol.end_line and entry.symbol.start_line <= end
                for start, end in changed[entry.path]
            )
        ]
        nodes = graph.nodes(symbols) if symbols else []
        for reached in graph.impact(nodes, REACH_DEPTH, REACH_CONFIDENCE).related:
            yield reached.path

    def _importers(self, changed: LineRanges) -> Iterator[str]:
        """Yield the files that refer to the changed files."""
        graph = self.searcher.graph
        files = [node for path in sorted(changed) for node in graph.nodes(path)]
        for reached in graph.impact(files, 1, REACH_CONFIDENCE).related:
            yield reached.path

    def refresh(self, tree: str) -> SearcherIndex | None:
        searcher = self.open_copy(tree)
        return SearcherIndex(searcher, self.open_copy) if searcher else None
