"""The graph of symbols: who calls what, how two symbols hang together, what a change reaches, which files matter most."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from indexer import FoundSymbol, Reference, Snapshot, base_name, key64

from ..file_roles import is_test
from ..query.lookup import Lookup
from ..records import Related
from .edge_columns import KINDS, WRITTEN
from .repo_map import outline
from .traversal import FLOW, Step, Way, reach

if TYPE_CHECKING:
    from .csr import Arrays
    from .drawing import Neighbourhood
    from .store_graph import Near
    from .unresolved import Unresolved

CALLS = ("calls",)
DEPENDENTS = (
    Way(True, ("calls", "references", "inherits", "implements", "overrides")),
    Way(
        False, ("implements", "overrides")
    ),  # who calls the method of a base may run the one that overrides it
)
FEW_USES = (
    1_000  # of a name, up to which it is quicker to look around it than to read the whole graph
)
MAX_DEPTH = (
    12  # steps of a path; what lies further apart is not related in a way that helps anybody
)
MAX_SHOWN = 60  # nodes of a drawing: more can't be read


@dataclass(frozen=True, slots=True)
class Reached:
    """What stands in a relation, and whether that is all of it."""

    found: tuple[Related, ...]
    complete: bool  # False where a step more would reach further


class Graph:
    """Answers about one snapshot. A symbol is given by its `FoundSymbol`, or by any name that `symbol` takes: then all
    that the name may mean are meant."""

    def __init__(
        self, snapshot: Snapshot, lookup: Lookup | None = None, near: Near | None = None
    ) -> None:
        self.snapshot = snapshot
        self.lookup = lookup or Lookup(snapshot)
        self._near = near
        self._arrays: Arrays | None = None
        self.is_missed = (
            False  # whether a question was answered without `arrays` because they were not at hand
        )

    def nearby(self, name: str, depth: int = 1, kinds: Collection[str] = KINDS[:WRITTEN]) -> Graph:
        """A graph for one question about `name`: this one or, where its arrays would first have to be made of millions of
        edges and few places bear the name, one that reads from the store what it is asked for. Nodes of the one are none of
        the other."""
        stored = {*kinds} and {*kinds} <= {*KINDS[:WRITTEN]}  # the others follow from all edges
        if depth > 1 or not stored or self.is_at_hand:
            return self
        if self.snapshot.count_references(_last(name)) > FEW_USES:
            return self
        from .store_graph import Near

        self.is_missed = True
        return Graph(self.snapshot, self.lookup, Near(self.snapshot, self.lookup))

    @property
    def is_at_hand(self) -> bool:
        """Whether `arrays` are read, or written down, or made in a second or two."""
        from .csr import at_hand

        return self._arrays is not None or at_hand(self.snapshot)

    @property
    def _part(self) -> Arrays | Near:
        return self._near or self.arrays

    @property
    def arrays(self) -> Arrays:
        """The whole graph, loaded on first use."""
        from .csr import load_arrays

        if self._arrays is None:
            self._arrays = load_arrays(self.snapshot)
        return self._arrays

    def symbol(self, name: str) -> list[FoundSymbol]:
        """The symbols that `name`, `Qual.name`, `path::Qual.name` or `end/of/path.py::name` may mean, by path and line."""
        return self.lookup.symbols(name)

    def meanings(self, name: str) -> list[list[FoundSymbol]]:
        """The symbols that `name` may mean, those together that are one thing: a function's announcements and overloads.

        More than one where the name is ambiguous. An id, and a name qualified up to the top of its file, means no other.
        """
        found = self._exactly(name) or self.symbol(name)
        real = [each for each in found if each.symbol.kind != "prototype"] or found
        together: dict[tuple[str, str], list[FoundSymbol]] = {}
        for each in real:
            together.setdefault((each.path, base_name(each.symbol.qualname)), []).append(each)
        return list(together.values())

    def _exactly(self, name: str) -> list[FoundSymbol]:
        """The symbols whose whole qualified name is `name`, in the file that it gives, if it gives one."""
        path, given, qualname = name.strip().removesuffix("()").partition("::")
        if given and path in self.snapshot.entries:
            own = self.lookup.symbols_in([path])[path]
            if same := [each for each in own if each.symbol.qualname == qualname]:
                return same
        wanted = (
            qualname.replace("::", ".")
            if given and ("/" in path or "." in path)
            else name.replace("::", ".")
        )
        if not given and "." not in wanted:
            return []
        return [each for each in self.symbol(name) if base_name(each.symbol.qualname) == wanted]

    def callers(
        self,
        symbol: str | FoundSymbol,
        depth: int = 1,
        min_confidence: float = 0.0,
        kinds: Collection[str] = CALLS,
    ) -> list[Related]:
        """What calls `symbol`, up to `depth` steps away, nearest and surest first."""
        return self.related(symbol, depth, min_confidence, inward=True, kinds=kinds)

    def callees(
        self,
        symbol: str | FoundSymbol,
        depth: int = 1,
        min_confidence: float = 0.0,
        kinds: Collection[str] = CALLS,
    ) -> list[Related]:
        """What `symbol` calls, up to `depth` steps away, nearest and surest first."""
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
        """What is reached from `symbol` over edges of `kinds` (of any, if empty), against their direction if `inward`."""
        graph = self.nearby(
            symbol.symbol.name if isinstance(symbol, FoundSymbol) else symbol, depth, kinds
        )
        return list(
            graph.reach(
                graph.nodes(symbol), (Way(inward, tuple(kinds)),), depth, min_confidence
            ).found
        )

    def reach(
        self, nodes: Collection[int], ways: Sequence[Way], depth: int, min_confidence: float = 0.0
    ) -> Reached:
        """What is reached from `nodes`, nearest and surest first, each with the edge of its last step."""
        steps, complete = reach(self._part, nodes, ways, depth, min_confidence)
        found = sorted(
            map(self._step, steps),
            key=lambda r: (r.depth, -r.confidence, r.path, r.start_line, r.symbol),
        )
        return Reached(tuple(found), complete)

    def impact(
        self,
        nodes: Collection[int],
        depth: int = 3,
        min_confidence: float = 0.0,
        kinds: Collection[str] = (),
    ) -> Reached:
        """What a change of `nodes` can reach: tests first, then nearest and surest first.

        The confidence is that of the whole way. `kinds` are the edges to follow, by default those over which one thing
        depends on another, and from a method to those that it overrides.
        """
        ways = (Way(True, tuple(kinds)),) if kinds else DEPENDENTS
        steps, complete = reach(self.arrays, nodes, ways, depth, min_confidence)
        found = [replace(self._step(step), confidence=round(step.sure, 3)) for step in steps]
        found.sort(
            key=lambda r: (
                not is_test(r.path),
                r.depth,
                -r.confidence,
                r.path,
                r.start_line,
                r.symbol,
            )
        )
        return Reached(tuple(found), complete)

    def nodes(self, symbol: str | FoundSymbol | Sequence[FoundSymbol | int]) -> list[int]:
        """The nodes of `arrays` that are meant: symbols, or files where the name is a path."""
        if isinstance(symbol, FoundSymbol):
            return self._part.nodes_for([symbol])
        given = self.symbol(symbol) if isinstance(symbol, str) else symbol
        if numbers := [each for each in given if isinstance(each, int)]:
            return numbers
        found = [each for each in given if isinstance(each, FoundSymbol)]
        if not found and isinstance(symbol, str):
            files = (path for path, agreement in self.lookup.files(symbol) if agreement >= 1.0)
            return self._part.nodes_of([key64(path) for path in files])
        return self._part.nodes_for(found)

    def inside(self, nodes: Collection[int]) -> list[int]:
        """`nodes` and all that they contain."""
        steps, _ = reach(self.arrays, nodes, (Way(False, ("contains",)),), MAX_DEPTH, 0.0)
        return sorted({*nodes, *(step.node for step in steps)})

    def refs(self, name: str) -> list[tuple[str, Reference]]:
        """Where the last part of `name` is written as a reference, resolved or not: (path, reference), by path and line."""
        return self.snapshot.references_to(_last(name))

    def meant(self, name: str) -> list[tuple[str, Reference, list[str]]]:
        """As `refs`, each with the ids of the definitions that it is known to mean; where `name` is qualified, only those
        that may mean one so called."""
        from .unresolved import meant_by

        wanted = {each.id for meaning in self.meanings(name) for each in meaning}
        some = len(wanted) < len(self.symbol(_last(name)))
        found = [
            (path, reference, ids)
            for path, reference, ids in meant_by(self.snapshot, self._part, self.refs(name))
        ]
        return [each for each in found if not some or not each[2] or not wanted.isdisjoint(each[2])]

    def unresolved(self, nodes: Collection[int], inward: bool) -> Unresolved:
        """The calls of the name of `nodes` (in them, if not `inward`) of which it is not known what they mean."""
        from .unresolved import Unresolved, unresolved_calls_in, unresolved_calls_of

        names = {self._part.described(node).name for node in nodes} - {""}
        if not inward:
            parts = [unresolved_calls_in(self.snapshot, self._part, node) for node in nodes]
        else:
            parts = [unresolved_calls_of(self.snapshot, self._part, name) for name in sorted(names)]
        return Unresolved.joined(parts)

    def path(
        self,
        start: str | FoundSymbol | Sequence[int],
        end: str | FoundSymbol | Sequence[int],
        kinds: Collection[str] = FLOW,
        min_confidence: float = 0.0,
    ) -> list[Related]:
        """The shortest chain of edges from `start` to `end`, by default over any that is a dependence; empty where there is none.

        The first item is `start` itself, at depth 0. Of chains of equal length the surest.
        """
        starts, goals = self.nodes(start), set(self.nodes(end))
        steps, _ = reach(
            self.arrays, starts, (Way(False, tuple(kinds)),), MAX_DEPTH, min_confidence
        )
        came = {step.node: step for step in steps}
        both = goals.intersection(starts)
        at = min(both) if both else next((step.node for step in steps if step.node in goals), None)
        if at is None:
            return []
        chain = []
        while (step := came.get(at)) is not None:
            chain.append(self._step(step))
            at = step.near
        return [self._related(at), *reversed(chain)]

    def around(
        self,
        nodes: Collection[int],
        depth: int,
        kinds: Collection[str] = (),
        min_confidence: float = 0.0,
    ) -> Neighbourhood:
        """What lies within `depth` steps of `nodes`, in either direction; the nearest and surest MAX_SHOWN of it."""
        from .drawing import Neighbourhood

        ways = (Way(True, tuple(kinds or FLOW)), Way(False, tuple(kinds or FLOW)))
        steps, complete = reach(self.arrays, nodes, ways, depth, min_confidence)
        near = sorted(steps, key=lambda s: (s.depth, -round(s.sure, 6), s.node))
        shown = sorted({*nodes, *(step.node for step in near[: max(MAX_SHOWN - len(nodes), 0)])})
        whole = complete and len(shown) == len({*nodes, *(step.node for step in steps)})
        rows = self.arrays.edges_of(shown, False, kinds or FLOW, min_confidence)
        return Neighbourhood(self.arrays, tuple(nodes), tuple(shown), tuple(rows.tolist()), whole)

    def map(self, budget: int = 2000, folder: str = "") -> str:
        """An outline of what matters most, in at most `budget` tokens: files by PageRank over the edges between them,
        each with the signatures that the rest of the code uses most."""
        return outline(self.snapshot, self.arrays, budget, folder)

    def edges(self) -> Iterator[dict[str, Any]]:
        """Every edge of the view as it is exported, by source, target, line and kind.

        An end that is no symbol is a file: its id is its path.
        """
        import numpy as np

        arrays, edges = self.arrays, self.arrays.edges
        files = [arrays.paths[at] for at in arrays.file.tolist()]
        names = arrays.nodes["qualname"].to_pylist()
        ids = [f"{path}::{name}" if name else path for path, name in zip(files, names, strict=True)]
        rank = np.empty(len(ids), dtype=np.int64)
        rank[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
        by_name = np.argsort(np.argsort(np.array(KINDS)))
        order = np.lexsort(
            (edges.rule, by_name[edges.kind], edges.line, rank[edges.dst], rank[edges.src])
        )
        for at in order.tolist():
            src, dst = int(edges.src[at]), int(edges.dst[at])
            yield {
                "src": ids[src], "dst": ids[dst], "kind": KINDS[edges.kind[at]], "rule": arrays.rules[edges.rule[at]],
                "confidence": round(float(edges.confidence[at]), 3), "path": files[src], "line": int(edges.line[at]),
            }  # fmt: skip

    def describe(self, node: int) -> Related:
        """A node by itself, at depth 0."""
        return self._related(node)

    def _step(self, step: Step) -> Related:
        edges = self._part.edges
        return self._related(
            step.node,
            depth=step.depth,
            via=self._part.id_of(step.near),
            relation=KINDS[edges.kind[step.edge]],
            rule=self._part.rules[edges.rule[step.edge]],
            confidence=round(float(edges.confidence[step.edge]), 3),
            line=int(edges.line[step.edge]),
        )

    def _related(
        self, node: int, depth: int = 0, via: str = "", relation: str = "", rule: str = "", confidence: float = 1.0,
        line: int = 0,
    ) -> Related:  # fmt: skip
        own = self._part.described(node)
        where = (own.id, own.path, own.qualname, own.kind, own.start_line, own.end_line)
        return Related(*where, depth, via, relation, rule, confidence, line)


def _last(name: str) -> str:
    return (
        base_name(name.strip().removesuffix("()"))
        .replace("::", ".")
        .replace("#", ".")
        .rsplit(".", 1)[-1]
    )
