"""The facts of a view straight from the store's tables, read on demand.

Writing the facts of a kernel to Arrow files takes half a minute, which pays if thousands of files
are resolved. A few files and their dependencies are some thousand rows; indices find them in
milliseconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from ..languages import family_of
from ..records import FileFacts, Import, Symbol
from ..store import in_filters
from .exported_references import ACCESSORS_FILTER, BASES_FILTER, WITHOUT_BASES
from .global_names import (
    METHOD,
    Definitions,
    GlobalDefinition,
    find_global_names,
    global_definition,
)
from .importers import Importers
from .rows import RECORDS, columns_of, records_of

if TYPE_CHECKING:
    from lancedb.table import Table

_SYMBOL_COLUMNS = ["file_id", "idx", "name", "kind", "signature"]


class TableFacts:
    """`protocol.VersionedFacts` of the tables of facts, for few files: all rows stay in memory."""

    def __init__(self, tables: Mapping[str, Table], files: Mapping[str, int]) -> None:
        """`files`: path → file_id, in the order of paths."""
        rows = tables["files"].search().select(["file_id", "language"]).to_arrow()
        self._language_of = dict(
            zip(rows["file_id"].to_pylist(), rows["language"].to_pylist(), strict=True)
        )
        self.languages: Mapping[str, str] = {
            path: self._language_of[file_id] for path, file_id in files.items()
        }
        self._tables, self._ids = tables, files
        self._symbols = _RowCache(tables["symbols"], "symbols")
        self._bindings = _RowCache(tables["bindings"], "bindings")
        self._references = _RowCache(tables["references"], "references")
        self._numbers = {
            file_id: (number, path) for number, (path, file_id) in enumerate(files.items())
        }
        self._by_name: dict[str, list[_NamedSymbol]] = {}
        self._definitions: dict[str, Definitions] = {}  # path → the file's global names

    def prefetch(self, files: Collection[int], exporting: Collection[int] = ()) -> None:
        """Read in few passes all facts of the versions `files`, and the exported facts of
        `exporting`.
        """
        self._references.read(files)
        self._symbols.read([*files, *exporting])
        self._bindings.read([*files, *exporting])
        references = (each for file_id in files for each in self._references.of(file_id))
        self._read_symbols({reference.name for reference in references})

    def __getitem__(self, path: str) -> FileFacts:
        return self.facts_of_version(path, self._ids[path])

    def with_references(self, path: str) -> FileFacts:
        file_id = self._ids[path]
        return self._facts(path, file_id, self._references.of(file_id))

    def facts_of_version(self, path: str, file_id: int) -> FileFacts:
        references = self._accessors.of(file_id)
        if self._language_of[file_id] not in WITHOUT_BASES:
            references = (*self._bases.of(file_id), *references)
        return self._facts(path, file_id, references)

    def imports_of(self, path: str) -> Sequence[Import]:
        return self._imports.of(self._ids[path])

    def find_definitions(self, family: str, name: str) -> Sequence[GlobalDefinition]:
        definitions: list[tuple[int, GlobalDefinition]] = []
        others: dict[int, str] = {}  # files whose external names are not those of their symbols
        for row in self._symbols_named(name.rpartition(".")[2]):
            language = self.languages[row.path]
            if family_of(language) != family:
                continue
            if language != "c":
                others[row.number] = row.path
            elif row.symbol.name == name:
                found = global_definition(row.path, language, row.index, row.symbol)
                definitions += [(row.number, found)] if found else []
        for number, path in others.items():
            named = self._definitions_of(path).get((family, name), ())
            definitions += ((number, each) for each in named)
        return [definition for _, definition in sorted(definitions)]

    def find_methods(self, family: str, name: str) -> Sequence[tuple[str, int]]:
        return [
            (row.path, row.index)
            for row in self._symbols_named(name)
            if row.symbol.kind == METHOD and family_of(self.languages[row.path]) == family
        ]

    def find_importers(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        return self._importers.find(names)

    # -- names

    def _symbols_named(self, name: str) -> list[_NamedSymbol]:
        """Return the view's symbols of a name, by path and position."""
        if name not in self._by_name:
            self._read_symbols({name})
        return self._by_name[name]

    def _read_symbols(self, names: Collection[str]) -> None:
        missing = sorted(set(names) - self._by_name.keys())
        self._by_name.update((name, []) for name in missing)
        for rows in _filtered(self._tables["symbols"], "name", missing, _SYMBOL_COLUMNS):
            columns = (rows[column].to_pylist() for column in _SYMBOL_COLUMNS)
            for file_id, *row in zip(*columns, strict=True):
                if file_id in self._numbers:
                    self._add_symbol(file_id, *row)
        for name in missing:
            self._by_name[name].sort(key=lambda row: (row.number, row.index))

    def _add_symbol(self, file_id: int, index: int, name: str, kind: str, signature: str) -> None:
        symbol = Symbol(name, name, kind, 0, 0, signature, "", -1)
        self._by_name[name].append(_NamedSymbol(*self._numbers[file_id], index, symbol))

    def _definitions_of(self, path: str) -> Definitions:
        if path not in self._definitions:
            self._definitions[path] = find_global_names({path: self[path]})[0]
        return self._definitions[path]

    # -- files

    def _facts(self, path: str, file_id: int, references: tuple[Any, ...]) -> FileFacts:
        return FileFacts(
            path,
            self._language_of[file_id],
            0,
            self._symbols.of(file_id),
            references,
            self._imports.of(file_id),
            self._bindings.of(file_id),
        )

    @cached_property
    def _accessors(self) -> _RowCache:
        return self._references_where(ACCESSORS_FILTER)

    @cached_property
    def _bases(self) -> _RowCache:
        return self._references_where(BASES_FILTER)

    def _references_where(self, where: str) -> _RowCache:
        table = self._tables["references"]
        cache = _RowCache(table, "references")
        cache.add(table.search().where(where).select(cache.columns).to_arrow())
        cache.is_complete = True
        return cache

    @cached_property
    def _import_rows(self) -> pa.Table:
        """All imports: those of a thousand headers are followed for one file."""
        table = self._tables["imports"]
        return table.search().select(["file_id", *columns_of("imports")]).to_arrow()

    @cached_property
    def _imports(self) -> _RowCache:
        cache = _RowCache(self._tables["imports"], "imports")
        cache.add(self._import_rows)
        cache.is_complete = True
        return cache

    @cached_property
    def _importers(self) -> Importers:
        import numpy as np

        rows = self._import_rows
        owners = (self._numbers.get(each, (-1,))[0] for each in rows["file_id"].to_pylist())
        return Importers(rows, np.fromiter(owners, np.int64, rows.num_rows), list(self._ids))


