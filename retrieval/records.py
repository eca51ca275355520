"""The records of answers: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Hit:
    """Lines of code that answer a question."""

    rank: int  # 1 is best
    path: str
    symbol: str  # qualified name; "" for lines outside any symbol
    kind: str  # the symbol's kind, `text` outside any symbol, `file` for a path without facts
    start_line: int  # 1-based, inclusive; 0 for a file known by its path only
    end_line: int  # 1-based, inclusive
    score: float  # comparable within one answer only
    why: tuple[tuple[str, float], ...]  # (signal, its share of the score), largest first
    stale: bool  # the file on disk has changed since it was indexed

    def to_json(self) -> dict[str, Any]:
        """Return the hit as the command line prints it."""
        return {
            "rank": self.rank, "path": self.path, "symbol": self.symbol, "kind": self.kind,
            "start_line": self.start_line, "end_line": self.end_line, "score": self.score,
            "why": dict(self.why), "stale": self.stale,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions on a hit; an empty field is none."""

    language: str = ""  # a name of `indexer.LANGUAGES`, or "text"
    path: str = ""  # a glob over the whole path, `*` crossing slashes; or a folder
    kind: str = ""  # as in Hit


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of one file in a pack."""

    path: str
    start_line: int  # 1-based, inclusive
    end_line: int  # 1-based, inclusive
    symbol: str  # qualified names, comma separated; "" for lines outside any symbol
    resolution: str  # body | slice | skeleton | signature | name
    text: str  # whole lines of the indexed file; "" at `name`

    def to_json(self) -> dict[str, Any]:
        """Return all fields by name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Pack:
    """Evidence for a question within a budget of tokens."""

    question: str
    pieces: tuple[Piece, ...]  # by file in order of their best hit, then by line
    text: str  # the pieces as part of a prompt
    tokens: int  # of `text`, by the counter; never above `budget`
    budget: int
    generation: int  # of the index
    left_out: tuple[str, ...]  # `path::symbol` of hits without room, best first
    stale: tuple[str, ...]  # paths of files changed since; the text is the indexed one

    def to_json(self) -> dict[str, Any]:
        """Return the pack as the command line prints it."""
        return {
            "question": self.question, "generation": self.generation, "budget": self.budget,
            "tokens": self.tokens, "pieces": [piece.to_json() for piece in self.pieces],
            "left_out": list(self.left_out), "stale": list(self.stale), "text": self.text,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Related:
    """A symbol or file reached from another one in the graph."""

    id: str  # `path::Qual.name`, or a path for code outside any symbol
    path: str
    symbol: str  # qualified name, or ""
    kind: str  # the symbol's kind, or `file`
    start_line: int  # of its definition; 1 for a file
    end_line: int
    depth: int  # steps from the start, from 1
    via: str  # the symbol one step before
    relation: str  # the edge's kind
    rule: str
    confidence: float
    line: int  # of the reference, in the file of the edge's source

    def to_json(self) -> dict[str, Any]:
        """Return all fields by name."""
        return {name: getattr(self, name) for name in self.__slots__}
