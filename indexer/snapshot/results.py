"""What a snapshot finds beside symbols."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A chunk of the view, with the score of the search that found it (0 where none did)."""

    row: int  # identifies the chunk within this snapshot
    path: str
    file_id: int
    symbol: int  # position of its symbol among `symbols_in(path)`, or -1
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
    line: int  # where the reference stands in the file of `src`
