"""Truth from libclang, and the comparison of edges by place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.edge_truth.located_edges import IndexEdge, IndexSymbol, compare_located
from benchmarks.truth_clang import read_tree, rows_of

HEADER = "#define TWICE(x) add(x, x)\nint add(int a, int b);\nint announced(int a);\n"
SOURCE = """#include "lib.h"
int add(int a, int b) { return a + b; }
#if 0
int off(void) { return add(1, 2); }
#endif
int main(void) {
#if 0
  off();
#endif
  return add(1, 2) + TWICE(3) + announced(1);
}
"""
CPP = """
struct Base { void run(); };
struct Derived : Base { Derived(int a) {} void go() { run(); } };
template <class T> void any(T t) { t.run(); }
void use() { Derived d(1); d.go(); }
"""


def rows(tree: Path, files: dict[str, str]) -> list[dict[str, Any]]:
    for name, text in files.items():
        (tree / name).write_text(text)
    return list(rows_of(read_tree(str(tree), [], {}, [])))


def edges(found: list[dict[str, Any]], how: str) -> set[tuple[str, str, str]]:
    return {(row["src"], row["dst_path"], row["dst"]) for row in found if row["how"] == how}


def test_calls_macros_and_what_was_not_compiled_are_told_apart(tmp_path: Path) -> None:
    found = rows(tmp_path, {"lib.h": HEADER, "main.c": SOURCE})
    assert edges(found, "call") == {("main", "main.c", "add"), ("main", "lib.h", "announced")}
    assert edges(found, "macro") == {("main", "lib.h", "TWICE")}
    assert {row["src"] for row in found if row["how"] == "seen"} == {"add", "main"}
    assert next(row["lines"] for row in found if row["how"] == "skipped") == [4, 8]


def test_bases_and_constructors_are_edges_and_what_a_template_calls_is_open(tmp_path: Path) -> None:
    found = rows(tmp_path, {"a.cc": CPP})
    assert edges(found, "inherit") == {("Derived", "a.cc", "Base")}
    assert edges(found, "call") == {
        ("go", "a.cc", "run"),
        ("use", "a.cc", "Derived"),
        ("use", "a.cc", "go"),
    }
    assert {(row["src"], row["dst"]) for row in found if row["how"] == "open"} == {("any", "run")}


def test_edges_count_where_the_compiler_has_read_both_ends(tmp_path: Path) -> None:
    found = rows(tmp_path, {"lib.h": HEADER, "main.c": SOURCE})
    symbols = [
        IndexSymbol(("lib.h", "TWICE"), "TWICE", "macro", 1, 1),
        IndexSymbol(("lib.h", "announced"), "announced", "prototype", 3, 3),
        IndexSymbol(("main.c", "add"), "add", "function", 2, 2),
        IndexSymbol(("main.c", "off"), "off", "function", 4, 4),
        IndexSymbol(("main.c", "main"), "main", "function", 6, 11),
        IndexSymbol(("other.c", "other"), "other", "function", 1, 1),
    ]
    made = [
        IndexEdge(("main.c", "main"), end, "calls", rule, "main.c", line)
        for end, rule, line in [
            (("main.c", "add"), "local", 10),
            (("main.c", "off"), "local", 8),
            (("main.c", "main"), "local", 10),
            (("lib.h", "TWICE"), "include", 10),
            (("other.c", "other"), "global", 10),
        ]
    ]
    result = compare_located(found, symbols, made)
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
    found = rows(tmp_path, {"a.cc": text})
    symbols = [
        IndexSymbol(("a.cc", "tested"), "tested", "function", 2, 2),
        IndexSymbol(("a.cc", "Suite.Case"), "Case", "method", 3, 5),
    ]
    made = [IndexEdge(("a.cc", "Suite.Case"), ("a.cc", "tested"), "calls", "local", "a.cc", 4)]
    result = compare_located(found, symbols, made)
    assert (result["call"]["edges"], result["call"]["precision"], result["call"]["recall"]) == (
        1,
        1.0,
        1.0,
    )


def test_calls_in_default_arguments_are_no_calls_of_a_function(tmp_path: Path) -> None:
    text = "struct A { A(int a); };\nstruct B { void f(A a = A(1)); };\n"
    found = rows(tmp_path, {"a.cc": text})
    symbols = [
        IndexSymbol(("a.cc", "A"), "A", "struct", 1, 1),
        IndexSymbol(("a.cc", "B"), "B", "struct", 2, 2),
    ]
    made = [IndexEdge(("a.cc", "B"), ("a.cc", "A"), "calls", "local", "a.cc", 2)]
    assert compare_located(found, symbols, made)["call"]["edges"] == 0
