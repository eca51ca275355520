"""Issue → the files and functions that its fix changed: strict Acc@k of `clew query`, with no model at query time.

    python -m benchmarks.localize DATA.jsonl --mirrors DIR [--work DIR] [--encoder NAME] [--only REPO ...] [--each N]

Each instance is indexed at its base commit from the bare repository `MIRRORS/OWNER+NAME/repo`, all commits of one
repository into one store, so that they share what they share. What was answered is kept below `--work` under a
digest of the program: a run that is cut off goes on where it was.

Acc@k is the share of instances of which all changed files, or functions, are among the first k. A nested function
counts as its outermost one and `Class.__init__` as `Class`; tests are no candidates; instances without a changed
function that existed count for files only.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from indexer import ClewError, Store, build_index, load_encoder, open_revision
from retrieval import Hit, Searcher

from . import program

DEPTH = 300  # hits that are read: enough to know whether a better order would have found it
FILES_AT, FUNCTIONS_AT = (1, 5, 10), (1, 5, 10, 50)
RESAMPLES = 2_000  # for the interval of a mean
CALLABLE = frozenset({"function", "method"})
COUNTED = CALLABLE | {"class", "struct", "interface", "enum", "macro"}
TEST_PARTS = ("test", "tests", "testing", "conftest.py")


@dataclass(frozen=True, slots=True)
class Instance:
    """An issue whose fix is known."""

    name: str
    repository: str  # OWNER/NAME whose mirror holds the commit
    commit: str
    text: str
    files: frozenset[str]
    functions: frozenset[str]  # `path::Qual.name`


@dataclass(frozen=True, slots=True)
class Answer:
    """Where the last of an instance's files and functions stands in the answer, from 1; 0 where one is missing."""

    name: str
    repository: str
    file_rank: int
    function_rank: int  # -1 where no function was changed
    seconds: float


def read_instances(lines: Iterable[str]) -> list[Instance]:
    """The instances of a file of labels."""
    found = []
    for row in map(json.loads, lines):
        functions = frozenset(f"{changed['path']}::{changed['qualname']}" for changed in row["functions_changed"])
        files = frozenset(row["files_changed"])
        text = row["problem_statement"]
        found.append(Instance(row["instance_id"], row["history"], row["base_commit"], text, files, functions))
    return found


def is_test(path: str) -> bool:
    """Whether a file is no candidate."""
    *folders, name = path.split("/")
    return any(part in TEST_PARTS for part in (*folders, name)) or name.startswith("test_") or "_test." in name


def judge(searcher: Searcher, instance: Instance, hits: Sequence[Hit], seconds: float) -> Answer:
    """Where the instance's gold stands among `hits`."""
    kept = [hit for hit in hits if not is_test(hit.path)]
    files = list(dict.fromkeys(hit.path for hit in kept))
    units = units_of(searcher, {*files, *instance.files})
    gold = frozenset(units.get(each, each) for each in instance.functions)
    functions = list(dict.fromkeys(units[key] for hit in kept if (key := f"{hit.path}::{hit.symbol}") in units))
    found = last_rank(functions, gold) if gold else -1
    return Answer(instance.name, instance.repository, last_rank(files, instance.files), found, seconds)


def units_of(searcher: Searcher, paths: Iterable[str]) -> dict[str, str]:
    """Symbol id → what it counts as, for the functions, methods and types of `paths`: the outermost function around it,
    and for a constructor its class."""
    units: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for found in searcher.snapshot.symbols_in(sorted(paths)):  # a file's symbols come in their order: parents first
        if found.symbol.kind in COUNTED:
            outer = found.id.rpartition(".")[0]
            counts_as_outer = kinds.get(outer) in CALLABLE or (outer in kinds and found.symbol.name == "__init__")
            kinds[found.id] = found.symbol.kind
            units[found.id] = units[outer] if counts_as_outer else found.id
    return units


def last_rank(ranked: Sequence[str], gold: frozenset[str]) -> int:
    """Where the last of `gold` stands, from 1; 0 where one is missing."""
    places = {each: at for at, each in enumerate(ranked, 1)}
    return max(places[each] for each in gold) if gold and gold <= places.keys() else 0


