"""The store's format: the tables, and facts as Arrow batches.

Facts are stored per *file version*, `file_id = key64(path, content id)`, and never change. A symbol
is `uid = key64(symbol id)`. Edges are stored per *edge set*: `edges_id` is a digest of the outgoing
edges of one file, so that views share equal sets. A manifest maps a view's path to both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ..embed import vector_columns, vector_fields
from ..records import Binding, Chunk, Edge, FileFacts, Import, Reference, Symbol, key64, symbol_id

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = 7
"""To be raised whenever stores of older versions of clew would be misread."""

_I64, _I32, _STR = pa.int64(), pa.int32(), pa.string()
_PACKED = {
    "lance-encoding:compression": "zstd",
    "lance-encoding:structural-encoding": "miniblock",  # default: long texts packed one by one
    "lance-encoding:minichunk-size": "16384",
}
"""Texts are packed in pieces of 16 kB with zstd.

They take a third to a half of the space of Lance's defaults, and are as fast; see "store" in
benchmarks/LOG.md."""

ZSTD_LEVEL = 3
"""For sources: 5 % smaller than level 1 and as fast; level 5 takes twice the time for 5 % more."""


def _schema(columns: Mapping[str, pa.DataType]) -> pa.Schema:
    return pa.schema(
        [
            pa.field(name, kind, metadata=_PACKED if kind == _STR else None)
            for name, kind in columns.items()
        ]
    )


GENERATIONS = pa.schema({"generation": _I64, "format": _I32, "state": _STR})
"""The one table with a fixed shape, so that any clew can name the format of any store."""

FILES = _schema(
    {"file_id": _I64, "path": _STR, "content": _STR, "language": _STR, "lines": _I32, "size": _I64}
    | {"symbols": _I32, "references": _I32, "chunks": _I32}
    | {"has_error": pa.bool_(), "secrets": _I32, "source": pa.binary()}
)
"""`symbols`, `references`, `chunks`: the file's rows in these tables. `secrets`: redacted ones.
`source`: zstd of the file's redacted bytes."""
SYMBOLS = _schema(
    {"file_id": _I64, "idx": _I32, "uid": _I64, "name": _STR, "qualname": _STR, "kind": _STR}
    | {"start_line": _I32, "end_line": _I32, "signature": _STR, "doc": _STR, "parent": _I32}
)
REFERENCES = _schema(
    {"file_id": _I64, "kind": _STR, "name": _STR, "receiver": _STR, "scope": _I32, "line": _I32}
)
IMPORTS = _schema(
    {"file_id": _I64, "module": _STR, "name": _STR, "alias": _STR, "scope": _I32, "line": _I32}
)
BINDINGS = _schema(
    {
        "file_id": _I64,
        "name": _STR,
        "type": _STR,
        "how": _STR,
        "scope": _I32,
        "line": _I32,
        "until": _I32,
    }
)
EDGES = _schema(
    {
        "edges_id": _I64,
        "src": _I64,
        "dst": _I64,
        "kind": _STR,
        "rule": _STR,
        "confidence": pa.float32(),
        "line": _I32,
    }
)
OCCURRENCES = _schema(
    {"file_id": _I64, "line": _I32, "name": _STR, "kind": _STR, "scope": _I32, "target": _STR}
)
"""Occurrences of names by SCIP indexes, per file version."""
DEPENDENCIES = pa.schema({"edges_id": _I64, "edges": _I32, "keys": pa.list_(_I64)})
"""The number of edges of a set, and the dependency keys of the set beyond its own file. The row of
a set marks it as complete."""
COMMITS = _schema(
    {"commit": _STR, "parents": pa.list_(_STR), "time": _I64, "message": _STR, "terms": _STR}
    | {"paths": pa.list_(_STR), "touched": _I32}
)
"""The commits of any view's history; see `source.commits.Commit`."""
MANIFESTS = _schema(
    {
        "view": _STR,
        "since": _I64,
        "path": _STR,
        "size": _I64,
        "mtime_ns": _I64,
        "content": _STR,
        "file_id": _I64,
        "edges_id": _I64,
    }
    | {"skipped": _STR}
)
"""The content of a view at a path since a generation; see `manifest`. `skipped`: the reason for
missing facts, or ""."""


STATISTICS = pa.schema(
    {
        "view": _STR,
        "since": _I64,
        "chunks": _I64,
        "terms": _I64,
        "buckets": pa.list_(_I64),
        "counts": pa.list_(_I64),
    }
)
"""Term statistics of a view; see `TermStatistics`. Those of a generation are the sum of the view's
rows up to it."""


def chunks_schema(dim: int) -> pa.Schema:
    """Return the schema of chunks with vectors of `dim` components; without vectors if it is 0."""
    fields = {
        "file_id": _I64,
        "idx": _I32,
        "symbol": _I32,
        "start_line": _I32,
        "end_line": _I32,
        "terms": _STR,
    }
    return _schema(fields | vector_fields(dim))


