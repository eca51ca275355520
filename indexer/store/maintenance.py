"""Keeping a table fast and small as rows are added: indices over new rows, small fragments joined, old versions removed.

Each step costs what has come since the last one, not what the table holds. LanceDB's own `optimize` rewrites every
fragment of less than a million rows, and with it the full-text index: ten seconds of processor time for thirty new rows
beside 194,000. So it is done with Lance itself: new rows go to an index segment of their own, segments are merged and
fragments joined once there are many, and what the first build wrote is left alone until the rest outgrows it.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

TAIL_CHUNKS = 1_000  # chunks that no index covers: a search reads them one by one, 9 ms for so many
TAIL_ROWS = 20_000  # rows of other tables
SEGMENTS = 8  # of an index; a search asks each
FRAGMENTS = 32  # that are small
SMALL_ROWS = 8_192  # a fragment of fewer rows is small
OUTGROWN = (
    0.5  # of the first segment's rows: where later ones have so many, all are merged into one
)
VERSIONS = 32  # of a table, before it is worth while to look for old ones
READER_GRACE = timedelta(
    minutes=10
)  # what is younger is left for readers; the last two generations never go
BURST_GRACE = timedelta(
    seconds=5
)  # the same where old versions have come to take much: many updates at once
BURST_SHARE = 0.5  # of what the newest version takes; what old ones take more is much


def tend(
    table: Any, whole: bool = False
) -> None:  # a LanceTable, of which type checkers know too little
    """Take new rows into the table's indices and join its small fragments, where there are many. `whole`: all of them,
    and make room where rows were deleted."""
    if not whole and not _is_due(table):
        return
    dataset = table.to_lance()
    if indices := dataset.describe_indices():
        dataset.optimize.optimize_indices(num_indices_to_merge=_to_merge(dataset, indices, whole))
        dataset = dataset.checkout_version(dataset.latest_version)
    if whole:
        dataset.optimize.compact_files()
    else:
        dataset.optimize.compact_files(
            target_rows_per_fragment=SMALL_ROWS,
            excluded_fragment_ids=_lasting(dataset),
            materialize_deletions=False,
        )
    table.checkout_latest()


def _is_due(table: Any) -> bool:
    names = [index.name for index in table.list_indices()]
    tails = [stats.num_unindexed_rows for name in names if (stats := table.index_stats(name))]
    if max(tails, default=0) > (TAIL_CHUNKS if "terms" in table.schema.names else TAIL_ROWS):
        return True
    count = table.stats()["fragment_stats"]["num_fragments"]
    return bool(count > FRAGMENTS and count - len(_lasting(table.to_lance())) > FRAGMENTS)


def _lasting(dataset: Any) -> list[int]:
    """The fragments that are not joined with others: large ones, and those that a first index segment covers."""
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


def _to_merge(dataset: Any, indices: list[Any], whole: bool) -> int:
    """How many of the last segments of each index the new rows are merged with: none, all but the first, or all."""
    segments = max(len(index.segments) for index in indices)
    if whole:
        return segments
    rows = {each.fragment_id: each.metadata.physical_rows for each in dataset.get_fragments()}
    first = sum(rows.get(number, 0) for number in _segments(indices[0])[0].fragment_ids)
    if sum(rows.values()) - first > OUTGROWN * first:
        return segments
    return segments - 1 if segments > SEGMENTS else 0


def _segments(index: Any) -> list[Any]:
    """The segments of an index, the one that covers the oldest rows first."""
    return sorted(index.segments, key=lambda segment: min(segment.fragment_ids, default=0))


def drop_old_versions(table: Any, kept: int, always: bool = False) -> None:
    """Remove the versions before `kept`, which readers may still be in, once there are many and the oldest has no reader,
    or once they take much. A reader whose version goes in the midst of an answer asks again at the newest."""
    now = datetime.now(UTC)
    grace, most = (BURST_GRACE, 0) if _is_burst(table) else (READER_GRACE, VERSIONS)
    if not always and not _has_old_versions(table, now - grace, most):
        return
    stamps = {each["version"]: each["timestamp"].astimezone(UTC) for each in table.list_versions()}
    if since := stamps.get(kept):
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


def _has_old_versions(table: Any, before: datetime, most: int) -> bool:
    """Whether there are more than `most` versions, and the oldest is from `before` then."""
    folder = os.path.join(table.uri, "_versions")
    if not os.path.isdir(folder):  # on an object store
        return bool(table.version % VERSIONS == 0)
    times = [entry.stat().st_mtime for entry in os.scandir(folder)]
    return len(times) > most and min(times) < before.timestamp()
