"""A cache of columns of whole tables, reused from one generation to the next.

A table consists of fragments, and the contents of a fragment never change: a writer adds fragments,
joins some to a new one, or marks rows of one as deleted. So a process that reads several
generations reads only the new fragments of each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from lancedb.table import Table


class FragmentCache:
    """Cached columns of the tables of one store, in any generation. Not thread-safe."""

    def __init__(self) -> None:
        self.reads: Counter[str] = Counter()  # by table; tables with many reads are worth caching
        # by table and columns: the metadata of some fragments → their rows
        self._parts: dict[tuple[str, ...], dict[frozenset[str], pa.Table]] = {}

    def read_rows(self, table: Table, columns: Sequence[str], where: str | None = None) -> pa.Table:
        """Return `_rowid` and `columns` of the table's rows in its version, by row number.

        `where` is a Lance filter.
        """
        dataset = table.to_lance()
        # the metadata identifies a fragment: no two of its files have the same name
        fragments = {repr(each.metadata): each for each in dataset.get_fragments()}
        key = (table.name, where or "", *columns)
        parts = {
            identities: rows
            for identities, rows in self._parts.get(key, {}).items()
            if identities <= fragments.keys()
        }
        known = frozenset[str]().union(*parts)
        if new := [identity for identity in fragments if identity not in known]:
            scanner = dataset.scanner(
                columns=list(columns),
                filter=where,
                fragments=[fragments[identity] for identity in new],
                with_row_id=True,
            )
            parts[frozenset(new)] = sort_by_number(scanner.to_table().combine_chunks())
        self._parts[key] = parts
        pieces = sorted(
            (rows for rows in parts.values() if len(rows)),
            key=lambda rows: rows["_rowid"][0].as_py(),
        )
        return sort_by_number(pa.concat_tables(pieces or [_no_rows(dataset.schema, columns)]))


def _no_rows(schema: pa.Schema, columns: Sequence[str]) -> pa.Table:
    return pa.schema([*map(schema.field, columns), pa.field("_rowid", pa.uint64())]).empty_table()


def sort_by_number(rows: pa.Table) -> pa.Table:
    """Sort rows by `_rowid`. Only joined fragments are out of order: they have a higher number."""
    numbers = rows["_rowid"].to_numpy()
    return rows.sort_by("_rowid") if (numbers[1:] < numbers[:-1]).any() else rows
