"""The seam for a judge of the order that is not ours: it sees the first hits, and says which answer best."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from indexer import FoundSymbol, Snapshot

from .weighted import Ranked

FIRST = 60  # hits that a judge is shown (LOG reranker)


@dataclass(frozen=True, slots=True)
class Passage:
    """A hit as a judge gets to see it."""

    path: str
    symbol: str  # qualified name; "" where the place belongs to no symbol
    kind: str  # the symbol's kind, or `text`
    start_line: int  # of `text`, 1-based
    signature: str  # on one line; may be empty
    doc: str  # the first line of the documentation; may be empty
    text: str  # the lines that matched best, whole, as they were indexed
    score: float  # before anybody else was asked


Order = Callable[[str, Sequence[Passage]], Sequence[int]]
"""The question and the first hits → their positions, from 0, best first. What it leaves out stays behind, in its order."""


def reordered(
    snapshot: Snapshot, question: str, ranked: Sequence[Ranked], order: Order
) -> list[Ranked]:
    """`ranked` with its first hits as `order` wants them.

    The scores stay where they are and the hits change places, so that scores fall from hit to hit as before and packs
    share their room as before; what a hit gained or lost by that is its part `rerank`.
    """
    first = list(ranked[:FIRST])
    if len(first) < 2:
        return list(ranked)
    chosen = positions(order(question, passages(snapshot, first)), len(first))
    scores = [each.score for each in first]
    moved = (
        _moved(first[at], score - scores[at]) for score, at in zip(scores, chosen, strict=True)
    )
    return [*moved, *ranked[FIRST:]]


def _moved(each: Ranked, gained: float) -> Ranked:
    return replace(each, parts={**each.parts, "rerank": gained}) if gained else each


def positions(wanted: Iterable[int], count: int) -> list[int]:
    """`wanted` as an order of `count` hits: each once, what is no position dropped, what is missing behind."""
    valid = dict.fromkeys(at for at in wanted if 0 <= at < count)
    return [*valid, *(at for at in range(count) if at not in valid)]


def passages(snapshot: Snapshot, ranked: Sequence[Ranked]) -> list[Passage]:
    """What a judge gets to see of `ranked`."""
    sources = snapshot.sources({each.candidate.chunk.path for each in ranked})
    lines = {path: text.split("\n") for path, text in sources.items()}
    return [_passage(each, lines.get(each.candidate.chunk.path, [])) for each in ranked]


def _passage(each: Ranked, lines: Sequence[str]) -> Passage:
    start, end = each.windows[0]
    text, path = "\n".join(lines[start - 1 : end]), each.candidate.chunk.path
    found: FoundSymbol | None = each.symbol
    if found is None:
        return Passage(path, "", "text", start, "", "", text, each.score)
    symbol = found.symbol
    doc = symbol.doc.strip().split("\n", 1)[0]
    return Passage(
        path, symbol.qualname, symbol.kind, start, symbol.signature, doc, text, each.score
    )
