"""Counting a question's terms in candidates."""

from __future__ import annotations

import pyarrow as pa
import pytest

from retrieval.query.question import read_question
from retrieval.query.term_rarity import rarity
from retrieval.rank.term_counts import HEAD_COUNT, count_terms

CHUNKS = pa.array(
    [
        "queue py queue queue\nretry the job",
        "store py\nretry retry retry retry job job",
        "cli py\nnothing here",
    ]
)


def test_names_and_path_count_apart_from_the_text_and_no_more_than_a_few_times() -> None:
    chunks = pa.array(["queue " * 9 + "\nqueue"])
    counts = count_terms(read_question("queue"), chunks)
    at = counts.terms.index("queue")
    assert (counts.head[0, at], counts.whole[0, at]) == (9, HEAD_COUNT + 1)


def test_the_best_candidate_scores_one_and_one_without_terms_nothing() -> None:
    counts = count_terms(read_question("retry job"), CHUNKS)
    scores = counts.bm25({"retry": 1.0, "job": 1.0})
    assert scores.max() == pytest.approx(1.0)
    assert scores[2] == 0


def test_a_share_is_that_of_the_weights_whose_terms_occur() -> None:
    counts = count_terms(read_question("retry queue"), CHUNKS)
    assert counts.share({"retry": 3.0, "queue": 1.0}).tolist() == [1.0, 0.75, 0.0]
    assert counts.share({"retry": 3.0, "queue": 1.0}, head=True).tolist() == [0.25, 0.0, 0.0]


def test_no_candidates_have_no_scores() -> None:
    counts = count_terms(read_question("retry"), pa.array([], pa.string()))
    assert counts.bm25({"retry": 1.0}).tolist() == []


def test_what_code_always_says_is_common_and_what_it_never_says_is_rare() -> None:
    assert rarity("return") < rarity("retry") < rarity("zyzzyva") == 1.0
