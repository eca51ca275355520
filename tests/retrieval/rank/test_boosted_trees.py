"""Boosted trees from a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from retrieval.rank.boosted_trees import RankerError, Trees

GROUPS = {"text": ("bm25", "title"), "kind": ("test",)}
TWO = {
    "features": ["bm25", "title", "test"],
    "depth": 2,
    "roots": [0, 5],
    "feature": [0, 0, 2, 0, 0, 1, 0, 0],
    "threshold": [0.5, 0, 0.5, 0, 0, 0.25, 0, 0],
    "left": [1, 1, 3, 3, 4, 6, 6, 7],
    "right": [2, 1, 4, 3, 4, 7, 6, 7],
    "value": [0.0, -1.0, 1.0, 2.0, -0.5, 0.5, 0.25, 1.0],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ranker.json"
    path.write_text(json.dumps(TWO))
    return path


def test_a_row_is_worth_the_sum_of_the_leaves_it_falls_into(file: Path) -> None:
    rows = np.array([[0.5, 0.25, 1.0], [0.6, 0.3, 0.0], [0.6, 0.0, 1.0]], np.float32)
    assert Trees.read(file, GROUPS).contributions(rows).sum(axis=1).tolist() == [-0.75, 3.0, -0.25]


def test_what_a_split_changes_goes_to_the_group_of_the_feature_that_split(file: Path) -> None:
    text, kind, base = Trees.read(file, GROUPS).contributions(
        np.array([[0.6, 0.3, 0.0]], np.float32)
    )[0]
    assert (text, kind, base) == (1.0 + 0.5, 1.0, 0.5)


def test_no_rows_have_no_scores(file: Path) -> None:
    assert Trees.read(file, GROUPS).contributions(np.zeros((0, 3), np.float32)).shape == (0, 3)


@pytest.mark.parametrize(
    "damage", ["", "[]", json.dumps(TWO | {"features": ["bm25"]}), json.dumps(TWO | {"left": [1]})]
)
def test_a_damaged_file_is_one_line_that_says_what_to_do(file: Path, damage: str) -> None:
    file.write_text(damage)
    with pytest.raises(RankerError, match=r"cannot be read .*install clew again"):
        Trees.read(file, GROUPS)


def test_a_file_that_is_not_there_is_told_alike(tmp_path: Path) -> None:
    with pytest.raises(RankerError, match="install clew again"):
        Trees.read(tmp_path / "none.json", GROUPS)
