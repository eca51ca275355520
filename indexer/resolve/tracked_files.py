"""The files read during the resolution of one file, and the read parts of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ..facts import Recorder, TrackedItems, TrackedMapping, TrackedRows
from .namespace import Namespace
from .parts import STARS, WHOLE, PartOf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..records import Binding, Import, Reference, Symbol


class TrackedFiles(dict[str, Namespace]):
    """path → the names of a file. Reads of files beside the resolved one are recorded by part."""

    def __init__(self, untracked: Mapping[str, Namespace]) -> None:
        """`untracked`: the names of every file, for reads recorded by other means."""
        super().__init__()
        self.untracked = untracked
        self.reads: dict[str, set[str]] = {}  # the read set: path → parts
        self._views: WeakKeyDictionary[Namespace, tuple[Namespace, set[str]]] = WeakKeyDictionary()

    def start(self, path: str) -> None:
        """Begin to resolve a file, with an empty read set."""
        for parts in self.reads.values():
            parts.clear()
        self.reads.clear()
        self.clear()
        self[path] = self.untracked[path]

    def __missing__(self, path: str) -> Namespace:
        return self._open(path)

    def record(self, path: str, part: str) -> None:
        """Record a read outside of views."""
        if path not in self:
            self._open(path)
        if path in self.reads:
            self.reads[path].add(part)

    def _open(self, path: str) -> Namespace:
        """Return a view that records into the read set. Views are kept as long as their file."""
        file = self.untracked[path]
        if file not in self._views:
            parts: set[str] = set()
            self._views[file] = tracked(file, parts.add), parts
        self[path], self.reads[path] = self._views[file]
        return self[path]


@dataclass(slots=True)
class _TrackedFacts:
    """A `FileView` with recorded reads."""

    path: str
    language: str
    symbols: Sequence[Symbol]
    references: Sequence[Reference]
    imports: Sequence[Import]
    bindings: Sequence[Binding]


def tracked(file: Namespace, record: Recorder[str]) -> Namespace:
    """Return a view of a file that records the parts read through it."""
    part_of, facts = PartOf(file), file.facts
    return replace(
        file,
        facts=_TrackedFacts(
            facts.path,
            facts.language,
            TrackedItems(facts.symbols, part_of.symbol, WHOLE, record),
            TrackedRows(facts.references, WHOLE, record),
            TrackedRows(facts.imports, WHOLE, record),
            TrackedRows(facts.bindings, WHOLE, record),
        ),
        top=TrackedMapping(file.top, str, WHOLE, record),
        children=TrackedMapping(file.children, part_of.symbol, WHOLE, record),
        imports=TrackedMapping(file.imports, part_of.name, WHOLE, record),
        exports=TrackedMapping(file.exports, str, WHOLE, record),
        stars=TrackedRows(file.stars, STARS, record),
        aliases=TrackedMapping(file.aliases, str, WHOLE, record),
        bindings=TrackedMapping(file.bindings, part_of.binding, WHOLE, record),
        narrowed=TrackedMapping(file.narrowed, part_of.narrowing, WHOLE, record),
        bases=TrackedMapping(file.bases, part_of.symbol, WHOLE, record),
    )
