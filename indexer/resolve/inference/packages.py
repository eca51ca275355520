"""Declared packages and namespaces: the definitions in each, and those visible to a file.

Java, Kotlin and Scala name one package and share them all; C# also sees the namespaces around its
own; PHP falls back to the root for functions; a Swift module is a folder below `Sources` or
`Tests`, as its package manager has it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ...facts import FileView
from ...kinds import TYPES, TYPES_AND_MODULES
from ...languages import family_rules
from ...records import Symbol, base_name
from ..namespace import Namespace
from ..value import Value

_SWIFT_MODULE = re.compile(r"(?:^|/)(?:Sources|Tests|Plugins)/([^/]+)/")
_PRIVATE = re.compile(r"(?:@\S+\s+)*(?:file)?private\b")
_PARTIAL = re.compile(r"\bpartial\s")

Stretches = list[tuple[int, str]]
"""(first line, package) of the stretches of a file; names with dots, the root's is ""."""


def declared_packages(facts: FileView) -> Stretches:
    """Return the packages declared for the stretches of a file, at least one."""
    if facts.language == "swift":
        module = _SWIFT_MODULE.search(facts.path)
        return [(0, module[1] if module else "")]
    stretches: Stretches = []
    for binding in facts.bindings:
        if binding.how == "package":
            # Scala: `package a` and `package b` below it make a.b
            is_inside = facts.language == "scala" and stretches
            name = f"{stretches[-1][1]}.{binding.type}" if is_inside else binding.type
            stretches.append((binding.line, name))
    return stretches or [(0, "")]


def package_at(stretches: Stretches, line: int) -> str:
    """Return the package of a line."""
    return next((name for first, name in reversed(stretches) if first <= line), stretches[0][1])


def visible_packages(facts: FileView) -> tuple[str, ...]:
    """Return the packages visible to a file without an import, the nearest first."""
    if family_rules(facts.language).nested:
        return _nesting(facts)
    declared = [name for _, name in reversed(declared_packages(facts))]
    if facts.language == "csharp":
        outer = (package for name in declared for package in _with_outer(name))
        return tuple(dict.fromkeys([*outer, ""]))
    return tuple(dict.fromkeys([*declared, ""] if facts.language == "php" else declared))


