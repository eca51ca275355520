"""Code search: NDCG@10 of `clew query` on short questions with known files.

    python -m benchmarks.search DIR --mirrors DIR [--work DIR] [--encoder NAME] [--only NAME ...] [--json]

DIR holds `repos.json` and `annotations/*.json`; git directories lie at `MIRRORS/OWNER+NAME/repo`. Each repository is
indexed once below `--work`, at its pinned revision and only the folder that the labels are about.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer import Store, build_index, load_encoder, open_worktree
from retrieval import Hit, Searcher

from .checkout import checkout, find_mirror

CUTOFF = 10


@dataclass(frozen=True, slots=True)
class Target:
    """A file that answers a question; with lines where the label names them."""

    path: str
    start_line: int  # 1-based, inclusive; 0 without lines
    end_line: int

    def met_by(self, hit: Hit) -> bool:
        if hit.path != self.path:
            return False
        return not self.start_line or (hit.start_line <= self.end_line and hit.end_line >= self.start_line)


def targets_of(label: dict[str, Any]) -> list[Target]:
    """The targets of one labelled question; relevant and secondary ones alike."""
    found = []
    for item in [*label["relevant"], *label["secondary"]]:
        whole = isinstance(item, str)
        found.append(Target(item, 0, 0) if whole else Target(item["path"], item["start_line"], item["end_line"]))
    return found


def ndcg(hits: Sequence[Hit], targets: Sequence[Target]) -> float:
    """NDCG@10 with a gain of 1 for each target at the rank of the first hit that meets it."""
    ranks = [next((at for at, hit in enumerate(hits[:CUTOFF], 1) if target.met_by(hit)), 0) for target in targets]
    gained = sum(1.0 / math.log2(rank + 1) for rank in ranks if rank)
    ideal = sum(1.0 / math.log2(rank + 1) for rank in range(1, min(len(targets), CUTOFF) + 1))
    return gained / ideal


def open_repository(row: dict[str, Any], mirrors: Path, work: Path, encoder: str) -> Searcher:
    """Check out and index one repository, unless that is done; raises FileNotFoundError where it cannot be had."""
    mirror = find_mirror(mirrors, row["url"])
    if mirror is None:
        raise FileNotFoundError(row["url"])
    tree, store = work / row["name"] / "tree", work / row["name"] / encoder.replace("/", "_")
    try:
        checkout(mirror, row["revision"], row.get("benchmark_root") or "", tree)
    except subprocess.CalledProcessError as error:
        raise FileNotFoundError(f"{row['url']} lacks {row['revision']}") from error
    (tree / ".git").mkdir(exist_ok=True)  # the tree's own ignore files only, none of a repository around it
    build_index(open_worktree(tree), Store(str(store)), load_encoder(encoder), encoder_spec=encoder)
    return Searcher.open(str(store))


def evaluate(searcher: Searcher, labels: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each labelled question its NDCG, its category and the seconds it took."""
    rows = []
    for label in labels:
        start = time.perf_counter()
        hits = searcher.query(label["query"], CUTOFF)
        seconds = time.perf_counter() - start
        value = ndcg(hits, targets_of(label))
        rows.append({"query": label["query"], "category": label["category"], "ndcg": value, "seconds": seconds})
    return rows


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def summary(results: dict[str, tuple[str, list[dict[str, Any]]]]) -> dict[str, Any]:
    """Repository → (language, rows) as means over queries, then repositories, then languages."""
    by_language: dict[str, list[float]] = defaultdict(list)
    for language, rows in results.values():
        by_language[language].append(mean([row["ndcg"] for row in rows]))
    languages = {language: mean(values) for language, values in sorted(by_language.items())}
    everything = [row for _, rows in results.values() for row in rows]
    categories = sorted({row["category"] for row in everything})
    return {
        "ndcg": mean(list(languages.values())),
        "repositories": len(results),
        "queries": len(everything),
        "languages": languages,
        "categories": {c: mean([row["ndcg"] for row in everything if row["category"] == c]) for c in categories},
        "median_seconds": sorted(row["seconds"] for row in everything)[len(everything) // 2] if everything else 0.0,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; prints a line for each repository and the means."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description="NDCG@10 of short questions.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("benchmarks/corpora/search"))
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--worst", type=int, default=0, help="print the questions that went worst")
    options = parser.parse_args(arguments)
    results: dict[str, tuple[str, list[dict[str, Any]]]] = {}
    for row in json.loads((options.data / "repos.json").read_text()):
        if options.only and row["name"] not in options.only:
            continue
        try:
            searcher = open_repository(row, options.mirrors, options.work, options.encoder)
        except FileNotFoundError as error:
            print(f"{row['name']}: not to be had: {error}", file=sys.stderr)
            continue
        labels = json.loads((options.data / "annotations" / f"{row['name']}.json").read_text())
        results[row["name"]] = (row["language"], evaluate(searcher, labels))
        if not options.json:
            value = mean([found["ndcg"] for found in results[row["name"]][1]])
            print(f"{row['name']:20} {row['language']:12} {value:.3f}", flush=True)
    for name, worst in _worst(results, options.worst):
        print(f"  {worst['ndcg']:.3f} {name}: {worst['query']}")
    print(json.dumps(summary(results)) if options.json else _table(summary(results)))
    return 0 if results else 1


def _worst(results: dict[str, tuple[str, list[dict[str, Any]]]], count: int) -> list[tuple[str, dict[str, Any]]]:
    pairs = [(name, row) for name, (_, rows) in results.items() for row in rows]
    return sorted(pairs, key=lambda pair: pair[1]["ndcg"])[:count]


def _table(found: dict[str, Any]) -> str:
    lines = [f"NDCG@10 {found['ndcg']:.4f} on {found['repositories']} repositories, {found['queries']} queries"]
    for group in ("languages", "categories"):
        lines.append("  ".join(f"{name} {value:.3f}" for name, value in found[group].items()))
    return "\n".join([*lines, f"median {found['median_seconds'] * 1000:.1f} ms"])


if __name__ == "__main__":
    raise SystemExit(main())
