"""The one writer of a store: appends facts, edges and manifests, publishes a generation, and removes what no view holds."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ..records import key64
from ..source.tree import QUARANTINED
from .generation import State, Tuning, View
from .lance import column, full_text, quoted, table_names, unpacked
from .maintenance import drop_old_versions, tend
from .manifest import COLUMNS, EMPTY, FIRST_OVERLAY, OVERLAY_SHARE, changes, current
from .schema import COMMITS, FACTS, FORMAT, GENERATIONS, MANIFESTS, batch_of, tables
from .statistics_update import Tally

if TYPE_CHECKING:
    import numpy as np
    from lancedb.table import Table
    from numpy.typing import NDArray

    from ..source.commits import Commit
    from .store import Store

KEPT_GENERATIONS = 4  # rows of `generations` that stay; readers pin at most the last
WORTHWHILE = 0.25  # of the stored versions of files: so many dead ones are deleted by themselves
TIDY_EVERY = 16  # publications, after which the others go
FLUSH_BYTES = (
    16 << 20
)  # rows are buffered up to this size: an append is a commit, and is made while workers go on
FLUSH_SHARE = (
    8  # and up to this part of what was written, so that a kill costs little of a long build
)
MOST_BUFFERED = (
    64 << 20
)  # of fragments a large table then has fifty: to read scattered rows costs .05 ms for each of them
OPENED_AT_ONCE = 4  # tables: each waits for its files
KEYS = {
    "files": ("file_id",),
    "symbols": ("file_id", "uid", "name"),
    "references": ("name",),
    "chunks": ("file_id",),
    "edges": ("src", "dst"),
}  # columns that readers look rows up by


class Writer:
    """Appends facts, edges and manifests, and publishes them. One per store at a time."""

    def __init__(
        self, store: Store, state: State | None, epoch: str, encoder: tuple[str, str, int]
    ) -> None:
        self.store, self.state, self.epoch, self.encoder = store, state, epoch, encoder
        self.same_epoch = state is not None and state.epoch == epoch
        self._flushing = False
        self._buffers: dict[str, list[pa.RecordBatch]] = {}
        self._buffered = self._flushed = 0  # bytes
        self.tally = Tally(self)
        self._db, schemas = (
            store.db,
            tables(encoder[2]),
        )  # connected here: each thread would connect anew
        with ThreadPoolExecutor(OPENED_AT_ONCE) as beside:
            self.tables = dict(
                zip(schemas, beside.map(self._open, schemas, schemas.values()), strict=True)
            )
        self._undo()
        self._drop_torn_facts()

    def _open(self, name: str, schema: pa.Schema) -> Table:
        physical = f"{name}-{self.epoch}"
        published = self.state is not None and self.same_epoch and name in self.state.versions
        if published or self.store.has_table(physical):  # what is published has to be there
            return self._db.open_table(physical)
        return self._db.create_table(physical, schema=schema)

    def _undo(self) -> None:
        """Take back what a killed build replaced, or the next view would publish that, too."""
        for name in ("manifests", "statistics", "occurrences"):
            table = self.tables[name]
            if (
                self.state is None or not self.same_epoch
            ):  # a first build was killed: nothing of it is published
                table.delete("true")
            elif table.version != (published := self.state.versions.get(name, table.version)):
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

    def room(self) -> Path | None:
        """Where files of a build may lie in the meantime: in the store, whose disk has room; None where it is none of ours.
        What a killed build left there goes."""
        if self.store.local is None:
            return None
        for left in self.store.local.glob("facts-*"):
            rmtree(left, ignore_errors=True)
        return self.store.local

    def known_files(self) -> NDArray[np.int64]:
        """The file versions whose facts are complete."""
        return self.store.held.rows(self.tables["files"], ["file_id"])["file_id"].to_numpy()  # type: ignore[no-any-return]

    def known_edges(self) -> set[int]:
        """The edge sets that are stored, empty ones too."""
        return set(column(self.tables["needs"], "edges_id").tolist())

    def view(self, name: str) -> View | None:
        """The view `name` as it is published, if its facts are of this epoch."""
        return self.state.views.get(name) if self.state and self.same_epoch else None

    def published_views(self) -> list[View]:
        """All views whose facts are of this epoch, those that were published last first."""
        views = self.state.views.values() if self.state and self.same_epoch else ()
        return sorted(views, key=lambda view: -view.report.generation)

    def manifest(self, view: str, generation: int | None = None) -> pa.Table:
        """The published manifest of `view`, or that of an earlier generation since which it was not written anew."""
        if self.state is None or self.view(view) is None:
            return EMPTY
        published = self.store.table("manifests", self.epoch, self.state.versions["manifests"])
        rows = self.store.held.rows(published, ["since", *COLUMNS], f"view = {quoted(view)}")
        return current(
            rows if generation is None else rows.filter(pc.less_equal(rows["since"], generation))
        )

    def holds(self, manifest: pa.Table) -> bool:
        """Whether the facts and edges that a manifest names are stored."""
        import numpy as np

        edges = np.fromiter(self.known_edges(), np.int64)
        known = np.isin(manifest["file_id"].to_numpy(), self.known_files())
        return bool(known.all() and np.isin(manifest["edges_id"].to_numpy(), edges).all())

    def replace_manifest(
        self, view: str, old: pa.Table, new: pa.Table, anew: bool = True, whole: bool = False
    ) -> bool:
        """Write `new` in the place of `old`, the published manifest: what is changed or, where that is much and `anew`
        allows it, or `whole` demands it, all; whether it was all, and the rows of earlier generations have gone."""
        table, mine = self.tables["manifests"], f"view = {quoted(view)}"
        rows = changes(old, new)
        overlay = table.count_rows(mine) - len(old) + len(rows)
        all_of_it = (
            len(old) == 0
            or whole
            or (anew and overlay > max(FIRST_OVERLAY, OVERLAY_SHARE * len(old)))
        )
        if all_of_it:
            table.delete(mine)
            rows = new
        if len(rows):
            marks = [
                pa.repeat(view, len(rows)),
                pa.repeat(pa.scalar(self.next_generation, pa.int64()), len(rows)),
            ]
            table.add(pa.table([*marks, *rows.columns], schema=MANIFESTS))
        return all_of_it

    def lost(self) -> dict[int, str]:
        """The file versions that cost a worker in a build of any published view: file_id → the reason."""
        if self.state is None or not self.same_epoch:
            return {}
        published = self.store.table("manifests", self.epoch, self.state.versions["manifests"])
        reasons = ",".join(quoted(reason.value) for reason in QUARANTINED)
        found = (
            published.search()
            .where(f"content != '' AND skipped IN ({reasons})")
            .select(["path", "content", "skipped"])
        )
        return {
            key64(row["path"], row["content"]): row["skipped"]
            for row in found.to_arrow().to_pylist()
        }

    def add(self, batches: Mapping[str, pa.RecordBatch]) -> None:
        """Append rows; they reach the disk when enough have gathered, or at `flush`."""
        for name, batch in batches.items():
            if batch.num_rows:
                self._buffers.setdefault(name, []).append(batch)
                self._buffered += batch.nbytes
        if self._buffered > min(max(FLUSH_BYTES, self._flushed // FLUSH_SHARE), MOST_BUFFERED):
            self.flush()

    def flush(self) -> None:
        """Write what is buffered, `files` last."""
        self._flushing = True
        for name in tables(self.encoder[2]):
            if batches := self._buffers.pop(name, None):
                self.tables[name].add(pa.Table.from_batches(batches))
        self._flushed += self._buffered
        self._buffered, self._flushing = 0, False

    def save(self) -> None:
        """Write what is buffered on the way out, unless a write was cut off: the rows after it would seem complete."""
        if not self._flushing:
            self.flush()

    def delete(self, name: str, key: str, values: list[int]) -> None:
        """Delete the rows of the table `name` whose `key` is one of `values`."""
        for at in range(0, len(values), 5_000):
            self.tables[name].delete(f"{key} IN ({','.join(map(str, values[at : at + 5_000]))})")

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
        rows = (
            self.tables["files"]
            .search()
            .where(where)
            .select(["file_id", "size", "source"])
            .to_arrow()
            .to_pylist()
        )
        return {row["file_id"]: unpacked(row) for row in rows}

    def sums(self, name: str, keys: pa.ChunkedArray, columns: Sequence[str]) -> dict[str, int]:
        """The sums of `columns` of `files` or `needs` over `keys`, each as often as it is among them."""
        key = "file_id" if name == "files" else "edges_id"
        rows = self.store.held.rows(self.tables[name], [key, *columns])
        at = pc.index_in(keys, value_set=rows[key].combine_chunks())
        return {column: pc.sum(rows[column].take(at)).as_py() or 0 for column in columns}

    def index_chunks(self) -> None:
        """Build the full-text index if it is missing. Safe beside other tables' writes."""
        self._index("chunks", "terms", full_text())

    def index_keys(self) -> None:
        """Build the indices of all other tables that are missing."""
        from lancedb.index import BTree

        for name, keys in KEYS.items():
            for key in keys:
                self._index(name, key, BTree())

    def _index(self, name: str, key: str, config: Any) -> None:
        table = self.tables[name]
        if table.count_rows() and not any(key in index.columns for index in table.list_indices()):
            table.create_index(key, config=config)

    def tend(self, whole: bool = False) -> bool:
        """Keep the tables fast: see `upkeep`. Whether there is now something to publish."""
        for table in self.tables.values():
            tend(table, whole)
        return self._versions() != (self.state.versions if self.state else {})

    def _versions(self) -> dict[str, int]:
        return {name: table.version for name, table in self.tables.items()}

    @property
    def next_generation(self) -> int:
        """That which is published next."""
        return self.state.generation + 1 if self.state else 1

    def publish(self, view: View, settled: int | None = None) -> State:
        """Make all that was written visible, in one commit. `settled`: the generation of its edges, if not this one."""
        self.flush()
        views = dict(self.state.views) if self.state and self.same_epoch else {}
        generation = self.next_generation
        settled = generation if settled is None else settled
        views[view.name] = replace(
            view, report=replace(view.report, generation=generation), settled=settled
        )
        return self._commit(views, view.name)

    def publish_again(self) -> State:
        """Publish the same views in the tables as they are now: the same rows, in another place."""
        assert self.state is not None
        return self._commit(self.state.views, self.state.latest)

    def publish_tunings(self, tunings: tuple[Tuning, ...]) -> State:
        """Publish the same views with other tunings."""
        assert self.state is not None
        self.state = replace(self.state, tunings=tunings)
        return self.publish_again()

    def _commit(self, views: Mapping[str, View], latest: str) -> State:
        generation = self.next_generation
        spec, encoder_id, dim = self.encoder
        tunings = self.state.tunings if self.state else ()
        shown = (self._versions(), dict(views), latest)
        state = State(generation, self.epoch, spec, encoder_id, dim, *shown, tunings=tunings)
        row = pa.table(
            {"generation": [generation], "format": [FORMAT], "state": [state.to_json()]},
            schema=GENERATIONS,
        )
        if self.store.has_table("generations"):
            table = self.store.db.open_table("generations")
            table.add(row)
            if generation % TIDY_EVERY == 0:
                table.delete(f"generation <= {generation - KEPT_GENERATIONS}")
                tend(table, whole=True)
                drop_old_versions(table, table.version)
        else:
            self.store.db.create_table("generations", row, schema=GENERATIONS)
        kept = self.state.versions if self.state is not None and self.same_epoch else state.versions
        self.state, self.same_epoch = state, True
        self.drop_old_versions(
            kept
        )  # only now: a build that dies must leave what is published, however old
        self.store.remember(state)
        return state

    def drop_old_versions(self, kept: Mapping[str, int] | None = None) -> None:
        """Remove what no reader can be in; `kept` are the versions of the generation before, if there are others."""
        for name, table in self.tables.items():
            drop_old_versions(table, (kept or {}).get(name, table.version), always=kept is None)

    def drop_views(self, names: Sequence[str]) -> None:
        """Take views, not all, out of what is published next; of the others the one that was indexed last is the latest."""
        assert self.state is not None
        for name in names:
            for table in ("manifests", "statistics"):
                self.tables[table].delete(f"view = {quoted(name)}")
        views = {name: view for name, view in self.state.views.items() if name not in names}
        latest = self.state.latest
        if latest not in views:
            latest = max(views, key=lambda name: (views[name].report.generation, name))
        self.state = replace(self.state, views=views, latest=latest)

    def collect(self, least: float = WORTHWHILE) -> int:
        """Delete facts and edges that no view holds, if they are as much as `least` of all; returns how many files went."""
        if self.state is None:
            return 0
        stored = self.tables["files"].count_rows()
        if stored - max(view.report.files for view in self.state.views.values()) < least * stored:
            return 0  # no need to look: one view alone holds more
        views = self.state.views.values()
        shown = [self.manifest(view.name) for view in views]
        shown += [self.manifest(view.name, view.settled) for view in views if not view.is_settled]
        live = pa.concat_tables([each.select(["file_id", "edges_id"]) for each in shown])
        dead = sorted(set(self.known_files().tolist()) - set(live["file_id"].to_pylist()))
        if not dead or len(dead) < least * stored:
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
