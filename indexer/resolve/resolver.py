"""References of all files → edges, each with its rule and confidence.

References with an unknown target have no edge. Nothing is guessed, but for two rules with names
and confidences of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from operator import attrgetter

from ..facts import Facts, InMemoryFacts
from ..kinds import VARIABLES
from ..languages import family_of
from ..records import Edge, FileFacts, Import, Reference, symbol_id
from .confidence import confidence
from .dependencies import PATHS, family_key, keys_of_reads, modules_key
from .inference.exports import COMPONENTS
from .inference.function_aliases import FunctionAliases
from .inference.type_inference import TypeInference
from .namespace import skip_variables
from .namespace_cache import NamespaceCache
from .reference_targets import ReferenceTargets
from .tracked_files import TrackedFiles
from .value import Value

Mentions = Collection[tuple[int, str]]
"""(line, name) of references and imports."""

_EDGE_KINDS = {"call": "calls", "use": "references", "inherit": "inherits"}


class Resolver:
    """Resolves the references of a view's files against each other."""

    def __init__(self, files: Facts | Mapping[str, FileFacts]) -> None:
        """`files`: path → facts, in the order of paths; chunks are not read."""
        facts = InMemoryFacts(files) if isinstance(files, Mapping) else files
        self._languages = facts.languages
        self._namespaces = NamespaceCache(facts)
        self._files = TrackedFiles(self._namespaces)
        self._inference = TypeInference(facts, self._files)
        self._aliases = FunctionAliases(self._inference)
        self._targets = ReferenceTargets(self._inference, self._aliases)
        self._owners: dict[int, str] = {}  # scope in the resolved file → id of the edges' source

    def module_inputs(self) -> list[tuple[str, str, str]]:
        """Return (family, language, attribute) of the facts read by module finders beside paths."""
        return self._inference.modules.inputs()

    def resolve(self, path: str, explained: Mentions = ()) -> tuple[list[Edge], list[int]]:
        """Return the edges from the file `path`, and the sorted keys of their dependencies.

        Both are functions of the facts alone: the answers for one file are forgotten before the
        next, since within a cycle of imports they depend on the first file to ask.
        """
        self._inference.forget()
        edges = self.edges(path, explained)
        return edges, sorted(self._dependencies(path))

    def edges(self, path: str, explained: Mentions = ()) -> list[Edge]:
        """Return the edges from the file `path`, by line.

        There is one edge per pair of symbols and kind, at its first line.

        `explained` mentions give no edges here: a compiler's index has resolved them.
        """
        self._namespaces.open(path)
        self._files.start(path)
        self._owners.clear()
        edges: dict[tuple[str, str, str], Edge] = {}
        for edge in (*self._import_edges(path, explained), *self._reference_edges(path, explained)):
            # recursion is a call, but a symbol does not refer to itself
            if edge.src != edge.dst or edge.kind == "calls":
                edges.setdefault((edge.src, edge.dst, edge.kind), edge)
        return sorted(edges.values(), key=attrgetter("line", "src", "dst", "kind"))

    def _dependencies(self, path: str) -> set[int]:
        facts, rules = self._namespaces[path].facts, self._namespaces[path].rules
        family = family_of(facts.language)
        keys = self._inference.names.keys.union(keys_of_reads(self._files.reads))
        if not facts.imports and not facts.references:
            return keys
        keys.add(modules_key(family))
        if not rules.includes:  # `c_includers` follows the paths of includes
            keys.add(PATHS)
        if rules.package == "declared":  # package members are not recorded name by name
            keys.add(family_key(family))
        return keys

    # -- imports

    def _import_edges(self, path: str, explained: Mentions) -> Iterator[Edge]:
        facts = self._files[path].facts
        certainty = confidence("import", facts.language)
        for spec in facts.imports:
            if (spec.line, spec.name) in explained:
                continue
            for target in self._import_targets(path, spec):
                source, end = self._owner(path, spec.scope), self._id(target.path, target.index)
                yield Edge(source, end, "imports", "import", certainty, path, spec.line)

    def _import_targets(self, path: str, spec: Import) -> list[Value]:
        is_member = spec.name and spec.name != "*"
        if is_member or self._inference.packages.is_package_import(path, spec):
            target = self._inference.exports.find_imported(path, spec)
            return [target] if target and target.kind != "package" else []
        files = self._inference.modules.find(path, spec.module)
        return [Value("module", file, -1, "import") for file in files]

    # -- references

    def _reference_edges(self, path: str, explained: Mentions) -> Iterator[Edge]:
        file = self._files[path]
        for reference in file.distinct_references(explained):
            scope = reference.scope
            if reference.kind == "inherit":
                scope = file.facts.symbols[scope].parent if scope >= 0 else -1
            target = self._targets.find(path, scope, reference)
            if target is not None:
                for option in target.options():
                    yield from self._edges_to(path, reference, option)

    def _edges_to(self, path: str, reference: Reference, target: Value) -> Iterator[Edge]:
        kind = _EDGE_KINDS[reference.kind]
        if kind == "inherits" and reference.scope >= 0 and self._is_alias(path, reference.scope):
            kind = "references"
        if target.kind == "module" and reference.kind == "call":
            # CommonJS: a call of a module calls the function that it exports
            target = self._inference.exports.find(target.path, "exports") or target
        if target.kind != "symbol" and not self._is_component(target):
            return
        if kind == "calls" and target.kind == "symbol":
            kind, target = self._called(target)
        source, end = self._owner(path, reference.scope), self._id(target.path, target.index)
        certainty = confidence(target.rule, self._files[path].facts.language)
        yield Edge(source, end, kind, target.rule, certainty, path, reference.line)

    def _is_alias(self, path: str, scope: int) -> bool:
        """Return True if a symbol is another name for types, without deriving from them."""
        file = self._files[path]
        return file.facts.symbols[scope].kind == "type" and not file.rules.open_types

    def _called(self, target: Value) -> tuple[str, Value]:
        """Return the kind and the end of an edge to a callee; variables are referenced."""
        file = self._files[target.path]
        kind = file.facts.symbols[target.index].kind
        if file.rules.package == "declared":
            if kind == "variable" or self._inference.type_parts.is_property(target):
                return "references", target
            return "calls", self._inference.type_parts.applied(target).with_rule(target.rule)
        if kind not in VARIABLES or file.rules.open_types or file.rules.objects:
            return "calls", target
        function = self._aliases.resolve_alias(target)
        return (
            ("references", target) if function is None else ("calls", function.with_rule("typed"))
        )

    def _is_component(self, target: Value) -> bool:
        return target.kind == "module" and self._languages[target.path] in COMPONENTS

    # -- ends of edges

    def _id(self, path: str, index: int) -> str:
        if index < 0:
            return path
        return symbol_id(path, self._files[path].facts.symbols[index].qualname)

    def _owner(self, path: str, scope: int) -> str:
        """Return the id of the symbol at the source of edges from `scope`: no variable."""
        if scope not in self._owners:
            around = skip_variables(self._files[path].facts.symbols, scope)
            self._owners[scope] = self._id(path, around)
        return self._owners[scope]
