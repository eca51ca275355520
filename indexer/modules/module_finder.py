"""The files named by an import: one finder for each family of languages."""

from __future__ import annotations

import os.path
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from ..facts import Facts
from ..languages import C, family_of, family_rules
from .bash import BashFinder
from .c import IncludeFinder
from .ecmascript import EcmascriptFinder
from .finder import Finder, package_of
from .finder_files import FinderFiles
from .go import GoFinder
from .haskell import HaskellFinder
from .lua import LuaFinder
from .php import PhpFinder
from .python import PythonFinder
from .ruby import RubyFinder
from .rust import RustFinder
from .zig import ZigFinder

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
"""Family → its finder. Imports of other families name no files."""

_Candidates = tuple[Mapping[str, str], Mapping[str, list[str]]]
"""path → language of the files within reach of some imports, and folder → its paths."""


class ModuleFinder:
    """Finds the files named by an import. Built once for all files of a view.

    Only includes of C name files of C, so no other language depends on their coming and going.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts, self._languages = facts, facts.languages
        self._finders: dict[str, Finder] = {}
        self._files: dict[str, FinderFiles] = {}

    def inputs(self) -> list[tuple[str, str, str]]:
        """Return (family, language, attribute) of all reads of finders beside paths and languages,
        sorted.
        """
        return sorted(
            (family, *read) for family, files in self._files.items() for read in files.inputs
        )

    def find(self, path: str, module: str) -> list[str]:
        """Return the files of `module`, as written in the file `path`; several only if a module is
        a folder of files.
        """
        family = family_of(self._languages[path])
        if family not in self._finders:
            languages, folders = self._candidates(family)
            self._files[family] = files = FinderFiles(self._facts, languages)
            self._finders[family] = _FINDERS.get(family, Finder)(family, files, folders)
        return self._finders[family].find(path, module)

    def siblings(self, path: str) -> list[str]:
        """Return the files of the same package, by path, with `path` itself."""
        language = self._languages[path]
        family, declared = family_of(language), family_rules(language).package == "declared"
        if declared and (package := package_of(self._facts[path])):
            return self._packages[family, package]
        _, folders = self._candidates(family)
        folder = folders.get(os.path.dirname(path), ())
        return [other for other in folder if family_of(self._languages[other]) == family]

    def _candidates(self, family: str) -> _Candidates:
        return self._of_includes if family == C.name else self._of_imports

    @cached_property
    def _of_includes(self) -> _Candidates:
        return self._languages, _by_folder(self._languages)

    @cached_property
    def _of_imports(self) -> _Candidates:
        languages = {
            path: name for path, name in self._languages.items() if not family_rules(name).includes
        }
        return languages, _by_folder(languages)

    @cached_property
    def _packages(self) -> dict[tuple[str, str], list[str]]:
        """(family, declared package) → its files."""
        packages: dict[tuple[str, str], list[str]] = defaultdict(list)
        for path, language in self._languages.items():
            if family_rules(language).package != "declared":
                continue
            if package := package_of(self._facts[path]):
                packages[family_of(language), package].append(path)
        return packages


def _by_folder(paths: Iterable[str]) -> dict[str, list[str]]:
    folders: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        folders[os.path.dirname(path)].append(path)
    return folders
