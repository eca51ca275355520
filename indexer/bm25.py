"""BM25: the formula, scores of given texts, and an in-memory index of short texts.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

K1, B = 1.2, 0.75  # as in Lance, and the usual values


def idf(texts: int, containing: Any, log: Callable[[Any], Any] = math.log) -> Any:
    """Return the inverse document frequency of a term in `containing` of the texts.

    With `numpy.log`, `containing` is an array. The last bit of the two logarithms may differ.
    """
    return log(1 + (texts - containing + 0.5) / (containing + 0.5))


def length_norms(lengths: NDArray[Any], mean_length: float) -> NDArray[Any]:
    """Return the norm of each text by its length in terms."""
    norms: NDArray[Any] = K1 * (1 - B + B * lengths / mean_length)
    return norms


def weigh_counts(counts: NDArray[Any], norms: NDArray[Any], weight: Any = 1) -> NDArray[Any]:
    """Return `weight` times the saturated term counts. The norms are those of the counts' texts."""
    weighed: NDArray[Any] = weight * counts * (K1 + 1) / (counts + norms)
    return weighed


def count_matrix(
    words: pa.ListArray, terms: pa.Array
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Count `terms` in texts given as lists of words. Return (counts: texts × terms, lengths)."""
    import numpy as np
    import pyarrow.compute as pc

    columns = pc.index_in(words.flatten(), value_set=terms).fill_null(-1).to_numpy()
    lengths = np.diff(words.offsets.to_numpy())
    rows = np.repeat(np.arange(len(words)), lengths)
    known = columns >= 0
    cells = np.bincount(
        rows[known] * len(terms) + columns[known], minlength=len(words) * len(terms)
    )
    return cells.reshape(len(words), len(terms)), lengths


def score_texts(texts: pa.Array, factors: Mapping[str, float], mean_length: float) -> list[float]:
    """Return the score of each text, terms separated by white space.

    `factors` gives each term's weight times its inverse document frequency.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    words = pc.utf8_split_whitespace(texts)
    counts, lengths = count_matrix(words, pa.array(factors, pa.string()))
    norms = length_norms(lengths, mean_length)
    scores = weigh_counts(counts, norms[:, None]) * np.array([*factors.values()])
    return list(scores.sum(axis=1).tolist())


class Bm25:
    """An index of a few thousand short texts in memory.

    A search takes a third of a millisecond; in Lance it takes eight. Indexing takes 3 ms per
    thousand commit messages.
    """

    def __init__(self, texts: pa.ChunkedArray) -> None:
        """Index texts given as search terms with single spaces between them."""
        import numpy as np
        import pyarrow.compute as pc

        self._count = count = len(texts)
        words = pc.split_pattern(pc.fill_null(texts, "").combine_chunks(), " ")
        lengths = np.diff(words.offsets.to_numpy())
        terms = words.flatten().dictionary_encode()
        self._codes = {term: code for code, term in enumerate(terms.dictionary.to_pylist()) if term}
        positions = np.repeat(np.arange(count, dtype=np.int64), lengths)
        # a posting is the number code * count + position
        postings, occurrences = np.unique(
            terms.indices.to_numpy() * max(count, 1) + positions, return_counts=True
        )
        codes, self._texts = np.divmod(postings, max(count, 1))
        self._starts = np.searchsorted(codes, np.arange(len(terms.dictionary) + 1))
        containing = np.diff(self._starts)
        rarity = np.repeat(idf(count, containing, np.log), containing)
        norms = length_norms(lengths[self._texts], max(lengths.mean(), 1.0)) if count else lengths
        self._scores = weigh_counts(occurrences, norms, rarity)

    def search(self, weights: Mapping[str, float], limit: int) -> list[tuple[int, float]]:
        """Return (position, score) of the texts that match any of the terms, best first.

        The score is the sum of each term's score times its weight.
        """
        import numpy as np

        scores: NDArray[np.float64] = np.zeros(self._count)
        for term, weight in weights.items():
            code = self._codes.get(term)
            if code is not None:
                postings = slice(self._starts[code], self._starts[code + 1])
                scores[self._texts[postings]] += weight * self._scores[postings]
        best = np.argsort(-scores, kind="stable")[:limit]
        return [
            (at, score)
            for at, score in zip(best.tolist(), scores[best].tolist(), strict=True)
            if score > 0
        ]
