"""Ranked candidates, and the one signature of all rankers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from indexer import FoundSymbol

from ..query import Question
from ..search import Candidate, Candidates


@dataclass(slots=True)
class Ranked:
    """A candidate with its score."""

    candidate: Candidate
    symbol: FoundSymbol | None  # names the hit
    parts: dict[str, float] = field(default_factory=dict)  # signal → its share; they add up
    windows: list[tuple[int, int]] = field(default_factory=list)  # matching lines, best first

    @property
    def score(self) -> float:
        """The sum of the parts."""
        return sum(self.parts.values())

    @property
    def kind(self) -> str:
        """The symbol's kind, or `text`."""
        return self.symbol.symbol.kind if self.symbol is not None else "text"


class Ranker(Protocol):
    """Orders the candidates for one kind of question."""

    def rank(self, question: Question, candidates: Candidates) -> list[Ranked]:
        """Return the ranked candidates, best first, windows of one symbol merged."""


def merge_windows(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Return one hit for all windows of a symbol, at the rank of the best."""
    merged: dict[tuple[str, int], Ranked] = {}
    for hit in ranked:
        chunk = hit.candidate.chunk
        index = hit.symbol.index if hit.symbol is not None else -chunk.start_line - 1
        first = merged.setdefault((chunk.path, index), hit)
        if first is not hit:
            first.windows += hit.windows
    return list(merged.values())
