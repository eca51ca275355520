"""A store-backed graph gives the answers of the whole graph."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree, rmtree

import pytest

from retrieval import Searcher
from retrieval.graph.graph import Graph
from retrieval.graph.store_graph import StoreAdjacency
from retrieval.graph.traversal import Direction


def store_backed(searcher: Searcher) -> Graph:
    return Graph(
        searcher.snapshot, searcher.lookup, StoreAdjacency(searcher.snapshot, searcher.lookup)
    )


def names(searcher: Searcher) -> list[str]:
    paths = list(searcher.snapshot.entries)
    return sorted({found.symbol.name for found in searcher.snapshot.symbols_in(paths)}) + paths


@pytest.mark.parametrize("kinds", [("calls",), ("calls", "imports", "inherits", "references")])
@pytest.mark.parametrize("inward", [True, False])
@pytest.mark.parametrize("depth", [1, 3])
def test_what_is_reached_is_the_same(
    searcher: Searcher, kinds: tuple[str, ...], inward: bool, depth: int
) -> None:
    whole, ways, answers = searcher.graph, (Direction(inward, kinds),), 0
    for name in names(searcher):
        part = store_backed(searcher)
        nodes, others = whole.nodes(name), part.nodes(name)
        assert [part.describe(node) for node in others] == [whole.describe(node) for node in nodes]
        reached = whole.traverse(nodes, ways, depth)
        assert part.traverse(others, ways, depth) == reached
        assert part.unresolved(others, inward) == whole.unresolved(nodes, inward)
        answers += len(reached.related)
    assert answers > 20


def test_what_references_mean_is_the_same(searcher: Searcher) -> None:
    for name in names(searcher):
        assert store_backed(searcher).resolved_references(
            name
        ) == searcher.graph.resolved_references(name)


def test_edges_may_be_asked_for_by_confidence(searcher: Searcher) -> None:
    part = store_backed(searcher)
    assert part.traverse(part.nodes("sleep"), (Direction(True, ("calls",)),), 1, 1.01).related == ()


def test_of_a_large_index_whose_graph_is_not_written_only_the_part_is_read(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copytree(store, tmp_path / "store")
    rmtree(tmp_path / "store" / "graph", ignore_errors=True)
    searcher = Searcher.open(str(tmp_path / "store"))
    assert searcher.graph.select_graph("sleep") is searcher.graph  # small enough
    monkeypatch.setattr("retrieval.graph.load.FEW_EDGES", 0)
    assert [found.id for found in searcher.graph.callers("sleep")] == ["web/retry.js::retryUpload"]
    assert not (tmp_path / "store" / "graph").exists()
    assert searcher.graph.select_graph("sleep", 2) is searcher.graph
    assert searcher.graph.select_graph("sleep", kinds=("tests",)) is searcher.graph
    monkeypatch.setattr("retrieval.graph.graph.FEW_USES", 0)
    assert searcher.graph.select_graph("sleep") is searcher.graph
    _ = searcher.graph.adjacency
    monkeypatch.setattr("retrieval.graph.graph.FEW_USES", 1_000)
    assert Searcher.open(str(tmp_path / "store")).graph.is_cached
