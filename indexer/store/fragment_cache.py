"""Columns of whole tables in memory, carried from one generation to the next.

A table is made of fragments, and what a fragment holds never changes: a writer adds fragments, joins some to a new one, or
marks rows of one as deleted. So a process that reads one generation after the other reads of each only what is new in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from lancedb.table import Table


class Held:
    """What a process holds of the tables of one store, whichever generation it reads. Not for several threads at once."""

    def __init__(self) -> None:
        self.reads: Counter[str] = Counter()  # by table; what is read often is worth holding
        self._parts: dict[
            tuple[str, ...], dict[frozenset[str], pa.Table]
        ] = {}  # by what tells their fragments

    def rows(self, table: Table, columns: Sequence[str], where: str | None = None) -> pa.Table:
        """Every row of `table` in the version that it is at for which `where`, a Lance filter, holds, by its number: `_rowid`
        and `columns`."""
        dataset = table.to_lance()
        fragments = {
            repr(each.metadata): each for each in dataset.get_fragments()
        }  # of its files no two have one name
        key = (table.name, where or "", *columns)
        parts = {
            own: rows for own, rows in self._parts.get(key, {}).items() if own <= fragments.keys()
        }
        known = frozenset[str]().union(*parts)
        if new := [told for told in fragments if told not in known]:
            wanted = [fragments[told] for told in new]
            scanner = dataset.scanner(
                columns=list(columns), filter=where, fragments=wanted, with_row_id=True
            )
            parts[frozenset(new)] = by_number(scanner.to_table().combine_chunks())
        self._parts[key] = parts
        some = sorted(
            (rows for rows in parts.values() if len(rows)),
            key=lambda rows: rows["_rowid"][0].as_py(),
        )
        return by_number(pa.concat_tables(some or [_no_rows(dataset.schema, columns)]))


def _no_rows(schema: pa.Schema, columns: Sequence[str]) -> pa.Table:
    return pa.schema([*map(schema.field, columns), pa.field("_rowid", pa.uint64())]).empty_table()


def by_number(rows: pa.Table) -> pa.Table:
    """Rows by their `_rowid`, as most are already: a fragment that others were joined to has a higher number than those
    after it."""
    numbers = rows["_rowid"].to_numpy()
    return rows.sort_by("_rowid") if (numbers[1:] < numbers[:-1]).any() else rows
