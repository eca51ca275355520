"""Bare names by scoping rules: the scopes around, the file, imports, the package, the program."""

from __future__ import annotations

import os.path
from collections.abc import Iterator

from ...kinds import TYPES
from ..module_cache import ModuleCache
from ..namespace import Namespace
from ..parts import WHOLE
from ..tracked_files import TrackedFiles
from ..tracked_names import TrackedNames
from ..value import Value
from .c_names import ExternalNames
from .evaluator import Evaluator
from .exports import Exports
from .package_names import PackageNames


class Scopes:
    """Finds the definitions of bare names."""

    def __init__(
        self,
        evaluator: Evaluator,
        files: TrackedFiles,
        modules: ModuleCache,
        names: TrackedNames,
        external: ExternalNames,
        packages: PackageNames,
        exports: Exports,
    ) -> None:
        self._evaluator, self._recursion = evaluator, evaluator.recursion
        self._files, self._modules, self._names = files, modules, names
        self._external, self._packages, self._exports = external, packages, exports
        self._c_names: dict[tuple[str, str], Value | None] = {}
        """(path, name) → the meaning of a name in all functions of a C file"""
        self._folder_packages: dict[tuple[str, str], tuple[list[str], dict[str, Value]]] = {}

    def forget(self) -> None:
        """Forget the answers for one file."""
        self._c_names.clear()

    def lookup(self, path: str, scope: int, name: str) -> Value | None:
        """Return the definition of a bare name in `scope`, as a part of the goal in progress."""
        if self._recursion.is_exceeded:
            return None
        file = self._files[path]
        if file.facts.language == "c" and file.is_plain(scope, name):
            key = (path, name)
            if key not in self._c_names:
                self._c_names[key] = self._lookup_outside(file, -1, name)
            return self._c_names[key]
        for position, around in enumerate(file.scopes(scope)):
            if value := self._lookup_in(file, around, position == 0, name):
                return value
        return self._lookup_outside(file, scope, name)

    def outer_types(self, path: str, scope: int) -> Iterator[Value]:
        """Yield the types around a definition outside of them: it names their members bare."""
        rules = self._files[path].rules
        if not rules.implicit_this or scope < 0:
            return
        if rules.includes:
            yield from self._external.outer_types(path, scope)
        elif value := self._evaluator.find_extended_type(path, scope):
            yield value._replace(kind="instance")

    def find_module_member(self, module: Value, name: str) -> Value | None:
        """Return the definition or the submodule `module.name`."""
        if value := self._exports.find(module.path, name):
            return value.with_rule("import")
        file = self._files[module.path]
        if file.rules.sees == "package":
            value = self._find_in_folder_package(module.path, name)
            return value.with_rule("import") if value else None
        if file.facts.language == "python" and module.path.endswith("__init__.py"):
            return self._exports.find_module(module.path, f".{name}")
        return None

    def _lookup_in(
        self, file: Namespace, scope: int, is_innermost: bool, name: str
    ) -> Value | None:
        path, symbol = file.facts.path, file.facts.symbols[scope]
        if (scope, name) in file.imports:
            return self._exports.find_imported(path, file.imports[scope, name])
        index = file.children[scope].get(name) if scope in file.children else None
        if symbol.kind not in TYPES:
            if index is None or not file.is_visible(index):
                return None
            return self._external.find_definition(Value("symbol", path, index, "local"))
        if file.sees_members(scope):
            return self._evaluator.find_member(Value("instance", path, scope, "member"), name)
        if index is None or not is_innermost:
            return None
        return Value("symbol", path, index, "local")

    def _lookup_outside(self, file: Namespace, scope: int, name: str) -> Value | None:
        """Return the definition of a bare name outside of the scopes around it."""
        path = file.facts.path
        for holder in self.outer_types(path, scope):
            if value := self._evaluator.find_member(holder, name):
                return value
        if name in file.top and file.is_visible(file.top[name]) and not file.is_imported_last(name):
            return self._external.find_definition(Value("symbol", path, file.top[name], "local"))
        if (-1, name) in file.imports:
            return self._exports.find_imported(path, file.imports[-1, name])
        if file.rules.package == "declared":
            return self._packages.find(path, name)
        value = self._exports.find_in_stars(path, name)
        return value.with_rule("star") if value else self._lookup_in_program(path, scope, name)

    def _lookup_in_program(self, path: str, scope: int, name: str) -> Value | None:
        rules = self._files[path].rules
        if rules.sees == "package":
            return self._find_in_folder_package(path, name)
        if rules.includes:
            return self._external.find(path, scope, name)
        if rules.sees != "program":
            return None
        definitions = self._names.find_definitions(rules.name, name)
        if len(definitions) != 1:
            return None  # Bash: the sourced file decides
        return Value("symbol", definitions[0].path, definitions[0].index, "global")

    def _find_in_folder_package(self, path: str, name: str) -> Value | None:
        """Return the first definition of a name in the package of `path`, a folder."""
        file = self._files[path]
        key = (file.package or os.path.dirname(path), file.rules.name)
        if key not in self._folder_packages:
            self._folder_packages[key] = self._read_folder_package(path)
        siblings, definitions = self._folder_packages[key]
        for sibling in siblings:
            self._files.record(sibling, WHOLE)
        return definitions.get(name)

    def _read_folder_package(self, path: str) -> tuple[list[str], dict[str, Value]]:
        siblings = self._modules.find_siblings(path)
        definitions = {
            name: Value("symbol", sibling, index, "package")
            for sibling in reversed(siblings)
            for name, index in self._files.untracked[sibling].top.items()
        }
        return siblings, definitions
