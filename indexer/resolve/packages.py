"""Packages and namespaces that files declare: what is in each, and which of them a file sees without an import.

Java, Kotlin and Scala name one package and share them all; C# sees the namespaces around its own, too; PHP falls back to
the root for functions; a Swift module is a folder below `Sources` or `Tests`, as its package manager has it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from ..facts.file_view import FileView
from ..kinds import TYPES, TYPES_AND_MODULES
from ..languages.families import family_rules
from ..modules import nearness
from ..records import Import, Symbol, base_name
from .entity import Entity
from .namespace import Namespace

Member = Callable[[Entity, str], Entity | None]
"""(what stands before the dot, name) → the symbol that it names."""

_SWIFT_MODULE = re.compile(r"(?:^|/)(?:Sources|Tests|Plugins)/([^/]+)/")
_OBJECT = re.compile(r"\bobject\s")
_PRIVATE = re.compile(r"(?:@\S+\s+)*(?:file)?private\b")
_PROPERTY = re.compile(r"(?:^|\s)va[lr]\s")
_PARTIAL = re.compile(r"\bpartial\s")


def packages_of(facts: FileView) -> list[tuple[int, str]]:
    """(first line, package) of the stretches of a file; names with dots, the root's is ""."""
    if facts.language == "swift":
        module = _SWIFT_MODULE.search(facts.path)
        return [(0, module[1] if module else "")]
    found: list[tuple[int, str]] = []
    for binding in facts.bindings:
        if binding.how == "package":
            inside = (
                facts.language == "scala" and found
            )  # `package a` and `package b` below it: a.b
            found.append(
                (binding.line, f"{found[-1][1]}.{binding.type}" if inside else binding.type)
            )
    return found or [(0, "")]


def seen_packages(facts: FileView) -> tuple[str, ...]:
    """The packages whose names a file sees without an import, the nearest first."""
    if family_rules(facts.language).nested:
        return _nesting(facts)
    declared = [name for _, name in reversed(packages_of(facts))]
    if facts.language == "csharp":
        around = (
            name.rsplit(".", cut)[0] for name in declared for cut in range(name.count(".") + 1)
        )
        return tuple(dict.fromkeys([*around, ""]))
    return tuple(dict.fromkeys([*declared, ""] if facts.language == "php" else declared))


