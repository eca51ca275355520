"""Zig: a path beside the importing file; any other name is a package, with a root file of that
name.
"""

from __future__ import annotations

import os.path

from .finder import Finder, nearest

_BUILT_IN = frozenset({"std", "builtin", "root"})


class ZigFinder(Finder):
    """Finds the file of an `@import`."""

    def find(self, path: str, module: str) -> list[str]:
        if module.endswith(".zig"):
            beside = os.path.normpath(os.path.join(os.path.dirname(path), module))
            return [beside] if beside in self.files else []
        if module in _BUILT_IN:
            return []
        roots = (
            f"{module}/{module}.zig",
            f"src/{module}.zig",
            f"{module}/root.zig",
            f"{module}/main.zig",
            f"{module}.zig",
        )
        candidates = (self.files_ending(root) for root in roots)
        return nearest(path, next(filter(None, candidates), []))
