"""The contents of a view in a comparable form: rows, the graph, hits and packs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from indexer import Snapshot
from indexer.store.lance import quote
from indexer.store.manifest import MANIFEST_COLUMNS, merge_rows
from retrieval import Searcher
from retrieval.graph.load import load_graph

QUESTIONS = (
    "load",
    "Store.push",
    "app/core.py",
    "how does a Queue push jobs to the Worker",
    "parse_all fails when retry is called twice in util",
    "where is the api token saved",
)
BUDGET = 600  # tokens of a pack
OF_A_FILE = ("symbols", "references", "imports", "bindings", "occurrences", "chunks", "files")
OF_AN_EDGE_SET = ("edges", "dependencies")
OF_A_BUILD = (
    "generation",
    "changed",
    "encoded",
    "seconds",
    "scip",
)  # what a report says of its build, not of the view

Contents = dict[str, Any]


def contents(uri: str, view: str) -> Contents:
    """Return the rows of each table as sorted texts, and the answers to all questions."""
    snapshot = Snapshot.open(uri, view)
    stored = snapshot.tables.read(
        "manifests", ["since", *MANIFEST_COLUMNS], f"view = {quote(view)}"
    )
    manifest = merge_rows(stored).drop_columns(["mtime_ns"]).to_pylist()
    found: Contents = {"view": _view(snapshot), "manifests": [repr(row) for row in manifest]}
    found |= {
        name: _rows(snapshot, name, "file_id", {row["file_id"] for row in manifest} - {0})
        for name in OF_A_FILE
    }
    sets = {row["edges_id"] for row in manifest} - {0}
    found |= {name: _rows(snapshot, name, "edges_id", sets) for name in OF_AN_EDGE_SET}
    found["statistics"] = [repr(snapshot.chunks.statistics.to_row(view, 0))]
    found["commits"] = [repr(each) for each in snapshot.commit_log.commits]
    found["graph"] = _graph(snapshot)
    return found | _answers(uri, view)


def _all(snapshot: Snapshot, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = snapshot.tables.table(table).search().to_arrow().to_pylist()
    return rows


def _rows(snapshot: Snapshot, table: str, key: str, wanted: set[Any]) -> list[str]:
    """Return the rows of the view, duplicates included."""
    rows = [row for row in _all(snapshot, table) if row[key] in wanted]
    return sorted(map(repr, rows))


def _view(snapshot: Snapshot) -> dict[str, Any]:
    view = asdict(snapshot.view)
    report = {name: value for name, value in view["report"].items() if name not in OF_A_BUILD}
    return {"report": report} | {
        name: view[name] for name in ("name", "kind", "root", "commit", "resolution")
    }


def _graph(snapshot: Snapshot) -> list[tuple[str, str, str, str, float, int]]:
    """Return every edge of the readers' graph, derived ones too, with ids at its ends."""
    graph = load_graph(snapshot)
    e = graph.edges
    columns = (column.tolist() for column in (e.src, e.dst, e.kind, e.rule, e.confidence, e.line))
    ids = [graph.id_of(node) for node in range(len(graph.uid))]
    return sorted(
        (ids[src], ids[dst], str(kind), graph.rules[rule], confidence, line)
        for src, dst, kind, rule, confidence, line in zip(*columns, strict=True)
    )


def _answers(uri: str, view: str) -> Contents:
    searcher = Searcher.open(uri, view)
    hits = {question: [hit.to_json() for hit in searcher.query(question)] for question in QUESTIONS}
    packs = {question: searcher.context(question, BUDGET).to_json() for question in QUESTIONS}
    for pack in packs.values():
        del pack["generation"]
    order = {
        question: [
            (hit["path"], hit["start_line"], hit["end_line"], hit["symbol"], hit["stale"])
            for hit in each
        ]
        for question, each in hits.items()
    }
    return {"order": order, "hits": hits, "packs": packs}


def differences(ours: Contents, clean: Contents) -> list[str]:
    """Return the differences of two stores, a line each."""
    lines = []
    for name in clean:
        if ours[name] == clean[name]:
            continue
        if isinstance(clean[name], dict):
            lines += [
                f"{name} {key}:\n  ours  {ours[name].get(key)}\n  clean {value}"
                for key, value in clean[name].items()
                if ours[name].get(key) != value
            ]
        else:
            lines += [f"{name}: ours alone {each}" for each in _without(ours[name], clean[name])]
            lines += [f"{name}: clean alone {each}" for each in _without(clean[name], ours[name])]
    return lines


def _without(some: list[Any], others: list[Any]) -> list[Any]:
    """Return the multiset difference of `some` and `others`."""
    left = list(others)
    found = []
    for each in some:
        if each in left:
            left.remove(each)
        else:
            found.append(each)
    return found
