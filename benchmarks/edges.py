"""Call edges against a compiler's: `python -m benchmarks.edges --repo DIR --truth FILE.jsonl [--json]`.

A line of the truth is an edge: `src_path`, `src`, `dst_path`, `dst`, the names being qualified (`Class.method`), `<module>`
for code outside functions. Counted are the edges whose two ends lie in the repository and whose caller is no test: compilers
miss calls through fixtures, which have no types. A class body or a variable calls on behalf of its module, as in the truth.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from indexer import Snapshot, Store, build_index, load_encoder, open_revision, open_worktree
from retrieval import Searcher

from .sites import plain

MODULE = "<module>"
CALLERS = frozenset({"function", "method"})
CALLS = frozenset({"call", "decorator"})  # `how` of the truth's rows; a decorator is called
SHOWN = 10  # edges of each kind of disagreement that are printed

Call = tuple[str, str, str, str]
"""src_path, src, dst_path, dst."""


@dataclass(frozen=True, slots=True)
class Figure:
    """How many edges a rule made, and how many of them the truth has too."""

    rule: str
    edges: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.edges if self.edges else 1.0


def true_calls(lines: Iterable[str]) -> set[Call]:
    """The calls of a truth file whose callers are no tests."""
    rows = [json.loads(line) for line in lines if line.strip()]
    calls = [row for row in rows if row.get("how", "call") in CALLS and not is_test(row["src_path"])]
    return {(r["src_path"], r["src"], r["dst_path"], r["dst"]) for r in calls}


def documents(lines: Iterable[str]) -> frozenset[str]:
    """The files that a truth says it covers; empty where it does not say."""
    rows = [json.loads(line) for line in lines if line.strip()]
    return frozenset(row["src_path"] for row in rows if row.get("how") == "document")


def within(found: dict[Call, str], covered: frozenset[str]) -> dict[Call, str]:
    """The calls whose two ends lie in files that the truth covers."""
    if not covered:
        return found
    return {call: rule for call, rule in found.items() if call[0] in covered and call[2] in covered}


def found_calls(searcher: Searcher) -> dict[Call, str]:
    """The calls of an index whose callers are no tests, each with its rule."""
    kinds = {found.id: found.symbol.kind for found in searcher.snapshot.symbols_in(list(searcher.snapshot.entries))}
    found: dict[Call, str] = {}
    for edge in searcher.graph.edges():
        if edge["kind"] == "calls" and not is_test(edge["path"]) and "::" in edge["dst"]:
            src_path, src = named(edge["src"])
            dst_path, dst = named(edge["dst"])
            src = src if kinds.get(edge["src"]) in CALLERS else MODULE
            found.setdefault((src_path, src, dst_path, dst), edge["rule"])
    return found


def named(symbol: str) -> tuple[str, str]:
    """An id as path and qualified name; of equal names (`f#2`) the truth knows one."""
    path, _, name = symbol.partition("::")
    return path, plain(name)


def is_test(path: str) -> bool:
    """Whether a caller in this file is left out."""
    return any(part.startswith(("test", "conftest")) for part in path.split("/"))


def compare(truth: set[Call], found: dict[Call, str]) -> dict[str, Any]:
    """Precision and recall, over all rules and for each."""
    by_rule: dict[str, list[bool]] = defaultdict(list)
    for call, rule in sorted(found.items()):
        by_rule[rule].append(call in truth)
    figures = [Figure(rule, len(right), sum(right)) for rule, right in sorted(by_rule.items())]
    right = sum(figure.right for figure in figures)
    return {
        "truth": len(truth),
        "edges": len(found),
        "precision": right / len(found) if found else 1.0,
        "recall": right / len(truth) if truth else 1.0,
        "rules": [asdict(figure) | {"precision": figure.precision} for figure in figures],
        "wrong": sorted(set(found) - truth),
        "missed": sorted(truth - set(found)),
    }


def index(repository: Path, store: str) -> Searcher:
    """Index a work tree, or the head of a bare repository, without an encoder."""
    source = open_revision(repository) if (repository / "HEAD").is_file() else open_worktree(repository)
    build_index(source, Store(store), load_encoder("none"), encoder_spec="none")
    return Searcher(Snapshot.open(store))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.edges", description=__doc__)
    parser.add_argument("--repo", type=Path, required=True, help="a work tree or a bare repository")
    parser.add_argument("--truth", type=Path, required=True, help="JSON lines")
    parser.add_argument("--json", action="store_true", help="one object, with every edge that disagrees")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = found_calls(index(arguments.repo, folder))
    lines = arguments.truth.read_text("utf-8").splitlines()
    result = compare(true_calls(lines), within(found, documents(lines)))
    if arguments.json:
        print(json.dumps(result))
        return
    print(
        f"calls: precision {result['precision']:.3f}, recall {result['recall']:.3f} ({result['edges']} against {result['truth']})"
    )
    for rule in result["rules"]:
        print(f"  {rule['rule']:<8} {rule['edges']:>5} edges, precision {rule['precision']:.3f}")
    for kind in ("wrong", "missed"):
        for src_path, src, dst_path, dst in result[kind][:SHOWN]:
            print(f"  {kind}: {src_path}::{src} → {dst_path}::{dst}", file=sys.stderr)


if __name__ == "__main__":
    main()
