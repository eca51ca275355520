"""Edges that follow from others: what contains what, what overrides or implements a method, what tests what.

They are not stored: a third of all edges would be, and every one of them follows from rows that are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from indexer import INTERFACES, OVERRIDABLE

from ..file_roles import file_role
from .edge_columns import KINDS, EdgeColumns, columns

if TYPE_CHECKING:
    import pyarrow as pa

LINEAGE = 64  # bases that are looked through for a method; only programs write longer chains
_CALLS, _INHERITS, _REFERENCES = (KINDS.index(kind) for kind in ("calls", "inherits", "references"))
_CONTAINS, _IMPLEMENTS, _OVERRIDES, _TESTS = (
    KINDS.index(kind) for kind in ("contains", "implements", "overrides", "tests")
)

Row = tuple[int, int, int, int, float, int]


def derive(
    nodes: pa.Table, paths: Sequence[str], edges: EdgeColumns, rules: list[str]
) -> list[tuple[EdgeColumns, list[str]]]:
    """The edges that follow from `edges`, each set with its own rules."""
    return [
        (_contains(nodes), ["syntax"]),
        (columns(list(_realised(nodes, edges))), rules),
        (columns(list(_lineage(nodes, edges))), ["lineage"]),
        (_tests(nodes, paths, edges), rules),
    ]


def _contains(nodes: pa.Table) -> EdgeColumns:
    """A file contains its symbols, a symbol those inside: a fact of the syntax."""
    import numpy as np

    parent, start = nodes["parent"].to_numpy(), nodes["start"].to_numpy()
    inside = np.flatnonzero(parent >= 0)
    kinds, zeros = (
        np.full(len(inside), _CONTAINS, dtype=np.uint8),
        np.zeros(len(inside), dtype=np.uint8),
    )
    return EdgeColumns(
        parent[inside], inside, kinds, zeros, np.ones(len(inside), dtype=np.float32), start[inside]
    )


def _realised(nodes: pa.Table, edges: EdgeColumns) -> Iterator[Row]:
    """A class implements the interfaces among its bases."""
    import numpy as np

    kind = nodes["kind"]
    for at in np.flatnonzero(edges.kind == _INHERITS).tolist():
        src, dst = int(edges.src[at]), int(edges.dst[at])
        if kind[dst].as_py() in INTERFACES and kind[src].as_py() not in INTERFACES:
            yield (
                src,
                dst,
                _IMPLEMENTS,
                int(edges.rule[at]),
                float(edges.confidence[at]),
                int(edges.line[at]),
            )


def _lineage(nodes: pa.Table, edges: EdgeColumns) -> Iterator[Row]:
    """A method overrides that of the same name in the nearest base that has one; of an interface it implements it.

    As sure as the least sure step on the way.
    """
    import numpy as np

    inherits = np.flatnonzero(edges.kind == _INHERITS)
    inherits = inherits[np.lexsort((edges.line[inherits], edges.src[inherits]))]
    bases: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for at in inherits.tolist():
        bases[int(edges.src[at])].append((int(edges.dst[at]), float(edges.confidence[at])))
    involved = {*bases, *(base for own in bases.values() for base, _ in own)}
    methods = _methods(nodes, involved)
    kinds, starts = nodes["kind"], nodes["start"].to_numpy()
    for own in sorted(bases):
        missing = dict(methods.get(own, {}))
        for base, sure in _ancestors(own, bases):
            for name in missing.keys() & methods.get(base, {}).keys():
                kind = _IMPLEMENTS if kinds[base].as_py() in INTERFACES else _OVERRIDES
                method = missing.pop(name)
                yield method, methods[base][name], kind, 0, sure, int(starts[method])


def _methods(nodes: pa.Table, classes: set[int]) -> dict[int, dict[str, int]]:
    """class → name → method, the first of each name."""
    import numpy as np

    parent = nodes["parent"].to_numpy()
    found: dict[int, dict[str, int]] = {}
    inside = np.flatnonzero(
        np.isin(parent, np.fromiter(classes, dtype=np.int64, count=len(classes)))
    )
    names, kinds = nodes["name"].take(inside).to_pylist(), nodes["kind"].take(inside).to_pylist()
    for node, name, kind in zip(inside.tolist(), names, kinds, strict=True):
        if kind in OVERRIDABLE:
            found.setdefault(int(parent[node]), {}).setdefault(name, node)
    return found


def _ancestors(own: int, bases: dict[int, list[tuple[int, float]]]) -> Iterator[tuple[int, float]]:
    """The bases of a class and theirs, nearest first, each once, with how sure the way to it is."""
    seen, ring = {own}, [(own, 1.0)]
    while ring and len(seen) <= LINEAGE:
        above = []
        for base, sure in [
            (base, min(sure, step)) for node, sure in ring for base, step in bases.get(node, ())
        ]:
            if base not in seen:
                seen.add(base)
                above.append((base, sure))
        yield from above
        ring = above


def _tests(nodes: pa.Table, paths: Sequence[str], edges: EdgeColumns) -> EdgeColumns:
    """Code in a test exercises what it calls or names outside of tests; a call counts before a mention."""
    import numpy as np

    is_test = np.array([file_role(path) == "test" for path in paths], dtype=bool)
    file, parent = nodes["file"].to_numpy(), nodes["parent"].to_numpy()
    uses = np.flatnonzero((edges.kind == _CALLS) | (edges.kind == _REFERENCES))
    if not len(uses):
        return columns([])
    src, dst = edges.src[uses], edges.dst[uses]
    uses = uses[is_test[file[src]] & ~is_test[file[dst]] & (parent[dst] >= 0)]
    uses = uses[np.lexsort((edges.line[uses], edges.kind[uses], edges.dst[uses], edges.src[uses]))]
    ends: Any = np.stack([edges.src[uses], edges.dst[uses]], axis=1)
    first = np.ones(len(uses), dtype=bool)
    first[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    found = edges.taken(uses[first])
    kinds = np.full(len(found.src), _TESTS, dtype=np.uint8)
    return EdgeColumns(found.src, found.dst, kinds, found.rule, found.confidence, found.line)
