"""The scores of BM25, against its formula."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest

from indexer.bm25 import K1, B, Bm25


def column(*texts: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(texts, pa.string())])


def test_a_score_is_that_of_the_formula() -> None:
    [(at, score)] = Bm25(column("retry upload upload", "sleep", "wait")).search({"upload": 2.0}, 5)
    rarity, longer = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5)), 1 - B + B * 3 / (5 / 3)
    assert at == 0
    assert score == pytest.approx(2 * rarity * 2 * (K1 + 1) / (2 + K1 * longer))


def test_rare_terms_count_more_and_equal_texts_come_in_their_order() -> None:
    index = Bm25(column("common", "common rare", "common", "common other"))
    assert [at for at, _ in index.search({"common": 1.0, "rare": 1.0}, 3)] == [1, 0, 2]


def test_nothing_is_found_where_no_term_is_known_or_nothing_is_indexed() -> None:
    assert Bm25(column("a", "", None)).search({"b": 1.0, "": 1.0}, 5) == []
    assert Bm25(column()).search({"a": 1.0}, 5) == []
    assert Bm25(column("")).search({}, 5) == []
