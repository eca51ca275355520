"""Measure real bug fixes by one or several models: success, turns, seconds, tokens, cost.

    python -m benchmarks.agent --mirrors DIR [--project NAME]… [--model M]… [--api-base URL]
                               [--per-repository N] [--max-cost DOLLARS] [--json]

`DIR` contains bare git directories (`<name>` or `<name>/repo`) of Python projects with their own
tests. A task is a public commit that changed one source file and its tests: the repository is reset
to the state before, with the tests of the fix, and the model gets the commit's message. Tasks are
prepared offline and used only if the tests fail before and pass after. Without `--model` a scripted
model makes the historical fix in a clumsy way: it edits wrongly, sees the tests fail, then edits
rightly. So the harness, the sandbox and the projects' own tests are all real, and the model alone
is not.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent import Outcome, ScriptedServer, SearcherIndex, Settings, load, run_agent, summarize_run
from indexer import Snapshot, Store, build_index, load_encoder, open_worktree
from retrieval import Searcher

LOOKED_AT = 400  # commits of a repository, newest first
LARGEST_FIX = 40  # changed lines of source
PYTEST = "python -m pytest -q"


@dataclass(frozen=True, slots=True)
class Task:
    """A historical fix."""

    project: str
    commit: str
    message: str
    source: str  # path of the fixed file
    tests: tuple[str, ...]
    patch: str  # of the source file alone


def main() -> int:
    """Prepare the tasks, run every model on each, print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.agent", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--project", action="append", help="only those with this in their name")
    parser.add_argument("--model", action="append", help="LiteLLM name; default: a scripted model")
    parser.add_argument("--api-base")
    parser.add_argument("--per-repository", type=int, default=1)
    parser.add_argument("--max-cost", type=float, help="US dollars a task")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory(prefix="clew-agent-") as folder:
        for result in attempts(options, Path(folder)):
            results.append(result)
            print(row(result), file=sys.stderr, flush=True)
    print(json.dumps(results) if options.json else table(results))
    return 0 if results and all(each["status"] == "finished" for each in results) else 1


