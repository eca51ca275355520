"""Breadth-first traversal of the graph."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .adjacency import Adjacency

FLOW = ("calls", "imports", "inherits", "references", "implements", "overrides")
"""Kinds of edges for a dependency; `contains` or `co-changes` are none."""
MAX_VISITED = 50_000  # nodes; nobody reads further, and a hub of a monorepo reaches everything


@dataclass(frozen=True, slots=True)
class Direction:
    """A direction and the kinds of edges to follow in it."""

    inward: bool
    kinds: tuple[str, ...]  # any, if empty


@dataclass(frozen=True, slots=True)
class Step:
    """The first edge on which the traversal arrived at a node."""

    node: int
    edge: int  # row of `Adjacency.edges`
    previous: int  # the node one step closer to the start
    depth: int  # from 1
    confidence: float  # the product along the path


def traverse(
    adjacency: Adjacency,
    start: Collection[int],
    directions: Sequence[Direction],
    depth: int,
    min_confidence: float,
) -> tuple[list[Step], bool]:
    """Return one step for each node within `depth`, and True if there are no nodes beyond.

    Within a level the path of the highest confidence comes first. Edges below `min_confidence`
    are not followed. After MAX_VISITED nodes the traversal stops.
    """
    seen = set(start)
    steps: list[Step] = []
    frontier = dict.fromkeys(sorted(start), 1.0)
    for level in range(1, depth + 1):
        new: dict[int, Step] = {}
        for confidence, edge, source, target in _edges_out(
            adjacency, frontier, directions, min_confidence
        ):
            if target not in seen:
                seen.add(target)
                new[target] = Step(target, edge, source, level, confidence)
        steps += new.values()
        frontier = {node: step.confidence for node, step in new.items()}
        if not frontier or len(seen) > MAX_VISITED:
            break
    beyond = _edges_out(adjacency, frontier, directions, min_confidence)
    return steps, not any(target not in seen for _, _, _, target in beyond)


def _edges_out(
    adjacency: Adjacency,
    frontier: Mapping[int, float],
    directions: Sequence[Direction],
    min_confidence: float,
) -> list[tuple[float, int, int, int]]:
    """Return (confidence, edge, source, target) of each edge at the frontier, surest first."""
    candidates = []
    for direction in directions:
        rows = adjacency.find_edges(frontier, direction.inward, direction.kinds, min_confidence)
        edges = adjacency.edges
        near, far = (edges.dst, edges.src) if direction.inward else (edges.src, edges.dst)
        columns = (rows, near[rows], far[rows], edges.confidence[rows])
        candidates += [
            (frontier[source] * confidence, edge, source, target)
            for edge, source, target, confidence in zip(
                *(column.tolist() for column in columns), strict=True
            )
        ]
    line = adjacency.edges.line
    return sorted(candidates, key=lambda each: (-round(each[0], 6), int(line[each[1]]), each[1]))
