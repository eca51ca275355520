"""BM25 over a few thousand short texts, held in memory: a search takes a third of a millisecond, one in Lance eight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

K1, B = 1.2, 0.75  # Lance's, and everybody's


class Bm25:
    """An index over texts whose terms are cut already and stand with single spaces between them. Made in 3 ms for each
    thousand commit messages. (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009.)"""

    def __init__(self, texts: pa.ChunkedArray) -> None:
        import numpy as np
        import pyarrow.compute as pc

        self._count = len(texts)
        parts = pc.split_pattern(pc.fill_null(texts, "").combine_chunks(), " ")
        lengths = np.diff(parts.offsets.to_numpy())
        terms = parts.flatten().dictionary_encode()
        self._codes = {term: code for code, term in enumerate(terms.dictionary.to_pylist()) if term}
        number = np.repeat(np.arange(self._count, dtype=np.int64), lengths)
        pairs, times = np.unique(
            terms.indices.to_numpy() * max(self._count, 1) + number, return_counts=True
        )
        term, self._texts = np.divmod(pairs, max(self._count, 1))
        self._starts = np.searchsorted(term, np.arange(len(terms.dictionary) + 1))
        having = np.diff(self._starts)
        rarity = np.log(1 + (self._count - having + 0.5) / (having + 0.5))
        longer = 1 - B + B * lengths[self._texts] / max(lengths.mean(), 1.0) if len(pairs) else 0.0
        self._parts = np.repeat(rarity, having) * times * (K1 + 1) / (times + K1 * longer)

    def search(self, weights: Mapping[str, float], limit: int) -> list[tuple[int, float]]:
        """The texts that match any of the terms best, best first: (position, score), each term's part times its weight."""
        import numpy as np

        scores: NDArray[np.float64] = np.zeros(self._count)
        for term, weight in weights.items():
            code = self._codes.get(term)
            if code is not None:
                own = slice(self._starts[code], self._starts[code + 1])
                scores[self._texts[own]] += weight * self._parts[own]
        best = np.argsort(-scores, kind="stable")[:limit]
        return [
            (at, score)
            for at, score in zip(best.tolist(), scores[best].tolist(), strict=True)
            if score > 0
        ]
