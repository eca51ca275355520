"""Updated term statistics equal those of a clean build."""

from __future__ import annotations

from pathlib import Path

import pytest

import indexer.pipeline.publish
import indexer.pipeline.state
import indexer.store.statistics_update
from indexer import HashEncoder, Snapshot, Store, VectorCache, build_index, open_worktree


def test_a_view_similar_to_another_has_the_statistics_of_a_clean_build(
    tmp_path: Path,
) -> None:
    trees = [tmp_path / name for name in ("one", "two")]
    for tree in trees:
        tree.mkdir()
        for number in range(6):
            (tree / f"m{number}.py").write_text(
                f"def run_{number}(queue):\n    return queue.pop({number})\n"
            )
    (trees[1] / "m0.py").write_text("def other(stack):\n    return stack.push(1)\n")
    (trees[1] / "m1.py").unlink()
    for tree, store in ((trees[0], "both"), (trees[1], "both"), (trees[1], "clean")):
        cache = VectorCache(tmp_path / "cache")
        build_index(
            open_worktree(tree), Store(str(tmp_path / store)), HashEncoder(8), jobs=1, cache=cache
        )
    assert statistics(tmp_path / "both") == statistics(tmp_path / "clean")


@pytest.mark.parametrize("max_rows", [2, 16])
def test_a_restored_branch_has_the_statistics_of_a_clean_build(
    max_rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.pipeline.state, "SMALL_CHANGE", 1)
    monkeypatch.setattr(indexer.store.statistics_update, "SWITCH", 1)
    monkeypatch.setattr(indexer.store.statistics_update, "MAX_ROWS", max_rows)
    tree = tmp_path / "tree"
    tree.mkdir()
    for turn, branch in enumerate("ABABACB"):
        for number in range(20):
            (tree / f"m{number}.py").write_text(
                f"def run_{branch if number < 5 else number}(queue): pass\n"
            )
        (tree / "m9.py").write_text(f"def turn(): return {turn}\n")
        for store in ("kept", f"clean{turn}"):
            cache = VectorCache(tmp_path / "cache")
            build_index(
                open_worktree(tree),
                Store(str(tmp_path / store)),
                HashEncoder(8),
                jobs=1,
                cache=cache,
            )
        view = Snapshot.open(str(tmp_path / "kept")).view
        assert len(view.restorable_generations) == min(
            turn, indexer.pipeline.publish.MAX_RESTORABLE
        )
        assert statistics(tmp_path / "kept") == statistics(tmp_path / f"clean{turn}")


def statistics(store: Path) -> tuple[object, ...]:
    return Snapshot.open(str(store)).chunks.statistics.to_row("", 0)
