"""PHP: a file that is required, beside the file that requires it, else the nearest whose path ends so."""

from __future__ import annotations

import os.path

from .finder import Finder, nearest


class PhpFinder(Finder):
    """PHP: a file that is required, beside the file that requires it, else the nearest whose path ends so."""

    def find(self, path: str, module: str) -> list[str]:
        beside = os.path.normpath(os.path.join(os.path.dirname(path), module))
        if beside in self.files:
            return [beside]
        return nearest(path, self.files_ending(os.path.normpath(module).lstrip("./")))
