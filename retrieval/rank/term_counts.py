"""How often each of a question's terms stands in each candidate, and what BM25 makes of it.

The full-text index gives a score for the chunks that it finds. Here the candidates of every search are counted alike,
on their own and in one pass over Arrow columns, so that a chunk that another search brought can be compared with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from ..query.question import Question
from ..query.term_rarity import rarity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MAX_WORDS = 300  # distinct terms of a question that are counted; a search takes fewer
K1, B = 1.2, 0.75  # as in the full-text index
HEAD_COUNT = 3  # how often at most a term of the path or of the qualified name counts


@dataclass(frozen=True, slots=True)
class Counts:
    """A row for each candidate, a column for each of `terms`."""

    terms: tuple[str, ...]
    head: Floats  # in the path and the qualified name
    whole: Floats  # there and in the text
    lengths: Floats  # terms of the text

    def share(self, weights: Mapping[str, float], head: bool = False) -> Floats:
        """For each candidate the share of the weights whose terms it has (in its head)."""
        import numpy as np

        total = sum(weights.values()) or 1.0
        present = (self.head if head else self.whole) > 0
        return np.asarray(present @ self._vector(weights) / np.float32(total), np.float32)

    def bm25(self, weights: Mapping[str, float]) -> Floats:
        """BM25 as a share of the best candidate's, with a term's rarity in code at large for its rarity here."""
        import numpy as np

        if not len(self.whole):
            return np.zeros(0, np.float32)
        norm = K1 * (1 - B + B * self.lengths / max(float(self.lengths.mean()), 1.0))
        saturated = self.whole * (K1 + 1) / (self.whole + norm[:, None])
        scores = saturated @ self._vector(
            {term: weight * rarity(term) for term, weight in weights.items()}
        )
        return np.asarray(scores / max(float(scores.max()), 1e-6), np.float32)

    def taken(self, rows: Sequence[int]) -> Counts:
        """The counts of some candidates."""
        import numpy as np

        kept = np.array(rows, np.int64)
        return Counts(self.terms, self.head[kept], self.whole[kept], self.lengths[kept])

    def _vector(self, weights: Mapping[str, float]) -> Floats:
        import numpy as np

        return np.array([weights.get(term, 0.0) for term in self.terms], np.float32)


def count_terms(question: Question, column: pa.Array) -> Counts:
    """Count in the search terms of chunks: strings whose first line holds those of path and name, as they are indexed."""
    import numpy as np

    searched = [term for term, _ in question.weights]
    wanted = [*searched, *question.title_terms, *question.code_terms, *question.words[:MAX_WORDS]]
    terms = tuple(dict.fromkeys(wanted))
    parts = pc.split_pattern(column, "\n", max_splits=1)
    values = pa.array(terms, pa.string())
    head, _ = _counted(pc.list_element(parts, 0), values)
    body, lengths = _counted(pc.list_element(parts, 1), values)
    return Counts(terms, head, np.minimum(head, HEAD_COUNT) + body, lengths)


def _counted(texts: pa.Array, terms: pa.Array) -> tuple[Floats, Floats]:
    import numpy as np

    words = pc.split_pattern(texts, " ")
    columns = pc.index_in(words.flatten(), value_set=terms).fill_null(-1).to_numpy()
    lengths = np.diff(words.offsets.to_numpy())
    rows = np.repeat(np.arange(len(texts)), lengths)
    known = columns >= 0
    cells = np.bincount(
        rows[known] * len(terms) + columns[known], minlength=len(texts) * len(terms)
    )
    return cells.reshape(len(texts), len(terms)).astype(np.float32), lengths.astype(np.float32)
