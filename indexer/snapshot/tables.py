"""The tables of one generation, pinned to its versions, as one view uses them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import GenerationGone, StoreError
from ..store import (
    MANIFEST_COLUMNS,
    State,
    Store,
    View,
    fetch,
    in_filter,
    in_filters,
    lance_errors,
    merge_rows,
    query_table,
    quote,
)
from .entries import Entries
from .symbols import COLUMNS as SYMBOL_COLUMNS

if TYPE_CHECKING:
    import numpy as np
    from lancedb.table import Table
    from numpy.typing import NDArray

CACHED_ROWS = 200_000  # of a cached table, at most: 50 MB of symbols
CACHED_AFTER = 8  # reads: a process with one question caches nothing
_CACHED = {"symbols": list(SYMBOL_COLUMNS)}


class ViewTables:
    """Reads the rows of one view of one generation."""

    def __init__(self, store: Store, state: State, view: View) -> None:
        self.store, self.state, self.view = store, state, view
        self._tables: dict[str, Table] = {}
        self._cached: dict[str, pa.Table | None] = {}

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn errors into `StoreError`, or into `GenerationGone` if a newer one is published.

        Old versions are removed some time after a newer generation is published.
        """
        try:
            with lance_errors(self.store.uri):
                yield
        except StoreError as error:
            newest = self.store.state()
            if newest is None or newest.generation == self.state.generation:
                raise
            raise GenerationGone(
                f"{self.store.uri} was indexed again since it was opened here: open it anew"
            ) from error

    def table(self, name: str) -> Table:
        """Return the table `name` at this generation's version."""
        if name not in self._tables:
            with self.reading():
                self._tables[name] = self.store.table(
                    name, self.state.fact_version, self.state.versions[name]
                )
        return self._tables[name]

    # -- the manifest

    @cached_property
    def _manifest(self) -> pa.Table:
        return merge_rows(self.read_view_rows("manifests", ["since", *MANIFEST_COLUMNS]))

    @cached_property
    def entries(self) -> Entries:
        """The view's paths in order, with facts or without."""
        return Entries(self._manifest)

    @cached_property
    def path_of(self) -> dict[int, str]:
        """file_id → path, for the view's files with facts."""
        rows = self._manifest.filter(pc.not_equal(self._manifest["file_id"], 0))
        return dict(zip(rows["file_id"].to_pylist(), rows["path"].to_pylist(), strict=True))

    @cached_property
    def edge_sets(self) -> frozenset[int]:
        """The ids of the view's edge sets."""
        return frozenset(self._manifest["edges_id"].to_pylist())

    def owns(self, file_ids: pa.ChunkedArray) -> NDArray[np.bool_]:
        """Return a mask of the `file_ids` in the view."""
        import numpy as np

        ids = file_ids.to_numpy()
        # most rows of a file follow each other
        starts = np.flatnonzero(np.diff(ids, prepend=ids[:1] - 1))
        lengths = np.diff(starts, append=len(ids))
        return np.isin(ids[starts], self._manifest["file_id"].to_numpy()).repeat(lengths)

    # -- rows

    def find_rows(
        self, name: str, columns: Sequence[str], key: str, values: Sequence[int | str]
    ) -> pa.Table:
        """Return the `columns` of the rows with one of `values` in `key`, of other views too."""
        rows = self._cached_table(name)
        if rows is not None:
            keys = pa.array(values, rows.schema.field(key).type)
            return rows.filter(pc.is_in(rows[key], keys)).select(columns)
        names = [column for column in columns if column != "_rowid"]
        filters = in_filters(key, values) if values else [in_filter(key, values)]
        pieces = [self.read(name, names, where, "_rowid" in columns) for where in filters]
        return pa.concat_tables(pieces).select(columns)

    def _cached_table(self, name: str) -> pa.Table | None:
        """Return a small table that is often read from memory: a filter in Lance takes 5 ms."""
        if name not in _CACHED or not self.is_read_often(name):
            return None
        if name not in self._cached:
            is_small = self.table(name).count_rows() <= CACHED_ROWS
            self._cached[name] = self.read_all(name, _CACHED[name]) if is_small else None
        return self._cached[name]

    def is_read_often(self, name: str) -> bool:
        """Count a read of a table or column. Return True if it should be cached."""
        reads = self.store.cache.reads
        reads[name] += 1
        return reads[name] > CACHED_AFTER

    def read(
        self, name: str, columns: list[str], where: str | None, with_row_id: bool = False
    ) -> pa.Table:
        """Return the `columns` of the rows that match `where`, a Lance filter."""
        with self.reading():
            query = query_table(self.table(name))
            query = query.where(where) if where else query
            return fetch((query.with_row_id() if with_row_id else query).select(columns))

    def read_all(self, name: str, columns: Sequence[str]) -> pa.Table:
        """Return `_rowid` and `columns` of all rows by number, of other views too. Cached."""
        with self.reading():
            return self.store.cache.read_rows(self.table(name), columns)

    def read_view_rows(self, name: str, columns: Sequence[str]) -> pa.Table:
        """Return the `columns` of this view's rows of a table with the column `view`. Cached."""
        with self.reading():
            where = f"view = {quote(self.view.name)}"
            return self.store.cache.read_rows(self.table(name), columns, where)
