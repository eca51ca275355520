"""Results on stdout, everything else on stderr; exit codes."""

from __future__ import annotations

import json
import sys
from typing import Any

import typer

NOTHING_FOUND, FAILED = 1, 2
INTERRUPTED = 130  # as a shell gives it


class ReaderGone(Exception):
    """Nobody reads stdout any more. Not an OSError, which would count as a failure."""


def say(text: str = "") -> None:
    """Print one or several lines of the result."""
    try:
        sys.stdout.write(text + "\n")
    except BrokenPipeError as error:
        raise ReaderGone from error


def say_json(value: Any) -> None:
    """Print one result as one line."""
    say(json.dumps(value, ensure_ascii=False))


def flush_output() -> None:
    """Flush stdout: somebody may wait for this line before the next question."""
    try:
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error


def warn(text: str) -> None:
    """Print one line for a person."""
    print(f"clew: {text}", file=sys.stderr, flush=True)


def finish(has_results: bool) -> None:
    """Warn if there are no results, and exit with the code for that."""
    if not has_results:
        warn("nothing found")
        raise typer.Exit(NOTHING_FOUND)


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
