"""The records that the online side hands out: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in the code that answers a question."""

    rank: int  # 1 is best
    path: str
    symbol: str  # qualified name; "" where the place belongs to no symbol
    kind: str  # the symbol's kind, `text` for lines outside any symbol, `file` for a path without facts
    start_line: int  # 1-based, inclusive; 0 for a file that is known by its path only
    end_line: int  # 1-based, inclusive
    score: float  # comparable within one answer only
    why: tuple[
        tuple[str, float], ...
    ]  # (signal, what it added to the score), largest first; they add up to the score
    stale: bool  # the file on disk is no longer the one that was indexed

    def to_json(self) -> dict[str, Any]:
        """The hit as the command line prints it."""
        return {
            "rank": self.rank, "path": self.path, "symbol": self.symbol, "kind": self.kind,
            "start_line": self.start_line, "end_line": self.end_line, "score": self.score,
            "why": dict(self.why), "stale": self.stale,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What a hit must be, whatever its score; an empty field asks for nothing."""

    language: str = ""  # a name of `indexer.LANGUAGES`, or "text"
    path: str = ""  # a glob over the whole path, `*` crossing slashes; a folder stands for all that is in it
    kind: str = ""  # as in Hit


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of one file as a pack shows them."""

    path: str
    start_line: int  # 1-based, inclusive
    end_line: int  # 1-based, inclusive
    symbol: str  # the qualified names of what it shows, comma separated; "" for lines outside any symbol
    resolution: str  # body | slice | skeleton | signature | name
    text: str  # whole lines of the indexed file; lines left out of the run are marked by one `⋮` line; "" at `name`


@dataclass(frozen=True, slots=True)
class Pack:
    """Evidence for a question within a budget of tokens."""

    question: str
    pieces: tuple[Piece, ...]  # by file in order of their best hit, then by line
    text: str  # the pieces as they go into a prompt
    tokens: int  # of `text`, by the counter; never above `budget`
    budget: int
    generation: int  # of the index that it was made from
    left_out: tuple[str, ...]  # `path::symbol` of hits that found no room, best first
    stale: tuple[str, ...]  # paths whose file has changed since; the text shown is the indexed one

    def to_json(self) -> dict[str, Any]:
        """The pack as the command line prints it."""
        pieces = [
            {
                "path": p.path, "start_line": p.start_line, "end_line": p.end_line, "symbol": p.symbol,
                "resolution": p.resolution, "text": p.text,
            }
            for p in self.pieces
        ]  # fmt: skip
        return {
            "question": self.question, "generation": self.generation, "budget": self.budget, "tokens": self.tokens,
            "pieces": pieces, "left_out": list(self.left_out), "stale": list(self.stale), "text": self.text,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Related:
    """A symbol or file that stands in a relation to the one that was asked for."""

    id: str  # `path::Qual.name`, or a path for code outside any symbol
    path: str
    symbol: str  # qualified name, or ""
    kind: str  # the symbol's kind, or `file`
    start_line: int  # where it is defined; 1 for a file
    end_line: int
    depth: int  # steps from the symbol that was asked for, from 1
    via: str  # the symbol one step nearer
    relation: str  # the edge's kind
    rule: str
    confidence: float
    line: int  # where the reference stands, in the file of the edge's source

    def to_json(self) -> dict[str, Any]:
        """All fields by name."""
        return {name: getattr(self, name) for name in self.__slots__}
