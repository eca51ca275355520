"""The store: LanceDB tables, generations that are published in one commit, and the one writer.

A generation is a row of the table `generations`: the version of every other table, and the views. Readers look it up
once and pin those versions, so they see one generation however far a writer has got; a build that is killed leaves
rows that no generation names, and the next build takes up those that are complete.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from .errors import StoreError
from .lance import connect, lance_errors
from .records import Report
from .schema import FACTS, FORMAT, GENERATIONS, tables

if TYPE_CHECKING:
    import numpy as np
    from lancedb.db import DBConnection
    from lancedb.table import Table
    from numpy.typing import NDArray

KEPT_GENERATIONS = 4  # rows of `generations` that stay; readers pin at most the last
NEVER = timedelta(days=365_000)  # an age that no version has: what is published has to live until something else is
READER_GRACE = timedelta(minutes=10)  # the least age of a version that goes; those of the last two generations never do
FLUSH_BYTES = 16 << 20  # rows are buffered up to this size: an append is a commit, and is made while workers go on
KEYS = {
    "files": ("file_id",),
    "symbols": ("file_id", "uid", "name"),
    "references": ("name",),
    "edges": ("src", "dst"),
}  # columns that readers look rows up by
EXACT_ROWS = 100_000  # up to here exact vector search takes milliseconds; above, IVF_SQ (recall .99)


@dataclass(frozen=True, slots=True)
class View:
    """One indexed work tree or revision, as a generation describes it."""

    name: str  # the work tree's root, or `rev:<commit>`
    kind: str  # worktree | revision
    root: str  # the work tree, or the git directory
    commit: str  # "" where there is no git
    report: Report
    resolution: str = ""  # how its edges were resolved; edges that were resolved otherwise are not kept
    consulted: tuple[tuple[str, str, str], ...] = ()  # as in `needs`


@dataclass(frozen=True, slots=True)
class State:
    """What a generation publishes."""

    generation: int
    epoch: str
    encoder: str  # the spec that the store was built with; queries load the same
    encoder_id: str
    dim: int
    versions: dict[str, int]  # table → Lance version
    views: dict[str, View]
    latest: str  # the view that was published last
    format: int = field(default=FORMAT)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> State:
        raw: dict[str, Any] = json.loads(text)
        for view in raw["views"].values():
            view["report"] = Report(**view["report"])
            view["consulted"] = tuple(map(tuple, view["consulted"]))
        raw["views"] = {name: View(**view) for name, view in raw["views"].items()}
        return cls(**raw)


class Store:
    """A store at a folder or an object-store URI. Opening is cheap and reads nothing."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.local = None if "://" in uri else Path(uri)
        self._db: DBConnection | None = None

    def exists(self) -> bool:
        return self.local is None or self.local.is_dir()

    def size(self) -> int:
        """Bytes on disk; 0 for an object store, which is not listed for that."""
        if self.local is None:
            return 0
        files = (path for table in self.local.glob("*.lance") for path in table.rglob("*"))
        return sum(path.lstat().st_size for path in files if path.is_file())

    def has_table(self, name: str) -> bool:
        """Whether there is a table `name`. A folder alone is none: a build may be killed while it creates one."""
        if self.local is None:
            return name in _table_names(self.db)
        return any(self.local.glob(f"{name}.lance/_versions/*.manifest"))

    @property
    def db(self) -> DBConnection:
        if self._db is None:
            self._db = connect(self.uri)
        return self._db

    def state(self) -> State | None:
        """The published generation, or None where there is none yet.

        Raises `StoreError` where the store is damaged or of another format.
        """
        if not self.exists():
            return None
        with lance_errors(self.uri):
            if not self.has_table("generations"):
                return None
            rows = self.db.open_table("generations").to_arrow()
        if rows.num_rows == 0:
            return None
        last = max(rows.to_pylist(), key=lambda row: row["generation"])
        if last["format"] != FORMAT:
            raise StoreError(
                f"the store {self.uri} has format {last['format']}, this clew reads format {FORMAT}: "
                "delete it and run `clew index` again, or use the clew that wrote it"
            )
        try:
            return State.from_json(last["state"])
        except (ValueError, TypeError, KeyError) as error:
            raise StoreError(
                f"the store {self.uri} is damaged (its state cannot be read): delete it and index again"
            ) from error

    def table(self, name: str, epoch: str, version: int | None = None) -> Table:
        """The physical table `name` of `epoch`, pinned to `version` if one is given."""
        table = self.db.open_table(f"{name}-{epoch}")
        if version is not None:
            table.checkout(version)
        return table

    @contextlib.contextmanager
    def writer(self, epoch: str, encoder: tuple[str, str, int]) -> Iterator[Writer]:
        """The one writer of the store. `encoder` is (spec, id, dim).

        Raises `StoreError` where another process writes, or the place cannot be written. What was added before a
        KeyboardInterrupt is kept for the next writer.
        """
        with self._lock(), lance_errors(self.uri):
            writer = Writer(self, self.state(), epoch, encoder)
            try:
                yield writer
            except KeyboardInterrupt:
                writer.save()
                raise

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        if self.local is None:  # Lance's commits are atomic there too, and a clash of writers raises
            yield
            return
        from filelock import FileLock, Timeout

        lock = FileLock(self.local / "lock", timeout=0)
        try:
            self.local.mkdir(parents=True, exist_ok=True)
            (self.local / ".gitignore").write_text("*\n")
            lock.acquire()
        except Timeout as error:
            raise StoreError(f"another clew is writing to {self.uri}: wait for it to end") from error
        except OSError as error:
            raise StoreError(f"cannot write the store {self.uri}: {error.strerror or error}") from error
        try:
            yield
        finally:
            lock.release()


