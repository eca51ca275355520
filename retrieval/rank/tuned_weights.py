"""Weights that a repository's own history taught, put to what the ranker said. See `tuning`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from indexer import Snapshot, data_folder, digest_code

from .weighted import Ranked

BASE = "base"  # what all places have in common; it orders nothing and has no weight


@cache
def ranker_id() -> str:
    """Return a digest of the ranker's code and model; weights for another one's signals are void."""
    return digest_code([Path(__file__).parent, data_folder("ranker") / "issue.json"])


def weights_for(snapshot: Snapshot) -> dict[str, float]:
    """Those that the commits before a view taught for this ranker; none where nothing was learned."""
    found = snapshot.tuning
    return found.weights if found is not None and found.ranker == ranker_id() else {}


def reweighted(ranked: Sequence[Ranked], weights: Mapping[str, float]) -> list[Ranked]:
    """`ranked` in the order in which it stands once each signal counts as often as its weight says (1 where it has none).
    Equal ones keep their order, and no score is below 0."""
    if not weights or not ranked:
        return list(ranked)
    for each in ranked:
        each.parts = {
            signal: value * weights.get(signal, 1.0) for signal, value in each.parts.items()
        }
    lowest = min(each.score for each in ranked)
    if lowest < 0:
        for each in ranked:
            each.parts[BASE] = each.parts.get(BASE, 0.0) - lowest
    return sorted(ranked, key=lambda each: -round(each.score, 9))
