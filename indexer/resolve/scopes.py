"""Names by the language's rules: inner scopes, the file, its imports, the package, the program."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from ..facts.global_names import GlobalDefinition
from ..kinds import TYPES
from ..languages.families import C, family_rules
from ..modules import ModuleFinder, reach
from ..records import Import
from .c_includes import Includes, IncludeSet
from .c_names import Program
from .dependencies import name_key
from .entity import Entity
from .namespace import Namespace
from .packages import Packages
from .parts import INCLUDES, STARS, WHOLE
from .tracked_files import TrackedFiles

if TYPE_CHECKING:
    from ..facts.protocol import Facts

DEPTH = 24  # of following aliases, re-exports and bases; a cycle ends here too
COMPONENTS = frozenset(
    {"vue", "svelte"}
)  # languages of which a file is a component, and its default export
FOUND = 200_000  # answers of what a module is that are kept

MemberOf = Callable[[Entity, str, int], Entity | None]
"""The member of a value that a name means, at some depth."""
OwnerOf = Callable[[str, int], Entity | None]
"""(path, scope) → the type to which the outermost definition around a scope belongs, where another place defines it."""


class Scopes:
    """What a bare name, an import or a module's export stands for in each file of a view."""

    def __init__(
        self, facts: Facts, files: TrackedFiles, member: MemberOf, extended: OwnerOf
    ) -> None:
        """`member` and `extended` answer for languages whose methods name members without a receiver."""
        self._facts, self._files, self._member, self._extended = facts, files, member, extended
        self._finder = ModuleFinder(facts)
        self._found: dict[tuple[str, str], list[str]] = {}
        self._exports: dict[tuple[str, str], Entity | None] = {}
        self._plain: dict[
            tuple[str, str], Entity | None
        ] = {}  # what a file of C means by a name, in any of its functions
        self._stars: dict[str, list[str]] = {}
        self._packages: dict[tuple[str, str], tuple[list[str], dict[str, Entity]]] = {}
        self.keys: set[int] = set()  # read by the resolution of one file, beside those of files
        self._includes = Includes(self._includes_of)
        self._last_included = IncludeSet("", 0, {})
        self.declared = Packages(
            files.untracked, facts.languages, lambda holder, name: member(holder, name, 1)
        )
        self.program = Program(
            lambda path: files[path], lambda name: self._definitions(C.name, name), self._included
        )

    def forget(self) -> None:
        """Forget what was worked out for one file."""
        self.keys.clear()
        self.declared.forget()
        self.program.forget()
        self._exports.clear()
        self._plain.clear()

    def module_inputs(self) -> list[tuple[str, str, str]]:
        """What the finders of modules have read of files beside their paths."""
        return self._finder.inputs()

    def methods_named(self, family: str, name: str) -> Sequence[Entity]:
        """The methods of that name in a family of languages."""
        self.keys.add(name_key(family, name))
        methods = self._facts.find_methods(family, name)
        return [Entity("symbol", path, index, "unique") for path, index in methods]

    def name(self, path: str, scope: int, name: str, depth: int) -> Entity | None:
        """What a bare name stands for by the language's rules: inner scopes, the file, imports, the package, the program."""
        if depth > DEPTH:
            return None
        file = self._files[path]
        if file.facts.language == "c" and file.is_plain(scope, name):
            key = (path, name)
            if key not in self._plain:
                self._plain[key] = self._beyond(file, -1, name, depth)
            return self._plain[key]
        for position, around in enumerate(file.scopes(scope)):
            if found := self._in_scope(file, around, position, name, depth):
                return found
        return self._beyond(file, scope, name, depth)

    def _beyond(self, file: Namespace, scope: int, name: str, depth: int) -> Entity | None:
        """What a bare name stands for beyond the scopes around it."""
        path = file.facts.path
        for holder in self.types_around(path, scope):
            if found := self._member(holder, name, depth + 1):
                return found
        if name in file.top and file.is_visible(file.top[name]) and not file.is_imported_last(name):
            return self.definition(Entity("symbol", path, file.top[name], "local"))
        if (-1, name) in file.imports:
            return self.import_target(path, file.imports[-1, name], depth + 1)
        if file.rules.package == "declared":
            return self.declared.name(path, name)
        found = self._through_stars(path, name, depth)
        return found.by("star") if found else self._program_wide(path, scope, name)

    def _in_scope(
        self, file: Namespace, around: int, position: int, name: str, depth: int
    ) -> Entity | None:
        path, symbol = file.facts.path, file.facts.symbols[around]
        if (around, name) in file.imports:
            return self.import_target(path, file.imports[around, name], depth + 1)
        index = file.children[around].get(name) if around in file.children else None
        if symbol.kind not in TYPES:
            if index is None or not file.is_visible(index):
                return None
            return self.definition(Entity("symbol", path, index, "local"))
        if file.sees_members(around):
            return self._member(Entity("instance", path, around, "member"), name, depth + 1)
        return (
            Entity("symbol", path, index, "local") if index is not None and position == 0 else None
        )

    def _program_wide(self, path: str, scope: int, name: str) -> Entity | None:
        rules = self._files[path].rules
        if rules.sees == "package":
            return self._package(path).get(name)
        if rules.includes:
            return self.program.name(path, scope, name)
        found = self._definitions(rules.name, name) if rules.sees == "program" else ()
        if len(found) != 1:
            return None  # Bash: of several it depends on who sourced whom
        return Entity("symbol", found[0].path, found[0].index, "global")

    def _package(self, path: str) -> dict[str, Entity]:
        """What the files of the package of `path` define, by name; of equal names the first file's."""
        file = self._files[path]
        key = (file.package or os.path.dirname(path), file.rules.name)
        if key not in self._packages:
            siblings = self._finder.siblings(path)
            names = {
                name: Entity("symbol", sibling, index, "package")
                for sibling in reversed(siblings)
                for name, index in self._files.untracked[sibling].top.items()
            }
            self._packages[key] = siblings, names
        siblings, names = self._packages[key]
        for sibling in siblings:
            self._files.record(sibling, WHOLE)
        return names

    def _definitions(self, family: str, name: str) -> Sequence[GlobalDefinition]:
        """What the whole program knows by a name."""
        self.keys.add(name_key(family, name))
        return self._facts.find_definitions(family, name)

    def _includes_of(self, path: str) -> list[str]:
        specs = self._facts.imports_of(path)
        modules = (spec.module for spec in specs if not spec.name and not spec.alias)
        return [found for module in modules for found in self.modules(path, module)]

    def _included(self, path: str) -> IncludeSet:
        """The files that a C file includes, directly or through others. Only the last answer is kept: files come in order."""
        self._files.record(path, INCLUDES)
        if self._last_included.path != path:
            self._last_included = self._includes.closure(path)
        return self._last_included

    def definition(self, entity: Entity) -> Entity:
        """For what is only announced, in C and C++, its definition; anything else as it is."""
        return (
            self.program.definition(entity) if self._files[entity.path].rules.includes else entity
        )

    def types_around(self, path: str, scope: int) -> Iterator[Entity]:
        """The types whose members a definition names that stands outside of them."""
        rules = self._files[path].rules
        if not rules.implicit_this or scope < 0:
            return
        if rules.includes:
            yield from self.program.types_around(path, scope)
        elif found := self._extended(path, scope):
            yield found._replace(what="instance")

    # -- modules and imports

    def modules(self, path: str, module: str) -> list[str]:
        key = (path, module)
        if key not in self._found:
            if len(self._found) > FOUND:
                self._found.clear()
            self._found[key] = [
                p for p in self._finder.find(path, module) if p in self._facts.languages
            ]
        return self._found[key]

    def import_target(self, path: str, spec: Import, depth: int = 0) -> Entity | None:
        """What the local name of an import stands for."""
        if depth > DEPTH:
            return None
        rules = self._files[path].rules
        if self.declared.reads(path, spec):
            return self.declared.imported(path, spec)
        if (
            not spec.module
        ):  # `export { a as b }`: another name for what this file defines or imports
            return self.name(path, -1, spec.name, depth + 1) if spec.name != spec.alias else None
        if spec.name and spec.name != "*":
            for module in self.modules(path, spec.module):
                if found := self.exported(module, spec.name, depth + 1):
                    return found.by("import")
            joint = "" if spec.module.endswith(".") else rules.joint
            return self._module(path, f"{spec.module}{joint}{spec.name}", depth)
        if rules.bound == "first" and not spec.alias:
            return self._module(
                path, spec.module.partition(rules.joint)[0], depth
            )  # `import a.b` binds `a`
        if rules.by_last:
            last = spec.module.rpartition(rules.joint)[2]
            for module in self.modules(path, spec.module):
                if found := self.exported(module, last, depth + 1):
                    return found.by("import")
        return self._module(path, spec.module, depth)

    def _module(self, path: str, module: str, depth: int) -> Entity | None:
        found = self.modules(path, module)
        if found and (
            returned := self._files[found[0]].imports.get((-1, "return"))
        ):  # Lua: what the file gives back
            value = self.import_target(found[0], returned, depth + 1)
            return value.by("import") if value else None
        return Entity("module", found[0], -1, "import") if found else None

    def exported(self, path: str, name: str, depth: int) -> Entity | None:
        """The name `name` as others see it in the file `path`; memoised, since many ask for the same."""
        key = (path, name)
        if key not in self._exports:
            self._exports[key] = None  # what a cycle finds
            self._exports[key] = self._find_export(path, name, depth)
        return self._exports[key]

    def _find_export(self, path: str, name: str, depth: int) -> Entity | None:
        file = self._files[path]
        if depth > DEPTH:
            return None
        if name in file.exports:
            return self.import_target(path, file.exports[name], depth + 1)
        if name in file.top and not file.is_imported_last(name):
            return self.definition(Entity("symbol", path, file.top[name], "import"))
        if (-1, name) in file.imports:
            return self.import_target(path, file.imports[-1, name], depth + 1)
        if name == "default" and file.facts.language in COMPONENTS:
            return Entity("module", path, -1, "import")
        return self._through_stars(path, name, depth)

    def _through_stars(self, path: str, name: str, depth: int) -> Entity | None:
        """What `name` stands for in the first of the files that star imports reach from `path` and that knows it."""
        file = self._files[path]
        if not file.stars or file.rules.includes:  # C++: `using namespace` opens no file
            return None
        self.keys.add(name_key("", name))
        if name not in self._public:
            return None
        for module in self._star_modules(path):
            self._files.record(module, STARS)
            known = self._files.untracked[module].has_public_name(
                name
            )  # the key of the name says so
            if known and (found := self.exported(module, name, depth + 1)):
                return found
        return None

    @cached_property
    def _public(self) -> set[str]:
        """The names that any file defines or imports at its top, where stars can bring them."""
        untracked, languages = self._files.untracked, self._facts.languages
        own = (path for path, language in languages.items() if not family_rules(language).includes)
        return {name for path in own for name in untracked[path].public_names()}

    def _stars_of(self, path: str) -> list[str]:
        file = self._files.untracked[path]
        stars = (
            reversed(file.stars) if file.facts.language == "python" else file.stars
        )  # Python: the last one counts
        return [found for star in stars for found in self.modules(path, star.module)]

    def _star_modules(self, path: str) -> list[str]:
        """The files whose names star imports bring to `path`, through others too: each once, those that
        count before others first."""
        if path not in self._stars:
            self._stars[path] = list(reach(path, self._stars_of, len(self._facts.languages)))[1:]
        return self._stars[path]

    def module_member(self, entity: Entity, name: str, depth: int) -> Entity | None:
        if found := self.exported(entity.path, name, depth + 1):
            return found.by("import")
        file = self._files[entity.path]
        if file.rules.sees == "package":
            found = self._package(entity.path).get(name)
            return found.by("import") if found else None
        if file.facts.language == "python" and entity.path.endswith("__init__.py"):
            return self._module(entity.path, f".{name}", depth)
        return None
