"""Statistics for BM25: the number of a view's chunks that contain a term.

The full-text index also counts chunks of other views and of old file versions. So the index finds
candidates, and these statistics score them, independent of the store's history. They are kept as a
count-min sketch (Cormode and Muthukrishnan, An Improved Data Stream Summary, 2005). A sketch has a
fixed size and may overestimate a count but never underestimates it. It is linear: a build adds the
counts of new files and subtracts those of removed ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ..bm25 import idf, score_texts
from ..records import key64

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STATISTICS_COLUMNS = ("chunks", "terms", "buckets", "counts")  # of the table, to be added up
ROWS, BITS = 2, 19
"""The sketch's shape. With 700,000 terms, as in a million chunks, one rare term in ten thousand
shares both buckets with a frequent one."""
CACHED_TERMS = 1 << 17  # terms whose buckets are cached: some 20 MB


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """The statistics of some chunks, or the difference of two of them."""

    chunks: int
    terms: int  # in all chunks, with repetitions
    buckets: NDArray[np.int64]  # ascending; row r of the sketch begins at r << BITS
    counts: NDArray[np.int64]  # chunks per bucket

    def count_chunks(self, term: str) -> int:
        """Return an upper bound of the number of chunks with the term."""
        import numpy as np

        if not len(self.buckets):
            return 0
        buckets = np.array(_BUCKETS[term])
        at = np.minimum(np.searchsorted(self.buckets, buckets), len(self.buckets) - 1)
        return int(np.where(self.buckets[at] == buckets, self.counts[at], 0).min())

    def score_texts(self, texts: pa.Array, weights: Mapping[str, float]) -> list[float]:
        """Return the BM25 score of each text, terms separated by white space.

        The score is the sum of each term's score times its weight.
        """
        mean_length = self.terms / self.chunks if self.chunks else 1.0
        factors = {
            term: weight * idf(self.chunks, min(self.count_chunks(term), self.chunks))
            for term, weight in weights.items()
        }
        return score_texts(texts, factors, mean_length)

    def to_row(self, view: str, since: int) -> tuple[Any, ...]:
        """Return a row of the table `statistics`."""
        return (view, since, self.chunks, self.terms, self.buckets.tolist(), self.counts.tolist())


def add_up(
    added: Iterable[TermStatistics], subtracted: Iterable[TermStatistics] = ()
) -> TermStatistics:
    """Return the sum of the `added` statistics without the `subtracted` ones."""
    import numpy as np

    total = np.zeros(ROWS << BITS, np.int64)
    chunks = terms = 0
    for sign, parts in ((1, added), (-1, subtracted)):
        for part in parts:  # one by one: those of a large tree would fill the memory
            total[part.buckets] += sign * part.counts
            chunks, terms = chunks + sign * part.chunks, terms + sign * part.terms
    buckets = np.flatnonzero(total)
    return TermStatistics(chunks, terms, buckets, total[buckets])


def sum_rows(rows: pa.Table) -> TermStatistics:
    """Return the sum of rows of the table `statistics`."""
    columns = (rows[name].to_pylist() for name in ("chunks", "terms"))
    lists = (map(_values, rows[name]) for name in ("buckets", "counts"))
    return add_up(TermStatistics(*row) for row in zip(*columns, *lists, strict=True))


def _values(scalar: Any) -> NDArray[np.int64]:
    values: NDArray[np.int64] = scalar.values.to_numpy()
    return values


def count_terms(texts: Iterable[str]) -> TermStatistics:
    """Return the statistics of chunks given as their terms, separated by white space."""
    import numpy as np

    chunks = terms = 0
    containing: Counter[str] = Counter()
    for text in texts:
        words = text.split()
        chunks, terms = chunks + 1, terms + len(words)
        containing.update(set(words))
    positions = np.array([*map(_BUCKETS.__getitem__, containing)], np.int64).reshape(-1)
    counts = np.fromiter(containing.values(), np.int64, len(containing)).repeat(ROWS)
    buckets, indices = np.unique(positions, return_inverse=True)
    total = np.zeros(len(buckets), np.int64)
    np.add.at(total, indices, counts)
    return TermStatistics(chunks, terms, buckets, total)


def count_difference(added: Iterable[str], removed: Iterable[str]) -> TermStatistics:
    """Return the statistics of the `added` chunks without the `removed` ones.

    Chunks on both sides, such as most of an edited file, are not counted.
    """
    texts = Counter(added)
    texts.subtract(removed)
    return add_up([count_terms((+texts).elements())], [count_terms((-texts).elements())])


class _Buckets(dict[str, tuple[int, ...]]):
    """Term → its bucket in each row of the sketch.

    A dictionary, because its look-up needs no Python frame.
    """

    def __missing__(self, term: str) -> tuple[int, ...]:
        if len(self) >= CACHED_TERMS:
            self.clear()
        key = key64(term)
        buckets = self[term] = tuple(
            (row << BITS) + (key >> row * BITS) % (1 << BITS) for row in range(ROWS)
        )
        return buckets


_BUCKETS = _Buckets()
