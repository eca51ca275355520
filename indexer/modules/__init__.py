"""What a module named in an import is: for each family of languages, its text and the importing file → paths."""

from __future__ import annotations

import os.path
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, cast

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


class _Header:
    """A file's facts as a finder sees them: what it reads beside the language is noted."""

    __slots__ = ("_facts", "_read", "language")

    def __init__(self, facts: FileFacts, read: set[tuple[str, str]]) -> None:
        self._facts, self._read, self.language = facts, read, facts.language

    def __getattr__(self, name: str) -> Any:
        self._read.add((self.language, name))
        return getattr(self._facts, name)


class _Headers(Mapping[str, FileFacts]):
    """path → facts, for a finder. `read`: (language, attribute) of what it has read of them."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        self._files = files
        self.read: set[tuple[str, str]] = set()

    def __getitem__(self, path: str) -> FileFacts:
        return cast(FileFacts, _Header(self._files[path], self.read))

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


class ModuleFinder:
    """Finds the files that an import names. Built once for all files of a view."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        self._files = files
        self._folders: dict[str, list[str]] = defaultdict(list)
        for path in files:
            self._folders[os.path.dirname(path)].append(path)
        self._finders: dict[str, Finder] = {}
        self._headers: dict[str, _Headers] = {}

    def consulted(self) -> list[tuple[str, str, str]]:
        """(family, language, attribute): what each family's finder has read of files beside path and language, sorted."""
        return sorted((family, *read) for family, headers in self._headers.items() for read in headers.read)

    def find(self, path: str, module: str) -> list[str]:
        """The files that `module`, as written in the file `path`, stands for; several only where a module is a folder of files."""
        family = family_of(self._files[path].language)
        if family not in self._finders:
            self._headers[family] = headers = _Headers(self._files)
            self._finders[family] = _FINDERS.get(family, Finder)(family, headers, self._folders)
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
