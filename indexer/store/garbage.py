"""Garbage collection: removal of old views, and of facts and edges outside of any view."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pyarrow as pa

from ..errors import StoreError
from .generation import State
from .lance import delete_rows
from .schema import FACTS
from .store import Store
from .writer import Writer, reopen_writer

KEPT_REVISIONS = 10  # indexed last
WORTHWHILE = 0.25  # of the stored file versions: a build deletes unused ones from this share on


@dataclass(frozen=True, slots=True)
class Collected:
    """The result of a collection."""

    views: list[str]  # names of the removed views, sorted
    files: int  # removed file versions
    freed: int  # bytes on disk; versions in use by readers are removed later


def collect_views(store: Store, keep: int = KEPT_REVISIONS) -> Collected:
    """Remove work trees without a folder, old revisions, and all facts without a view.

    The `keep` revisions indexed last stay, and so does the latest view unless its folder is gone;
    at least one view always stays. Raises `StoreError`.
    """
    state = store.state()
    if state is None:
        raise StoreError(f"no index at {store.uri}: there is nothing to collect")
    size, names = store.size(), _obsolete_views(state, keep)
    with reopen_writer(store) as writer:
        writer.drop_views(names)
        files = delete_unused_facts(writer, threshold=0.0)
        writer.maintain(everything=bool(files))
        writer.publish_again()
        writer.drop_old_versions()
    return Collected(names, files, max(size - store.size(), 0))


def _obsolete_views(state: State, keep: int) -> list[str]:
    views = state.views.values()
    revisions = [view for view in views if view.kind == "revision"]
    revisions.sort(key=lambda view: view.report.generation, reverse=True)
    old = {view.name for view in revisions[keep:]} - {state.latest}
    deleted = {
        view.name for view in views if view.kind == "worktree" and not os.path.isdir(view.name)
    }
    names = old | deleted
    return sorted(names if len(names) < len(state.views) else names - {state.latest})


def delete_unused_facts(writer: Writer, threshold: float = WORTHWHILE) -> int:
    """Delete facts and edges without a view. Return the number of deleted file versions.

    Nothing is deleted if they are less than `threshold` of all.
    """
    if writer.state is None:
        return 0
    stored = writer.tables["files"].count_rows()
    largest = max(view.report.files for view in writer.state.views.values())
    if stored - largest < threshold * stored:
        return 0  # one view alone uses more: no need to look
    used = _used_versions(writer, writer.state)
    unused = sorted(set(writer.inventory.file_ids().tolist()) - set(used["file_id"].to_pylist()))
    if not unused or len(unused) < threshold * stored:
        return 0
    # `files` first: a kill in between leaves torn facts, and the next writer drops these
    for name in (*reversed(FACTS), "occurrences"):
        delete_rows(writer.tables[name], "file_id", unused)
    edge_sets = sorted(writer.inventory.edge_sets() - set(used["edges_id"].to_pylist()))
    for name in ("dependencies", "edges"):
        delete_rows(writer.tables[name], "edges_id", edge_sets)
    return len(unused)


def _used_versions(writer: Writer, state: State) -> pa.Table:
    """Return the file_id and edges_id of every path of every view, in use or to be reused."""
    views = state.views.values()
    manifests = [writer.manifest(view.name) for view in views]
    manifests += [
        writer.manifest(view.name, view.edges_generation)
        for view in views
        if not view.has_current_edges
    ]
    return pa.concat_tables([each.select(["file_id", "edges_id"]) for each in manifests])
