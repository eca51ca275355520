"""Hits and packs are scored by labelled targets."""

from __future__ import annotations

from benchmarks.labels.questions import Target, covers, ndcg
from retrieval import Hit, Piece


def test_a_target_with_lines_is_met_on_them_only() -> None:
    hit = Hit(1, "a.py", "f", "function", 5, 9, 1.0, (), False)
    assert ndcg([hit], [Target("a.py", 0, 0)]) == ndcg([hit], [Target("a.py", 9, 20)]) == 1.0
    assert ndcg([hit], [Target("a.py", 10, 20)]) == 0.0


def test_a_label_may_name_the_end_of_a_path() -> None:
    hit = Hit(1, "src/lib/a.py", "f", "function", 5, 9, 1.0, (), False)
    assert ndcg([hit], [Target("lib/a.py", 0, 0)]) == 1.0
    assert ndcg([hit], [Target("b/a.py", 0, 0)]) == ndcg([hit], [Target("ib/a.py", 0, 0)]) == 0.0


def test_a_signature_covers_nothing() -> None:
    pieces = [
        Piece("a.py", 1, 2, "f", resolution, "") for resolution in ("signature", "name", "skeleton")
    ]
    assert not covers(pieces[:2], [Target("a.py", 0, 0)])
    assert covers(pieces, [Target("b.py", 0, 0), Target("a.py", 0, 0)])
