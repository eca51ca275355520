"""Weights of the signals, learned from the repository's own history. See `tune`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from indexer import Snapshot, data_folder, digest_code

from .ranked import Ranked

BASE = "base"  # the constant of all hits; it orders nothing and has no weight


@cache
def ranker_id() -> str:
    """Return a digest of the ranker's code and model; weights for another ranker are void."""
    package = Path(__file__).parent.parent
    rooms = [package / room for room in ("query", "search", "rank")]
    return digest_code([*rooms, data_folder("ranker") / "issue.json"])


def weights_for(snapshot: Snapshot) -> dict[str, float]:
    """Return signal → the weight learned for the view and this ranker; empty if none was."""
    tuning = snapshot.tuning
    return tuning.weights if tuning is not None and tuning.ranker == ranker_id() else {}


def apply_weights(ranked: Sequence[Ranked], weights: Mapping[str, float]) -> list[Ranked]:
    """Return `ranked` in the order of the weighted signals; a signal without a weight counts 1.

    Equal hits keep their order, and no score is below 0. Changes the parts of the hits.
    """
    if not weights or not ranked:
        return list(ranked)
    for hit in ranked:
        hit.parts = {
            signal: value * weights.get(signal, 1.0) for signal, value in hit.parts.items()
        }
    lowest = min(hit.score for hit in ranked)
    if lowest < 0:
        for hit in ranked:
            hit.parts[BASE] = hit.parts.get(BASE, 0.0) - lowest
    return sorted(ranked, key=lambda hit: -round(hit.score, 9))
