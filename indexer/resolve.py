"""References of all files → edges. A small abstract interpreter over dotted names.

`self.client.get` is read part by part: `self` is an instance of the class around, `.client` what that class's
bindings say, `.get` a member of its type or of its bases. What cannot be followed is left out, not guessed, but for two
rules that say so in their name and confidence.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from .families import C, family_of
from .modules import ModuleFinder, reach
from .namespace import VARIABLES, Entity, Names, Namespace, arrange, outer_type, program_names, shared_name
from .needs import PATHS, family_need, file_need, includes_need, modules_need, name_need
from .outline import CALLABLES, CONTAINERS
from .packages import Packages
from .program import Program
from .records import Binding, Edge, FileFacts, Import, Reference, symbol_id
from .rules import confidence

DEPTH = 24  # of following aliases, re-exports and bases; a cycle ends here too
MAX_LINEAGE = 64  # classes from one to its last base; only programs write longer chains
COMPONENTS = frozenset({"vue", "svelte"})  # languages of which a file is a component, and its default export
MAX_INCLUDED = 2_000  # headers that one file sees; Linux' largest sees 1,500
_COMPOUND = re.compile(r"[^_]_+[^_]|[a-z][A-Z]")  # a name of two words or more
_KIND = {"call": "calls", "use": "references", "inherit": "inherits"}


class _Touched(dict[str, Namespace]):
    """Those of all files that were asked for; asking again costs no more than a dictionary does."""

    def __init__(self, every: Mapping[str, Namespace]) -> None:
        super().__init__()
        self._every = every

    def __missing__(self, path: str) -> Namespace:
        found = self[path] = self._every[path]
        return found

    def touch(self, paths: Iterable[str]) -> None:
        """Note that what these files say was used."""
        self.update((path, self._every[path]) for path in paths)


class Resolver:
    """Resolves the references of a view's files against each other."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        """`files`: path → facts, in the order of paths; chunks are not looked at."""
        self._every = {path: arrange(facts) for path, facts in files.items()}
        self._files = _Touched(self._every)
        """What the resolution of one file has looked at: whatever depends on a file's facts asks here, so that they are noted."""
        self._asked: set[int] = set()  # the needs of that resolution which are no files
        self._memo: dict[tuple[str, int, str], Entity | None] = {}
        self._finder = ModuleFinder(files)
        self._found: dict[tuple[str, str], list[str]] = {}
        self._linear: dict[tuple[str, int], list[Entity]] = {}
        self._lineages_open = 0
        self._exports: dict[tuple[str, str], Entity | None] = {}
        self._stars: dict[str, list[str]] = {}
        self._public = {name for file in self._every.values() for name in file.public()}
        self._packages: dict[tuple[str, str], tuple[list[str], dict[str, Entity]]] = {}
        self._declared = Packages(self._every, lambda holder, name: self._member(holder, name, 1))
        self._last_included: tuple[str, frozenset[str]] = ("", frozenset())
        self._globals, self._methods = program_names(files)
        self._program = Program(
            lambda path: self._files[path], lambda name: self._by_name(self._globals, C.name, name), self._included
        )

    def consulted(self) -> list[tuple[str, str, str]]:
        """What the finders of modules have read of files beside their paths."""
        return self._finder.consulted()

    def resolve(self, path: str, settled: Collection[tuple[int, str]] = ()) -> tuple[list[Edge], list[int]]:
        """The edges that leave the file `path`, and what they depend on beyond the file itself: keys of `needs`, sorted.

        Both are functions of the facts alone, whatever was resolved before: what one resolution has worked out is
        forgotten, since of a cycle of imports it knows only as much as the file saw that came first.
        """
        self._files = _Touched(self._every)
        self._asked.clear()
        self._memo, self._linear, self._exports = {}, {}, {}
        self._declared.forget()
        edges = self.edges(path, settled)
        rules, family = self._every[path].rules, family_of(self._every[path].facts.language)
        needs = self._asked.union(map(file_need, self._files))
        needs.discard(file_need(path))
        facts = self._every[path].facts
        if facts.imports or facts.references:
            needs.update((PATHS, modules_need(family)))
            if rules.package == "declared":  # what files see of a package is not followed name by name
                needs.add(family_need(family))
        return edges, sorted(needs)

    def edges(self, path: str, settled: Collection[tuple[int, str]] = ()) -> list[Edge]:
        """The edges that leave the file `path`: one for each pair of symbols and kind, at its first line; by line.

        `settled` are lines and names of which a compiler has said what they mean: they give no edges here.
        """
        found: dict[tuple[str, str, str], Edge] = {}
        for edge in (*self._import_edges(path, settled), *self._reference_edges(path, settled)):
            if edge.src != edge.dst or edge.kind == "calls":  # recursion is a fact, a mention of oneself is none
                found.setdefault((edge.src, edge.dst, edge.kind), edge)
        return sorted(found.values(), key=lambda e: (e.line, e.src, e.dst, e.kind))

    def _import_edges(self, path: str, settled: Collection[tuple[int, str]]) -> Iterator[Edge]:
        facts = self._files[path].facts
        for spec in facts.imports:
            if (spec.line, spec.name) in settled:
                continue
            for target in self._imported(path, spec):
                source = self._owner(path, spec.scope)
                end = self._id(target.path, target.index)
                yield Edge(source, end, "imports", "import", confidence("import", facts.language), path, spec.line)

    def _imported(self, path: str, spec: Import) -> list[Entity]:
        if (spec.name and spec.name != "*") or self._declared.reads(path, spec):
            found = self._import_target(path, spec)
            return [found] if found and found.what != "package" else []
        return [Entity("module", target, -1, "import") for target in self._modules(path, spec.module)]

    def _reference_edges(self, path: str, settled: Collection[tuple[int, str]]) -> Iterator[Edge]:
        file = self._files[path]
        for reference in file.distinct_references(settled):
            scope = reference.scope
            if reference.kind == "inherit":
                scope = file.facts.symbols[scope].parent if scope >= 0 else -1
            target = self._target(path, scope, reference)
            if target is not None and target.what == "module" and reference.kind == "call":
                target = self._exported(target.path, "exports", 0) or target  # CommonJS: what the module assigns
            if target is None or not (target.what == "symbol" or self._is_component(target)):
                continue
            source, rule = self._owner(path, reference.scope), target.rule
            end = self._id(target.path, target.index)
            kind = _KIND[reference.kind]
            if reference.kind == "call" and file.rules.package == "declared":
                kind, end = self._called_kind(target)
            yield Edge(source, end, kind, rule, confidence(rule, file.facts.language), path, reference.line)

    def _is_component(self, target: Entity) -> bool:
        return target.what == "module" and self._files[target.path].facts.language in COMPONENTS

    def _called_kind(self, target: Entity) -> tuple[str, str]:
        """The kind and the end of the edge to what is called: a variable's value is not known, an object is applied."""
        symbol = self._files[target.path].facts.symbols[target.index]
        if symbol.kind == "variable" or self._declared.is_property(target):
            return "references", self._id(target.path, target.index)
        applied = self._declared.applied(target)
        return "calls", self._id(applied.path, applied.index)

    def _is_hidden(self, path: str, scope: int, name: str) -> bool:
        """Whether `self` is a parameter's name, as it may be in Scala and Java."""
        file = self._files[path]
        return file.rules.name == "jvm" and any((around, name) in file.bindings for around in file.scopes(scope))

    def _id(self, path: str, index: int) -> str:
        return symbol_id(path, self._files[path].facts.symbols[index].qualname if index >= 0 else "")

    def _owner(self, path: str, scope: int) -> str:
        """The id of what a reference in `scope` belongs to: a variable does nothing itself, what is around it does."""
        symbols = self._files[path].facts.symbols
        while scope >= 0 and symbols[scope].kind in VARIABLES:
            scope = symbols[scope].parent
        return self._id(path, scope)

    def _target(self, path: str, scope: int, reference: Reference) -> Entity | None:
        if not reference.receiver:
            return self._own(path, scope, reference.name) or self._name(path, scope, reference.name, 0)
        if reference.receiver != "?":
            holder = self._dotted(path, scope, reference.receiver, 0)
            if holder is not None:
                return self._member(holder, reference.name, 0) or self._imported_extension(path, reference.name)
            if found := self._imported_extension(path, reference.name):
                return found
            if not self._is_unknown(path, scope, reference.receiver):
                return None
        return self._unique(path, reference)

    def _own(self, path: str, scope: int, name: str) -> Entity | None:
        """What `this(…)`, `new static` and `super(…)` make: the type around, or its base."""
        rules = self._files[path].rules
        if rules.package != "declared" or name not in rules.selves | rules.supers:
            return None
        around = self._root(path, scope, name, 0)
        if around is not None and rules.nested:  # Ruby: a bare `super` calls the method of the same name
            return self._member(around, self._files[path].facts.symbols[scope].name, 0)
        if around is None or around.what != "super":
            return around and Entity("symbol", around.path, around.index, "member")
        return next(iter(self._lineage(around.path, around.index)[1:]), None)

    def _imported_extension(self, path: str, name: str) -> Entity | None:
        """A method of that name that the file imports by its own name: what Kotlin adds to a type of any file."""
        file = self._files[path]
        if file.rules.package != "declared" or (-1, name) not in file.imports:
            return None
        found = self._import_target(path, file.imports[-1, name])
        if found is None or found.what != "symbol":
            return None
        return found if self._files[found.path].facts.symbols[found.index].kind in CALLABLES else None

    def _is_unknown(self, path: str, scope: int, receiver: str) -> bool:
        """Whether nothing is known of the receiver, rather than that it comes from outside the repository."""
        root = receiver.partition(".")[0].removesuffix("()")
        file = self._files[path]
        if file.rules.package == "declared" and self._is_external(path, scope, receiver):
            return False
        if root == "super" or (-1, root) in file.imports:
            return False
        return not any((around, root) in file.imports for around in file.scopes(scope))

    def _is_external(self, path: str, scope: int, receiver: str) -> bool:
        """Whether the receiver's type is said, and none of the repository's."""
        file = self._files[path]
        parts = receiver.split(".")
        root = parts[1] if parts[0] in file.rules.selves and len(parts) > 1 else parts[0]
        for around in (*file.scopes(scope), -1):
            binding = file.bindings.get((around, root)) or file.bindings.get((around, f".{root}"))
            if binding is not None:
                return binding.how == "annotation" and self._bound(path, around, binding, 0) is None
        return False

    def _unique(self, path: str, reference: Reference) -> Entity | None:
        if reference.kind != "call" or not self._files[path].rules.guesses or not _COMPOUND.search(reference.name):
            return None  # `get`, `close`, `copy`: names that a thousand libraries have too
        found = self._by_name(self._methods, family_of(self._files[path].facts.language), reference.name)
        found = [method for method in found if self._declared.is_seen(path, method)]
        return found[0] if self._declared.are_one(found) else None

    # -- names

    def _dotted(self, path: str, scope: int, written: str, depth: int) -> Entity | None:
        """What `a.b().c` stands for in `scope`; memoised, since receivers repeat."""
        memo, key = self._memo, (path, scope, written)
        if key not in memo:
            memo[key] = None  # what asks for itself has no answer
            memo[key] = self._follow(path, scope, written.split("."), depth)
        return memo[key]

    def _follow(self, path: str, scope: int, parts: list[str], depth: int) -> Entity | None:
        entity: Entity | None = None
        for position, part in enumerate(parts):
            name, called = part.removesuffix("()"), part.endswith("()")
            if position == 0:
                entity = self._root(path, scope, name, depth)
            elif entity is not None:
                entity = self._attribute(entity, name, depth + 1)
            if entity is None:
                return None
            entity = self._called(entity, depth + 1) if called and entity.what == "symbol" else entity
        return entity

    def _root(self, path: str, scope: int, name: str, depth: int) -> Entity | None:
        file = self._files[path]
        if file.rules.objects and name in ("this", "super"):
            return self._object(path, scope, name)
        if (name in file.rules.selves or name in file.rules.supers) and not self._is_hidden(path, scope, name):
            inside = next((s for s in file.scopes(scope) if file.facts.symbols[s].kind in CONTAINERS), None)
            owner = (
                Entity("symbol", path, inside, "member")
                if inside is not None
                else next(self._types_around(path, scope), None)
            )
            if owner is not None:
                what = "super" if name in file.rules.supers else "symbol" if name in ("Self", "@This") else "instance"
                return Entity(what, owner.path, owner.index, "member")
            if file.rules.file_types:
                return Entity("module", path, -1, "member")
        for around in file.scopes(scope):
            binding = file.bindings.get((around, name))
            if binding is not None:
                return self._bound(path, around, binding, depth + 1)
            holder = Entity("instance", path, around, "member")
            if file.sees_members(around) and (field := self._attribute(holder, name, depth + 1)):
                return field
        for holder in self._types_around(path, scope):
            if field := self._attribute(holder, name, depth + 1):
                return field
        if binding := file.bindings.get((-1, name)):
            return self._bound(path, -1, binding, depth + 1)
        found = self._name(path, scope, name, depth)
        return found or (self._declared.root(path, name) if file.rules.package == "declared" else None)

    def _object(self, path: str, scope: int, name: str) -> Entity | None:
        """What `this` or `super` is in a language whose objects are written out."""
        around = self._files[path].object_around(scope)
        if around is None:
            return None
        if around < 0:
            return Entity("module", path, -1, "member")
        return Entity("super" if name == "super" else "instance", path, around, "member")

    def _types_around(self, path: str, scope: int) -> Iterator[Entity]:
        """The types whose members a definition names that stands outside of them."""
        rules = self._files[path].rules
        if not rules.implicit_this or scope < 0:
            return
        if rules.includes:
            yield from self._program.types_around(path, scope)
        elif found := self._extended(path, scope):
            yield Entity("instance", found.path, found.index, "member")

    def _extended(self, path: str, scope: int) -> Entity | None:
        """The type to which the outermost definition around `scope` belongs, where another place defines it."""
        file = self._files[path]
        outermost = list(file.scopes(scope))[-1:]
        owner = file.facts.symbols[outermost[0]].qualname.rpartition(".")[0] if outermost else ""
        found = self._dotted(path, -1, owner, 1) if owner else None
        return found if found and found.what == "symbol" else None

    def _name(self, path: str, scope: int, name: str, depth: int) -> Entity | None:
        """What a bare name stands for by the language's rules: inner scopes, the file, imports, the package, the program."""
        if depth > DEPTH:
            return None
        file = self._files[path]
        for position, around in enumerate(file.scopes(scope)):
            if found := self._in_scope(file, around, position, name, depth):
                return found
        for holder in self._types_around(path, scope):
            if found := self._member(holder, name, depth + 1):
                return found
        if name in file.top and file.is_visible(file.top[name]):
            return self._definition(Entity("symbol", path, file.top[name], "local"))
        if (-1, name) in file.imports:
            return self._import_target(path, file.imports[-1, name], depth + 1)
        if file.rules.package == "declared":
            return self._declared.name(path, name)
        found = self._through_stars(path, name, depth)
        return found.by("star") if found else self._program_wide(path, scope, name)

    def _in_scope(self, file: Namespace, around: int, position: int, name: str, depth: int) -> Entity | None:
        path, symbol = file.facts.path, file.facts.symbols[around]
        if (around, name) in file.imports:
            return self._import_target(path, file.imports[around, name], depth + 1)
        index = file.children[around].get(name) if around in file.children else None
        if symbol.kind not in CONTAINERS:
            if index is None or not file.is_visible(index):
                return None
            return self._definition(Entity("symbol", path, index, "local"))
        if file.sees_members(around):
            return self._member(Entity("instance", path, around, "member"), name, depth + 1)
        return Entity("symbol", path, index, "local") if index is not None and position == 0 else None

    def _program_wide(self, path: str, scope: int, name: str) -> Entity | None:
        rules = self._files[path].rules
        if rules.sees == "package":
            return self._package(path).get(name)
        if rules.includes:
            return self._program.name(path, scope, name)
        candidates = self._by_name(self._globals, rules.name, name) if rules.sees == "program" else []
        return candidates[0] if len(candidates) == 1 else None  # Bash: of several it depends on who sourced whom

    def _package(self, path: str) -> dict[str, Entity]:
        """What the files of the package of `path` define, by name; of equal names the first file's."""
        file = self._files[path]
        key = (file.package or os.path.dirname(path), file.rules.name)
        if key not in self._packages:
            siblings = self._finder.siblings(path)
            self._packages[key] = (
                siblings,
                {
                    name: Entity("symbol", sibling, index, "package")
                    for sibling in reversed(siblings)
                    for name, index in self._every[sibling].top.items()
                },
            )
        siblings, names = self._packages[key]
        self._files.touch(siblings)
        return names

    def _by_name(self, names: Names, family: str, name: str) -> list[Entity]:
        """What a table of the whole program says of a name."""
        self._asked.add(name_need(family, name))
        return names.get((family, name), [])

    def _includes_of(self, path: str) -> list[str]:
        return [found for module in self._every[path].includes for found in self._modules(path, module)]

    def _included(self, path: str) -> frozenset[str]:
        """The files that a C file includes, directly or through others. Only the last answer is kept: files come in order."""
        self._asked.add(includes_need(self._every[path].rules.name))
        if self._last_included[0] != path:
            self._last_included = (path, frozenset(reach(path, self._includes_of, MAX_INCLUDED)))
        return self._last_included[1]

    def _definition(self, entity: Entity) -> Entity:
        """For what is only announced, in C and C++, its definition; anything else as it is."""
        return self._program.definition(entity) if self._files[entity.path].rules.includes else entity

    # -- modules and imports

    def _modules(self, path: str, module: str) -> list[str]:
        key = (path, module)
        if key not in self._found:
            self._found[key] = [p for p in self._finder.find(path, module) if p in self._every]
        return self._found[key]

    def _import_target(self, path: str, spec: Import, depth: int = 0) -> Entity | None:
        """What the local name of an import stands for."""
        if depth > DEPTH:
            return None
        rules = self._files[path].rules
        if self._declared.reads(path, spec):
            return self._declared.imported(path, spec)
        if not spec.module:  # `export { a as b }`: another name for what this file defines or imports
            return self._name(path, -1, spec.name, depth + 1) if spec.name != spec.alias else None
        if spec.name and spec.name != "*":
            for module in self._modules(path, spec.module):
                if found := self._exported(module, spec.name, depth + 1):
                    return found.by("import")
            joint = "" if spec.module.endswith(".") else rules.joint
            return self._module(path, f"{spec.module}{joint}{spec.name}")
        if rules.bound == "first" and not spec.alias:
            return self._module(path, spec.module.partition(rules.joint)[0])  # `import a.b` binds `a`
        if rules.by_last:
            last = spec.module.rpartition(rules.joint)[2]
            for module in self._modules(path, spec.module):
                if found := self._exported(module, last, depth + 1):
                    return found.by("import")
        return self._module(path, spec.module)

    def _module(self, path: str, module: str) -> Entity | None:
        found = self._modules(path, module)
        if found and (returned := self._files[found[0]].imports.get((-1, "return"))):  # Lua: what the file gives back
            value = self._import_target(found[0], returned)
            return value.by("import") if value else None
        return Entity("module", found[0], -1, "import") if found else None

    def _exported(self, path: str, name: str, depth: int) -> Entity | None:
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
        if name in file.handed:
            return self._import_target(path, file.handed[name], depth + 1)
        if name in file.top:
            return self._definition(Entity("symbol", path, file.top[name], "import"))
        if (-1, name) in file.imports:
            return self._import_target(path, file.imports[-1, name], depth + 1)
        if name == "default" and file.facts.language in COMPONENTS:
            return Entity("module", path, -1, "import")
        return self._through_stars(path, name, depth)

    def _through_stars(self, path: str, name: str, depth: int) -> Entity | None:
        """What `name` stands for in the first of the files that star imports reach from `path` and that knows it."""
        if not self._files[path].stars:
            return None
        self._asked.add(name_need("", name))
        if name not in self._public:
            return None
        for module in self._star_modules(path):
            file = self._files[module]
            if file.knows(name) and (found := self._exported(module, name, depth + 1)):
                return found
        return None

    def _stars_of(self, path: str) -> list[str]:
        return [found for star in self._every[path].stars for found in self._modules(path, star.module)]

    def _star_modules(self, path: str) -> list[str]:
        """The files whose names star imports bring to `path`, through others too: each once, in the order of the text."""
        if path not in self._stars:
            self._stars[path] = list(reach(path, self._stars_of, len(self._every)))[1:]
        return self._stars[path]

    # -- members and types

    def _attribute(self, entity: Entity, name: str, depth: int) -> Entity | None:
        """What `entity.name` stands for, when more follows: a member, or the type of an attribute."""
        if depth > DEPTH:
            return None
        entity = self._value(entity, depth)
        if found := self._member(entity, name, depth + 1):
            return found
        if entity.what == "instance":
            for owner in self._lineage(entity.path, entity.index):
                file = self._files[owner.path]
                binding = file.bindings.get((owner.index, name)) or file.bindings.get((owner.index, f".{name}"))
                if binding is not None:
                    return self._bound(owner.path, binding.scope, binding, depth + 1)
        return None

    def _member(self, entity: Entity, name: str, depth: int) -> Entity | None:
        """The symbol that `entity.name` names."""
        entity = self._value(entity, depth)
        if entity.what == "module":
            return self._module_member(entity, name, depth)
        if entity.what == "package":
            return self._declared.member(entity, name)
        rules = self._files[entity.path].rules
        kind = self._files[entity.path].facts.symbols[entity.index].kind
        if entity.what == "symbol" and kind == "module" and not rules.nested:
            index = self._files[entity.path].children[entity.index].get(name)
            if index is not None:
                return self._definition(Entity("symbol", entity.path, index, entity.rule))
            facts = self._files[entity.path].facts
            around = shared_name(facts, entity.index)
            return self._program.shared(entity.path, f"{around}.{name}") if rules.includes else None
        lineage = [*self._companions(entity), *self._lineage(entity.path, entity.index)]
        rule = "typed" if entity.rule not in ("member", "local", "import") else "member"
        if entity.what == "super":
            lineage = lineage[1 + len(self._declared.parts(entity.path, entity.index)) :]
        for owner in lineage:
            index = self._files[owner.path].children[owner.index].get(name)
            if index is not None:
                return self._definition(Entity("symbol", owner.path, index, rule))
            if found := self._declared.extension(owner, name, as_member=True):
                return found
        return next(filter(None, (self._declared.extension(owner, name) for owner in lineage)), None)

    def _companions(self, entity: Entity) -> list[Entity]:
        """What a Scala class shows when it is named: the members of the object of its name, not those of its instances."""
        if entity.what != "symbol" or self._files[entity.path].facts.language != "scala":
            return []
        objects = self._declared.companions(entity.path, entity.index)
        return [found for other in objects for found in self._lineage(other.path, other.index)]

    def _value(self, entity: Entity, depth: int) -> Entity:
        """For a variable what it holds, where that is known; anything else as it is."""
        if entity.what != "symbol" or depth > DEPTH:
            return entity
        file = self._files[entity.path]
        symbol = file.facts.symbols[entity.index]
        is_value = symbol.kind in VARIABLES
        if symbol.kind == "method":  # a property with code is a method
            is_value = symbol.parent >= 0 or file.rules.package == "declared"
        binding = file.bindings.get((symbol.parent, symbol.name)) if is_value else None
        if binding is None and file.rules.name == "jvm" and symbol.kind in CALLABLES:
            return self._called(entity, depth + 1) or entity  # Scala: a method named without parentheses is called
        return (binding and self._bound(entity.path, symbol.parent, binding, depth + 1)) or entity

    def _module_member(self, entity: Entity, name: str, depth: int) -> Entity | None:
        if found := self._exported(entity.path, name, depth + 1):
            return found.by("import")
        file = self._files[entity.path]
        if file.rules.sees == "package":
            found = self._package(entity.path).get(name)
            return found.by("import") if found else None
        if file.facts.language == "python" and entity.path.endswith("__init__.py"):
            return self._module(entity.path, f".{name}")
        return None

    def _lineage(self, path: str, index: int) -> list[Entity]:
        """A class and its bases, nearest first, each once."""
        key = (path, index)
        if key in self._linear:
            return self._linear[key]
        found = [Entity("symbol", path, index, "member"), *self._declared.parts(path, index)]
        if self._lineages_open == MAX_LINEAGE:  # Python's own stack is not deep enough for every chain
            return found
        self._linear[key] = list(found)  # what a cycle sees
        self._lineages_open += 1
        bases = [base for part in found for base in self._bases(part)]
        for base in self._declared.in_order(path, bases):
            found += [e for e in self._lineage(base.path, base.index) if e not in found]
        self._lineages_open -= 1
        self._linear[key] = found = found[:MAX_LINEAGE]
        return found

    def _bases(self, entity: Entity) -> Iterator[Entity]:
        file = self._files[entity.path]
        parent = file.facts.symbols[entity.index].parent
        if named := self._aliased(entity.path, entity.index):
            yield named
        for base in file.bases.get(entity.index, ()):
            written = f"{base.receiver}.{base.name}" if base.receiver else base.name
            found = None if base.receiver == "?" else self._dotted(entity.path, parent, written, 1)
            if found is not None and found.what == "symbol":
                yield found

    def _aliased(self, path: str, index: int) -> Entity | None:
        """For another name of a type that type: `typedef SkipList<Key> Table`."""
        symbol = self._files[path].facts.symbols[index]
        binding = self._files[path].bindings.get((symbol.parent, symbol.name)) if symbol.kind == "type" else None
        if binding is None or binding.how != "alias" or not self._files[path].rules.includes:
            return None
        named = self._dotted(path, symbol.parent, outer_type(binding.type), 1)
        return named if named and named.what == "symbol" else None

    def _bound(self, path: str, scope: int, binding: Binding, depth: int) -> Entity | None:
        """What a binding says that its name holds."""
        if depth > DEPTH:
            return None
        outer = scope
        if binding.how == "alias" and binding.type == binding.name:
            return None
        written = outer_type(binding.type) if binding.how == "annotation" else binding.type
        entity = self._dotted(path, outer, written, depth + 1) if written else None
        if entity is None:
            return None
        if binding.how == "annotation":
            if self._files[path].rules.file_types:
                entity = self._value(entity, depth + 1)
                if entity.what == "module":
                    return entity
            known = entity.what in ("symbol", "instance")  # `static`, `Self`: an instance of the type around
            return Entity("instance", entity.path, entity.index, "typed") if known else None
        return self._called(entity, depth + 1) if binding.how == "call" else entity.by("typed")

    def _called(self, entity: Entity, depth: int) -> Entity | None:
        """What calling `entity` gives: an instance of a class, or what a function's annotation says."""
        if entity.what != "symbol":
            is_new = entity.what == "instance" and self._files[entity.path].rules.name == "php"  # `new static`
            return entity if is_new else None
        symbol = self._files[entity.path].facts.symbols[entity.index]
        if symbol.kind in CONTAINERS:
            return Entity("instance", entity.path, entity.index, "typed")
        result = self._files[entity.path].bindings.get((entity.index, "return"))
        if result is None:
            return None
        how = "call" if result.how == "call" else "annotation"
        return self._bound(entity.path, symbol.parent, result._replace(how=how), depth + 1)
