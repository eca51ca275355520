"""Measure the callers of equally named definitions: the right one must be called.

    python -m benchmarks.equal_names --repo DIR --truth FILE.jsonl [--least N] [--json] [NAME …]

For each name, all its definitions with callers are compared: precision, recall and F1 of their
callers in the index, against the truth of `benchmarks.edges`. Without names, the names with the
most definitions are measured.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from pathlib import Path, PurePosixPath

from .edges import Call, index, indexed_calls, true_calls

NAMES = 12  # names measured by default

Definition = tuple[str, str]
"""path, qualified name."""


def callers_of(calls: set[Call]) -> dict[Definition, set[Definition]]:
    """Return the callers of each definition."""
    callers: dict[Definition, set[Definition]] = defaultdict(set)
    for src_path, src, dst_path, dst in calls:
        callers[dst_path, dst].add((src_path, src))
    return callers


def most_defined(definitions: set[Definition], least: int) -> list[str]:
    """Return the names with at least `least` definitions, the most frequent first."""
    counts: dict[str, int] = defaultdict(int)
    for _, qualname in definitions:
        counts[qualname.rpartition(".")[2]] += 1
    return sorted(
        (name for name in counts if counts[name] >= least), key=lambda name: (-counts[name], name)
    )[:NAMES]


def in_language(calls: set[Call], truth: set[Call]) -> set[Call]:
    """Return the calls of callees in the truth's languages. The truth knows nothing of others, such
    as the scripts of a page."""
    known = {PurePosixPath(path).suffix for _, _, path, _ in truth}
    return {call for call in calls if PurePosixPath(call[2]).suffix in known}


def measure(truth: set[Call], indexed: set[Call], names: list[str]) -> list[dict[str, object]]:
    """Return a row for each name: its definitions, true calls, found calls, precision, recall and
    F1."""
    true, ours = callers_of(truth), callers_of(indexed)
    rows: list[dict[str, object]] = []
    for name in names:
        definitions = sorted(d for d in set(true) | set(ours) if d[1].rpartition(".")[2] == name)
        right = sum(len(true[d] & ours[d]) for d in definitions)
        edge_count, call_count = (
            sum(len(ours[d]) for d in definitions),
            sum(len(true[d]) for d in definitions),
        )
        rows.append({
            "name": name, "definitions": len(definitions), "calls": call_count, "told": edge_count,
            "precision": right / edge_count if edge_count else 1.0, "recall": right / call_count
            if call_count else 1.0,
            "f1": 2 * right / (edge_count + call_count) if edge_count + call_count else 1.0,
        })  # fmt: skip
    return rows


def main() -> None:
    """Print a row for each name."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.equal_names", description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--repo", type=Path, required=True, help="a work tree or a bare repository")
    parser.add_argument("--truth", type=Path, required=True, help="JSON lines")
    parser.add_argument("--least", type=int, default=5, help="definitions of a name")
    parser.add_argument("--json", action="store_true", help="a row for each name")
    arguments = parser.parse_args()
    truth = true_calls(arguments.truth.read_text("utf-8").splitlines())
    with tempfile.TemporaryDirectory() as folder:
        calls = in_language(set(indexed_calls(index(arguments.repo, folder))), truth)
    names = arguments.names or most_defined(
        {(path, dst) for _, _, path, dst in truth}, arguments.least
    )
    for row in measure(truth, calls, names):
        if arguments.json:
            print(json.dumps(row))
        else:
            print(
                f"{row['name']:<24} {row['definitions']:>3} definitions, {row['calls']:>4} calls:"
                f" precision {row['precision']:.3f}, recall {row['recall']:.3f}, F1 {row['f1']:.3f}"
            )


if __name__ == "__main__":
    main()
