"""The part of the graph that a question touches, read from the store while the question is answered.

The arrays of a whole view answer in a millisecond, but to make them for ten million edges takes ten seconds for every
generation. Who calls one function is told by the store's indices in a tenth of a second, so that is what is asked until the
arrays are there. Only edges that are stored are found, none that follow from others (see `derived`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from indexer import FoundEdge, FoundSymbol, Snapshot, key64

from ..query.lookup import Lookup
from .csr import Described, owner_at
from .edge_columns import KINDS, EdgeColumns, columns

if TYPE_CHECKING:
    from .csr import Ints


class Near:
    """Answers what `Arrays` answers, with numbers of its own for nodes and edges: in the order in which they are met."""

    def __init__(self, snapshot: Snapshot, lookup: Lookup) -> None:
        self._snapshot, self._lookup = snapshot, lookup
        self._uids: list[int] = []  # of each node
        self._nodes: dict[int, int] = {}  # uid → node
        self._described: list[Described] = []
        self._order: list[
            tuple[str, int]
        ] = []  # path and position of each node: its place among all nodes of the view
        self._rows: list[tuple[int, int, int, int, float, int]] = []
        self._read: dict[tuple[bool, int], list[int]] = {}  # (inward, node) → its edges
        self.edges: EdgeColumns = columns([])
        self.rules: list[str] = []

    def nodes_of(self, uids: Collection[int]) -> list[int]:
        """The nodes with these uids, in their order; those that are unknown are left out."""
        self._meet(uids)
        return [self._nodes[uid] for uid in uids if uid in self._nodes]

    def nodes_for(self, symbols: Collection[FoundSymbol]) -> list[int]:
        """The nodes of symbols."""
        self._number({each.uid: each for each in symbols if each.uid not in self._nodes}, {})
        return [self._nodes[each.uid] for each in symbols]

    def ordered(self, nodes: Iterable[int]) -> list[int]:
        """`nodes` in the order of the view."""
        return sorted(nodes, key=self._order.__getitem__)

    def edges_of(
        self, nodes: Collection[int], inward: bool, kinds: Collection[str], least: float
    ) -> Ints:
        """The edges that reach `nodes` (leave them, if not `inward`), of `kinds` (of any, if empty), no less sure than `least`."""
        import numpy as np

        self._fetch([node for node in nodes if (inward, node) not in self._read], inward)
        found = np.array([row for node in nodes for row in self._read[inward, node]], np.int64)
        return self.edges.among(found, kinds, least)

    def owners(self, places: Sequence[tuple[str, int]]) -> list[int]:
        """The nodes to which references in (path, scope) belong: a variable does nothing itself, what is around it does."""
        symbols = self._lookup.symbols_in(path for path, _ in places)
        owners: list[FoundSymbol | str] = []
        for path, scope in places:
            own = owner_at(scope, partial(_kind_and_parent, symbols[path]))
            owners.append(symbols[path][own] if own >= 0 else path)
        self.nodes_for([each for each in owners if isinstance(each, FoundSymbol)])
        return self.nodes_of(
            [key64(each) if isinstance(each, str) else each.uid for each in owners]
        )

    def described(self, node: int) -> Described:
        """What a node is."""
        return self._described[node]

    def path_of(self, node: int) -> str:
        """The file of a node."""
        return self._described[node].path

    def id_of(self, node: int) -> str:
        """`path::Qual.name`, or a path."""
        return self._described[node].id

    # -- reading

    def _meet(self, uids: Iterable[int]) -> None:
        """Learn what nodes are that have not been met before."""
        fresh = {uid for uid in uids if uid not in self._nodes}
        symbols = self._snapshot.symbols_of(fresh) if fresh else {}
        files = {uid: self._files[uid] for uid in fresh - symbols.keys() if uid in self._files}
        self._number(symbols, files)

    def _number(self, symbols: Mapping[int, FoundSymbol], files: Mapping[int, str]) -> None:
        """Give numbers to nodes that have none: uid → symbol, and → path."""
        met = [(each.path, each.index, uid, _of_symbol(each)) for uid, each in symbols.items()]
        met += [
            (path, -1, uid, Described(path, "", "", "file", 1, 1)) for uid, path in files.items()
        ]
        for path, index, uid, described in sorted(met, key=lambda each: each[:3]):
            self._nodes[uid] = len(self._uids)
            self._uids.append(uid)
            self._order.append((path, index))
            self._described.append(described)

    @cached_property
    def _files(self) -> dict[int, str]:
        return {key64(path): path for path in self._snapshot.entries}

    def _fetch(self, nodes: Sequence[int], inward: bool) -> None:
        """Read all edges of `nodes` in one direction."""
        if not nodes:
            return
        read = self._snapshot.edges_to if inward else self._snapshot.edges_from
        found = read([self._uids[node] for node in nodes])
        self._meet({uid for edge in found for uid in (edge.src, edge.dst)})
        known = [edge for edge in found if edge.src in self._nodes and edge.dst in self._nodes]
        for node in nodes:
            self._read[inward, node] = []
        for edge in sorted(known, key=self._place):
            src, dst = self._nodes[edge.src], self._nodes[edge.dst]
            self._read[inward, dst if inward else src].append(len(self._rows))
            if edge.rule not in self.rules:
                self.rules.append(edge.rule)
            rule = self.rules.index(edge.rule)
            self._rows.append((src, dst, KINDS.index(edge.kind), rule, edge.confidence, edge.line))
        self.edges = columns(self._rows)

    def _place(self, edge: FoundEdge) -> tuple[tuple[str, int], tuple[str, int], int, int, str]:
        """As edges are ordered in `Arrays`: which of two equally sure ones comes first must not depend on who answers."""
        src, dst = self._order[self._nodes[edge.src]], self._order[self._nodes[edge.dst]]
        return src, dst, KINDS.index(edge.kind), edge.line, edge.rule


def _kind_and_parent(symbols: Sequence[FoundSymbol], at: int) -> tuple[str, int]:
    return symbols[at].symbol.kind, symbols[at].symbol.parent


def _of_symbol(found: FoundSymbol) -> Described:
    own = found.symbol
    return Described(found.path, own.name, own.qualname, own.kind, own.start_line, own.end_line)
