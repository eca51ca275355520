"""Go: the folder that is left when the module's own prefix is taken off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from .finder import Finder


class GoFinder(Finder):
    """Go: the folder that is left when the module's own prefix is taken off."""

    @cached_property
    def _prefix(self) -> str:
        """The module path, as most imports spell it: go.mod says it too, but a folder of sources may lack one."""
        votes = Counter(prefix for path in self.own_files() for prefix in self._prefixes(path))
        return min(votes, key=lambda prefix: (-votes[prefix], prefix)) if votes else ""

    def _prefixes(self, path: str) -> Iterator[str]:
        """What would have to stand before a folder of ours for an import of the file to name it."""
        for spec in self.files[path].imports:
            parts = spec.module.split("/")
            for at in range(1, len(parts) if "." in parts[0] else 0):
                if "/".join(parts[at:]) in self.folders:
                    yield "/".join(parts[:at])

    def find(self, path: str, module: str) -> list[str]:
        prefix = self._prefix
        if prefix and (module == prefix or module.startswith(prefix + "/")):
            folder = module[len(prefix) + 1 :]
        else:
            folder = next(iter(self.folders_ending(module)), "\0")
        return [
            p
            for p in self.folders.get(folder, ())
            if p.endswith(".go") and not p.endswith("_test.go")
        ]
