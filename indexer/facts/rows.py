"""Rows of the tables of facts as records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..records import Binding, Import, Reference, Symbol

if TYPE_CHECKING:
    import pyarrow as pa

RECORDS: dict[str, Any] = {
    "symbols": Symbol,
    "imports": Import,
    "bindings": Binding,
    "references": Reference,
}
"""Table of facts → its record."""
UNREAD_COLUMN = "doc"  # resolution reads no documentation


def columns_of(table: str) -> list[str]:
    """Return the columns of a table of facts needed by resolution."""
    return [column for column in RECORDS[table]._fields if column != UNREAD_COLUMN]


def records_of(record: Any, rows: pa.RecordBatch | pa.Table) -> tuple[Any, ...]:
    """Return the rows of a table of facts as records."""
    columns = dict(
        zip(rows.schema.names, (column.to_pylist() for column in rows.columns), strict=True)
    )
    blank = [""] * rows.num_rows
    return tuple(map(record, *(columns.get(field, blank) for field in record._fields)))
