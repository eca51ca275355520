"""Measure the localization of issues: strict Acc@k on the files and functions changed by a fix.

    python -m benchmarks.localize DATA.jsonl --mirrors DIR [--work DIR] [--systems clew,bm25,…]
                                  [--encoder NAME]
                                  [--command NAME=COMMAND ...] [--only REPO ...] [--each N] [--json]

No model runs at query time. Each issue is a query at its base commit, indexed from the bare
repository `MIRRORS/OWNER+NAME/repo`. All commits of one repository go into one store, to share
their common files. Answers are cached below `--work` under a digest of the program, so an
interrupted run resumes. A run over all repositories (without `--only`) writes its results below
`results/`.

`file@k` and `function@k` are the shares of issues with all changed files, or functions, among the
first k. A nested function counts as its outermost one and `Class.__init__` as `Class`; tests are no
candidates; issues without a changed function that existed count for files only. Functions of
languages other than Python were labelled by a parser, and function@k says little there. Figures are
means over issues; intervals come from resampling the issues of each repository. `--each N` takes N
issues of each repository, at even distances in the data.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from indexer import ClewError, Store, build_index, load_encoder, open_revision
from retrieval import Searcher

from .labels.issues import Issue, ranks, read_issues
from .report import provenance as program
from .report.progress import spread, steps
from .report.results import FOLDER, Result, file_result, format_figures, make_result
from .systems.answer_cache import AnswerCache
from .systems.checkout import checkout, find_mirror
from .systems.external import open_named, parse_command
from .systems.systems import parse_systems

DEPTH = 300  # hits of a query, enough to tell if a better order could succeed
CUTOFFS = {"file": (5, 1, 10), "function": (10, 1, 5, 50)}  # the target first
Answers = dict[str, list[dict[str, Any]]]  # repository → an answer for each of its issues


def open_issue(issue: Issue, mirrors: Path, work: Path, encoder: str) -> Searcher:
    """Index the issue's commit into its repository's store. Raise ClewError if the commit is not
    available."""
    git_dir = find_mirror(mirrors, issue.repository)
    if git_dir is None:
        raise ClewError(f"no git directory of {issue.repository} below {mirrors}")
    store = work / f"{issue.repository.replace('/', '+')}-{encoder.replace('/', '_')}"
    source = open_revision(git_dir, issue.commit)
    build_index(source, Store(str(store)), load_encoder(encoder), encoder_spec=encoder)
    return Searcher.open(str(store), source.view)


def answer(options: argparse.Namespace, issue: Issue, cache: AnswerCache) -> bool:
    """Query every system without a cached answer. Return False if the issue's commit is not
    available."""
    pending = [name for name in systems(options) if _key(issue, name, options.encoder) not in cache]
    if not pending:
        return True
    try:
        searcher = open_issue(issue, options.mirrors, options.work, options.encoder)
    except ClewError as error:
        print(f"{issue.name}: not available: {error}", file=sys.stderr)
        return False
    with tempfile.TemporaryDirectory() as folder:
        files = partial(_files, issue, options.mirrors, folder)
        for name in pending:
            row = query_system(name, searcher, issue, dict(options.command), files)
            cache.add(_key(issue, name, options.encoder), row)
    return True


def query_system(
    name: str,
    searcher: Searcher,
    issue: Issue,
    commands: Mapping[str, str],
    files: Callable[[], Path],
) -> dict[str, Any]:
    """Return the ranks of the changed files and functions, and the seconds of the query."""
    with open_named(name, searcher, commands, files) as system:
        start = time.perf_counter()
        hits = system.hits(issue.text, DEPTH)
        seconds = time.perf_counter() - start
    file_rank, function_rank = ranks(searcher, issue, hits)
    return {"file": file_rank, "function": function_rank, "seconds": seconds}


def systems(options: argparse.Namespace) -> list[str]:
    """Return the names of all compared systems."""
    return [*options.systems, *dict(options.command)]


def _files(issue: Issue, mirrors: Path, folder: str) -> Path:
    """Write the files of the issue's commit below `folder` and return their root."""
    git_dir = find_mirror(mirrors, issue.repository)
    assert git_dir is not None  # it was indexed from there
    checkout(git_dir, issue.commit, "", Path(folder, "tree"))
    return Path(folder, "tree")


