"""A plan as a person reads and changes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

FIELD = re.compile(r"^(Files|Tests|Risks): *(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, where, and how it will be shown to work."""

    text: str
    files: tuple[str, ...]
    tests: str  # a command; "" for none


def written(steps: Sequence[str], files: Sequence[str], tests: str, risks: str) -> Plan:
    """The plan that the model gave."""
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))
    text = f"{numbered}\nFiles: {', '.join(files) or 'none'}\nTests: {tests}" + (
        f"\nRisks: {risks}" if risks else ""
    )
    return Plan(text, tuple(files), tests.strip())


def read(text: str) -> Plan:
    """A plan that a person changed: its lines `Files:` and `Tests:` count, all else is for the model."""
    fields = dict(FIELD.findall(text))
    files = tuple(
        name.strip()
        for name in fields.get("Files", "").split(",")
        if name.strip() not in ("", "none")
    )
    return Plan(text, files, fields.get("Tests", "").strip())
