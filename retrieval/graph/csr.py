"""The whole graph of a view as arrays: compressed rows of edges, out and in, over nodes that are files and symbols.

Built from the store once for each publication of a view, written beside a local store and mapped into memory from
there, so that a new process pays for what it looks at. Edges that follow from others are made here (see `derived`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from indexer import VARIABLES, FoundSymbol, Snapshot, key64

from .co_changes import co_changes
from .derived_edges import derive
from .edge_columns import KINDS, EdgeColumns, joined

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]

FEW_EDGES = 1_000_000
VERSION = 3  # of the files' form and of the rules of `derived`
_NODES = ("uid", "file", "parent", "start", "end", "name", "qualname", "kind")


@dataclass(frozen=True, slots=True)
class Described:
    """A node: a file, which has no name and is of kind `file`, or a symbol."""

    path: str
    name: str
    qualname: str
    kind: str
    start_line: int
    end_line: int

    @property
    def id(self) -> str:
        return f"{self.path}::{self.qualname}" if self.qualname else self.path


def owner_at(scope: int, symbol: Callable[[int], tuple[str, int]]) -> int:
    """The position in its file, -1 for the file itself, of what a reference in `scope` belongs to; `symbol`: position →
    (kind, position of what is around it, or less than 0)."""
    while scope >= 0:
        kind, parent = symbol(scope)
        if kind not in VARIABLES:
            break
        scope = max(parent, -1)
    return scope


@dataclass(frozen=True, slots=True)
class Arrays:
    """The graph. A node is a number: files and symbols in the order of paths, each file before its symbols."""

    paths: Sequence[str]  # of files, by their number
    nodes: pa.Table  # uid, file (its number), parent (a node or -1), start, end, name, qualname, kind; files have no name
    edges: EdgeColumns  # in the order of src, dst, kind, line
    rules: Sequence[str]  # by their number in `edges`
    uid: Ints  # of each node
    by_uid: Ints  # nodes in the order of their uid
    file: Ints  # of each node
    parent: Ints  # of each node
    out_starts: Ints  # edges out_starts[n]:out_starts[n + 1] leave the node n
    in_starts: Ints  # edges in_order[in_starts[n]:in_starts[n + 1]] reach the node n
    in_order: Ints

    def nodes_of(self, uids: Collection[int]) -> list[int]:
        """The nodes with these uids, in their order; those that are unknown are left out."""
        import numpy as np

        wanted = np.fromiter(uids, dtype=np.int64, count=len(uids))
        at = np.minimum(
            np.searchsorted(self.uid, wanted, sorter=self.by_uid), max(len(self.uid) - 1, 0)
        )
        found = self.by_uid[at] if len(self.uid) else at
        return [
            int(node)
            for node, uid in zip(found, wanted, strict=True)
            if len(self.uid) and self.uid[node] == uid
        ]

    def nodes_for(self, symbols: Collection[FoundSymbol]) -> list[int]:
        """The nodes of symbols."""
        return self.nodes_of([each.uid for each in symbols])

    def ordered(self, nodes: Iterable[int]) -> list[int]:
        """`nodes` in the order of the view."""
        return sorted(nodes)

    def edges_of(
        self, nodes: Collection[int], inward: bool, kinds: Collection[str], least: float
    ) -> Ints:
        """The edges that reach `nodes` (leave them, if not `inward`), of `kinds` (of any, if empty), no less sure than `least`."""
        import numpy as np

        starts = self.in_starts if inward else self.out_starts
        spans = [np.arange(starts[node], starts[node + 1]) for node in nodes]
        found = np.concatenate(spans) if spans else np.zeros(0, dtype=np.int64)
        found = self.in_order[found] if inward else found
        return self.edges.among(found, kinds, least)

    def owners(self, places: Sequence[tuple[str, int]]) -> list[int]:
        """The nodes to which references in (path, scope) belong: a variable does nothing itself, what is around it does."""
        paths = sorted({path for path, _ in places})
        files = dict(zip(paths, self.nodes_of([key64(path) for path in paths]), strict=True))
        firsts = ((files[path] + 1, scope) for path, scope in places)  # a file's symbols follow it
        return [
            first + owner_at(scope, partial(self._kind_and_parent, first))
            for first, scope in firsts
        ]

    def _kind_and_parent(self, first: int, at: int) -> tuple[str, int]:
        return self.nodes["kind"][first + at].as_py(), int(self.parent[first + at]) - first

    def described(self, node: int) -> Described:
        """What a node is."""
        fields = (
            self.nodes[name][node].as_py() for name in ("name", "qualname", "kind", "start", "end")
        )
        return Described(self.path_of(node), *fields)

    def path_of(self, node: int) -> str:
        """The file of a node."""
        return self.paths[int(self.file[node])]

    def id_of(self, node: int) -> str:
        """`path::Qual.name`, or a path."""
        qualname = self.nodes["qualname"][node].as_py()
        return f"{self.path_of(node)}::{qualname}" if qualname else self.path_of(node)


def load_arrays(snapshot: Snapshot) -> Arrays:
    """The graph of a snapshot: as it was written down, else from the store's tables.

    It is not written down for a generation whose edges are not settled: the next one comes at once.
    """
    folder, paths = _folder(snapshot), list(snapshot.entries)
    if folder is not None and (found := _read(folder, paths)):
        return found
    arrays = _arranged(paths, *_from_store(snapshot))
    if folder is not None and snapshot.view.has_current_edges:
        _write(folder, arrays)
    return arrays


def _from_store(snapshot: Snapshot) -> tuple[pa.Table, EdgeColumns, list[str]]:
    import numpy as np

    nodes = _nodes(snapshot)
    uid = nodes["uid"].to_numpy()
    table = snapshot.all_edges()
    src, dst = _positions(uid, table["src"].to_numpy()), _positions(uid, table["dst"].to_numpy())
    known = (src >= 0) & (dst >= 0)
    rules, codes = _encoded(table["rule"])
    names, named = _encoded(table["kind"])
    kinds = np.array([KINDS.index(name) for name in names], np.uint8)[named]
    stored = EdgeColumns(
        src,
        dst,
        kinds,
        codes,
        table["confidence"].to_numpy().copy(),
        table["line"].to_numpy().copy(),
    ).taken(known.nonzero()[0])
    further = [
        *derive(nodes, list(snapshot.entries), stored, rules),
        (_co_changes(snapshot, uid), ["history"]),
    ]
    return nodes, *joined(stored, rules, further)


def _co_changes(snapshot: Snapshot, uid: Ints) -> EdgeColumns:
    import numpy as np

    found = co_changes(snapshot.commit_log)
    src, dst = (
        _positions(uid, np.array([key64(path) for path in ends], dtype=np.int64))
        for ends in ([each.src for each in found], [each.dst for each in found])
    )
    zeros = np.zeros(len(found), dtype=np.uint8)
    confidence = np.array([each.confidence for each in found], dtype=np.float32)
    edges = EdgeColumns(src, dst, zeros + KINDS.index("co-changes"), zeros, confidence, zeros)
    return edges.taken(((src >= 0) & (dst >= 0)).nonzero()[0])


def _nodes(snapshot: Snapshot) -> pa.Table:
    import numpy as np

    paths = list(snapshot.entries)
    columns = ["uid", "idx", "parent", "start_line", "end_line", "name", "qualname", "kind"]
    rows = snapshot.all_symbols(columns)
    ids = np.array([snapshot.entries[path].file_id for path in paths], dtype=np.int64)
    file = _positions(ids, rows["file_id"].to_numpy())
    order = np.lexsort((rows["idx"].to_numpy(), file))
    rows, file = rows.take(order), file[order]
    counts = np.bincount(file, minlength=len(paths)) if len(paths) else np.zeros(0, dtype=np.int64)
    base = np.arange(len(paths)) + np.concatenate([[0], np.cumsum(counts)])[: len(paths)]
    place = base[file] + 1 + rows["idx"].to_numpy()
    parent = rows["parent"].to_numpy()
    total = len(paths) + len(file)
    values = {
        name: np.zeros(total, dtype=np.int64 if name == "uid" else np.int32) for name in _NODES[:5]
    }
    fill = {
        "uid": rows["uid"].to_numpy(),
        "file": file,
        "parent": np.where(parent < 0, base[file], base[file] + 1 + parent),
    }
    fill |= {"start": rows["start_line"].to_numpy(), "end": rows["end_line"].to_numpy()}
    files = {
        "uid": np.array([key64(path) for path in paths], dtype=np.int64),
        "file": np.arange(len(paths)),
    }
    files |= {"parent": np.full(len(paths), -1)}
    files |= dict.fromkeys(("start", "end"), np.ones(len(paths), dtype=np.int64))
    for name, column in values.items():
        column[place], column[base] = fill[name], files[name]
    back = np.full(
        total, len(file), dtype=np.int64
    )  # files take the row behind the last, which is empty
    back[place] = np.arange(len(file))
    texts = {
        name: pa.concat_arrays([rows[name].combine_chunks(), pa.array([blank])]).take(
            pa.array(back)
        )
        for name, blank in (("name", ""), ("qualname", ""), ("kind", "file"))
    }
    return pa.table(values | texts)


def _positions(keys: Ints, wanted: Ints) -> Ints:
    """For each of `wanted` its position among `keys`, or -1."""
    if not len(wanted):
        return wanted
    found: Ints = pc.index_in(pa.array(wanted), value_set=pa.array(keys)).fill_null(-1).to_numpy()
    return found


def _encoded(column: pa.ChunkedArray) -> tuple[list[str], Ints]:
    """(the values in order, and for each row the number of its value)."""
    import numpy as np

    coded = column.dictionary_encode().unify_dictionaries().combine_chunks()
    values = coded.dictionary.to_pylist() if len(coded) else []
    names = sorted(values)
    number = np.array([names.index(value) for value in values], np.uint8)
    return names, number[coded.indices.to_numpy()] if len(coded) else np.zeros(0, np.uint8)


def _arranged(
    paths: Sequence[str], nodes: pa.Table, edges: EdgeColumns, rules: Sequence[str]
) -> Arrays:
    import numpy as np

    count = nodes.num_rows
    uid, file, parent = (nodes[name].to_numpy() for name in ("uid", "file", "parent"))
    in_order = np.argsort(edges.dst, kind="stable")
    steps = np.arange(count + 1)
    return Arrays(
        paths, nodes, edges, rules, uid, np.argsort(uid, kind="stable"), file, parent,
        np.searchsorted(edges.src, steps), np.searchsorted(edges.dst, steps, sorter=in_order), in_order,
    )  # fmt: skip


# -- on disk


def at_hand(snapshot: Snapshot) -> bool:
    """Whether the arrays are written down, or are made in a second or two."""
    folder = _folder(snapshot)
    few = snapshot.tables.table("edges").count_rows() <= FEW_EDGES
    return few or (folder is not None and folder.exists())


def _folder(snapshot: Snapshot) -> Path | None:
    """Where the arrays of this view's publication lie; None for an object store."""
    local, view = snapshot.store.local, snapshot.view
    if local is None:
        return None
    name = f"{key64(view.name) & (1 << 63) - 1:x}-{snapshot.state.fact_version}-{view.report.generation}-{VERSION}"
    return local / "graph" / name


