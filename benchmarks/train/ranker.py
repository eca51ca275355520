"""Train the ranker of issues: boosted trees over `retrieval.FEATURES`, from past public commits.

    python -m benchmarks.train.tasks --mirrors DIR --exclude REPOSITORIES --out TASKS.jsonl
    python -m benchmarks.train.ranker TASKS.jsonl --work DIR --out data/ranker/issue.json

A task is a commit's message with the changed functions, asked of an index of the repository before
the commit. Each repository is indexed once below `--work`; the features of its tasks are cached
there, so an interrupted run resumes. The objective is LambdaMART (Burges, From RankNet to
LambdaRank to LambdaMART, 2010); a changed function is worth 7, another place in a changed file 1.
Every fourth repository is held out first, and Acc@k on it printed; then all are used in training.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from indexer import ClewError, Store, build_index, load_encoder, open_revision
from retrieval import FEATURES, Searcher, feature_rows

from ..labels.issues import last_rank, units_of
from ..systems.answer_cache import load_or_make

if TYPE_CHECKING:
    from numpy.typing import NDArray

PER_REPOSITORY = 110
LEAST_WORDS = 30
HOLD_OUT = 4  # every so many repositories one is held out
GAIN = [0, 1, 7]  # of a place elsewhere, in a changed file, in a changed function
SEEDS = (1, 2)  # ensembles with added scores
ROUNDS = 150
SETTINGS = {
    "objective": "lambdarank", "label_gain": GAIN, "lambdarank_truncation_level": 20,
    "num_leaves": 15,
    "learning_rate": 0.05, "min_data_in_leaf": 30, "lambda_l2": 5.0, "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1, "deterministic": True, "force_row_wise": True, "num_threads": 2,
    "verbosity": -1,
}  # fmt: skip
"""LOG issues: settings of the trees made no difference beyond noise; these are small."""


@dataclass(frozen=True, slots=True)
class RankingTask:
    """One task with its candidates."""

    rows: NDArray[np.float16]  # (units, FEATURES)
    files: list[str]  # of each unit
    functions: list[str]  # of each unit, or ""
    gold_files: frozenset[str]
    gold_functions: frozenset[str]

    def labels(self) -> NDArray[np.int32]:
        """Return the gain class of each unit."""
        pairs = zip(self.files, self.functions, strict=True)
        return np.array(
            [2 if f in self.gold_functions else int(p in self.gold_files) for p, f in pairs],
            np.int32,
        )

    def ranks(self, scores: NDArray[np.float32]) -> tuple[int, int]:
        """Return the ranks of the last changed file and the last changed function by `scores`; 0 if
        one is missing."""
        order = np.argsort(-scores, kind="stable")
        files = list(dict.fromkeys(self.files[row] for row in order))
        functions = list(dict.fromkeys(self.functions[row] for row in order if self.functions[row]))
        return last_rank(files, self.gold_files), last_rank(functions, self.gold_functions)


def ask(searcher: Searcher, task: dict[str, Any]) -> RankingTask:
    """Return the ranker's input for a task, with the right answer."""
    ranking = searcher.ranking_input(task["text"])
    files = [ranking.candidates[unit.at].chunk.path for unit in ranking.units]
    units = units_of(searcher.snapshot.symbols_in(sorted({*files, *task["files"]})))
    functions = [units.get(unit.symbol.id, "") if unit.symbol else "" for unit in ranking.units]
    gold = frozenset(units.get(each, each) for each in task["functions"])
    rows = (
        feature_rows(ranking).astype(np.float16)
        if ranking.units
        else np.zeros((0, len(FEATURES)), np.float16)
    )
    return RankingTask(rows, files, functions, frozenset(task["files"]), gold)


def ask_all(tasks: Sequence[dict[str, Any]], work: Path) -> Iterator[RankingTask]:
    """Yield the tasks of one repository, asked of an index of their base. Raise ClewError if it
    cannot be indexed."""
    source = open_revision(Path(tasks[0]["mirror"]), tasks[0]["base"])
    store = work / tasks[0]["repository"].replace("/", "+")
    build_index(source, Store(str(store)), load_encoder("builtin"))
    searcher = Searcher.open(str(store), source.view)
    for task in tasks:
        yield ask(searcher, task)