def table_schemas(dim: int) -> dict[str, pa.Schema]:
    """Return table → schema, in the order of writing.

    `files` is last: a row there marks the other facts of the file as complete.
    """
    return {
        "symbols": SYMBOLS,
        "references": REFERENCES,
        "imports": IMPORTS,
        "bindings": BINDINGS,
        "occurrences": OCCURRENCES,
        "commits": COMMITS,
        "chunks": chunks_schema(dim),
        "edges": EDGES,
        "dependencies": DEPENDENCIES,
        "manifests": MANIFESTS,
        "statistics": STATISTICS,
        "files": FILES,
    }


Columns = dict[str, Any]  # field → its values, a sequence or an array

FACTS = ("symbols", "references", "imports", "bindings", "chunks", "files")
"""The tables of facts, in the order of writing."""


def fact_version_of(extractor: str, chunker: int, encoder: str) -> str:
    """Return a fingerprint for the names of tables: facts of different ones cannot be mixed."""
    return blake2b(f"{extractor}:{chunker}:{encoder}".encode(), digest_size=4).hexdigest()


@dataclass(frozen=True, slots=True)
class ExtractedFile:
    """A file's facts, with its text."""

    file_id: int
    content: str  # content id
    source: bytes  # redacted
    facts: FileFacts
    secrets: int = 0  # redacted in `source`


def fact_batches(files: Sequence[ExtractedFile]) -> dict[str, pa.RecordBatch]:
    """Return the rows of `files` for each table of facts; chunks without vectors."""
    facts = [file.facts for file in files]
    ids = [file.file_id for file in files]
    uids = [
        key64(symbol_id(each.path, symbol.qualname)) for each in facts for symbol in each.symbols
    ]
    codec = pa.Codec("zstd", compression_level=ZSTD_LEVEL)
    packed = [codec.compress(file.source, asbytes=True) for file in files]
    symbols = _columns(ids, [each.symbols for each in facts], Symbol)
    chunks = _columns(ids, [each.chunks for each in facts], Chunk)
    columns: dict[str, Columns] = {
        "symbols": symbols | {"uid": uids},
        "references": _columns(ids, [each.references for each in facts], Reference),
        "imports": _columns(ids, [each.imports for each in facts], Import),
        "bindings": _columns(ids, [each.bindings for each in facts], Binding),
        "chunks": chunks,
        "files": {
            "file_id": ids,
            "path": [each.path for each in facts],
            "content": [file.content for file in files],
            "language": [each.language for each in facts],
            "lines": [each.lines for each in facts],
            "size": [len(file.source) for file in files],
            "symbols": [len(each.symbols) for each in facts],
            "references": [len(each.references) for each in facts],
            "chunks": [len(each.chunks) for each in facts],
            "has_error": [each.has_error for each in facts],
            "secrets": [file.secrets for file in files],
            "source": packed,
        },
    }
    schemas = table_schemas(0)
    return {name: _batch(columns[name], schemas[name]) for name in FACTS}


def _columns(
    ids: Sequence[int], records: Sequence[Sequence[tuple[Any, ...]]], record: type
) -> Columns:
    """Return the fields of all files' records as columns, after the file's id and the position."""
    import numpy as np

    names: tuple[str, ...] = record._fields  # type: ignore[attr-defined]
    counts = [len(each) for each in records]
    columns: Iterable[Sequence[Any]] = (
        zip(*chain.from_iterable(records), strict=True) if any(counts) else [()] * len(names)
    )
    positions = chain.from_iterable(map(range, counts))
    return {
        "file_id": np.repeat(np.array(ids, np.int64), counts),
        "idx": np.fromiter(positions, np.int32, sum(counts)),
        **dict(zip(names, columns, strict=True)),
    }


def _batch(columns: Columns, schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [pa.array(columns[field.name], field.type) for field in schema], schema=schema
    )


def make_batch(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    """Return rows as one Arrow batch."""
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return _batch(dict(zip(schema.names, columns, strict=True)), schema)


def with_vectors(chunks: pa.RecordBatch, vectors: NDArray[np.float16]) -> pa.RecordBatch:
    """Return `chunks` with their vectors, an array (chunks, dim); unchanged if dim is 0."""
    return pa.RecordBatch.from_arrays(
        [*chunks.columns, *vector_columns(vectors)], schema=chunks_schema(vectors.shape[1])
    )


def edge_set_id(edges: Iterable[Edge], dependencies: Iterable[int]) -> int:
    """Return a digest of the edges of one file and their dependency keys, the same in any view."""
    texts = (f"{e.src}|{e.dst}|{e.kind}|{e.rule}|{e.confidence:.3f}|{e.line}" for e in edges)
    return key64(*texts, "", *map(str, dependencies))


def edge_batch(edge_sets: Iterable[tuple[int, Sequence[Edge]]]) -> pa.RecordBatch:
    """Return the rows of (edges_id, edges of one file)."""
    uids: dict[str, int] = {}

    def uid(symbol: str) -> int:
        known = uids.get(symbol)
        if known is None:
            known = uids[symbol] = key64(symbol)
        return known

    rows = [
        (edges_id, uid(e.src), uid(e.dst), e.kind, e.rule, e.confidence, e.line)
        for edges_id, edges in edge_sets
        for e in edges
    ]
    return make_batch(rows, EDGES)
