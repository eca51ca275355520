"""Labelled short questions, and the worth of their answers: NDCG@10 and coverage of a pack."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval import Hit, Piece

CUTOFF = 10
SHOWN = frozenset(
    {"body", "slice", "skeleton"}
)  # resolutions with code, unlike a signature or a name


@dataclass(frozen=True, slots=True)
class Target:
    """A file with an answer to a question, or lines of it if the label names them."""

    path: str  # or the end of one: some labels begin at the indexed folder
    start_line: int  # 1-based, inclusive; 0 without lines
    end_line: int

    def met_by(self, place: Hit | Piece) -> bool:
        """Return True if `place` is in the file, and on one of the labelled lines if there are
        any."""
        if place.path != self.path and not place.path.endswith("/" + self.path):
            return False
        return not self.start_line or (
            place.start_line <= self.end_line and place.end_line >= self.start_line
        )


@dataclass(frozen=True, slots=True)
class Label:
    """A question about one repository with its answers."""

    at: int  # its place among them
    query: str
    category: str
    targets: tuple[Target, ...]  # relevant and secondary ones, of equal weight


def read_labels(path: Path) -> list[Label]:
    """Return the labelled questions of one repository."""
    rows = json.loads(path.read_text("utf-8"))
    return [
        Label(at, row["query"], row["category"], tuple(_targets(row)))
        for at, row in enumerate(rows)
    ]


def _targets(row: dict[str, Any]) -> list[Target]:
    items = [*row["relevant"], *row["secondary"]]
    return [
        Target(item, 0, 0)
        if isinstance(item, str)
        else Target(item["path"], item["start_line"], item["end_line"])
        for item in items
    ]


def ndcg(hits: Sequence[Hit], targets: Sequence[Target]) -> float:
    """Return NDCG@10 with a gain of 1 for each target, at the rank of its first hit."""
    ranks = [
        next((at for at, hit in enumerate(hits[:CUTOFF], 1) if target.met_by(hit)), 0)
        for target in targets
    ]
    gained = sum(1.0 / math.log2(rank + 1) for rank in ranks if rank)
    ideal = sum(1.0 / math.log2(rank + 1) for rank in range(1, min(len(targets), CUTOFF) + 1))
    return gained / ideal


def covers(pieces: Sequence[Piece], targets: Sequence[Target]) -> bool:
    """Return True if a pack shows code of one of the targets (on the labelled lines, if there are
    any) as a body, a slice or a skeleton. A signature or a name is only a pointer and does not
    count."""
    return any(
        target.met_by(piece) for piece in pieces if piece.resolution in SHOWN for target in targets
    )