def sample(tasks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return at most PER_REPOSITORY tasks with long enough messages, evenly from all."""
    telling = [task for task in tasks if len(task["text"].split()) >= LEAST_WORDS]
    return telling[:: max(1, len(telling) // PER_REPOSITORY)][:PER_REPOSITORY]


def train(tasks: Sequence[RankingTask], rounds: int = ROUNDS) -> list[Any]:
    """Return a booster for each seed."""
    import lightgbm

    answerable = [each for each in tasks if (each.labels() == 2).any()]
    rows = np.concatenate([each.rows for each in answerable]).astype(np.float32)
    labels = np.concatenate([each.labels() for each in answerable])
    boosters = []
    for seed in SEEDS:
        data = lightgbm.Dataset(
            rows, labels, group=[len(each.rows) for each in answerable], feature_name=list(FEATURES)
        )
        boosters.append(lightgbm.train({**SETTINGS, "seed": seed}, data, rounds))
    return boosters


def accuracy(tasks: Sequence[RankingTask], boosters: Sequence[Any]) -> str:
    """Return Acc@k over tasks, as a line."""
    ranks = [
        each.ranks(sum(b.predict(each.rows.astype(np.float32)) for b in boosters))
        for each in tasks
        if len(each.rows)
    ]
    parts = [f"{len(ranks)} tasks"]
    for at, unit in enumerate(("file", "function")):
        for k in (1, 5, 10):
            parts.append(f"{unit}@{k} {np.mean([1 <= rank[at] <= k for rank in ranks]):.3f}")
    return "  ".join(parts)


def export(boosters: Sequence[Any]) -> dict[str, Any]:
    """Return all trees of all boosters as columns of nodes; see `retrieval.trees`."""
    nodes: dict[str, list[Any]] = {
        name: [] for name in ("feature", "threshold", "left", "right", "value")
    }
    roots, depth = [], 0
    for booster in boosters:
        for tree in booster.dump_model()["tree_info"]:
            roots.append(len(nodes["value"]))
            depth = max(depth, _add(nodes, tree["tree_structure"]))
    return {"features": list(FEATURES), "depth": depth, "roots": roots, **nodes}


def _add(nodes: dict[str, list[Any]], tree: dict[str, Any]) -> int:
    """Append a tree's nodes and return its depth."""
    at = len(nodes["value"])
    leaf = "leaf_value" in tree
    value = tree["leaf_value"] if leaf else tree["internal_value"]
    for name, number in zip(
        nodes,
        (tree.get("split_feature", 0), tree.get("threshold", 0.0), at, at, value),
        strict=True,
    ):
        nodes[name].append(round(number, 6) if isinstance(number, float) else number)
    if leaf:
        return 0
    depths = []
    for side in ("left", "right"):
        nodes[side][at] = len(nodes["value"])
        depths.append(_add(nodes, tree[f"{side}_child"]))
    return 1 + max(depths)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read tasks, hold some out, train, and write the ranker."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.train.ranker", description="Trains the ranker of issues."
    )
    parser.add_argument("tasks", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    by_repository: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for task in map(json.loads, options.tasks.read_text("utf-8").splitlines()):
        by_repository[task["repository"]].append(task)
    options.work.mkdir(parents=True, exist_ok=True)
    tasks_of = {
        name: _load_tasks(name, sample(tasks), options.work)
        for name, tasks in sorted(by_repository.items())
    }
    held_out = sorted(name for name in tasks_of if tasks_of[name])[::HOLD_OUT]
    boosters = train([each for name in tasks_of if name not in held_out for each in tasks_of[name]])
    print(
        f"held out ({', '.join(held_out)}):"
        f" {accuracy([a for name in held_out for a in tasks_of[name]], boosters)}",
        flush=True,
    )
    boosters = train([each for tasks in tasks_of.values() for each in tasks])
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(export(boosters), separators=(",", ":")) + "\n", "utf-8")
    gains = sum(booster.feature_importance("gain") for booster in boosters)
    for at in np.argsort(-gains):
        print(f"  {FEATURES[at]:18} {gains[at] / gains.sum():.3f}")
    return 0


def _load_tasks(name: str, tasks: Sequence[dict[str, Any]], work: Path) -> list[RankingTask]:
    """Return the repository's tasks, from the cache of an earlier run if there is one."""
    if not tasks:
        return []
    try:
        answers = load_or_make(
            work / f"{name.replace('/', '+')}.pickle", lambda: list(ask_all(tasks, work))
        )
    except ClewError as error:
        print(f"{name}: left out: {error}", flush=True)
        return []
    print(f"{name}: {len(answers)} tasks", flush=True)
    return answers


if __name__ == "__main__":
    raise SystemExit(main())
