"""Names by the packages that files declare: bare, imported, or in full."""

from __future__ import annotations

from ...kinds import TYPES
from ...modules import nearness
from ...records import Import
from ..value import Value
from .evaluator import Evaluator
from .packages import PackageIndex


class PackageNames:
    """Finds definitions by name, package by package."""

    def __init__(self, evaluator: Evaluator, index: PackageIndex) -> None:
        self._evaluator, self._index = evaluator, index
        self._full_names: dict[tuple[str, str], Value | None] = {}

    def forget(self) -> None:
        """Forget the answers for one file.

        In a cycle of imports they depend on the first question.
        """
        self._full_names.clear()

    def is_package_import(self, path: str, spec: Import) -> bool:
        """Return True if an import names a package or a definition in one, rather than a file."""
        rules = self._index.files[path].rules
        if rules.package != "declared" or rules.name == "ruby":
            return False
        return not spec.module.startswith(".")

    def find_imported(self, path: str, spec: Import) -> Value | None:
        """Return the target of a package import; for a star the package or type before it."""
        is_member = spec.name and spec.name != "*"
        value = self._find_named(path, f"{spec.module}.{spec.name}" if is_member else spec.module)
        return value and value.with_rule("import")

    def find(self, path: str, name: str) -> Value | None:
        """Return the definition of a bare name in the file's visible packages or star imports."""
        return (
            self._find_visible(path, name)
            or self._find_in_stars(path, name)
            or self._find_anywhere(path, name)
        )

    def find_root(self, path: str, name: str) -> Value | None:
        """Return the package at the beginning of a dotted name."""
        family = self._index.files[path].rules.name
        if name == "__MODULE__":
            return self._only_module(path)
        if name == "\\" or (name == "global" and family == "csharp"):
            return Value("package", f"{family}:", -1, "import")
        for package in self._index.visible[path]:
            if package and (value := self._package(family, f"{package}.{name}")):
                return value
        return self._package(family, name)

    def find_member(self, package: Value, name: str) -> Value | None:
        """Return the definition or the package `package.name`."""
        family, _, outer = package.path.partition(":")
        definitions = self._index.members.get(package.path, {}).get(name)
        if definitions:
            return self._index.main_part(definitions).with_rule("import")
        return self._package(family, f"{outer}.{name}" if outer else name)

    def _find_visible(self, path: str, name: str) -> Value | None:
        family, visible = self._index.files[path].rules.name, self._index.visible[path]
        for package in visible:
            value = self._find_in(path, f"{family}:{package}", name)
            if value is None:
                continue
            is_fallback = family == "php" and not package and visible[0]
            if not (is_fallback and self._index.kind_of(value) in TYPES):
                return value
        return None

    def _find_in_stars(self, path: str, name: str) -> Value | None:
        for star in self._index.files[path].stars:
            if not self.is_package_import(path, star):
                continue
            holder = self._find_named(path, star.module)
            value = self._find_member_of(holder, name) if holder is not None else None
            if value and value.kind != "package":
                return value.with_rule("star")
        return None

    def _find_anywhere(self, path: str, name: str) -> Value | None:
        """Return the only definition of `name` in any package, since some imports are unknown.

        A Swift module does not always have its folder's name; C# projects import namespaces for
        all of their files.
        """
        family = self._index.files[path].rules.name
        definitions = self._index.anywhere.get((family, name), [])
        if family == "csharp":
            definitions = [value for value in definitions if self._is_related(path, value)]
        if definitions or family != "swift" or name.islower():
            # `append`: a method of the standard library's types, too
            return definitions[0] if len(definitions) == 1 else None
        members = [
            member
            for extended, member in self._index.extensions.get((family, name), ())
            if (family, extended) not in self._index.anywhere
        ]
        return members[0].with_rule("unique") if self._index.is_single(members) else None

    def _is_related(self, path: str, value: Value) -> bool:
        """Return True for a type in a namespace with the root of one of the file's.

        `Serilog.Events` is related to `Serilog.Tests`.
        """
        if self._index.kind_of(value) not in TYPES:
            return False
        return not self._roots(path).isdisjoint(self._roots(value.path))

    def _roots(self, path: str) -> set[str]:
        return {package.partition(".")[0] for package in self._index.visible[path]} - {""}

    def _find_named(self, path: str, name: str) -> Value | None:
        """Return the definition or package of a full name, or of one within a visible package."""
        key = (path, name)
        if key not in self._full_names:
            self._full_names[key] = None  # a name that depends on itself stands for nothing
            is_absolute = self._index.files[path].rules.name == "php"
            find = self._find_absolute if is_absolute else self._find_relative
            self._full_names[key] = find(path, name.replace("\\", ".").strip("."))
        return self._full_names[key]

    def _find_absolute(self, path: str, name: str) -> Value | None:
        """Return the definition of `a.b.Class.member`, or the package if it names no definition."""
        family, parts = self._index.files[path].rules.name, name.split(".")
        for cut in range(len(parts) - 1, -1, -1):
            value = self._find_in(path, f"{family}:{'.'.join(parts[:cut])}", parts[cut])
            for part in parts[cut + 1 :] if value else ():
                value = (
                    self._find_member_of(value, part) if value and part != "Companion" else value
                )
            if value:
                return value
        return self._package(family, name)

    def _find_relative(self, path: str, name: str) -> Value | None:
        """Return the definition of `model.Item` within a visible package, `com.example`."""
        for package in self._index.visible[path]:
            if value := self._find_absolute(path, f"{package}.{name}" if package else name):
                return value
        return self._find_absolute(path, name)

    def _find_member_of(self, value: Value, name: str) -> Value | None:
        with self._evaluator.recursion.restarted():
            return self._evaluator.find_member(value, name)

    def _find_in(self, path: str, package: str, name: str) -> Value | None:
        """Return the definition of a name in a package; of several the nearest to the file."""
        index = self._index
        definitions = index.members[package].get(name) if package in index.members else None
        if not definitions:
            return None
        if len(definitions) > 1 and index.files[definitions[0].path].rules.nested:
            return index.main_part(definitions)
        # a bare `cut()` calls no method `x.cut()`
        plain = [v for v in definitions if index.kind_of(v) != "method"] or definitions
        return plain[0] if len(plain) == 1 else min(plain, key=lambda v: _distance(path, v.path))

    def _only_module(self, path: str) -> Value | None:
        """Return the module of a file with a single one."""
        symbols = self._index.files[path].facts.symbols
        modules = [
            i for i, symbol in enumerate(symbols) if symbol.kind == "module" and symbol.parent < 0
        ]
        return Value("symbol", path, modules[0], "member") if len(modules) == 1 else None

    def _package(self, family: str, name: str) -> Value | None:
        key = f"{family}:{name}"
        return Value("package", key, -1, "import") if key in self._index.packages else None


def _distance(path: str, other: str) -> tuple[int, int, int, str]:
    shared, depth, name = nearness(path, other)
    # a C# class in parts is first of all in the file of its name: `Reader.cs`, `Reader.Async.cs`
    length = len(name) if name.endswith(".cs") else 0
    return shared, depth, length, name
