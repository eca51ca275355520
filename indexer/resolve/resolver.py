"""References of all files → edges, each with its rule and confidence.

What cannot be followed is left out, not guessed, but for two rules that say so in their name and confidence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from operator import attrgetter

from ..facts.in_memory import InMemoryFacts
from ..facts.protocol import Facts
from ..kinds import CALLABLES, VARIABLES
from ..languages.families import family_of
from ..records import Edge, FileFacts, Import, Reference, symbol_id
from .confidence import confidence
from .dependencies import PATHS, family_key, keys_of_reads, modules_key
from .entity import Entity
from .inference import Receivers
from .namespace import ANYWHERE, root_of
from .namespace_cache import NamespaceCache
from .scopes import COMPONENTS
from .tracked_files import TrackedFiles

_LIBRARY = """c_str push_back emplace_back pop_back push_front emplace_front pop_front lower_bound upper_bound equal_range
max_size find_first_of find_last_of find_first_not_of find_last_not_of shrink_to_fit get_allocator notify_one notify_all
wait_for wait_until try_lock use_count"""
_STANDARD = frozenset(
    _LIBRARY.split()
)  # two words, but C++'s own types have them: of an unknown receiver they say nothing
_COMPOUND = re.compile(r"[^_]_+[^_]|[a-z][A-Z]")  # a name of two words or more
_KIND = {"call": "calls", "use": "references", "inherit": "inherits"}


class Resolver:
    """Resolves the references of a view's files against each other."""

    def __init__(self, files: Facts | Mapping[str, FileFacts]) -> None:
        """`files`: path → facts, in the order of paths; chunks are not looked at."""
        facts = InMemoryFacts(files) if isinstance(files, Mapping) else files
        self._every = NamespaceCache(facts)
        self._files = TrackedFiles(self._every)
        """What the resolution of one file has read of others: whatever depends on a file's facts asks here, so that it is noted."""
        self._receivers = Receivers(facts, self._files)
        self._scopes = self._receivers.scopes
        self._owners: dict[
            int, str
        ] = {}  # scope of the file that is resolved → what its references belong to

    def module_inputs(self) -> list[tuple[str, str, str]]:
        """What the finders of modules have read of files beside their paths."""
        return self._scopes.module_inputs()

    def resolve(
        self, path: str, explained: Collection[tuple[int, str]] = ()
    ) -> tuple[list[Edge], list[int]]:
        """The edges that leave the file `path`, and what they depend on beyond the file itself: keys of `dependencies`, sorted.

        Both are functions of the facts alone, whatever was resolved before: what one resolution has worked out is
        forgotten, since of a cycle of imports it knows only as much as the file saw that came first.
        """
        self._receivers.forget()
        edges = self.edges(path, explained)
        facts, rules = self._every[path].facts, self._every[path].rules
        family = family_of(facts.language)
        keys = self._scopes.keys.union(keys_of_reads(self._files.reads))
        if facts.imports or facts.references:
            keys.add(modules_key(family))
            if not rules.includes:  # which paths concern those is told by `includers`
                keys.add(PATHS)
            if (
                rules.package == "declared"
            ):  # what files see of a package is not followed name by name
                keys.add(family_key(family))
        return edges, sorted(keys)

    def edges(self, path: str, explained: Collection[tuple[int, str]] = ()) -> list[Edge]:
        """The edges that leave the file `path`: one for each pair of symbols and kind, at its first line; by line.

        `explained` are (line, name) of references with a target from a compiler: they give no edges here.
        """
        self._every.open(path)
        self._files.start(path)
        self._owners.clear()
        found: dict[tuple[str, str, str], Edge] = {}
        for edge in (*self._import_edges(path, explained), *self._reference_edges(path, explained)):
            if (
                edge.src != edge.dst or edge.kind == "calls"
            ):  # recursion is a fact, a mention of oneself is none
                found.setdefault((edge.src, edge.dst, edge.kind), edge)
        return sorted(found.values(), key=attrgetter("line", "src", "dst", "kind"))

    def _import_edges(self, path: str, explained: Collection[tuple[int, str]]) -> Iterator[Edge]:
        facts = self._files[path].facts
        for spec in facts.imports:
            if (spec.line, spec.name) in explained:
                continue
            for target in self._imported(path, spec):
                source = self._owner(path, spec.scope)
                end = self._id(target.path, target.index)
                yield Edge(
                    source,
                    end,
                    "imports",
                    "import",
                    confidence("import", facts.language),
                    path,
                    spec.line,
                )

    def _imported(self, path: str, spec: Import) -> list[Entity]:
        if (spec.name and spec.name != "*") or self._scopes.declared.reads(path, spec):
            found = self._scopes.import_target(path, spec)
            return [found] if found and found.what != "package" else []
        return [
            Entity("module", target, -1, "import")
            for target in self._scopes.modules(path, spec.module)
        ]

    def _reference_edges(self, path: str, explained: Collection[tuple[int, str]]) -> Iterator[Edge]:
        file = self._files[path]
        for reference in file.distinct_references(explained):
            scope = reference.scope
            if reference.kind == "inherit":
                scope = file.facts.symbols[scope].parent if scope >= 0 else -1
            target = self._target(path, scope, reference)
            for part in (
                () if target is None else target.parts if target.what == "union" else (target,)
            ):
                yield from self._edges_to(path, reference, part)

    def _edges_to(self, path: str, reference: Reference, target: Entity) -> Iterator[Edge]:
        kind = _KIND[reference.kind]
        if kind == "inherits" and reference.scope >= 0 and self._is_alias(path, reference.scope):
            kind = "references"
        if (
            target.what == "module" and reference.kind == "call"
        ):  # CommonJS: the module is what it assigns
            target = self._scopes.exported(target.path, "exports", 0) or target
        if target.what != "symbol" and not self._is_component(target):
            return
        if kind == "calls" and target.what == "symbol":
            kind, target = self._called(target)
        source, rule = self._owner(path, reference.scope), target.rule
        end = self._id(target.path, target.index)
        yield Edge(
            source,
            end,
            kind,
            rule,
            confidence(rule, self._files[path].facts.language),
            path,
            reference.line,
        )

    def _is_alias(self, path: str, scope: int) -> bool:
        """Whether a symbol is another name for types: it has their members, and is no heir."""
        file = self._files[path]
        return file.facts.symbols[scope].kind == "type" and not file.rules.open_types

    def _called(self, target: Entity) -> tuple[str, Entity]:
        """The kind and the end of the edge to what is called: a variable's value may not be known, an object is applied."""
        file = self._files[target.path]
        symbol = file.facts.symbols[target.index]
        if file.rules.package == "declared":
            if symbol.kind == "variable" or self._scopes.declared.is_property(target):
                return "references", target
            return "calls", self._scopes.declared.applied(target).by(target.rule)
        if symbol.kind not in VARIABLES or file.rules.open_types or file.rules.objects:
            return "calls", target
        function = self._receivers.alias(target)
        return ("references", target) if function is None else ("calls", function.by("typed"))

    def _is_component(self, target: Entity) -> bool:
        return target.what == "module" and self._every.facts.languages[target.path] in COMPONENTS

    def _id(self, path: str, index: int) -> str:
        return (
            symbol_id(path, self._files[path].facts.symbols[index].qualname) if index >= 0 else path
        )

    def _owner(self, path: str, scope: int) -> str:
        """The id of what a reference in `scope` belongs to: a variable does nothing itself, what is around it does."""
        if scope not in self._owners:
            symbols, around = self._files[path].facts.symbols, scope
            while around >= 0 and symbols[around].kind in VARIABLES:
                around = symbols[around].parent
            self._owners[scope] = self._id(path, around)
        return self._owners[scope]

    def _target(self, path: str, scope: int, reference: Reference) -> Entity | None:
        at = 2 * reference.line + 1
        if not reference.receiver:
            return self._bare(path, scope, reference, at)
        if reference.receiver != "?":
            holder = self._receivers.chain(path, scope, reference.receiver, at)
            found = self._member(holder, reference) if holder is not None else None
            if found := found or self._imported_extension(path, reference.name):
                return found
            if holder is not None or not self._is_unknown(path, scope, reference.receiver):
                return None
        return self._unique(path, reference)

    def _bare(self, path: str, scope: int, reference: Reference, at: int) -> Entity | None:
        file = self._files[path]
        if file.is_self(reference.name) and file.rules.package == "declared":
            return self._own(path, scope, reference.name)
        if reference.kind == "call" and not file.rules.objects and not file.is_self(reference.name):
            return self._receivers.callee(path, scope, reference.name, at)
        return self._scopes.name(path, scope, reference.name, 0)

    def _own(self, path: str, scope: int, name: str) -> Entity | None:
        """What `this(…)`, `new static` and `super(…)` make: the type around, or its base."""
        around = self._receivers.root(path, scope, name, ANYWHERE, 0)
        if (
            around is not None and self._files[path].rules.nested
        ):  # Ruby: a bare `super` calls the method of the same name
            return self._receivers.member(around, self._files[path].facts.symbols[scope].name, 0)
        if around is None or around.what != "super":
            return around and Entity("symbol", around.path, around.index, "member")
        return next(iter(self._receivers.classes.lineage(around.path, around.index)[1:]), None)

    def _imported_extension(self, path: str, name: str) -> Entity | None:
        """A method of that name that the file imports by its own name: what Kotlin adds to a type of any file."""
        file = self._files[path]
        if file.rules.package != "declared" or (-1, name) not in file.imports:
            return None
        found = self._scopes.import_target(path, file.imports[-1, name])
        if found is None or found.what != "symbol":
            return None
        return (
            found if self._files[found.path].facts.symbols[found.index].kind in CALLABLES else None
        )

    def _member(self, holder: Entity, reference: Reference) -> Entity | None:
        """Of a receiver that may be of several types the first that has the member counts: compilers tell that one, too."""
        for part in holder.parts if holder.what == "union" else (holder,):
            found = self._receivers.member(part, reference.name, 0)
            if found is None and reference.kind == "call":
                found = self._receivers.held_function(part, reference.name)
            if found is not None:
                return found
        return None

    def _is_unknown(self, path: str, scope: int, receiver: str) -> bool:
        """Whether nothing is known of the receiver, rather than that it comes from outside the repository."""
        root = root_of(receiver)
        file = self._files[path]
        if file.rules.package == "declared" and self._receivers.is_external(path, scope, receiver):
            return False
        if root == "super" or (-1, root) in file.imports:
            return False
        return not any((around, root) in file.imports for around in file.scopes(scope))

    def _unique(self, path: str, reference: Reference) -> Entity | None:
        if reference.kind != "call" or not self._files[path].rules.guesses:
            return None
        if not _COMPOUND.search(reference.name) or reference.name in _STANDARD:
            return None  # `get`, `close`, `copy`: names that a thousand libraries have too
        found = self._scopes.methods_named(
            family_of(self._files[path].facts.language), reference.name
        )
        found = [method for method in found if self._scopes.declared.is_seen(path, method)]
        return found[0] if self._scopes.declared.are_one(found) else None
