"""Edges as columns of numbers, and the kinds of edges."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]

KINDS = (
    "calls",
    "imports",
    "inherits",
    "references",
    "contains",
    "implements",
    "overrides",
    "tests",
    "co-changes",
)
"""By their number. The first SOURCE_KINDS are in the source text; others are derived."""
SOURCE_KINDS = 4
_TYPES = {
    "src": "int32",
    "dst": "int32",
    "kind": "uint8",
    "rule": "uint8",
    "confidence": "float32",
    "line": "int32",
}

Row = tuple[int, int, int, int, float, int]
"""src, dst, kind, rule, confidence, line."""


@dataclass(frozen=True, slots=True)
class EdgeColumns:
    """Edges between nodes, a row each."""

    src: Ints
    dst: Ints
    kind: Ints  # position in KINDS
    rule: Ints  # position in an accompanying list of rules
    confidence: NDArray[np.float32]
    line: Ints

    @classmethod
    def from_rows(cls, rows: list[Row]) -> EdgeColumns:
        """Return the columns of these rows."""
        import numpy as np

        types = (np.int64, np.int64, np.uint8, np.uint8, np.float32, np.int32)
        columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) if rows else [()] * 6
        return cls(*(np.array(each, dtype=kind) for each, kind in zip(columns, types, strict=True)))

    def take(self, rows: Ints) -> EdgeColumns:
        """Return some of the rows."""
        return EdgeColumns(*(getattr(self, name)[rows] for name in self.__slots__))

    def filter(self, rows: Ints, kinds: Collection[str], min_confidence: float) -> Ints:
        """Return those of `rows` with one of `kinds` (any, if empty) and enough confidence."""
        import numpy as np

        keep = self.confidence[rows] >= np.float32(min_confidence - 1e-6)
        if kinds:
            keep &= np.isin(self.kind[rows], [KINDS.index(kind) for kind in kinds])
        filtered: Ints = rows[keep]
        return filtered


def merge_edges(
    first: EdgeColumns, rules: list[str], more: list[tuple[EdgeColumns, list[str]]]
) -> tuple[EdgeColumns, list[str]]:
    """Return all edges in the order of src, dst, kind and line, with one list of rules."""
    import numpy as np

    sets = [(first, rules), *more]
    names = sorted({rule for _, own_rules in sets for rule in own_rules})
    number = {rule: at for at, rule in enumerate(names)}
    merged: dict[str, Any] = {}
    for name in EdgeColumns.__slots__:
        if name == "rule":
            columns = [_renumber_rules(edges, own_rules, number) for edges, own_rules in sets]
        else:
            columns = [getattr(edges, name) for edges, _ in sets]
        merged[name] = np.concatenate(columns).astype(_TYPES[name])
    edges = EdgeColumns(**merged)
    # sorting by two keys is twice as fast as by five
    ends = edges.src.astype(np.int64) << 32 | edges.dst
    rest = (edges.kind.astype(np.int64) << 32 | edges.line) << 8 | edges.rule
    return edges.take(np.lexsort((rest, ends))), names


def _renumber_rules(edges: EdgeColumns, rules: list[str], number: dict[str, int]) -> Ints:
    """Return the column of rules by their numbers in the list of all rules."""
    import numpy as np

    if not len(edges.rule):
        return edges.rule
    return np.array([number[rule] for rule in rules], dtype=np.uint8)[edges.rule]
