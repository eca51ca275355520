"""How the processes of a build share memory."""

from __future__ import annotations

import pytest

from indexer.errors import SourceError
from indexer.pipeline.memory import LEAST, WORKER, machine_memory, parse_size, shares


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
    assert shares(0, 1).worker <= max(machine_memory() // 4, LEAST)


def test_fewer_workers_start_where_memory_is_little() -> None:
    assert shares(LEAST, 16).jobs == 1
    assert shares(64 << 30, 16).jobs == 16
    assert all(shares(gigabytes << 30, 16).worker >= WORKER for gigabytes in (1, 2, 4, 8, 64))


def test_too_little_memory_is_refused() -> None:
    with pytest.raises(SourceError, match="--max-memory"):
        shares(LEAST - 1, 1)
