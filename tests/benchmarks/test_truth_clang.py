"""Truth from libclang."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.benchmarks.c_trees import HEADER, SOURCE, rows

CPP = """
struct Base { void run(); };
struct Derived : Base { Derived(int a) {} void go() { run(); } };
template <class T> void any(T t) { t.run(); }
void use() { Derived d(1); d.go(); }
"""


def edges(truth: list[dict[str, Any]], how: str) -> set[tuple[str, str, str]]:
    return {(row["src"], row["dst_path"], row["dst"]) for row in truth if row["how"] == how}


def test_calls_macros_and_what_was_not_compiled_are_told_apart(tmp_path: Path) -> None:
    truth = rows(tmp_path, {"lib.h": HEADER, "main.c": SOURCE})
    assert edges(truth, "call") == {("main", "main.c", "add"), ("main", "lib.h", "announced")}
    assert edges(truth, "macro") == {("main", "lib.h", "TWICE")}
    assert {row["src"] for row in truth if row["how"] == "seen"} == {"add", "main"}
    assert next(row["lines"] for row in truth if row["how"] == "skipped") == [4, 8]


def test_bases_and_constructors_are_edges_and_what_a_template_calls_is_open(tmp_path: Path) -> None:
    truth = rows(tmp_path, {"a.cc": CPP})
    assert edges(truth, "inherit") == {("Derived", "a.cc", "Base")}
    assert edges(truth, "call") == {
        ("go", "a.cc", "run"),
        ("use", "a.cc", "Derived"),
        ("use", "a.cc", "go"),
    }
    assert {(row["src"], row["dst"]) for row in truth if row["how"] == "open"} == {("any", "run")}
