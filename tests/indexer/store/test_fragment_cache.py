"""Cached rows equal the stored ones after any change, and fragments are read once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lancedb
import pyarrow as pa
import pytest

from indexer.store.fragment_cache import FragmentCache


@pytest.fixture
def table(tmp_path: Path) -> Any:
    """Return a table with the rows 0 to 9 in the column `at`, in two fragments."""
    table = lancedb.connect(tmp_path).create_table("t", numbered(0, 5))
    table.add(numbered(5, 10))
    return table


def numbered(start: int, stop: int) -> pa.Table:
    return pa.table(
        {
            "at": pa.array(range(start, stop), pa.int64()),
            "text": [f"row {at}" for at in range(start, stop)],
        }
    )


def stored(table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.search().with_row_id(True).select(["at"]).to_list()
    return sorted(rows, key=lambda row: row["_rowid"])


def test_rows_are_of_the_checked_out_version(table: Any) -> None:
    cache = FragmentCache()
    for change in (
        lambda: None,
        lambda: table.add(numbered(10, 12)),
        lambda: table.delete("at = 3"),
        lambda: table.delete("at >= 5 AND at < 10"),
        lambda: table.add(numbered(3, 6)),
        lambda: [table.add(numbered(at, at + 2)) for at in range(20, 30, 2)],
        lambda: table.to_lance().optimize.compact_files(
            target_rows_per_fragment=4, excluded_fragment_ids=[0]
        ),
        lambda: table.checkout_latest(),
        lambda: table.to_lance().optimize.compact_files(),
        lambda: table.checkout_latest(),
        lambda: table.checkout(2),
        lambda: table.checkout_latest(),
        lambda: table.delete("true"),
        lambda: table.add(numbered(0, 1)),
    ):
        change()
        assert cache.read_rows(table, ["at"]).to_pylist() == stored(table)


def test_a_fragment_is_read_once(table: Any) -> None:
    cache = FragmentCache()
    first = cache.read_rows(table, ["text"])["text"].chunk(0)
    table.add(numbered(10, 11))
    again = cache.read_rows(table, ["text"])["text"]
    assert [len(again), again.chunk(0).buffers()[2].address] == [11, first.buffers()[2].address]
    # other columns are read separately
    assert cache.read_rows(table, ["at"])["at"].to_pylist() == list(range(11))


def test_a_recreated_table_is_read_again(table: Any, tmp_path: Path) -> None:
    cache = FragmentCache()
    cache.read_rows(table, ["at"])
    database = lancedb.connect(tmp_path)
    database.drop_table("t")
    again: Any = database.create_table("t", numbered(20, 22))
    assert cache.read_rows(again, ["at"])["at"].to_pylist() == [20, 21]