def _read(folder: Path, paths: Sequence[str]) -> Arrays | None:
    """None where they are not there, or not whole: then they are made anew."""
    try:
        nodes, edges, starts, rules = (
            pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow")))
            .read_all()
            .combine_chunks()
            for name in ("nodes", "edges", "starts", "rules")
        )
        columns = EdgeColumns(*(edges[name].to_numpy() for name in EdgeColumns.__slots__))
        uid, by_uid, file, parent = (
            nodes[name].to_numpy() for name in ("uid", "by_uid", "file", "parent")
        )
        out_starts, in_starts = (starts[name].to_numpy() for name in ("out", "in"))
        in_order = edges["in_order"].to_numpy()
    except (OSError, pa.ArrowInvalid, KeyError):
        return None
    named = rules["rule"].to_pylist()
    return Arrays(
        paths, nodes, columns, named, uid, by_uid, file, parent, out_starts, in_starts, in_order
    )


def _write(folder: Path, arrays: Arrays) -> None:
    """Write all files, then make them visible at once; what this view had before goes. A full or foreign disk is no matter.

    Orders and starts are written too: to make them of ten million edges takes longer than an answer may.
    """
    edges = {name: getattr(arrays.edges, name) for name in EdgeColumns.__slots__}
    tables = {
        "nodes": arrays.nodes.append_column("by_uid", pa.array(arrays.by_uid)),
        "edges": pa.table(edges | {"in_order": arrays.in_order}),
        "starts": pa.table({"out": arrays.out_starts, "in": arrays.in_starts}),
        "rules": pa.table({"rule": pa.array(arrays.rules, pa.string())}),
    }
    with suppress(OSError):
        folder.parent.mkdir(exist_ok=True)
        _write_tables(folder, tables)
        _drop_older(folder)


def _write_tables(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    making = tempfile.mkdtemp(dir=folder.parent, prefix=".making-")
    try:
        for name, table in tables.items():
            with pa.ipc.new_file(os.path.join(making, f"{name}.arrow"), table.schema) as sink:
                sink.write_table(table.combine_chunks())
        os.rename(making, folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _drop_older(folder: Path) -> None:
    """Remove what the view had before; not what it has since, for a reader may come late."""
    view, *_ = folder.name.split("-")
    for old in folder.parent.glob(f"{view}-*"):
        if old.name.split("-")[1:2] != folder.name.split("-")[1:2] or _generation(
            old
        ) < _generation(folder):
            shutil.rmtree(old, ignore_errors=True)


def _generation(folder: Path) -> int:
    part = folder.name.split("-")[2:3]
    return int(part[0]) if part and part[0].isdigit() else 0
