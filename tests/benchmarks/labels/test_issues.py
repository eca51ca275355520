"""Units and ranks of changed functions."""

from __future__ import annotations

from benchmarks.labels.issues import Changed, last_rank, symbol_on, unit_of, units_of
from indexer import FoundSymbol, Symbol
from retrieval import Hit


def test_a_label_in_another_notation_is_found_by_its_lines() -> None:
    outer = FoundSymbol(1, "a.h", 0, Symbol("fmt", "fmt", "namespace", 1, 90, "", "", -1))
    method = FoundSymbol(2, "a.h", 1, Symbol("visit", "fmt.v9.visit", "function", 5, 9, "", "", -1))
    units = units_of([outer, method])
    assert (
        unit_of(units, [outer, method], Changed("a.h", "detail.visit", 6, 9)) == "a.h::fmt.v9.visit"
    )
    assert (
        unit_of(units, [outer, method], Changed("a.h", "detail.visit", 10, 12))
        == "a.h::detail.visit"
    )


def test_one_missing_item_is_a_miss() -> None:
    assert last_rank(["a", "b", "c"], frozenset("ac")) == 3
    assert last_rank(["a", "b", "c"], frozenset("ad")) == 0


def test_a_place_s_function_is_the_innermost_around_its_first_line_or_begins_in_it() -> None:
    spans = {"A": (2, 9), "A.f": (3, 5), "A.f.g": (4, 4), "h": (12, 14)}
    symbols = [
        FoundSymbol(0, "a.py", 0, Symbol("", name, "function", *span, "", "", -1))
        for name, span in spans.items()
    ]
    symbols.append(
        FoundSymbol(0, "a.py", 0, Symbol("", "N", "namespace", 1, 90, "", "", -1))
    )  # counts for nothing
    symbols.append(FoundSymbol(0, "b.py", 0, Symbol("", "other", "function", 1, 90, "", "", -1)))
    places = {
        (4, 4): "A.f.g",
        (5, 8): "A.f",
        (6, 20): "A",
        (1, 4): "A",
        (10, 13): "h",
        (15, 20): "",
        (10, 11): "",
    }
    for (start, end), name in places.items():
        symbol = symbol_on(symbols, Hit(1, "a.py", "", "text", start, end, 0.0, (), False))
        assert symbol == (f"a.py::{name}" if name else "")
