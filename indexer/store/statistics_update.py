"""Updates of the term statistics of views, with little counting.

Statistics are linear, so new files are added and removed ones subtracted. Most files of a switched
branch were counted when the branch was there before, and most chunks of an edited file are
unchanged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from .lance import in_filter, quote
from .manifest import EMPTY_MANIFEST
from .schema import STATISTICS, make_batch
from .term_statistics import TermStatistics, add_up, count_difference, count_terms, sum_rows

if TYPE_CHECKING:
    from .writer import Writer

MAX_ROWS = 16  # of statistics of a view: readers add them up
SWITCH = 100  # new file versions from which on a switch of branches is assumed
MAX_DELTAS = 32  # statistics of batches that are kept before they are added up: some 10 MB
BATCH_CHUNKS = 8_192  # chunks read at a time: some 10 MB
MANY_FILES = 4_000  # file versions from which on all rows are read, without a filter
CHUNKS_IN_MEMORY = 200_000  # chunks compared in memory: some 120 MB


class StatisticsUpdate:
    """The updates of one writer's term statistics."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._table = writer.tables["statistics"]
        self._counted_files: set[int] = set()
        self._deltas: list[TermStatistics] = []

    def add_delta(self, file_ids: Iterable[int], statistics: TermStatistics) -> None:
        """Remember the statistics of new file versions, so that their terms need not be read."""
        self._counted_files.update(file_ids)
        self._deltas.append(statistics)
        if len(self._deltas) > MAX_DELTAS:
            self._deltas[:] = [add_up(self._deltas)]

    def update_view(self, view: str, before: pa.ChunkedArray, now: pa.ChunkedArray) -> None:
        """Update the statistics of `view` from its published file versions to those of `now`."""
        rows = self._rows(view)
        added, removed = _difference(now, before), _difference(before, now)
        if not len(rows):
            self._add_view(view, now)
        elif len(added) > SWITCH:
            self._switch_branch(view, rows, before, now)
        elif added or removed:
            self._append(view, rows, self._count(added, removed))

    def _add_view(self, view: str, now: pa.ChunkedArray) -> None:
        """Write the statistics of a new view: those of a similar one, and the difference."""
        similar, base = self._most_similar(now)
        delta = self._count(_difference(now, base), _difference(base, now))
        self._write(view, [(self._writer.next_generation, add_up([sum_rows(similar), delta]))])

    def _switch_branch(
        self, view: str, rows: pa.Table, before: pa.ChunkedArray, now: pa.ChunkedArray
    ) -> None:
        """Write the difference from the nearest restorable generation; later rows are undone."""
        later, base = self._nearest_generation(view, rows, before, now)
        added, removed = _difference(now, base), _difference(base, now)
        if added or removed or len(later):
            self._append(view, rows, add_up([self._count(added, removed)], [sum_rows(later)]))

    def _append(self, view: str, rows: pa.Table, delta: TermStatistics) -> None:
        """Write `delta` beside the view's `rows`, which are merged if there are too many."""
        sums = [(self._writer.next_generation, delta)]
        if len(rows) >= MAX_ROWS:
            sums = [*self._merge(view, rows), *sums]
            self._table.delete(f"view = {quote(view)}")
        self._write(view, sums)

    def _write(self, view: str, sums: Iterable[tuple[int, TermStatistics]]) -> None:
        rows = [statistics.to_row(view, since) for since, statistics in sums]
        self._writer.add({"statistics": make_batch(rows, STATISTICS)})

    def _rows(self, view: str) -> pa.Table:
        return self._table.search().where(f"view = {quote(view)}").to_arrow()

    def _merge(self, view: str, rows: pa.Table) -> Iterator[tuple[int, TermStatistics]]:
        """Yield the sums of the view's `rows` between its restorable generations."""
        published = self._writer.view(view)
        generations = sorted(published.restorable_generations) if published else []
        for after, last in pairwise([0, *generations, self._writer.next_generation]):
            since = rows["since"]
            part = rows.filter(pc.and_(pc.greater(since, after), pc.less_equal(since, last)))
            if len(part):
                yield pc.max(part["since"]).as_py(), sum_rows(part)

    def _most_similar(self, now: pa.ChunkedArray) -> tuple[pa.Table, pa.ChunkedArray]:
        """Return rows and file versions of the published view with most file versions of `now`.

        It must have half of them; otherwise both are empty. Another work tree or revision of the
        repository differs in few files.
        """
        import numpy as np

        ids = now.to_numpy()
        name, best, most = "", EMPTY_MANIFEST["file_id"], len(ids) // 2
        for view in self._writer.published_views():
            file_ids = self._writer.manifest(view.name)["file_id"]
            shared = int(np.isin(file_ids.to_numpy(), ids[ids != 0]).sum())
            if shared > most:
                name, best, most = view.name, file_ids, shared
        rows = self._rows(name)
        return (rows, best) if len(rows) else (rows, EMPTY_MANIFEST["file_id"])

    def _nearest_generation(
        self, view: str, rows: pa.Table, before: pa.ChunkedArray, now: pa.ChunkedArray
    ) -> tuple[pa.Table, pa.ChunkedArray]:
        """Find the view's generation with most file versions of `now`.

        Return its later `rows`, which have to be undone, and its file versions. For the last
        generation, with the file versions `before`, there are no later rows.
        """
        published = self._writer.view(view)
        nearest = rows.slice(0, 0), before
        stored = frozenset(self._writer.inventory.file_ids().tolist())
        for generation in published.restorable_generations if published else ():
            file_ids = self._writer.manifest(view, generation)["file_id"]
            has_rows = pc.min(rows["since"]).as_py() <= generation
            can_count = has_rows and _difference(file_ids, now) <= stored
            if can_count and len(_difference(now, file_ids)) < len(_difference(now, nearest[1])):
                nearest = rows.filter(pc.greater(rows["since"], generation)), file_ids
        return nearest

    def _count(self, added: set[int], removed: set[int]) -> TermStatistics:
        """Return the statistics of the `added` file versions without the `removed` ones."""
        if removed and self._count_chunks({*added, *removed}) <= CHUNKS_IN_MEMORY:
            # most chunks are on both sides
            return count_difference(self._read_terms(added), self._read_terms(removed))
        known, deltas = self._counted_files, self._deltas
        if not known <= added:
            known, deltas = set(), []
        counted = count_terms(self._read_terms(added - known))
        return add_up([*deltas, counted], [count_terms(self._read_terms(removed))])

    def _count_chunks(self, file_ids: Collection[int]) -> int:
        ids = pa.chunked_array([pa.array(file_ids, pa.int64())])
        return self._writer.inventory.sum_columns("files", ids, ["chunks"])["chunks"]

    def _read_terms(self, file_ids: Collection[int]) -> Iterator[str]:
        """Yield the terms of each chunk of `file_ids`, in no particular order."""
        if not file_ids:
            return
        query = self._writer.tables["chunks"].search().select(["file_id", "terms"])
        if len(file_ids) <= MANY_FILES:
            query = query.where(in_filter("file_id", sorted(file_ids)))
        ids = pa.array(file_ids, pa.int64())
        for batch in query.to_batches(BATCH_CHUNKS):
            for start in range(0, batch.num_rows, BATCH_CHUNKS):
                rows = batch.slice(start, BATCH_CHUNKS)
                yield from rows.filter(pc.is_in(rows["file_id"], ids))["terms"].to_pylist()


def _difference(ids: pa.ChunkedArray, others: pa.ChunkedArray) -> set[int]:
    """Return the file versions among `ids` that are not among `others`; 0 is none."""
    import numpy as np

    return set(np.setdiff1d(ids.to_numpy(), others.to_numpy()).tolist()) - {0}
