"""Bash: a path from the folder of the script, from the root, or what is left of it after a variable."""

from __future__ import annotations

import os.path

from .finder import Finder, nearest


class BashFinder(Finder):
    """Bash: a path from the folder of the script, from the root, or what is left of it after a variable."""

    def find(self, path: str, module: str) -> list[str]:
        written = module.lstrip("/")
        for candidate in (os.path.join(os.path.dirname(path), written), written):
            normal = os.path.normpath(candidate)
            if normal in self.files:
                return [normal]
        tail = os.path.normpath(written).lstrip("./")
        return nearest(path, self.files_ending(tail)) if tail else []
