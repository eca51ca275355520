"""C linkage: names shared by the files of a C or C++ program, and definitions of declarations.

An external name includes the namespaces and types around it: `net.Server.run`. A file sees the
included definitions; beyond these the linker finds functions and variables with external linkage,
but no `static` ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...facts import GlobalDefinition, external_name
from ...kinds import TYPES
from ...languages import C
from ...modules import nearness
from ..c_includes import Includes, IncludeSet
from ..module_cache import ModuleCache
from ..parts import INCLUDES
from ..tracked_files import TrackedFiles
from ..tracked_names import TrackedNames
from ..value import Value


class ExternalNames:
    """Finds definitions by their external names."""

    def __init__(self, files: TrackedFiles, names: TrackedNames, modules: ModuleCache) -> None:
        self._files, self._names = files, names
        self._includes = Includes(modules.find_includes)
        self._last_included = IncludeSet("", 0, {})
        self._definitions: dict[tuple[str, str], Value | None] = {}
        self._prefixes: dict[tuple[str, int], tuple[str, ...]] = {}

    def forget(self) -> None:
        """Forget the answers for one file."""
        self._definitions.clear()
        self._prefixes.clear()

    def find(self, path: str, scope: int, name: str) -> Value | None:
        """Return the definition of a bare name in `scope` outside of the file `path`."""
        file = self._files[path]
        for prefix in self._prefixes_of(path, scope):
            if value := self.find_external(path, f"{prefix}{name}"):
                return value
        return self.find_external(path, file.aliases[name]) if name in file.aliases else None

    def find_external(self, path: str, name: str) -> Value | None:
        """Return the definition of an external name as the file `path` sees it.

        Cached, since functions share names.
        """
        key = (path, name)
        if key not in self._definitions:
            self._definitions[key] = self._find(path, name)
        return self._definitions[key]

    def find_definition(self, value: Value) -> Value:
        """Return the definition of a declaration of C or C++; any other value as it is."""
        file = self._files[value.path]
        if not file.rules.includes or file.facts.symbols[value.index].kind != "prototype":
            return value
        candidates = self._names.find_definitions(C.name, external_name(file.facts, value.index))
        definition = _nearest(value.path, candidates)
        if definition is None:
            return value
        return definition if definition.rule == "nearest" else definition.with_rule(value.rule)

    def outer_types(self, path: str, scope: int) -> Iterator[Value]:
        """Yield the types around a member with a definition outside of them.

        An example is `void Server::run() {}` with the class in a header.
        """
        if self._files[path].facts.language == "c":
            return
        for prefix in self._prefixes_of(path, scope)[1:]:
            value = self.find_external(path, prefix[:-1]) if prefix else None
            if value and self._files[value.path].facts.symbols[value.index].kind in TYPES:
                yield Value("instance", value.path, value.index, "member")

    def _prefixes_of(self, path: str, scope: int) -> tuple[str, ...]:
        key = (path, scope)
        if key not in self._prefixes:
            self._prefixes[key] = self._files[path].prefixes(scope)
        return self._prefixes[key]

    def _find(self, path: str, name: str) -> Value | None:
        candidates = self._names.find_definitions(C.name, name)
        if not candidates:
            return None
        candidates = [c for c in candidates if not c.is_alias_macro] or candidates
        included = self._included_by(path)
        visible = [candidate for candidate in candidates if candidate.path in included]
        if len({candidate.path for candidate in visible}) == 1:
            return Value("symbol", visible[0].path, visible[0].index, "include")
        return _nearest(path, visible or [c for c in candidates if c.is_external])

    def _included_by(self, path: str) -> IncludeSet:
        """Return the files that a file includes, directly or not.

        Only the last answer is kept: files come in order.
        """
        self._files.record(path, INCLUDES)
        if self._last_included.path != path:
            self._last_included = self._includes.closure(path)
        return self._last_included


def _nearest(path: str, candidates: Sequence[GlobalDefinition]) -> Value | None:
    if not candidates:
        return None
    best = min(candidates, key=lambda candidate: nearness(path, candidate.path))
    is_only_file = len({candidate.path for candidate in candidates}) == 1
    return Value("symbol", best.path, best.index, "global" if is_only_file else "nearest")
