"""Reranking: a reranker sees the first hits and puts them in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from indexer import Snapshot

from .ranked import Ranked

FIRST = 60  # hits shown to a reranker (LOG reranker)


@dataclass(frozen=True, slots=True)
class Passage:
    """A hit as a reranker sees it."""

    path: str
    symbol: str  # qualified name; "" for lines outside any symbol
    kind: str  # the symbol's kind, or `text`
    start_line: int  # of `text`, 1-based
    signature: str  # on one line; may be empty
    doc: str  # the first line of the documentation; may be empty
    text: str  # the best matching lines, whole, as they were indexed
    score: float  # before reranking


class Reranker(Protocol):
    """Any function of a question and its first hits."""

    def __call__(self, question: str, passages: Sequence[Passage]) -> Sequence[int]:
        """Return positions in `passages`, from 0, best first; missing ones follow in order."""


def rerank_hits(
    snapshot: Snapshot, question: str, ranked: Sequence[Ranked], reranker: Reranker
) -> list[Ranked]:
    """Return `ranked` with its first hits in the reranker's order.

    The hits change places and the scores stay, so that scores fall from hit to hit as before and
    packs share their room as before. A hit's gain or loss is its part `rerank`.
    """
    first = list(ranked[:FIRST])
    if len(first) < 2:
        return list(ranked)
    order = complete_order(reranker(question, passages(snapshot, first)), len(first))
    scores = [hit.score for hit in first]
    moved = (_move(first[at], score - scores[at]) for score, at in zip(scores, order, strict=True))
    return [*moved, *ranked[FIRST:]]


def _move(hit: Ranked, gain: float) -> Ranked:
    return replace(hit, parts={**hit.parts, "rerank": gain}) if gain else hit


def complete_order(positions: Iterable[int], count: int) -> list[int]:
    """Return `positions` as an order of `count` hits: each once, the missing ones last."""
    valid = dict.fromkeys(at for at in positions if 0 <= at < count)
    return [*valid, *(at for at in range(count) if at not in valid)]


def passages(snapshot: Snapshot, ranked: Sequence[Ranked]) -> list[Passage]:
    """Return the passages of `ranked`."""
    sources = snapshot.sources({hit.candidate.chunk.path for hit in ranked})
    lines = {path: text.split("\n") for path, text in sources.items()}
    return [_passage(hit, lines.get(hit.candidate.chunk.path, [])) for hit in ranked]


def _passage(hit: Ranked, lines: Sequence[str]) -> Passage:
    start, end = hit.windows[0]
    text, path = "\n".join(lines[start - 1 : end]), hit.candidate.chunk.path
    if hit.symbol is None:
        return Passage(path, "", hit.kind, start, "", "", text, hit.score)
    symbol = hit.symbol.symbol
    doc = symbol.doc.strip().split("\n", 1)[0]
    return Passage(
        path, symbol.qualname, symbol.kind, start, symbol.signature, doc, text, hit.score
    )
