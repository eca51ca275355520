"""JavaScript and TypeScript: relative paths, path mapping, packages of the repository."""

from __future__ import annotations

import re
from collections.abc import Mapping
from posixpath import dirname, join

from .ecmascript_packages import Packages
from .ecmascript_settings import folders_above, read_settings
from .ecmascript_sources import SourceFiles
from .ecmascript_tsconfig import PathMapping
from .finder import Finder
from .finder_files import FinderFile

_CONVENTIONS = {
    "@/": ("src/", ""),
    "~/": ("src/", "", "app/"),
    "$lib/": ("src/lib/",),
    "/": ("", "public/"),
}
"""Prefixes mapped by bundlers without a setting, and their roots in a folder above."""
_REGISTRY = re.compile(r"^(?:npm|jsr):/?")


class EcmascriptFinder(Finder):
    """Finds the files of JavaScript's and TypeScript's imports."""

    def __init__(
        self, family: str, files: Mapping[str, FinderFile], folders: Mapping[str, list[str]]
    ) -> None:
        super().__init__(family, files, folders)
        settings = read_settings(files)
        self._sources = SourceFiles(files)
        self._packages = Packages(settings, self._sources)
        self._mapping = PathMapping(settings, self._sources, self._packages)

    def find(self, path: str, module: str) -> list[str]:
        module = module.partition("?")[0] if not module.startswith("?") else ""  # `./icon.svg?raw`
        if not module or _is_outside(module):
            return []
        folder = dirname(path)
        is_page = self.files[path].language == "html"  # its addresses are relative to it
        beside = self._sources.find(join(folder, module)) if is_page else ""
        found = beside or self._find(folder, module)
        return [found] if found else []

    def _find(self, folder: str, module: str) -> str:
        if module.startswith("."):
            stem = join(folder, module)
            return self._sources.find(stem) or self._mapping.find_in_roots(folder, stem)
        if module.startswith("#"):
            mapped = self._mapping.find(folder, module)
            return mapped or self._packages.find_internal(folder, module)
        module = _REGISTRY.sub("", module)
        return (
            self._mapping.find(folder, module)
            or self._packages.find(folder, module)
            or self._find_by_convention(folder, module)
        )

    def _find_by_convention(self, folder: str, module: str) -> str:
        rests = (
            (module[len(prefix) :], roots)
            for prefix, roots in _CONVENTIONS.items()
            if module.startswith(prefix)
        )
        return self._sources.find_first(
            join(above, root, rest)
            for rest, roots in rests
            for above in folders_above(folder)
            for root in roots
        )


def _is_outside(module: str) -> bool:
    """Return True for a URL, and for a path of Windows."""
    scheme = module.partition("/")[0].removeprefix("npm:").removeprefix("jsr:")
    return "\\" in module or ":" in scheme
