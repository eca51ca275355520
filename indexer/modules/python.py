"""Python: dotted names below a source root, the first folder above a file without `__init__.py`."""

from __future__ import annotations

import os.path
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from .finder import Finder, nearest


class PythonFinder(Finder):
    """Finds the file of a module, or the `__init__.py` of a package."""

    def find(self, path: str, module: str) -> list[str]:
        name = module.lstrip(".")
        if dots := len(module) - len(name):
            folder = os.path.dirname(path)
            for _ in range(dots - 1):
                folder = os.path.dirname(folder)
            return self._at("/".join(filter(None, [folder, *name.split(".")])))
        files = self._modules.get(name, [])
        if "." not in name and len(files) > 1:  # scripts: one's neighbor, not equal names elsewhere
            beside = self._modules.get(f"{os.path.dirname(path)}/{name}")
            files = beside or [file for file in files if "/__init__" in file]
        return nearest(path, files)

    @cached_property
    def _modules(self) -> dict[str, list[str]]:
        """Name → the files of this name."""
        modules: dict[str, list[str]] = defaultdict(list)
        for path in self.family_files():
            for name in self._names(path):
                modules[name].append(path)
        return modules

    def _names(self, path: str) -> Iterator[str]:
        """Yield the names of a file's module: from the source root, from the repository's root, and
        as a neighbor.
        """
        parts = path.rsplit(".", 1)[0].split("/")
        if parts[-1] == "__init__":
            parts.pop()
        if not parts:
            return  # the root itself is a package; only the world around it knows its name
        root = len(parts) - 1
        while root > 0 and self._is_package("/".join(parts[:root])):
            root -= 1
        for start in sorted({0, root, 1 if parts[0] == "src" else 0}):
            yield ".".join(parts[start:])
            if start == len(parts) - 1:  # of thousands of scripts' `utils` the one of a folder
                yield f"{os.path.dirname(path)}/{parts[-1]}"

    def _is_package(self, folder: str) -> bool:
        return f"{folder}/__init__.py" in self.files or f"{folder}/__init__.pyi" in self.files

    def _at(self, stem: str) -> list[str]:
        endings = (".py", "/__init__.py", ".pyi", "/__init__.pyi")
        candidates = ((stem + ending).lstrip("/") for ending in endings)
        return [path for path in candidates if path in self.files][:1]