class _NamedSymbol(NamedTuple):
    """A symbol found by its name."""

    number: int  # of its path in the view
    path: str
    index: int  # type: ignore[assignment]  # in its file
    symbol: Symbol  # without lines and parent


class _RowCache:
    """A cache of the rows of a table of facts, by version of a file."""

    def __init__(self, table: Table, name: str) -> None:
        self._table, self._record = table, RECORDS[name]
        self.columns = ["file_id", *columns_of(name)]
        self._spans: dict[int, tuple[pa.Table, int, int]] = {}  # file_id → rows, from and up to
        self.is_complete = False  # True: versions that were not read have no rows

    def read(self, file_ids: Iterable[int]) -> None:
        """Read the versions not read before."""
        missing = sorted(set(file_ids) - self._spans.keys())
        self._spans.update(dict.fromkeys(missing, (_NO_ROWS, 0, 0)))
        for rows in _filtered(self._table, "file_id", missing, self.columns):
            self.add(rows)

    def add(self, rows: pa.Table) -> None:
        """Add all rows of some versions, in the order of extraction."""
        import numpy as np

        ids = rows["file_id"].to_numpy()
        order = np.argsort(ids, kind="stable")
        rows, ids = rows.take(order).combine_chunks(), ids[order]
        file_ids, starts = np.unique(ids, return_index=True)
        stops = [*starts[1:].tolist(), len(ids)]
        for file_id, start, stop in zip(file_ids.tolist(), starts.tolist(), stops, strict=False):
            self._spans[file_id] = rows, start, stop

    def of(self, file_id: int) -> tuple[Any, ...]:
        """Return the records of a version."""
        if file_id not in self._spans and not self.is_complete:
            self.read([file_id])
        rows, start, stop = self._spans.get(file_id, (_NO_ROWS, 0, 0))
        return records_of(self._record, rows.slice(start, stop - start)) if stop > start else ()


_NO_ROWS = pa.table({})


def _filtered(
    table: Table, column: str, values: Sequence[int | str], columns: list[str]
) -> Iterator[pa.Table]:
    """Yield the rows with one of `values` in `column`, in pieces; no value is in two pieces."""
    for where in in_filters(column, values):
        yield table.search().where(where).select(columns).to_arrow()
