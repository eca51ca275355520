"""Candidates of all searches in one list, each with its scores brought to 0 … 1.

The method is relative-score fusion: each list is scaled between its own ends and the parts are added with a weight
each (Bruch et al., An Analysis of Fusion Functions for Hybrid Retrieval, 2023, find it better than ranks alone). It
keeps what reciprocal ranks throw away, how far the first is ahead, and lets a weak encoder have a small weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer import FoundChunk


@dataclass(slots=True)
class Candidate:
    """A chunk that may answer, with the scores of the searches that found it."""

    chunk: FoundChunk
    lexical: float = 0.0  # BM25 as a share of the best
    dense: float = 0.0  # cosine between that of the last chunk found and that of the best
    anchor: float = 0.0  # how surely the question names it

    @property
    def promise(self) -> float:
        """A first, generous guess at the score, from what is known without reading symbols."""
        return self.lexical + self.dense / 2 + self.anchor


def fuse(
    lexical: Sequence[FoundChunk],
    dense: Sequence[FoundChunk],
    anchored: Iterable[tuple[FoundChunk, float]],
) -> list[Candidate]:
    """One candidate for each chunk, by path and line."""
    found: dict[int, Candidate] = {}

    def candidate(chunk: FoundChunk) -> Candidate:
        return found.setdefault(chunk.row, Candidate(chunk))

    best = lexical[0].score if lexical else 1.0
    for chunk in lexical:
        candidate(chunk).lexical = chunk.score / best if best > 0 else 0.0
    if dense:
        floor, top = dense[-1].score, dense[0].score
        for chunk in dense:
            candidate(chunk).dense = (chunk.score - floor) / (top - floor) if top > floor else 1.0
    for chunk, strength in anchored:
        each = candidate(chunk)
        each.anchor = max(each.anchor, strength)
    return sorted(found.values(), key=lambda c: (c.chunk.path, c.chunk.start_line, c.chunk.row))
