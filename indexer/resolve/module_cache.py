"""The files of imported modules, found once and kept."""

from __future__ import annotations

from ..facts import Facts
from ..modules import ModuleFinder

CACHED_MODULES = 200_000


class ModuleCache:
    """Finds the files of modules."""

    def __init__(self, facts: Facts) -> None:
        self._facts, self._finder = facts, ModuleFinder(facts)
        self._files: dict[tuple[str, str], list[str]] = {}

    def inputs(self) -> list[tuple[str, str, str]]:
        """Return (family, language, attribute) of the facts read by the finders beside paths."""
        return self._finder.inputs()

    def find(self, path: str, module: str) -> list[str]:
        """Return the files of a `module` imported by the file `path`."""
        key = (path, module)
        if key not in self._files:
            if len(self._files) > CACHED_MODULES:
                self._files.clear()
            files = self._finder.find(path, module)
            self._files[key] = [file for file in files if file in self._facts.languages]
        return self._files[key]

    def find_siblings(self, path: str) -> list[str]:
        """Return the files of the package of `path`."""
        return self._finder.siblings(path)

    def find_includes(self, path: str) -> list[str]:
        """Return the files in the include directives of a C file."""
        specs = self._facts.imports_of(path)
        modules = (spec.module for spec in specs if not spec.name and not spec.alias)
        return [file for module in modules for file in self.find(path, module)]
