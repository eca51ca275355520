"""Facts as the store holds them → records, for resolving a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from .precise import Told
from .records import Binding, FileFacts, Import, Reference, Symbol

if TYPE_CHECKING:
    from lancedb.table import Table

T = TypeVar("T")


class StoredFacts:
    """The facts of a store's file versions, without chunks and documentation. Reads every table of facts once."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        rows = _scan(tables["files"], ["file_id", "language", "lines"])
        self._files = {row["file_id"]: (row["language"], row["lines"]) for row in rows}
        self._symbols = _grouped(tables["symbols"], Symbol, Symbol._fields, blank="doc")
        self._references = _grouped(tables["references"], Reference, Reference._fields)
        self._imports = _grouped(tables["imports"], Import, Import._fields)
        self._bindings = _grouped(tables["bindings"], Binding, Binding._fields)

    def of(self, path: str, file_id: int) -> FileFacts:
        """The facts of the version `file_id` of the file `path`."""
        language, lines = self._files[file_id]
        symbols, references = self._symbols(file_id), self._references(file_id)
        return FileFacts(path, language, lines, symbols, references, self._imports(file_id), self._bindings(file_id))


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
