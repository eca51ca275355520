"""The rows in the tables of a writer: newer than any published generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from .fragment_cache import FragmentCache
from .lance import decompress_source, in_filter, read_column

if TYPE_CHECKING:
    import numpy as np
    from lancedb.table import Table
    from numpy.typing import NDArray


class Inventory:
    """Reads the tables of a writer, without its buffered rows."""

    def __init__(self, tables: Mapping[str, Table], cache: FragmentCache) -> None:
        self._tables, self._cache = tables, cache

    def file_ids(self) -> NDArray[np.int64]:
        """Return the file versions with complete facts."""
        rows = self._cache.read_rows(self._tables["files"], ["file_id"])
        return rows["file_id"].to_numpy()  # type: ignore[no-any-return]

    def edge_sets(self) -> set[int]:
        """Return the ids of the complete edge sets, including empty ones."""
        return set(read_column(self._tables["dependencies"], "edges_id").tolist())

    def commits(self) -> dict[str, int]:
        """Return the stored commits, commit → number of touched paths, as in `Commit`."""
        rows = self._tables["commits"].search().select(["commit", "touched"]).to_arrow()
        return dict(zip(rows["commit"].to_pylist(), rows["touched"].to_pylist(), strict=True))

    def contains(self, manifest: pa.Table) -> bool:
        """Return True if the facts and edges of all files of a manifest are stored."""
        import numpy as np

        edge_sets = np.fromiter(self.edge_sets(), np.int64)
        has_facts = np.isin(manifest["file_id"].to_numpy(), self.file_ids()).all()
        return bool(has_facts and np.isin(manifest["edges_id"].to_numpy(), edge_sets).all())

    def read_sources(self, file_ids: Sequence[int]) -> dict[int, str]:
        """Return file_id → text."""
        query = self._tables["files"].search().where(in_filter("file_id", file_ids))
        rows = query.select(["file_id", "size", "source"]).to_arrow().to_pylist()
        return {row["file_id"]: decompress_source(row) for row in rows}

    def sum_columns(
        self, name: str, keys: pa.ChunkedArray, columns: Sequence[str]
    ) -> dict[str, int]:
        """Return the sums of columns of `files` or `dependencies` over `keys`, with repetitions."""
        key = "file_id" if name == "files" else "edges_id"
        rows = self._cache.read_rows(self._tables[name], [key, *columns])
        at = pc.index_in(keys, value_set=rows[key].combine_chunks())
        return {column: pc.sum(rows[column].take(at)).as_py() or 0 for column in columns}
