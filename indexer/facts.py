"""Facts as the store holds them → records, for resolving a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from .precise import Told
from .records import Binding, FileFacts, Import, Reference, Symbol

if TYPE_CHECKING:
    from lancedb.table import Table

T = TypeVar("T")


def read_facts(tables: Mapping[str, Table], wanted: Mapping[str, int]) -> dict[str, FileFacts]:
    """path → facts without chunks and documentation, for `wanted` (path → file_id), in its order."""
    files = {row["file_id"]: row for row in _scan(tables["files"], ["file_id", "language", "lines"])}
    symbols = _grouped(tables["symbols"], Symbol, [*Symbol._fields], blank="doc")
    references = _grouped(tables["references"], Reference, [*Reference._fields])
    imports = _grouped(tables["imports"], Import, [*Import._fields])
    bindings = _grouped(tables["bindings"], Binding, [*Binding._fields])
    return {
        path: FileFacts(
            path, files[fid]["language"], files[fid]["lines"],
            symbols(fid), references(fid), imports(fid), bindings(fid),
        )
        for path, fid in wanted.items()
    }  # fmt: skip


def read_told(table: Table, wanted: Mapping[str, int]) -> dict[str, tuple[Told, ...]]:
    """path → what compilers say of the file, for those of `wanted` (path → file_id) of which they say anything."""
    if not table.count_rows():
        return {}
    told = _grouped(table, Told, [*Told._fields])
    return {path: rows for path, fid in wanted.items() if (rows := told(fid))}


def _scan(table: Table, columns: list[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.search().select(columns).to_arrow().to_pylist()
    return rows


def _grouped(
    table: Table, record: Callable[..., T], columns: Sequence[str], blank: str = ""
) -> Callable[[int], tuple[T, ...]]:
    """A function from file_id to the file's records, in the order in which they were extracted.

    The column `blank` is not read, and empty in the records.
    """
    import numpy as np

    rows = table.search().select(["file_id", *(name for name in columns if name != blank)]).to_arrow()
    ids = rows["file_id"].to_numpy()
    order = np.argsort(ids, kind="stable")  # rows of one file were written in one batch, in order
    rows, ids = rows.take(order), ids[order]
    values = [[""] * len(ids) if name == blank else rows[name].to_pylist() for name in columns]
    keys, starts = np.unique(ids, return_index=True)
    ends = np.append(starts[1:], len(ids))[: len(keys)]
    spans = {key: (low, high) for key, low, high in zip(keys.tolist(), starts.tolist(), ends.tolist(), strict=True)}

    def of(file_id: int) -> tuple[T, ...]:
        low, high = spans.get(file_id, (0, 0))
        return tuple(map(record, *(column[low:high] for column in values)))

    return of
