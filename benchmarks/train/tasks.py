"""Collect solved tasks from the histories of public repositories, as training data of the ranker.

    python -m benchmarks.train.tasks --mirrors DIR --exclude REPOSITORIES --out PAIRS.jsonl
                                     [--choose]

`repositories.txt` names the repositories, a line each: owner/name, the tip, and the base, a commit
some hundred useful ones before it. A task is a commit between the two: its message is the question,
and the changed functions, as they are in the base, are the answer; so one index of the base serves
all of a repository's tasks. `--choose` searches a base for the repositories without one and writes
it into the list. Bare repositories are at `DIR/OWNER+NAME/repo`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from indexer import ClewError, open_repository
from retrieval import find_changes, find_examples, make_examples

LIST = Path(__file__).with_name("repositories.txt")
LEAST_WORDS = 12  # of a message: shorter ones are understood by their authors only
MOST = 200  # tasks of one repository, the newest
USEFUL = (260, 170, 110)  # numbers of changes between base and tip to try
MOST_COMMITS = 6_000


@dataclass(frozen=True, slots=True)
class Repository:
    """A line of the list."""

    name: str  # owner/name
    tip: str
    base: str  # "" before it is chosen

    def git_dir(self, mirrors: Path) -> str:
        """Return the path of its git directory."""
        return str(mirrors / self.name.replace("/", "+") / "repo")


def read_repositories(text: str, excluded: frozenset[str]) -> list[Repository]:
    """Return the rows of the list. Raise ValueError if one is excluded from training."""
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    repositories = [Repository(*row, *[""] * (3 - len(row))) for row in rows]
    forbidden = sorted(each.name for each in repositories if each.name.lower() in excluded)
    if forbidden:
        raise ValueError(f"kept for evaluation, so not to be trained on: {', '.join(forbidden)}")
    return repositories


def choose_base(repository: Repository, mirrors: Path) -> Repository:
    """Return the repository with the base of the most tasks.

    Candidates are the newest commits, among first parents, before each number in `USEFUL` of useful
    changes. A far base loses the code moved or written since.
    """
    import pygit2

    git_dir = repository.git_dir(mirrors)
    history = open_repository(git_dir)
    tip = str(history.revparse_single(repository.tip or "HEAD").id)
    changes = list(
        islice(
            find_changes(git_dir, tip, least_words=LEAST_WORDS, most_commits=MOST_COMMITS),
            max(USEFUL),
        )
    )
    best, most = "", 0
    times = [history[change.commit].peel(pygit2.Commit).commit_time for change in changes]
    for count in USEFUL:
        oldest = min(times[:count], default=0)
        base = history[tip].peel(pygit2.Commit)
        while base.parents and base.commit_time >= oldest:
            base = base.parents[0]
        solvable = sum(1 for _ in make_examples(git_dir, str(base.id), changes[:count]))
        best, most = (str(base.id), solvable) if solvable > most else (best, most)
    return Repository(repository.name, tip, best)


def tasks(repository: Repository, mirrors: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of one repository, the newest first."""
    git_dir = repository.git_dir(mirrors)
    examples = find_examples(git_dir, repository.base, repository.tip, least_words=LEAST_WORDS)
    for task in islice(examples, MOST):
        yield {
            "repository": repository.name,
            "mirror": git_dir,
            "base": repository.base,
            **asdict(task),
        }


def _run_job(job: tuple[Repository, Path, bool]) -> tuple[Repository, list[dict[str, Any]]]:
    repository, mirrors, choose = job
    try:
        if choose and not repository.base:
            repository = choose_base(repository, mirrors)
        return repository, list(tasks(repository, mirrors)) if repository.base else []
    except ClewError as error:
        print(f"{repository.name}: {error}", flush=True)
        return repository, []


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the rows of all repositories in the list's order."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.train.tasks", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--exclude", type=Path, required=True, help="one owner/name a line")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--list", type=Path, default=LIST)
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    excluded = frozenset(options.exclude.read_text("utf-8").lower().split())
    text = options.list.read_text("utf-8")
    repositories = read_repositories(text, excluded)
    results: list[Repository] = []
    with options.out.open("w", encoding="utf-8") as out, ProcessPoolExecutor(options.jobs) as pool:
        jobs = [(repository, options.mirrors, options.choose) for repository in repositories]
        for repository, rows in pool.map(_run_job, jobs):
            results.append(repository)
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            out.flush()
            print(f"{repository.name:40} {len(rows):4} tasks", flush=True)
    if options.choose:
        comments = [line for line in text.splitlines() if line.startswith("#")]
        rows_of = [f"{each.name} {each.tip} {each.base}".rstrip() for each in results]
        options.list.write_text("\n".join([*comments, *rows_of]) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
