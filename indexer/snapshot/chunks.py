"""The chunks of one view of one generation, found by their terms, by vector and by file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ..embed.quantized import OVERSAMPLING, OVERSAMPLING_IN_MEMORY, Signs, cosines
from ..store.lance import asking, match_queries, rows_of, taking
from ..store.term_statistics import COLUMNS as STATISTICS
from ..store.term_statistics import TermStatistics, bm25, from_rows
from .chunk_table import COLUMNS, ChunkRows
from .results import FoundChunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .snapshot import Snapshot

HELD = {"vector": 400_000, "terms": 100_000}
"""Up to so many chunks a column is held in memory, some 100 MB; of more, rows are read for each question."""


class Chunks:
    """Searches the chunks of a view."""

    def __init__(self, snapshot: Snapshot, before: Chunks | None = None) -> None:
        """`before`: those of an earlier generation."""
        self._snapshot = snapshot
        self._before: Signs | None = (
            before.__dict__.get("_signs", before._before) if before else None
        )

    def at(self, snapshot: Snapshot) -> Chunks:
        """The same chunks in a generation that has them in the same rows."""
        same = Chunks(snapshot)
        same.__dict__.update(
            {name: value for name, value in self.__dict__.items() if name != "_snapshot"}
        )
        return same

    @cached_property
    def _stored(self) -> int:
        """How many chunks the table holds, those of other views too."""
        with self._snapshot.reading():
            return int(self._snapshot.table("chunks").count_rows())

    @cached_property
    def statistics(self) -> TermStatistics:
        """How many of the view's chunks hold a term."""
        return from_rows(self._snapshot.of_view("statistics", STATISTICS))

    def search_text(self, weights: Mapping[str, float], limit: int) -> list[FoundChunk]:
        """The chunks that match any of the terms best, best first: BM25, each term's part times its weight.

        By the view's own statistics; the index, which counts other rows too, says which chunks are looked at.
        """
        weights = {
            term: weight for term, weight in weights.items() if self.statistics.holding(term)
        }
        queries = match_queries(weights)  # a term that no chunk holds costs as much as another
        if not queries or not self._stored:
            return []
        least = count = limit + limit // 4
        while True:  # the index holds other views' rows too
            with self._snapshot.reading():
                asked = [self._numbers(each, count) for each in queries]
                numbers = list(dict.fromkeys(chain(*asked)))
                chunks = self._by_number(numbers)
            at = chunks.among(numbers)
            if len(at) >= least or len(asked[-1]) < count or count >= self._stored:
                scores = bm25(self.terms(chunks.numbers[at].tolist()), weights, self.statistics)
                return chunks.found(at, scores, self._snapshot.path_of, limit)
            count *= 4  # the last query has all terms: where it finds no more there is no more

    def _numbers(self, wanted: Any, count: int) -> list[int]:
        """The rows that the full-text index finds best, by their numbers: columns are read once it is known which are wanted."""
        table = self._snapshot.table("chunks")
        query = asking(table).nearest_to_text(wanted).with_row_id().select(["_score"]).limit(count)
        found: list[int] = rows_of(query)["_rowid"].to_pylist()
        return found

    def search_vector(self, vector: NDArray[np.float16], limit: int) -> list[FoundChunk]:
        """The chunks whose vectors have the largest dot product with `vector`, best first: of those that share most signs
        with it."""
        import numpy as np

        if not self._snapshot.state.dim or not self._stored:
            return []
        listed = (OVERSAMPLING_IN_MEMORY if self._holds("vector") else OVERSAMPLING) * limit
        near = self._signs.nearest(vector, listed, self._all.own)
        scores = np.round(
            cosines(self._column_of(self._all.numbers[near].tolist(), "vector"), vector), 6
        )
        return self._all.found(near, scores.tolist(), self._snapshot.path_of, limit)

    def of_files(self, paths: Collection[str]) -> list[FoundChunk]:
        """All chunks of the files `paths`, in order."""
        entries = self._snapshot.entries
        ids = sorted({entries[path].file_id for path in paths if path in entries} - {0})
        chunks = (
            self._all
            if self._are_held()
            else ChunkRows(
                self._snapshot.rows("chunks", ["_rowid", *COLUMNS], "file_id", ids),
                self._snapshot.owns,
            )
        )
        at = chunks.of_files(ids)
        return chunks.found(at, [0.0] * len(at), self._snapshot.path_of)

    def terms(self, rows: Sequence[int]) -> pa.Array:
        """The search terms of the chunks `rows`, in that order: path and name on the first line, then the text."""
        return self._column_of(rows, "terms")

    # -- all of them, in memory

    @cached_property
    def _all(self) -> ChunkRows:
        """With those of other views, since all that is held has the store's rows in their order."""
        return ChunkRows(self._snapshot.whole("chunks", COLUMNS), self._snapshot.owns)

    @cached_property
    def _signs(self) -> Signs:
        before, self._before = self._before, None
        return Signs(
            self._snapshot.whole("chunks", ["signs"])["signs"], self._snapshot.state.dim, before
        )

    @cached_property
    def _columns(self) -> dict[str, pa.ChunkedArray]:
        """Those that are held, as far as they were asked for."""
        return {}

    def _holds(self, column: str) -> bool:
        """Whether to hold a column: vectors at once, since all of their signs are read for the first question already."""
        is_wanted = column == "vector" or self._snapshot.is_read_often(f"chunks.{column}")
        return self._stored <= HELD[column] and is_wanted

    def _are_held(self) -> bool:
        return "_all" in self.__dict__ or self._snapshot.is_read_often("chunks")

    # -- some of them, from the store

    def _by_number(self, numbers: Sequence[int]) -> ChunkRows:
        """The chunks with these row numbers, as far as they are the view's, and any others."""
        if self._are_held():
            return self._all
        with self._snapshot.reading():
            return ChunkRows(self._taken(numbers, COLUMNS), self._snapshot.owns)

    def _column_of(self, rows: Sequence[int], column: str) -> pa.Array:
        """A column of the chunks `rows`, in that order."""
        if self._holds(column):
            if column not in self._columns:
                self._columns[column] = self._snapshot.whole("chunks", [column])[column]
            return self._columns[column].take(pa.array(self._all.among(rows))).combine_chunks()
        with self._snapshot.reading():
            found = self._taken(rows, [column])
        order = pc.index_in(pa.array(rows, pa.uint64()), value_set=found["_rowid"].combine_chunks())
        return found[column].combine_chunks().take(order)

    def _taken(self, rows: Sequence[int], columns: Sequence[str]) -> pa.Table:
        """Rows by their numbers, in no particular order."""
        table = self._snapshot.table("chunks")
        if not rows:
            schema = table.schema
            return pa.table(
                {column: pa.array([], schema.field(column).type) for column in columns} | _NO_ROWS
            )
        return rows_of(taking(table, rows).with_row_id().select(list(columns)))


_NO_ROWS = {"_rowid": pa.array([], pa.uint64())}
