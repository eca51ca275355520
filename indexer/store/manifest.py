"""Manifests: what a view holds at each path.

A manifest is an Arrow table with the COLUMNS, in the order of paths. The store keeps it as rows that a build wrote in
one go and, above them, those that later builds changed: each row says `since` which generation it holds, and the newest
of a path counts. A path that has gone leaves a row whose reason is GONE.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from .schema import MANIFESTS

GONE = "gone"
COLUMNS = ("path", "size", "mtime_ns", "content", "file_id", "edges_id", "skipped")
FIRST_OVERLAY = 1_000  # rows above the first ones, before all are written anew,
OVERLAY_SHARE = (
    1.0  # or so many of those: what a view held before a few switches of branches stays readable
)
EMPTY = pa.table({name: pa.array([], MANIFESTS.field(name).type) for name in COLUMNS})


def current(rows: pa.Table) -> pa.Table:
    """The manifest that stored rows of one view give."""
    import numpy as np

    since = rows["since"].to_numpy()
    if len(since) and since.min() != since.max():
        rows = rows.take(np.argsort(-since, kind="stable"))
        first = (
            rows.append_column("at", pa.array(np.arange(len(rows))))
            .group_by("path")
            .aggregate([("at", "min")])
        )
        rows = rows.take(first["at_min"])
        rows = rows.filter(pc.not_equal(rows["skipped"], GONE))
    return in_order(rows.select(COLUMNS).combine_chunks())


def in_order(manifest: pa.Table) -> pa.Table:
    """By path, as most of them are already."""
    paths = manifest["path"]
    if (
        len(paths) < 2
        or pc.all(pc.less_equal(paths.slice(0, len(paths) - 1), paths.slice(1))).as_py()
    ):
        return manifest
    return manifest.take(pc.sort_indices(paths)).combine_chunks()


def changes(old: pa.Table, new: pa.Table) -> pa.Table:
    """The rows of `new` that `old` does not have, and one for each path that has gone."""
    at = pc.index_in(new["path"], value_set=old["path"].combine_chunks())
    same = pc.is_valid(at)
    for name in COLUMNS[1:]:
        same = pc.and_(same, pc.fill_null(pc.equal(new[name], old[name].take(at)), False))
    gone = old.filter(pc.invert(pc.is_in(old["path"], value_set=new["path"].combine_chunks())))
    return pa.concat_tables([new.filter(pc.invert(same)), _gone(gone["path"])]).combine_chunks()


def _gone(paths: pa.ChunkedArray) -> pa.Table:
    zeros, blank = pa.repeat(pa.scalar(0, pa.int64()), len(paths)), pa.repeat("", len(paths))
    return pa.table(
        [paths, zeros, zeros, blank, zeros, zeros, pa.repeat(GONE, len(paths))], names=list(COLUMNS)
    )


def same_files(old: pa.Table, new: pa.Table) -> bool:
    """Whether both hold the same, but for time stamps and edges."""
    return all(old[name].equals(new[name]) for name in ("path", "content", "file_id", "skipped"))
