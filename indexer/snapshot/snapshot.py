"""One view of one generation: files, symbols, edges and references."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa

from ..errors import StoreError
from ..records import Reference, on_disk
from ..source import changed_ns
from ..store import FragmentCache, Store, Tuning, decompress_source, quote
from .chunks import Chunks
from .commit_log import CommitLog
from .entries import Entries
from .results import FoundEdge
from .symbols import COLUMNS as SYMBOL_COLUMNS
from .symbols import FileSymbols, FoundSymbol, group_by_file
from .tables import ViewTables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_REFERENCE = ["kind", "name", "receiver", "scope", "line"]
_EDGE = ["src", "dst", "kind", "rule", "confidence", "line"]


class Snapshot:
    """One view of the generation published when it was opened. Unaffected by later builds."""

    def __init__(self, tables: ViewTables) -> None:
        self.tables = tables
        self.store, self.state, self.view = tables.store, tables.state, tables.view
        self.chunks = Chunks(tables)

    @classmethod
    def open(cls, uri: str, view: str | None = None) -> Snapshot:
        """Open the store `uri` at a view, by default the view published last.

        `view` is a name, or the start of a commit. Raises `StoreError` without such a view.
        """
        return cls._open(Store(uri), view)

    @classmethod
    def _open(cls, store: Store, view: str | None) -> Snapshot:
        state = store.state()
        if state is None:
            raise StoreError(f"no index at {store.uri}: run `clew index` first")
        name = state.latest if view is None else state.find_view(view)
        return cls(ViewTables(store, state, state.views[name]))

    def newest(self) -> Snapshot:
        """Open the same view at the generation published now. Raises as `open`.

        Cached data is reused, so that only new rows are read.
        """
        newest = self._open(self.store, self.view.name)
        if newest.state.fact_version == self.state.fact_version:
            newest.chunks = self.chunks.carried_over(newest.tables)
        else:
            self.store.cache = FragmentCache()  # the old tables are gone
        return newest

    # -- files

    @property
    def entries(self) -> Entries:
        """The view's paths in order, with facts or without."""
        return self.tables.entries

    @property
    def path_of(self) -> dict[int, str]:
        """file_id → path, for the view's files with facts."""
        return self.tables.path_of

    def changed_since(self, before: Snapshot) -> set[str]:
        """Return the new, deleted and changed paths since an earlier generation of the view.

        `before` must have read its paths while it could be read.
        """
        paths, earlier = self.path_of, before.path_of
        ids = paths.keys() ^ earlier.keys()
        return {each[file_id] for each in (paths, earlier) for file_id in ids if file_id in each}

    def source(self, path: str) -> str | None:
        """Return the indexed text of a file; None without facts."""
        return self.sources([path]).get(path)

    def sources(self, paths: Collection[str]) -> dict[str, str]:
        """Return path → indexed text, for those of `paths` with facts, sorted by path."""
        entries = [self.entries[path] for path in sorted(set(paths)) if path in self.entries]
        ids = [entry.file_id for entry in entries if entry.file_id]
        rows = self.tables.find_rows("files", ["file_id", "size", "source"], "file_id", ids)
        by_id = {row["file_id"]: row for row in rows.to_pylist()}
        return {
            entry.path: decompress_source(by_id[entry.file_id])
            for entry in entries
            if entry.file_id in by_id
        }

    def languages(self, paths: Collection[str]) -> dict[str, str]:
        """Return path → language, for those of `paths` with facts."""
        ids = sorted({self.entries[path].file_id for path in paths} - {0})
        rows = self.tables.find_rows("files", ["file_id", "language"], "file_id", ids)
        pairs = zip(rows["file_id"].to_pylist(), rows["language"].to_pylist(), strict=True)
        return {self.path_of[file_id]: language for file_id, language in pairs}

    def is_stale(self, path: str) -> bool:
        """Return True if the file on disk was changed or deleted since it was indexed.

        The files of a revision never change.
        """
        entry = self.entries.get(path)
        if entry is None or self.view.kind != "worktree":
            return False
        try:
            now = os.stat(os.path.join(self.view.root, on_disk(path)), follow_symlinks=False)
        except OSError:
            return True
        if (now.st_size, changed_ns(now)) == (entry.size, entry.mtime_ns):
            return False
        return now.st_size != entry.size or self._content_on_disk(path) != entry.content

    def _content_on_disk(self, path: str) -> str:
        from ..source import content_id

        try:
            with open(os.path.join(self.view.root, on_disk(path)), "rb") as file:
                return content_id(file.read())
        except OSError:
            return ""

    # -- symbols

    def symbols_named(self, names: Collection[str]) -> list[FoundSymbol]:
        """Return the symbols whose unqualified name is one of `names`, by path and line."""
        return self._symbols("name", sorted(set(names)))

    def symbols_of(self, uids: Collection[int]) -> dict[int, FoundSymbol]:
        """Return uid → symbol. Unknown uids, and those of files, are left out."""
        return {symbol.uid: symbol for symbol in self._symbols("uid", sorted(set(uids)))}

    def symbols_in(self, paths: Collection[str]) -> list[FoundSymbol]:
        """Return the symbols of the files `paths`, by path and position."""
        return [*chain.from_iterable(own for _, own in sorted(self.symbols_by_file(paths).items()))]

    def symbols_by_file(self, paths: Collection[str]) -> dict[str, FileSymbols]:
        """Return path → symbols, for each of `paths`."""
        ids = {self.entries[path].file_id for path in paths if path in self.entries} - {0}
        rows = self.tables.find_rows("symbols", list(SYMBOL_COLUMNS), "file_id", sorted(ids))
        symbols = group_by_file(rows, self.path_of)
        return {path: symbols.get(path) or FileSymbols(path, (), 0, 0) for path in paths}

    def all_symbols(self, columns: Sequence[str]) -> pa.Table:
        """Return `file_id` and `columns` of every symbol of the view, in no particular order."""
        rows = self.tables.read("symbols", ["file_id", *columns], None)
        return _filter(rows, self.tables.owns(rows["file_id"]))

    def _symbols(self, key: str, values: Sequence[int | str]) -> list[FoundSymbol]:
        rows = self.tables.find_rows("symbols", list(SYMBOL_COLUMNS), key, values)
        symbols = chain(*group_by_file(rows, self.path_of).values())
        return sorted(symbols, key=lambda symbol: (symbol.path, symbol.index))

    # -- edges

    def edges_from(self, uids: Collection[int], kinds: Collection[str] = ()) -> list[FoundEdge]:
        """Return the outgoing edges of `uids`, of `kinds` or of any kind, in a stable order."""
        return self._edges("src", uids, kinds)

    def edges_to(self, uids: Collection[int], kinds: Collection[str] = ()) -> list[FoundEdge]:
        """Return the incoming edges of `uids`, of `kinds` or of any kind, in a stable order."""
        return self._edges("dst", uids, kinds)

    def _edges(self, key: str, uids: Collection[int], kinds: Collection[str]) -> list[FoundEdge]:
        rows = self.tables.find_rows("edges", ["edges_id", *_EDGE], key, sorted(set(uids)))
        edges = {
            FoundEdge(*(row[name] for name in _EDGE))
            for row in rows.to_pylist()
            if row["edges_id"] in self.tables.edge_sets and (not kinds or row["kind"] in kinds)
        }
        return sorted(edges, key=lambda e: (e.kind, -e.confidence, e.src, e.line, e.dst, e.rule))

    def all_edges(self) -> pa.Table:
        """Return src, dst, kind, rule, confidence and line of all edges, in no particular order."""
        import numpy as np

        rows = self.tables.read("edges", ["edges_id", *_EDGE], None)
        edge_sets = np.array(sorted(self.tables.edge_sets), dtype=np.int64)
        return _filter(rows, np.isin(rows["edges_id"].to_numpy(), edge_sets)).drop_columns(
            ["edges_id"]
        )

    # -- references

    def references_to(self, name: str) -> list[tuple[str, Reference]]:
        """Return (path, reference) of each reference named `name`, by path and line.

        Unresolved ones are included.
        """
        return self._references("name", name)

    def references_in(self, path: str) -> list[Reference]:
        """Return the references in the file `path`, by line."""
        entry = self.entries.get(path)
        if entry is None:
            return []
        return [reference for _, reference in self._references("file_id", entry.file_id)]

    def count_references(self, name: str) -> int:
        """Return an upper bound of the number of references of `name`; it includes other views."""
        with self.tables.reading():
            return int(self.tables.table("references").count_rows(f"name = {quote(name)}"))

    def _references(self, key: str, value: str | int) -> list[tuple[str, Reference]]:
        rows = self.tables.find_rows("references", ["file_id", *_REFERENCE], key, [value])
        references = [
            (self.path_of[row["file_id"]], Reference(*(row[column] for column in _REFERENCE)))
            for row in rows.to_pylist()
            if row["file_id"] in self.path_of
        ]
        return sorted(references, key=lambda pair: (pair[0], pair[1].line, pair[1].kind))

    # -- history

    @cached_property
    def commit_log(self) -> CommitLog:
        """The commits of the view's history."""
        return CommitLog(self.tables)

    @cached_property
    def tuning(self) -> Tuning | None:
        """The weights learned from the view's history, for whichever ranker."""
        return next((each for each in self.state.tunings if self.commit_log.has(each.tip)), None)


def _filter(rows: pa.Table, mask: NDArray[np.bool_]) -> pa.Table:
    """Return the rows of the mask; without a copy if they are all, the usual case."""
    return rows if mask.all() else rows.filter(pa.array(mask))
