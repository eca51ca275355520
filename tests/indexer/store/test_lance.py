"""Filters for Lance."""

from __future__ import annotations

from indexer.store.lance import in_filter, in_filters


def test_strings_are_quoted_and_numbers_are_not() -> None:
    assert in_filter("name", ["a", "it's"]) == "name IN ('a','it''s')"
    assert in_filter("file_id", [1, -2]) == "file_id IN (1,-2)"


def test_a_filter_without_values_matches_nothing() -> None:
    assert in_filter("name", []) == "false"


def test_many_values_take_several_filters() -> None:
    assert list(in_filters("n", [1, 2, 3], 2)) == ["n IN (1,2)", "n IN (3)"]
    assert list(in_filters("n", [])) == []
