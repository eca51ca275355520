"""What a module named in an import is: for each family of languages, its text and the importing file → paths."""

from __future__ import annotations

import os.path
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from ..families import family_of, family_rules
from ..records import FileFacts
from .bash import BashFinder
from .c import IncludeFinder
from .ecmascript import EcmascriptFinder
from .finder import Finder, nearest, nearness, package_of, reach
from .go import GoFinder
from .haskell import HaskellFinder
from .lua import LuaFinder
from .php import PhpFinder
from .python import PythonFinder
from .ruby import RubyFinder
from .rust import RustFinder
from .zig import ZigFinder

__all__ = ["ModuleFinder", "nearest", "nearness", "package_of", "reach"]

_FINDERS: dict[str, type[Finder]] = {
    "python": PythonFinder,
    "ecmascript": EcmascriptFinder,
    "go": GoFinder,
    "php": PhpFinder,
    "rust": RustFinder,
    "c": IncludeFinder,
    "ruby": RubyFinder,
    "haskell": HaskellFinder,
    "lua": LuaFinder,
    "zig": ZigFinder,
    "bash": BashFinder,
}
"""Family → its finder; an import of any other family names no file."""


class ModuleFinder:
    """Finds the files that an import names. Built once for all files of a view."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        self._files = files
        self._folders: dict[str, list[str]] = defaultdict(list)
        for path in files:
            self._folders[os.path.dirname(path)].append(path)
        self._finders: dict[str, Finder] = {}

    def find(self, path: str, module: str) -> list[str]:
        """The files that `module`, as written in the file `path`, stands for; several only where a module is a folder of files."""
        family = family_of(self._files[path].language)
        if family not in self._finders:
            self._finders[family] = _FINDERS.get(family, Finder)(family, self._files, self._folders)
        return self._finders[family].find(path, module)

    def siblings(self, path: str) -> list[str]:
        """The files of the same package, by path, with `path` itself."""
        facts = self._files[path]
        if family_rules(facts.language).package == "declared" and (package := package_of(facts)):
            return self._packages[family_of(facts.language), package]
        family = family_of(facts.language)
        found = self._folders[os.path.dirname(path)]
        return [other for other in found if family_of(self._files[other].language) == family]

    @cached_property
    def _packages(self) -> dict[tuple[str, str], list[str]]:
        """(family, declared package) → its files."""
        packages: dict[tuple[str, str], list[str]] = defaultdict(list)
        for path, facts in self._files.items():
            if package := package_of(facts):
                packages[family_of(facts.language), package].append(path)
        return packages
