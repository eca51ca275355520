"""The whole graph, from its files beside the store or assembled anew.

It is assembled once for each publication of a view, written beside a local store and mapped into
memory from there, so that a new process pays only for the pages it reads.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from indexer import Snapshot, key64

from .csr import CsrAdjacency
from .edge_columns import EdgeColumns

FEW_EDGES = 1_000_000  # assembled in a second or two
VERSION = 3  # of the files' format and of the rules of `derived_edges`


def load_graph(snapshot: Snapshot) -> CsrAdjacency:
    """Return the graph of a snapshot, from its files or else from the store's tables.

    No files are written while the edges of the view are out of date: the next generation is near.
    """
    folder = _folder(snapshot)
    if folder is not None and (graph := _read(folder, list(snapshot.entries))):
        return graph
    from .assemble import assemble_graph

    graph = assemble_graph(snapshot)
    if folder is not None and snapshot.view.has_current_edges:
        _write(folder, graph)
    return graph


def is_cached(snapshot: Snapshot) -> bool:
    """Return True if the graph is on disk, or small enough to be assembled at once."""
    folder = _folder(snapshot)
    is_small = snapshot.tables.table("edges").count_rows() <= FEW_EDGES
    return is_small or (folder is not None and folder.exists())


def _folder(snapshot: Snapshot) -> Path | None:
    """Return the folder for this publication of the view; None for an object store."""
    local, view = snapshot.store.local, snapshot.view
    if local is None:
        return None
    key, generation = key64(view.name) & (1 << 63) - 1, view.report.generation
    return local / "graph" / f"{key:x}-{snapshot.state.fact_version}-{generation}-{VERSION}"


def _read(folder: Path, paths: Sequence[str]) -> CsrAdjacency | None:
    """Return the graph in `folder`; None if a file is missing or incomplete."""
    try:
        nodes, edges, starts, rules = (
            pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow")))
            .read_all()
            .combine_chunks()
            for name in ("nodes", "edges", "starts", "rules")
        )
        columns = EdgeColumns(*(edges[name].to_numpy() for name in EdgeColumns.__slots__))
        by_node = {name: nodes[name].to_numpy() for name in ("uid", "by_uid", "file", "parent")}
        return CsrAdjacency(
            paths,
            nodes,
            columns,
            rules["rule"].to_pylist(),
            **by_node,
            out_starts=starts["out"].to_numpy(),
            in_starts=starts["in"].to_numpy(),
            in_order=edges["in_order"].to_numpy(),
        )
    except (OSError, pa.ArrowInvalid, KeyError):
        return None


def _write(folder: Path, graph: CsrAdjacency) -> None:
    """Write all files, make them visible at once, and remove the view's earlier ones.

    A full or read-only disk is ignored. Orders and starts are written too: for ten million edges
    their computation takes longer than an answer may.
    """
    edges = {name: getattr(graph.edges, name) for name in EdgeColumns.__slots__}
    tables = {
        "nodes": graph.nodes.append_column("by_uid", pa.array(graph.by_uid)),
        "edges": pa.table(edges | {"in_order": graph.in_order}),
        "starts": pa.table({"out": graph.out_starts, "in": graph.in_starts}),
        "rules": pa.table({"rule": pa.array(graph.rules, pa.string())}),
    }
    with suppress(OSError):
        folder.parent.mkdir(exist_ok=True)
        _write_tables(folder, tables)
        _remove_older(folder)


def _write_tables(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    temporary = tempfile.mkdtemp(dir=folder.parent, prefix=".making-")
    try:
        for name, table in tables.items():
            file = os.path.join(temporary, f"{name}.arrow")
            with pa.ipc.new_file(file, table.schema) as sink:
                sink.write_table(table.combine_chunks())
        os.rename(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _remove_older(folder: Path) -> None:
    """Remove the view's earlier graphs, but no later one: this reader may be slow."""
    view, version, generation = _key(folder)
    for other in folder.parent.glob(f"{view}-*"):
        _, other_version, other_generation = _key(other)
        if other_version != version or other_generation < generation:
            shutil.rmtree(other, ignore_errors=True)


def _key(folder: Path) -> tuple[str, str, int]:
    """Return view, fact version and generation from a folder's name."""
    view, version, generation, *_ = [*folder.name.split("-"), "", ""]
    return view, version, int(generation) if generation.isdigit() else 0
