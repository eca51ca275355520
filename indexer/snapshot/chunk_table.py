"""Chunks as a store's rows give them: where each stands, by the row's number and by its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from ..store.fragment_cache import by_number
from .results import FoundChunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLUMNS = ("file_id", "symbol", "start_line", "end_line")


class ChunkRows:
    """Some chunks, or all of a store, by the numbers of their rows, ascending: 29 bytes each."""

    def __init__(
        self, table: pa.Table, owns: Callable[[pa.ChunkedArray], NDArray[np.bool_]]
    ) -> None:
        """`table`: `_rowid` and the COLUMNS, each row once; `owns`: which of the column `file_id` are files of the view."""
        table = by_number(table)
        self.numbers: NDArray[np.uint64] = table["_rowid"].to_numpy()
        self.own = owns(table["file_id"])
        self._file_id, self._symbol, self._start, self._end = (
            table[name].to_numpy() for name in COLUMNS
        )

    def __len__(self) -> int:
        return len(self.numbers)

    def among(self, numbers: Sequence[int]) -> NDArray[np.intp]:
        """The positions of those of the rows `numbers` that are here and the view's, in their order."""
        import numpy as np

        wanted = np.array(numbers, np.uint64)
        at = np.searchsorted(self.numbers, wanted)
        at[at == len(self)] = 0
        return at[(self.numbers[at] == wanted) & self.own[at]] if len(self) else at[:0]

    def of_files(self, file_ids: Sequence[int]) -> NDArray[np.intp]:
        """The positions of all chunks of these files."""
        import numpy as np

        order, ids = self._by_file
        wanted = np.unique(np.array(file_ids, np.int64))
        starts, ends = np.searchsorted(ids, wanted), np.searchsorted(ids, wanted, side="right")
        return np.concatenate(
            [order[start:end] for start, end in zip(starts, ends, strict=True)] or [order[:0]]
        )

    @cached_property
    def _by_file(self) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """(the positions by file, the files in that order)."""
        import numpy as np

        order = np.argsort(self._file_id, kind="stable")
        return order, self._file_id[order]

    def found(
        self,
        at: NDArray[np.intp],
        scores: Sequence[float],
        paths: Mapping[int, str],
        limit: int | None = None,
    ) -> list[FoundChunk]:
        """The best `limit` of the chunks at some positions with their `scores`, best first; `paths`: file_id → path."""
        import numpy as np

        values = np.asarray(scores, np.float64)
        if limit is not None and 0 < limit < len(at):
            best = np.flatnonzero(
                values >= np.partition(values, -limit)[-limit]
            )  # with all that tie at the end
            at, values = at[best], values[best]
        columns = (self.numbers, self._file_id, self._symbol, self._start, self._end)
        chunks = [
            FoundChunk(number, paths[file_id], file_id, symbol, start, end, score)
            for number, file_id, symbol, start, end, score in zip(
                *(column[at].tolist() for column in columns), values.tolist(), strict=True
            )
        ]
        return sorted(chunks, key=lambda c: (-c.score, c.path, c.start_line))[:limit]
