"""Names across files: the targets of imports, the exports of a file, and star imports."""

from __future__ import annotations

from functools import cached_property

from ...facts import Facts
from ...languages import family_rules
from ...modules import reach
from ...records import Import
from ..module_cache import ModuleCache
from ..parts import STARS
from ..tracked_files import TrackedFiles
from ..tracked_names import TrackedNames
from ..value import Value
from .c_names import ExternalNames
from .evaluator import Evaluator
from .package_names import PackageNames

COMPONENTS = frozenset({"vue", "svelte"})
"""Languages of files that are a component each, and its default export."""


class Exports:
    """Follows imports to the definitions in other files, through re-exports."""

    def __init__(
        self,
        evaluator: Evaluator,
        facts: Facts,
        files: TrackedFiles,
        modules: ModuleCache,
        names: TrackedNames,
        external: ExternalNames,
        packages: PackageNames,
    ) -> None:
        self._evaluator, self._recursion = evaluator, evaluator.recursion
        self._languages, self._files, self._modules = facts.languages, files, modules
        self._names, self._external, self._packages = names, external, packages
        self._exports: dict[tuple[str, str], Value | None] = {}
        self._star_modules: dict[str, list[str]] = {}

    def forget(self) -> None:
        """Forget the exports that one file has asked for."""
        self._exports.clear()

    def find_imported(self, path: str, spec: Import) -> Value | None:
        """Return the target of an import in the file `path`."""
        with self._recursion as is_allowed:
            if not is_allowed:
                return None
            if self._packages.is_package_import(path, spec):
                return self._packages.find_imported(path, spec)
            if not spec.module:  # `export { a as b }`: a definition or an import of this file
                if spec.name == spec.alias:
                    return None
                return self._evaluator.find_name(path, -1, spec.name)
            if spec.name and spec.name != "*":
                return self._find_member_import(path, spec)
            return self._find_module_import(path, spec)

    def find_module(self, path: str, module: str) -> Value | None:
        """Return a module by its name in the file `path`.

        A Lua module is the value returned by its file.
        """
        files = self._modules.find(path, module)
        if not files:
            return None
        if returned := self._files[files[0]].imports.get((-1, "return")):
            value = self.find_imported(files[0], returned)
            return value.with_rule("import") if value else None
        return Value("module", files[0], -1, "import")

    def find(self, path: str, name: str) -> Value | None:
        """Return the export `name` of the file `path`.

        Cached, since many files import the same names.
        """
        key = (path, name)
        if key not in self._exports:
            self._exports[key] = None  # the answer within a cycle
            with self._recursion as is_allowed:
                self._exports[key] = self._find_export(path, name) if is_allowed else None
        return self._exports[key]

    def find_in_stars(self, path: str, name: str) -> Value | None:
        """Return the definition of a name in the first file reached by star imports of `path`."""
        file = self._files[path]
        if not file.stars or file.rules.includes:  # C++: `using namespace` names no file
            return None
        self._names.record("", name)
        if name not in self._public_names:
            return None
        for module in self._find_star_modules(path):
            self._files.record(module, STARS)
            # whether a file has the name is recorded with the name
            has_name = self._files.untracked[module].has_public_name(name)
            if has_name and (value := self.find(module, name)):
                return value
        return None

    def _find_member_import(self, path: str, spec: Import) -> Value | None:
        for module in self._modules.find(path, spec.module):
            if value := self.find(module, spec.name):
                return value.with_rule("import")
        joint = "" if spec.module.endswith(".") else self._files[path].rules.joint
        return self.find_module(path, f"{spec.module}{joint}{spec.name}")

    def _find_module_import(self, path: str, spec: Import) -> Value | None:
        rules = self._files[path].rules
        if rules.bound == "first" and not spec.alias:  # `import a.b` binds `a`
            return self.find_module(path, spec.module.partition(rules.joint)[0])
        if rules.by_last:
            last = spec.module.rpartition(rules.joint)[2]
            for module in self._modules.find(path, spec.module):
                if value := self.find(module, last):
                    return value.with_rule("import")
        return self.find_module(path, spec.module)

    def _find_export(self, path: str, name: str) -> Value | None:
        file = self._files[path]
        if name in file.exports:
            return self.find_imported(path, file.exports[name])
        if name in file.top and not file.is_imported_last(name):
            definition = Value("symbol", path, file.top[name], "import")
            return self._external.find_definition(definition)
        if (-1, name) in file.imports:
            return self.find_imported(path, file.imports[-1, name])
        if name == "default" and file.facts.language in COMPONENTS:
            return Value("module", path, -1, "import")
        return self.find_in_stars(path, name)

    @cached_property
    def _public_names(self) -> set[str]:
        """The names within reach of star imports: those at the top of any file."""
        languages = self._languages.items()
        paths = (path for path, language in languages if not family_rules(language).includes)
        return {name for path in paths for name in self._files.untracked[path].public_names()}

    def _find_star_modules(self, path: str) -> list[str]:
        """Return the files reached by star imports of `path`, each once, in order of precedence."""
        if path not in self._star_modules:
            order = list(reach(path, self._direct_star_modules, len(self._languages)))
            self._star_modules[path] = order[1:]
        return self._star_modules[path]

    def _direct_star_modules(self, path: str) -> list[str]:
        file = self._files.untracked[path]
        is_last_first = file.facts.language == "python"  # the last import of a name counts
        stars = reversed(file.stars) if is_last_first else file.stars
        return [module for star in stars for module in self._modules.find(path, star.module)]
