"""Measure the cost of a full index as a ratio to pure tree-sitter parsing of the same files.

    python -m benchmarks.index PATH [--jobs N] [--encoder builtin] [--no-ignore]
                               [--max-memory SIZE] [--curve] [--json]

Both run on the same machine, one after the other. The index is the real `clew index` in a process
of its own (start-up and imports count), into a fresh store and with an empty cache of vectors.
Parsing is the lower bound: read and parse each file of a known language, nothing else, on the same
number of processes, started before the clock is. Every file has been read once before, so both find
it in the page cache. Memory is the proportional set size of all processes together, sampled.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from indexer import (
    LANGUAGES,
    Skipped,
    Snapshot,
    Store,
    grammar,
    language_of,
    open_worktree,
    tree_memory,
)

from .speed.phases import Phases, has_grammar, measure_phases
from .speed.phases import table as phases_table
from .speed.scaling import LINEAR, PARTS, exponent, write_part

PARSE_RUNS = 2  # the best counts
BATCH_BYTES = 1 << 20  # of files for a worker at a time, as in the index
SAMPLE_SECONDS = 0.1
TARGET_RATIO, TARGET_MEMORY, TARGET_STORE = 4.0, 4 << 30, 1.5  # of the kernel, on two processes


@dataclass(frozen=True, slots=True)
class Measurement:
    """One run on one tree."""

    path: str
    jobs: int
    encoder: str
    files: int
    parsed_files: int  # those of a known language
    lines: int
    bytes: int
    parsed_bytes: int
    symbols: int
    references: int
    edges: int
    chunks: int
    skipped: dict[str, int]  # reason → files
    seconds: float  # of the whole `clew index`
    parse_seconds: float  # of the best of PARSE_RUNS
    ratio: float  # seconds / parse_seconds
    phases: dict[str, float]  # of the index, wall time
    processor_seconds: float  # of all processes of the index
    parse_processor_seconds: float
    processor_ratio: float
    processor: Phases | None  # in one process
    peak_memory_bytes: int
    store_bytes: int


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a run."""

    jobs: int
    encoder: str = "builtin"
    ignore: bool = True  # obey .gitignore; the kernel's, outside of git, ignores everything
    max_memory: str = ""  # as `clew index` takes it
    phases: bool = True  # measure each phase alone, too


def measure(path: Path, options: Options) -> Measurement:
    """Index and parse the tree at `path`."""
    read_once(path, options.ignore)
    with tempfile.TemporaryDirectory(prefix="clew-benchmark-", dir=path.parent) as folder:
        store = str(Path(folder, "store"))
        report, cost = run_index(path, store, options, Path(folder, "cache"))
        files = parsed_files(store)
        store_bytes = Store(store).size()
        processor = measure_phases(store, [name for name, _ in files]) if options.phases else None
    parse_seconds, parse_processor, parsed_bytes = parse_all(files, options.jobs)
    return Measurement(
        path=str(path),
        jobs=options.jobs,
        encoder=options.encoder,
        files=report["files"],
        parsed_files=len(files),
        lines=report["lines"],
        bytes=report["bytes"],
        parsed_bytes=parsed_bytes,
        symbols=report["symbols"],
        references=report["references"],
        edges=report["edges"],
        chunks=report["chunks"],
        skipped=report["skipped"],
        seconds=round(cost.seconds, 3),
        parse_seconds=round(parse_seconds, 3),
        ratio=round(cost.seconds / parse_seconds, 2) if parse_seconds else 0.0,
        phases=report["seconds"],
        processor_seconds=round(cost.processor, 2),
        parse_processor_seconds=round(parse_processor, 2),
        processor_ratio=round(cost.processor / parse_processor, 2) if parse_processor else 0.0,
        processor=processor,
        peak_memory_bytes=cost.peak,
        store_bytes=store_bytes,
    )


def read_once(path: Path, ignore: bool) -> None:
    """Read every file to be indexed into the page cache."""
    source = open_worktree(path, ignore=ignore)
    read = source.reader()
    for item in source.files():
        if not isinstance(item, Skipped):
            read(item)


# -- the index