class Packages:
    """The definitions of a view's files by package. Built once."""

    def __init__(
        self, files: Mapping[str, Namespace], languages: Mapping[str, str], member: Member
    ) -> None:
        """`languages`: path → language; only files whose language declares packages are arranged."""
        self._files, self._member = files, member
        self._full: dict[tuple[str, str], Entity | None] = {}
        self._seen: dict[str, tuple[str, ...]] = {}
        self._tops: dict[str, dict[str, list[Entity]]] = defaultdict(lambda: defaultdict(list))
        self._known: set[str] = set()  # `family:package`, and the packages around
        self._parts: dict[str, list[Entity]] = defaultdict(list)
        self._extensions: dict[tuple[str, str], list[tuple[str, Entity]]] = defaultdict(list)
        self._anywhere_named: dict[tuple[str, str], list[Entity]] = defaultdict(list)
        for path, language in languages.items():
            if family_rules(language).package == "declared":
                self._add(path, files[path])

    def _add(self, path: str, file: Namespace) -> None:
        stretches = packages_of(file.facts)
        family = file.rules.name
        self._seen[path] = seen_packages(file.facts)
        for _, name in stretches:
            self._known.update(
                f"{family}:{name.rsplit('.', cut)[0]}" for cut in range(name.count(".") + 1)
            )
        symbols = file.facts.symbols
        for index, symbol in enumerate(symbols):
            package = next(
                (name for line, name in reversed(stretches) if line <= symbol.start_line),
                stretches[0][1],
            )
            extended = _extended(file, index)
            if extended:
                self._extensions[family, symbol.name].append(
                    (extended, Entity("symbol", path, index, "typed"))
                )
            is_own = file.top.get(symbol.name) == index and not _is_private(
                symbol, file.facts.language
            )
            if is_own or (extended and family == "jvm"):
                self._tops[f"{family}:{package}"][symbol.name].append(
                    Entity("symbol", path, index, "package")
                )
                if family in ("swift", "csharp"):
                    self._anywhere_named[family, symbol.name].append(
                        Entity("symbol", path, index, "global")
                    )
            if file.rules.nested and symbol.kind in TYPES_AND_MODULES | {"constant"}:
                self._add_nested(Entity("symbol", path, index, "package"), family)
            elif (place := _part(path, symbol, file.facts.language)) is not None:
                self._parts[f"{family}:{package}:{place}"].append(
                    Entity("symbol", path, index, "member")
                )

    def _add_nested(self, entity: Entity, family: str) -> None:
        """A module or class as a member of the one that its name says, wherever that is."""
        symbol = self._files[entity.path].facts.symbols[entity.index]
        qualname = base_name(symbol.qualname)
        self._known.update(
            f"{family}:{qualname.rsplit('.', cut)[0]}" for cut in range(qualname.count(".") + 1)
        )
        around, _, name = qualname.rpartition(".")
        known = self._tops[f"{family}:{around}"][name]
        if entity not in known:
            known.append(entity)
        if symbol.kind in TYPES_AND_MODULES:
            self._parts[f"{family}::{qualname}"].append(entity.by("member"))

    def reads(self, path: str, spec: Import) -> bool:
        """Whether an import names a package or what is in one, rather than a file."""
        rules = self._files[path].rules
        return (
            rules.package == "declared" and not spec.module.startswith(".") and rules.name != "ruby"
        )

    def imported(self, path: str, spec: Import) -> Entity | None:
        """What an import names, for which `reads` holds; of a star the package or type before it."""
        named = f"{spec.module}.{spec.name}" if spec.name and spec.name != "*" else spec.module
        found = self._named_in_full(path, named)
        return found and found.by("import")

    def name(self, path: str, name: str) -> Entity | None:
        """What a bare `name` stands for by the packages that the file sees and by its star imports; of equal names the nearest."""
        return (
            self._in_sight(path, name)
            or self._through_stars(path, name)
            or self._anywhere(path, name)
        )

    def _through_stars(self, path: str, name: str) -> Entity | None:
        for star in self._files[path].stars:
            holder = self._named_in_full(path, star.module) if self.reads(path, star) else None
            if (
                holder is not None
                and (found := self._member(holder, name))
                and found.what != "package"
            ):
                return found.by("star")
        return None

    def _named_in_full(self, path: str, written: str) -> Entity | None:
        key = (path, written)
        if key not in self._full:
            self._full[key] = None  # what asks for itself has no answer
            seek = self._absolute if self._files[path].rules.name == "php" else self._relative
            self._full[key] = seek(path, written.replace("\\", ".").strip("."))
        return self._full[key]

    def _in_sight(self, path: str, name: str) -> Entity | None:
        family = self._files[path].rules.name
        for package in self._seen[path]:
            found = self._top(path, f"{family}:{package}", name)
            if found and not (
                family == "php"
                and not package
                and self._seen[path][0]
                and self._kind(found) in TYPES
            ):
                return found
        return None

    def _anywhere(self, path: str, name: str) -> Entity | None:
        """The one definition of `name` in any package, where what a file sees is not said in files that we read.

        A folder's name does not always tell a Swift module; C# projects import namespaces for all of their files.
        """
        family = self._files[path].rules.name
        found = self._anywhere_named.get((family, name), [])
        if family == "csharp":
            found = [entity for entity in found if self._is_related(path, entity)]
        if (
            found or family != "swift" or name.islower()
        ):  # `append`: of the standard library's types, too
            return found[0] if len(found) == 1 else None
        extending = [
            e
            for owner, e in self._extensions.get((family, name), ())
            if (family, owner) not in self._anywhere_named
        ]
        return extending[0].by("unique") if self.are_one(extending) else None

    def _is_related(self, path: str, entity: Entity) -> bool:
        """Whether a type's namespace begins as one of the file's does: `Serilog.Events` and `Serilog.Tests`."""
        roots = {package.partition(".")[0] for package in self._seen[path]} - {""}
        theirs = {package.partition(".")[0] for package in self._seen[entity.path]} - {""}
        return self._kind(entity) in TYPES and not roots.isdisjoint(theirs)

    def are_one(self, found: Sequence[Entity]) -> bool:
        """Whether definitions are one: a single one, or the overloads of a single method."""
        if len(found) < 2 or self._files[found[0].path].rules.package != "declared":
            return len(found) == 1
        symbols = (
            (entity.path, self._files[entity.path].facts.symbols[entity.index]) for entity in found
        )
        return len({(path, base_name(symbol.qualname)) for path, symbol in symbols}) == 1

    def _absolute(self, path: str, written: str) -> Entity | None:
        """What a full name, `a.b.Class.member`, stands for; a package where it names no definition."""
        family, parts = self._files[path].rules.name, written.split(".")
        for cut in range(len(parts) - 1, -1, -1):
            entity = self._top(path, f"{family}:{'.'.join(parts[:cut])}", parts[cut])
            for name in parts[cut + 1 :] if entity else ():
                entity = self._member(entity, name) if entity and name != "Companion" else entity
            if entity:
                return entity
        return self._package(family, written)

    def _relative(self, path: str, written: str) -> Entity | None:
        """What a name stands for that may begin in a package around: `model.Item` in `com.example`."""
        for package in self._seen[path]:
            if found := self._absolute(path, f"{package}.{written}" if package else written):
                return found
        return self._absolute(path, written)

    def root(self, path: str, name: str) -> Entity | None:
        """The package that a dotted name begins with."""
        family = self._files[path].rules.name
        if name == "__MODULE__":
            return self._only_module(path)
        if name == "\\" or (name == "global" and family == "csharp"):
            return Entity("package", f"{family}:", -1, "import")
        found = (
            self._package(family, f"{package}.{name}") for package in self._seen[path] if package
        )
        return next(filter(None, found), None) or self._package(family, name)

    def _only_module(self, path: str) -> Entity | None:
        """The one module of a file, which is the one around."""
        symbols = self._files[path].facts.symbols
        found = [
            index
            for index, symbol in enumerate(symbols)
            if symbol.kind == "module" and symbol.parent < 0
        ]
        return Entity("symbol", path, found[0], "member") if len(found) == 1 else None

    def member(self, package: Entity, name: str) -> Entity | None:
        """What `package.name` is."""
        family, _, inside = package.path.partition(":")
        found = self._tops.get(package.path, {}).get(name)
        if found:
            return self._main_part(found).by("import")
        return self._package(family, f"{inside}.{name}" if inside else name)

    def forget(self) -> None:
        """Forget what full names were found to stand for: it depends on what was asked before, where imports form cycles."""
        self._full.clear()

    def is_seen(self, path: str, method: Entity) -> bool:
        """Whether the file `path` may name a method: a private one is its own file's."""
        file = self._files[method.path]
        own = method.path == path or file.rules.package != "declared"
        return own or not _PRIVATE.match(file.facts.symbols[method.index].signature)

    def is_property(self, target: Entity) -> bool:
        """Whether a method is a property with code, which is read, not called."""
        file = self._files[target.path]
        symbol = file.facts.symbols[target.index]
        return (
            symbol.kind == "method"
            and _PROPERTY.search(symbol.signature.partition("(")[0]) is not None
        )

    def companions(self, path: str, index: int) -> list[Entity]:
        """The Scala object of a class's name; for an object the class."""
        return self._beside(path, index)

    def parts(self, path: str, index: int) -> list[Entity]:
        """The other parts of a type: of a C# partial class, of a Ruby class that is opened again."""
        return [] if self._files[path].facts.language == "scala" else self._beside(path, index)

    def _beside(self, path: str, index: int) -> list[Entity]:
        file = self._files[path]
        if file.rules.package != "declared":
            return []
        place = _part(path, file.facts.symbols[index], file.facts.language)
        if place is None:
            return []
        stretches = packages_of(file.facts)
        line = file.facts.symbols[index].start_line
        package = next(
            (name for first, name in reversed(stretches) if first <= line), stretches[0][1]
        )
        found = self._parts.get(f"{file.rules.name}:{package}:{place}", [])
        return [entity for entity in found if (entity.path, entity.index) != (path, index)]

    def in_order(self, path: str, bases: list[Entity]) -> list[Entity]:
        """The bases of a type in `path` in the order in which members are looked for: interfaces come last."""
        rules, language = self._files[path].rules, self._files[path].facts.language
        if rules.package != "declared":
            return bases
        ranks = {"interface": 2, "trait": 0 if language == "php" else 1}
        found = bases[::-1] if language == "scala" else bases
        return sorted(found, key=lambda base: ranks.get(self._kind(base), 1))

    def extension(self, owner: Entity, name: str, as_member: bool = False) -> Entity | None:
        """The member `name` that is added elsewhere to the type `owner`; `as_member`: only where it counts as the type's own."""
        family = self._files[owner.path].rules.name
        if self._files[owner.path].rules.nested:
            return None if as_member else self._inside(owner, name)
        found = self._extensions.get((family, name))
        if not found or (as_member and family != "swift"):
            return None
        type_name = self._files[owner.path].facts.symbols[owner.index].name
        fitting = [entity for extended, entity in found if extended == type_name]
        return (
            min(fitting, key=lambda entity: nearness(owner.path, entity.path)) if fitting else None
        )

    def _inside(self, owner: Entity, name: str) -> Entity | None:
        """What a module holds that another file adds to it; `new` makes an object of a class."""
        file = self._files[owner.path]
        symbol = file.facts.symbols[owner.index]
        if name == "new" and symbol.kind == "class":
            return Entity("symbol", owner.path, owner.index, "member")
        found = self._tops.get(f"{file.rules.name}:{base_name(symbol.qualname)}", {}).get(name)
        return self._main_part(found).by("import") if found else None

    def _main_part(self, found: list[Entity]) -> Entity:
        """Of the places that open one module that with most definitions, which defines it rather than adds to it."""
        if len(found) == 1 or not self._files[found[0].path].rules.nested:
            return found[0]
        return max(
            found, key=lambda entity: (self._held(entity), [-ord(char) for char in entity.path])
        )

    def _held(self, entity: Entity) -> int:
        return len(self._files[entity.path].children.get(entity.index, ()))

    def applied(self, target: Entity) -> Entity:
        """What a call of `target` calls: of a Scala object without a class its `apply`."""
        file = self._files[target.path]
        symbol = file.facts.symbols[target.index]
        is_alone = _OBJECT.search(symbol.signature) and not self._beside(target.path, target.index)
        index = (
            file.children[target.index].get("apply")
            if is_alone and file.facts.language == "scala"
            else None
        )
        return target if index is None else Entity("symbol", target.path, index, target.rule)

    def _top(self, path: str, key: str, name: str) -> Entity | None:
        found = self._tops[key].get(name) if key in self._tops else None
        if not found:
            return None
        if len(found) > 1 and self._files[found[0].path].rules.nested:
            return self._main_part(found)
        plain = [
            entity for entity in found if self._kind(entity) != "method"
        ] or found  # `cut()` is no `x.cut()`
        return (
            plain[0]
            if len(plain) == 1
            else min(plain, key=lambda entity: _distance(path, entity.path))
        )

    def _package(self, family: str, name: str) -> Entity | None:
        key = f"{family}:{name}"
        return Entity("package", key, -1, "import") if key in self._known else None

    def _kind(self, entity: Entity) -> str:
        return self._files[entity.path].facts.symbols[entity.index].kind


