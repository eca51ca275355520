"""Edges as columns of numbers, and the kinds that edges have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]

KINDS = (
    "calls", "imports", "inherits", "references", "contains", "implements", "overrides", "tests", "co-changes",
)  # fmt: skip
"""By their number. The first WRITTEN of them are what the text says; the others follow from it, or from history."""
WRITTEN = 4


@dataclass(frozen=True, slots=True)
class EdgeColumns:
    """Edges between nodes, a row each."""

    src: Ints
    dst: Ints
    kind: Ints  # position in KINDS
    rule: Ints  # position in a list of rules that goes with them
    confidence: NDArray[np.float32]
    line: Ints

    def taken(self, rows: Ints) -> EdgeColumns:
        """Some of the rows."""
        return EdgeColumns(*(getattr(self, name)[rows] for name in self.__slots__))

    def among(self, rows: Ints, kinds: Collection[str], least: float) -> Ints:
        """Those of `rows` whose edges are of `kinds` (of any, if empty) and no less sure than `least`."""
        import numpy as np

        keep = self.confidence[rows] >= np.float32(least - 1e-6)
        if kinds:
            keep &= np.isin(self.kind[rows], [KINDS.index(kind) for kind in kinds])
        kept: Ints = rows[keep]
        return kept


def columns(rows: list[tuple[int, int, int, int, float, int]]) -> EdgeColumns:
    """Rows of (src, dst, kind, rule, confidence, line) as columns."""
    import numpy as np

    types = (np.int64, np.int64, np.uint8, np.uint8, np.float32, np.int32)
    parts: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) if rows else [()] * 6
    return EdgeColumns(
        *(np.array(part, dtype=kind) for part, kind in zip(parts, types, strict=True))
    )


def joined(
    first: EdgeColumns, rules: list[str], more: list[tuple[EdgeColumns, list[str]]]
) -> tuple[EdgeColumns, list[str]]:
    """All edges in the order of src, dst, kind, line, with one list of rules."""
    import numpy as np

    names = sorted({*rules, *(rule for _, own in more for rule in own)})
    number = {rule: at for at, rule in enumerate(names)}
    parts = [(first, rules), *more]
    whole: dict[str, Any] = {}
    for name in EdgeColumns.__slots__:
        if name == "rule":
            maps = [np.array([number[rule] for rule in own], dtype=np.uint8) for _, own in parts]
            pieces = [
                each[part.rule] if len(part.rule) else part.rule
                for each, (part, _) in zip(maps, parts, strict=True)
            ]
        else:
            pieces = [getattr(part, name) for part, _ in parts]
        whole[name] = np.concatenate(pieces).astype(_TYPES[name])
    every = EdgeColumns(**whole)
    ends = (
        every.src.astype(np.int64) << 32 | every.dst
    )  # two keys are sorted by twice as fast as five
    rest = (every.kind.astype(np.int64) << 32 | every.line) << 8 | every.rule
    return every.taken(np.lexsort((rest, ends))), names


_TYPES = {
    "src": "int32",
    "dst": "int32",
    "kind": "uint8",
    "rule": "uint8",
    "confidence": "float32",
    "line": "int32",
}
