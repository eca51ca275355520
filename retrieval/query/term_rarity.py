"""How rare a search term is in code at large, whatever repository is asked: read off the built-in encoder's vocabulary,
whose terms stand in the order of how often they occur."""

from __future__ import annotations

import math
from functools import cache, lru_cache

from indexer import data_folder


@lru_cache(maxsize=1 << 16)
def rarity(term: str) -> float:
    """From 0, the commonest term, to 1, one that the vocabulary lacks: the logarithm of its rank, which by Zipf's law
    goes as its inverse document frequency does."""
    ranks = _ranks()
    rank = ranks.get(term)
    return 1.0 if rank is None else math.log1p(rank) / math.log1p(len(ranks))


@cache
def _ranks() -> dict[str, int]:
    terms = (data_folder("encoder") / "vocabulary.txt").read_text("utf-8").split("\n")[:-1]
    return {term: rank for rank, term in enumerate(terms)}
