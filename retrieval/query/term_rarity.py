"""The rarity of a search term in code at large, whatever the repository.

It is read off the built-in encoder's vocabulary, ordered by frequency.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache

from indexer import data_folder


@lru_cache(maxsize=1 << 16)
def rarity(term: str) -> float:
    """Return 0 for the commonest term to 1 for a term outside the vocabulary.

    It is the logarithm of the rank, by Zipf's law proportional to the inverse document frequency.
    """
    ranks = _ranks()
    rank = ranks.get(term)
    return 1.0 if rank is None else math.log1p(rank) / math.log1p(len(ranks))


@cache
def _ranks() -> dict[str, int]:
    terms = (data_folder("encoder") / "vocabulary.txt").read_text("utf-8").split("\n")[:-1]
    return {term: rank for rank, term in enumerate(terms)}