def answer(instances: Sequence[Instance], mirrors: Path, work: Path, encoder: str) -> Iterator[Answer]:
    """Answers to instances of one repository, each indexed at its commit into the store below `work`."""
    model = load_encoder(encoder)
    for instance in instances:
        owner, name = instance.repository.split("/")
        git_dir = mirrors / f"{owner}+{name}" / "repo"
        store = work / f"{owner}+{name}-{encoder.replace('/', '_')}"
        try:
            source = open_revision(git_dir, instance.commit)
            build_index(source, Store(str(store)), model, encoder_spec=encoder)
        except ClewError as error:
            print(f"{instance.name}: not to be had: {error}", file=sys.stderr)
            continue
        searcher = Searcher.open(str(store), source.view)
        start = time.perf_counter()
        hits = searcher.query(instance.text, DEPTH)
        yield judge(searcher, instance, hits, time.perf_counter() - start)


def accuracy(ranks: Sequence[int], k: int) -> float:
    """The share of ranks that are among the first k."""
    return sum(1 <= rank <= k for rank in ranks) / len(ranks) if ranks else 0.0


def interval(ranks: Sequence[int], k: int) -> tuple[float, float]:
    """The 95 % interval of `accuracy` by bootstrap over instances; the same ranks give the same interval."""
    source = random.Random(0)
    values = sorted(accuracy(source.choices(ranks, k=len(ranks)), k) for _ in range(RESAMPLES)) if ranks else [0.0]
    return values[int(0.025 * len(values))], values[int(0.975 * len(values)) - (len(values) > 1)]


def summary(answers: Sequence[Answer]) -> dict[str, Any]:
    """Acc@k over all instances, with its interval."""
    files = [each.file_rank for each in answers]
    functions = [each.function_rank for each in answers if each.function_rank >= 0]
    rows: dict[str, Any] = {"instances": len(files), "with_functions": len(functions)}
    for what, ranks, cutoffs in (("file", files, FILES_AT), ("function", functions, FUNCTIONS_AT)):
        for k in cutoffs:
            low, high = interval(ranks, k)
            rows[f"{what}@{k}"] = {"value": accuracy(ranks, k), "low": low, "high": high}
    rows["median_seconds"] = sorted(each.seconds for each in answers)[len(answers) // 2] if answers else 0.0
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; prints a line for each repository, then the whole."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.localize", description="Acc@k of issues.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("benchmarks/corpora/localize"))
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--only", nargs="*", default=[], help="repositories whose name contains one of these")
    parser.add_argument("--each", type=int, default=0, help="only the first N instances of each repository")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    by_repository: dict[str, list[Instance]] = defaultdict(list)
    for instance in read_instances(options.data.read_text("utf-8").splitlines()):
        if not options.only or any(part in instance.repository for part in options.only):
            by_repository[instance.repository].append(instance)
    options.work.mkdir(parents=True, exist_ok=True)
    kept = options.work / f"{options.data.stem}-{program.digest()}-{options.encoder.replace('/', '_')}.jsonl"
    known = _read_answers(kept)
    answers: list[Answer] = []
    for repository, instances in sorted(by_repository.items()):
        wanted = instances[: options.each or None]
        found = [known[each.name] for each in wanted if each.name in known]
        missing = [each for each in wanted if each.name not in known]
        for each in answer(missing, options.mirrors, options.work, options.encoder):
            found.append(each)
            with kept.open("a") as file:
                file.write(json.dumps(asdict(each)) + "\n")
        answers += found
        if not options.json:
            print(f"{repository:28} {_line(summary(found))}", flush=True)
    print(json.dumps(summary(answers)) if options.json else f"{'all':28} {_line(summary(answers), True)}")
    return 0 if answers else 1


def _read_answers(kept: Path) -> dict[str, Answer]:
    """The answers that an earlier run of the same program kept; a line that was cut off goes."""
    if not kept.exists():
        return {}
    text = kept.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    kept.write_text(whole, "utf-8")
    return {row["name"]: Answer(**row) for row in map(json.loads, whole.splitlines())}


def _line(found: dict[str, Any], intervals: bool = False) -> str:
    parts = [f"{found['instances']:4} instances"]
    for name, row in found.items():
        if isinstance(row, dict):
            spread = f" ({row['low']:.3f}–{row['high']:.3f})" if intervals else ""
            parts.append(f"{name} {row['value']:.3f}{spread}")
    return "  ".join([*parts, f"median {found['median_seconds'] * 1000:.0f} ms"])


if __name__ == "__main__":
    raise SystemExit(main())
