"""The facts of a view in Arrow files, read file by file: what several processes map at once, and none has to hold.

Resolution jumps from file to file, which a Lance table answers in milliseconds and a mapped column in microseconds. The
names that programs share lie beside them as sorted keys, so that nobody needs a dictionary of millions.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import StoreError
from ..kinds import LINKABLE
from ..languages.families import C, family_rules
from ..records import Binding, FileFacts, Import, Reference, Symbol, key64
from ..resolve.namespace import ACCESSORS, Definition, Entity, is_header, program_names
from .in_memory import Importers

if TYPE_CHECKING:
    import numpy as np
    from lancedb.table import Table
    from numpy.typing import NDArray

RECORDS: dict[str, Any] = {
    "symbols": Symbol, "imports": Import, "bindings": Binding, "shown": Reference, "references": Reference,
}  # fmt: skip
"""Table → its record. `shown` are those references that other files see."""
BATCH_ROWS = (
    1 << 16
)  # of a table at a time on the way from Lance; of references the piece that is read at once
KEPT_NAMES = 1 << 15  # answers about names that are kept
UNREAD = "doc"  # a column that no resolution looks at
_RENAMES, _IS_LINKED = 1, 2


def spool(
    tables: Mapping[str, Table], wanted: Mapping[str, int], others: Iterable[int], folder: Path
) -> SpooledFacts:
    """Write the facts of the files `wanted` (path → file_id, in the order of paths) and of the versions `others`."""
    import numpy as np

    ids = np.array(sorted({*wanted.values(), *others}), np.int64)
    files = _write_files(tables["files"], wanted, ids, folder)
    keep = ids if tables["files"].count_rows() > len(ids) else None
    names = _Names(files)
    for name in ("symbols", "imports", "bindings"):
        with _Sink(folder, name, tables[name]) as sink:
            for batch in _batches(tables[name], name, keep):
                sink.write(batch)
                if name == "symbols":
                    names.take(batch)
    table = tables["references"]
    with _Sink(folder, "references", table) as sink, _Sink(folder, "shown", table) as shown:
        for batch in _batches(table, "references", keep):
            sink.write(batch)
            shown.write(batch.filter(_is_shown(batch)))
    found = SpooledFacts(folder)
    names.write(found, folder)
    return found


def _write_files(
    table: Table, wanted: Mapping[str, int], ids: NDArray[np.int64], folder: Path
) -> pa.Table:
    """path, file_id and language: first the view's files, then other versions, whose path is empty."""
    rows = table.search().select(["file_id", "language"]).to_arrow()
    language = dict(zip(rows["file_id"].to_pylist(), rows["language"].to_pylist(), strict=True))
    others = sorted(set(ids.tolist()) - set(wanted.values()))
    keys = [*wanted.values(), *others]
    paths = [*wanted, *("" for _ in others)]
    files = pa.table(
        {
            "path": paths,
            "file_id": pa.array(keys, pa.int64()),
            "language": [language[key] for key in keys],
        }
    )
    with pa.ipc.new_file(str(folder / "files.arrow"), files.schema) as sink:
        sink.write_table(files)
    return files


def columns_of(name: str) -> list[str]:
    """The columns of a table of facts that resolution reads."""
    return [column for column in RECORDS[name]._fields if column != UNREAD]


def _batches(table: Table, name: str, keep: NDArray[np.int64] | None) -> Iterator[pa.RecordBatch]:
    """The rows of a table of facts, those of the files `keep` or all, in the order in which they were extracted."""
    import numpy as np

    columns = ["file_id", *(["idx"] if name == "symbols" else []), *columns_of(name)]
    for batch in table.search().select(columns).to_batches(BATCH_ROWS):
        batch = batch.select(columns)
        if keep is not None:
            batch = batch.filter(pa.array(np.isin(batch["file_id"].to_numpy(), keep)))
        for at in range(0, batch.num_rows, BATCH_ROWS):
            yield batch.slice(at, BATCH_ROWS)


