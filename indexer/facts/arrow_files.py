"""The facts of a view in memory-mapped Arrow files, shared by several processes.

Resolution jumps from file to file: a Lance table answers in milliseconds, a mapped column in
microseconds. The global names of the program are sorted keys in further files, so no process needs
a dictionary of millions. `arrow_writer` writes all of these files.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..records import FileFacts, Import, key64
from .global_names import GlobalDefinition
from .importers import Importers
from .rows import RECORDS, records_of

CACHED_NAMES = 1 << 15  # answers of `find_definitions`
CACHED_BATCHES = 4  # of a table that is read in order
NAME_COLUMNS = ("keys", "files", "positions", "flags")
"""The columns of the sorted names, each in a file of its own: 64-bit keys of (family, name),
numbers of paths, positions of symbols in their files, and ALIAS_MACRO | EXTERNAL.
"""
ALIAS_MACRO, EXTERNAL = 1, 2


class ArrowFacts:
    """`protocol.VersionedFacts` of a folder of Arrow files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = pa.ipc.open_file(str(folder / "files.arrow")).read_all()
        paths, ids, languages = (
            files[name].to_pylist() for name in ("path", "file_id", "language")
        )
        self._paths = [path for path in paths if path]
        self._ids = dict(zip(self._paths, ids, strict=False))
        self._language_of = dict(zip(ids, languages, strict=True))
        self.languages: Mapping[str, str] = dict(zip(self._paths, languages, strict=False))
        self._symbols = _FactRows(folder, "symbols", "symbols")
        self._imports = _FactRows(folder, "imports", "imports")
        self._bindings = _FactRows(folder, "bindings", "bindings")
        self._exported = _FactRows(folder, "exported", "references")
        self._references = _FactRows(folder, "references", "references", is_mapped=False)
        self._names: dict[str, tuple[memoryview, ...]] = {}
        self._definitions = lru_cache(maxsize=CACHED_NAMES)(self._read_definitions)

    def __getitem__(self, path: str) -> FileFacts:
        return self._facts(path, self._ids[path], self._exported)

    def with_references(self, path: str) -> FileFacts:
        return self._facts(path, self._ids[path], self._references)

    def facts_of_version(self, path: str, file_id: int) -> FileFacts:
        return self._facts(path, file_id, self._exported)

    def imports_of(self, path: str) -> Sequence[Import]:
        return self._imports.of(self._ids[path])

    def find_definitions(self, family: str, name: str) -> Sequence[GlobalDefinition]:
        return self._definitions(family, name)

    def find_methods(self, family: str, name: str) -> Sequence[tuple[str, int]]:
        return [(path, index) for path, index, _ in self._find_names("methods", family, name)]

    def find_importers(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        return self._importers.find(names)

    @cached_property
    def _importers(self) -> Importers:
        import numpy as np

        numbers = {file_id: number for number, file_id in enumerate(self._ids.values())}
        files, counts = self._imports.files()
        owners = np.array([numbers.get(file_id, -1) for file_id in files], np.int64)
        return Importers(self._imports.table(), np.repeat(owners, counts), self._paths)

    def _facts(self, path: str, file_id: int, references: _FactRows) -> FileFacts:
        return FileFacts(
            path,
            self._language_of[file_id],
            0,
            self._symbols.of(file_id),
            references.of(file_id),
            self._imports.of(file_id),
            self._bindings.of(file_id),
        )

    def _read_definitions(self, family: str, name: str) -> Sequence[GlobalDefinition]:
        return [
            GlobalDefinition(path, index, bool(flags & ALIAS_MACRO), bool(flags & EXTERNAL))
            for path, index, flags in self._find_names("definitions", family, name)
        ]

    def _find_names(self, table: str, family: str, name: str) -> Iterator[tuple[str, int, int]]:
        """Yield (path, position, flags) of the symbols under a name."""
        if table not in self._names:
            import numpy as np

            arrays = (
                np.load(self.folder / f"{table}.{column}.npy", mmap_mode="r")
                for column in NAME_COLUMNS
            )
            self._names[table] = tuple(map(memoryview, arrays))
        keys, files, positions, flags = self._names[table]
        key = key64(family, name)
        row = bisect_left(keys, key)
        while row < len(keys) and keys[row] == key:
            yield self._paths[files[row]], positions[row], flags[row]
            row += 1


class _FactRows:
    """A table of facts by file: mapped into memory or, for a table read once and in order, read in
    pieces.
    """

    def __init__(self, folder: Path, name: str, table: str, is_mapped: bool = True) -> None:
        import numpy as np

        path = str(folder / f"{name}.arrow")
        self._record = RECORDS[table]
        self._reader = pa.ipc.open_file(pa.memory_map(path) if is_mapped else pa.OSFile(path))
        batches = None if is_mapped else CACHED_BATCHES
        self._batch = lru_cache(maxsize=batches)(self._reader.get_batch)
        self._ids, self._starts, self._stops = (
            array.data for array in np.load(folder / f"{name}.rows.npy")
        )
        self._ends: list[int] = np.load(folder / f"{name}.ends.npy").tolist()  # of the batches

    def of(self, file_id: int) -> tuple[Any, ...]:
        """Return the records of a version of a file."""
        at = bisect_left(self._ids, file_id)
        if at == len(self._ids) or self._ids[at] != file_id:
            return ()
        low, high = self._starts[at], self._stops[at]
        number = bisect_left(self._ends, low + 1)
        records: tuple[Any, ...] = ()
        while low < high:
            first, end = self._ends[number - 1] if number else 0, min(high, self._ends[number])
            records += records_of(self._record, self._batch(number).slice(low - first, end - low))
            low, number = end, number + 1
        return records

    def files(self) -> tuple[list[int], list[int]]:
        """Return the versions of files in the order of their rows, and the row count of each."""
        spans = sorted(zip(self._starts, self._stops, self._ids, strict=True))
        return [file_id for _, _, file_id in spans], [stop - start for start, stop, _ in spans]

    def table(self) -> pa.Table:
        """Return all rows."""
        return self._reader.read_all()
