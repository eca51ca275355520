"""Chunk rows in memory: positions in files, by row number and by file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from ..store import sort_by_number
from .results import FoundChunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLUMNS = ("file_id", "symbol", "start_line", "end_line")


class ChunkTable:
    """Some or all chunks of a store by row number, ascending: 29 bytes each."""

    def __init__(
        self, table: pa.Table, owns: Callable[[pa.ChunkedArray], NDArray[np.bool_]]
    ) -> None:
        """Take `_rowid` and the COLUMNS, and a function that tells the view's file_ids."""
        table = sort_by_number(table)
        self.numbers: NDArray[np.uint64] = table["_rowid"].to_numpy()
        self.in_view = owns(table["file_id"])
        self._file_id, self._symbol, self._start, self._end = (
            table[name].to_numpy() for name in COLUMNS
        )

    def __len__(self) -> int:
        return len(self.numbers)

    def find_rows(self, numbers: Sequence[int]) -> NDArray[np.intp]:
        """Return the positions of the rows `numbers`, in their order; only those of the view."""
        import numpy as np

        rows = np.array(numbers, np.uint64)
        at = np.searchsorted(self.numbers, rows)
        at[at == len(self)] = 0
        return at[(self.numbers[at] == rows) & self.in_view[at]] if len(self) else at[:0]

    def find_files(self, file_ids: Sequence[int]) -> NDArray[np.intp]:
        """Return the positions of all chunks of these files."""
        import numpy as np

        order, sorted_ids = self._by_file
        ids = np.unique(np.array(file_ids, np.int64))
        starts, ends = np.searchsorted(sorted_ids, ids), np.searchsorted(sorted_ids, ids, "right")
        return np.concatenate(
            [order[start:end] for start, end in zip(starts, ends, strict=True)] or [order[:0]]
        )

    @cached_property
    def _by_file(self) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """(positions ordered by file_id, the file_ids in that order)."""
        import numpy as np

        order = np.argsort(self._file_id, kind="stable")
        return order, self._file_id[order]

    def take_best(
        self,
        at: NDArray[np.intp],
        scores: Sequence[float],
        paths: Mapping[int, str],
        limit: int | None = None,
    ) -> list[FoundChunk]:
        """Return the best `limit` of the chunks at some positions, by their `scores`.

        `paths` is file_id → path. Ties are ordered by path and line.
        """
        import numpy as np

        values = np.asarray(scores, np.float64)
        if limit is not None and 0 < limit < len(at):
            # with all ties at the end
            best = np.flatnonzero(values >= np.partition(values, -limit)[-limit])
            at, values = at[best], values[best]
        columns = (self.numbers, self._file_id, self._symbol, self._start, self._end)
        rows = zip(*(column[at].tolist() for column in columns), values.tolist(), strict=True)
        chunks = [
            FoundChunk(number, paths[file_id], file_id, symbol, start, end, score)
            for number, file_id, symbol, start, end, score in rows
        ]
        return sorted(chunks, key=lambda c: (-c.score, c.path, c.start_line))[:limit]
