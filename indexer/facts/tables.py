"""The facts of a view straight from the store's tables, read when they are asked for.

To write the facts of a kernel into files that can be mapped takes half a minute, which pays where thousands of files are
resolved. Where few are, they and what they touch are some thousand rows, and indices find them in milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from ..languages.families import family_of
from ..records import FileFacts, Import, Symbol
from ..resolve.namespace import (
    ACCESSORS,
    Definition,
    Entity,
    Visible,
    definition,
    is_shared,
    program_names,
)
from ..store.lance import quoted
from .arrow_files import RECORDS, columns_of, records_of
from .in_memory import Importers

if TYPE_CHECKING:
    from lancedb.table import Table

IN_LIST = 2_000  # keys that one filter names
BASELESS = frozenset(
    {"c"}
)  # languages whose types have no bases: of their references others see accessors alone
_NAMED = ["file_id", "idx", "name", "kind", "signature"]
_BASES = "kind = 'inherit'"
_ACCESSORS = f"kind = 'call' AND name IN ({','.join(map(quoted, sorted(ACCESSORS)))})"


class StoredFacts:
    """`facts.Facts` from the tables of facts. What was read once stays: this is for few files."""

    def __init__(self, tables: Mapping[str, Table], wanted: Mapping[str, int]) -> None:
        """`wanted`: path → file_id, in the order of paths."""
        rows = tables["files"].search().select(["file_id", "language"]).to_arrow()
        self._language_of = dict(
            zip(rows["file_id"].to_pylist(), rows["language"].to_pylist(), strict=True)
        )
        self._tables, self._ids = tables, wanted
        self.languages: Mapping[str, str] = {
            path: self._language_of[key] for path, key in wanted.items()
        }
        self._symbols, self._bindings, self._references = (
            _Read(tables[name], name) for name in ("symbols", "bindings", "references")
        )
        self._place = {key: (number, path) for number, (path, key) in enumerate(wanted.items())}
        self._named: dict[str, list[_Named]] = {}
        self._visible: dict[
            str, Visible
        ] = {}  # path → what the file adds to the names of the program

    def read(self, whole: Collection[int], shown: Collection[int] = ()) -> None:
        """Read in few passes what will be asked for: all facts of the versions `whole`, of `shown` what others see."""
        self._references.read(whole)
        self._symbols.read([*whole, *shown])
        self._bindings.read([*whole, *shown])
        self._read_named(
            {reference.name for key in whole for reference in self._references.of(key)}
        )

    def __getitem__(self, path: str) -> FileFacts:
        return self.version(path, self._ids[path])

    def whole(self, path: str) -> FileFacts:
        key = self._ids[path]
        return self._facts(path, key, self._references.of(key))

    def version(self, path: str, file_id: int) -> FileFacts:
        """What other files could see of the file when it was the version `file_id`."""
        shown = self._accessors.get(file_id, ())
        if self._language_of[file_id] not in BASELESS:
            shown = (*self._bases.get(file_id, ()), *shown)
        return self._facts(path, file_id, shown)

    def imports(self, path: str) -> Sequence[Import]:
        return self._imports_of(self._ids[path])

    def definitions(self, family: str, name: str) -> Sequence[Definition]:
        found: list[tuple[int, Definition]] = []
        other: dict[int, str] = {}
        for row in self._with_name(name.rpartition(".")[2]):
            language = self.languages[row.path]
            if family_of(language) != family:
                continue
            if language != "c":
                other[row.number] = row.path
            elif row.symbol.name == name and is_shared(row.path, language, row.symbol):
                found.append((row.number, definition(row.path, row.index, row.symbol)))
        for number, path in other.items():
            found += ((number, each) for each in self._visible_in(path).get((family, name), ()))
        return [each for _, each in sorted(found)]

    def methods(self, family: str, name: str) -> Sequence[Entity]:
        return [
            Entity("symbol", row.path, row.index, "unique")
            for row in self._with_name(name)
            if row.symbol.kind == "method" and family_of(self.languages[row.path]) == family
        ]

    def importers(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        return self._importers.named(names)

    # -- names

    def _with_name(self, name: str) -> list[_Named]:
        """The view's symbols of that name, by path and position."""
        if name not in self._named:
            self._read_named({name})
        return self._named[name]

    def _read_named(self, names: Collection[str]) -> None:
        unread = sorted(set(names) - self._named.keys())
        self._named.update((name, []) for name in unread)
        for rows in _filtered(self._tables["symbols"], "name", list(map(quoted, unread)), _NAMED):
            for key, index, name, kind, signature in zip(
                *(rows[each].to_pylist() for each in _NAMED), strict=True
            ):
                if key in self._place:
                    symbol = Symbol(name, name, kind, 0, 0, signature, "", -1)
                    self._named[name].append(_Named(*self._place[key], index, symbol))
        for name in unread:
            self._named[name].sort(key=lambda row: (row.number, row.index))

    def _visible_in(self, path: str) -> Visible:
        if path not in self._visible:
            self._visible[path] = program_names({path: self[path]})[0]
        return self._visible[path]

    # -- files

    def _facts(self, path: str, key: int, references: tuple[Any, ...]) -> FileFacts:
        symbols, imports, bindings = (
            self._symbols.of(key),
            self._imports_of(key),
            self._bindings.of(key),
        )
        return FileFacts(path, self._language_of[key], 0, symbols, references, imports, bindings)

    @cached_property
    def _accessors(self) -> dict[int, tuple[Any, ...]]:
        return self._references_where(_ACCESSORS)

    @cached_property
    def _bases(self) -> dict[int, tuple[Any, ...]]:
        return self._references_where(_BASES)

    def _references_where(self, where: str) -> dict[int, tuple[Any, ...]]:
        found = _Read(self._tables["references"], "references")
        found.take(
            self._tables["references"].search().where(where).select(found.columns).to_arrow()
        )
        return {key: found.of(key) for key in found.spans}

    @cached_property
    def _imports(self) -> pa.Table:
        """All imports: those of a thousand headers are followed for one file."""
        table = self._tables["imports"]
        return table.search().select(["file_id", *columns_of("imports")]).to_arrow()

    @cached_property
    def _imports_of(self) -> Callable[[int], tuple[Any, ...]]:
        found = _Read(self._tables["imports"], "imports")
        found.take(self._imports)
        found.is_whole = True
        return found.of

    @cached_property
    def _importers(self) -> Importers:
        import numpy as np

        owners = (self._place.get(key, (-1,))[0] for key in self._imports["file_id"].to_pylist())
        return Importers(
            self._imports, np.fromiter(owners, np.int64, self._imports.num_rows), list(self._ids)
        )


