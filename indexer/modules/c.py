"""C and C++: beside the including file, else the nearest file with this end of its path."""

from __future__ import annotations

from .finder import Finder


class IncludeFinder(Finder):
    """Finds the files of includes."""

    def find(self, path: str, module: str) -> list[str]:
        return self.find_beside(path, module)
