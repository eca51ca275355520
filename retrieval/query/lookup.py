"""Names and paths as people write them → the symbols and files of a snapshot."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property, lru_cache

from indexer import FileSymbols, FoundSymbol, SkipReason, Snapshot

SYMBOL_FILES = 4_096  # files whose symbols are kept between questions: some 30 MB


class Lookup:
    """Finds files by the end of their path, and symbols by name, qualified name or id. Keeps what it has read."""

    def __init__(self, snapshot: Snapshot, before: Lookup | None = None) -> None:
        """`before`: that of an earlier generation of the view, from which is taken what still holds."""
        self.snapshot = snapshot
        self._symbols: dict[str, FileSymbols] = {}
        if before and before._symbols:
            changed = snapshot.changed_since(before.snapshot)
            self._symbols = {
                path: own for path, own in before._symbols.items() if path not in changed
            }
        if (
            before
            and "_by_name" in before.__dict__
            and before.snapshot.entries.paths == snapshot.entries.paths
        ):
            self._by_name = before._by_name

    # -- files

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """Lower-case file name, with its ending and without → paths."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.snapshot.entries:
            name = posixpath.basename(path).lower()
            stem = name.split(".", 1)[0] if not name.startswith(".") else name
            for key in {name, stem}:
                found[key].append(path)
        return found

    def files(self, mention: str) -> list[tuple[str, float]]:
        """The paths that `mention` may mean, each with how much of the mention agrees, from the end; best first. A path
        that agrees as a whole, folders and all, agrees fully: what stands before it is where it is installed.

        Takes absolute paths of other machines (`/app/lib/site-packages/django/db/utils.py`), bare names, and modules
        (`django.db.utils`).
        """
        wanted = [
            part
            for part in mention.replace("\\", "/").lower().split("/")
            if part not in ("", ".", "..")
        ]
        if not wanted:
            return []
        candidates = self._by_name.get(wanted[-1], [])
        if not candidates and "." in wanted[-1] and len(wanted) == 1:
            wanted = wanted[0].split(".")
            candidates = self._by_name.get(wanted[-1], [])
        scored = [
            (path, agreement) for path in candidates if (agreement := _agreement(path, wanted))
        ]
        best = max((agreement for _, agreement in scored), default=0)
        ties = [path for path, agreement in scored if agreement == best]
        return [
            (path, 1.0 if 1 < best == path.count("/") + 1 else best / len(wanted)) for path in ties
        ]

    # -- symbols

    def symbols_in(self, paths: Iterable[str]) -> dict[str, FileSymbols]:
        """path → its symbols in order, for each of `paths`."""
        wanted = list(dict.fromkeys(paths))
        unread = [path for path in wanted if path not in self._symbols]
        if len(self._symbols) + len(unread) > SYMBOL_FILES:
            self._symbols.clear()
            unread = wanted
        self._symbols.update(self.snapshot.symbols_by_file(unread) if unread else {})
        return {path: self._symbols[path] for path in wanted}

    def symbols(self, name: str) -> list[FoundSymbol]:
        """What `name`, `Qual.name`, `path::Qual.name` or `end/of/path.py::name` may mean, by path and line.

        A qualifier that is a module counts too: `package.module.name`. Nothing where the qualifier fits no candidate.
        """
        return self.symbols_of_all([name])[name]

    def symbols_of_all(self, names: Iterable[str]) -> dict[str, list[FoundSymbol]]:
        """As `symbols`, for many names in one read of the store."""
        parsed = {name: _parse(name) for name in names}
        last = {qualifiers[-1] for _, qualifiers in parsed.values() if qualifiers}
        by_name: dict[str, list[FoundSymbol]] = defaultdict(list)
        for found in self.snapshot.symbols_named(last) if last else ():
            by_name[found.symbol.name].append(found)
        return {
            name: self._fitting(by_name.get(qualifiers[-1], []), path, qualifiers)
            if qualifiers
            else []
            for name, (path, qualifiers) in parsed.items()
        }

    def _fitting(
        self, candidates: list[FoundSymbol], path: str, qualifiers: list[str]
    ) -> list[FoundSymbol]:
        if path:
            exact = (
                [path]
                if path in self.snapshot.entries
                else [found for found, _ in self.files(path)]
            )
            candidates = [found for found in candidates if found.path in exact]
        outer = qualifiers[:-1]
        return [found for found in candidates if _qualifies(outer, found)]


@lru_cache
def findable(reason: str) -> bool:
    """Whether a path with this reason to skip is one that a user may look for."""
    return not reason or (reason in _REASONS and SkipReason(reason).findable)


_REASONS = frozenset(reason.value for reason in SkipReason)


def _agreement(path: str, wanted: list[str]) -> int:
    """How many trailing components agree; the last one with or without its ending."""
    have = path.lower().split("/")
    count = 0
    for mine, theirs in zip(reversed(have), reversed(wanted), strict=False):
        if mine != theirs and not (count == 0 and mine.split(".", 1)[0] == theirs):
            break
        count += 1
    return count


def _parse(name: str) -> tuple[str, list[str]]:
    """(path or "", qualifiers with the name last): `a/b.cc::ns::f` → (`a/b.cc`, [ns, f]), `ns::C#f` → ("", [ns, C, f])."""
    path, rest = "", name.strip().removesuffix("()")
    head, separator, tail = rest.partition("::")
    if separator and ("/" in head or "." in head):
        path, rest = head.replace("\\", "/"), tail
    for separator in ("::", "->", "#", "/"):
        rest = rest.replace(separator, ".")
    return path, [part for part in rest.split(".") if part]


def _qualifies(outer: list[str], found: FoundSymbol) -> bool:
    """Whether the qualifiers are, from the right, those of the symbol and then the end of its path."""
    inner = found.symbol.qualname.split(".")[:-1]
    rest = list(outer)
    while rest and inner and rest[-1] == inner[-1]:
        rest.pop()
        inner.pop()
    if not rest:
        return True
    if inner:
        return False
    place = posixpath.splitext(found.path)[0].split("/")
    place = place[:-1] if place[-1] in ("__init__", "mod", "index", "lib") else place
    folders = place[:-1] if len(rest) < len(outer) or place[-1:] != rest[-1:] else place
    return rest == place[-len(rest) :] or rest == folders[-len(rest) :]
