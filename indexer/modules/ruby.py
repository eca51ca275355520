"""Ruby: `require_relative` begins at the file's folder, `require` at a folder of the load path."""

from __future__ import annotations

import os.path

from .finder import Finder, nearest


class RubyFinder(Finder):
    """Finds a path without its extension, from the file's folder or a possible folder of the load
    path.
    """

    def find(self, path: str, module: str) -> list[str]:
        name = module if module.endswith(".rb") else f"{module}.rb"
        beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
        if beside in self.files:
            return [beside]
        tail = os.path.normpath(name).lstrip("./")
        files = self.files_ending(tail)
        in_lib = [f for f in files if f in (tail, f"lib/{tail}") or f.endswith(f"/lib/{tail}")]
        return nearest(path, in_lib or files)
