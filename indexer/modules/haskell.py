"""Haskell: a module's name is the end of its path."""

from __future__ import annotations

from .finder import Finder, nearest


class HaskellFinder(Finder):
    """Finds the file of a module."""

    def find(self, path: str, module: str) -> list[str]:
        return nearest(path, self.files_ending(module.replace(".", "/") + ".hs"))
