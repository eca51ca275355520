"""Search results besides symbols: chunks and edges."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A chunk of the view, with its score in a search, or 0."""

    row: int  # the chunk's id within one snapshot
    path: str
    file_id: int
    symbol: int  # position of its symbol in `symbols_in(path)`, or -1
    start_line: int
    end_line: int
    score: float


@dataclass(frozen=True, slots=True)
class FoundEdge:
    """An edge of the view, between uids of symbols or files."""

    src: int
    dst: int
    kind: str
    rule: str
    confidence: float
    line: int  # of the reference, in the file of `src`