def _key(issue: Issue, system: str, encoder: str) -> str:
    return f"{issue.name}|{system}|{encoder}"


def run(
    options: argparse.Namespace, issues: Sequence[Issue], cache: AnswerCache
) -> Iterator[Issue]:
    """Yield the issues answered by every system."""
    for issue in steps(issues, [f"{issue.repository} {issue.name}" for issue in issues]):
        if answer(options, issue, cache):
            yield issue


def judge(options: argparse.Namespace, system: str, answers: Answers) -> Result:
    """Return the result of one system."""
    values: dict[str, Mapping[str, list[float]]] = {}
    for unit, cutoffs in CUTOFFS.items():
        ranks_of = {
            name: [row[unit] for row in rows if row[unit] >= 0] for name, rows in answers.items()
        }
        for k in cutoffs:
            values[f"{unit}@{k}"] = {
                n: [float(1 <= rank <= k) for rank in numbers]
                for n, numbers in ranks_of.items()
                if numbers
            }
    first = values["file@5"]
    groups = {
        "repository": {name: sum(shares) / len(shares) for name, shares in sorted(first.items())}
    }
    rows = [row for replies in answers.values() for row in replies]
    seconds = sorted(row["seconds"] for row in rows)
    setup = {
        "repositories": len(answers),
        "questions": len(rows),
        "median_seconds": seconds[len(seconds) // 2],
    }
    setup["with_functions"] = sum(row["function"] >= 0 for row in rows)
    data = options.data.stem + (f"-each{options.each}" if options.each else "")
    return make_result(
        "localize", data, system, options.encoder, values, groups=groups, setup=setup
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and print each system's figures, with file@5 by repository."""
    options = make_parser().parse_args(arguments)
    cache = AnswerCache(options.work / f"answers-{program.digest()}.jsonl")
    answers: dict[str, Answers] = {name: defaultdict(list) for name in systems(options)}
    for issue in run(options, sample(options), cache):
        for name in systems(options):
            answers[name][issue.repository].append(cache[_key(issue, name, options.encoder)])
    for name in filter(answers.get, answers):
        outcome = judge(options, name, answers[name])
        if not options.only:
            file_result(outcome, options.results)
        print(json.dumps(outcome.to_json()) if options.json else table(outcome))
    return 0 if all(answers.values()) else 1


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.localize", description="Issue → files, functions."
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("benchmarks/corpora/localize"))
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
        "--only",
        nargs="*",
        default=[],
        help="repositories with one of these in their name; no result is filed",
    )
    parser.add_argument(
        "--each", type=int, default=0, help="only N issues of each repository, spread evenly"
    )
    parser.add_argument("--results", type=Path, default=FOLDER)
    parser.add_argument("--json", action="store_true")
    return parser


def sample(options: argparse.Namespace) -> list[Issue]:
    """Return the issues to ask, by repository."""
    by_repository: dict[str, list[Issue]] = defaultdict(list)
    for issue in read_issues(options.data.read_text("utf-8").splitlines()):
        if not options.only or any(part in issue.repository for part in options.only):
            by_repository[issue.repository].append(issue)
    return [
        issue
        for _, issues in sorted(by_repository.items())
        for issue in spread(issues, options.each)
    ]


def table(outcome: Result) -> str:
    """Return a result as text for people."""
    setup = outcome.setup
    about = (
        f"{setup['questions']} issues, {setup['with_functions']} with functions,"
        f" {setup['repositories']} repositories"
    )
    lines = [f"{outcome.system}, {outcome.encoder}: {about}", format_figures(outcome.figures)]
    lines.append(
        "file@5  "
        + "  ".join(f"{name} {value:.3f}" for name, value in outcome.groups["repository"].items())
    )
    return "\n".join([*lines, f"median {setup['median_seconds'] * 1000:.0f} ms"])


if __name__ == "__main__":
    raise SystemExit(main())
