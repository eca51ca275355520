"""Reading one view of one generation: what the online side may ask of the store."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from .chunk_rows import COLUMNS as CHUNK_COLUMNS
from .chunk_rows import ChunkRows
from .entries import Entries
from .errors import GenerationGone, StoreError
from .found import FoundChunk, FoundEdge
from .generation import State, Tuning, View
from .lance import asking, lance_errors, match_queries, quoted, rows_of, taking, unpacked
from .manifest import COLUMNS, current
from .past import Past
from .records import Reference, on_disk
from .schema import STATISTICS
from .source import changed_ns
from .statistics import TermStatistics, bm25, from_rows
from .store import Store
from .symbols import COLUMNS as SYMBOL_COLUMNS
from .symbols import FileSymbols, FoundSymbol, by_file
from .vectors import LISTED, LISTED_HELD, Signs, cosines

if TYPE_CHECKING:
    import numpy as np
    from lancedb.table import Table
    from numpy.typing import NDArray

IN_LIST = 2_000  # keys that one filter names
HELD_ROWS = 200_000  # rows of a table that is held in memory: 50 MB of symbols
HELD_VECTORS = 400_000  # that are held in memory: 100 MB at 256 components; of more, some are read for each question
HELD_AFTER = 8  # reads: a process that asks once, or a generation that lasts a second, does without


class Snapshot:
    """One view of the generation that is published when it is opened. Not changed by what a writer does meanwhile."""

    def __init__(self, store: Store, state: State, view: View) -> None:
        self.store, self.state, self.view = store, state, view
        self._tables: dict[str, Table] = {}
        self._memory: dict[str, pa.Table | None] = {}
        self._reads: Counter[str] = Counter()

    @classmethod
    def open(cls, uri: str, view: str | None = None) -> Snapshot:
        """Open the store `uri` at `view` (a name, or the start of a commit), by default at the view published last.

        Raises `StoreError` where there is no index, or no such view in it.
        """
        store = Store(uri)
        state = store.state()
        if state is None:
            raise StoreError(f"no index at {uri}: run `clew index` first")
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
                self._tables[name] = self.store.table(name, self.state.epoch, self.state.versions[name])
        return self._tables[name]

    # -- files

    @cached_property
    def _manifest(self) -> pa.Table:
        return current(self.read("manifests", ["since", *COLUMNS], f"view = {quoted(self.view.name)}"))

    @cached_property
    def entries(self) -> Entries:
        """The view's paths in order, with facts or without."""
        return Entries(self._manifest)

    @cached_property
    def path_of(self) -> dict[int, str]:
        """file_id → path, for the files of the view that have facts."""
        rows = self._manifest.filter(pc.not_equal(self._manifest["file_id"], 0))
        return dict(zip(rows["file_id"].to_pylist(), rows["path"].to_pylist(), strict=True))

    @cached_property
    def _file_ids(self) -> NDArray[np.int64]:
        import numpy as np

        ids = self._manifest["file_id"].to_numpy()
        return np.sort(ids[ids != 0])

    def source(self, path: str) -> str | None:
        """The text of a file as it was indexed; None where the view has no facts of it."""
        return self.sources([path]).get(path)

    def sources(self, paths: Collection[str]) -> dict[str, str]:
        """path → text as it was indexed, for those of `paths` that have facts, in the order of paths."""
        entries = [self.entries[path] for path in sorted(set(paths)) if path in self.entries]
        rows = self._rows("files", ["file_id", "size", "source"], "file_id", [e.file_id for e in entries if e.file_id])
        found = {row["file_id"]: row for row in rows.to_pylist()}
        return {entry.path: unpacked(found[entry.file_id]) for entry in entries if entry.file_id in found}

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
        from .content import content_id

        try:
            with open(os.path.join(self.view.root, on_disk(path)), "rb") as file:
                return content_id(file.read())
        except OSError:
            return ""

    # -- chunks

    @cached_property
    def _stored_chunks(self) -> int:
        """How many chunks the table holds, those of other views too."""
        with self.reading():
            return int(self.table("chunks").count_rows())

    def search_text(self, weights: Mapping[str, float], limit: int) -> list[FoundChunk]:
        """The chunks of the view that match any of the terms best, best first: BM25, each term's part times its weight.

        By the view's own statistics; the index, which counts other rows too, says which chunks are looked at.
        """
        weights = {term: weight for term, weight in weights.items() if self.statistics.holding(term)}
        queries = match_queries(weights)  # a term that no chunk holds costs as much as another
        if not queries or not self._stored_chunks:
            return []
        least = count = limit + limit // 4
        while True:  # the index holds other views' rows too
            with self.reading():
                asked = [self._numbers(each, count) for each in queries]
                numbers = list(dict.fromkeys(chain(*asked)))
                chunks = self._chunks(numbers)
            at = chunks.among(numbers)
            if len(at) >= least or len(asked[-1]) < count or count >= self._stored_chunks:
                scores = bm25(self.terms_of(chunks.numbers[at].tolist()), weights, self.statistics)
                return chunks.found(at, scores, self.path_of, limit)
            count *= 4  # the last query has all terms: where it finds no more there is no more

    def _numbers(self, wanted: Any, count: int) -> list[int]:
        """The rows that the full-text index finds best, by their numbers: columns are read once it is known which are wanted."""
        query = asking(self.table("chunks")).nearest_to_text(wanted).with_row_id().select(["_score"]).limit(count)
        found: list[int] = rows_of(query)["_rowid"].to_pylist()
        return found

    @cached_property
    def statistics(self) -> TermStatistics:
        """How many of the view's chunks hold a term."""
        return from_rows(self.read("statistics", STATISTICS.names, f"view = {quoted(self.view.name)}"))

    def search_vector(self, vector: NDArray[np.float16], limit: int) -> list[FoundChunk]:
        """The chunks of the view whose vectors have the largest dot product with `vector`, best first: of those that share
        most signs with it."""
        import numpy as np

        if not self.state.dim or not self._stored_chunks:
            return []
        held = self._stored_chunks <= HELD_VECTORS
        near = self._signs.nearest(vector, (LISTED_HELD if held else LISTED) * limit)
        if held:
            vectors = self._all_vectors.take(pa.array(near))
        else:
            vectors = self._of_chunks(self._all_chunks.numbers[near].tolist(), "vector")
        scores = np.round(cosines(vectors, vector), 6)
        return self._all_chunks.found(near, scores.tolist(), self.path_of, limit)

    @cached_property
    def _signs(self) -> Signs:
        """The signs of the vectors of all chunks of the view."""
        return Signs(self._by_number("signs"), self.state.dim)

    @cached_property
    def _all_vectors(self) -> pa.Array:
        return self._by_number("vector")

    def _by_number(self, column: str) -> pa.Array:
        """A column of all chunks of the view, in the order of `_all_chunks`."""
        import numpy as np

        rows = self._own(self.read("chunks", ["file_id", column], None, with_row_id=True))
        numbers = rows["_rowid"].to_numpy()
        values = rows[column].combine_chunks()
        in_order = bool((numbers[1:] > numbers[:-1]).all())
        return values if in_order else values.take(pa.array(np.argsort(numbers)))

    @cached_property
    def _all_chunks(self) -> ChunkRows:
        """All chunks of the view."""
        return ChunkRows(self._own(self.read("chunks", [*CHUNK_COLUMNS], None, with_row_id=True)))

    def _chunks(self, numbers: Sequence[int]) -> ChunkRows:
        """The chunks with these row numbers, as far as they are the view's, and any others."""
        if self._chunks_are_held():
            return self._all_chunks
        with self.reading():
            return ChunkRows(self._own(self._taken("chunks", numbers, CHUNK_COLUMNS)))

    def _chunks_are_held(self) -> bool:
        return "_all_chunks" in self.__dict__ or self._often("chunks")

    def _own(self, rows: pa.Table) -> pa.Table:
        """Those of `rows` that are of the view's files."""
        import numpy as np

        own, ids = self._file_ids, rows["file_id"].to_numpy()
        if not len(own):
            return rows.slice(0, 0)
        return _where(rows, own[np.minimum(np.searchsorted(own, ids), len(own) - 1)] == ids)

    def _taken(self, name: str, rows: Sequence[int], columns: Sequence[str]) -> pa.Table:
        """Rows by their numbers, in no particular order."""
        if not rows:
            schema = self.table(name).schema
            return pa.table({column: pa.array([], schema.field(column).type) for column in columns} | _NO_ROWS)
        return rows_of(taking(self.table(name), rows).with_row_id().select(list(columns)))

    def chunks_in(self, paths: Collection[str]) -> list[FoundChunk]:
        """All chunks of the files `paths`, in order."""
        ids = sorted({self.entries[path].file_id for path in paths if path in self.entries} - {0})
        chunks = (
            self._all_chunks
            if self._chunks_are_held()
            else ChunkRows(self._rows("chunks", ["_rowid", *CHUNK_COLUMNS], "file_id", ids))
        )
        at = chunks.of_files(ids)
        return chunks.found(at, [0.0] * len(at), self.path_of)

    def terms_of(self, rows: Sequence[int]) -> pa.Array:
        """The search terms of the chunks `rows`, in that order: path and name on the first line, then the text."""
        return self._of_chunks(rows, "terms")

    def _of_chunks(self, rows: Sequence[int], column: str) -> pa.Array:
        """A column of the chunks `rows`, in that order."""
        with self.reading():
            found = self._taken("chunks", rows, [column])
        order = pc.index_in(pa.array(rows, pa.uint64()), value_set=found["_rowid"].combine_chunks())
        return found[column].combine_chunks().take(order)

    # -- symbols

    def symbols_named(self, names: Collection[str]) -> list[FoundSymbol]:
        """The symbols whose last name is one of `names`, by path and line."""
        return self._symbols("name", sorted(set(names)))

    def all_symbols(self, columns: Sequence[str]) -> pa.Table:
        """The `columns` of every symbol of the view, with `file_id`; in no particular order."""
        return self._own(self.read("symbols", ["file_id", *columns], None))

    def symbols_in(self, paths: Collection[str]) -> list[FoundSymbol]:
        """The symbols of the files `paths`, by path and position."""
        return [found for _, own in sorted(self.symbols_by_file(paths).items()) for found in own]

    def symbols_by_file(self, paths: Collection[str]) -> dict[str, FileSymbols]:
        """path → its symbols, for each of `paths`."""
        ids = {self.entries[path].file_id for path in paths if path in self.entries} - {0}
        rows = self._rows("symbols", list(SYMBOL_COLUMNS), "file_id", sorted(ids))
        found = by_file(rows, self.path_of)
        return {path: found.get(path) or FileSymbols(path, (), 0, 0) for path in paths}

    def symbols_of(self, uids: Collection[int]) -> dict[int, FoundSymbol]:
        """uid → symbol. A uid that is a file's, or unknown, is not among the keys."""
        return {found.uid: found for found in self._symbols("uid", sorted(set(uids)))}

    def _symbols(self, key: str, values: Sequence[int | str]) -> list[FoundSymbol]:
        rows = self._rows("symbols", list(SYMBOL_COLUMNS), key, values)
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
            for row in self._rows("edges", ["edges_id", *_EDGE], key, sorted(set(uids))).to_pylist()
            if row["edges_id"] in wanted and (not kinds or row["kind"] in kinds)
        ]
        return sorted(set(found), key=lambda e: (e.kind, -e.confidence, e.src, e.line, e.dst, e.rule))

    def all_edges(self) -> pa.Table:
        """Every edge of the view: src, dst, kind, rule, confidence, line; in no particular order."""
        import numpy as np

        rows = self.read("edges", ["edges_id", *_EDGE], None)
        mine = np.isin(rows["edges_id"].to_numpy(), np.array(sorted(self._edge_sets), dtype=np.int64))
        return _where(rows, mine).drop_columns(["edges_id"])

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
        return [reference for _, reference in self._references("file_id", entry.file_id)] if entry else []

    def languages(self, paths: Collection[str]) -> dict[str, str]:
        """path → the language that its file was read as; paths without facts are left out."""
        ids = sorted({self.entries[path].file_id for path in paths} - {0})
        rows = self._rows("files", ["file_id", "language"], "file_id", ids)
        return dict(
            zip(map(self.path_of.__getitem__, rows["file_id"].to_pylist()), rows["language"].to_pylist(), strict=True)
        )

    def _references(self, key: str, value: str | int) -> list[tuple[str, Reference]]:
        found = [
            (self.path_of[row["file_id"]], Reference(*(row[column] for column in _REFERENCE)))
            for row in self._rows("references", ["file_id", *_REFERENCE], key, [value]).to_pylist()
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

    def _rows(self, name: str, columns: Sequence[str], key: str, values: Sequence[int | str]) -> pa.Table:
        """The `columns` of the rows whose `key` is one of `values`."""
        held = self._held(name)
        if held is not None:
            return held.filter(pc.is_in(held[key], pa.array(values, held.schema.field(key).type))).select(columns)
        parts = []
        for at in range(0, max(len(values), 1), IN_LIST):
            literals = [quoted(v) if isinstance(v, str) else str(v) for v in values[at : at + IN_LIST]]
            where = f"{key} IN ({','.join(literals)})" if literals else "false"
            parts.append(self.read(name, [c for c in columns if c != "_rowid"], where, "_rowid" in columns))
        return pa.concat_tables(parts).select(columns)

    def _held(self, name: str) -> pa.Table | None:
        """A table of facts that queries read again and again, in memory if it is small: a filter in Lance takes 5 ms."""
        if name not in _HELD or not self._often(name):
            return None
        if name not in self._memory:
            small = self.table(name).count_rows() <= HELD_ROWS
            self._memory[name] = self.read(name, _HELD[name], None) if small else None
        return self._memory[name]

    def _often(self, name: str) -> bool:
        """Whether a table is read so often that it is worth holding; to be asked once a read."""
        self._reads[name] += 1
        return self._reads[name] > HELD_AFTER

    def read(self, name: str, columns: list[str], where: str | None, with_row_id: bool = False) -> pa.Table:
        """The `columns` of the rows of a table for which `where`, a Lance filter, holds."""
        with self.reading():
            query = asking(self.table(name))
            query = query.where(where) if where else query
            return rows_of((query.with_row_id() if with_row_id else query).select(columns))


def _where(rows: pa.Table, wanted: NDArray[np.bool_]) -> pa.Table:
    """The `wanted` ones of `rows`; where that is all, as most often, without a copy."""
    return rows if wanted.all() else rows.filter(pa.array(wanted))


_NO_ROWS = {"_rowid": pa.array([], pa.uint64())}
_REFERENCE = ["kind", "name", "receiver", "scope", "line"]
_HELD = {"symbols": list(SYMBOL_COLUMNS)}
_EDGE = ["src", "dst", "kind", "rule", "confidence", "line"]
