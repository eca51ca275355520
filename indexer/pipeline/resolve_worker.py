"""The edges of stale files: resolved in this process, or in several that map the same facts.

A file is resolved on its own, so processes can share the work: each sends back rows of edges.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import SourceError
from ..facts import ArrowFacts, Facts, TableFacts
from ..records import Edge, symbol_id
from ..resolve import (
    OCCURRENCES,
    CompilerOccurrence,
    Resolver,
    compiler_edges,
    explained_references,
    merge_edges,
)
from ..store import DEPENDENCIES, edge_batch, edge_set_id, make_batch
from .memory import Shares
from .pool import PoisonItem, Pool

BATCH_FILES = 64  # files that are resolved together: their rows of edges make one batch
MAX_ALONE = 2_000  # files that this process resolves itself: starting others costs a second
ONE_PROCESS = Shares(1, 0)
MAX_SECONDS = 600.0  # of processor time for a batch; more means a fault in clew


@dataclass(frozen=True, slots=True)
class ResolvedBatch:
    """The edges of some files. The rows hold an edge set once, even if several files share it."""

    sets: list[tuple[str, int]]  # (path, edges_id)
    edges: pa.RecordBatch
    dependencies: pa.RecordBatch
    module_inputs: list[tuple[str, str, str]]
    scip_edges: int  # edges from compilers

    def rows_of(self, sets: Collection[int]) -> dict[str, pa.RecordBatch]:
        """Return table → rows of these edge sets."""
        ids = pa.array(sorted(sets), pa.int64())
        tables = {"edges": self.edges, "dependencies": self.dependencies}
        return {
            name: rows.filter(pc.is_in(rows["edges_id"], value_set=ids))
            for name, rows in tables.items()
        }


def resolve_files(
    paths: Sequence[str],
    facts: TableFacts | ArrowFacts,
    occurrences: Mapping[str, tuple[CompilerOccurrence, ...]],
    shares: Shares = ONE_PROCESS,
    folder: Path | None = None,
) -> Iterator[ResolvedBatch]:
    """Yield the edges of `paths`, batch by batch in their order.

    The result does not depend on the number of processes. `folder` holds the files of mapped
    facts, from which other processes read.
    """
    batches = [paths[at : at + BATCH_FILES] for at in range(0, len(paths), BATCH_FILES)]
    is_alone = shares.jobs == 1 or len(paths) <= MAX_ALONE or bool(occurrences)
    if is_alone or folder is None or isinstance(facts, TableFacts):
        return map(_Linker(facts, occurrences).resolve, batches)
    return _resolve_in_processes(folder, batches, shares)


def _resolve_in_processes(
    folder: Path, batches: Iterable[Sequence[str]], shares: Shares
) -> Iterator[ResolvedBatch]:
    make = partial(_resolve_worker, folder)
    with Pool(make, shares.jobs, MAX_SECONDS, shares.worker, nice=True) as pool:
        for result in pool.run(batches):
            if isinstance(result, PoisonItem):
                reason = f"resolving {result.item} failed ({result.reason.value})"
                raise SourceError(f"{reason}: run `clew index --jobs 1`")
            yield result


def _resolve_worker(folder: Path) -> Callable[[Sequence[str]], ResolvedBatch]:
    return _Linker(ArrowFacts(folder), {}).resolve


class _Linker:
    """Joins the edges of the resolver with those of compilers."""

    def __init__(
        self, facts: Facts, occurrences: Mapping[str, tuple[CompilerOccurrence, ...]]
    ) -> None:
        self._resolver = Resolver(facts)
        self._facts, self._occurrences = facts, occurrences
        self._symbols: set[str] = set()  # ids, filled if there are occurrences
        for path in facts.languages if occurrences else ():
            self._symbols.update(symbol_id(path, symbol.qualname) for symbol in facts[path].symbols)

    def resolve(self, paths: Iterable[str]) -> ResolvedBatch:
        """Return the edges that leave the files, and the dependencies of those edges."""
        sets: list[tuple[str, int]] = []
        contents: dict[int, tuple[list[Edge], list[int]]] = {}
        scip_edges = 0
        for path in paths:
            edges, dependencies = self._resolve_file(path)
            edges_id = edge_set_id(edges, dependencies)
            sets.append((path, edges_id))
            contents.setdefault(edges_id, (edges, dependencies))
            scip_edges += self._count_scip(path, edges)
        rows = [(edges_id, len(edges), keys) for edges_id, (edges, keys) in contents.items()]
        return ResolvedBatch(
            sets,
            edge_batch((edges_id, edges) for edges_id, (edges, _) in contents.items()),
            make_batch(rows, DEPENDENCIES),
            self._resolver.module_inputs(),
            scip_edges,
        )

    def _resolve_file(self, path: str) -> tuple[list[Edge], list[int]]:
        occurrences = self._occurrences.get(path)
        if not occurrences:
            return self._resolver.resolve(path)
        explained = explained_references(occurrences, self._symbols)
        heuristic, dependencies = self._resolver.resolve(path, explained)
        of_compiler = compiler_edges(
            path, self._facts.with_references(path), occurrences, self._symbols
        )
        return merge_edges(heuristic, of_compiler), sorted({*dependencies, OCCURRENCES})

    def _count_scip(self, path: str, edges: Sequence[Edge]) -> int:
        return sum(edge.rule == "scip" for edge in edges) if path in self._occurrences else 0
