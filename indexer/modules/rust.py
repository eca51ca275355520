"""Rust: `crate`, `self` and `super`, then a file or folder for each step."""

from __future__ import annotations

import os.path
from functools import cached_property

from .finder import Finder

_SOURCE_ROOTS = ("src/lib.rs", "src/main.rs")


class RustFinder(Finder):
    """Rust: `crate`, `self` and `super`, then a file or folder for each step."""

    def find(self, path: str, module: str) -> list[str]:
        steps = [step for step in module.split("::") if step]
        base = self._base(path)
        if steps and steps[0] == "crate":
            base, steps = self._crate_root(path), steps[1:]
        elif steps and steps[0] in ("self", "super"):
            while steps and steps[0] in ("self", "super"):
                base = os.path.dirname(base) if steps[0] == "super" else base
                steps = steps[1:]
        elif steps and not self._at(base, steps[:1]):
            base, steps = self._other_crate(steps[0]), steps[1:]
        while base is not None:
            if found := self._at(base, steps):
                return found
            if not steps:
                break
            steps = steps[:-1]  # the rest names something inside the file
        return []

    def _base(self, path: str) -> str:
        """The folder that holds the submodules of a file."""
        folder, name = os.path.split(path)
        return (
            folder
            if name in ("mod.rs", "lib.rs", "main.rs")
            else os.path.join(folder, name.removesuffix(".rs"))
        )

    def _crate_root(self, path: str) -> str:
        folder = os.path.dirname(path)
        while folder:
            if f"{folder}/lib.rs" in self.files or f"{folder}/main.rs" in self.files:
                return folder
            folder = os.path.dirname(folder)
        return ""

    @cached_property
    def _crates(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in self.own_files():
            for ending in _SOURCE_ROOTS:
                if path.endswith("/" + ending):
                    crate = path[: -len(ending) - 1]
                    found.setdefault(os.path.basename(crate).replace("-", "_"), f"{crate}/src")
        return found

    def _other_crate(self, name: str) -> str:
        return self._crates.get(name, "\0")

    def _at(self, base: str, steps: list[str]) -> list[str]:
        stem = "/".join(filter(None, [base, *steps]))
        folder = [f"{stem}/mod.rs", f"{stem}/lib.rs", f"{stem}/main.rs"]
        return [
            c
            for c in ([f"{stem}.rs", *folder] if steps else [*folder, f"{stem}.rs"])
            if c in self.files
        ][:1]
