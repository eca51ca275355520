"""BM25 and ranks."""

from __future__ import annotations

import numpy as np

from benchmarks.train.evaluate import bm25, ranks


def test_bm25_ranks_the_text_with_the_rare_word_first() -> None:
    scores = bm25(["the parser"], ["the the file", "the parser of the file", "a file"])
    assert scores.argmax() == 1


def test_equal_scores_share_the_worst_rank() -> None:
    assert ranks(np.array([[0.5, 0.9, 0.5, 0.1]], np.float32)).tolist() == [[3, 1, 3, 4]]
