"""Zig: a path beside the importing file; another name is a package, whose root is a file of that name."""

from __future__ import annotations

import os.path

from .finder import Finder, nearest


class ZigFinder(Finder):
    """Zig: a path beside the importing file; another name is a package, whose root is a file of that name."""

    def find(self, path: str, module: str) -> list[str]:
        if module.endswith(".zig"):
            beside = os.path.normpath(os.path.join(os.path.dirname(path), module))
            return [beside] if beside in self.files else []
        if module in ("std", "builtin", "root"):
            return []
        roots = (
            f"{module}/{module}.zig",
            f"src/{module}.zig",
            f"{module}/root.zig",
            f"{module}/main.zig",
            f"{module}.zig",
        )
        return next(
            (nearest(path, found) for root in roots if (found := self.files_ending(root))), []
        )
