"""The namespaces of a view, built on demand; those used last are kept."""

from __future__ import annotations

from collections import OrderedDict

from ..facts import ByPath, Facts, FileView
from .namespace import Namespace
from .namespace_tables import build_namespace

CACHED_ROWS = 200_000
"""Symbols, imports, bindings and references of the cached files: some 150 MB in each process."""
_FILE_COST = 20  # rows that cost as much as a file without any


class NamespaceCache(ByPath[Namespace]):
    """path → the names of a file."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts.languages)
        self.facts = facts
        self._cached: OrderedDict[str, Namespace] = OrderedDict()
        self._free_rows = CACHED_ROWS
        self._opened: Namespace | None = None

    def open(self, path: str) -> None:
        """Give the file all of its references until another one is opened."""
        if self._opened is None or self._opened.facts.path != path:
            self._opened = build_namespace(self.facts.with_references(path))

    def __getitem__(self, path: str) -> Namespace:
        if self._opened is not None and self._opened.facts.path == path:
            return self._opened
        file = self._cached.get(path)
        if file is not None:
            self._cached.move_to_end(path)
            return file
        file = self._cached[path] = build_namespace(self.facts[path])
        self._free_rows -= _weight(file.facts)
        while self._free_rows < 0 and len(self._cached) > 1:
            self._free_rows += _weight(self._cached.popitem(last=False)[1].facts)
        return file


def _weight(facts: FileView) -> int:
    rows = (facts.symbols, facts.imports, facts.bindings, facts.references)
    return _FILE_COST + sum(map(len, rows))