def _nesting(facts: FileView) -> tuple[str, ...]:
    """The modules and classes of a file, and those around them, the innermost first: where Ruby looks for a constant."""
    names = [""]
    for symbol in facts.symbols if facts.language == "ruby" else ():
        if symbol.kind in TYPES_AND_MODULES:
            qualname = base_name(symbol.qualname)
            names += (qualname.rsplit(".", cut)[0] for cut in range(qualname.count(".") + 1))
    return tuple(sorted(dict.fromkeys(names), key=lambda name: -name.count(".") if name else 1))


def _extended(file: Namespace, index: int) -> str:
    """The name of the type to which a definition outside of it adds; "" for any other definition."""
    symbol = file.facts.symbols[index]
    if symbol.kind != "method":
        return ""
    if this := file.bindings.get((index, "this")):
        return _last(this[0].type)
    if symbol.parent < 0:
        return _last(symbol.qualname.rpartition(".")[0])
    around = file.facts.symbols[symbol.parent]
    outside = not around.start_line <= symbol.start_line <= around.end_line
    return around.name if outside else ""


def _distance(path: str, other: str) -> tuple[int, int, int, str]:
    shared, depth, name = nearness(path, other)
    length = (
        len(name) if name.endswith(".cs") else 0
    )  # a class in parts is where its name is: `Reader.cs`, `Reader.Async.cs`
    return shared, depth, length, name


def _last(written: str) -> str:
    return written.split("<")[0].rpartition(".")[2].strip("? ")


def _is_private(symbol: Symbol, language: str) -> bool:
    """Whether only its own file sees a definition at its top."""
    return language in ("kotlin", "swift") and _PRIVATE.match(symbol.signature) is not None


def _part(path: str, symbol: Symbol, language: str) -> str | None:
    if language in ("ruby", "elixir"):
        return base_name(symbol.qualname) if symbol.kind in TYPES_AND_MODULES else None
    if symbol.kind not in TYPES:
        return None
    if language == "csharp" and _PARTIAL.search(symbol.signature):
        return base_name(symbol.qualname)
    return f"{path}:{base_name(symbol.qualname)}" if language == "scala" else None
