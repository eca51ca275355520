"""Many small updates of a copy of a tree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.updates import Tree, main

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def test_updates_are_taken_in_and_the_store_is_compared_with_a_clean_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([str(SAMPLE), "--count", "12", "--encoder", "none", "--json"]) == 0
    growth = json.loads(capsys.readouterr().out)
    assert growth["updates"] == 12
    assert 0 < growth["first"] <= growth["most"] and growth["last"] <= growth["most"]
    assert 0 < growth["clean"] <= growth["last"]


def test_the_same_changes_are_made_each_time(tmp_path: Path) -> None:
    changes = []
    for name in ("first", "second"):
        for number in range(9):
            file = tmp_path / name / f"m{number}.py"
            file.parent.mkdir(exist_ok=True)
            file.write_text("x = 1\n")
        tree = Tree(tmp_path / name)
        changes.append([[path.name for path in tree.change()] for _ in range(60)])
        assert sorted(tree.files) == sorted((tmp_path / name).iterdir())
    assert changes[0] == changes[1]
    assert {len(paths) for paths in changes[0]} == {1, 2}


def test_a_tree_without_sources_is_told(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="nothing below"):
        Tree(tmp_path)
