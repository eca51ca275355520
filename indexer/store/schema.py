"""The store's format: its tables, and facts as Arrow batches. With `store` and `snapshot`, all that knows the format.

Facts hang on a *file version*, `file_id = key64(path, content id)`, and never change; a symbol is `uid = key64(symbol id)`.
Edges hang on `edges_id`, a digest of the edges that leave one file, so that views whose files resolve alike share them.
A manifest row ties a view's path to both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ..embed.quantized import columns as vector_columns
from ..embed.quantized import fields as vector_fields
from ..records import Binding, Chunk, Edge, FileFacts, Import, Reference, Symbol, key64, symbol_id

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = 6
"""Raised whenever a store that an older clew wrote would be misread."""

_I64, _I32, _STR = pa.int64(), pa.int32(), pa.string()
_PACKED = {
    "lance-encoding:compression": "zstd",
    "lance-encoding:structural-encoding": "miniblock",  # by itself Lance packs each long text alone: slower, and larger
    "lance-encoding:minichunk-size": "16384",
}
"""How texts lie in a file: pieces of 16 kB by zstd, a third to a half of Lance's own and as fast; see "store" in benchmarks/LOG.md."""

TEXT_LEVEL = 3  # of zstd, for sources: 5 % smaller than 1 and as fast; 5 takes twice the time for another 5 %


def _schema(columns: Mapping[str, pa.DataType]) -> pa.Schema:
    return pa.schema(
        [
            pa.field(name, kind, metadata=_PACKED if kind == _STR else None)
            for name, kind in columns.items()
        ]
    )


GENERATIONS = pa.schema({"generation": _I64, "format": _I32, "state": _STR})
"""The one table whose shape never changes, so that any clew can name the format of any store."""

FILES = _schema(
    {"file_id": _I64, "path": _STR, "content": _STR, "language": _STR, "lines": _I32, "size": _I64}
    | {
        "symbols": _I32,
        "references": _I32,
        "chunks": _I32,
    }  # how many rows of these tables are the file's
    | {"has_error": pa.bool_(), "secrets": _I32, "source": pa.binary()}
)
"""`secrets`: how many were written over. `source`: zstd of the file's bytes, without them."""
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
"""What SCIP indexes say of a file version; see `occurrences.CompilerOccurrence`."""
NEEDS = pa.schema({"edges_id": _I64, "edges": _I32, "needs": pa.list_(_I64)})
"""How many edges a set has, and what it depends on beyond its own file: keys of `needs`. One row a set; it says that the
set is complete."""
COMMITS = _schema(
    {"commit": _STR, "parents": pa.list_(_STR), "time": _I64, "message": _STR, "terms": _STR}
    | {"paths": pa.list_(_STR), "touched": _I32}
)
"""The commits that lead to any view's; see `history.Commit`."""
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
    | {"skipped": _STR}  # reason why there are no facts, or ""
)
"""What a view holds at a path since a generation; see `manifest`."""


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
"""How many chunks of a view hold which terms; see `statistics.TermStatistics`. A view's rows add up: those up to a
generation to what it held then."""


def chunks_schema(dim: int) -> pa.Schema:
    """Chunks with a vector of `dim` components; without the column where `dim` is 0."""
    fields = {
        "file_id": _I64,
        "idx": _I32,
        "symbol": _I32,
        "start_line": _I32,
        "end_line": _I32,
        "terms": _STR,
    }
    return _schema(fields | vector_fields(dim))


def tables(dim: int) -> dict[str, pa.Schema]:
    """Every table of an epoch. `files` comes last: its row says that the other facts of the file are complete."""
    return {
        "symbols": SYMBOLS, "references": REFERENCES, "imports": IMPORTS, "bindings": BINDINGS,
        "occurrences": OCCURRENCES, "commits": COMMITS, "chunks": chunks_schema(dim), "edges": EDGES, "needs": NEEDS, "manifests": MANIFESTS,
        "statistics": STATISTICS,         "files": FILES,
    }  # fmt: skip


Columns = dict[str, Any]  # field → its values, as a sequence or an array

FACTS = ("symbols", "references", "imports", "bindings", "chunks", "files")
"""The tables of facts, in the order in which a batch is written."""


def epoch_of(extractor: str, chunker: int, encoder: str) -> str:
    """Names the tables whose facts were made alike; others cannot be mixed with them."""
    return blake2b(f"{extractor}:{chunker}:{encoder}".encode(), digest_size=4).hexdigest()


@dataclass(frozen=True, slots=True)
class ExtractedFile:
    """A file's facts with what the store keeps beside them."""

    file_id: int
    content: str  # content id
    source: bytes  # without secrets
    facts: FileFacts
    secrets: int = 0  # written over in `source`


def fact_batches(files: Sequence[ExtractedFile]) -> dict[str, pa.RecordBatch]:
    """The rows of `files` for each table of facts; chunks have no vectors yet."""
    facts = [file.facts for file in files]
    ids = [file.file_id for file in files]
    uids = [
        key64(symbol_id(each.path, symbol.qualname)) for each in facts for symbol in each.symbols
    ]
    codec = pa.Codec("zstd", compression_level=TEXT_LEVEL)
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
            "file_id": ids, "path": [each.path for each in facts], "content": [file.content for file in files],
            "language": [each.language for each in facts], "lines": [each.lines for each in facts],
            "size": [len(file.source) for file in files], "symbols": [len(each.symbols) for each in facts],
            "references": [len(each.references) for each in facts], "chunks": [len(each.chunks) for each in facts],
            "has_error": [each.has_error for each in facts],
            "secrets": [file.secrets for file in files], "source": packed,
        },
    }  # fmt: skip
    schemas = tables(0)
    return {name: _batch(columns[name], schemas[name]) for name in FACTS}


def _columns(
    ids: Sequence[int], records: Sequence[Sequence[tuple[Any, ...]]], record: type
) -> Columns:
    """The fields of all files' records as columns, with the file's id and the record's position in its file beside them."""
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


def batch_of(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    """Rows as one Arrow batch."""
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return _batch(dict(zip(schema.names, columns, strict=True)), schema)


def with_vectors(chunks: pa.RecordBatch, vectors: NDArray[np.float16]) -> pa.RecordBatch:
    """`chunks` with their vectors, of shape (chunks, dim); unchanged where dim is 0."""
    return pa.RecordBatch.from_arrays(
        [*chunks.columns, *vector_columns(vectors)], schema=chunks_schema(vectors.shape[1])
    )


def edges_key(edges: Iterable[Edge], needs: Iterable[int]) -> int:
    """The digest of the edges that leave one file and of what they depend on; the same give the same key in any view."""
    written = (f"{e.src}|{e.dst}|{e.kind}|{e.rule}|{e.confidence:.3f}|{e.line}" for e in edges)
    return key64(*written, "", *map(str, needs))


def edge_batch(edge_sets: Iterable[tuple[int, Sequence[Edge]]]) -> pa.RecordBatch:
    """Rows of (edges_id, edges of one file)."""
    keys: dict[str, int] = {}

    def uid(symbol: str) -> int:
        found = keys.get(symbol)
        if found is None:
            found = keys[symbol] = key64(symbol)
        return found

    rows = [
        (edges_id, uid(e.src), uid(e.dst), e.kind, e.rule, e.confidence, e.line)
        for edges_id, edges in edge_sets
        for e in edges
    ]
    return batch_of(rows, EDGES)
