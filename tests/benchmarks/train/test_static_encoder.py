"""The vocabulary and the batches of the encoder."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.train.pairs import Pair
from benchmarks.train.static_encoder import batches, is_compound
from indexer import search_terms


@pytest.mark.parametrize(
    "word", ["getHTTPHeaders", "retries", "file_names", "getProxiesFor", "base64", "__init__"]
)
def test_only_the_whole_word_is_a_compound(word: str) -> None:
    terms = [*search_terms(word), "other", "words"]
    assert [is_compound(terms[i], terms[i + 1 :]) for i in range(len(terms) - 2)] == [True] + [
        False
    ] * (len(terms) - 3)


def test_an_epoch_uses_a_pair_once() -> None:
    pairs = [Pair(f"project{i % 3}", "go", "question", "name", "code") for i in range(3000)]
    places = [place for batch in batches(pairs, np.random.default_rng(1)) for place in batch]
    assert len(places) == len(set(places))
    assert len(places) > 2000
