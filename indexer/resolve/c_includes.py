"""The files included by each C file, directly or not, as bit sets.

A file of Linux includes a thousand headers, and 55,000 files need the answer: following includes
for each takes minutes, the union of its headers' sets microseconds. Headers in a cycle of includes
share one set (Tarjan's strongly connected components, 1972).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IncludeSet:
    """A set of paths."""

    path: str  # always in it
    bits: int
    numbers: dict[str, int]  # path → its bit

    def __contains__(self, path: object) -> bool:
        if path == self.path:
            return True
        number = self.numbers.get(path)  # type: ignore[call-overload]
        return number is not None and bool(self.bits >> number & 1)


class Includes:
    """Follows includes. Sets of headers are kept, those of other files are not."""

    def __init__(self, includes_of: Callable[[str], list[str]]) -> None:
        """`includes_of`: path → the files in its own include directives."""
        self._includes_of = includes_of
        self._numbers: dict[str, int] = {}
        self._sets: dict[str, int] = {}

    def closure(self, path: str) -> IncludeSet:
        """Return the files included by `path`, directly or not, and `path` itself."""
        bits = 0
        for header in self._includes_of(path):
            if header not in self._sets:
                _Components(self._includes_of, self._sets, self._number).visit(header)
            bits |= self._sets[header]
        return IncludeSet(path, bits, self._numbers)

    def _number(self, path: str) -> int:
        return self._numbers.setdefault(path, len(self._numbers))


class _Components:
    """Tarjan's algorithm, with its own stack: chains of includes may be longer than Python's."""

    def __init__(
        self,
        includes_of: Callable[[str], list[str]],
        sets: dict[str, int],
        number: Callable[[str], int],
    ) -> None:
        """`sets`: path → bits, filled for all visited files; `number`: path → its bit."""
        self._includes_of, self._sets, self._number = includes_of, sets, number
        self._order: dict[str, int] = {}
        self._low: dict[str, int] = {}
        self._open: list[str] = []  # visited files without a set
        self._stack: list[tuple[str, Iterator[str]]] = []

    def visit(self, start: str) -> None:
        """Find the sets of `start` and its includes, direct or not."""
        self._enter(start)
        while self._stack:
            path, headers = self._stack[-1]
            header = self._next(path, headers)
            if header is None:
                self._leave(path)
            else:
                self._enter(header)

    def _enter(self, path: str) -> None:
        self._order[path] = self._low[path] = len(self._order)
        self._open.append(path)
        self._stack.append((path, iter(self._includes_of(path))))

    def _next(self, path: str, headers: Iterator[str]) -> str | None:
        """Return the next unvisited header."""
        for header in headers:
            if header in self._sets:
                continue
            if header not in self._order:
                return header
            self._low[path] = min(self._low[path], self._order[header])
        return None

    def _leave(self, path: str) -> None:
        self._stack.pop()
        if self._stack:
            parent = self._stack[-1][0]
            self._low[parent] = min(self._low[parent], self._low[path])
        if self._low[path] == self._order[path]:
            self._close(path)

    def _close(self, root: str) -> None:
        """Give the files of a cycle, those opened since `root`, their set."""
        at = self._open.index(root)
        component = self._open[at:]
        del self._open[at:]
        bits = 0
        for path in component:
            bits |= 1 << self._number(path)
            for header in self._includes_of(path):
                bits |= self._sets.get(header, 0)
        self._sets.update(dict.fromkeys(component, bits))
