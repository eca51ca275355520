"""Recall of changed files."""

from __future__ import annotations

import numpy as np

from benchmarks.train.held_out import Case, recall


def test_recall_counts_files_by_their_nearest_chunk() -> None:
    paths = (*(f"f{number}.py" for number in range(12)), "f0.py")
    case = Case("own/app", ("q",), (frozenset({"f0.py", "f1.py"}),), paths, ("",) * 13)
    scores = np.array([[0, 0.1, *[0.5] * 10, 0.9]], np.float32)
    assert recall(case, scores) == 0.5
