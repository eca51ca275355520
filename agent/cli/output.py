"""Results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from typing import Any


class ReaderGone(Exception):
    """Whoever read our output has seen enough. Not an OSError: those would be taken for a failure on the way here."""


def say(text: str = "") -> None:
    """One line, or several, of the result."""
    try:
        sys.stdout.write(text + "\n")
    except BrokenPipeError as error:
        raise ReaderGone from error


def say_json(value: Any) -> None:
    """One result as one line."""
    say(json.dumps(value, ensure_ascii=False))


def finish_line() -> None:
    """Hand on what was said so far: someone may be waiting for this line before the next question."""
    try:
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error


def warn(text: str) -> None:
    """One line for a person."""
    print(f"clew: {text}", file=sys.stderr, flush=True)


def amount(count: int, unit: str) -> str:
    """`1 file`, `1,204 files`."""
    return f"{count:,} {unit}" if count == 1 else f"{count:,} {unit}s"


def size(count: float) -> str:
    """`812 B`, `12.3 MB`."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
