"""The interface of the graph: nodes, and the edges at each.

A node is a number, for a file or a symbol. There are two implementations: the whole graph in
memory (`csr`), and the edges around a few nodes, read from the store (`store_graph`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from indexer import VARIABLES

if TYPE_CHECKING:
    from indexer import FoundSymbol

    from .edge_columns import EdgeColumns, Ints


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A symbol, or a file: without a name and of kind `file`."""

    path: str
    name: str
    qualname: str
    kind: str
    start_line: int
    end_line: int

    @property
    def id(self) -> str:
        return f"{self.path}::{self.qualname}" if self.qualname else self.path


class Adjacency(Protocol):
    """Nodes and edges of a view. The numbers of two implementations differ."""

    @property
    def edges(self) -> EdgeColumns:
        """The edges read so far, by row."""
        ...

    @property
    def rules(self) -> Sequence[str]:
        """The rules, by their number in `edges`."""
        ...

    def nodes_of_uids(self, uids: Collection[int]) -> list[int]:
        """Return the nodes with these uids, in their order, without the unknown ones."""
        ...

    def nodes_of_symbols(self, symbols: Collection[FoundSymbol]) -> list[int]:
        """Return the nodes of symbols, in their order."""
        ...

    def sort_nodes(self, nodes: Iterable[int]) -> list[int]:
        """Return the nodes in the order of the view: by path, then by position."""
        ...

    def find_edges(
        self, nodes: Collection[int], inward: bool, kinds: Collection[str], min_confidence: float
    ) -> Ints:
        """Return the rows of the edges out of `nodes`, or into them if `inward`.

        `kinds` are the kinds of edges, any if empty.
        """
        ...

    def find_owners(self, positions: Sequence[tuple[str, int]]) -> list[int]:
        """Return the nodes of references in (path, scope), as `owner_of` has it."""
        ...

    def describe(self, node: int) -> GraphNode:
        """Return the file or symbol of a node."""
        ...

    def path_of(self, node: int) -> str:
        """Return the path of a node's file."""
        ...

    def id_of(self, node: int) -> str:
        """Return `path::Qual.name`, or the path of a file."""
        ...


def owner_of(scope: int, symbol_at: Callable[[int], tuple[str, int]]) -> int:
    """Return the position of the symbol that owns a reference in `scope`; -1 for the file.

    A variable owns nothing: its references belong to the symbol around it. `symbol_at` maps a
    position in the file to (kind, position of the symbol around it, negative for none).
    """
    while scope >= 0:
        kind, parent = symbol_at(scope)
        if kind not in VARIABLES:
            break
        scope = max(parent, -1)
    return scope
