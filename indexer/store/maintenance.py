"""Maintenance of a table: index new rows, join small fragments, remove old versions.

The cost of each step depends on the new rows, not on the table's size. LanceDB's own `optimize`
rewrites all fragments of less than a million rows, and with them the full-text index: ten seconds
of CPU time for thirty new rows beside 194,000. With Lance itself, new rows go to a new index
segment; segments are merged and fragments joined once there are many. Rows of the first build are
left alone until later ones outgrow them.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

TAIL_CHUNKS = 1_000  # chunks outside of the index: a search scans so many in 9 ms
TAIL_ROWS = 20_000  # rows of other tables outside of their indices
SEGMENTS = 8  # of an index; a search reads each
FRAGMENTS = 32  # small ones
SMALL_ROWS = 8_192  # a fragment with fewer rows is small
OUTGROWN = 0.5  # of the first segment's rows: if later ones have more, all segments are merged
VERSIONS = 32  # of a table, before a search for old ones pays
READER_GRACE = timedelta(minutes=10)
"""Younger versions are kept for readers, and those of the last two generations always."""
BURST_GRACE = timedelta(seconds=5)
"""The same after a burst of updates, when old versions take much space."""
BURST_SHARE = 0.5  # of the newest version's size: old versions that take more are a burst


# LanceTable is hardly typed, so tables are `Any` here.


def maintain(table: Any, everything: bool = False) -> None:
    """Add new rows to the indices and join small fragments, if there are many of them.

    With `everything`, join all fragments, and reclaim the space of deleted rows.
    """
    if not everything and not _is_due(table):
        return
    dataset = table.to_lance()
    if indices := dataset.describe_indices():
        merged = _segments_to_merge(dataset, indices, everything)
        dataset.optimize.optimize_indices(num_indices_to_merge=merged)
        dataset = dataset.checkout_version(dataset.latest_version)
    if everything:
        dataset.optimize.compact_files()
    else:
        dataset.optimize.compact_files(
            target_rows_per_fragment=SMALL_ROWS,
            excluded_fragment_ids=_large_fragments(dataset),
            materialize_deletions=False,
        )
    table.checkout_latest()


def _is_due(table: Any) -> bool:
    names = [index.name for index in table.list_indices()]
    tails = [stats.num_unindexed_rows for name in names if (stats := table.index_stats(name))]
    if max(tails, default=0) > (TAIL_CHUNKS if "terms" in table.schema.names else TAIL_ROWS):
        return True
    count = table.stats()["fragment_stats"]["num_fragments"]
    return bool(count > FRAGMENTS and count - len(_large_fragments(table.to_lance())) > FRAGMENTS)


def _large_fragments(dataset: Any) -> list[int]:
    """Return the fragments to leave alone: large ones, and those of the first index segments."""
    first = {
        number
        for index in dataset.describe_indices()
        for number in _segments(index)[0].fragment_ids
    }
    return [
        each.fragment_id
        for each in dataset.get_fragments()
        if each.fragment_id in first or each.metadata.physical_rows >= SMALL_ROWS
    ]


def _segments_to_merge(dataset: Any, indices: list[Any], everything: bool) -> int:
    """Return how many last segments of each index to merge: none, all but the first, or all."""
    segments = max(len(index.segments) for index in indices)
    if everything:
        return segments
    rows = {each.fragment_id: each.metadata.physical_rows for each in dataset.get_fragments()}
    first = sum(rows.get(number, 0) for number in _segments(indices[0])[0].fragment_ids)
    if sum(rows.values()) - first > OUTGROWN * first:
        return segments
    return segments - 1 if segments > SEGMENTS else 0


def _segments(index: Any) -> list[Any]:
    """Return the segments of an index, the one with the oldest rows first."""
    return sorted(index.segments, key=lambda segment: min(segment.fragment_ids, default=0))


def drop_old_versions(table: Any, oldest: int, always: bool = False) -> None:
    """Remove the versions before `oldest` once there are many, or once they take much space.

    Recent ones stay for readers. A reader whose version is removed during an answer starts over
    at the newest.
    """
    now = datetime.now(UTC)
    grace, limit = (BURST_GRACE, 0) if _is_burst(table) else (READER_GRACE, VERSIONS)
    if not always and not _has_old_versions(table, now - grace, limit):
        return
    stamps = {each["version"]: each["timestamp"].astimezone(UTC) for each in table.list_versions()}
    if since := stamps.get(oldest):
        age = max(grace, now - since + timedelta(seconds=1))
        table.to_lance().cleanup_old_versions(older_than=age, error_if_tagged_old_versions=False)


def _is_burst(table: Any) -> bool:
    if not os.path.isdir(table.uri):  # on an object store
        return False
    sizes = (
        os.path.getsize(os.path.join(folder, name))
        for folder, _, names in os.walk(table.uri)
        for name in names
    )
    return bool(sum(sizes) > (1 + BURST_SHARE) * table.stats()["total_bytes"])


def _has_old_versions(table: Any, before: datetime, limit: int) -> bool:
    """Return True if there are over `limit` versions, the oldest of them from before `before`."""
    folder = os.path.join(table.uri, "_versions")
    if not os.path.isdir(folder):  # on an object store
        return bool(table.version % VERSIONS == 0)
    times = [entry.stat().st_mtime for entry in os.scandir(folder)]
    return len(times) > limit and min(times) < before.timestamp()
