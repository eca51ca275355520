"""The rules by which `resolve` makes edges, and how far each can be trusted."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

CONFIDENCE = {
    "scip": 0.99,  # a compiler says so, in an index that was merged
    "local": 0.98,  # defined in the same file, visible from there
    "import": 0.97,  # an import names it, through any re-exports
    "member": 0.95,  # of the class around, or of its bases
    "typed": 0.92,  # of a receiver whose type is annotated, or seen where it is made
    "package": 0.92,  # another file of the same package
    "star": 0.9,  # through an import of everything
    "include": 0.9,  # of several definitions of a name the one that is included
    "global": 0.85,  # the one definition of a name that is visible program-wide
    "nearest": 0.6,  # of several such definitions the one in the nearest folder
    "unique": 0.6,  # the receiver is unknown, and only one type of the repository has a method of this name
}
"""How often a rule is right where nobody has measured it, in the order of trust: judged, not counted."""


@cache
def confidence(rule: str, language: str) -> float:
    """How often `rule` is right in `language`: as `benchmarks.edges --calibrate` has measured it, else as judged."""
    measured = _measured().get(language, {}).get(rule)
    return measured["confidence"] if measured else CONFIDENCE[rule]


@cache
def _measured() -> dict[str, dict[str, dict[str, float]]]:
    """language → rule → {edges, right, confidence}."""
    table = resources.files(__package__).joinpath("confidence.json")
    found: dict[str, dict[str, dict[str, float]]] = json.loads(table.read_text("utf-8"))
    return found