@dataclass(slots=True)
class Cost:
    """The resources used by a process and its descendants."""

    seconds: float = 0.0
    processor: float = 0.0  # seconds
    peak: int = 0  # bytes of all processes together
    _used: dict[int, float] = field(
        default_factory=dict
    )  # process → seconds of the processor, when last seen

    def sample(self, pid: int) -> None:
        """Add the current memory and processor time of a process and its descendants."""
        self.peak = max(self.peak, tree_memory(pid))
        with suppress(psutil.Error):
            for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
                self._add_times(process)
        self.processor = sum(self._used.values())

    def _add_times(self, process: psutil.Process) -> None:
        with suppress(psutil.Error):  # it has just ended
            times = process.cpu_times()
            self._used[process.pid] = times.user + times.system


def run_index(path: Path, store: str, options: Options, cache: Path) -> tuple[dict[str, Any], Cost]:
    """Run `clew index` and return its report and its cost."""
    clew = Path(sys.executable).with_name("clew")
    command = [
        str(clew),
        "index",
        str(path),
        "--store",
        store,
        "--jobs",
        str(options.jobs),
        "--json",
    ]
    command += ["--encoder", options.encoder, *([] if options.ignore else ["--no-ignore"])]
    command += ["--max-memory", options.max_memory] if options.max_memory else []
    cost, start = Cost(), time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, "CLEW_CACHE_DIR": str(cache)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with sampling(process.pid, cost):
        out, err = process.communicate()
        cost.seconds = time.perf_counter() - start
    if process.returncode != 0:
        raise SystemExit(f"clew index failed: {err.decode(errors='replace').strip()}")
    return json.loads(out), cost


