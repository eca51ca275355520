"""How many of a view's chunks hold a term: what BM25 weighs terms by.

The full-text index counts what it holds: other views' chunks, and those of versions that have gone. So the index finds
candidates and these numbers score them, alike after any history. They are kept as a count-min sketch (Cormode and
Muthukrishnan, An Improved Data Stream Summary, 2005), which is of one size, may count a term too high but never too low,
and is linear: a build adds the counts of the files that came and subtracts those of the files that went.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from .records import key64

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROWS, BITS = 2, 19
"""The sketch's shape. At 700,000 terms, those of a million chunks, one rare term in ten thousand shares both buckets
with a frequent one."""
K1, B = 1.2, 0.75  # of BM25, as Lance has them
PIECE = 8_192  # chunks that are counted at a time: some 10 MB of text


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

        wanted = np.array(_places(term))
        at = np.minimum(np.searchsorted(self.buckets, wanted), max(len(self.buckets) - 1, 0))
        found = (
            [int(self.counts[i]) if self.buckets[i] == place else 0 for i, place in zip(at, wanted, strict=True)]
            if len(self.buckets)
            else [0]
        )
        return min(found)

    def to_row(self, view: str) -> tuple[Any, ...]:
        """As the table `statistics` holds it."""
        return (view, self.chunks, self.terms, self.buckets.tolist(), self.counts.tolist())


def summed(parts: Iterable[TermStatistics], subtracted: Iterable[TermStatistics] = ()) -> TermStatistics:
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


def counted(pieces: Iterable[pa.Array]) -> TermStatistics:
    """The statistics of chunks, given the terms of each, separated by white space; about PIECE of them at a time."""
    return summed(map(_counted, pieces))


def _counted(terms: pa.Array) -> TermStatistics:
    import numpy as np

    lists = pc.ascii_split_whitespace(terms)
    rows = np.repeat(np.arange(len(lists)), pc.list_value_length(lists).to_numpy(zero_copy_only=False))
    written = pc.dictionary_encode(lists.flatten())
    words = written.dictionary.to_pylist()
    codes = written.indices.to_numpy(zero_copy_only=False)
    real = np.array([bool(word) for word in words], dtype=bool)[codes] if words else np.zeros(0, bool)
    keys = pc.unique(pa.array(rows[real] * len(words) + codes[real])).to_numpy(zero_copy_only=False)
    holding = np.bincount(keys % len(words), minlength=len(words)) if words else np.zeros(0, np.int64)
    total = np.zeros(ROWS << BITS, np.int64)
    places = np.array([_places(word) for word in words], dtype=np.int64).reshape(-1, ROWS)
    for row in range(ROWS):
        np.add.at(total, places[:, row], holding)
    buckets = np.flatnonzero(total)
    return TermStatistics(len(terms), int(real.sum()), buckets, total[buckets])


def _places(term: str) -> list[int]:
    """The term's bucket in each row of the sketch."""
    key = key64(term)
    return [(row << BITS) + (key >> row * BITS) % (1 << BITS) for row in range(ROWS)]


def bm25(texts: pa.ChunkedArray, weights: Mapping[str, float], statistics: TermStatistics) -> list[float]:
    """The score of each of `texts`, terms separated by white space: BM25 of all terms, each part times its weight.

    Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009.
    """
    import numpy as np

    mean = statistics.terms / statistics.chunks if statistics.chunks else 1.0
    factors = np.array([w * _rarity(statistics.holding(term), statistics.chunks) for term, w in weights.items()])
    words = pc.utf8_split_whitespace(texts.combine_chunks())
    columns = pc.index_in(words.flatten(), value_set=pa.array(weights, pa.string())).fill_null(-1).to_numpy()
    lengths = pc.list_value_length(words).to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(words)), lengths)
    known = columns >= 0
    cells = np.bincount(rows[known] * len(factors) + columns[known], minlength=len(words) * len(factors))
    counts = cells.reshape(len(words), len(factors))
    norms = K1 * (1 - B + B * lengths / mean)
    scores: list[float] = (counts * (K1 + 1) / (counts + norms[:, None]) * factors).sum(axis=1).tolist()
    return scores


def _rarity(holding: int, chunks: int) -> float:
    return math.log(1 + (chunks - min(holding, chunks) + 0.5) / (min(holding, chunks) + 0.5))
