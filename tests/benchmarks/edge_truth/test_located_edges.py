"""Edges are compared with a truth by place."""

from __future__ import annotations

from pathlib import Path

from benchmarks.edge_truth.located_edges import IndexEdge, IndexSymbol, compare_located
from tests.benchmarks.c_trees import HEADER, SOURCE, rows


def test_edges_count_where_the_compiler_has_read_both_ends(tmp_path: Path) -> None:
    truth = rows(tmp_path, {"lib.h": HEADER, "main.c": SOURCE})
    symbols = [
        IndexSymbol(("lib.h", "TWICE"), "TWICE", "macro", 1, 1),
        IndexSymbol(("lib.h", "announced"), "announced", "prototype", 3, 3),
        IndexSymbol(("main.c", "add"), "add", "function", 2, 2),
        IndexSymbol(("main.c", "off"), "off", "function", 4, 4),
        IndexSymbol(("main.c", "main"), "main", "function", 6, 11),
        IndexSymbol(("other.c", "other"), "other", "function", 1, 1),
    ]
    edges = [
        IndexEdge(("main.c", "main"), end, "calls", rule, "main.c", line)
        for end, rule, line in [
            (("main.c", "add"), "local", 10),
            (("main.c", "off"), "local", 8),
            (("main.c", "main"), "local", 10),
            (("lib.h", "TWICE"), "include", 10),
            (("other.c", "other"), "global", 10),
        ]
    ]
    result = compare_located(truth, symbols, edges)
    assert (result["call"]["edges"], result["call"]["precision"], result["call"]["recall"]) == (
        2,
        0.5,
        0.5,
    )
    assert result["call"]["wrong"] == [(("main.c", "main"), ("main.c", "main"), "local")]
    assert result["call"]["missed"] == [(("main.c", "main"), ("lib.h", "announced"))]
    assert (result["macro"]["precision"], result["macro"]["recall"]) == (1.0, 1.0)


def test_a_function_that_a_macro_names_is_what_begins_on_its_line(tmp_path: Path) -> None:
    text = (
        "#define TEST(a, b) void a##_##b()\nvoid tested() {}\nTEST(Suite, Case) {\n  tested();\n}\n"
    )
    truth = rows(tmp_path, {"a.cc": text})
    symbols = [
        IndexSymbol(("a.cc", "tested"), "tested", "function", 2, 2),
        IndexSymbol(("a.cc", "Suite.Case"), "Case", "method", 3, 5),
    ]
    edges = [IndexEdge(("a.cc", "Suite.Case"), ("a.cc", "tested"), "calls", "local", "a.cc", 4)]
    result = compare_located(truth, symbols, edges)
    assert (result["call"]["edges"], result["call"]["precision"], result["call"]["recall"]) == (
        1,
        1.0,
        1.0,
    )


def test_calls_in_default_arguments_are_no_calls_of_a_function(tmp_path: Path) -> None:
    text = "struct A { A(int a); };\nstruct B { void f(A a = A(1)); };\n"
    truth = rows(tmp_path, {"a.cc": text})
    symbols = [
        IndexSymbol(("a.cc", "A"), "A", "struct", 1, 1),
        IndexSymbol(("a.cc", "B"), "B", "struct", 2, 2),
    ]
    edges = [IndexEdge(("a.cc", "B"), ("a.cc", "A"), "calls", "local", "a.cc", 2)]
    assert compare_located(truth, symbols, edges)["call"]["edges"] == 0