@contextmanager
def sampling(pid: int, cost: Cost) -> Iterator[None]:
    """Sample the cost of a process and its descendants until the block ends."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(SAMPLE_SECONDS):
            cost.sample(pid)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


# -- the floor


def parsed_files(store: str) -> list[tuple[str, int]]:
    """Return path and size of the indexed files with a grammar."""
    snapshot = Snapshot.open(store)
    root = snapshot.view.root
    indexed = [
        (os.path.join(root, entry.path), entry.size)
        for entry in snapshot.entries.values()
        if entry.file_id
    ]
    return [(path, size) for path, size in indexed if has_grammar(path)]


def parse_all(files: Sequence[tuple[str, int]], jobs: int) -> tuple[float, float, int]:
    """Return the seconds of the best run, the least processor time of a run, and the bytes
    parsed."""
    batches = list(split_batches(files))
    with multiprocessing.get_context("forkserver").Pool(jobs, initializer=load_grammars) as pool:
        pool.map(parse_batch, [[] for _ in range(jobs)])
        times, processor, read = [], [], 0
        for _ in range(PARSE_RUNS):
            start = time.perf_counter()
            results = list(pool.imap_unordered(parse_batch, batches))
            times.append(time.perf_counter() - start)
            processor.append(sum(seconds for _, seconds in results))
            read = sum(size for size, _ in results)
    return min(times), min(processor), read


def split_batches(files: Sequence[tuple[str, int]]) -> Iterator[list[str]]:
    """Yield paths in batches of about BATCH_BYTES."""
    batch: list[str] = []
    total = 0
    for path, size in files:
        batch.append(path)
        total += size
        if total >= BATCH_BYTES:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def load_grammars() -> None:
    """Load every grammar in a worker before the clock starts."""
    for name, row in LANGUAGES.items():
        if row.grammar:
            grammar(name)


def parse_batch(paths: Sequence[str]) -> tuple[int, float]:
    """Read and parse files; return their bytes and the processor time."""
    total, start = 0, time.process_time()
    for path in paths:
        data = Path(path).read_bytes()
        grammar(language_of(path, data)).parser.parse(data)
        total += len(data)
    return total, time.process_time() - start


# -- the command


def table(run: Measurement) -> str:
    """Return the measurement for people, beside its targets."""
    phases = "  ".join(f"{name} {seconds:.2f} s" for name, seconds in run.phases.items())
    lines = (
        f"{run.path}: {run.files:,} files, {run.lines:,} lines, {run.bytes / 1e6:.1f} MB;"
        f" {run.parsed_files:,} files, {run.parsed_bytes / 1e6:.1f} MB in parsed languages",
        f"{run.symbols:,} symbols, {run.references:,} references, {run.edges:,} edges,"
        f" {run.chunks:,} chunks",
        f"time       parse {run.parse_seconds:.2f} s, index {run.seconds:.2f} s on"
        f" {run.jobs} processes: {run.ratio:.1f}× (target: {TARGET_RATIO:.0f}×)",
        f"processor  parse {run.parse_processor_seconds:.1f} s, index"
        f" {run.processor_seconds:.1f} s: {run.processor_ratio:.1f}×",
        f"memory     {run.peak_memory_bytes / 2**20:,.0f} MiB at most"
        f" (target: {TARGET_MEMORY >> 20:,} MiB)",
        f"store      {run.store_bytes / 1e6:,.1f} MB,"
        f" {run.store_bytes / max(run.bytes, 1):.2f}× the text (target: {TARGET_STORE}×)",
        phases,
        phases_table(run.processor) if run.processor else "",
    )
    return "\n".join(line for line in lines if line)


def curve(path: Path, options: Options) -> list[Measurement]:
    """Return the measurements of nested parts of the tree and of the whole."""
    measurements = []
    for parts in PARTS:
        measurements.append(measure(path, options) if parts == 1 else part(path, parts, options))
        print(curve_row(parts, measurements[-1]), file=sys.stderr, flush=True)
    return measurements


def part(path: Path, parts: int, options: Options) -> Measurement:
    """Return the measurement of one of `parts` shares of the tree."""
    with tempfile.TemporaryDirectory(prefix="clew-part-", dir=path.parent) as folder:
        target = Path(folder, path.name)
        write_part(path, parts, target)
        return measure(target, options)


def curve_row(parts: int, measurement: Measurement) -> str:
    return (
        f"1/{parts:<3} {measurement.bytes / 1e6:8.1f} MB {measurement.seconds:8.1f} s"
        f" {measurement.processor_seconds:8.1f} s of the processor {measurement.ratio:5.1f}×"
        f" {measurement.peak_memory_bytes / 2**20:7,.0f} MiB  store"
        f" {measurement.store_bytes / max(measurement.bytes, 1):.2f}×"
    )


def curve_table(measurements: Sequence[Measurement]) -> str:
    """Return the growth of time, processor time and memory with the bytes of the tree."""
    sizes = [float(each.bytes) for each in measurements]
    costs = {
        "time": [each.seconds for each in measurements],
        "processor time": [each.processor_seconds for each in measurements],
        "memory": [float(each.peak_memory_bytes) for each in measurements],
    }
    rows = [curve_row(parts, each) for parts, each in zip(PARTS, measurements, strict=True)]
    slopes = "  ".join(f"{name} {exponent(sizes, values):.2f}" for name, values in costs.items())
    return "\n".join([*rows, f"exponents: {slopes} (target: {LINEAR} at most)"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.index", description=__doc__.split("\n", 1)[0]
    )
    parser.add_argument("path", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument(
        "--no-ignore", action="store_true", help="also index files ignored by .gitignore"
    )
    parser.add_argument("--max-memory", default="", metavar="SIZE", help="as `clew index` takes it")
    parser.add_argument(
        "--no-phases",
        action="store_true",
        help="do not measure each phase alone: it doubles the time",
    )
    parser.add_argument(
        "--curve", action="store_true", help="measure 1/16, 1/8, 1/4, 1/2 and the whole"
    )
    parser.add_argument("--json", action="store_true", help="one object a line at the end")
    options = parser.parse_args(arguments)
    settings = Options(
        options.jobs,
        options.encoder,
        not options.no_ignore,
        options.max_memory,
        not (options.no_phases or options.curve),
    )
    path = options.path.resolve()
    measurements = curve(path, settings) if options.curve else [measure(path, settings)]
    text = table(measurements[-1]) + (f"\n{curve_table(measurements)}" if options.curve else "")
    print(text, file=sys.stderr if options.json else sys.stdout)
    for each in measurements if options.json else ():
        print(json.dumps(asdict(each), ensure_ascii=False))


if __name__ == "__main__":
    main()
