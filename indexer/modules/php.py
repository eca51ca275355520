"""PHP: a required file beside the requiring one, else the nearest with this end of its path."""

from __future__ import annotations

from .finder import Finder


class PhpFinder(Finder):
    """Finds the files of `require` and `include`."""

    def find(self, path: str, module: str) -> list[str]:
        return self.find_beside(path, module)
