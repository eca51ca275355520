"""What a module named in an import is: for each family of languages, its text and the importing file → paths."""

from __future__ import annotations

import os.path
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from ..facts.by_path import ByPath
from ..languages.families import C, family_of, family_rules
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

if TYPE_CHECKING:
    from ..facts.in_memory import Facts

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


_Files = tuple[Mapping[str, str], Mapping[str, list[str]]]
"""path → language of the files that some imports may name, and folder → those in it."""


def _by_folder(paths: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        found[os.path.dirname(path)].append(path)
    return found


class _Header:
    """A file's facts as a finder sees them: they are read when it asks, and what it reads beside the language is noted."""

    __slots__ = ("_facts", "_path", "_read", "language")

    def __init__(self, facts: Facts, path: str, read: set[tuple[str, str]]) -> None:
        self._facts, self._path, self._read, self.language = (
            facts,
            path,
            read,
            facts.languages[path],
        )

    def __getattr__(self, name: str) -> Any:
        self._read.add((self.language, name))
        return (
            self._facts.imports(self._path)
            if name == "imports"
            else getattr(self._facts[self._path], name)
        )


class _Headers(ByPath[FileFacts]):
    """path → facts, for a finder. `read`: (language, attribute) of what it has read of them."""

    def __init__(self, facts: Facts, languages: Mapping[str, str]) -> None:
        super().__init__(languages)
        self._facts = facts
        self.read: set[tuple[str, str]] = set()

    def __getitem__(self, path: str) -> FileFacts:
        return cast(FileFacts, _Header(self._facts, path, self.read))


class ModuleFinder:
    """Finds the files that an import names. Built once for all files of a view.

    Files of C are for C's includes alone: no other language imports one, and so none is concerned when one comes or goes.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts, self._languages = facts, facts.languages
        self._finders: dict[str, Finder] = {}
        self._headers: dict[str, _Headers] = {}

    def consulted(self) -> list[tuple[str, str, str]]:
        """(family, language, attribute): what each family's finder has read of files beside path and language, sorted."""
        return sorted(
            (family, *read) for family, headers in self._headers.items() for read in headers.read
        )

    def find(self, path: str, module: str) -> list[str]:
        """The files that `module`, as written in the file `path`, stands for; several only where a module is a folder of files."""
        family = family_of(self._languages[path])
        if family not in self._finders:
            languages, folders = self._of_includes if family == C.name else self._of_imports
            self._headers[family] = headers = _Headers(self._facts, languages)
            self._finders[family] = _FINDERS.get(family, Finder)(family, headers, folders)
        return self._finders[family].find(path, module)

    def siblings(self, path: str) -> list[str]:
        """The files of the same package, by path, with `path` itself."""
        language = self._languages[path]
        family, declared = family_of(language), family_rules(language).package == "declared"
        if declared and (package := package_of(self._facts[path])):
            return self._packages[family, package]
        _, folders = self._of_includes if family == C.name else self._of_imports
        found = folders.get(os.path.dirname(path), ())
        return [other for other in found if family_of(self._languages[other]) == family]

    @cached_property
    def _of_includes(self) -> _Files:
        return self._languages, _by_folder(self._languages)

    @cached_property
    def _of_imports(self) -> _Files:
        languages = {
            path: name for path, name in self._languages.items() if not family_rules(name).includes
        }
        return languages, _by_folder(languages)

    @cached_property
    def _packages(self) -> dict[tuple[str, str], list[str]]:
        """(family, declared package) → its files."""
        packages: dict[tuple[str, str], list[str]] = defaultdict(list)
        for path, language in self._languages.items():
            if family_rules(language).package == "declared" and (
                package := package_of(self._facts[path])
            ):
                packages[family_of(language), package].append(path)
        return packages
