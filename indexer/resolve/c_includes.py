"""What the files of a C program include, directly or through others, as bit sets.

A file of Linux sees a thousand headers, and 55,000 files ask: following includes for each costs minutes, the union of its
headers' sets microseconds. Headers that include each other have one set (Tarjan's strongly connected components, 1972).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Included:
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
    """Follows includes; sets of headers are kept, those of files that nobody includes are not."""

    def __init__(self, following: Callable[[str], list[str]]) -> None:
        """`following`: path → the files that its own text includes."""
        self._following = following
        self._numbers: dict[str, int] = {}
        self._sets: dict[str, int] = {}

    def of(self, path: str) -> Included:
        """The files that `path` includes, directly or through others, and itself."""
        bits = 0
        for header in self._following(path):
            if header not in self._sets:
                self._close(header)
            bits |= self._sets[header]
        return Included(path, bits, self._numbers)

    def _number(self, path: str) -> int:
        return self._numbers.setdefault(path, len(self._numbers))

    def _close(self, start: str) -> None:
        """Find the sets of `start` and of all that it includes. With a stack of its own: chains may be long."""
        order: dict[str, int] = {}
        low: dict[str, int] = {}
        open_files: list[str] = []
        stack = [(start, iter(self._enter(start, order, low, open_files)))]
        while stack:
            path, rest = stack[-1]
            for header in rest:
                if header in self._sets:
                    continue
                if header in order:
                    low[path] = min(low[path], order[header])
                    continue
                stack.append((header, iter(self._enter(header, order, low, open_files))))
                break
            else:
                stack.pop()
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[path])
                if low[path] == order[path]:
                    self._settle(open_files, path)

    def _enter(
        self, path: str, order: dict[str, int], low: dict[str, int], open_files: list[str]
    ) -> list[str]:
        order[path] = low[path] = len(order)
        open_files.append(path)
        return self._following(path)

    def _settle(self, open_files: list[str], root: str) -> None:
        """Give the files that include each other, those from `root` on, their set."""
        at = open_files.index(root)
        together = open_files[at:]
        del open_files[at:]
        bits = 0
        for path in together:
            bits |= 1 << self._number(path)
            for header in self._following(path):
                bits |= self._sets.get(header, 0)
        self._sets.update(dict.fromkeys(together, bits))
