"""Tell real differences between two results from noise.

    python -m benchmarks.compare OURS.json THEIRS.json

A paired bootstrap over the questions of both. Prints each figure of both, their difference with its
95 % interval, and `noise` if the interval contains 0. The exit code is 1 if every difference is
noise, and 2 if the results are about different questions.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .report.bootstrap import difference
from .report.results import Result, read_result


def compare(ours: Result, theirs: Result) -> list[str]:
    """Return a line for each common figure. Raise ValueError if the questions differ."""
    if (ours.benchmark, ours.data) != (theirs.benchmark, theirs.data):
        raise ValueError("the two results are about different data")
    lines = []
    for name in ours.values:
        if name in theirs.values:
            delta = difference(ours.values[name], theirs.values[name], ours.weights)
            mine, other = ours.figures[name].value, theirs.figures[name].value
            verdict = "noise" if delta.is_noise() else "better" if delta.value > 0 else "worse"
            spread = f"{delta.value:+.3f} ({delta.low:+.3f} to {delta.high:+.3f})"
            lines.append(f"{name:14} {mine:.3f} {other:.3f}  {spread}  {verdict}")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare two results and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare", description="Paired differences."
    )
    parser.add_argument("ours", type=Path)
    parser.add_argument("theirs", type=Path)
    options = parser.parse_args(arguments)
    try:
        lines = compare(read_result(options.ours), read_result(options.theirs))
    except (OSError, ValueError) as error:
        print(f"compare: {error}", file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 1 if all(line.endswith("noise") for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())
