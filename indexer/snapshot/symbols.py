"""Symbols as a store's rows give them: a file's are made one by one, when they are asked for."""

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

    uid: int  # key64 of its id
    path: str
    index: int  # its position in the file
    symbol: Symbol

    @property
    def id(self) -> str:
        return f"{self.path}::{self.symbol.qualname}"


class FileSymbols(Sequence[FoundSymbol]):
    """Symbols of one file by position. A header may have ten thousand, of which a question names one."""

    def __init__(self, path: str, columns: Sequence[pa.Array], start: int, stop: int) -> None:
        """The COLUMNS, those of other files too; `path` has the rows from `start` up to `stop`, in the order of positions."""
        self._path, self._columns, self._start, self._stop = path, columns, start, stop
        self._made: dict[int, FoundSymbol] = {}

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
        found = self._made.get(at)
        if found is None:
            _, uid, index, *fields = (column[self._start + at].as_py() for column in self._columns)
            found = self._made[at] = FoundSymbol(uid, self._path, index, Symbol(*fields))
        return found

    def __iter__(self) -> Iterator[FoundSymbol]:
        self._make(0, len(self))
        return map(self._made.__getitem__, range(len(self)))

    def starting(self, first: int, last: int) -> Iterator[FoundSymbol]:
        """Those that begin on the lines from `first` to `last`."""
        import numpy as np

        places = (
            np.flatnonzero((self._starts >= first) & (self._starts <= last)).tolist()
            if len(self)
            else []
        )
        if len(places) > 1:
            self._make(places[0], places[-1] + 1)
        return map(self.__getitem__, places)

    @cached_property
    def _starts(self) -> NDArray[np.int32]:
        starts: NDArray[np.int32] = self._columns[_START].to_numpy()[self._start : self._stop]
        return starts

    def _make(self, start: int, stop: int) -> None:
        """Make those from `start` up to `stop` that are not yet; what was handed out stays the same object."""
        if all(at in self._made for at in range(start, stop)):
            return
        rows = (
            column.slice(self._start + start, stop - start).to_pylist() for column in self._columns
        )
        _, uids, indices, *fields = rows
        for at, uid, index, symbol in zip(
            range(start, stop), uids, indices, map(Symbol, *fields), strict=True
        ):
            if at not in self._made:
                self._made[at] = FoundSymbol(uid, self._path, index, symbol)


_START = COLUMNS.index("start_line")


def by_file(rows: pa.Table, paths: Mapping[int, str]) -> dict[str, FileSymbols]:
    """path → its symbols, of rows with the COLUMNS in any order; `paths`: file_id → path, and others are left out."""
    import numpy as np

    ids, places = rows["file_id"].to_numpy(), rows["idx"].to_numpy()
    order = np.lexsort((places, ids))
    rows = rows.take(order).combine_chunks()
    columns = [rows[name].chunk(0) if rows.num_rows else pa.array([]) for name in COLUMNS]
    keys, starts = np.unique(ids[order], return_index=True)
    ends = [*starts[1:].tolist(), rows.num_rows]
    return {
        paths[key]: FileSymbols(paths[key], columns, start, end)
        for key, start, end in zip(keys.tolist(), starts.tolist(), ends, strict=False)
        if key in paths
    }
