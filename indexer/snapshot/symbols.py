"""The symbols of files, made from rows on access."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

import pyarrow as pa

from ..records import Symbol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLUMNS = ("file_id", "uid", "idx", *Symbol._fields)


@dataclass(frozen=True, slots=True)
class FoundSymbol:
    """A symbol of the view."""

    uid: int  # key64 of the id
    path: str
    index: int  # position in the file
    symbol: Symbol

    @property
    def id(self) -> str:
        return f"{self.path}::{self.symbol.qualname}"


class FileSymbols(Sequence[FoundSymbol]):
    """The symbols of one file by position. A header may have ten thousand, and a query use one."""

    def __init__(self, path: str, columns: Sequence[pa.Array], start: int, stop: int) -> None:
        """Take the COLUMNS of many files; the rows of `path`, by position, are start to stop."""
        self._path, self._columns, self._start, self._stop = path, columns, start, stop
        self._symbols: dict[int, FoundSymbol] = {}

    def __len__(self) -> int:
        return self._stop - self._start

    @overload
    def __getitem__(self, at: int) -> FoundSymbol: ...
    @overload
    def __getitem__(self, at: slice) -> list[FoundSymbol]: ...
    def __getitem__(self, at: int | slice) -> FoundSymbol | list[FoundSymbol]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        at = range(len(self))[at]
        symbol = self._symbols.get(at)
        if symbol is None:
            _, uid, index, *fields = (column[self._start + at].as_py() for column in self._columns)
            symbol = self._symbols[at] = FoundSymbol(uid, self._path, index, Symbol(*fields))
        return symbol

    def __iter__(self) -> Iterator[FoundSymbol]:
        self._make(0, len(self))
        return map(self._symbols.__getitem__, range(len(self)))

    def starting(self, first: int, last: int) -> Iterator[FoundSymbol]:
        """Yield the symbols with a first line from `first` to `last`."""
        import numpy as np

        if not len(self):
            return iter(())
        lines = self._start_lines
        positions = np.flatnonzero((lines >= first) & (lines <= last)).tolist()
        if len(positions) > 1:
            self._make(positions[0], positions[-1] + 1)
        return map(self.__getitem__, positions)

    @cached_property
    def _start_lines(self) -> NDArray[np.int32]:
        lines: NDArray[np.int32] = self._columns[_START_LINE].to_numpy()[self._start : self._stop]
        return lines

    def _make(self, start: int, stop: int) -> None:
        """Make the missing symbols from `start` to `stop`; earlier ones stay the same objects."""
        if all(at in self._symbols for at in range(start, stop)):
            return
        rows = (
            column.slice(self._start + start, stop - start).to_pylist() for column in self._columns
        )
        _, uids, indices, *fields = rows
        for at, uid, index, symbol in zip(
            range(start, stop), uids, indices, map(Symbol, *fields), strict=True
        ):
            if at not in self._symbols:
                self._symbols[at] = FoundSymbol(uid, self._path, index, symbol)


_START_LINE = COLUMNS.index("start_line")


def group_by_file(rows: pa.Table, paths: Mapping[int, str]) -> dict[str, FileSymbols]:
    """Return path → symbols from rows with the COLUMNS in any order.

    `paths` is file_id → path; rows of other files are left out.
    """
    import numpy as np

    ids, positions = rows["file_id"].to_numpy(), rows["idx"].to_numpy()
    order = np.lexsort((positions, ids))
    rows = rows.take(order).combine_chunks()
    columns = [rows[name].chunk(0) if rows.num_rows else pa.array([]) for name in COLUMNS]
    file_ids, starts = np.unique(ids[order], return_index=True)
    ends = [*starts[1:].tolist(), rows.num_rows]
    return {
        paths[file_id]: FileSymbols(paths[file_id], columns, start, end)
        for file_id, start, end in zip(file_ids.tolist(), starts.tolist(), ends, strict=False)
        if file_id in paths
    }
