"""Processor time of each phase of an index, in one process, beside pure parsing of the same files.

Graph work is the cost of the symbol graph beyond parsing: the query and its facts, and resolution,
from reading all facts from the store to the rows of edges. Chunks and their terms (the share of
search) and the rows of facts are listed beside it.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
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
    parse = extract = chunks = rows = 0.0
    for at in range(0, len(files), BATCH_FILES):
        batch: list[ExtractedFile] = []
        for path in files[at : at + BATCH_FILES]:
            data = Path(path).read_bytes()
            language = language_of(path, data)
            grammar(language)
            lines = data.decode("utf-8", "replace").split("\n")
            start = time.process_time()
            grammar(language).parser.parse(data)
            parsed = time.process_time()
            facts = extract_facts(path, data, language)
            extracted = time.process_time()
            for _ in chunk_lines(path, lines, facts.symbols):
                pass
            cut = time.process_time()
            parse, extract, chunks = (
                parse + parsed - start,
                extract + extracted - parsed,
                chunks + cut - extracted,
            )
            batch.append(ExtractedFile(key64(path), "", data, facts))
        start = time.process_time()
        fact_batches(batch)
        rows += time.process_time() - start
    resolve = resolution(store)
    gc.enable()
    graph = extract - parse - chunks
    ratio = round((graph + resolve) / parse, 2) if parse else 0.0
    parse, graph, chunks, rows, resolve = (
        round(seconds, 3) for seconds in (parse, graph, chunks, rows, resolve)
    )
    return Phases(parse, graph, chunks, rows, resolve, ratio)


def resolution(uri: str) -> float:
    """Return the processor seconds for all edges of the store's latest view."""
    store = Store(uri)
    state = store.state()
    assert state is not None
    tables = {
        name: store.table(name, state.fact_version, version)
        for name, version in state.versions.items()
    }
    found = tables["manifests"].search().select(["path", "file_id"]).to_arrow().to_pylist()
    wanted = {
        row["path"]: row["file_id"]
        for row in sorted(found, key=lambda row: str(row["path"]))
        if row["file_id"]
    }
    start = time.process_time()
    with TemporaryDirectory() as folder:
        facts = write_arrow_facts(tables, wanted, (), Path(folder))
        for _ in resolve_files(list(wanted), facts, {}):
            pass
    return time.process_time() - start


def has_grammar(path: str) -> bool:
    """Return True if the file at `path` is parsed by a grammar."""
    row = LANGUAGES.get(language_of(path, Path(path).read_bytes()[: 1 << 14]))
    return row is not None and bool(row.grammar)


def table(found: Phases) -> str:
    """Return the phases as a line for people."""
    phases = (
        ("parse", found.parse),
        ("query and facts", found.graph),
        ("chunks and terms", found.chunks),
    )
    rest = (("rows", found.rows), ("resolve", found.resolve))
    times = "  ".join(f"{name} {seconds:.2f} s" for name, seconds in (*phases, *rest))
    return (
        f"processor time: {times}; graph work (query and facts, resolve) is {found.ratio:.2f}×"
        " parsing"
    )
