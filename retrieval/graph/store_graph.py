"""The edges around a few nodes, read from the store on demand.

For ten million edges the whole graph answers in a millisecond, but takes ten seconds to assemble
for every generation. The store's indices find the callers of one function in a tenth of a second,
so they answer until the whole graph is cached. There are no derived edges here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from indexer import FoundEdge, FoundSymbol, Snapshot, key64

from ..query import Lookup
from .adjacency import GraphNode, owner_of
from .edge_columns import KINDS, EdgeColumns, Row

if TYPE_CHECKING:
    from .edge_columns import Ints


class StoreAdjacency:
    """A store-backed `Adjacency`; it numbers nodes and edges in the order of their first use."""

    def __init__(self, snapshot: Snapshot, lookup: Lookup) -> None:
        self._snapshot, self._lookup = snapshot, lookup
        self._uids: list[int] = []  # of each node
        self._nodes: dict[int, int] = {}  # uid → node
        self._described: list[GraphNode] = []
        self._order: list[tuple[str, int]] = []  # path and position: the view's order of nodes
        self._rows: list[Row] = []
        self._rows_of: dict[tuple[bool, int], list[int]] = {}  # (inward, node) → its edges
        self.edges: EdgeColumns = EdgeColumns.from_rows([])
        self.rules: list[str] = []

    def nodes_of_uids(self, uids: Collection[int]) -> list[int]:
        """Return the nodes with these uids, in their order, without the unknown ones."""
        self._add_uids(uids)
        return [self._nodes[uid] for uid in uids if uid in self._nodes]

    def nodes_of_symbols(self, symbols: Collection[FoundSymbol]) -> list[int]:
        """Return the nodes of symbols, in their order."""
        self._add_nodes({each.uid: each for each in symbols if each.uid not in self._nodes}, {})
        return [self._nodes[each.uid] for each in symbols]

    def sort_nodes(self, nodes: Iterable[int]) -> list[int]:
        """Return the nodes in the order of the view."""
        return sorted(nodes, key=self._order.__getitem__)

    def find_edges(
        self, nodes: Collection[int], inward: bool, kinds: Collection[str], min_confidence: float
    ) -> Ints:
        """Return the rows of the edges out of `nodes`, or into them if `inward`."""
        import numpy as np

        self._read_edges([node for node in nodes if (inward, node) not in self._rows_of], inward)
        rows = [row for node in nodes for row in self._rows_of[inward, node]]
        return self.edges.filter(np.array(rows, np.int64), kinds, min_confidence)

    def find_owners(self, positions: Sequence[tuple[str, int]]) -> list[int]:
        """Return the nodes of references in (path, scope), as `owner_of` has it."""
        symbols = self._lookup.symbols_in(path for path, _ in positions)
        owners: list[FoundSymbol | str] = []
        for path, scope in positions:
            position = owner_of(scope, partial(_kind_and_parent, symbols[path]))
            owners.append(symbols[path][position] if position >= 0 else path)
        self.nodes_of_symbols([each for each in owners if isinstance(each, FoundSymbol)])
        return self.nodes_of_uids(
            [key64(each) if isinstance(each, str) else each.uid for each in owners]
        )

    def describe(self, node: int) -> GraphNode:
        """Return the file or symbol of a node."""
        return self._described[node]

    def path_of(self, node: int) -> str:
        """Return the path of a node's file."""
        return self._described[node].path

    def id_of(self, node: int) -> str:
        """Return `path::Qual.name`, or the path of a file."""
        return self._described[node].id

    # -- reading

    def _add_uids(self, uids: Iterable[int]) -> None:
        """Look up the new ones of `uids` and number them."""
        new = {uid for uid in uids if uid not in self._nodes}
        symbols = self._snapshot.symbols_of(new) if new else {}
        files = {uid: self._files[uid] for uid in new - symbols.keys() if uid in self._files}
        self._add_nodes(symbols, files)

    def _add_nodes(self, symbols: Mapping[int, FoundSymbol], files: Mapping[int, str]) -> None:
        """Number new nodes: uid → symbol, and uid → path."""
        new = [(each.path, each.index, uid, _graph_node(each)) for uid, each in symbols.items()]
        new += [
            (path, -1, uid, GraphNode(path, "", "", "file", 1, 1)) for uid, path in files.items()
        ]
        for path, index, uid, node in sorted(new, key=lambda each: each[:3]):
            self._nodes[uid] = len(self._uids)
            self._uids.append(uid)
            self._order.append((path, index))
            self._described.append(node)

    @cached_property
    def _files(self) -> dict[int, str]:
        return {key64(path): path for path in self._snapshot.entries}

    def _read_edges(self, nodes: Sequence[int], inward: bool) -> None:
        """Read all edges of `nodes` in one direction."""
        if not nodes:
            return
        read = self._snapshot.edges_to if inward else self._snapshot.edges_from
        edges = read([self._uids[node] for node in nodes])
        self._add_uids({uid for edge in edges for uid in (edge.src, edge.dst)})
        in_view = [edge for edge in edges if edge.src in self._nodes and edge.dst in self._nodes]
        for node in nodes:
            self._rows_of[inward, node] = []
        for edge in sorted(in_view, key=self._sort_key):
            self._add_edge(edge, inward)
        self.edges = EdgeColumns.from_rows(self._rows)

    def _add_edge(self, edge: FoundEdge, inward: bool) -> None:
        src, dst = self._nodes[edge.src], self._nodes[edge.dst]
        self._rows_of[inward, dst if inward else src].append(len(self._rows))
        if edge.rule not in self.rules:
            self.rules.append(edge.rule)
        rule = self.rules.index(edge.rule)
        self._rows.append((src, dst, KINDS.index(edge.kind), rule, edge.confidence, edge.line))

    def _sort_key(self, edge: FoundEdge) -> tuple[tuple[str, int], tuple[str, int], int, int, str]:
        """Return the order of an edge in `CsrAdjacency`, so that ties are broken alike."""
        src, dst = self._order[self._nodes[edge.src]], self._order[self._nodes[edge.dst]]
        return src, dst, KINDS.index(edge.kind), edge.line, edge.rule


def _kind_and_parent(symbols: Sequence[FoundSymbol], at: int) -> tuple[str, int]:
    return symbols[at].symbol.kind, symbols[at].symbol.parent


def _graph_node(found: FoundSymbol) -> GraphNode:
    symbol = found.symbol
    return GraphNode(
        found.path,
        symbol.name,
        symbol.qualname,
        symbol.kind,
        symbol.start_line,
        symbol.end_line,
    )
