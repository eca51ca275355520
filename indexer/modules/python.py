"""Python: dotted names below a source root, which is the first folder above a file without `__init__.py`."""

from __future__ import annotations

import os.path
from collections import defaultdict
from functools import cached_property

from .finder import Finder, nearest


class PythonFinder(Finder):
    """Python: dotted names below a source root, which is the first folder above a file without `__init__.py`."""

    @cached_property
    def _modules(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = defaultdict(list)
        for path in self.own_files():
            parts = path.rsplit(".", 1)[0].split("/")
            if parts[-1] == "__init__":
                parts.pop()
            if not parts:
                continue  # the root itself is a package, whose name only the world around it knows
            low = len(parts) - 1
            while low > 0 and self._is_package("/".join(parts[:low])):
                low -= 1
            for start in sorted({0, low, 1 if parts[0] == "src" else 0}):
                names[".".join(parts[start:])].append(path)
                if start == len(parts) - 1:  # of thousands of scripts' `utils` the one of a folder
                    names[f"{os.path.dirname(path)}/{parts[-1]}"].append(path)
        return names

    def _is_package(self, folder: str) -> bool:
        return f"{folder}/__init__.py" in self.files or f"{folder}/__init__.pyi" in self.files

    def find(self, path: str, module: str) -> list[str]:
        name = module.lstrip(".")
        if dots := len(module) - len(name):
            folder = os.path.dirname(path)
            for _ in range(dots - 1):
                folder = os.path.dirname(folder)
            return self._at("/".join(filter(None, [folder, *name.split(".")])))
        found = self._modules.get(name, [])
        if (
            "." not in name and len(found) > 1
        ):  # a script's neighbour; equal names elsewhere are other scripts
            beside = self._modules.get(f"{os.path.dirname(path)}/{name}")
            found = beside or [f for f in found if "/__init__" in f]
        return nearest(path, found)

    def _at(self, stem: str) -> list[str]:
        candidates = (f"{stem}.py", f"{stem}/__init__.py", f"{stem}.pyi", f"{stem}/__init__.pyi")
        return [c.lstrip("/") for c in candidates if c.lstrip("/") in self.files][:1]
