"""Write the tables of results from the files below `benchmarks/results`.

    python -m benchmarks.table [--results DIR] [--document FILE]

For each benchmark, set of data, system and encoder the newest result counts, by the time of its
commit; results of uncommitted programs do not. Prints the tables; with `--document` it puts them
between that file's lines `<!-- results -->` and `<!-- end of results -->`.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from . import latency
from .report.results import FOLDER, Result, read_result

BEGIN, END = "<!-- results -->", "<!-- end of results -->"
ORDER = ("search", "localize", "latency")


def newest(folder: Path) -> list[Result]:
    """Return the newest result of each kind below `folder`, systems in the order of their first
    figure."""
    results: dict[str, Result] = {}
    for path in sorted(folder.glob("*/*.json")):
        if path.parent.name.endswith("-dirty"):
            continue  # that program cannot be run again
        result = read_result(path)
        if result.name not in results or result.made["time"] >= results[result.name].made["time"]:
            results[result.name] = result
    return sorted(
        results.values(),
        key=lambda each: (ORDER.index(each.benchmark), each.data, -_first(each), each.name),
    )


def _first(result: Result) -> float:
    return next((estimate.value for estimate in result.figures.values()), 0.0)


def tables(results: Sequence[Result]) -> str:
    """Return a Markdown table for each benchmark and set of data."""
    grouped: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for each in results:
        grouped[each.benchmark, each.data].append(each)
    return "\n\n".join(_table(benchmark, data, rows) for (benchmark, data), rows in grouped.items())


def _table(benchmark: str, data: str, rows: Sequence[Result]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row.figures))
    about = ", ".join(
        f"{value} {unit}" for unit, value in rows[0].setup.items() if isinstance(value, int)
    )
    lines = [f"`benchmarks.{benchmark}` on {data}: {about}.", ""]
    if benchmark == "latency":
        return "\n".join([*lines, *(latency.table(row) for row in rows)])
    lines.append(f"| system, encoder | {' | '.join(names)} | commit |")
    lines.append("|---" * (len(names) + 2) + "|")
    for row in rows:
        cells = [_cell(row, name) for name in names]
        system = (
            f"{row.system}, {row.encoder}"
            if row.system.startswith(("clew", "dense"))
            else row.system
        )
        lines.append(f"| {system} | {' | '.join(cells)} | {row.made['commit'][:8]} |")
    return "\n".join(lines)


def _cell(row: Result, name: str) -> str:
    estimate = row.figures.get(name)
    if estimate is None:
        return "–"
    return (
        f"{_short(estimate.value)} ({_short(estimate.low)}–{_short(estimate.high)})"
        if name == next(iter(row.figures))
        else _short(estimate.value)
    )


def _short(share: float) -> str:
    return f"{share:.3f}".removeprefix("0")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables, or put them into a document."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.table", description="Tables of results."
    )
    parser.add_argument("--results", type=Path, default=FOLDER)
    parser.add_argument("--document", type=Path)
    options = parser.parse_args(arguments)
    text = tables(newest(options.results))
    if options.document is None:
        print(text)
        return 0
    before, begin, rest = options.document.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        print(f"{options.document} has no lines {BEGIN} and {END}", file=sys.stderr)
        return 2
    options.document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
