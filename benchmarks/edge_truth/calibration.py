"""Counts of right and wrong calls → the table of confidences by language and rule that
`indexer/rules.py` reads.

A rule's confidence in a language is its measured precision, smoothed towards the rule's prior as if
PRIOR_WEIGHT more edges had been seen of which the prior's share was right. Compilers do not see
through what has no types, so part of what counts as wrong here is right: the figures are low rather
than high, most of all for `unique`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from indexer import CONFIDENCE

TABLE = Path(__file__).resolve().parents[2] / "indexer" / "resolve" / "confidence.json"
PRIOR_WEIGHT = 20  # edges: a rule that was seen less often says little about itself
LEAST_EDGES = 10  # below, a rule keeps its prior

Counts = Mapping[str, Mapping[str, list[int]]]
"""language → rule → [edges, of them right]."""


def table(measured: Iterable[Counts]) -> dict[str, dict[str, dict[str, float]]]:
    """language → rule → {edges, right, confidence}, over all repositories, in order."""
    sums: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for counts in measured:
        for language, rules in counts.items():
            for rule, (edges, right) in rules.items():
                sums[language][rule][0] += edges
                sums[language][rule][1] += right
    return {
        language: {
            rule: {
                "edges": edges,
                "right": right,
                "confidence": smoothed(edges, right, CONFIDENCE[rule]),
            }
            for rule, (edges, right) in sorted(rules.items())
            if edges >= LEAST_EDGES and rule in CONFIDENCE
        }
        for language, rules in sorted(sums.items())
    }


def smoothed(edges: int, right: int, prior: float) -> float:
    """The precision with PRIOR_WEIGHT edges of the prior's added."""
    return round((right + PRIOR_WEIGHT * prior) / (edges + PRIOR_WEIGHT), 3)


def calibrate(measured: Iterable[Counts], path: Path = TABLE) -> None:
    """Write the table; languages and rules that were not measured now keep what the file said of
    them."""
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for language, rules in table(measured).items():
        known[language] = dict(sorted((known.get(language, {}) | rules).items()))
    path.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n", "utf-8")
