"""Questions to the graph."""

from __future__ import annotations

from retrieval import Searcher, count_tokens


def test_a_symbol_is_found_by_name_qualified_name_path_and_module(searcher: Searcher) -> None:
    graph = searcher.graph
    whole = graph.symbol("courier/queue.py::Queue")
    assert [found.id for found in whole] == ["courier/queue.py::Queue"]
    for name in ("Queue", "queue.py::Queue", "courier.queue.Queue"):
        assert whole[0] in graph.symbol(name)


def test_a_qualifier_that_fits_nothing_finds_nothing(searcher: Searcher) -> None:
    assert searcher.graph.symbol("nowhere.Queue") == []
    assert searcher.graph.symbol("") == []


def test_callers_and_callees_are_each_other_seen_from_the_other_end(searcher: Searcher) -> None:
    callees = searcher.graph.callees("retryUpload")
    assert [(found.id, found.line) for found in callees] == [("web/clock.js::sleep", 8)]
    assert [found.id for found in searcher.graph.callers("sleep")] == ["web/retry.js::retryUpload"]


def test_confidence_can_be_asked_for(searcher: Searcher) -> None:
    assert searcher.graph.callees("retryUpload", min_confidence=1.01) == []


def test_depth_reaches_further_and_says_by_what(searcher: Searcher) -> None:
    far = searcher.graph.callees("courier/worker.py::Worker.run", depth=3)
    assert [found.depth for found in far] == sorted(found.depth for found in far)
    for found in far:
        assert found.depth == 1 or found.via in {
            near.id for near in far if near.depth == found.depth - 1
        }


def test_references_are_listed_by_path_and_line(searcher: Searcher) -> None:
    found = searcher.graph.references("sleep")
    assert ("web/retry.js", 8) in [(path, reference.line) for path, reference in found]


def test_a_path_is_a_chain_of_edges(searcher: Searcher) -> None:
    chain = searcher.graph.find_path("retryUpload", "sleep")
    assert [step.symbol for step in chain] == ["retryUpload", "sleep"]
    assert [step.depth for step in chain] == [0, 1]
    assert searcher.graph.find_path("sleep", "retryUpload", kinds=("calls",)) == []


def test_exported_edges_have_ids_and_a_stable_order(searcher: Searcher, store: str) -> None:
    edges = list(searcher.graph.edges())
    assert edges == sorted(
        edges, key=lambda e: (e["src"], e["dst"], e["line"], e["kind"], e["rule"])
    )
    assert edges == list(Searcher.open(store).graph.edges())
    assert list(edges[0]) == ["src", "dst", "kind", "rule", "confidence", "path", "line"]
    assert any(
        e["src"] == "web/retry.js::retryUpload" and e["dst"] == "web/clock.js::sleep" for e in edges
    )


def test_the_map_keeps_to_its_budget_and_its_folder(searcher: Searcher) -> None:
    whole = searcher.graph.map(120)
    assert 0 < count_tokens(whole) <= 120
    files = [
        line for line in searcher.graph.map(2_000, "web").splitlines() if not line.startswith(" ")
    ]
    assert sorted(files) == ["web/clock.js:", "web/retry.js:"]
    assert searcher.graph.map(120) == whole