def attempts(options: argparse.Namespace, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures of every model on every task."""
    for mirror in mirrors(options.mirrors, options.project or [""]):
        for task, root in prepare_tasks(mirror, folder, options.per_repository):
            yield from (
                attempt(task, root, model, options) for model in options.model or ["scripted"]
            )


def mirrors(folder: Path, parts: Sequence[str]) -> list[Path]:
    """Return the bare repositories below `folder` with one of `parts` in their path."""
    folders = [
        each / "repo" if (each / "repo").is_dir() else each
        for each in sorted(folder.iterdir())
        if each.is_dir()
    ]
    return [
        each
        for each in folders
        if (each / "HEAD").exists() and any(part in str(each) for part in parts)
    ]


def git(*arguments: str, cwd: Path, stdin: str | None = None) -> str:
    """Return the output of a git command. Raise ValueError if it fails."""
    process = subprocess.run(
        ["git", *arguments], cwd=cwd, input=stdin, capture_output=True, text=True, errors="replace"
    )
    if process.returncode:
        raise ValueError(f"git {' '.join(arguments[:3])}: {process.stderr.strip()[:300]}")
    return process.stdout


def prepare_tasks(mirror: Path, folder: Path, count: int) -> Iterator[tuple[Task, Path]]:
    """Yield the newest `count` usable tasks of a repository, each with a repository of its own."""
    ready = 0
    for task in candidates(mirror):
        root = folder / f"{task.project}-{task.commit[:8]}"
        try:
            restore_before(mirror, task, root)
        except ValueError:
            continue
        if is_usable(task, root):
            yield task, root
            ready += 1
        if ready == count:
            return


def candidates(mirror: Path) -> Iterator[Task]:
    """Yield commits with a small change of one source file, and of tests."""
    project = (mirror.parent if mirror.name == "repo" else mirror).name.rpartition("+")[2]
    log = git(
        "log",
        f"-{LOOKED_AT}",
        "--no-merges",
        "--format=%x01%H%x02%s%n%b%x03",
        "--numstat",
        cwd=mirror,
    )
    for entry in log.split("\x01")[1:]:
        commit, _, rest = entry.partition("\x02")
        message, _, numbers = rest.partition("\x03")
        changed = [line.split("\t") for line in numbers.splitlines() if line.count("\t") == 2]
        python = {
            path: int(plus) + int(minus)
            for plus, minus, path in changed
            if path.endswith(".py") and plus != "-"
        }
        tests = tuple(sorted(path for path in python if "test" in path))
        source = [
            path
            for path in python
            if "test" not in path and path.partition("/")[0] not in ("docs", "setup.py")
        ]
        if (
            "fix" in message.lower()
            and len(source) == 1
            and tests
            and 0 < python[source[0]] <= LARGEST_FIX
        ):
            patch = git("diff", f"{commit}^", commit, "--", source[0], cwd=mirror)
            yield Task(project, commit, message.strip(), source[0], tests, patch)


def restore_before(mirror: Path, task: Task, root: Path) -> None:
    """Write a repository with the state before the fix, and the tests of the fix."""
    git("clone", "--quiet", "--shared", "--no-checkout", str(mirror), str(root), cwd=root.parent)
    git("checkout", "--quiet", f"{task.commit}^", cwd=root)
    git("checkout", "--quiet", task.commit, "--", *task.tests, cwd=root)
    git(
        "-c",
        "user.name=b",
        "-c",
        "user.email=b@localhost",
        "commit",
        "-qam",
        "The tests of the fix",
        cwd=root,
    )


def is_usable(task: Task, root: Path) -> bool:
    """Return True if the task's tests fail now and pass with the fix. They run without a sandbox,
    on code known to be public."""
    before = passes(task, root)
    git("apply", cwd=root, stdin=task.patch)
    after = passes(task, root)
    git("checkout", "--quiet", "--", ".", cwd=root)
    git("clean", "-fdq", cwd=root)
    return after and not before


def passes(task: Task, root: Path) -> bool:
    """Return True if the task's tests pass."""
    command = [
        sys.executable,
        "-B",
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        *task.tests,
    ]
    return subprocess.run(command, cwd=root, capture_output=True).returncode == 0


def attempt(task: Task, root: Path, model: str, options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of one model on one task."""
    store = str(root / ".clew")
    build_index(open_worktree(str(root)), Store(store), load_encoder("builtin"), jobs=1)
    index = SearcherIndex(Searcher(Snapshot.open(store)))
    text = f"{task.message}\n\nThe tests in {', '.join(task.tests)} show it."
    trees = root.parent / "trees"
    if model == "scripted":
        with ScriptedServer(clumsy_replies(task)) as server:
            settings = Settings(
                root, "openai/scripted", server.base, approve="never", trees=trees, backoff=0.0
            )
            outcome = run_agent(text, settings=settings, index=index)
    else:
        settings = Settings(
            root, model, options.api_base, approve="never", trees=trees, max_cost=options.max_cost
        )
        outcome = run_agent(text, settings=settings, index=index)
    return figures(task, model, outcome)


def clumsy_replies(task: Task) -> list[dict[str, Any]]:
    """Return replies that look, plan, edit wrongly, see the tests fail, and make the historical
    fix."""
    run = f"{PYTEST} {' '.join(task.tests)}"
    plan = {
        "steps": ["Mend it", "Run the tests"],
        "files": [task.source],
        "tests": run,
        "risks": "other callers",
    }
    wrong = "def mended():\n    return None\n"
    calls: list[list[tuple[str, dict[str, Any]]]] = [
        [("search", {"query": task.message.splitlines()[0]}), ("run", {"command": run})],
        [("read", {"path": task.source})],
        [("plan", plan)],
        [
            ("edit", {"path": "clew_wrong.py", "old": "", "new": wrong}),
            ("finish", {"summary": "Mended"}),
        ],
        [
            ("edit", {"path": task.source, "patch": task.patch}),
            ("run", {"command": "rm clew_wrong.py"}),
        ],
        [("run", {"command": run})],
        [("finish", {"summary": task.message.splitlines()[0]})],
    ]
    return [{"text": "", "calls": [{"name": n, "arguments": a} for n, a in turn]} for turn in calls]


def figures(task: Task, model: str, outcome: Outcome) -> dict[str, Any]:
    """Return the compared figures of one run."""
    events = list(load(outcome.transcript.parent))
    turns = summarize_run(events)["turns"]
    tests = [event for event in events if event["event"] == "verify"]
    usage = outcome.usage
    return {
        "project": task.project, "commit": task.commit, "model": model, "status": outcome.status,
        "turns": outcome.steps,
        "verified": [each["passed"] for each in tests], "red_before": len(outcome.red_before),
        "flaky": len(outcome.flaky),
        "model_seconds": round(sum(turn["model_seconds"] for turn in turns), 2),
        "tool_seconds": round(sum(turn["tool_seconds"] for turn in turns), 2),
        "fresh": usage.prompt - usage.cached - usage.written, "cached": usage.cached,
        "written": usage.written,
        "completion": usage.completion, "cost": usage.cost, "sandbox": outcome.sandbox,
        "reason": outcome.reason.splitlines()[0][:100] if outcome.reason else "",
    }  # fmt: skip


def row(each: dict[str, Any]) -> str:
    cost = "-" if each["cost"] is None else f"{each['cost']:.3f}"
    return (
        f"{each['project'][:18]:18} {each['commit'][:8]} {each['model'][:24]:24}"
        f" {each['status']:10} {each['turns']:5} {each['model_seconds']:7.1f}"
        f" {each['tool_seconds']:7.1f} {each['cached']:9,} {each['written']:8,} {each['fresh']:8,}"
        f" {cost:>7}"
    )


def table(results: Sequence[dict[str, Any]]) -> str:
    head = (
        f"{'project':18} {'commit':8} {'model':24} {'status':10} {'turns':>5} {'model s':>7}"
        f" {'tools s':>7} {'cached':>9} {'written':>8} {'fresh':>8} {'cost':>7}"
    )
    successes = sum(each["status"] == "finished" for each in results)
    return "\n".join(
        [head, *map(row, results), f"{successes} of {len(results)} brought to a verified commit"]
    )


if __name__ == "__main__":
    raise SystemExit(main())