class _Named(NamedTuple):
    """A symbol that was found by its name."""

    number: int  # of its path in the view
    path: str
    index: int  # type: ignore[assignment]  # in its file
    symbol: Symbol  # without lines and what is around it


class _Read:
    """The rows of a table of facts that were read, by version of a file."""

    def __init__(self, table: Table, name: str) -> None:
        self._table, self._record = table, RECORDS[name]
        self.columns = ["file_id", *columns_of(name)]
        self.spans: dict[
            int, tuple[pa.Table, int, int]
        ] = {}  # version → rows of a table, from and up to
        self.is_whole = False  # whether what has not been read is not there

    def read(self, keys: Iterable[int]) -> None:
        """Read what is not known of these versions."""
        unread = sorted(set(keys) - self.spans.keys())
        self.spans.update(dict.fromkeys(unread, (_NOTHING, 0, 0)))
        for rows in _filtered(self._table, "file_id", list(map(str, unread)), self.columns):
            self.take(rows)

    def take(self, rows: pa.Table) -> None:
        """Take in the rows of some versions, all those of each; they are in the order in which they were extracted."""
        import numpy as np

        ids = rows["file_id"].to_numpy()
        order = np.argsort(ids, kind="stable")
        rows, ids = rows.take(order).combine_chunks(), ids[order]
        keys, starts = np.unique(ids, return_index=True)
        ends = [*starts[1:].tolist(), len(ids)]
        for key, start, end in zip(keys.tolist(), starts.tolist(), ends, strict=False):
            self.spans[key] = rows, start, end

    def of(self, key: int) -> tuple[Any, ...]:
        """The records of a version."""
        if key not in self.spans and not self.is_whole:
            self.read([key])
        rows, start, end = self.spans.get(key, (_NOTHING, 0, 0))
        return records_of(self._record, rows.slice(start, end - start)) if end > start else ()


_NOTHING = pa.table({})


def _filtered(
    table: Table, key: str, literals: Sequence[str], columns: list[str]
) -> Iterator[pa.Table]:
    """The rows whose `key` is one of `literals`, in some pieces; all that have the same one are in one piece."""
    for at in range(0, len(literals), IN_LIST):
        yield (
            table.search()
            .where(f"{key} IN ({','.join(literals[at : at + IN_LIST])})")
            .select(columns)
            .to_arrow()
        )
