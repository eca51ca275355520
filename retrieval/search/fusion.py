"""The results of all searches in one list, their scores scaled to 0 … 1.

The method is relative-score fusion: each list is scaled between its own ends, and the parts are
added with a weight each. Bruch et al., An Analysis of Fusion Functions for Hybrid Retrieval, 2023,
find it better than ranks alone. Unlike reciprocal ranks, it keeps the lead of the first result, and
a weak encoder can have a small weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer import FoundChunk


@dataclass(slots=True)
class Candidate:
    """A chunk with the scores of the searches."""

    chunk: FoundChunk
    lexical: float = 0.0  # BM25 as a share of the best
    dense: float = 0.0  # cosine, scaled between the last result and the best
    mention: float = 0.0  # confidence that the question names it

    @property
    def estimate(self) -> float:
        """A first, generous estimate of the score, made without reading symbols."""
        return self.lexical + self.dense / 2 + self.mention


def fuse(
    lexical: Sequence[FoundChunk],
    dense: Sequence[FoundChunk],
    mentioned: Iterable[tuple[FoundChunk, float]],
) -> list[Candidate]:
    """Return one candidate for each chunk, by path and line."""
    by_row: dict[int, Candidate] = {}

    def candidate(chunk: FoundChunk) -> Candidate:
        return by_row.setdefault(chunk.row, Candidate(chunk))

    best = lexical[0].score if lexical else 1.0
    for chunk in lexical:
        candidate(chunk).lexical = chunk.score / best if best > 0 else 0.0
    if dense:
        floor, top = dense[-1].score, dense[0].score
        for chunk in dense:
            candidate(chunk).dense = (chunk.score - floor) / (top - floor) if top > floor else 1.0
    for chunk, confidence in mentioned:
        match = candidate(chunk)
        match.mention = max(match.mention, confidence)
    return sorted(by_row.values(), key=lambda c: (c.chunk.path, c.chunk.start_line, c.chunk.row))
