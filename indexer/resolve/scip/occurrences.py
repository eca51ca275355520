"""Occurrences of names with targets from compilers: rows of the table `occurrences`, and their
edges.

A row is a fact of one version of a file, like all facts: a changed file loses its rows, and is
resolved as if there had been no index. `scip_matching` makes the rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ...records import Edge, FileFacts, symbol_id
from ..confidence import CONFIDENCE
from ..namespace import skip_variables

if TYPE_CHECKING:
    from lancedb.table import Table


class CompilerOccurrence(NamedTuple):
    """The meaning of a name on a line of a file."""

    line: int  # 1-based
    name: str  # as written
    kind: str  # of the edge: calls | references | inherits | imports
    scope: int  # position of the symbol around it in its file, or -1
    target: str  # symbol id; "" for a symbol outside the repository


def read_occurrences(
    table: Table, files: Mapping[str, int]
) -> dict[str, tuple[CompilerOccurrence, ...]]:
    """Return path → occurrences in order, for the files with any. `files`: path → file_id."""
    if not table.count_rows():
        return {}
    import numpy as np

    columns = CompilerOccurrence._fields
    rows = table.search().select(["file_id", *columns]).to_arrow()
    ids = rows["file_id"].to_numpy()
    order = np.argsort(ids, kind="stable")  # rows of one file were written in one batch, in order
    rows, ids = rows.take(order), ids[order]
    values = [rows[name].to_pylist() for name in columns]
    file_ids, starts = np.unique(ids, return_index=True)
    bounds = [*starts.tolist(), len(ids)]
    spans = dict(zip(file_ids.tolist(), pairwise(bounds), strict=True))
    return {
        path: tuple(map(CompilerOccurrence, *(column[slice(*span)] for column in values)))
        for path, file_id in files.items()
        if (span := spans.get(file_id))
    }


def compiler_edges(
    path: str, facts: FileFacts, occurrences: Iterable[CompilerOccurrence], ids: Collection[str]
) -> Iterator[Edge]:
    """Yield the edges of a file's occurrences. Targets outside of `ids`, the symbols of the view,
    are gone.
    """
    confidence = CONFIDENCE["scip"]
    for each in occurrences:
        if each.target in ids:
            scope = skip_variables(facts.symbols, each.scope)
            source = symbol_id(path, facts.symbols[scope].qualname if scope >= 0 else "")
            yield Edge(source, each.target, each.kind, "scip", confidence, path, each.line)


def explained_references(
    occurrences: Iterable[CompilerOccurrence], ids: Collection[str]
) -> frozenset[tuple[int, str]]:
    """Return (line, name) of references without need of another rule: their target is among `ids`,
    the symbols of the view, or outside of the repository.
    """
    return frozenset(
        (each.line, each.name) for each in occurrences if not each.target or each.target in ids
    )


def merge_edges(edges: Iterable[Edge], of_compiler: Iterable[Edge]) -> list[Edge]:
    """Return the edges of one file by line, one for each source, target and kind: the compiler's,
    at its first line.
    """
    merged: dict[tuple[str, str, str], Edge] = {}
    for edge in (*of_compiler, *edges):
        if edge.src != edge.dst or edge.kind == "calls":
            merged.setdefault((edge.src, edge.dst, edge.kind), edge)
    return sorted(merged.values(), key=lambda edge: (edge.line, edge.src, edge.dst, edge.kind))
