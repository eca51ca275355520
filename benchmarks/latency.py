"""Measure the latency of answers: warm queries by kind, callers, and a new process.

    python -m benchmarks.latency STORE [--issues DATA.jsonl] [--only REPO] [--count N] [--cold N]
                                 [--name NAME] [--json]

Questions are made from the index, the same ones each time: names of functions (`symbol`), first
sentences of docstrings (`short`), several docstrings with code between them (`issue`), and Python's
traces through indexed functions (`trace`); `--issues` takes real issues of a set of labels instead,
of repositories with `--only` in their name. A query is warm: the process has answered others, never
this one. Wall time is the user's waiting time; on a shared machine only processor time can be
compared. Figures are in milliseconds; the interval of a quantile comes from resampling the
questions.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from indexer import CALLABLES, FoundSymbol
from retrieval import Searcher

from .labels.issues import read_issues
from .report import provenance as program
from .report.bootstrap import RESAMPLES, SEED, TAIL, Estimate
from .report.progress import spread, steps
from .report.results import FOLDER, Result, file_result

WARM_UP = 8  # first questions of each kind, not counted
QUANTILES = {"median": 0.5, "p95": 0.95}
CLOCKS = ("wall", "processor")
Times = list[tuple[float, float]]  # seconds by wall and by processor


def questions(searcher: Searcher, count: int) -> dict[str, list[str]]:
    """Return `count` questions of each kind and WARM_UP more, made from the index."""
    paths = [path for path, entry in searcher.snapshot.entries.items() if entry.file_id]
    functions = [
        each
        for each in searcher.snapshot.symbols_in(spread(paths, 400))
        if each.symbol.kind in CALLABLES
    ]
    documented = [each for each in functions if len(each.symbol.doc.split()) >= 4]
    total = count + WARM_UP
    return {
        "symbol": [each.symbol.qualname for each in spread(functions, total)],
        "short": [_sentence(each) for each in spread(documented, total)],
        "issue": [
            _issue(searcher, documented[at::97][:6]) for at in range(min(total, len(documented)))
        ],
        "trace": [_trace(functions[at::89][:5]) for at in range(min(total, len(functions)))],
    }


def _sentence(function: FoundSymbol) -> str:
    return " ".join(function.symbol.doc.split("\n\n")[0].split(". ")[0].split()[:14])


def _issue(searcher: Searcher, documented: Sequence[FoundSymbol]) -> str:
    """Return a long report: the docstrings of several functions, and the first lines of each."""
    parts = [f"{_sentence(documented[0])} does not work"]
    for each in documented:
        lines = (searcher.text(each.path) or "").split("\n")[each.symbol.start_line - 1 :][:6]
        parts.append(
            f"{' '.join(each.symbol.doc.split()[:60])}\n```\n" + "\n".join(lines) + "\n```"
        )
    return "\n\n".join(parts)


def _trace(frames: Sequence[FoundSymbol]) -> str:
    lines = [
        f'  File "/srv/app/{f.path}", line {f.symbol.start_line + 1}, in {f.symbol.name}'
        for f in frames
    ]
    return (
        "It fails\n\nTraceback (most recent call last):\n"
        + "\n".join(lines)
        + "\nValueError: not a value\n"
    )


def time_queries(ask: Callable[[str], object], texts: Sequence[str]) -> Times:
    """Return the seconds of each question after the first WARM_UP; of all, if there are no more."""
    times = []
    for question in texts:
        wall, processor = time.perf_counter(), time.process_time()
        ask(question)
        times.append((time.perf_counter() - wall, time.process_time() - processor))
    return times[WARM_UP:] or times


def time_cold(store: str, texts: Sequence[str]) -> Times:
    """Return the seconds from the start of `clew query` to its end, without a server."""
    clew = str(Path(sys.executable).with_name("clew"))
    times = []
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CLEW_SOCKET": str(Path(folder, "none"))}
        for question in texts:
            wall, before = time.perf_counter(), _children()
            command = [clew, "query", question, "--store", store, "--json"]
            subprocess.run(command, env=environment, check=False, capture_output=True)
            times.append((time.perf_counter() - wall, _children() - before))
    return times


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def figures(times: dict[str, Times]) -> dict[str, Estimate]:
    """Return milliseconds by kind, quantile and clock."""
    import numpy as np

    source = np.random.default_rng(SEED)
    estimates: dict[str, Estimate] = {}
    for kind, pairs in times.items():
        values = np.array(pairs) * 1000.0
        samples = values[source.integers(0, len(values), (RESAMPLES, len(values)))]
        for name, quantile in QUANTILES.items():
            resampled = np.quantile(samples, quantile, axis=1)
            low, high = np.quantile(resampled, [TAIL, 1.0 - TAIL], axis=0)
            value = np.quantile(values, quantile, axis=0)
            estimates |= {
                f"{kind} {name} {clock}": Estimate(*map(float, numbers))
                for clock, *numbers in zip(CLOCKS, value, low, high, strict=True)
            }
    return estimates


def measure(options: argparse.Namespace) -> Result:
    """Return all times on one index."""
    searcher = Searcher.open(options.store)
    by_kind = questions(searcher, options.count)
    if options.issues is not None:
        issues = read_issues(options.issues.read_text("utf-8").splitlines())
        texts = [issue.text for issue in issues if options.only in issue.repository]
        by_kind["issue"] = list(spread(texts, options.count + WARM_UP))
    times = {
        kind: time_queries(searcher.query, group)
        for kind, group in steps(list(by_kind.items()), list(by_kind))
        if group
    }
    times = {"all": [each for group in times.values() for each in group], **times}
    times["callers"] = time_queries(lambda name: searcher.graph.callers(name), by_kind["symbol"])
    if options.cold:
        times["cold"] = time_cold(options.store, by_kind["short"][: options.cold])
    state = searcher.snapshot.state
    chunks = searcher.snapshot.tables.table("chunks").count_rows()
    setup = {
        "files": len(searcher.snapshot.path_of),
        "chunks": chunks,
        "questions": len(times["all"]),
    }
    return Result(
        benchmark="latency", data=options.name, system="clew", encoder=state.encoder or "none",
        setup=setup,
        figures=figures(times), groups={}, weights=None, values={}, made=program.origin(),
    )  # fmt: skip


def table(result: Result) -> str:
    """Return a Markdown row for each kind of question."""
    lines = [
        "| milliseconds | median | p95 | processor, median | processor, p95 |",
        "|---|---|---|---|---|",
    ]
    kinds = dict.fromkeys(name.split(" ")[0] for name in result.figures)
    for kind in kinds:
        cells = [
            result.figures[f"{kind} {name} {clock}"].value for clock in CLOCKS for name in QUANTILES
        ]
        lines.append(
            f"| {kind} | "
            + " | ".join(f"{value:.2f}" if value < 10 else f"{value:.0f}" for value in cells)
            + " |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark, print a table, and write the result if it has a name."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.latency", description="Milliseconds of answers."
    )
    parser.add_argument("store")
    parser.add_argument("--issues", type=Path, help="labels with issues as questions")
    parser.add_argument("--only", default="", help="of repositories with this in their name")
    parser.add_argument("--count", type=int, default=100, help="questions of each kind")
    parser.add_argument("--cold", type=int, default=5, help="new processes")
    parser.add_argument(
        "--name", default="", help="name of the indexed tree; the result is filed under it"
    )
    parser.add_argument("--results", type=Path, default=FOLDER)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    result = measure(options)
    if options.name:
        file_result(result, options.results)
    print(json.dumps(result.to_json()) if options.json else table(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
