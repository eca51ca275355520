"""Rust: `crate`, `self` and `super`, then a file or folder for each step."""

from __future__ import annotations

import os.path
from functools import cached_property

from .finder import Finder

_SOURCE_ROOTS = ("src/lib.rs", "src/main.rs")
_FOLDER_FILES = ("mod.rs", "lib.rs", "main.rs")


class RustFinder(Finder):
    """Finds the file of a path `crate::a::b`; its last steps may be names inside the file."""

    def find(self, path: str, module: str) -> list[str]:
        base, steps = self._start(path, [step for step in module.split("::") if step])
        while not (found := self._at(base, steps)) and steps:
            steps = steps[:-1]
        return found

    def _start(self, path: str, steps: list[str]) -> tuple[str, list[str]]:
        """Return the folder of a path's start, and the rest of the steps."""
        base = self._submodules(path)
        if not steps:
            return base, steps
        if steps[0] == "crate":
            return self._crate_root(path), steps[1:]
        if steps[0] not in ("self", "super"):
            is_here = self._at(base, steps[:1])
            return (base, steps) if is_here else (self._crates.get(steps[0], "\0"), steps[1:])
        while steps and steps[0] in ("self", "super"):
            base = os.path.dirname(base) if steps[0] == "super" else base
            steps = steps[1:]
        return base, steps

    def _submodules(self, path: str) -> str:
        """Return the folder of a file's submodules."""
        folder, name = os.path.split(path)
        is_root = name in _FOLDER_FILES
        return folder if is_root else os.path.join(folder, name.removesuffix(".rs"))

    def _crate_root(self, path: str) -> str:
        folder = os.path.dirname(path)
        while folder:
            if f"{folder}/lib.rs" in self.files or f"{folder}/main.rs" in self.files:
                return folder
            folder = os.path.dirname(folder)
        return ""

    @cached_property
    def _crates(self) -> dict[str, str]:
        """Name → source folder of the crates in the repository."""
        crates: dict[str, str] = {}
        for path in self.family_files():
            root = next((root for root in _SOURCE_ROOTS if path.endswith("/" + root)), None)
            if root is not None:
                crate = path[: -len(root) - 1]
                crates.setdefault(os.path.basename(crate).replace("-", "_"), f"{crate}/src")
        return crates

    def _at(self, base: str, steps: list[str]) -> list[str]:
        stem = "/".join(filter(None, [base, *steps]))
        in_folder = [f"{stem}/{name}" for name in _FOLDER_FILES]
        candidates = [f"{stem}.rs", *in_folder] if steps else [*in_folder, f"{stem}.rs"]
        return [path for path in candidates if path in self.files][:1]
