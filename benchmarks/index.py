"""What a full index costs, as a ratio to pure tree-sitter parsing of the same files, in one run on one machine.

    python -m benchmarks.index PATH --jobs N [--encoder builtin] [--json]

The index is the real `clew index` in a process of its own (start-up and imports count), into a fresh store and with an
empty cache of vectors. Parsing is what nobody can go below: read each file of which the index knows the language and
parse it, nothing else, on the same number of processes, which are started before the clock is. Every file has been read
once before, so both find it in the page cache. Memory is the proportional set size of all processes together, sampled.
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
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from indexer import LANGUAGES, Skipped, Snapshot, Store, grammar, language_of, open_worktree

from .phases import Phases, has_grammar, measure_phases
from .phases import table as phases_table

PARSE_RUNS = 2  # the best counts
BATCH_BYTES = 1 << 20  # of files for a worker at a time, as in the index
SAMPLE_SECONDS = 0.1


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
    processor: Phases  # in one process
    peak_memory_bytes: int
    store_bytes: int


def measure(path: Path, jobs: int, encoder: str = "builtin") -> Measurement:
    """Index and parse the tree at `path`."""
    read_once(path)
    with tempfile.TemporaryDirectory(prefix="clew-benchmark-") as folder:
        store = str(Path(folder, "store"))
        report, seconds, peak = run_index(path, store, jobs, encoder, Path(folder, "cache"))
        files = parsed_files(store)
        store_bytes = Store(store).size()
        processor = measure_phases(store, [name for name, _ in files])
    parse_seconds, parsed_bytes = parse_all(files, jobs)
    return Measurement(
        path=str(path),
        jobs=jobs,
        encoder=encoder,
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
        seconds=round(seconds, 3),
        parse_seconds=round(parse_seconds, 3),
        ratio=round(seconds / parse_seconds, 2) if parse_seconds else 0.0,
        phases=report["seconds"],
        processor=processor,
        peak_memory_bytes=peak,
        store_bytes=store_bytes,
    )


def read_once(path: Path) -> None:
    """Bring every file that may be indexed into the page cache."""
    source = open_worktree(path)
    read = source.reader()
    for item in source.files():
        if not isinstance(item, Skipped):
            read(item)


# -- the index


def run_index(path: Path, store: str, jobs: int, encoder: str, cache: Path) -> tuple[dict[str, Any], float, int]:
    """Run `clew index`; its report, the seconds it took, and the most memory that its processes held together."""
    clew = Path(sys.executable).with_name("clew")
    command = [str(clew), "index", str(path), "--store", store, "--jobs", str(jobs), "--encoder", encoder, "--json"]
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env={**os.environ, "CLEW_CACHE_DIR": str(cache)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with peak_memory(process.pid) as peak:
        out, err = process.communicate()
        seconds = time.perf_counter() - start
    if process.returncode != 0:
        raise SystemExit(f"clew index failed: {err.decode(errors='replace').strip()}")
    return json.loads(out), seconds, peak[0]


@contextmanager
def peak_memory(pid: int) -> Iterator[list[int]]:
    """A list with one number: the most bytes that `pid` and its descendants have been seen to hold together."""
    peak = [0]
    over = threading.Event()

    def sample() -> None:
        while not over.wait(SAMPLE_SECONDS):
            peak[0] = max(peak[0], tree_memory(pid))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def tree_memory(pid: int) -> int:
    """Bytes of a process and its descendants; a page that several share counts once."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return 0
    total = 0
    for process in family:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:  # it has just ended
            continue
    return total


# -- the floor


def parsed_files(store: str) -> list[tuple[str, int]]:
    """Path and size of the indexed files that have a grammar."""
    snapshot = Snapshot.open(store)
    root = snapshot.view.root
    indexed = [(os.path.join(root, entry.path), entry.size) for entry in snapshot.entries.values() if entry.file_id]
    return [(path, size) for path, size in indexed if has_grammar(path)]


def parse_all(files: Sequence[tuple[str, int]], jobs: int) -> tuple[float, int]:
    """Seconds of the best run, and bytes parsed."""
    batches = list(batched(files))
    with multiprocessing.get_context("forkserver").Pool(jobs, initializer=load_grammars) as pool:
        pool.map(parse_batch, [[] for _ in range(jobs)])
        times, read = [], 0
        for _ in range(PARSE_RUNS):
            start = time.perf_counter()
            read = sum(pool.imap_unordered(parse_batch, batches))
            times.append(time.perf_counter() - start)
    return min(times), read


def batched(files: Sequence[tuple[str, int]]) -> Iterator[list[str]]:
    """Paths in runs of about BATCH_BYTES."""
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
    """Have a worker ready before the clock starts."""
    for name, row in LANGUAGES.items():
        if row.grammar:
            grammar(name)


def parse_batch(paths: Sequence[str]) -> int:
    """Read and parse; bytes read."""
    total = 0
    for path in paths:
        data = Path(path).read_bytes()
        grammar(language_of(path, data)).parser.parse(data)
        total += len(data)
    return total


# -- the command


def table(found: Measurement) -> str:
    """The measurement for people."""
    phases = "  ".join(f"{name} {seconds:.2f} s" for name, seconds in found.phases.items())
    return "\n".join(
        (
            f"{found.path}: {found.files:,} files, {found.lines:,} lines, {found.bytes / 1e6:.1f} MB; "
            f"{found.parsed_files:,} files, {found.parsed_bytes / 1e6:.1f} MB in languages that are parsed",
            f"{found.symbols:,} symbols, {found.references:,} references, {found.edges:,} edges, {found.chunks:,} chunks",
            f"parse {found.parse_seconds:.2f} s, index {found.seconds:.2f} s on {found.jobs} processes: {found.ratio:.1f}×",
            phases,
            phases_table(found.processor),
            f"peak memory {found.peak_memory_bytes / 2**20:,.0f} MiB, store {found.store_bytes / 1e6:,.1f} MB "
            f"({found.store_bytes / max(found.bytes, 1):.2f}× the text)",
        )
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.index", description=__doc__.split("\n", 1)[0])
    options.add_argument("path", type=Path)
    options.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options.add_argument("--encoder", default="builtin")
    options.add_argument("--json", action="store_true", help="one object a line at the end")
    given = options.parse_args(arguments)
    found = measure(given.path.resolve(), given.jobs, given.encoder)
    print(table(found), file=sys.stderr if given.json else sys.stdout)
    if given.json:
        print(json.dumps(asdict(found), ensure_ascii=False))


if __name__ == "__main__":
    main()
