"""The symbol graph: callers and callees, paths, impact of a change, the repository map."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from indexer import FoundSymbol, Reference, Snapshot, base_name, key64

from ..file_roles import is_test
from ..query import Lookup
from ..records import Related
from .edge_columns import KINDS, SOURCE_KINDS
from .traversal import FLOW, Direction, Step, traverse

if TYPE_CHECKING:
    from .adjacency import Adjacency
    from .csr import CsrAdjacency
    from .drawing import Drawing
    from .unresolved import Unresolved

CALLS = ("calls",)
DEPENDENTS = (
    Direction(True, ("calls", "references", "inherits", "implements", "overrides")),
    # a caller of the base's method may run the method that overrides it
    Direction(False, ("implements", "overrides")),
)
FEW_USES = 1_000  # of a name: up to here the store answers sooner than the whole graph
MAX_DEPTH = 12  # steps of a path; a longer one relates nothing
MAX_DRAWN = 60  # nodes of a drawing: more can't be read


@dataclass(frozen=True, slots=True)
class Traversal:
    """The symbols and files in a relation to others."""

    related: tuple[Related, ...]
    complete: bool  # False if one step more would find others


class Graph:
    """Answers questions about one snapshot.

    A symbol is a `FoundSymbol`, or a name as `symbol` takes it: then all its meanings count. A
    node is a number in `adjacency`, valid for this graph only.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        lookup: Lookup | None = None,
        store_backed: Adjacency | None = None,
    ) -> None:
        """Create a graph; with `store_backed`, that answers instead of the whole graph."""
        self.snapshot = snapshot
        self.lookup = lookup or Lookup(snapshot)
        self._store_backed = store_backed
        self._whole: CsrAdjacency | None = None
        self.is_missed = False  # True once the store answered because the graph was not cached

    def select_graph(
        self, name: str, depth: int = 1, kinds: Collection[str] = KINDS[:SOURCE_KINDS]
    ) -> Graph:
        """Return a graph for one question about `name`: this one, or a store-backed one.

        The store answers if the whole graph would first have to be assembled from millions of
        edges and the name has few uses.
        """
        # other kinds are derived from all edges
        is_stored = {*kinds} and {*kinds} <= {*KINDS[:SOURCE_KINDS]}
        if depth > 1 or not is_stored or self.is_cached:
            return self
        if self.snapshot.count_references(_last_part(name)) > FEW_USES:
            return self
        from .store_graph import StoreAdjacency

        self.is_missed = True
        return Graph(self.snapshot, self.lookup, StoreAdjacency(self.snapshot, self.lookup))

    @property
    def is_cached(self) -> bool:
        """True if the whole graph is in memory, on disk, or quickly assembled."""
        from .load import is_cached

        return self._whole is not None or is_cached(self.snapshot)

    @property
    def adjacency(self) -> CsrAdjacency:
        """The whole graph."""
        if self._whole is None:
            from .load import load_graph

            self._whole = load_graph(self.snapshot)
        return self._whole

    @property
    def _adjacency(self) -> Adjacency:
        return self._store_backed or self.adjacency

    # -- names and nodes

    def symbol(self, name: str) -> list[FoundSymbol]:
        """Return the symbols with a name, by path and line.

        The name is `name`, `Qual.name`, `path::Qual.name` or `end/of/path.py::name`.
        """
        return self.lookup.symbols(name)

    def meanings(self, name: str) -> list[list[FoundSymbol]]:
        """Return the symbols with a name, grouped: the declarations and overloads of one function.

        Several groups mean that the name is ambiguous. An id, or a name qualified up to the top
        of its file, has one.
        """
        symbols = self._find_exact(name) or self.symbol(name)
        defined = [each for each in symbols if each.symbol.kind != "prototype"] or symbols
        groups: dict[tuple[str, str], list[FoundSymbol]] = {}
        for each in defined:
            groups.setdefault((each.path, base_name(each.symbol.qualname)), []).append(each)
        return list(groups.values())

    def _find_exact(self, name: str) -> list[FoundSymbol]:
        """Return the symbols with the whole qualified name, in its file if it names one."""
        path, separator, qualname = name.strip().removesuffix("()").partition("::")
        if separator and path in self.snapshot.entries:
            in_file = self.lookup.symbols_in([path])[path]
            if exact := [each for each in in_file if each.symbol.qualname == qualname]:
                return exact
        is_path = separator and ("/" in path or "." in path)
        dotted = (qualname if is_path else name).replace("::", ".")
        if not separator and "." not in dotted:
            return []
        return [each for each in self.symbol(name) if base_name(each.symbol.qualname) == dotted]

    def nodes(self, symbol: str | FoundSymbol | Sequence[FoundSymbol | int]) -> list[int]:
        """Return the nodes of symbols, or of files if the name is a path."""
        if isinstance(symbol, FoundSymbol):
            return self._adjacency.nodes_of_symbols([symbol])
        items = self.symbol(symbol) if isinstance(symbol, str) else symbol
        if nodes := [each for each in items if isinstance(each, int)]:
            return nodes
        symbols = [each for each in items if isinstance(each, FoundSymbol)]
        if not symbols and isinstance(symbol, str):
            files = (path for path, agreement in self.lookup.files(symbol) if agreement >= 1.0)
            return self._adjacency.nodes_of_uids([key64(path) for path in files])
        return self._adjacency.nodes_of_symbols(symbols)

    def with_members(self, nodes: Collection[int]) -> list[int]:
        """Return the nodes and everything inside them."""
        inside = (Direction(False, ("contains",)),)
        steps, _ = traverse(self.adjacency, nodes, inside, MAX_DEPTH, 0.0)
        return sorted({*nodes, *(step.node for step in steps)})

    def describe(self, node: int) -> Related:
        """Return a node by itself, at depth 0."""
        return self._related(node)

    # -- relations

    def callers(
        self,
        symbol: str | FoundSymbol,
        depth: int = 1,
        min_confidence: float = 0.0,
        kinds: Collection[str] = CALLS,
    ) -> list[Related]:
        """Return the callers of `symbol` up to `depth` steps away, nearest and surest first."""
        return self.related(symbol, depth, min_confidence, inward=True, kinds=kinds)

    def callees(
        self,
        symbol: str | FoundSymbol,
        depth: int = 1,
        min_confidence: float = 0.0,
        kinds: Collection[str] = CALLS,
    ) -> list[Related]:
        """Return the callees of `symbol` up to `depth` steps away, nearest and surest first."""
        return self.related(symbol, depth, min_confidence, inward=False, kinds=kinds)

    def related(
        self,
        symbol: str | FoundSymbol,
        depth: int = 1,
        min_confidence: float = 0.0,
        *,
        inward: bool,
        kinds: Collection[str] = CALLS,
    ) -> list[Related]:
        """Return the targets of `symbol` over `kinds` of edges, or its sources if `inward`.

        Any kind counts if `kinds` is empty.
        """
        name = symbol.symbol.name if isinstance(symbol, FoundSymbol) else symbol
        graph, directions = self.select_graph(name, depth, kinds), (Direction(inward, (*kinds,)),)
        nodes = graph.nodes(symbol)
        return list(graph.traverse(nodes, directions, depth, min_confidence).related)

    def traverse(
        self,
        nodes: Collection[int],
        directions: Sequence[Direction],
        depth: int,
        min_confidence: float = 0.0,
    ) -> Traversal:
        """Return all nodes within `depth` steps, nearest and surest first.

        Each one comes with the edge of its last step.
        """
        steps, complete = traverse(self._adjacency, nodes, directions, depth, min_confidence)
        related = sorted(
            map(self._step, steps),
            key=lambda r: (r.depth, -r.confidence, r.path, r.start_line, r.symbol),
        )
        return Traversal(tuple(related), complete)

    def impact(
        self,
        nodes: Collection[int],
        depth: int = 3,
        min_confidence: float = 0.0,
        kinds: Collection[str] = (),
    ) -> Traversal:
        """Return everything that depends on `nodes`: tests first, then nearest and surest first.

        The confidence is the product along the path. By default the `kinds` are those of a
        dependency, and from a method to the ones it overrides.
        """
        directions = (Direction(True, tuple(kinds)),) if kinds else DEPENDENTS
        steps, complete = traverse(self.adjacency, nodes, directions, depth, min_confidence)
        related = [
            replace(self._step(step), confidence=round(step.confidence, 3)) for step in steps
        ]
        related.sort(
            key=lambda r: (
                not is_test(r.path),
                r.depth,
                -r.confidence,
                r.path,
                r.start_line,
                r.symbol,
            )
        )
        return Traversal(tuple(related), complete)

    def find_path(
        self,
        start: str | FoundSymbol | Sequence[int],
        end: str | FoundSymbol | Sequence[int],
        kinds: Collection[str] = FLOW,
        min_confidence: float = 0.0,
    ) -> list[Related]:
        """Return the shortest chain of edges from `start` to `end`; empty if there is none.

        The first item is `start` itself, at depth 0. Among chains of equal length the surest wins.
        """
        starts, goals = self.nodes(start), set(self.nodes(end))
        forward = (Direction(False, tuple(kinds)),)
        steps, _ = traverse(self.adjacency, starts, forward, MAX_DEPTH, min_confidence)
        arrivals = {step.node: step for step in steps}
        if common := goals.intersection(starts):
            return [self._related(min(common))]
        node = next((step.node for step in steps if step.node in goals), None)
        if node is None:
            return []
        chain = []
        while (step := arrivals.get(node)) is not None:
            chain.append(self._step(step))
            node = step.previous
        return [self._related(node), *reversed(chain)]

    # -- references

    def references(self, name: str) -> list[tuple[str, Reference]]:
        """Return all (path, reference) to the last part of `name`, by path and line."""
        return self.snapshot.references_to(_last_part(name))

    def resolved_references(self, name: str) -> list[tuple[str, Reference, list[str]]]:
        """Return `references`, each with the ids of the definitions it resolves to.

        For a qualified name, references to other definitions are left out.
        """
        from .unresolved import resolve_mentions

        ids = {each.id for meaning in self.meanings(name) for each in meaning}
        is_qualified = len(ids) < len(self.symbol(_last_part(name)))
        mentions = resolve_mentions(self.snapshot, self._adjacency, self.references(name))
        return [
            (path, reference, targets)
            for path, reference, targets in mentions
            if not is_qualified or not targets or not ids.isdisjoint(targets)
        ]

    def unresolved(self, nodes: Collection[int], inward: bool) -> Unresolved:
        """Return the calls without a known target inside `nodes`, or of their names if `inward`."""
        from .unresolved import Unresolved, unresolved_calls_in, unresolved_calls_of

        if inward:
            names = {self._adjacency.describe(node).name for node in nodes} - {""}
            groups = [
                unresolved_calls_of(self.snapshot, self._adjacency, name) for name in sorted(names)
            ]
        else:
            groups = [unresolved_calls_in(self.snapshot, self._adjacency, node) for node in nodes]
        return Unresolved.merge(groups)

    # -- the whole graph

    def draw(
        self,
        nodes: Collection[int],
        depth: int,
        kinds: Collection[str] = (),
        min_confidence: float = 0.0,
    ) -> Drawing:
        """Return a drawing of the nearest and surest MAX_DRAWN nodes around `nodes`."""
        from .drawing import Drawing

        kinds = tuple(kinds or FLOW)
        directions = (Direction(True, kinds), Direction(False, kinds))
        steps, complete = traverse(self.adjacency, nodes, directions, depth, min_confidence)
        nearest = sorted(steps, key=lambda s: (s.depth, -round(s.confidence, 6), s.node))
        room = max(MAX_DRAWN - len(nodes), 0)
        drawn = sorted({*nodes, *(step.node for step in nearest[:room])})
        is_whole = complete and len(drawn) == len({*nodes, *(step.node for step in steps)})
        rows = self.adjacency.find_edges(drawn, False, kinds, min_confidence)
        edges = tuple(rows.tolist())
        return Drawing(self.adjacency, tuple(nodes), tuple(drawn), edges, is_whole)

    def map(self, budget: int = 2000, folder: str = "") -> str:
        """Return the repository map in at most `budget` tokens.

        Files come by PageRank over the edges between them, each with its most used signatures.
        """
        from .repo_map import render_map

        return render_map(self.snapshot, self.adjacency, budget, folder)

    def edges(self) -> Iterator[dict[str, Any]]:
        """Yield every edge of the view for export, by source, target, line and kind.

        The id of a file is its path.
        """
        import numpy as np

        graph, edges = self.adjacency, self.adjacency.edges
        paths = [graph.paths[at] for at in graph.file.tolist()]
        names = graph.nodes["qualname"].to_pylist()
        ids = [f"{path}::{name}" if name else path for path, name in zip(paths, names, strict=True)]
        rank = np.empty(len(ids), dtype=np.int64)
        rank[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
        by_name = np.argsort(np.argsort(np.array(KINDS)))
        order = np.lexsort(
            (edges.rule, by_name[edges.kind], edges.line, rank[edges.dst], rank[edges.src])
        )
        for at in order.tolist():
            src, dst = int(edges.src[at]), int(edges.dst[at])
            yield {
                "src": ids[src],
                "dst": ids[dst],
                "kind": KINDS[edges.kind[at]],
                "rule": graph.rules[edges.rule[at]],
                "confidence": round(float(edges.confidence[at]), 3),
                "path": paths[src],
                "line": int(edges.line[at]),
            }

    def _step(self, step: Step) -> Related:
        edges = self._adjacency.edges
        return self._related(
            step.node,
            depth=step.depth,
            via=self._adjacency.id_of(step.previous),
            relation=KINDS[edges.kind[step.edge]],
            rule=self._adjacency.rules[edges.rule[step.edge]],
            confidence=round(float(edges.confidence[step.edge]), 3),
            line=int(edges.line[step.edge]),
        )

    def _related(
        self,
        node: int,
        depth: int = 0,
        via: str = "",
        relation: str = "",
        rule: str = "",
        confidence: float = 1.0,
        line: int = 0,
    ) -> Related:
        own = self._adjacency.describe(node)
        definition = (own.id, own.path, own.qualname, own.kind, own.start_line, own.end_line)
        return Related(*definition, depth, via, relation, rule, confidence, line)


def _last_part(name: str) -> str:
    name = base_name(name.strip().removesuffix("()"))
    return name.replace("::", ".").replace("#", ".").rsplit(".", 1)[-1]
