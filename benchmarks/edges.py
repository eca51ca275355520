"""Compare the edges of an index with a compiler's.

    python -m benchmarks.edges --repo DIR --truth FILE.jsonl [--json] [--calibrate]

`--repo` and `--truth` come in pairs, any number of them; `--calibrate` then writes the precision of
each rule in each language to the table of `indexer/resolve/confidence.py` (see `calibrate`).

A line of the truth is an edge: `src_path`, `src`, `dst_path`, `dst`, with qualified names
(`Class.method`) and `<module>` for code outside functions. An edge counts if both ends are in the
repository and the caller is no test: compilers miss calls through fixtures, since these have no
types. A class body or a variable calls on behalf of its module, as in the truth. Rows with `how`
inherit, import or reference are compared with edges of those kinds; variables count in calls only.
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

from indexer import (
    CALLABLES,
    Snapshot,
    Store,
    base_name,
    build_index,
    language_of,
    load_encoder,
    open_revision,
    open_worktree,
)
from retrieval import Searcher

from .edge_truth.calibration import calibrate
from .edge_truth.located_edges import IndexEdge, IndexSymbol, compare_located, describe, is_located

MODULE = "<module>"
CALLS = frozenset({"call", "decorator"})  # `how` of the truth's rows; a decorator is called
KINDS = {
    "inherit": "inherits",
    "import": "imports",
    "reference": "references",
}  # `how` → kind, besides calls
SHOWN = 10  # printed edges of each kind of disagreement

Call = tuple[str, str, str, str]
"""src_path, src, dst_path, dst."""


@dataclass(frozen=True, slots=True)
class RuleFigure:
    """The number of edges made by a rule, and of the true ones among them."""

    rule: str
    edges: int
    right: int

    @property
    def precision(self) -> float:
        """Return the share of true edges."""
        return self.right / self.edges if self.edges else 1.0


def true_calls(lines: Iterable[str]) -> set[Call]:
    """Return the calls of a truth file, without those from tests."""
    rows = [json.loads(line) for line in lines if line.strip()]
    calls = [
        row for row in rows if row.get("how", "call") in CALLS and not is_test(row["src_path"])
    ]
    return {(r["src_path"], r["src"], r["dst_path"], r["dst"]) for r in calls}


def true_relations(lines: Iterable[str]) -> dict[str, set[Call]]:
    """Return the edges of a truth file other than calls, by kind, without those from tests."""
    relations: dict[str, set[Call]] = defaultdict(set)
    for row in (json.loads(line) for line in lines if line.strip()):
        if (kind := KINDS.get(row.get("how", "call"))) and not is_test(row["src_path"]):
            relations[kind].add((row["src_path"], row["src"], row["dst_path"], row["dst"]))
    return dict(relations)


def indexed_relations(searcher: Searcher) -> dict[str, dict[Call, str]]:
    """Return the edges of an index other than calls: kind → edge → rule."""
    kinds = symbol_kinds(searcher)
    relations: dict[str, dict[Call, str]] = defaultdict(dict)
    for edge in searcher.graph.edges():
        if edge["kind"] not in KINDS.values() or is_test(edge["path"]):
            continue
        if kinds.get(edge["dst"], "variable") not in ("variable", "constant"):
            src_path, src = split_id(_caller(edge["src"], kinds))
            relation = (src_path, src or MODULE, *split_id(edge["dst"]))
            relations[edge["kind"]].setdefault(relation, edge["rule"])
    return relations


def symbol_kinds(searcher: Searcher) -> dict[str, str]:
    """Return the kind of each symbol by id."""
    snapshot = searcher.snapshot
    return {each.id: each.symbol.kind for each in snapshot.symbols_in(list(snapshot.entries))}


def _caller(symbol: str, kinds: dict[str, str]) -> str:
    """Return the innermost function around a symbol (or the symbol itself), else its file."""
    path, _, name = symbol.partition("::")
    while name and kinds.get(f"{path}::{name}") not in CALLABLES:
        name = name.rpartition(".")[0]
    return f"{path}::{name}"


def covered_files(lines: Iterable[str]) -> frozenset[str]:
    """Return the files covered by a truth; empty if it does not list them."""
    rows = [json.loads(line) for line in lines if line.strip()]
    return frozenset(row["src_path"] for row in rows if row.get("how") == "document")


def restrict(edges: dict[Call, str], covered: frozenset[str]) -> dict[Call, str]:
    """Return the calls with both ends in covered files."""
    if not covered:
        return edges
    return {call: rule for call, rule in edges.items() if call[0] in covered and call[2] in covered}


def indexed_calls(searcher: Searcher) -> dict[Call, str]:
    """Return the calls of an index with their rules, without those from tests."""
    kinds = symbol_kinds(searcher)
    calls: dict[Call, str] = {}
    for edge in searcher.graph.edges():
        if edge["kind"] == "calls" and not is_test(edge["path"]) and "::" in edge["dst"]:
            src_path, src = split_id(edge["src"])
            src = src if kinds.get(edge["src"]) in CALLABLES else MODULE
            calls.setdefault((src_path, src, *split_id(edge["dst"])), edge["rule"])
    return calls


def split_id(symbol: str) -> tuple[str, str]:
    """Return the path and qualified name of an id. Numbered equal names (`f#2`) are one in the
    truth."""
    path, _, name = symbol.partition("::")
    return path, base_name(name)


def is_test(path: str) -> bool:
    """Return True if callers in this file are left out."""
    return any(part.startswith(("test", "conftest")) for part in path.split("/"))


def compare(truth: set[Call], edges: dict[Call, str]) -> dict[str, Any]:
    """Return precision and recall, over all rules and for each."""
    by_rule: dict[str, list[bool]] = defaultdict(list)
    for call, rule in sorted(edges.items()):
        by_rule[rule].append(call in truth)
    figures = [RuleFigure(rule, len(right), sum(right)) for rule, right in sorted(by_rule.items())]
    right = sum(figure.right for figure in figures)
    return {
        "truth": len(truth),
        "edges": len(edges),
        "precision": right / len(edges) if edges else 1.0,
        "recall": right / len(truth) if truth else 1.0,
        "rules": [asdict(figure) | {"precision": figure.precision} for figure in figures],
        "wrong": sorted(set(edges) - truth),
        "missed": sorted(truth - set(edges)),
    }


def index(repository: Path, store: str) -> Searcher:
    """Index a work tree, or the head of a bare repository, without an encoder."""
    source = (
        open_revision(repository) if (repository / "HEAD").is_file() else open_worktree(repository)
    )
    build_index(source, Store(store), load_encoder("none"), encoder_spec="none")
    return Searcher(Snapshot.open(store))


def measure(repository: Path, truth: Path) -> dict[str, Any]:
    """Return the comparison of one repository: `compare` of its calls, and under `kinds` of every
    other kind in the truth."""
    lines = truth.read_text("utf-8").splitlines()
    covered = covered_files(lines)
    with tempfile.TemporaryDirectory() as folder:
        searcher = index(repository, folder)
        calls, others = indexed_calls(searcher), indexed_relations(searcher)
    result = compare(true_calls(lines), restrict(calls, covered))
    expected = true_relations(lines)
    result["kinds"] = {
        kind: compare(expected[kind], restrict(others[kind], covered)) for kind in sorted(expected)
    }
    result["languages"] = by_language(result, restrict(calls, covered))
    return result


def measure_located(repository: Path, truth: Path) -> dict[str, Any]:
    """Return the comparison with a truth with line numbers; `located_edges` has its rules."""
    with tempfile.TemporaryDirectory() as folder:
        searcher = index(repository, folder)
        symbols = [
            IndexSymbol(
                split_id(f.id), f.symbol.name, f.symbol.kind, f.symbol.start_line, f.symbol.end_line
            )
            for f in searcher.snapshot.symbols_in(list(searcher.snapshot.entries))
        ]
        edges = [
            IndexEdge(
                split_id(e["src"]), split_id(e["dst"]), e["kind"], e["rule"], e["path"], e["line"]
            )
            for e in searcher.graph.edges()
        ]
    return compare_located(map(json.loads, truth.read_text("utf-8").splitlines()), symbols, edges)


def by_language(result: dict[str, Any], calls: dict[Call, str]) -> dict[str, dict[str, list[int]]]:
    """Return language → rule → [calls found, right ones among them]."""
    wrong = set(result["wrong"])
    table: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for call, rule in calls.items():
        count = table[language_of(call[0])][rule]
        count[0] += 1
        count[1] += call not in wrong
    return {language: dict(sorted(rules.items())) for language, rules in sorted(table.items())}


def show(kind: str, result: dict[str, Any]) -> None:
    """Print figures on stdout and the first disagreements on stderr."""
    print(
        f"{kind}: precision {result['precision']:.3f}, recall {result['recall']:.3f}"
        f" ({result['edges']} against {result['truth']})"
    )
    for rule in result["rules"]:
        print(f"  {rule['rule']:<8} {rule['edges']:>5} edges, precision {rule['precision']:.3f}")
    for disagreement in ("wrong", "missed"):
        for src_path, src, dst_path, dst in result[disagreement][:SHOWN]:
            print(f"  {disagreement}: {src_path}::{src} → {dst_path}::{dst}", file=sys.stderr)


def main() -> None:
    """Compare each repository with its truth."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.edges", description=__doc__)
    parser.add_argument(
        "--repo", type=Path, required=True, action="append", help="a work tree or a bare repository"
    )
    parser.add_argument("--truth", type=Path, required=True, action="append", help="JSON lines")
    parser.add_argument(
        "--json",
        action="store_true",
        help="one object a repository, with every disagreement",
    )
    parser.add_argument("--calibrate", action="store_true", help="write the table of confidences")
    arguments = parser.parse_args()
    if len(arguments.repo) != len(arguments.truth):
        parser.error("as many --truth as --repo")
    results = []
    for repository, truth in zip(arguments.repo, arguments.truth, strict=True):
        if is_located(truth):
            located = measure_located(repository, truth)
            print(json.dumps(located) if arguments.json else describe(located))
            continue
        results.append(measure(repository, truth))
        if arguments.json:
            print(
                json.dumps(
                    results[-1] | ({"repo": str(repository)} if len(arguments.repo) > 1 else {})
                )
            )
            continue
        if len(arguments.repo) > 1:
            print(f"{repository}")
        show("calls", results[-1])
        for kind, result in results[-1]["kinds"].items():
            show(kind, result)
    if arguments.calibrate:
        calibrate([result["languages"] for result in results])


if __name__ == "__main__":
    main()
