"""The whole graph, assembled from the store's tables, derived edges and co-changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from indexer import Snapshot, key64

from .co_changes import find_co_changes
from .csr import CsrAdjacency
from .derived_edges import derive_edges
from .edge_columns import KINDS, EdgeColumns, merge_edges

if TYPE_CHECKING:
    from .edge_columns import Ints

_SYMBOL_COLUMNS = ["uid", "idx", "parent", "start_line", "end_line", "name", "qualname", "kind"]


def assemble_graph(snapshot: Snapshot) -> CsrAdjacency:
    """Return the graph of a snapshot from its tables: ten seconds for ten million edges."""
    paths, nodes = list(snapshot.entries), _node_table(snapshot)
    uid = nodes["uid"].to_numpy()
    stored, rules = _stored_edges(snapshot, uid)
    derived = derive_edges(nodes, paths, stored, rules)
    history = (_co_change_edges(snapshot, uid), ["history"])
    return CsrAdjacency.build(paths, nodes, *merge_edges(stored, rules, [*derived, history]))


def _stored_edges(snapshot: Snapshot, uid: Ints) -> tuple[EdgeColumns, list[str]]:
    """Return the edges of the store with both ends in the view, and their rules."""
    import numpy as np

    table = snapshot.all_edges()
    src, dst = _positions(uid, table["src"].to_numpy()), _positions(uid, table["dst"].to_numpy())
    rules, rule = _encode(table["rule"])
    kinds, kind = _encode(table["kind"])
    edges = EdgeColumns(
        src,
        dst,
        np.array([KINDS.index(name) for name in kinds], np.uint8)[kind],
        rule,
        table["confidence"].to_numpy().copy(),
        table["line"].to_numpy().copy(),
    )
    return edges.take(((src >= 0) & (dst >= 0)).nonzero()[0]), rules


def _co_change_edges(snapshot: Snapshot, uid: Ints) -> EdgeColumns:
    import numpy as np

    pairs = find_co_changes(snapshot.commit_log)
    src, dst = (
        _positions(uid, np.array([key64(path) for path in ends], dtype=np.int64))
        for ends in ([pair.src for pair in pairs], [pair.dst for pair in pairs])
    )
    zeros = np.zeros(len(pairs), dtype=np.uint8)
    confidence = np.array([pair.confidence for pair in pairs], dtype=np.float32)
    edges = EdgeColumns(src, dst, zeros + KINDS.index("co-changes"), zeros, confidence, zeros)
    return edges.take(((src >= 0) & (dst >= 0)).nonzero()[0])


def _node_table(snapshot: Snapshot) -> pa.Table:
    """Return all nodes: each file, followed by its symbols in the order of their position."""
    import numpy as np

    paths = list(snapshot.entries)
    rows, file = _symbols_by_file(snapshot)
    counts = np.bincount(file, minlength=len(paths)) if len(paths) else np.zeros(0, dtype=np.int64)
    # the node of each file, and of each symbol
    files = np.arange(len(paths)) + np.concatenate([[0], np.cumsum(counts)])[: len(paths)]
    symbols = files[file] + 1 + rows["idx"].to_numpy()
    parent = rows["parent"].to_numpy()
    of_symbols = {
        "uid": rows["uid"].to_numpy(),
        "file": file,
        "parent": np.where(parent < 0, files[file], files[file] + 1 + parent),
        "start": rows["start_line"].to_numpy(),
        "end": rows["end_line"].to_numpy(),
    }
    of_files = {
        "uid": np.array([key64(path) for path in paths], dtype=np.int64),
        "file": np.arange(len(paths)),
        "parent": np.full(len(paths), -1),
        "start": np.ones(len(paths), dtype=np.int64),
        "end": np.ones(len(paths), dtype=np.int64),
    }
    numbers = {}
    for name in of_files:
        column = np.zeros(len(paths) + len(file), np.int64 if name == "uid" else np.int32)
        column[symbols], column[files] = of_symbols[name], of_files[name]
        numbers[name] = column
    return pa.table(numbers | _text_columns(rows, symbols, len(paths)))


def _symbols_by_file(snapshot: Snapshot) -> tuple[pa.Table, Ints]:
    """Return the rows of all symbols, by file and position, and the number of each one's file."""
    import numpy as np

    rows = snapshot.all_symbols(_SYMBOL_COLUMNS)
    ids = np.array([entry.file_id for entry in snapshot.entries.values()], dtype=np.int64)
    file = _positions(ids, rows["file_id"].to_numpy())
    order = np.lexsort((rows["idx"].to_numpy(), file))
    return rows.take(order), file[order]


def _text_columns(rows: pa.Table, symbols: Ints, files: int) -> dict[str, pa.Array]:
    """Return name, qualname and kind of all nodes; `symbols` are the nodes of the rows."""
    import numpy as np

    # a file takes the row behind the last, with the texts of a file
    row_of = np.full(files + len(symbols), len(symbols), dtype=np.int64)
    row_of[symbols] = np.arange(len(symbols))
    texts = {}
    for name, of_file in (("name", ""), ("qualname", ""), ("kind", "file")):
        values = pa.concat_arrays([rows[name].combine_chunks(), pa.array([of_file])])
        texts[name] = values.take(pa.array(row_of))
    return texts


def _positions(keys: Ints, values: Ints) -> Ints:
    """Return the position of each value among `keys`, or -1."""
    if not len(values):
        return values
    positions: Ints = (
        pc.index_in(pa.array(values), value_set=pa.array(keys)).fill_null(-1).to_numpy()
    )
    return positions


def _encode(column: pa.ChunkedArray) -> tuple[list[str], Ints]:
    """Return the distinct values in order, and for each row the number of its value."""
    import numpy as np

    coded = column.dictionary_encode().unify_dictionaries().combine_chunks()
    values = coded.dictionary.to_pylist() if len(coded) else []
    names = sorted(values)
    number = np.array([names.index(value) for value in values], np.uint8)
    return names, number[coded.indices.to_numpy()] if len(coded) else np.zeros(0, np.uint8)
