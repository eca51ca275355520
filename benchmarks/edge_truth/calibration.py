"""Turn counts of right and wrong calls into confidences by language and rule.

`indexer/resolve/confidence.py` reads the table. The confidence of a rule in a language is its
measured precision, smoothed towards the rule's prior by PRIOR_WEIGHT additional edges with the
prior's share of right ones. Compilers cannot resolve untyped code, so some edges counted as wrong
are right: the figures are low rather than high, most of all for `unique`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from indexer import CONFIDENCE

TABLE = Path(__file__).resolve().parents[2] / "indexer" / "resolve" / "confidence.json"
PRIOR_WEIGHT = 20  # edges: fewer edges say little about a rule
LEAST_EDGES = 10  # below, a rule keeps its prior

Counts = Mapping[str, Mapping[str, list[int]]]
"""language → rule → [edges, of them right]."""


def table(results: Iterable[Counts]) -> dict[str, dict[str, dict[str, float]]]:
    """Return language → rule → {edges, right, confidence} over all repositories, in order."""
    return {
        language: {
            rule: {
                "edges": edges,
                "right": right,
                "confidence": smooth(edges, right, CONFIDENCE[rule]),
            }
            for rule, (edges, right) in sorted(rules.items())
            if edges >= LEAST_EDGES and rule in CONFIDENCE
        }
        for language, rules in sorted(add_counts(results).items())
    }


def add_counts(results: Iterable[Counts]) -> dict[str, dict[str, list[int]]]:
    """Return the sums of counts over all repositories."""
    sums: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    tables = (item for counts in results for item in counts.items())
    for language, rules in tables:
        for rule, (edges, right) in rules.items():
            sums[language][rule][0] += edges
            sums[language][rule][1] += right
    return sums


def smooth(edges: int, right: int, prior: float) -> float:
    """Return the precision with PRIOR_WEIGHT edges of the prior's precision added."""
    return round((right + PRIOR_WEIGHT * prior) / (edges + PRIOR_WEIGHT), 3)


def calibrate(results: Iterable[Counts], path: Path = TABLE) -> None:
    """Update the table in `path`. Languages and rules without a new measurement keep their rows."""
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for language, rules in table(results).items():
        known[language] = dict(sorted((known.get(language, {}) | rules).items()))
    path.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n", "utf-8")
