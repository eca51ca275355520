"""C and C++: beside the including file, else the path that ends so and lies nearest."""

from __future__ import annotations

import os.path

from .finder import Finder, nearest


class IncludeFinder(Finder):
    """C and C++: beside the including file, else the path that ends so and lies nearest."""

    def find(self, path: str, module: str) -> list[str]:
        beside = os.path.normpath(os.path.join(os.path.dirname(path), module))
        if beside in self.files:
            return [beside]
        tail = os.path.normpath(module).lstrip("./")
        return nearest(path, self.files_ending(tail))
