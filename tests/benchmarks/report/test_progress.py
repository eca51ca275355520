"""Samples of a benchmark."""

from __future__ import annotations

from benchmarks.report.progress import spread


def test_a_sample_is_spread_over_the_data() -> None:
    assert list(spread(range(10), 4)) == [0, 2, 5, 7]
    assert list(spread(range(3), 4)) == list(spread(range(3), 0)) == [0, 1, 2]
