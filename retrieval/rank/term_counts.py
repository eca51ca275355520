"""Counts of a question's terms in each candidate, and their BM25.

The full-text index scores only its own results. Here the candidates of every search are counted
alike, in one pass over Arrow columns, so that they can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from indexer import count_matrix, length_norms, weigh_counts

from ..query import Question, rarity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MAX_WORDS = 300  # distinct terms of a question; a search takes fewer
HEAD_COUNT = 3  # at most, of a term in the path and the qualified name


@dataclass(frozen=True, slots=True)
class TermCounts:
    """A row for each candidate, a column for each of `terms`."""

    terms: tuple[str, ...]
    head: Floats  # in the path and the qualified name
    whole: Floats  # there and in the text
    lengths: Floats  # terms of the text

    def share(self, weights: Mapping[str, float], head: bool = False) -> Floats:
        """Return for each candidate the share of the weights with a term in it (in its head)."""
        import numpy as np

        total = sum(weights.values()) or 1.0
        present = (self.head if head else self.whole) > 0
        return np.asarray(present @ self._vector(weights) / np.float32(total), np.float32)

    def bm25(self, weights: Mapping[str, float]) -> Floats:
        """Return BM25 as a share of the best candidate's, by the terms' rarity in code at large."""
        import numpy as np

        if not len(self.whole):
            return np.zeros(0, np.float32)
        norms = length_norms(self.lengths, max(float(self.lengths.mean()), 1.0))
        scores = weigh_counts(self.whole, norms[:, None]) @ self._vector(
            {term: weight * rarity(term) for term, weight in weights.items()}
        )
        return np.asarray(scores / max(float(scores.max()), 1e-6), np.float32)

    def take(self, rows: Sequence[int]) -> TermCounts:
        """Return the counts of the candidates at `rows`."""
        import numpy as np

        at = np.array(rows, np.int64)
        return TermCounts(self.terms, self.head[at], self.whole[at], self.lengths[at])

    def _vector(self, weights: Mapping[str, float]) -> Floats:
        import numpy as np

        return np.array([weights.get(term, 0.0) for term in self.terms], np.float32)


def count_terms(question: Question, column: pa.Array) -> TermCounts:
    """Count the question's terms in a column of chunks.

    Each chunk is a string of search terms as they are indexed, those of path and name on its first
    line.
    """
    import numpy as np

    weighted = [term for term, _ in question.weights]
    words = question.words[:MAX_WORDS]
    terms = tuple(dict.fromkeys([*weighted, *question.title_terms, *question.code_terms, *words]))
    parts = pc.split_pattern(column, "\n", max_splits=1)
    values = pa.array(terms, pa.string())
    head, _ = _count(pc.list_element(parts, 0), values)
    body, lengths = _count(pc.list_element(parts, 1), values)
    return TermCounts(terms, head, np.minimum(head, HEAD_COUNT) + body, lengths)


def _count(texts: pa.Array, terms: pa.Array) -> tuple[Floats, Floats]:
    import numpy as np

    counts, lengths = count_matrix(pc.split_pattern(texts, " "), terms)
    return counts.astype(np.float32), lengths.astype(np.float32)
