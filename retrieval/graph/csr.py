"""The whole graph of a view as compressed sparse rows (CSR), outward and inward."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from indexer import FoundSymbol, key64

from .adjacency import GraphNode, owner_of

if TYPE_CHECKING:
    import pyarrow as pa

    from .edge_columns import EdgeColumns, Ints


@dataclass(frozen=True, slots=True)
class CsrAdjacency:
    """All nodes and edges. Files and symbols are in the order of paths, a file before its symbols.

    The columns of `nodes` are uid, file (its number), parent (a node or -1), start, end, name
    (empty for a file), qualname and kind.
    """

    paths: Sequence[str]  # of files, by their number
    nodes: pa.Table
    edges: EdgeColumns  # in the order of src, dst, kind, line
    rules: Sequence[str]  # by their number in `edges`
    uid: Ints  # of each node
    by_uid: Ints  # nodes in the order of their uid
    file: Ints  # of each node
    parent: Ints  # of each node
    out_starts: Ints  # edges out_starts[n]:out_starts[n + 1] leave the node n
    in_starts: Ints  # edges in_order[in_starts[n]:in_starts[n + 1]] reach the node n
    in_order: Ints

    @classmethod
    def build(
        cls, paths: Sequence[str], nodes: pa.Table, edges: EdgeColumns, rules: Sequence[str]
    ) -> CsrAdjacency:
        """Return the graph of these nodes and edges; the edges are in order already."""
        import numpy as np

        uid, file, parent = (nodes[name].to_numpy() for name in ("uid", "file", "parent"))
        in_order = np.argsort(edges.dst, kind="stable")
        steps = np.arange(nodes.num_rows + 1)
        return cls(
            paths,
            nodes,
            edges,
            rules,
            uid,
            by_uid=np.argsort(uid, kind="stable"),
            file=file,
            parent=parent,
            out_starts=np.searchsorted(edges.src, steps),
            in_starts=np.searchsorted(edges.dst, steps, sorter=in_order),
            in_order=in_order,
        )

    def nodes_of_uids(self, uids: Collection[int]) -> list[int]:
        """Return the nodes with these uids, in their order, without the unknown ones."""
        import numpy as np

        if not len(self.uid):
            return []
        keys = np.fromiter(uids, dtype=np.int64, count=len(uids))
        ranks = np.minimum(np.searchsorted(self.uid, keys, sorter=self.by_uid), len(self.uid) - 1)
        nodes = self.by_uid[ranks]
        return [int(node) for node in nodes[self.uid[nodes] == keys]]

    def nodes_of_symbols(self, symbols: Collection[FoundSymbol]) -> list[int]:
        """Return the nodes of symbols, in their order."""
        return self.nodes_of_uids([each.uid for each in symbols])

    def sort_nodes(self, nodes: Iterable[int]) -> list[int]:
        """Return the nodes in the order of the view."""
        return sorted(nodes)

    def find_edges(
        self, nodes: Collection[int], inward: bool, kinds: Collection[str], min_confidence: float
    ) -> Ints:
        """Return the rows of the edges out of `nodes`, or into them if `inward`."""
        import numpy as np

        starts = self.in_starts if inward else self.out_starts
        spans = [np.arange(starts[node], starts[node + 1]) for node in nodes]
        rows = np.concatenate(spans) if spans else np.zeros(0, dtype=np.int64)
        rows = self.in_order[rows] if inward else rows
        return self.edges.filter(rows, kinds, min_confidence)

    def find_owners(self, positions: Sequence[tuple[str, int]]) -> list[int]:
        """Return the nodes of references in (path, scope), as `owner_of` has it."""
        paths = sorted({path for path, _ in positions})
        files = dict(zip(paths, self.nodes_of_uids([key64(path) for path in paths]), strict=True))
        # a file's symbols follow it
        firsts = ((files[path] + 1, scope) for path, scope in positions)
        return [
            first + owner_of(scope, partial(self._kind_and_parent, first))
            for first, scope in firsts
        ]

    def _kind_and_parent(self, first: int, at: int) -> tuple[str, int]:
        return self.nodes["kind"][first + at].as_py(), int(self.parent[first + at]) - first

    def describe(self, node: int) -> GraphNode:
        """Return the file or symbol of a node."""
        columns = ("name", "qualname", "kind", "start", "end")
        fields = (self.nodes[name][node].as_py() for name in columns)
        return GraphNode(self.path_of(node), *fields)

    def path_of(self, node: int) -> str:
        """Return the path of a node's file."""
        return self.paths[int(self.file[node])]

    def id_of(self, node: int) -> str:
        """Return `path::Qual.name`, or the path of a file."""
        qualname = self.nodes["qualname"][node].as_py()
        return f"{self.path_of(node)}::{qualname}" if qualname else self.path_of(node)
