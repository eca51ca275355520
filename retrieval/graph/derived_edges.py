"""Derived edges: containment, overrides, implementations and tests.

They are not stored: they would be a third of all edges, and stored rows imply each of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from indexer import INTERFACES, OVERRIDABLE

from ..file_roles import file_role
from .edge_columns import KINDS, EdgeColumns, Row

if TYPE_CHECKING:
    import pyarrow as pa

MAX_ANCESTORS = 64  # classes searched for a method; only generated code has longer chains
_CALLS, _INHERITS, _REFERENCES = (KINDS.index(kind) for kind in ("calls", "inherits", "references"))
_CONTAINS, _IMPLEMENTS, _OVERRIDES, _TESTS = (
    KINDS.index(kind) for kind in ("contains", "implements", "overrides", "tests")
)

Bases = dict[int, list[tuple[int, float]]]
"""class → its direct bases with the confidence of the edge, in the order of the source."""


def derive_edges(
    nodes: pa.Table, paths: Sequence[str], edges: EdgeColumns, rules: list[str]
) -> list[tuple[EdgeColumns, list[str]]]:
    """Return the edges implied by `edges`, each set with its own rules."""
    return [
        (_contains(nodes), ["syntax"]),
        (EdgeColumns.from_rows(list(_implements(nodes, edges))), rules),
        (EdgeColumns.from_rows(list(_overrides(nodes, edges))), ["lineage"]),
        (_tests(nodes, paths, edges), rules),
    ]


def _contains(nodes: pa.Table) -> EdgeColumns:
    """Return the edges from files and symbols to the symbols directly inside."""
    import numpy as np

    parent, start = nodes["parent"].to_numpy(), nodes["start"].to_numpy()
    inside = np.flatnonzero(parent >= 0)
    kinds = np.full(len(inside), _CONTAINS, dtype=np.uint8)
    rules = np.zeros(len(inside), dtype=np.uint8)
    certain = np.ones(len(inside), dtype=np.float32)
    return EdgeColumns(parent[inside], inside, kinds, rules, certain, start[inside])


def _implements(nodes: pa.Table, edges: EdgeColumns) -> Iterator[Row]:
    """Yield an edge from each class to each interface among its bases."""
    import numpy as np

    kind = nodes["kind"]
    for at in np.flatnonzero(edges.kind == _INHERITS).tolist():
        src, dst = int(edges.src[at]), int(edges.dst[at])
        if kind[dst].as_py() in INTERFACES and kind[src].as_py() not in INTERFACES:
            rule, confidence = int(edges.rule[at]), float(edges.confidence[at])
            yield src, dst, _IMPLEMENTS, rule, confidence, int(edges.line[at])


def _overrides(nodes: pa.Table, edges: EdgeColumns) -> Iterator[Row]:
    """Yield an edge from each method to the one it overrides, or implements of an interface.

    That is the method of the same name in the nearest base with one. The confidence is the least
    on the way.
    """
    bases = _direct_bases(edges)
    classes = {*bases, *(base for own_bases in bases.values() for base, _ in own_bases)}
    methods = _methods_of(nodes, classes)
    kinds, starts = nodes["kind"], nodes["start"].to_numpy()
    for own_class in sorted(bases):
        for method, base, target, confidence in _overridden(own_class, bases, methods):
            kind = _IMPLEMENTS if kinds[base].as_py() in INTERFACES else _OVERRIDES
            yield method, target, kind, 0, confidence, int(starts[method])


def _overridden(
    own_class: int, bases: Bases, methods: dict[int, dict[str, int]]
) -> Iterator[tuple[int, int, int, float]]:
    """Yield (method of the class, base, method of the base, confidence)."""
    remaining = dict(methods.get(own_class, {}))
    for base, confidence in _ancestors(own_class, bases):
        inherited = methods.get(base, {})
        for name in remaining.keys() & inherited.keys():
            yield remaining.pop(name), base, inherited[name], confidence


def _direct_bases(edges: EdgeColumns) -> Bases:
    import numpy as np

    inherits = np.flatnonzero(edges.kind == _INHERITS)
    inherits = inherits[np.lexsort((edges.line[inherits], edges.src[inherits]))]
    bases: Bases = defaultdict(list)
    for at in inherits.tolist():
        bases[int(edges.src[at])].append((int(edges.dst[at]), float(edges.confidence[at])))
    return bases


def _methods_of(nodes: pa.Table, classes: set[int]) -> dict[int, dict[str, int]]:
    """Return class → name → method, the first of each name."""
    import numpy as np

    parent = nodes["parent"].to_numpy()
    members = np.flatnonzero(
        np.isin(parent, np.fromiter(classes, dtype=np.int64, count=len(classes)))
    )
    names, kinds = nodes["name"].take(members).to_pylist(), nodes["kind"].take(members).to_pylist()
    methods: dict[int, dict[str, int]] = {}
    for node, name, kind in zip(members.tolist(), names, kinds, strict=True):
        if kind in OVERRIDABLE:
            methods.setdefault(int(parent[node]), {}).setdefault(name, node)
    return methods


def _ancestors(own_class: int, bases: Bases) -> Iterator[tuple[int, float]]:
    """Yield each base and base's base once, nearest first, with the least confidence on the way."""
    seen, frontier = {own_class}, [(own_class, 1.0)]
    while frontier and len(seen) <= MAX_ANCESTORS:
        edges = [
            (base, min(confidence, step))
            for node, confidence in frontier
            for base, step in bases.get(node, ())
        ]
        frontier = []
        for base, confidence in edges:
            if base not in seen:
                seen.add(base)
                frontier.append((base, confidence))
        yield from frontier


def _tests(nodes: pa.Table, paths: Sequence[str], edges: EdgeColumns) -> EdgeColumns:
    """Return an edge from code in tests to each symbol outside that it calls or mentions.

    A call takes precedence over a mention.
    """
    import numpy as np

    is_test = np.array([file_role(path) == "test" for path in paths], dtype=bool)
    file, parent = nodes["file"].to_numpy(), nodes["parent"].to_numpy()
    uses = np.flatnonzero((edges.kind == _CALLS) | (edges.kind == _REFERENCES))
    if not len(uses):
        return EdgeColumns.from_rows([])
    src, dst = edges.src[uses], edges.dst[uses]
    uses = uses[is_test[file[src]] & ~is_test[file[dst]] & (parent[dst] >= 0)]
    uses = uses[np.lexsort((edges.line[uses], edges.kind[uses], edges.dst[uses], edges.src[uses]))]
    ends: Any = np.stack([edges.src[uses], edges.dst[uses]], axis=1)
    is_first = np.ones(len(uses), dtype=bool)
    is_first[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    first = edges.take(uses[is_first])
    kinds = np.full(len(first.src), _TESTS, dtype=np.uint8)
    return EdgeColumns(first.src, first.dst, kinds, first.rule, first.confidence, first.line)
