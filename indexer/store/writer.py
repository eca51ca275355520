"""The one writer of a store: appends facts, edges and manifests, and publishes generations."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import StoreError
from ..records import key64
from ..source import QUARANTINED
from .generation import State, Tuning, View
from .inventory import Inventory
from .lance import delete_rows, in_filter, lance_errors, quote, table_names
from .maintenance import drop_old_versions, maintain
from .manifest import (
    EMPTY_MANIFEST,
    FIRST_OVERLAY,
    MANIFEST_COLUMNS,
    OVERLAY_SHARE,
    changed_rows,
    merge_rows,
)
from .recovery import drop_torn_facts, undo_replacements
from .schema import COMMITS, FORMAT, GENERATIONS, MANIFESTS, make_batch, table_schemas
from .store import Store

if TYPE_CHECKING:
    from lancedb.table import Table

    from ..source import Commit

KEPT_GENERATIONS = 4  # rows of `generations`; readers pin at most the last
TIDY_EVERY = 16  # publications, after which older rows are deleted
# Rows are buffered, because an append is a commit; workers go on meanwhile. A buffer is written at
# FLUSH_BYTES or, if that is more, at 1 / FLUSH_SHARE of the bytes written so far, so that a kill
# costs little of a long build; in any case at MAX_BUFFERED. A large table then has fifty fragments:
# reading scattered rows costs .05 ms for each of them.
FLUSH_BYTES = 16 << 20
FLUSH_SHARE = 8
MAX_BUFFERED = 64 << 20
OPENED_AT_ONCE = 4  # tables; each waits for its files


@contextmanager
def open_writer(store: Store, fact_version: str, encoder: tuple[str, str, int]) -> Iterator[Writer]:
    """Open the one writer of the store. `encoder` is (spec, id, dim).

    Raises `StoreError` while another process writes, or if the folder cannot be written. After a
    KeyboardInterrupt, added rows are kept for the next writer.
    """
    with store.lock(), lance_errors(store.uri):
        writer = Writer(store, store.state(), fact_version, encoder)
        try:
            yield writer
        except KeyboardInterrupt:
            writer.save()
            raise


@contextmanager
def reopen_writer(store: Store) -> Iterator[Writer]:
    """Open a writer with the published fact version and encoder. Raises as `open_writer`."""
    state = store.state()
    if state is None:
        raise StoreError(f"no index at {store.uri}: run `clew index` first")
    encoder = (state.encoder, state.encoder_id, state.dim)
    with open_writer(store, state.fact_version, encoder) as writer:
        yield writer


def publish_tunings(store: Store, tunings: tuple[Tuning, ...]) -> None:
    """Publish `tunings` with the same views. Raises `StoreError` as `open_writer`."""
    with reopen_writer(store) as writer:
        assert writer.state is not None
        writer.state = replace(writer.state, tunings=tunings)
        writer.publish_again()


class Writer:
    """Appends facts, edges and manifests, and publishes them. One per store at a time."""

    def __init__(
        self, store: Store, state: State | None, fact_version: str, encoder: tuple[str, str, int]
    ) -> None:
        self.store, self.state, self.fact_version = store, state, fact_version
        self._encoder, self._schemas = encoder, table_schemas(encoder[2])
        self._has_published_facts = state is not None and state.fact_version == fact_version
        self._flushing = False
        self._buffers: dict[str, list[pa.RecordBatch]] = {}
        self._buffered = self._flushed = 0  # bytes
        self._db = store.db  # connected here, or each thread would connect
        with ThreadPoolExecutor(OPENED_AT_ONCE) as threads:
            opened = threads.map(self._open, self._schemas, self._schemas.values())
            self.tables = dict(zip(self._schemas, opened, strict=True))
        self.inventory = Inventory(self.tables, store.cache)
        published = state.versions if state and self._has_published_facts else None
        undo_replacements(self.tables, published)
        drop_torn_facts(self.tables, published, self.inventory)

    def _open(self, name: str, schema: pa.Schema) -> Table:
        physical = f"{name}-{self.fact_version}"
        is_published = self.state and self._has_published_facts and name in self.state.versions
        if is_published or self.store.has_table(physical):  # a missing published table raises
            return self._db.open_table(physical)
        return self._db.create_table(physical, schema=schema)

    def temporary_folder(self) -> Path | None:
        """Return a folder for a build's temporary files: the store's, on a disk with enough space.

        Return None for an object store. Leftovers of a killed build are deleted.
        """
        if self.store.local is None:
            return None
        for leftover in self.store.local.glob("facts-*"):
            rmtree(leftover, ignore_errors=True)
        return self.store.local

    # -- the published views

    def view(self, name: str) -> View | None:
        """Return the published view `name` if its facts are of this fact version."""
        return self.state.views.get(name) if self.state and self._has_published_facts else None

    def published_views(self) -> list[View]:
        """Return all views with facts of this fact version, the latest first."""
        views = self.state.views.values() if self.state and self._has_published_facts else ()
        return sorted(views, key=lambda view: -view.report.generation)

    def manifest(self, view: str, generation: int | None = None) -> pa.Table:
        """Return the published manifest of `view`, or that of an earlier generation.

        Earlier ones can be read back to the last time that the manifest was rewritten.
        """
        if self.view(view) is None:
            return EMPTY_MANIFEST
        columns, where = ["since", *MANIFEST_COLUMNS], f"view = {quote(view)}"
        rows = self.store.cache.read_rows(self._published_manifests(), columns, where)
        if generation is not None:
            rows = rows.filter(pc.less_equal(rows["since"], generation))
        return merge_rows(rows)

    def quarantined(self) -> dict[int, str]:
        """Return file_id → reason for file versions that killed a worker in any published view."""
        if not self.published_views():
            return {}
        reasons = in_filter("skipped", [reason.value for reason in QUARANTINED])
        query = self._published_manifests().search().where(f"content != '' AND {reasons}")
        rows = query.select(["path", "content", "skipped"]).to_arrow().to_pylist()
        return {key64(row["path"], row["content"]): row["skipped"] for row in rows}

    def _published_manifests(self) -> Table:
        assert self.state is not None
        return self.store.table("manifests", self.fact_version, self.state.versions["manifests"])

    # -- rows

    def add(self, batches: Mapping[str, pa.RecordBatch]) -> None:
        """Append rows. They are written once enough are buffered, or by `flush`."""
        for name, batch in batches.items():
            if batch.num_rows:
                self._buffers.setdefault(name, []).append(batch)
                self._buffered += batch.nbytes
        if self._buffered > min(max(FLUSH_BYTES, self._flushed // FLUSH_SHARE), MAX_BUFFERED):
            self.flush()

    def flush(self) -> None:
        """Write the buffered rows, those of `files` last."""
        self._flushing = True
        for name in self._schemas:
            if batches := self._buffers.pop(name, None):
                self.tables[name].add(pa.Table.from_batches(batches))
        self._flushed += self._buffered
        self._buffered, self._flushing = 0, False

    def save(self) -> None:
        """Write the buffered rows after an interrupt.

        If that interrupted a write, they are lost: later rows would wrongly mark files as complete.
        """
        if not self._flushing:
            self.flush()

    def replace_manifest(
        self,
        view: str,
        old: pa.Table,
        new: pa.Table,
        may_rewrite: bool = True,
        must_rewrite: bool = False,
    ) -> bool:
        """Replace `old`, the published manifest, by `new`. Return True if it was rewritten.

        Only changed rows are written, unless they are many. A rewrite removes the rows of earlier
        generations.
        """
        table, where = self.tables["manifests"], f"view = {quote(view)}"
        rows = changed_rows(old, new)
        overlay = table.count_rows(where) - len(old) + len(rows)
        is_large = overlay > max(FIRST_OVERLAY, OVERLAY_SHARE * len(old))
        rewrite = len(old) == 0 or must_rewrite or (may_rewrite and is_large)
        if rewrite:
            table.delete(where)
            rows = new
        if len(rows):
            views = pa.repeat(view, len(rows))
            since = pa.repeat(pa.scalar(self.next_generation, pa.int64()), len(rows))
            table.add(pa.table([views, since, *rows.columns], schema=MANIFESTS))
        return rewrite

    def replace_occurrences(self, file_ids: list[int], rows: pa.RecordBatch) -> None:
        """Replace the SCIP occurrences of `file_ids` by `rows`."""
        delete_rows(self.tables["occurrences"], "file_id", file_ids)
        self.add({"occurrences": rows})
        self.flush()

    def add_commits(self, commits: Sequence[Commit], stored: Container[str]) -> None:
        """Store `commits`, and replace those that are `stored`."""
        replaced = [each.commit for each in commits if each.commit in stored]
        delete_rows(self.tables["commits"], "commit", replaced)
        self.add({"commits": make_batch(commits, COMMITS)})
        self.flush()

    # -- publication

    @property
    def next_generation(self) -> int:
        """The generation to be published next."""
        return self.state.generation + 1 if self.state else 1

    def publish(self, view: View, edges_generation: int | None = None) -> State:
        """Publish all written rows in one commit.

        `edges_generation` is the generation of the view's edges; by default, this one.
        """
        self.flush()
        views = dict(self.state.views) if self.state and self._has_published_facts else {}
        generation = self.next_generation
        views[view.name] = replace(
            view,
            report=replace(view.report, generation=generation),
            edges_generation=generation if edges_generation is None else edges_generation,
        )
        return self._commit(views, view.name)

    def publish_again(self) -> State:
        """Publish the same views with the current versions of the tables."""
        assert self.state is not None
        return self._commit(self.state.views, self.state.latest)

    def _commit(self, views: Mapping[str, View], latest: str) -> State:
        spec, encoder_id, dim = self._encoder
        state = State(
            generation=self.next_generation,
            fact_version=self.fact_version,
            encoder=spec,
            encoder_id=encoder_id,
            dim=dim,
            versions=self._versions(),
            views=dict(views),
            latest=latest,
            tunings=self.state.tunings if self.state else (),
        )
        self._add_generation(state)
        has_earlier = self.state is not None and self._has_published_facts
        previous = self.state.versions if self.state and has_earlier else state.versions
        self.state, self._has_published_facts = state, True
        # only now: after a kill, the published versions must exist, however old
        self.drop_old_versions(previous)
        self.store.write_head(state)
        return state

    def _add_generation(self, state: State) -> None:
        row = pa.table(
            {
                "generation": [state.generation],
                "format": [FORMAT],
                "state": [state.to_json()],
            },
            schema=GENERATIONS,
        )
        if not self.store.has_table("generations"):
            self.store.db.create_table("generations", row, schema=GENERATIONS)
            return
        table = self.store.db.open_table("generations")
        table.add(row)
        if state.generation % TIDY_EVERY == 0:
            table.delete(f"generation <= {state.generation - KEPT_GENERATIONS}")
            maintain(table, everything=True)
            drop_old_versions(table, table.version)

    def _versions(self) -> dict[str, int]:
        return {name: table.version for name, table in self.tables.items()}

    # -- maintenance

    def maintain(self, everything: bool = False) -> bool:
        """Keep the tables fast. Return True if they changed, and should be published again."""
        for table in self.tables.values():
            maintain(table, everything)
        return self._versions() != (self.state.versions if self.state else {})

    def drop_old_versions(self, previous: Mapping[str, int] | None = None) -> None:
        """Remove old versions, but not those of the `previous` generation, in use by readers."""
        for name, table in self.tables.items():
            oldest = (previous or {}).get(name, table.version)
            drop_old_versions(table, oldest, always=previous is None)

    def drop_views(self, names: Sequence[str]) -> None:
        """Remove views, not all of them, from the next generation."""
        assert self.state is not None
        for name in names:
            for table in ("manifests", "statistics"):
                self.tables[table].delete(f"view = {quote(name)}")
        views = {name: view for name, view in self.state.views.items() if name not in names}
        latest = self.state.latest
        if latest not in views:
            latest = max(views, key=lambda name: (views[name].report.generation, name))
        self.state = replace(self.state, views=views, latest=latest)

    def drop_other_fact_versions(self) -> None:
        """Drop the tables of other fact versions than the published one."""
        for name in table_names(self.store.db):
            if name != "generations" and not name.endswith(f"-{self.fact_version}"):
                self.store.db.drop_table(name)
