"""Go: the folder named by an import without the module's own prefix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from .finder import Finder


class GoFinder(Finder):
    """Finds the files of a package."""

    def find(self, path: str, module: str) -> list[str]:
        prefix = self._prefix
        if prefix and (module == prefix or module.startswith(prefix + "/")):
            folder = module[len(prefix) + 1 :]
        else:
            folder = next(iter(self.folders_ending(module)), "\0")
        files = self.folders.get(folder, ())
        return [file for file in files if file.endswith(".go") and not file.endswith("_test.go")]

    @cached_property
    def _prefix(self) -> str:
        """The module path by the vote of imports: go.mod has it, too, but a folder of sources may
        lack one.
        """
        votes = Counter(prefix for path in self.family_files() for prefix in self._prefixes(path))
        return min(votes, key=lambda prefix: (-votes[prefix], prefix)) if votes else ""

    def _prefixes(self, path: str) -> Iterator[str]:
        """Yield the prefixes that would make an import of the file name a folder of the
        repository.
        """
        for spec in self.files[path].imports:
            parts = spec.module.split("/")
            if "." not in parts[0]:
                continue
            cuts = range(1, len(parts))
            yield from ("/".join(parts[:at]) for at in cuts if "/".join(parts[at:]) in self.folders)
