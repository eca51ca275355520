"""Names and paths as people write them → the symbols and files of a snapshot."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from indexer import FileSymbols, FoundSymbol, SkipReason, Snapshot

MAX_CACHED_FILES = 4_096  # files with cached symbols: some 30 MB
_FOLDER_FILES = ("__init__", "mod", "index", "lib")  # files that go by the name of their folder


class Lookup:
    """Finds files by the end of their path, and symbols by name, qualified name or id.

    Caches the names of files and the symbols of the last files.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._symbols: dict[str, FileSymbols] = {}
        self._paths_by_name: Mapping[str, list[str]] | None = None

    def reopen_at(self, newest: Snapshot) -> Lookup:
        """Return a lookup in a later generation, with the cached entries that still hold."""
        lookup = Lookup(newest)
        if self._symbols:
            changed = newest.changed_since(self.snapshot)
            lookup._symbols = {
                path: symbols for path, symbols in self._symbols.items() if path not in changed
            }
        if self._paths_by_name is not None and self.snapshot.entries.paths == newest.entries.paths:
            lookup._paths_by_name = self._paths_by_name
        return lookup

    # -- files

    def _paths_named(self, name: str) -> list[str]:
        """Return the paths of a lower-case file name, with or without its extension."""
        if self._paths_by_name is None:
            self._paths_by_name = _index_by_name(self.snapshot.entries)
        return self._paths_by_name.get(name, [])

    def files(self, mention: str) -> list[tuple[str, float]]:
        """Return (path, agreement) of the possible files of `mention`, best first.

        The agreement is the matching share of the mention, from its end. It is 1 for a path that
        matches as a whole, folders and all: the rest of the mention is its place of installation.

        Takes absolute paths of other machines (`/app/lib/site-packages/django/db/utils.py`), bare
        names, and modules (`django.db.utils`).
        """
        folded = mention.replace("\\", "/").lower()
        parts = [part for part in folded.split("/") if part not in ("", ".", "..")]
        if not parts:
            return []
        candidates = self._paths_named(parts[-1])
        if not candidates and "." in parts[-1] and len(parts) == 1:
            parts = parts[0].split(".")
            candidates = self._paths_named(parts[-1])
        counts = {path: count for path in candidates if (count := _count_matching(path, parts))}
        best = max(counts.values(), default=0)
        return [
            (path, 1.0 if 1 < best == path.count("/") + 1 else best / len(parts))
            for path, count in counts.items()
            if count == best
        ]

    # -- symbols

    def symbols_in(self, paths: Iterable[str]) -> dict[str, FileSymbols]:
        """Return path → its symbols in order, for each of `paths`."""
        distinct = list(dict.fromkeys(paths))
        unread = [path for path in distinct if path not in self._symbols]
        if len(self._symbols) + len(unread) > MAX_CACHED_FILES:
            self._symbols.clear()
            unread = distinct
        self._symbols.update(self.snapshot.symbols_by_file(unread) if unread else {})
        return {path: self._symbols[path] for path in distinct}

    def symbols(self, name: str) -> list[FoundSymbol]:
        """Return the symbols that `name` may mean, by path and line.

        Takes `name`, `Qual.name`, `path::Qual.name` and `end/of/path.py::name`. A module is a
        qualifier too: `package.module.name`. Returns nothing if no candidate fits the qualifier.
        """
        return self.symbols_of_all([name])[name]

    def symbols_of_all(self, names: Iterable[str]) -> dict[str, list[FoundSymbol]]:
        """Return name → its symbols as of `symbols`, for many names in one read of the store."""
        parsed = {name: _parse(name) for name in names}
        last = {qualifiers[-1] for _, qualifiers in parsed.values() if qualifiers}
        by_name: dict[str, list[FoundSymbol]] = defaultdict(list)
        for symbol in self.snapshot.symbols_named(last) if last else ():
            by_name[symbol.symbol.name].append(symbol)
        return {
            name: self._qualified(by_name.get(qualifiers[-1], []), path, qualifiers[:-1])
            if qualifiers
            else []
            for name, (path, qualifiers) in parsed.items()
        }

    def _qualified(
        self, candidates: list[FoundSymbol], path: str, outer: list[str]
    ) -> list[FoundSymbol]:
        """Return the candidates in the file `path`, if it is given, and with these qualifiers."""
        if path and path in self.snapshot.entries:
            candidates = [symbol for symbol in candidates if symbol.path == path]
        elif path:
            paths = {matching for matching, _ in self.files(path)}
            candidates = [symbol for symbol in candidates if symbol.path in paths]
        return [symbol for symbol in candidates if _has_qualifiers(symbol, outer)]


def _index_by_name(paths: Iterable[str]) -> dict[str, list[str]]:
    """Return lower-case file name, with its extension and without → paths."""
    index: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        name = posixpath.basename(path).lower()
        stem = name.split(".", 1)[0] if not name.startswith(".") else name
        for key in {name, stem}:
            index[key].append(path)
    return index


@lru_cache
def findable(reason: str) -> bool:
    """Return True if a user may look for a path skipped for this reason."""
    return not reason or (reason in _REASONS and SkipReason(reason).is_findable)


_REASONS = frozenset(reason.value for reason in SkipReason)


def _count_matching(path: str, parts: list[str]) -> int:
    """Count the equal trailing components; the last one may lack its extension."""
    count = 0
    for component, part in zip(reversed(path.lower().split("/")), reversed(parts), strict=False):
        if component != part and not (count == 0 and component.split(".", 1)[0] == part):
            break
        count += 1
    return count


def _parse(name: str) -> tuple[str, list[str]]:
    """Return (path or "", qualifiers and name).

    `a/b.cc::ns::f` → (`a/b.cc`, [ns, f]), `ns::C#f` → ("", [ns, C, f]).
    """
    path, rest = "", name.strip().removesuffix("()")
    head, separator, tail = rest.partition("::")
    if separator and ("/" in head or "." in head):
        path, rest = head.replace("\\", "/"), tail
    for separator in ("::", "->", "#", "/"):
        rest = rest.replace(separator, ".")
    return path, [part for part in rest.split(".") if part]


def _has_qualifiers(symbol: FoundSymbol, outer: list[str]) -> bool:
    """Return True if `outer` is the symbol's scopes, from the right, then the end of its path."""
    scopes = symbol.symbol.qualname.split(".")[:-1]
    rest = list(outer)
    while rest and scopes and rest[-1] == scopes[-1]:
        rest.pop()
        scopes.pop()
    if not rest:
        return True
    if scopes:
        return False
    module = posixpath.splitext(symbol.path)[0].split("/")
    module = module[:-1] if module[-1] in _FOLDER_FILES else module
    folders = module[:-1] if len(rest) < len(outer) or module[-1:] != rest[-1:] else module
    return rest == module[-len(rest) :] or rest == folders[-len(rest) :]
