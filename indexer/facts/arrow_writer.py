"""Writes the facts of a view for `arrow_files`, in one pass over each table of facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import StoreError
from ..languages import C, family_rules
from ..records import FileFacts, key64
from .arrow_files import ALIAS_MACRO, EXTERNAL, NAME_COLUMNS, ArrowFacts
from .exported_references import is_exported
from .global_names import column_visibility, find_global_names, has_global_names, is_header
from .rows import columns_of

if TYPE_CHECKING:
    import numpy as np
    from lancedb.table import Table
    from numpy.typing import NDArray

BATCH_ROWS = 1 << 16
"""Rows of a table at a time on the way from Lance. For references also the unit of reading."""
_COLUMN_LANGUAGE = "c"  # its external names are the symbols' own, so that columns tell all


def write_arrow_facts(
    tables: Mapping[str, Table], files: Mapping[str, int], others: Iterable[int], folder: Path
) -> ArrowFacts:
    """Write the facts of `files` (path → file_id, in the order of paths) and of the versions
    `others`; return them.
    """
    import numpy as np

    ids = np.array(sorted({*files.values(), *others}), np.int64)
    rows = _write_files(tables["files"], files, ids, folder)
    some = ids if tables["files"].count_rows() > len(ids) else None
    names = _GlobalNames(rows)
    for name in ("symbols", "imports", "bindings"):
        with _Sink(folder, name, name, tables[name]) as sink:
            for batch in _batches(tables[name], name, some):
                sink.write(batch)
                if name == "symbols":
                    names.add_columns(batch)
    table = tables["references"]
    with (
        _Sink(folder, "references", "references", table) as sink,
        _Sink(folder, "exported", "references", table) as exported,
    ):
        for batch in _batches(table, "references", some):
            sink.write(batch)
            exported.write(batch.filter(is_exported(batch)))
    facts = ArrowFacts(folder)
    names.write(facts, folder)
    return facts


def _write_files(
    table: Table, files: Mapping[str, int], ids: NDArray[np.int64], folder: Path
) -> pa.Table:
    """Write path, file_id and language: first the view's files, then other versions, without a
    path.
    """
    rows = table.search().select(["file_id", "language"]).to_arrow()
    language = dict(zip(rows["file_id"].to_pylist(), rows["language"].to_pylist(), strict=True))
    others = sorted(set(ids.tolist()) - set(files.values()))
    every = [*files.values(), *others]
    columns = {
        "path": [*files, *("" for _ in others)],
        "file_id": pa.array(every, pa.int64()),
        "language": [language[file_id] for file_id in every],
    }
    written = pa.table(columns)
    with pa.ipc.new_file(str(folder / "files.arrow"), written.schema) as sink:
        sink.write_table(written)
    return written


def _batches(table: Table, name: str, ids: NDArray[np.int64] | None) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a table of facts in the order of extraction: those of the versions `ids`,
    or all.
    """
    import numpy as np

    columns = ["file_id", *(["idx"] if name == "symbols" else []), *columns_of(name)]
    for batch in table.search().select(columns).to_batches(BATCH_ROWS):
        batch = batch.select(columns)
        if ids is not None:
            batch = batch.filter(pa.array(np.isin(batch["file_id"].to_numpy(), ids)))
        for at in range(0, batch.num_rows, BATCH_ROWS):
            yield batch.slice(at, BATCH_ROWS)


class _Sink:
    """Writes the rows of a table, and the span of each file in them."""

    def __init__(self, folder: Path, name: str, facts: str, table: Table) -> None:
        self._folder, self._name, self._columns = folder, name, columns_of(facts)
        schema = pa.schema([table.schema.field(column) for column in self._columns])
        self._file = pa.ipc.new_file(str(folder / f"{name}.arrow"), schema)
        self._ends: list[int] = []  # of the batches: the row after the last
        self._ids: list[int] = []
        self._starts: list[int] = []

    def __enter__(self) -> _Sink:
        return self

    def write(self, batch: pa.RecordBatch) -> None:
        import numpy as np

        if not batch.num_rows:
            return
        ids = batch["file_id"].to_numpy()
        starts = np.flatnonzero(np.diff(ids, prepend=ids[0] - 1))
        if self._ids and ids[0] == self._ids[-1]:
            starts = starts[1:]  # the last file of the batch before goes on
        rows = self._ends[-1] if self._ends else 0
        self._ids += ids[starts].tolist()
        self._starts += (starts + rows).tolist()
        self._ends.append(rows + batch.num_rows)
        self._file.write_batch(batch.select(self._columns))

    def __exit__(self, *_: object) -> None:
        import numpy as np

        self._file.close()
        if len(set(self._ids)) != len(self._ids):
            raise StoreError(
                "the store is damaged (the facts of a file are split): delete it and index again"
            )
        rows = np.array([self._ids, self._starts, [*self._starts[1:], *self._ends[-1:]]], np.int64)
        np.save(self._folder / f"{self._name}.rows.npy", rows[:, np.argsort(rows[0])])
        np.save(self._folder / f"{self._name}.ends.npy", np.array(self._ends, np.int64))


