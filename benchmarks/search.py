"""Measure code search: short questions with known files, for clew and plainer systems.

    python -m benchmarks.search DIR --mirrors DIR [--work DIR] [--systems clew,bm25,dense,ripgrep]
                                [--encoder NAME] [--command NAME=COMMAND ...] [--only NAME ...]
                                [--each N] [--worst N] [--json]

DIR contains `repos.json` and `annotations/*.json`; git directories are at
`MIRRORS/OWNER+NAME/repo`. Each repository is indexed once below `--work`, at its pinned revision
and only in the folder of the labels. All systems use the same index. Answers are cached there too,
under a digest of the program, so an interrupted run resumes. A run over all repositories (without
`--only`) writes its results below `results/`.

`ndcg@10` is computed as by the authors of the labels. `recall@N` is the share of questions with a
target covered by the pack of N tokens: some of its code is shown as a body, a slice or a skeleton.
Figures are means over questions, then repositories, then languages; intervals come from resampling
the questions of each repository.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from indexer import Store, build_index, load_encoder, open_worktree
from retrieval import Searcher

from .labels.questions import CUTOFF, Label, covers, ndcg, read_labels
from .report import provenance as program
from .report.progress import spread, steps
from .report.results import FOLDER, Result, file_result, format_figures, make_result
from .systems.answer_cache import AnswerCache
from .systems.checkout import checkout, find_mirror
from .systems.external import open_named, parse_command
from .systems.systems import System, has_packs, parse_systems

BUDGETS = (500, 1_000, 2_000, 4_000, 8_000)  # tokens of a pack
Answers = dict[str, list[dict[str, Any]]]  # repository → an answer for each of its questions


def open_repository(row: Mapping[str, Any], mirrors: Path, work: Path, encoder: str) -> Searcher:
    """Check out and index one repository, unless that is done. Raise FileNotFoundError if its
    revision is not available."""
    mirror = find_mirror(mirrors, row["url"])
    if mirror is None:
        raise FileNotFoundError(row["url"])
    tree, store = work / row["name"] / "tree", work / row["name"] / encoder.replace("/", "_")
    try:
        checkout(mirror, row["revision"], row.get("benchmark_root") or "", tree)
    except subprocess.CalledProcessError as error:
        raise FileNotFoundError(f"{row['url']} lacks {row['revision']}") from error
    (tree / ".git").mkdir(
        exist_ok=True
    )  # the tree's own ignore files only, none of a repository around it
    build_index(open_worktree(tree), Store(str(store)), load_encoder(encoder), encoder_spec=encoder)
    return Searcher.open(str(store))


def answer(system: System, label: Label, budgets: Sequence[int]) -> dict[str, Any]:
    """Return the hits of `system` for one question, with their NDCG and the coverage of each
    pack."""
    start = time.perf_counter()
    hits = system.hits(label.query, CUTOFF)
    seconds = time.perf_counter() - start
    coverage = [covers(system.pieces(label.query, budget), label.targets) for budget in budgets]
    rows = [
        [hit.path, hit.symbol, hit.start_line, round(hit.score, 3), dict(hit.why)] for hit in hits
    ]
    return {"ndcg": ndcg(hits, label.targets), "shown": coverage, "seconds": seconds, "hits": rows}


def run(
    options: argparse.Namespace, rows: Sequence[Mapping[str, Any]], cache: AnswerCache
) -> Iterator[tuple[str, str, Any]]:
    """Yield (repository, system, answers), each as it is complete. Repositories without their
    revision are reported and skipped."""
    for row in steps(rows, [row["name"] for row in rows]):
        try:
            yield from answer_repository(options, row, cache)
        except FileNotFoundError as error:
            print(f"{row['name']}: not available: {error}", file=sys.stderr)


def answer_repository(
    options: argparse.Namespace, row: Mapping[str, Any], cache: AnswerCache
) -> Iterator[tuple[str, str, Any]]:
    """Yield the answers of each system for one repository. Raise FileNotFoundError if it is not
    available."""
    labels = spread(read_labels(options.data / "annotations" / f"{row['name']}.json"), options.each)
    searcher: Searcher | None = None
    for name in [*options.systems, *dict(options.command)]:
        questions = [
            (f"{row['name']}|{name}|{options.encoder}|{label.at}", label) for label in labels
        ]
        if any(key not in cache for key, _ in questions):
            searcher = searcher or open_repository(
                row, options.mirrors, options.work, options.encoder
            )
            ask(options, name, row["name"], searcher, questions, cache)
        yield row["name"], name, [cache[key] for key, _ in questions]


def ask(
    options: argparse.Namespace,
    name: str,
    repository: str,
    searcher: Searcher,
    questions: Sequence[tuple[str, Label]],
    cache: AnswerCache,
) -> None:
    """Query the system `name` for the questions without a cached answer."""
    folder = options.work / repository / "tree"
    budgets = BUDGETS if has_packs(name) else ()
    pending = [(key, label) for key, label in questions if key not in cache]
    with open_named(name, searcher, dict(options.command), lambda: folder) as system:
        for key, label in pending:
            cache.add(key, answer(system, label, budgets))


def weigh(repositories: Sequence[str], languages: Mapping[str, str]) -> dict[str, float]:
    """Return the weight of each repository in a mean over repositories, then languages."""
    members: dict[str, list[str]] = defaultdict(list)
    for name in repositories:
        members[languages[name]].append(name)
    return {
        name: 1.0 / len(members) / len(members_of)
        for members_of in members.values()
        for name in members_of
    }


def judge(
    options: argparse.Namespace, system: str, answers: Answers, languages: Mapping[str, str]
) -> Result:
    """Return the result of one system."""
    weights = weigh(list(answers), languages)
    ndcgs = {name: [row["ndcg"] for row in rows] for name, rows in answers.items()}
    values = {f"ndcg@{CUTOFF}": ndcgs}
    for at, budget in enumerate(BUDGETS if has_packs(system) else ()):
        values[f"recall@{budget}"] = {
            n: [float(row["shown"][at]) for row in rows] for n, rows in answers.items()
        }
    means = {name: sum(numbers) / len(numbers) for name, numbers in ndcgs.items()}
    by_language: dict[str, list[float]] = defaultdict(list)
    for name, mean in means.items():
        by_language[languages[name]].append(mean)
    groups = {
        "language": {
            lang: sum(numbers) / len(numbers) for lang, numbers in sorted(by_language.items())
        },
        "repository": means,
    }
    groups["category"] = _by_category(options.data, answers, options.each)
    questions = sum(map(len, answers.values()))
    seconds = sorted(row["seconds"] for rows in answers.values() for row in rows)
    setup = {
        "repositories": len(answers),
        "questions": questions,
        "median_seconds": seconds[len(seconds) // 2],
    }
    data = options.data.name + (f"-each{options.each}" if options.each else "")
    return make_result(
        "search", data, system, options.encoder, values, weights=weights, groups=groups, setup=setup
    )


def _by_category(data: Path, answers: Answers, each: int) -> dict[str, float]:
    by_category: dict[str, list[float]] = defaultdict(list)
    for name, rows in answers.items():
        labels = spread(read_labels(data / "annotations" / f"{name}.json"), each)
        for label, row in zip(labels, rows, strict=True):
            by_category[label.category].append(row["ndcg"])
    return {category: sum(scores) / len(scores) for category, scores in sorted(by_category.items())}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and print each system's figures, by language and by repository."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.search", description="Short questions, known files."
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("benchmarks/corpora/search"))
    parser.add_argument("--systems", type=parse_systems, default=["clew"], help="comma-separated")
    parser.add_argument(
        "--command",
        type=parse_command,
        action="append",
        default=[],
        help="NAME=COMMAND: another program",
    )
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument(
        "--only", nargs="*", default=[], help="these repositories; nothing is filed"
    )
    parser.add_argument(
        "--each", type=int, default=0, help="only N questions of each repository, spread evenly"
    )
    parser.add_argument(
        "--worst",
        type=int,
        default=0,
        help="print the worst questions and their first hits",
    )
    parser.add_argument("--results", type=Path, default=FOLDER)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    rows = json.loads((options.data / "repos.json").read_text("utf-8"))
    languages = {row["name"]: row["language"] for row in rows}
    selection = [row for row in rows if not options.only or row["name"] in options.only]
    answers: dict[str, Answers] = defaultdict(dict)
    cache = AnswerCache(options.work / f"answers-{program.digest()}.jsonl")
    for name, system, replies in run(options, selection, cache):
        answers[system][name] = replies
    for system, replies in answers.items():
        outcome = judge(options, system, replies, languages)
        if not options.only:
            file_result(outcome, options.results)
        print(json.dumps(outcome.to_json()) if options.json else table(outcome))
        if options.worst and not options.json:
            print(worst(options, replies))
    return 0 if answers else 1


def table(outcome: Result) -> str:
    """Return a result as text for people."""
    lines = [
        f"{outcome.system}, {outcome.encoder}: {outcome.setup['repositories']} repositories,"
        f" {outcome.setup['questions']} questions"
    ]
    lines.append(format_figures(outcome.figures))
    for group in outcome.groups.values():
        lines.append("  ".join(f"{name} {value:.3f}" for name, value in group.items()))
    return "\n".join([*lines, f"median {outcome.setup['median_seconds'] * 1000:.1f} ms"])


def worst(options: argparse.Namespace, answers: Answers) -> str:
    """Return the questions with the lowest NDCG, their targets, and their first hits."""
    pairs = []
    for name, rows in answers.items():
        labels = spread(read_labels(options.data / "annotations" / f"{name}.json"), options.each)
        pairs += [(row["ndcg"], name, label, row) for label, row in zip(labels, rows, strict=True)]
    out = []
    for value, name, label, row in sorted(pairs, key=lambda pair: pair[:2])[: options.worst]:
        out.append(f"{value:.3f} {name}: {label.query}  ({label.category}; shown {row['shown']})")
        out.append("    wanted: " + ", ".join(target.path for target in label.targets))
        for path, symbol, start, score, why in row["hits"]:
            parts = " ".join(f"{signal} {part:.2f}" for signal, part in why.items())
            mark = "*" if any(path.endswith(target.path) for target in label.targets) else " "
            out.append(f"   {mark} {score:.2f} {path}:{start} {symbol}  {parts}")
    return "\n".join(out)


if __name__ == "__main__":
    raise SystemExit(main())
