"""Manifests: the file version and the edge set at each path of a view.

A manifest is an Arrow table of MANIFEST_COLUMNS, sorted by path. The store keeps it as the rows of
one full write and, above them, rows changed by later builds. The column `since` of a row is its
first generation, and the newest row of a path counts. A deleted path has a row with the reason
DELETED.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from .schema import MANIFESTS

DELETED = "gone"
MANIFEST_COLUMNS = ("path", "size", "mtime_ns", "content", "file_id", "edges_id", "skipped")
FIRST_OVERLAY = 1_000
"""A manifest is rewritten once it has more rows above the full write than this, and more than
OVERLAY_SHARE of the full write."""
OVERLAY_SHARE = 1.0  # so that a view's state before a few switches of branches stays readable
EMPTY_MANIFEST = pa.table(
    {name: pa.array([], MANIFESTS.field(name).type) for name in MANIFEST_COLUMNS}
)


def merge_rows(rows: pa.Table) -> pa.Table:
    """Return the manifest of one view from its stored rows."""
    import numpy as np

    since = rows["since"].to_numpy()
    if len(since) and since.min() != since.max():
        rows = rows.take(np.argsort(-since, kind="stable"))
        newest = (
            rows.append_column("at", pa.array(np.arange(len(rows))))
            .group_by("path")
            .aggregate([("at", "min")])
        )
        rows = rows.take(newest["at_min"])
        rows = rows.filter(pc.not_equal(rows["skipped"], DELETED))
    return sort_by_path(rows.select(MANIFEST_COLUMNS).combine_chunks())


def sort_by_path(manifest: pa.Table) -> pa.Table:
    """Sort by path; most manifests are sorted already."""
    paths = manifest["path"]
    if len(paths) < 2:
        return manifest
    if pc.all(pc.less_equal(paths.slice(0, len(paths) - 1), paths.slice(1))).as_py():
        return manifest
    return manifest.take(pc.sort_indices(paths)).combine_chunks()


def changed_rows(old: pa.Table, new: pa.Table) -> pa.Table:
    """Return the rows of `new` that differ from `old`, and a row for each deleted path."""
    at = pc.index_in(new["path"], value_set=old["path"].combine_chunks())
    same = pc.is_valid(at)
    for name in MANIFEST_COLUMNS[1:]:
        same = pc.and_(same, pc.fill_null(pc.equal(new[name], old[name].take(at)), False))
    deleted = old.filter(pc.invert(pc.is_in(old["path"], value_set=new["path"].combine_chunks())))
    changed = new.filter(pc.invert(same))
    return pa.concat_tables([changed, _deleted_rows(deleted["path"])]).combine_chunks()


def _deleted_rows(paths: pa.ChunkedArray) -> pa.Table:
    zeros, blank = pa.repeat(pa.scalar(0, pa.int64()), len(paths)), pa.repeat("", len(paths))
    reasons = pa.repeat(DELETED, len(paths))
    return pa.table(
        [paths, zeros, zeros, blank, zeros, zeros, reasons], names=list(MANIFEST_COLUMNS)
    )


def have_same_files(old: pa.Table, new: pa.Table) -> bool:
    """Return True if both list the same files, apart from time stamps and edges."""
    return all(old[name].equals(new[name]) for name in ("path", "content", "file_id", "skipped"))
