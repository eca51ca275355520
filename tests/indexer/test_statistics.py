"""Term statistics say what counting says, whatever was added and taken away."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import HashEncoder, Snapshot, Store, VectorCache, build_index, load_encoder, open_worktree
from indexer.statistics import bm25, counted, summed

TEXTS = ["a b c", " a a d\ne f g", "b", "", "c d e"]


def test_chunks_that_hold_a_term_are_counted_once() -> None:
    found = counted(TEXTS)
    assert (found.chunks, found.terms) == (5, 13)
    assert [found.holding(term) for term in ("a", "b", "g", "none", "")] == [2, 2, 1, 0, 0]


def test_what_is_taken_away_leaves_what_was_not_added() -> None:
    kept, gone = counted(TEXTS[:2]), counted(TEXTS[2:])
    both = counted(TEXTS)
    left = summed([both], [gone])
    assert left.to_row("") == kept.to_row("")
    assert summed([both], [both]).to_row("") == summed([]).to_row("")


def test_scores_are_those_of_the_full_text_index_where_it_holds_nothing_else(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(9):
        (tree / f"m{number}.py").write_text(
            f"def load(n):\n    total = {number} * n\n    return total{' + total' * number}\n"
        )
    build_index(
        open_worktree(tree),
        Store(str(tmp_path / "store")),
        load_encoder("none"),
        jobs=1,
        cache=VectorCache(tmp_path / "c"),
    )
    snapshot = Snapshot.open(str(tmp_path / "store"))
    rows = snapshot.table("chunks").search("total m3", query_type="fts").select(["terms", "_score"]).to_arrow()
    ours = bm25(rows["terms"].combine_chunks(), {"total": 1.0, "m3": 1.0}, snapshot.chunks.statistics)
    assert ours == pytest.approx(rows["_score"].to_pylist(), rel=1e-5)


def test_a_second_view_that_starts_from_the_first_has_the_statistics_of_a_clean_build(tmp_path: Path) -> None:
    trees = [tmp_path / name for name in ("one", "two")]
    for tree in trees:
        tree.mkdir()
        for number in range(6):
            (tree / f"m{number}.py").write_text(f"def run_{number}(queue):\n    return queue.pop({number})\n")
    (trees[1] / "m0.py").write_text("def other(stack):\n    return stack.push(1)\n")
    (trees[1] / "m1.py").unlink()
    for tree, store in ((trees[0], "both"), (trees[1], "both"), (trees[1], "clean")):
        cache = VectorCache(tmp_path / "cache")
        build_index(open_worktree(tree), Store(str(tmp_path / store)), HashEncoder(8), jobs=1, cache=cache)
    found, clean = (Snapshot.open(str(tmp_path / store)).chunks.statistics for store in ("both", "clean"))
    assert (found.chunks, found.terms) == (clean.chunks, clean.terms)
    assert found.buckets.tolist() == clean.buckets.tolist()
    assert found.counts.tolist() == clean.counts.tolist()
