"""Term statistics equal a full count after any additions and subtractions."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import Snapshot, Store, VectorCache, build_index, load_encoder, open_worktree
from indexer.store.term_statistics import add_up, count_difference, count_terms

TEXTS = ["a b c", " a a d\ne f g", "b", "", "c d e"]


def test_a_chunk_counts_once_per_term() -> None:
    statistics = count_terms(TEXTS)
    assert (statistics.chunks, statistics.terms) == (5, 13)
    assert [statistics.count_chunks(term) for term in ("a", "b", "g", "none", "")] == [
        2,
        2,
        1,
        0,
        0,
    ]


def test_subtraction_leaves_the_statistics_of_the_rest() -> None:
    kept, gone = count_terms(TEXTS[:2]), count_terms(TEXTS[2:])
    both = count_terms(TEXTS)
    left = add_up([both], [gone])
    assert left.to_row("", 0) == kept.to_row("", 0)
    assert add_up([both], [both]).to_row("", 0) == add_up([]).to_row("", 0)


def test_a_difference_is_the_added_without_the_removed_chunks() -> None:
    came, went = [*TEXTS, "a b c"], ["x y", "b", "b", "a b c"]
    assert count_difference(came, went).to_row("", 0) == add_up(
        [count_terms(came)], [count_terms(went)]
    ).to_row("", 0)
    assert count_difference(TEXTS, TEXTS[::-1]).to_row("", 0) == add_up([]).to_row("", 0)


def test_scores_equal_those_of_a_full_text_index_of_the_same_chunks(
    tmp_path: Path,
) -> None:
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
    rows = (
        snapshot.tables.table("chunks")
        .search("total m3", query_type="fts")
        .select(["terms", "_score"])
        .to_arrow()
    )
    statistics = snapshot.chunks.statistics
    ours = statistics.score_texts(rows["terms"].combine_chunks(), {"total": 1.0, "m3": 1.0})
    assert ours == pytest.approx(rows["_score"].to_pylist(), rel=1e-5)
