"""How many of a view's chunks hold a term: what BM25 weighs terms by.

The full-text index counts what it holds: other views' chunks, and those of versions that have gone. So the index finds
candidates and these numbers score them, alike after any history. They are kept as a count-min sketch (Cormode and
Muthukrishnan, An Improved Data Stream Summary, 2005), which is of one size, may count a term too high but never too low,
and is linear: a build adds the counts of the files that came and subtracts those of the files that went.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ..records import key64

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLUMNS = ("chunks", "terms", "buckets", "counts")  # of the table, that are summed
ROWS, BITS = 2, 19
"""The sketch's shape. At 700,000 terms, those of a million chunks, one rare term in ten thousand shares both buckets
with a frequent one."""
K1, B = 1.2, 0.75  # of BM25, as Lance has them
MAX_KEPT = 1 << 17  # terms whose places are kept: some 20 MB


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """Of some chunks; differences of such numbers too."""

    chunks: int
    terms: int  # in all chunks, with repetitions
    buckets: NDArray[np.int64]  # ascending; row r of the sketch begins at r << BITS
    counts: NDArray[np.int64]  # of chunks, of each bucket

    def holding(self, term: str) -> int:
        """How many chunks hold the term: this many at most."""
        import numpy as np

        wanted = np.array(_PLACES[term])
        at = np.minimum(np.searchsorted(self.buckets, wanted), max(len(self.buckets) - 1, 0))
        found = (
            [
                int(self.counts[i]) if self.buckets[i] == place else 0
                for i, place in zip(at, wanted, strict=True)
            ]
            if len(self.buckets)
            else [0]
        )
        return min(found)

    def to_row(self, view: str, since: int) -> tuple[Any, ...]:
        """As the table `statistics` holds it."""
        return (view, since, self.chunks, self.terms, self.buckets.tolist(), self.counts.tolist())


def summed(
    parts: Iterable[TermStatistics], subtracted: Iterable[TermStatistics] = ()
) -> TermStatistics:
    """The statistics of all `parts` together, without those that are `subtracted`."""
    import numpy as np

    total = np.zeros(ROWS << BITS, np.int64)
    chunks = terms = 0
    for sign, some in ((1, parts), (-1, subtracted)):
        for part in some:  # one after the other: those of a large tree would fill the memory
            total[part.buckets] += sign * part.counts
            chunks, terms = chunks + sign * part.chunks, terms + sign * part.terms
    buckets = np.flatnonzero(total)
    return TermStatistics(chunks, terms, buckets, total[buckets])


def from_rows(rows: pa.Table) -> TermStatistics:
    """The sum of rows of the table `statistics`."""
    columns = (rows[name].to_pylist() for name in ("chunks", "terms"))
    lists = (map(_values, rows[name]) for name in ("buckets", "counts"))
    return summed(TermStatistics(*row) for row in zip(*columns, *lists, strict=True))


def _values(scalar: Any) -> NDArray[np.int64]:
    values: NDArray[np.int64] = scalar.values.to_numpy()
    return values


def counted(texts: Iterable[str]) -> TermStatistics:
    """The statistics of chunks, given the terms of each, separated by white space."""
    import numpy as np

    chunks = terms = 0
    holding: Counter[str] = Counter()
    for text in texts:
        words = text.split()
        chunks, terms = chunks + 1, terms + len(words)
        holding.update(set(words))
    places = np.array([*map(_PLACES.__getitem__, holding)], np.int64).reshape(-1)
    counts = np.fromiter(holding.values(), np.int64, len(holding)).repeat(ROWS)
    buckets, which = np.unique(places, return_inverse=True)
    total = np.zeros(len(buckets), np.int64)
    np.add.at(total, which, counts)
    return TermStatistics(chunks, terms, buckets, total)


def exchanged(came: Iterable[str], went: Iterable[str]) -> TermStatistics:
    """The statistics of the chunks that `came` without those that `went`. What is on both sides, as most of an edited file
    is, need not be counted."""
    texts = Counter(came)
    texts.subtract(went)
    return summed([counted((+texts).elements())], [counted((-texts).elements())])


class _Places(dict[str, tuple[int, ...]]):
    """Term → its bucket in each row of the sketch. A dictionary, because its look-up needs no Python frame."""

    def __missing__(self, term: str) -> tuple[int, ...]:
        if len(self) >= MAX_KEPT:
            self.clear()
        key = key64(term)
        found = self[term] = tuple(
            (row << BITS) + (key >> row * BITS) % (1 << BITS) for row in range(ROWS)
        )
        return found


_PLACES = _Places()


def bm25(texts: pa.Array, weights: Mapping[str, float], statistics: TermStatistics) -> list[float]:
    """The score of each of `texts`, terms separated by white space: BM25 of all terms, each part times its weight.

    Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009.
    """
    import numpy as np

    mean = statistics.terms / statistics.chunks if statistics.chunks else 1.0
    factors = np.array(
        [w * _rarity(statistics.holding(term), statistics.chunks) for term, w in weights.items()]
    )
    words = pc.utf8_split_whitespace(texts)
    columns = (
        pc.index_in(words.flatten(), value_set=pa.array(weights, pa.string()))
        .fill_null(-1)
        .to_numpy()
    )
    lengths = pc.list_value_length(words).to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(words)), lengths)
    known = columns >= 0
    cells = np.bincount(
        rows[known] * len(factors) + columns[known], minlength=len(words) * len(factors)
    )
    counts = cells.reshape(len(words), len(factors))
    norms = K1 * (1 - B + B * lengths / mean)
    scores: list[float] = (
        (counts * (K1 + 1) / (counts + norms[:, None]) * factors).sum(axis=1).tolist()
    )
    return scores


def _rarity(holding: int, chunks: int) -> float:
    return math.log(1 + (chunks - min(holding, chunks) + 0.5) / (min(holding, chunks) + 0.5))