def _is_shown(batch: pa.RecordBatch) -> pa.Array:
    """Which references other files see: bases, and the marks of accessors."""
    marks = pc.and_(
        pc.equal(batch["kind"], "call"), pc.is_in(batch["name"], pa.array(sorted(ACCESSORS)))
    )
    return pc.or_(pc.equal(batch["kind"], "inherit"), marks)


class _Sink:
    """Writes the rows of a table, and where those of each file lie."""

    def __init__(self, folder: Path, name: str, table: Table) -> None:
        self._folder, self._name, self._columns = folder, name, columns_of(name)
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
        fresh = (
            starts[1:] if self._ids and ids[0] == self._ids[-1] else starts
        )  # a file goes on from batch to batch
        rows = self._ends[-1] if self._ends else 0
        self._ids += ids[fresh].tolist()
        self._starts += (fresh + rows).tolist()
        self._ends.append(rows + batch.num_rows)
        self._file.write_batch(batch.select(self._columns))

    def __exit__(self, *_: object) -> None:
        import numpy as np

        self._file.close()
        if len(set(self._ids)) != len(self._ids):
            raise StoreError(
                "the store is damaged (the facts of a file lie apart): delete it and index again"
            )
        rows = np.array([self._ids, self._starts, [*self._starts[1:], *self._ends[-1:]]], np.int64)
        np.save(self._folder / f"{self._name}.rows.npy", rows[:, np.argsort(rows[0])])
        np.save(self._folder / f"{self._name}.ends.npy", np.array(self._ends, np.int64))


class _Rows:
    """The rows of a table by file: mapped into memory or, where files are looked at once and in order, read piece by piece."""

    def __init__(self, folder: Path, name: str, mapped: bool = True) -> None:
        import numpy as np

        path = str(folder / f"{name}.arrow")
        self._record = RECORDS[name]
        self._reader = pa.ipc.open_file(pa.memory_map(path) if mapped else pa.OSFile(path))
        self._batch = lru_cache(maxsize=None if mapped else 4)(self._reader.get_batch)
        self._ids, self._starts, self._stops = (
            array.data for array in np.load(folder / f"{name}.rows.npy")
        )
        self._ends: list[int] = np.load(folder / f"{name}.ends.npy").tolist()

    def of(self, file_id: int) -> tuple[Any, ...]:
        """The records of a version of a file."""
        at = bisect_left(self._ids, file_id)
        if at == len(self._ids) or self._ids[at] != file_id:
            return ()
        low, high = self._starts[at], self._stops[at]
        number = bisect_left(self._ends, low + 1)
        found: tuple[Any, ...] = ()
        while low < high:
            first, end = self._ends[number - 1] if number else 0, min(high, self._ends[number])
            found += records_of(self._record, self._batch(number).slice(low - first, end - low))
            low, number = end, number + 1
        return found

    def files(self) -> tuple[list[int], list[int]]:
        """The versions of files in the order of their rows, and how many rows each has."""
        spans = sorted(zip(self._starts, self._stops, self._ids, strict=True))
        return [file for _, _, file in spans], [stop - start for start, stop, _ in spans]

    def table(self) -> pa.Table:
        """All rows."""
        return self._reader.read_all()


def records_of(record: Any, rows: pa.RecordBatch | pa.Table) -> tuple[Any, ...]:
    """Rows of a table of facts as records."""
    columns = dict(
        zip(rows.schema.names, (column.to_pylist() for column in rows.columns), strict=True)
    )
    blank = [""] * rows.num_rows
    return tuple(map(record, *(columns.get(field, blank) for field in record._fields)))


