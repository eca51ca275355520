"""The one writer of a store: appends facts, edges and manifests, publishes a generation, and removes what no view holds."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from .generation import State, View
from .lance import column, full_text, quoted, table_names, unpacked
from .records import key64
from .schema import COMMITS, FACTS, FORMAT, GENERATIONS, batch_of, tables
from .source import LOST

if TYPE_CHECKING:
    import numpy as np
    from lancedb.table import Table
    from numpy.typing import NDArray

    from .history import Commit
    from .store import Store

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
        for name in ("manifests", "occurrences"):
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

    def lost(self) -> dict[int, str]:
        """The file versions that cost a worker in a build of any published view: file_id → the reason."""
        if self.state is None or not self.same_epoch:
            return {}
        published = self.store.table("manifests", self.epoch, self.state.versions["manifests"])
        reasons = ",".join(quoted(reason.value) for reason in LOST)
        found = (
            published.search().where(f"content != '' AND skipped IN ({reasons})").select(["path", "content", "skipped"])
        )
        return {key64(row["path"], row["content"]): row["skipped"] for row in found.to_arrow().to_pylist()}

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
        """Put `rows` in the place of those of `view` in the table `name`."""
        self.tables[name].delete(f"view = {quoted(view)}")
        self.add({name: rows})
        self.flush()

    def replace_occurrences(self, file_ids: list[int], rows: pa.RecordBatch) -> None:
        """Put `rows` in the place of what SCIP indexes said of `file_ids`."""
        self.delete("occurrences", "file_id", file_ids)
        self.add({"occurrences": rows})
        self.flush()

    def known_commits(self) -> dict[str, int]:
        """The commits that are stored, each with how many paths it touched, as in `history.Commit`."""
        rows = self.tables["commits"].search().select(["commit", "touched"]).to_arrow()
        return dict(zip(rows["commit"].to_pylist(), rows["touched"].to_pylist(), strict=True))

    def add_commits(self, commits: Sequence[Commit], known: Container[str]) -> None:
        """Store `commits`, those of `known` in the place of what was told of them before."""
        if again := ",".join(quoted(each.commit) for each in commits if each.commit in known):
            self.tables["commits"].delete(f"commit IN ({again})")
        self.add({"commits": batch_of(commits, COMMITS)})
        self.flush()

    def sources(self, file_ids: Sequence[int]) -> dict[int, str]:
        """file_id → text, for `file_ids`."""
        where = f"file_id IN ({','.join(map(str, file_ids))})" if file_ids else "false"
        rows = self.tables["files"].search().where(where).select(["file_id", "size", "source"]).to_arrow().to_pylist()
        return {row["file_id"]: unpacked(row) for row in rows}

    def index_chunks(self) -> None:
        """Bring the full-text and vector indices up to date; the first time, build them. Safe beside other tables' writes."""
        from lancedb.index import IvfSq

        fresh = self._index("chunks", "terms", full_text())
        if self.encoder[2] and self.tables["chunks"].count_rows() > EXACT_ROWS:
            self._index("chunks", "vector", IvfSq(distance_type="dot"))
        self._upkeep("chunks", fresh)

    def index_commits(self) -> None:
        """Bring the full-text index over messages up to date; the first time, build it."""
        self._upkeep("commits", self._index("commits", "terms", full_text()))

    def index_keys(self) -> None:
        """Bring the indices of all other tables up to date; the first time, build them."""
        from lancedb.index import BTree

        for name in self.tables:
            if name not in ("chunks", "commits"):
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
        for name in table_names(self.store.db):
            if name != "generations" and not name.endswith(f"-{self.epoch}"):
                self.store.db.drop_table(name)
