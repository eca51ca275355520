"""Processor time of each phase of an index, in one process, beside pure parsing of the same files.

Graph work is the cost of the symbol graph beyond parsing: the query and its facts, and resolution,
from reading all facts from the store to the rows of edges. Chunks and their terms (the share of
search) and the rows of facts are listed beside it.
"""

from __future__ import annotations

import gc
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from indexer import (
    LANGUAGES,
    ExtractedFile,
    Store,
    chunk_lines,
    extract_facts,
    fact_batches,
    grammar,
    key64,
    language_of,
    resolve_files,
    write_arrow_facts,
)

BATCH_FILES = 64  # as in the index


@dataclass(frozen=True, slots=True)
class Phases:
    """Seconds of processor time."""

    parse: float
    graph: float  # query and facts
    chunks: float
    rows: float  # Arrow batches, with the compressed text
    resolve: float
    ratio: float  # (graph + resolve) / parse


def measure_phases(store: str, files: Sequence[str]) -> Phases:
    """Return the times for the indexed tree of `store`; `files` are its files with a grammar."""
    gc.disable()  # as in the index's workers
    totals: dict[str, float] = defaultdict(float)
    for at in range(0, len(files), BATCH_FILES):
        batch = [_measure_file(path, totals) for path in files[at : at + BATCH_FILES]]
        with _add_time(totals, "rows"):
            fact_batches(batch)
    resolve = resolution(store)
    gc.enable()
    parse, chunks = totals["parse"], totals["chunks"]
    graph = totals["extract"] - parse - chunks
    ratio = round((graph + resolve) / parse, 2) if parse else 0.0
    return Phases(
        parse=round(parse, 3),
        graph=round(graph, 3),
        chunks=round(chunks, 3),
        rows=round(totals["rows"], 3),
        resolve=round(resolve, 3),
        ratio=ratio,
    )


def _measure_file(path: str, totals: dict[str, float]) -> ExtractedFile:
    data = Path(path).read_bytes()
    language = language_of(path, data)
    grammar(language)
    lines = data.decode("utf-8", "replace").split("\n")
    with _add_time(totals, "parse"):
        grammar(language).parser.parse(data)
    with _add_time(totals, "extract"):
        facts = extract_facts(path, data, language)
    with _add_time(totals, "chunks"):
        for _ in chunk_lines(path, lines, facts.symbols):
            pass
    return ExtractedFile(key64(path), "", data, facts)


@contextmanager
def _add_time(totals: dict[str, float], name: str) -> Iterator[None]:
    start = time.process_time()
    yield
    totals[name] += time.process_time() - start


def resolution(uri: str) -> float:
    """Return the processor seconds for all edges of the store's latest view."""
    store = Store(uri)
    state = store.state()
    assert state is not None
    tables = {
        name: store.table(name, state.fact_version, version)
        for name, version in state.versions.items()
    }
    rows = tables["manifests"].search().select(["path", "file_id"]).to_arrow().to_pylist()
    file_ids = {
        row["path"]: row["file_id"]
        for row in sorted(rows, key=lambda row: str(row["path"]))
        if row["file_id"]
    }
    start = time.process_time()
    with TemporaryDirectory() as folder:
        facts = write_arrow_facts(tables, file_ids, (), Path(folder))
        for _ in resolve_files(list(file_ids), facts, {}):
            pass
    return time.process_time() - start


def has_grammar(path: str) -> bool:
    """Return True if the file at `path` is parsed by a grammar."""
    row = LANGUAGES.get(language_of(path, Path(path).read_bytes()[: 1 << 14]))
    return row is not None and bool(row.grammar)


def table(result: Phases) -> str:
    """Return the phases as a line for people."""
    phases = (
        ("parse", result.parse),
        ("query and facts", result.graph),
        ("chunks and terms", result.chunks),
    )
    rest = (("rows", result.rows), ("resolve", result.resolve))
    times = "  ".join(f"{name} {seconds:.2f} s" for name, seconds in (*phases, *rest))
    return (
        f"processor time: {times}; graph work (query and facts, resolve) is {result.ratio:.2f}×"
        " parsing"
    )
