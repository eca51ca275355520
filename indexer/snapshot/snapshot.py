"""Reading one view of one generation: what the online side may ask of the store."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import GenerationGone, StoreError
from ..records import Reference, on_disk
from ..source.tree import changed_ns
from ..store.fragment_cache import Held
from ..store.generation import State, Tuning, View
from ..store.lance import asking, lance_errors, quoted, rows_of, unpacked
from ..store.manifest import COLUMNS, current
from ..store.store import Store
from .chunks import Chunks
from .commit_log import Past
from .entries import Entries
from .results import FoundEdge
from .symbols import COLUMNS as SYMBOL_COLUMNS
from .symbols import FileSymbols, FoundSymbol, by_file

if TYPE_CHECKING:
    import numpy as np
    from lancedb.table import Table
    from numpy.typing import NDArray

IN_LIST = 2_000  # keys that one filter names
HELD_ROWS = 200_000  # rows of a table that is held in memory: 50 MB of symbols
HELD_AFTER = 8  # reads: a process that asks once does without


class Snapshot:
    """One view of the generation that is published when it is opened. Not changed by what a writer does meanwhile."""

    def __init__(self, store: Store, state: State, view: View) -> None:
        self.store, self.state, self.view = store, state, view
        self._tables: dict[str, Table] = {}
        self._memory: dict[str, pa.Table | None] = {}

    @classmethod
    def open(cls, uri: str, view: str | None = None) -> Snapshot:
        """Open the store `uri` at `view` (a name, or the start of a commit), by default at the view published last.

        Raises `StoreError` where there is no index, or no such view in it.
        """
        return cls._opened(Store(uri), view)

    def newest(self) -> Snapshot:
        """The same view in the generation that is published now; of what is held only what is new is read. Raises as `open`."""
        newest = self._opened(self.store, self.view.name)
        if newest.state.epoch != self.state.epoch:
            self.store.held = Held()  # those were other tables, which have gone
        elif "chunks" in self.__dict__:
            same = self._placed() == newest._placed()
            newest.chunks = self.chunks.at(newest) if same else Chunks(newest, self.chunks)
        return newest

    def _placed(self) -> tuple[int, int]:
        """The same where views of one epoch hold the same chunks, in the same rows: then edges alone may differ."""
        return self.state.versions["chunks"], self.state.versions["statistics"]

    @classmethod
    def _opened(cls, store: Store, view: str | None) -> Snapshot:
        state = store.state()
        if state is None:
            raise StoreError(f"no index at {store.uri}: run `clew index` first")
        name = state.latest if view is None else state.view_named(view)
        return cls(store, state, state.views[name])

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Tells a store that is damaged from one that has gone on and, after a while, cleaned up behind itself."""
        try:
            with lance_errors(self.store.uri):
                yield
        except StoreError as error:
            newest = self.store.state()
            if newest is None or newest.generation == self.state.generation:
                raise
            raise GenerationGone(
                f"{self.store.uri} was indexed again since it was opened here: open it anew"
            ) from error

    def table(self, name: str) -> Table:
        """The table `name` at this generation's version."""
        if name not in self._tables:
            with self.reading():
                self._tables[name] = self.store.table(
                    name, self.state.epoch, self.state.versions[name]
                )
        return self._tables[name]

    # -- files

    @cached_property
    def _manifest(self) -> pa.Table:
        return current(self.of_view("manifests", ["since", *COLUMNS]))

    @cached_property
    def entries(self) -> Entries:
        """The view's paths in order, with facts or without."""
        return Entries(self._manifest)

    @cached_property
    def path_of(self) -> dict[int, str]:
        """file_id → path, for the files of the view that have facts."""
        rows = self._manifest.filter(pc.not_equal(self._manifest["file_id"], 0))
        return dict(zip(rows["file_id"].to_pylist(), rows["path"].to_pylist(), strict=True))

    def changed_since(self, before: Snapshot) -> set[str]:
        """The paths whose files have come, gone or changed since an earlier generation of the view, which has told its paths
        while it could be read."""
        ids = self.path_of.keys() ^ before.path_of.keys()
        return {own[each] for own in (self.path_of, before.path_of) for each in ids if each in own}

    def source(self, path: str) -> str | None:
        """The text of a file as it was indexed; None where the view has no facts of it."""
        return self.sources([path]).get(path)

    def sources(self, paths: Collection[str]) -> dict[str, str]:
        """path → text as it was indexed, for those of `paths` that have facts, in the order of paths."""
        entries = [self.entries[path] for path in sorted(set(paths)) if path in self.entries]
        rows = self.rows(
            "files",
            ["file_id", "size", "source"],
            "file_id",
            [e.file_id for e in entries if e.file_id],
        )
        found = {row["file_id"]: row for row in rows.to_pylist()}
        return {
            entry.path: unpacked(found[entry.file_id])
            for entry in entries
            if entry.file_id in found
        }

    def is_stale(self, path: str) -> bool:
        """Whether the file on disk has changed, or gone, since it was indexed. A revision never changes."""
        entry = self.entries.get(path)
        if entry is None or self.view.kind != "worktree":
            return False
        try:
            now = os.stat(os.path.join(self.view.root, on_disk(path)), follow_symlinks=False)
        except OSError:
            return True
        if (now.st_size, changed_ns(now)) == (entry.size, entry.mtime_ns):
            return False
        return now.st_size != entry.size or self._content_now(path) != entry.content

    def _content_now(self, path: str) -> str:
        from ..source.classify import content_id

        try:
            with open(os.path.join(self.view.root, on_disk(path)), "rb") as file:
                return content_id(file.read())
        except OSError:
            return ""

    @cached_property
    def chunks(self) -> Chunks:
        """The view's chunks."""
        return Chunks(self)

    def owns(self, file_ids: pa.ChunkedArray) -> NDArray[np.bool_]:
        """Which of `file_ids` are of the view's files."""
        import numpy as np

        ids = file_ids.to_numpy()
        starts = np.flatnonzero(
            np.diff(ids, prepend=ids[:1] - 1)
        )  # a file's rows most often follow each other
        lengths = np.diff(starts, append=len(ids))
        return np.isin(ids[starts], self._manifest["file_id"].to_numpy()).repeat(lengths)

    # -- symbols

    def symbols_named(self, names: Collection[str]) -> list[FoundSymbol]:
        """The symbols whose last name is one of `names`, by path and line."""
        return self._symbols("name", sorted(set(names)))

    def all_symbols(self, columns: Sequence[str]) -> pa.Table:
        """The `columns` of every symbol of the view, with `file_id`; in no particular order."""
        rows = self.read("symbols", ["file_id", *columns], None)
        return _only(rows, self.owns(rows["file_id"]))

    def symbols_in(self, paths: Collection[str]) -> list[FoundSymbol]:
        """The symbols of the files `paths`, by path and position."""
        return [found for _, own in sorted(self.symbols_by_file(paths).items()) for found in own]

    def symbols_by_file(self, paths: Collection[str]) -> dict[str, FileSymbols]:
        """path → its symbols, for each of `paths`."""
        ids = {self.entries[path].file_id for path in paths if path in self.entries} - {0}
        rows = self.rows("symbols", list(SYMBOL_COLUMNS), "file_id", sorted(ids))
        found = by_file(rows, self.path_of)
        return {path: found.get(path) or FileSymbols(path, (), 0, 0) for path in paths}

    def symbols_of(self, uids: Collection[int]) -> dict[int, FoundSymbol]:
        """uid → symbol. A uid that is a file's, or unknown, is not among the keys."""
        return {found.uid: found for found in self._symbols("uid", sorted(set(uids)))}

    def _symbols(self, key: str, values: Sequence[int | str]) -> list[FoundSymbol]:
        rows = self.rows("symbols", list(SYMBOL_COLUMNS), key, values)
        return sorted(chain(*by_file(rows, self.path_of).values()), key=lambda f: (f.path, f.index))

    # -- edges and references

    def edges_from(self, uids: Collection[int], kinds: Collection[str] = ()) -> list[FoundEdge]:
        """The edges that leave `uids`, of `kinds` or of any, in a stable order."""
        return self._edges("src", uids, kinds)

    def edges_to(self, uids: Collection[int], kinds: Collection[str] = ()) -> list[FoundEdge]:
        """The edges that reach `uids`, of `kinds` or of any, in a stable order."""
        return self._edges("dst", uids, kinds)

    def _edges(self, key: str, uids: Collection[int], kinds: Collection[str]) -> list[FoundEdge]:
        wanted = self._edge_sets
        found = [
            FoundEdge(*(row[name] for name in _EDGE))
            for row in self.rows("edges", ["edges_id", *_EDGE], key, sorted(set(uids))).to_pylist()
            if row["edges_id"] in wanted and (not kinds or row["kind"] in kinds)
        ]
        return sorted(
            set(found), key=lambda e: (e.kind, -e.confidence, e.src, e.line, e.dst, e.rule)
        )

    def all_edges(self) -> pa.Table:
        """Every edge of the view: src, dst, kind, rule, confidence, line; in no particular order."""
        import numpy as np

        rows = self.read("edges", ["edges_id", *_EDGE], None)
        mine = np.isin(
            rows["edges_id"].to_numpy(), np.array(sorted(self._edge_sets), dtype=np.int64)
        )
        return _only(rows, mine).drop_columns(["edges_id"])

    @cached_property
    def _edge_sets(self) -> frozenset[int]:
        return frozenset(self._manifest["edges_id"].to_pylist())

    def references_to(self, name: str) -> list[tuple[str, Reference]]:
        """Where `name` is written as a reference, resolved or not: (path, reference), by path and line."""
        return self._references("name", name)

    def count_references(self, name: str) -> int:
        """How many references of `name` the store holds, at most; other views' are counted too."""
        with self.reading():
            return int(self.table("references").count_rows(f"name = {quoted(name)}"))

    def references_in(self, path: str) -> list[Reference]:
        """The references of the file `path`, by line."""
        entry = self.entries.get(path)
        return (
            [reference for _, reference in self._references("file_id", entry.file_id)]
            if entry
            else []
        )

    def languages(self, paths: Collection[str]) -> dict[str, str]:
        """path → the language that its file was read as; paths without facts are left out."""
        ids = sorted({self.entries[path].file_id for path in paths} - {0})
        rows = self.rows("files", ["file_id", "language"], "file_id", ids)
        return dict(
            zip(
                map(self.path_of.__getitem__, rows["file_id"].to_pylist()),
                rows["language"].to_pylist(),
                strict=True,
            )
        )

    def _references(self, key: str, value: str | int) -> list[tuple[str, Reference]]:
        found = [
            (self.path_of[row["file_id"]], Reference(*(row[column] for column in _REFERENCE)))
            for row in self.rows("references", ["file_id", *_REFERENCE], key, [value]).to_pylist()
            if row["file_id"] in self.path_of
        ]
        return sorted(found, key=lambda pair: (pair[0], pair[1].line, pair[1].kind))

    # -- history

    @cached_property
    def past(self) -> Past:
        """The commits that lead to the view's."""
        return Past(self)

    @cached_property
    def tuning(self) -> Tuning | None:
        """What was learned from commits that lead to the view's, for whichever ranker."""
        return next((each for each in self.state.tunings if self.past.has(each.tip)), None)

    # -- reading

    def rows(
        self, name: str, columns: Sequence[str], key: str, values: Sequence[int | str]
    ) -> pa.Table:
        """The `columns` of the rows whose `key` is one of `values`."""
        held = self._in_memory(name)
        if held is not None:
            return held.filter(
                pc.is_in(held[key], pa.array(values, held.schema.field(key).type))
            ).select(columns)
        parts = []
        for at in range(0, max(len(values), 1), IN_LIST):
            literals = [
                quoted(v) if isinstance(v, str) else str(v) for v in values[at : at + IN_LIST]
            ]
            where = f"{key} IN ({','.join(literals)})" if literals else "false"
            parts.append(
                self.read(name, [c for c in columns if c != "_rowid"], where, "_rowid" in columns)
            )
        return pa.concat_tables(parts).select(columns)

    def _in_memory(self, name: str) -> pa.Table | None:
        """A table of facts that queries read again and again, in memory if it is small: a filter in Lance takes 5 ms."""
        if name not in _HELD or not self.is_read_often(name):
            return None
        if name not in self._memory:
            small = self.table(name).count_rows() <= HELD_ROWS
            self._memory[name] = self.whole(name, _HELD[name]) if small else None
        return self._memory[name]

    def is_read_often(self, name: str) -> bool:
        """Whether a table, or a column of one, is read so often that it is worth holding; to be asked once a read."""
        self.store.held.reads[name] += 1
        return self.store.held.reads[name] > HELD_AFTER

    def whole(self, name: str, columns: Sequence[str]) -> pa.Table:
        """`_rowid` and `columns` of every row of a table by its number, other views' too; held for later generations."""
        with self.reading():
            return self.store.held.rows(self.table(name), columns)

    def of_view(self, name: str, columns: Sequence[str]) -> pa.Table:
        """The `columns` of the rows of a table of views that are this one's."""
        with self.reading():
            return self.store.held.rows(
                self.table(name), columns, f"view = {quoted(self.view.name)}"
            )

    def read(
        self, name: str, columns: list[str], where: str | None, with_row_id: bool = False
    ) -> pa.Table:
        """The `columns` of the rows of a table for which `where`, a Lance filter, holds."""
        with self.reading():
            query = asking(self.table(name))
            query = query.where(where) if where else query
            return rows_of((query.with_row_id() if with_row_id else query).select(columns))


def _only(rows: pa.Table, wanted: NDArray[np.bool_]) -> pa.Table:
    """The `wanted` ones of `rows`; where that is all, as most often, without a copy."""
    return rows if wanted.all() else rows.filter(pa.array(wanted))


_REFERENCE = ["kind", "name", "receiver", "scope", "line"]
_HELD = {"symbols": list(SYMBOL_COLUMNS)}
_EDGE = ["src", "dst", "kind", "rule", "confidence", "line"]
