"""A plan in the form that a person reads and edits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

FIELD = re.compile(r"^(Files|Tests|Risks): *(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a change, its files, and the tests to verify it."""

    text: str
    files: tuple[str, ...]
    tests: str  # a command; "" for none


def format_plan(steps: Sequence[str], files: Sequence[str], tests: str, risks: str) -> Plan:
    """Return the model's plan as text with fields."""
    lines = [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
    lines += [f"Files: {', '.join(files) or 'none'}", f"Tests: {tests}"]
    lines += [f"Risks: {risks}"] if risks else []
    return Plan("\n".join(lines), tuple(files), tests.strip())


def parse_plan(text: str) -> Plan:
    """Return a plan edited by a person.

    Its lines `Files:` and `Tests:` are parsed; the other lines are for the model.
    """
    fields = dict(FIELD.findall(text))
    names = (name.strip() for name in fields.get("Files", "").split(","))
    files = tuple(name for name in names if name not in ("", "none"))
    return Plan(text, files, fields.get("Tests", "").strip())