class _GlobalNames:
    """Gathers the global names of a view; those of C, millions in a kernel, column by column."""

    def __init__(self, files: pa.Table) -> None:
        import numpy as np

        in_view = files.filter(pc.not_equal(files["path"], ""))
        ids = in_view["file_id"].to_numpy()
        languages = pc.equal(in_view["language"], _COLUMN_LANGUAGE)
        self._order = np.argsort(ids)
        self._ids = ids[self._order]
        self._in_columns = languages.to_numpy(zero_copy_only=False)
        self._is_header = np.fromiter(map(is_header, in_view["path"].to_pylist()), bool, len(ids))
        self._columns: dict[str, list[Sequence[NDArray[Any]]]] = {"definitions": [], "methods": []}

    def add_columns(self, batch: pa.RecordBatch) -> None:
        """Add the names of C in a batch of symbols."""
        import numpy as np

        if not len(self._ids):
            return
        ids = batch["file_id"].to_numpy()
        at = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
        files = self._order[at]
        rows = (self._ids[at] == ids) & self._in_columns[files]
        batch, files = batch.filter(pa.array(rows)), files[rows]
        seen = column_visibility(_COLUMN_LANGUAGE, batch, self._is_header[files])
        flags = EXTERNAL * seen.is_external.astype(np.int8)
        flags += ALIAS_MACRO * seen.is_alias_macro.astype(np.int8)
        columns = _keys(C.name, batch["name"]), files, batch["idx"].to_numpy(), flags
        for table, rows in (("definitions", seen.is_shared), ("methods", seen.is_method)):
            self._columns[table].append([column[rows] for column in columns])

    def write(self, facts: ArrowFacts, folder: Path) -> None:
        """Add the names of other languages, and write all sorted by name, path and position."""
        import numpy as np

        rows: dict[str, list[tuple[int, int, int, int]]] = {"definitions": [], "methods": []}
        for number, (path, language) in enumerate(facts.languages.items()):
            if language != _COLUMN_LANGUAGE and has_global_names(family_rules(language)):
                _add_rows(rows, number, facts[path])
        for table, columns in self._columns.items():
            pieces = [*np.array(rows[table], np.int64).reshape(-1, 4).T[None], *columns]
            keys, files, positions, flags = (
                np.concatenate([piece[at] for piece in pieces]) for at in range(len(NAME_COLUMNS))
            )
            order = np.lexsort((positions, files, keys))
            np.save(folder / f"{table}.keys.npy", keys.astype(np.int64)[order])
            np.save(folder / f"{table}.files.npy", files.astype(np.int32)[order])
            np.save(folder / f"{table}.positions.npy", positions.astype(np.int32)[order])
            np.save(folder / f"{table}.flags.npy", flags.astype(np.int8)[order])


def _add_rows(
    rows: dict[str, list[tuple[int, int, int, int]]], number: int, facts: FileFacts
) -> None:
    definitions, methods = find_global_names({facts.path: facts})
    for (family, name), found in definitions.items():
        key = key64(family, name)
        for each in found:
            flags = ALIAS_MACRO * each.is_alias_macro + EXTERNAL * each.is_external
            rows["definitions"].append((key, number, each.index, flags))
    for (family, name), positions in methods.items():
        key = key64(family, name)
        rows["methods"] += ((key, number, index, 0) for _, index in positions)


def _keys(family: str, names: pa.Array) -> NDArray[np.int64]:
    import numpy as np

    coded = names.dictionary_encode()
    keys = np.array([key64(family, name) for name in coded.dictionary.to_pylist()], np.int64)
    found: NDArray[np.int64] = keys[coded.indices.to_numpy()]
    return found