class SpooledFacts:
    """`facts.Facts` from the files that `spool` wrote; any process may open them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = pa.ipc.open_file(str(folder / "files.arrow")).read_all()
        paths, keys, languages = (
            files[name].to_pylist() for name in ("path", "file_id", "language")
        )
        self._paths = [path for path in paths if path]
        self._ids = dict(zip(self._paths, keys, strict=False))
        self._language_of = dict(zip(keys, languages, strict=True))
        self.languages: Mapping[str, str] = dict(zip(self._paths, languages, strict=False))
        self._symbols, self._imports, self._bindings = (
            _Rows(folder, name) for name in ("symbols", "imports", "bindings")
        )
        self._shown, self._references = (
            _Rows(folder, "shown"),
            _Rows(folder, "references", mapped=False),
        )
        self._tables: dict[str, tuple[memoryview, ...]] = {}
        self._definitions = lru_cache(maxsize=KEPT_NAMES)(self._find_definitions)

    def __getitem__(self, path: str) -> FileFacts:
        return self._facts(path, self._ids[path], self._shown)

    def whole(self, path: str) -> FileFacts:
        return self._facts(path, self._ids[path], self._references)

    def version(self, path: str, file_id: int) -> FileFacts:
        """What other files could see of the file when it was the version `file_id`."""
        return self._facts(path, file_id, self._shown)

    def imports(self, path: str) -> Sequence[Import]:
        return self._imports.of(self._ids[path])

    def definitions(self, family: str, name: str) -> Sequence[Definition]:
        return self._definitions(family, name)

    def methods(self, family: str, name: str) -> Sequence[Entity]:
        return [
            Entity("symbol", path, index, "unique")
            for path, index, _ in self._named("methods", family, name)
        ]

    def importers(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        return self._importers.named(names)

    @cached_property
    def _importers(self) -> Importers:
        import numpy as np

        ids = list(self._ids.values())
        number = dict(zip(ids, range(len(ids)), strict=True))
        files, counts = self._imports.files()
        owners = np.repeat(np.array([number.get(file, -1) for file in files], np.int64), counts)
        return Importers(self._imports.table(), owners, self._paths)

    def _facts(self, path: str, key: int, references: _Rows) -> FileFacts:
        symbols, imports, bindings = (
            self._symbols.of(key),
            self._imports.of(key),
            self._bindings.of(key),
        )
        return FileFacts(
            path, self._language_of[key], 0, symbols, references.of(key), imports, bindings
        )

    def _find_definitions(self, family: str, name: str) -> Sequence[Definition]:
        found = self._named("definitions", family, name)
        return [
            Definition(path, index, bool(flags & _RENAMES), bool(flags & _IS_LINKED))
            for path, index, flags in found
        ]

    def _named(self, table: str, family: str, name: str) -> Iterator[tuple[str, int, int]]:
        """(path, position, flags) of the symbols that a table has under a name."""
        if table not in self._tables:
            import numpy as np

            arrays = (
                np.load(self.folder / f"{table}.{part}.npy", mmap_mode="r") for part in _PARTS
            )
            self._tables[table] = tuple(map(memoryview, arrays))
        keys, files, positions, flags = self._tables[table]
        key = key64(family, name)
        at = bisect_left(keys, key)
        while at < len(keys) and keys[at] == key:
            yield self._paths[files[at]], positions[at], flags[at]
            at += 1


_PARTS = ("keys", "files", "positions", "flags")


class _Names:
    """Gathers the definitions and methods of a view by name. Those of C, of which there are millions, column by column."""

    def __init__(self, files: pa.Table) -> None:
        import numpy as np

        own = files.filter(pc.not_equal(files["path"], ""))
        ids = own["file_id"].to_numpy()
        self._order = np.argsort(ids)
        self._ids = ids[self._order]
        self._is_c = pc.equal(own["language"], "c").to_numpy(zero_copy_only=False)
        self._is_header = np.fromiter(map(is_header, own["path"].to_pylist()), bool, len(ids))
        self._found: dict[str, list[tuple[NDArray[Any], ...]]] = {"definitions": [], "methods": []}

    def take(self, batch: pa.RecordBatch) -> None:
        """Note the C definitions of a batch of symbols."""
        import numpy as np

        if not len(self._ids):
            return
        ids = batch["file_id"].to_numpy()
        at = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
        known = self._ids[at] == ids
        files = self._order[at]
        mine = known & self._is_c[files]
        batch, files = batch.filter(pa.array(mine)), files[mine]
        header = self._is_header[files]
        static = pc.starts_with(batch["signature"], "static ").to_numpy(zero_copy_only=False)
        kinds = batch["kind"]
        linked = (
            pc.is_in(kinds, pa.array(sorted(LINKABLE))).to_numpy(zero_copy_only=False)
            & ~static
            & ~header
        )
        flags = _IS_LINKED * linked.astype(np.int8) + _RENAMES * _renaming(batch).astype(np.int8)
        shared = (header | ~static) & pc.not_equal(kinds, "prototype").to_numpy(
            zero_copy_only=False
        )
        keys = _keys(C.name, batch["name"])
        methods = pc.equal(kinds, "method").to_numpy(zero_copy_only=False)
        for table, rows in (("definitions", shared), ("methods", methods)):
            self._found[table].append(
                (keys[rows], files[rows], batch["idx"].to_numpy()[rows], flags[rows])
            )

    def write(self, facts: SpooledFacts, folder: Path) -> None:
        """Add the definitions of other languages, and write all sorted by name, then by path and position."""
        import numpy as np

        rows: dict[str, list[tuple[int, int, int, int]]] = {"definitions": [], "methods": []}
        for number, (path, language) in enumerate(facts.languages.items()):
            rules = family_rules(language)
            if language != "c" and rules.name and (rules.sees == "program" or rules.guesses):
                _add_names(rows, number, facts[path])
        for table, found in self._found.items():
            own = np.array(rows[table], np.int64).reshape(-1, 4).T
            every: list[Sequence[NDArray[Any]]] = [list(own), *found]
            columns = [np.concatenate([part[at] for part in every]) for at in range(len(_PARTS))]
            order = np.lexsort((columns[2], columns[1], columns[0]))
            for part, column, kind in zip(
                _PARTS, columns, (np.int64, np.int32, np.int32, np.int8), strict=True
            ):
                np.save(folder / f"{table}.{part}.npy", column.astype(kind)[order])


def _add_names(
    rows: dict[str, list[tuple[int, int, int, int]]], number: int, facts: FileFacts
) -> None:
    visible, methods = program_names({facts.path: facts})
    for (family, name), definitions in visible.items():
        key = key64(family, name)
        for each in definitions:
            flags = _RENAMES * each.renames + _IS_LINKED * each.linked
            rows["definitions"].append((key, number, each.index, flags))
    for (family, name), entities in methods.items():
        key = key64(family, name)
        rows["methods"] += ((key, number, each.index, 0) for each in entities)


def _keys(family: str, names: pa.Array) -> NDArray[np.int64]:
    import numpy as np

    coded = names.dictionary_encode()
    keys = np.array([key64(family, name) for name in coded.dictionary.to_pylist()], np.int64)
    found: NDArray[np.int64] = keys[coded.indices.to_numpy()]
    return found


def _renaming(symbols: pa.RecordBatch) -> NDArray[np.bool_]:
    """Which symbols are macros without parameters; as `namespace.is_renaming`."""
    import numpy as np

    found: NDArray[np.bool_] = pc.equal(symbols["kind"], "macro").to_numpy(zero_copy_only=False)
    macros = symbols.filter(pa.array(found))
    pairs = zip(macros["name"].to_pylist(), macros["signature"].to_pylist(), strict=True)
    found[found] = np.fromiter(
        (f"{name}(" not in signature for name, signature in pairs), bool, macros.num_rows
    )
    return found
