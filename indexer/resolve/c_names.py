"""The names that all files of a program share, in C and C++: what a file means by one, and what defines what is announced.

A name is shared with the namespaces and types around it: `net.Server.run`. A file sees what it includes; beyond that the
linker finds functions and variables of other sources, but for `static` ones.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence

from ..facts.global_names import GlobalDefinition, external_name
from ..kinds import TYPES
from ..modules import nearness
from .entity import Entity
from .namespace import Namespace


class Program:
    """Looks shared names up; each question goes through the functions that it is given, which note it."""

    def __init__(
        self,
        file: Callable[[str], Namespace],
        named: Callable[[str], Sequence[GlobalDefinition]],
        included: Callable[[str], Container[str]],
    ) -> None:
        """`file`: path → its names; `named`: shared name → definitions; `included`: path → what it includes, and itself."""
        self._file, self._named, self._included = file, named, included
        self._known: dict[tuple[str, str], Entity | None] = {}
        self._prefixes: dict[tuple[str, int], tuple[str, ...]] = {}

    def forget(self) -> None:
        """Forget what was looked up for one file."""
        self._known.clear()
        self._prefixes.clear()

    def name(self, path: str, scope: int, name: str) -> Entity | None:
        """What a bare name stands for in `scope`, beyond what the file itself tells."""
        file = self._file(path)
        for prefix in self._before(path, scope):
            if found := self.shared(path, f"{prefix}{name}"):
                return found
        return self.shared(path, file.aliases[name]) if name in file.aliases else None

    def shared(self, path: str, name: str) -> Entity | None:
        """What the file `path` means by a shared name; memoised, since its functions use the same names."""
        key = (path, name)
        if key not in self._known:
            self._known[key] = self._find(path, name)
        return self._known[key]

    def _before(self, path: str, scope: int) -> tuple[str, ...]:
        key = (path, scope)
        if key not in self._prefixes:
            self._prefixes[key] = self._file(path).prefixes(scope)
        return self._prefixes[key]

    def _find(self, path: str, name: str) -> Entity | None:
        candidates = self._named(name)
        if not candidates:
            return None
        candidates = [c for c in candidates if not c.is_alias_macro] or candidates
        included = self._included(path)
        seen = [candidate for candidate in candidates if candidate.path in included]
        if len({candidate.path for candidate in seen}) == 1:
            return _entity(seen[0], "include")
        return self._nearest(
            path, seen or [candidate for candidate in candidates if candidate.is_external]
        )

    def definition(self, entity: Entity) -> Entity:
        """What defines that which `entity` announces; anything else as it is."""
        facts = self._file(entity.path).facts
        if facts.symbols[entity.index].kind != "prototype":
            return entity
        found = self._nearest(entity.path, self._named(external_name(facts, entity.index)))
        return (
            entity if found is None else found if found.rule == "nearest" else found.by(entity.rule)
        )

    def types_around(self, path: str, scope: int) -> Iterator[Entity]:
        """The types that hold what is defined outside of them: `void Server::run() {}`, whose class is in a header."""
        if self._file(path).facts.language == "c":
            return
        for prefix in self._before(path, scope)[1:]:
            found = self.shared(path, prefix[:-1]) if prefix else None
            if found and self._file(found.path).facts.symbols[found.index].kind in TYPES:
                yield Entity("instance", found.path, found.index, "member")

    def _nearest(self, path: str, candidates: Sequence[GlobalDefinition]) -> Entity | None:
        if not candidates:
            return None
        best = min(candidates, key=lambda c: nearness(path, c.path))
        return _entity(
            best, "global" if len({candidate.path for candidate in candidates}) == 1 else "nearest"
        )


def _entity(found: GlobalDefinition, rule: str) -> Entity:
    return Entity("symbol", found.path, found.index, rule)
