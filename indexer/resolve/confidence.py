"""The rules for edges, and the confidence in each."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

CONFIDENCE = {
    "scip": 0.99,  # a compiler says so, in a merged index
    "local": 0.98,  # defined in the same file, visible from there
    "import": 0.97,  # imported by name, through any re-exports
    "member": 0.95,  # of the class around, or of its bases
    "typed": 0.92,  # of a receiver with an annotation, or with a known constructor
    "package": 0.92,  # another file of the same package
    "star": 0.9,  # through an import of everything
    "include": 0.9,  # of several definitions of a name the included one
    "global": 0.85,  # the one definition of a name that is visible program-wide
    "nearest": 0.6,  # of several such definitions the one in the nearest folder
    "unique": 0.6,  # unknown receiver: the only type of the repository with a method of this name
}
"""Share of right edges of a rule, as judged, for languages without a measurement; in the order of
trust.
"""


@cache
def confidence(rule: str, language: str) -> float:
    """Return the share of right edges of `rule` in `language`: as measured by `benchmarks.edges
    --calibrate`, else judged.
    """
    measured = _measured().get(language, {}).get(rule)
    return measured["confidence"] if measured else CONFIDENCE[rule]


@cache
def _measured() -> dict[str, dict[str, dict[str, float]]]:
    """language → rule → {edges, right, confidence}."""
    file = resources.files(__package__).joinpath("confidence.json")
    table: dict[str, dict[str, dict[str, float]]] = json.loads(file.read_text("utf-8"))
    return table
