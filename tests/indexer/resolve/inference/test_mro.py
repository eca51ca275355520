"""The order of a class's bases."""

from __future__ import annotations

from indexer.resolve.inference.mro import linearize


def test_bases_are_searched_as_python_does() -> None:
    assert linearize("D", [["B", "A"], ["C", "A"]]) == ["D", "B", "C", "A"]


def test_bases_without_an_order_are_searched_depth_first() -> None:
    assert linearize("D", [["A", "B"], ["B", "A"]]) == ["D", "A", "B"]


def test_a_class_without_bases_is_searched_alone() -> None:
    assert linearize("D", []) == ["D"]
