"""The processes of a build share the memory limit."""

from __future__ import annotations

import pytest

from indexer.errors import SourceError
from indexer.pipeline.memory import (
    MIN_LIMIT,
    WORKER_BYTES,
    machine_memory,
    parse_size,
    share_memory,
)


@pytest.mark.parametrize(
    ("written", "size"),
    [("4G", 4 << 30), ("512m", 512 << 20), ("1.5 GiB", 3 << 29), ("2048", 2048), ("3kB", 3072)],
)
def test_a_size_is_read_as_people_write_it(written: str, size: int) -> None:
    assert parse_size(written) == size


@pytest.mark.parametrize("written", ["", "much", "-1G", "4 parsecs", "1e9"])
def test_what_is_no_size_is_told(written: str) -> None:
    with pytest.raises(SourceError, match="is no size"):
        parse_size(written)


def test_a_build_takes_a_quarter_of_the_machine_unless_it_is_told_otherwise() -> None:
    assert share_memory(0, 1).worker <= max(machine_memory() // 4, MIN_LIMIT)


def test_fewer_workers_start_where_memory_is_little() -> None:
    assert share_memory(MIN_LIMIT, 16).jobs == 1
    assert share_memory(64 << 30, 16).jobs == 16
    assert all(
        share_memory(gigabytes << 30, 16).worker >= WORKER_BYTES for gigabytes in (1, 2, 4, 8, 64)
    )


def test_too_little_memory_is_refused() -> None:
    with pytest.raises(SourceError, match="--max-memory"):
        share_memory(MIN_LIMIT - 1, 1)