class PackageIndex:
    """The definitions of a view's files by package. Built once.

    A package goes by `family:name`. Files are read without a record of it: a resolution depends on
    all files of its family.
    """

    def __init__(self, files: Mapping[str, Namespace], languages: Mapping[str, str]) -> None:
        """`languages`: path → language; only files whose language declares packages are read."""
        self.files = files
        self.visible: dict[str, tuple[str, ...]] = {}  # path → packages, the nearest first
        self.packages: set[str] = set()  # with the packages around them
        self.members: dict[str, dict[str, list[Value]]] = defaultdict(lambda: defaultdict(list))
        """package → name → definitions"""
        self.anywhere: dict[tuple[str, str], list[Value]] = defaultdict(list)
        """(family, name) → definitions in any package"""
        self.extensions: dict[tuple[str, str], list[tuple[str, Value]]] = defaultdict(list)
        """(family, name) → (extended type, member)"""
        self.type_parts: dict[str, list[Value]] = defaultdict(list)
        """key of a type (`_type_key`) in a package → the places that define it"""
        for path, language in languages.items():
            if family_rules(language).package == "declared":
                self._add(path, files[path])

    def kind_of(self, value: Value) -> str:
        """Return the kind of a value's symbol."""
        return self.files[value.path].facts.symbols[value.index].kind

    def main_part(self, places: Sequence[Value]) -> Value:
        """Return the main place of a module: among several the one with most definitions."""
        if len(places) == 1 or not self.files[places[0].path].rules.nested:
            return places[0]
        return max(places, key=lambda v: (self._size(v), [-ord(char) for char in v.path]))

    def is_single(self, methods: Sequence[Value]) -> bool:
        """Return True for a single definition, or for the overloads of a single method."""
        if len(methods) < 2 or self.files[methods[0].path].rules.package != "declared":
            return len(methods) == 1
        symbols = ((v.path, self.files[v.path].facts.symbols[v.index]) for v in methods)
        return len({(path, base_name(symbol.qualname)) for path, symbol in symbols}) == 1

    def is_accessible(self, path: str, method: Value) -> bool:
        """Return True if the file `path` may call a method: a private one is its own file's."""
        file = self.files[method.path]
        if method.path == path or file.rules.package != "declared":
            return True
        return not _PRIVATE.match(file.facts.symbols[method.index].signature)

    def other_parts(self, path: str, index: int) -> list[Value]:
        """Return the other places of a type's definition."""
        file = self.files[path]
        if file.rules.package != "declared":
            return []
        symbol = file.facts.symbols[index]
        key = _type_key(path, symbol, file.facts.language)
        if key is None:
            return []
        package = package_at(declared_packages(file.facts), symbol.start_line)
        parts = self.type_parts.get(f"{file.rules.name}:{package}:{key}", [])
        return [part for part in parts if (part.path, part.index) != (path, index)]

    def _size(self, module: Value) -> int:
        return len(self.files[module.path].children.get(module.index, ()))

    def _add(self, path: str, file: Namespace) -> None:
        stretches = declared_packages(file.facts)
        self.visible[path] = visible_packages(file.facts)
        for _, name in stretches:
            self._add_package(file.rules.name, name)
        for index, symbol in enumerate(file.facts.symbols):
            self._add_symbol(path, file, index, package_at(stretches, symbol.start_line))

    def _add_package(self, family: str, name: str) -> None:
        self.packages.update(f"{family}:{package}" for package in _with_outer(name))

    def _add_symbol(self, path: str, file: Namespace, index: int, package: str) -> None:
        symbol, family, language = file.facts.symbols[index], file.rules.name, file.facts.language
        extended = _extended_type(file, index)
        if extended:
            member = Value("symbol", path, index, "typed")
            self.extensions[family, symbol.name].append((extended, member))
        is_top = file.top.get(symbol.name) == index and not _is_private(symbol, language)
        if is_top or (extended and family == "jvm"):
            definition = Value("symbol", path, index, "package")
            self.members[f"{family}:{package}"][symbol.name].append(definition)
            if family in ("swift", "csharp"):
                self.anywhere[family, symbol.name].append(definition.with_rule("global"))
        if file.rules.nested and symbol.kind in TYPES_AND_MODULES | {"constant"}:
            self._add_nested(Value("symbol", path, index, "package"), family)
        elif (key := _type_key(path, symbol, language)) is not None:
            part = Value("symbol", path, index, "member")
            self.type_parts[f"{family}:{package}:{key}"].append(part)

    def _add_nested(self, value: Value, family: str) -> None:
        """Add a module or class as a member of the one around it, in any file."""
        symbol = self.files[value.path].facts.symbols[value.index]
        qualname = base_name(symbol.qualname)
        self._add_package(family, qualname)
        outer, _, name = qualname.rpartition(".")
        definitions = self.members[f"{family}:{outer}"][name]
        if value not in definitions:
            definitions.append(value)
        if symbol.kind in TYPES_AND_MODULES:
            self.type_parts[f"{family}::{qualname}"].append(value.with_rule("member"))


def _with_outer(name: str) -> Iterator[str]:
    """Yield a dotted name and the names around it: `a.b.c`, `a.b`, `a`."""
    return (name.rsplit(".", cut)[0] for cut in range(name.count(".") + 1))


def _nesting(facts: FileView) -> tuple[str, ...]:
    """Return the modules and classes of a Ruby file, the innermost first.

    This is the order of a search for a constant.
    """
    names = [""]
    for symbol in facts.symbols if facts.language == "ruby" else ():
        if symbol.kind in TYPES_AND_MODULES:
            names += _with_outer(base_name(symbol.qualname))
    return tuple(sorted(dict.fromkeys(names), key=lambda name: -name.count(".") if name else 1))


def _extended_type(file: Namespace, index: int) -> str:
    """Return the name of the type extended by a definition outside of it, or ""."""
    symbol = file.facts.symbols[index]
    if symbol.kind != "method":
        return ""
    if this := file.bindings.get((index, "this")):
        return _last_name(this[0].type)
    if symbol.parent < 0:
        return _last_name(symbol.qualname.rpartition(".")[0])
    around = file.facts.symbols[symbol.parent]
    is_outside = not around.start_line <= symbol.start_line <= around.end_line
    return around.name if is_outside else ""


def _last_name(type_name: str) -> str:
    return type_name.split("<")[0].rpartition(".")[2].strip("? ")


def _is_private(symbol: Symbol, language: str) -> bool:
    """Return True if only its own file sees a definition at its top."""
    return language in ("kotlin", "swift") and _PRIVATE.match(symbol.signature) is not None


def _type_key(path: str, symbol: Symbol, language: str) -> str | None:
    """Return the key shared by all places of a type, if it may have several in its package."""
    if language in ("ruby", "elixir"):
        return base_name(symbol.qualname) if symbol.kind in TYPES_AND_MODULES else None
    if symbol.kind not in TYPES:
        return None
    if language == "csharp" and _PARTIAL.search(symbol.signature):
        return base_name(symbol.qualname)
    return f"{path}:{base_name(symbol.qualname)}" if language == "scala" else None
