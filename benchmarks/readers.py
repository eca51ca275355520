"""Measure many readers beside one writer: latency during a rebuild and under `clew watch`.

    python -m benchmarks.readers PATH [--readers N] [--seconds S] [--pause S] [--no-ignore] [--json]

A copy of PATH is indexed. Then N processes ask, each with a pause after every answer: while nothing
else runs (quiet), while every file has changed and all is rebuilt (rebuild), and while `clew watch`
indexes a file saved every second (watch). Each reader keeps its index open and reopens it for a
newer generation, as `clew serve` does; the time to open counts. Wall time is the user's waiting
time, so the machine should have nothing else to do. An answer is mixed if two readers got different
ones from the same generation.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from indexer import Store
from retrieval import Searcher

from .latency import questions
from .report.provenance import ROOT

READERS, SECONDS, PAUSE = 8, 20.0, 0.25
TARGET_RATIO = 2.0  # of the quiet 95th percentile
COUNT = 12  # questions of each kind, asked in turn
KINDS = ("symbol", "short")


@dataclass(frozen=True, slots=True)
class Phase:
    """The readers' answers in one phase."""

    name: str
    seconds: float
    answers: int
    generations: int  # of the answers
    errors: int
    mixed: int
    median: float  # milliseconds
    p95: float


# -- a reader


def read(store: str, stop: str, pause: float) -> None:
    """Ask until the file `stop` exists. Print a line for each answer: its start, milliseconds,
    question, generation and a digest; an error takes the place of the last two."""
    searcher = Searcher.open(store)
    groups = questions(searcher, COUNT)
    texts = [text for kind in groups if kind in KINDS for text in groups[kind]]
    for text in texts[:COUNT]:
        searcher.query(text)
    print("ready", flush=True)
    at = os.getpid()  # a start of its own: readers ask different questions at one time
    while not Path(stop).exists():
        at += 1
        text, began, start = texts[at % len(texts)], time.time(), time.perf_counter()
        try:
            outcome = answer(searcher, store, text)
        except Exception as error:  # noqa: BLE001 - any error is counted and shown
            outcome = (0, f"{type(error).__name__}: {error}")
        milliseconds = (time.perf_counter() - start) * 1000.0
        print(json.dumps([began, milliseconds, text, *outcome]), flush=True)
        time.sleep(pause)


def answer(searcher: Searcher, store: str, text: str) -> tuple[int, str]:
    """Return the generation of an answer and a digest of its hits."""
    state = Store(store).state()
    if state is None or state.generation != searcher.snapshot.state.generation:
        searcher.reopen()
    hits = [(hit.path, hit.symbol, hit.start_line, hit.score) for hit in searcher.query(text)]
    return searcher.snapshot.state.generation, sha256(repr(hits).encode()).hexdigest()


# -- the phases


@dataclass(frozen=True, slots=True)
class RunPaths:
    """The paths of one run."""

    tree: Path
    store: Path
    folder: Path
    ignore: bool

    def clew(self, command: str) -> list[str]:
        """Return a command that writes the index."""
        clew = str(Path(sys.executable).with_name("clew"))
        return [
            clew,
            command,
            str(self.tree),
            "--store",
            str(self.store),
            *([] if self.ignore else ["--no-ignore"]),
        ]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "CLEW_CACHE_DIR": str(self.folder / "cache"), "PYTHONPATH": str(ROOT)}

    def sources(self) -> list[Path]:
        """Return the files that can be edited, in order."""
        return sorted(
            path for path in self.tree.rglob("*") if path.suffix in EDITED and not path.is_symlink()
        )


EDITED = {
    ".c": "//",
    ".h": "//",
    ".py": "#",
    ".go": "//",
    ".js": "//",
    ".ts": "//",
    ".java": "//",
    ".rs": "//",
}


def quiet(paths: RunPaths, seconds: float) -> None:
    """Nothing goes on."""
    time.sleep(seconds)


def rebuild(paths: RunPaths, seconds: float) -> None:
    """Change every file, and build."""
    for path in paths.sources():
        edit(path, "rebuilt")
    subprocess.run(paths.clew("index"), env=paths.environment(), check=True, capture_output=True)


