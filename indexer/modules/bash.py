"""Bash: a path from the folder of the script, from the root, or the rest of it after a variable."""

from __future__ import annotations

import os.path

from .finder import Finder, nearest


class BashFinder(Finder):
    """Finds sourced scripts."""

    def find(self, path: str, module: str) -> list[str]:
        module = module.lstrip("/")
        for candidate in (os.path.join(os.path.dirname(path), module), module):
            normal = os.path.normpath(candidate)
            if normal in self.files:
                return [normal]
        tail = os.path.normpath(module).lstrip("./")
        return nearest(path, self.files_ending(tail)) if tail else []
