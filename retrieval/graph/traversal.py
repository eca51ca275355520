"""What is reached over the graph from some nodes, ring by ring."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .csr import Arrays
    from .store_graph import Near

FLOW = ("calls", "imports", "inherits", "references", "implements", "overrides")
"""Over which one thing depends on another; what merely contains or accompanies it does not."""
MAX_REACHED = 50_000  # nodes; nobody reads further, and a hub of a monorepo reaches everything


@dataclass(frozen=True, slots=True)
class Way:
    """A direction in which edges of some kinds are followed."""

    inward: bool
    kinds: tuple[str, ...]  # any, if empty


@dataclass(frozen=True, slots=True)
class Step:
    """How a node was reached first."""

    node: int
    edge: int  # row of `Arrays.edges`
    near: int  # the node one step nearer
    depth: int  # from 1
    sure: float  # the product of the confidences on the way


def reach(
    arrays: Arrays | Near, seeds: Collection[int], ways: Sequence[Way], depth: int, least: float
) -> tuple[list[Step], bool]:
    """(the steps by which nodes are reached, each node once, surest way first of equally near ones; whether that is all).

    Edges less sure than `least` are not followed. It is not all where a step more would reach further, or after
    MAX_REACHED nodes.
    """
    seen = set(seeds)
    steps: list[Step] = []
    ring = dict.fromkeys(sorted(seeds), 1.0)
    for at in range(1, depth + 1):
        fresh: dict[int, Step] = {}
        for sure, edge, near, far in _ordered(arrays, ring, ways, least):
            if far not in seen:
                seen.add(far)
                fresh[far] = Step(far, edge, near, at, sure)
        steps += fresh.values()
        ring = {node: step.sure for node, step in fresh.items()}
        if not ring or len(seen) > MAX_REACHED:
            break
    return steps, not any(far not in seen for _, _, _, far in _ordered(arrays, ring, ways, least))


def _ordered(
    arrays: Arrays | Near, ring: Mapping[int, float], ways: Sequence[Way], least: float
) -> list[tuple[float, int, int, int]]:
    """(how sure, edge, near end, far end) of every edge that leaves the ring, the surest first."""
    found = []
    for way in ways:
        rows = arrays.edges_of(ring, way.inward, way.kinds, least)
        edges = arrays.edges
        near, far = (edges.dst, edges.src) if way.inward else (edges.src, edges.dst)
        columns = (
            rows.tolist(),
            near[rows].tolist(),
            far[rows].tolist(),
            edges.confidence[rows].tolist(),
        )
        found += [
            (ring[close] * sure, edge, close, end)
            for edge, close, end, sure in zip(*columns, strict=True)
        ]
    return sorted(
        found, key=lambda each: (-round(each[0], 6), int(arrays.edges.line[each[1]]), each[1])
    )
