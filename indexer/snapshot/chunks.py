"""The chunks of one view of one generation: searches by terms, by vector and by file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ..embed import OVERSAMPLING, OVERSAMPLING_IN_MEMORY, Signs, cosines
from ..store import STATISTICS_COLUMNS, TermStatistics, fetch, query_rows, query_table, sum_rows
from .chunk_table import COLUMNS, ChunkTable
from .match_queries import match_queries
from .results import FoundChunk
from .tables import ViewTables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CACHED_CHUNKS = {"vector": 400_000, "terms": 100_000}
"""The number of chunks up to which a column is cached: some 100 MB. With more chunks, rows are read
for each question."""


@dataclass(slots=True)
class _Cache:
    """Columns of all rows of the table, other views' too, as far as they were read."""

    count: int | None = None  # rows of the table
    statistics: TermStatistics | None = None
    table: ChunkTable | None = None
    signs: Signs | None = None
    columns: dict[str, pa.ChunkedArray] = field(default_factory=dict)


class Chunks:
    """Searches the chunks of a view."""

    def __init__(self, tables: ViewTables) -> None:
        self._tables = tables
        self._cache = _Cache()
        self._previous_signs: Signs | None = None

    def carried_over(self, tables: ViewTables) -> Chunks:
        """Return the chunks of a later generation of the view, with the cached data still valid.

        All of it is valid if the table has the same rows; edges alone may differ then. Otherwise
        the signs of unchanged fragments are.
        """
        later = Chunks(tables)
        if self._versions() == later._versions():
            later._cache, later._previous_signs = self._cache, self._previous_signs
        else:
            later._previous_signs = self._cache.signs or self._previous_signs
        return later

    def _versions(self) -> tuple[int, int]:
        """Return the versions that two generations with the same chunks share."""
        versions = self._tables.state.versions
        return versions["chunks"], versions["statistics"]

    @property
    def statistics(self) -> TermStatistics:
        """The term statistics of the view's chunks."""
        if self._cache.statistics is None:
            self._cache.statistics = sum_rows(
                self._tables.read_view_rows("statistics", STATISTICS_COLUMNS)
            )
        return self._cache.statistics

    # -- searches

    def search_text(self, weights: Mapping[str, float], limit: int) -> list[FoundChunk]:
        """Return the best chunks with any of the terms, by BM25 and the terms' weights.

        The index, which includes other views' rows, finds candidates; the view's own statistics
        score them. The best chunk is first.
        """
        # a term without a chunk would take as long as any other
        weights = {term: weights[term] for term in weights if self.statistics.count_chunks(term)}
        queries = match_queries(weights)
        if not queries or not self._count:
            return []
        least = count = limit + limit // 4
        while True:  # many of the first rows may belong to other views
            with self._tables.reading():
                results = [self._query_index(each, count) for each in queries]
                rows = list(dict.fromkeys(chain(*results)))
                chunks = self._table_of(rows)
            at = chunks.find_rows(rows)
            # the last query has all terms: if it finds fewer, there are no more
            if len(at) >= least or len(results[-1]) < count or count >= self._count:
                texts = self.terms(chunks.numbers[at].tolist())
                scores = self.statistics.score_texts(texts, weights)
                return chunks.take_best(at, scores, self._tables.path_of, limit)
            count *= 4

    def _query_index(self, query: Any, count: int) -> list[int]:
        """Return the numbers of the best rows in the full-text index; columns are read later."""
        table = query_table(self._tables.table("chunks"))
        search = table.nearest_to_text(query).with_row_id().select(["_score"]).limit(count)
        rows: list[int] = fetch(search)["_rowid"].to_pylist()
        return rows

    def search_vector(self, vector: NDArray[np.float16], limit: int) -> list[FoundChunk]:
        """Return the chunks with the largest cosine with `vector`, best first.

        Candidates are the chunks that share most signs with it.
        """
        import numpy as np

        if not self._tables.state.dim or not self._count:
            return []
        factor = OVERSAMPLING_IN_MEMORY if self._caches("vector") else OVERSAMPLING
        chunks = self._all
        candidates = self._signs.nearest(vector, factor * limit, chunks.in_view)
        vectors = self._column_of(chunks.numbers[candidates].tolist(), "vector")
        scores = np.round(cosines(vectors, vector), 6).tolist()
        return chunks.take_best(candidates, scores, self._tables.path_of, limit)

    def of_files(self, paths: Collection[str]) -> list[FoundChunk]:
        """Return all chunks of the files `paths`, in order."""
        entries = self._tables.entries
        ids = sorted({entries[path].file_id for path in paths if path in entries} - {0})
        if self._caches_table():
            chunks = self._all
        else:
            rows = self._tables.find_rows("chunks", ["_rowid", *COLUMNS], "file_id", ids)
            chunks = ChunkTable(rows, self._tables.owns)
        at = chunks.find_files(ids)
        return chunks.take_best(at, [0.0] * len(at), self._tables.path_of)

    def terms(self, rows: Sequence[int]) -> pa.Array:
        """Return the search terms of the chunks `rows`: path and name on the first line."""
        return self._column_of(rows, "terms")

    # -- all rows, cached

    @property
    def _count(self) -> int:
        """The number of rows of the table, other views' too."""
        if self._cache.count is None:
            with self._tables.reading():
                self._cache.count = int(self._tables.table("chunks").count_rows())
        return self._cache.count

    @property
    def _all(self) -> ChunkTable:
        """All rows, other views' too, so that positions agree with those of cached columns."""
        if self._cache.table is None:
            rows = self._tables.read_all("chunks", COLUMNS)
            self._cache.table = ChunkTable(rows, self._tables.owns)
        return self._cache.table

    @property
    def _signs(self) -> Signs:
        if self._cache.signs is None:
            column = self._tables.read_all("chunks", ["signs"])["signs"]
            self._cache.signs = Signs(column, self._tables.state.dim, self._previous_signs)
            self._previous_signs = None
        return self._cache.signs

    def _caches(self, column: str) -> bool:
        """Return True if a column is to be cached.

        Vectors are at once: the first question reads all of their signs anyway.
        """
        is_wanted = column == "vector" or self._tables.is_read_often(f"chunks.{column}")
        return self._count <= CACHED_CHUNKS[column] and is_wanted

    def _caches_table(self) -> bool:
        return self._cache.table is not None or self._tables.is_read_often("chunks")

    # -- some rows, from the store

    def _table_of(self, rows: Sequence[int]) -> ChunkTable:
        """Return a table with these rows, and perhaps others."""
        if self._caches_table():
            return self._all
        with self._tables.reading():
            return ChunkTable(self._read_rows(rows, COLUMNS), self._tables.owns)

    def _column_of(self, rows: Sequence[int], column: str) -> pa.Array:
        """Return a column of the chunks `rows`, in that order."""
        if self._caches(column):
            columns = self._cache.columns
            if column not in columns:
                columns[column] = self._tables.read_all("chunks", [column])[column]
            return columns[column].take(pa.array(self._all.find_rows(rows))).combine_chunks()
        with self._tables.reading():
            table = self._read_rows(rows, [column])
        order = pc.index_in(pa.array(rows, pa.uint64()), value_set=table["_rowid"].combine_chunks())
        return table[column].combine_chunks().take(order)

    def _read_rows(self, rows: Sequence[int], columns: Sequence[str]) -> pa.Table:
        """Read rows by their numbers, in no particular order."""
        table = self._tables.table("chunks")
        if rows:
            return fetch(query_rows(table, rows).with_row_id().select(list(columns)))
        fields = [table.schema.field(column) for column in columns]
        return pa.schema([*fields, pa.field("_rowid", pa.uint64())]).empty_table()