def watch(paths: RunPaths, seconds: float) -> None:
    """Save a file every second under `clew watch`."""
    sources = paths.sources()
    process = subprocess.Popen(
        paths.clew("watch"),
        env=paths.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    process.stdout.readline()  # it watches from here on
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        edit(sources[int(time.monotonic() * 7) % len(sources)], f"saved at {time.monotonic()}")
        time.sleep(1.0)
    process.terminate()
    process.communicate()


def edit(path: Path, word: str) -> None:
    """Append a comment."""
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{EDITED[path.suffix]} {word}\n")


def measure(paths: RunPaths, readers: int, seconds: float, pause: float) -> list[Phase]:
    """Return all phases, run one after the other with the same readers."""
    subprocess.run(paths.clew("index"), env=paths.environment(), check=True, capture_output=True)
    periods: list[tuple[str, float, float]] = []
    with reading(paths, readers, pause) as answers:
        for phase in (quiet, rebuild, watch):
            start = time.time()
            phase(paths, seconds)
            periods.append((phase.__name__, start, time.time()))
            print(f"{phase.__name__}: {periods[-1][2] - start:.0f} s", file=sys.stderr, flush=True)
    return [summarize_phase(name, start, end, answers) for name, start, end in periods]


Answer = tuple[float, float, str, int, str]
"""When it was asked for, milliseconds, question, generation, digest."""


@contextmanager
def reading(paths: RunPaths, readers: int, pause: float) -> Iterator[list[Answer]]:
    """Run readers during the block; their answers are available after it."""
    stop, answers = paths.folder / "stop", list[Answer]()
    logs = [(paths.folder / f"reader-{number}").open("w+") for number in range(readers)]
    command = [
        sys.executable,
        "-m",
        "benchmarks.readers",
        "--read",
        str(paths.store),
        str(stop),
        "--pause",
        str(pause),
    ]
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=paths.environment(), stdout=log) for log in logs
    ]
    while not all(Path(log.name).stat().st_size for log in logs):
        time.sleep(0.1)
        if any(process.poll() for process in processes):
            raise SystemExit("a reader ended before it had asked anything")
    try:
        yield answers
    finally:
        stop.touch()
        for process, log in zip(processes, logs, strict=True):
            process.wait()
            log.seek(0)
            answers += (tuple(json.loads(line)) for line in log.readlines()[1:])
            log.close()


def summarize_phase(name: str, start: float, end: float, answers: Sequence[Answer]) -> Phase:
    """Return the figures of the phase from `start` to `end`."""
    import numpy as np

    mine = [each for each in answers if start <= each[0] < end]
    times = [each[1] for each in mine] or [0.0]
    right = [each for each in mine if each[3]]
    by_generation: dict[tuple[str, int], set[str]] = {}
    for _, _, text, generation, digest in right:
        by_generation.setdefault((text, generation), set()).add(digest)
    for _, _, text, _, error in {each[4]: each for each in mine if not each[3]}.values():
        print(f"{name}: {text!r}: {error}", file=sys.stderr)
    return Phase(
        name, round(end - start, 1), len(mine), len({each[3] for each in right}),
        len(mine) - len(right),
        sum(len(digests) > 1 for digests in by_generation.values()), float(np.median(times)),
        float(np.quantile(times, 0.95)),
    )  # fmt: skip


def table(phases: Sequence[Phase]) -> str:
    """Return a Markdown row for each phase."""
    lines = [
        (
            "| phase | seconds | answers | generations | errors | mixed | median, ms | p95, ms | of"
            " the quiet p95 |"
        ),
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for each in phases:
        counts = (
            f"{each.seconds:.0f} | {each.answers:,} | {each.generations} | {each.errors} |"
            f" {each.mixed}"
        )
        ratio = each.p95 / (phases[0].p95 or 1.0)
        lines.append(
            f"| {each.name} | {counts} | {each.median:.0f} | {each.p95:.0f} | {ratio:.2f} |"
        )
    return "\n".join(
        [
            *lines,
            f"target: no error, no mixed answer, {TARGET_RATIO:.0f} times the quiet p95 at most",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.readers", description=__doc__.split("\n", 1)[0]
    )
    parser.add_argument("path", type=Path, nargs="?")
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="of the quiet phase, and under watch"
    )
    parser.add_argument(
        "--pause", type=float, default=PAUSE, help="seconds of a reader after each answer"
    )
    parser.add_argument(
        "--no-ignore", action="store_true", help="also index files ignored by .gitignore"
    )
    parser.add_argument("--read", nargs=2, metavar=("STORE", "STOP"), help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if options.read:
        store, stop = options.read
        read(store, stop, options.pause)
        return 0
    if options.path is None:
        parser.error("PATH is missing: the tree to read")
    with tempfile.TemporaryDirectory(prefix="clew-readers-") as name:
        folder = Path(name)
        shutil.copytree(options.path, folder / "tree", symlinks=True)
        paths = RunPaths(folder / "tree", folder / "store", folder, not options.no_ignore)
        phases = measure(paths, options.readers, options.seconds, options.pause)
    print(json.dumps([asdict(each) for each in phases]) if options.json else table(phases))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
