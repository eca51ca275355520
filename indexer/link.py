"""The edges of a view: those of files that a change can affect are resolved, all others are kept as they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from .facts import StoredFacts
from .lance import column
from .needs import TOLD, Consulted, altered
from .precise import Told, merged, precise_edges, settled
from .records import Edge, FileFacts, symbol_id
from .resolve import Resolver
from .schema import NEEDS, batch_of, edge_batch, edges_key

if TYPE_CHECKING:
    from lancedb.table import Table


@dataclass(frozen=True, slots=True)
class Before:
    """A view as it was published, for those of its files that have facts."""

    files: Mapping[str, tuple[int, int]]  # path → (file_id, edges_id)
    consulted: Consulted


@dataclass(frozen=True, slots=True)
class Linked:
    """A view with its edges."""

    edges_ids: dict[str, int]  # path → edges_id
    resolved: int  # files whose edges were not kept
    precise: int | None  # edges that compilers gave, where they said anything
    consulted: Consulted  # as in `needs`
    batches: dict[str, pa.RecordBatch]  # rows of sets that were not stored yet


Tell = Callable[[Mapping[str, FileFacts]], Mapping[str, tuple[Told, ...]]]
"""path → facts of all files ⇒ path → what compilers say of the file."""


def link_view(
    tables: Mapping[str, Table],
    wanted: Mapping[str, int],
    before: Before,
    tell: Tell,
    progress: Callable[[int, int], None],
) -> Linked:
    """Resolve the files `wanted` (path → file_id, in the order of paths) against each other.

    `before` is a view of the same store whose edges the same rules made, or one without files. The result is the same
    whatever it is.
    """
    stored = StoredFacts(tables)
    facts = {path: stored.of(path, file_id) for path, file_id in wanted.items()}
    told = tell(facts)
    kept = _kept(tables, stored, facts, wanted, before)
    known = set(column(tables["needs"], "edges_id").tolist())
    linker = _Linker(facts, told)
    edges_ids: dict[str, int] = {}
    fresh: dict[int, tuple[list[Edge], list[int]]] = {}
    for done, path in enumerate(facts):
        if done % 500 == 0:
            progress(done, len(facts))
        if path in kept and path not in told:
            edges_ids[path] = kept[path]
            continue
        edges, needs = linker.resolve(path)
        edges_ids[path] = key = edges_key(edges, needs)
        if key not in known:
            fresh[key] = edges, needs
    progress(len(facts), len(facts))
    batches = {
        "edges": edge_batch((key, edges) for key, (edges, _) in fresh.items()),
        "needs": batch_of([(key, len(edges), needs) for key, (edges, needs) in fresh.items()], NEEDS),
    }
    consulted = sorted({*before.consulted, *linker.resolver.consulted()})
    return Linked(edges_ids, len(facts) - len(kept), linker.precise if told else None, consulted, batches)


class _Linker:
    """Joins what resolution finds with what compilers say."""

    def __init__(self, facts: Mapping[str, FileFacts], told: Mapping[str, tuple[Told, ...]]) -> None:
        self.resolver = Resolver(facts)
        self.precise = 0
        self._facts, self._told = facts, told
        self._known = (
            {symbol_id(path, s.qualname) for path, file in facts.items() for s in file.symbols} if told else set()
        )

    def resolve(self, path: str) -> tuple[list[Edge], list[int]]:
        """The edges that leave the file, and what they depend on."""
        own = self._told.get(path)
        if not own:
            return self.resolver.resolve(path)
        heuristic, needs = self.resolver.resolve(path, settled(own, self._known))
        edges = merged(heuristic, precise_edges(path, self._facts[path], own, self._known))
        self.precise += sum(edge.rule == "scip" for edge in edges)
        return edges, sorted({*needs, TOLD})


def _kept(
    tables: Mapping[str, Table],
    stored: StoredFacts,
    facts: Mapping[str, FileFacts],
    wanted: Mapping[str, int],
    before: Before,
) -> dict[str, int]:
    """path → edges_id, of the files whose edges a change since `before` cannot affect."""
    same = {path for path, file_id in wanted.items() if before.files.get(path, (0, 0))[0] == file_id}
    old = {path: stored.of(path, file_id) for path, (file_id, _) in before.files.items() if path not in same}
    new = {path: facts[path] for path in wanted if path not in same}
    stale = _asking(tables["needs"], {TOLD, *altered(old, new, before.consulted)})
    return {path: key for path in same if (key := before.files[path][1]) not in stale}


def _asking(needs: Table, keys: set[int]) -> set[int]:
    """The edge sets that depend on any of `keys`."""
    import numpy as np

    rows = needs.search().select(["edges_id", "needs"]).to_arrow().combine_chunks()
    asked = rows["needs"].combine_chunks()
    sizes = asked.value_lengths().to_numpy(zero_copy_only=False)
    owners = np.repeat(rows["edges_id"].to_numpy(), sizes)
    hit = np.isin(asked.flatten().to_numpy(), np.fromiter(keys, np.int64, len(keys)))
    return set(owners[hit].tolist())