def _table_names(db: DBConnection) -> set[str]:
    names: set[str] = set()
    token: str | None = None
    while True:
        page = db.list_tables(page_token=token, limit=100)
        names.update(page.tables)
        token = page.page_token
        if not token:
            return names


class Writer:
    """Appends facts, edges and manifests, and publishes them. One per store at a time."""

    def __init__(self, store: Store, state: State | None, epoch: str, encoder: tuple[str, str, int]) -> None:
        self.store, self.state, self.epoch, self.encoder = store, state, epoch, encoder
        self.same_epoch = state is not None and state.epoch == epoch
        self._flushing = False
        self._buffers: dict[str, list[pa.RecordBatch]] = {}
        self._buffered = 0
        self.tables = {name: self._open(name, schema) for name, schema in tables(encoder[2]).items()}
        self._undo()
        self._drop_torn_facts()

    def _open(self, name: str, schema: pa.Schema) -> Table:
        physical = f"{name}-{self.epoch}"
        published = self.state is not None and self.same_epoch and name in self.state.versions
        if published or self.store.has_table(physical):  # what is published has to be there
            return self.store.db.open_table(physical)
        return self.store.db.create_table(physical, schema=schema)

    def _undo(self) -> None:
        """Take back what a killed build replaced, or the next view would publish that, too."""
        for name in ("manifests", "occurrences", "co_changes"):
            table = self.tables[name]
            published = (
                self.state.versions.get(name, table.version) if self.state and self.same_epoch else table.version
            )
            if table.version != published:
                table.checkout(published)
                table.restore()

    def _drop_torn_facts(self) -> None:
        """Delete the rows that a killed build left for files whose `files` row it did not reach."""
        published = self.state.versions if self.state and self.same_epoch else {}
        if all(table.version == published.get(name) for name, table in self.tables.items()):
            return
        complete = self.known_files()
        for name in (*FACTS[:-1], "occurrences"):
            found = column(self.tables[name], "file_id")
            torn = sorted(set(found.tolist()) - set(complete.tolist())) if len(found) else []
            self.delete(name, "file_id", torn)
        torn = sorted(set(column(self.tables["edges"], "edges_id").tolist()) - self.known_edges())
        self.delete("edges", "edges_id", torn)

    def known_files(self) -> NDArray[np.int64]:
        """The file versions whose facts are complete."""
        return column(self.tables["files"], "file_id")

    def known_edges(self) -> set[int]:
        """The edge sets that are stored, empty ones too."""
        return set(column(self.tables["needs"], "edges_id").tolist())

    def view(self, name: str) -> View | None:
        """The view `name` as it is published, if its facts are of this epoch."""
        return self.state.views.get(name) if self.state and self.same_epoch else None

    def manifest(self, view: str) -> list[dict[str, Any]]:
        """The published manifest rows of `view`, in order of paths."""
        if self.state is None or self.view(view) is None:
            return []
        published = self.store.table("manifests", self.epoch, self.state.versions["manifests"])
        rows: list[dict[str, Any]] = published.search().where(f"view = {quoted(view)}").to_arrow().to_pylist()
        return sorted(rows, key=lambda row: row["path"])

    def add(self, batches: Mapping[str, pa.RecordBatch]) -> None:
        """Append rows; they reach the disk when enough have gathered, or at `flush`."""
        for name, batch in batches.items():
            if batch.num_rows:
                self._buffers.setdefault(name, []).append(batch)
                self._buffered += batch.nbytes
        if self._buffered > FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what is buffered, `files` last."""
        self._flushing = True
        for name in tables(self.encoder[2]):
            if batches := self._buffers.pop(name, None):
                self.tables[name].add(pa.Table.from_batches(batches))
        self._buffered, self._flushing = 0, False

    def save(self) -> None:
        """Write what is buffered on the way out, unless a write was cut off: the rows after it would seem complete."""
        if not self._flushing:
            self.flush()

    def delete(self, name: str, key: str, values: list[int]) -> None:
        """Delete the rows of the table `name` whose `key` is one of `values`."""
        for at in range(0, len(values), 5_000):
            self.tables[name].delete(f"{key} IN ({','.join(map(str, values[at : at + 5_000]))})")

    def replace_view(self, name: str, view: str, rows: pa.RecordBatch) -> None:
        """Put `rows` in the place of those of `view` in the table `name`, manifests or co_changes."""
        self.tables[name].delete(f"view = {quoted(view)}")
        self.add({name: rows})
        self.flush()

    def replace_occurrences(self, file_ids: list[int], rows: pa.RecordBatch) -> None:
        """Put `rows` in the place of what SCIP indexes said of `file_ids`."""
        self.delete("occurrences", "file_id", file_ids)
        self.add({"occurrences": rows})
        self.flush()

    def sources(self, file_ids: Sequence[int]) -> dict[int, str]:
        """file_id → text, for `file_ids`."""
        where = f"file_id IN ({','.join(map(str, file_ids))})" if file_ids else "false"
        rows = self.tables["files"].search().where(where).select(["file_id", "size", "source"]).to_arrow().to_pylist()
        return {row["file_id"]: unpacked(row) for row in rows}

    def index_chunks(self) -> None:
        """Bring the full-text and vector indices up to date; the first time, build them. Safe beside other tables' writes."""
        from lancedb.index import FTS, IvfSq

        # our own terms are cut and lower-cased already: their tokenizer has only to split at spaces
        text = FTS(
            base_tokenizer="whitespace", with_position=False, max_token_length=None, lower_case=False,
            stem=False, remove_stop_words=False, ascii_folding=False,
        )  # fmt: skip
        fresh = self._index("chunks", "terms", text)
        if self.encoder[2] and self.tables["chunks"].count_rows() > EXACT_ROWS:
            self._index("chunks", "vector", IvfSq(distance_type="dot"))
        self._upkeep("chunks", fresh)

    def index_keys(self) -> None:
        """Bring the indices of all other tables up to date; the first time, build them."""
        from lancedb.index import BTree

        for name in self.tables:
            if name != "chunks":
                fresh = [self._index(name, key, BTree()) for key in KEYS.get(name, ())]
                self._upkeep(name, any(fresh))

    def _index(self, name: str, key: str, config: Any) -> bool:
        """Build the index over a column, if it is not there; whether it was built."""
        table = self.tables[name]
        if not table.count_rows() or any(key in index.columns for index in table.list_indices()):
            return False
        table.create_index(key, config=config)
        return True

    def _upkeep(self, name: str, fresh: bool) -> None:
        """Take new rows into the indices and join small fragments. A table whose indices are fresh has few fragments yet,
        and to join them would write everything twice."""
        if not fresh:
            self.tables[name].optimize(cleanup_older_than=NEVER)

    def publish(self, view: View) -> State:
        """Make all that was written visible, in one commit."""
        self.flush()
        views = dict(self.state.views) if self.state and self.same_epoch else {}
        generation = self.state.generation + 1 if self.state else 1
        views[view.name] = replace(view, report=replace(view.report, generation=generation))
        spec, encoder_id, dim = self.encoder
        versions = {name: table.version for name, table in self.tables.items()}
        state = State(generation, self.epoch, spec, encoder_id, dim, versions, views, view.name)
        row = pa.table({"generation": [generation], "format": [FORMAT], "state": [state.to_json()]}, schema=GENERATIONS)
        if self.store.has_table("generations"):
            table = self.store.db.open_table("generations")
            table.add(row)
            table.delete(f"generation <= {generation - KEPT_GENERATIONS}")
            table.optimize(cleanup_older_than=READER_GRACE)
        else:
            self.store.db.create_table("generations", row, schema=GENERATIONS)
        if self.state is not None:
            self._prune(self.state.versions if self.same_epoch else versions)
        self.state, self.same_epoch = state, True
        return state

    def _prune(self, kept: Mapping[str, int]) -> None:
        """Remove the versions that are older than those of `kept`, the generation that readers may still be in.

        Only after a publication: a build that dies must leave what is published, however old that is.
        """
        now = datetime.now(UTC)
        for name, table in self.tables.items():
            stamps = {each["version"]: each["timestamp"].astimezone(UTC) for each in table.list_versions()}
            if since := stamps.get(kept[name]):
                table.optimize(cleanup_older_than=max(READER_GRACE, now - since + timedelta(seconds=1)))

    def collect(self) -> int:
        """Delete facts and edges that no published view holds, once they are a quarter of all; returns how many files went."""
        if self.state is None:
            return 0
        manifest = self.tables["manifests"].search().select(["view", "file_id", "edges_id"]).to_arrow()
        live = manifest.filter(pc.is_in(manifest["view"], pa.array(list(self.state.views))))
        dead = sorted(set(self.known_files().tolist()) - set(live["file_id"].to_pylist()))
        if len(dead) * 4 < self.tables["files"].count_rows():
            return 0
        for name in (
            *reversed(FACTS),
            "occurrences",
        ):  # `files` first: a kill in between leaves torn facts, which the next writer drops
            self.delete(name, "file_id", dead)
        unused = sorted(self.known_edges() - set(live["edges_id"].to_pylist()))
        for name in ("needs", "edges"):
            self.delete(name, "edges_id", unused)
        return len(dead)

    def drop_other_epochs(self) -> None:
        """Drop the tables of facts that were made otherwise than the published ones."""
        for name in _table_names(self.store.db):
            if name != "generations" and not name.endswith(f"-{self.epoch}"):
                self.store.db.drop_table(name)


def column(table: Table, name: str) -> NDArray[np.int64]:
    """One integer column of a table, whole."""
    return table.search().select([name]).to_arrow()[name].to_numpy()  # type: ignore[no-any-return]


def unpacked(row: dict[str, Any]) -> str:
    """The text of a row of `files`."""
    data = pa.decompress(row["source"], decompressed_size=row["size"], codec="zstd", asbytes=True)
    return str(data, "utf-8", "replace")


def quoted(text: str) -> str:
    """A string literal for a Lance filter."""
    return "'" + text.replace("'", "''") + "'"
