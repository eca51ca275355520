"""The comparison of call edges with a compiler's."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.edges import (
    compare,
    index,
    indexed_calls,
    indexed_relations,
    true_calls,
    true_relations,
)

SOURCE = (
    "class A:\n    x = make()\n    def run(self):\n        self.stop()\n"
    "    def stop(self): pass\n\ndef make():\n    return A()\n"
)
TRUTH = [
    {"src_path": "a.py", "src": "<module>", "dst_path": "a.py", "dst": "make"},
    {"src_path": "a.py", "src": "A.run", "dst_path": "a.py", "dst": "A.stop"},
    {"src_path": "a.py", "src": "A.stop", "dst_path": "a.py", "dst": "make"},
    {"src_path": "tests/test_a.py", "src": "test", "dst_path": "a.py", "dst": "make"},
]


def test_an_index_is_compared_edge_by_edge_and_by_rule(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.py").write_text(SOURCE)
    calls = indexed_calls(index(tmp_path / "tree", str(tmp_path / "store")))
    result = compare(true_calls(map(json.dumps, TRUTH)), calls)
    assert (result["truth"], result["edges"]) == (3, 3)
    assert result["missed"] == [("a.py", "A.stop", "a.py", "make")]
    assert result["wrong"] == [("a.py", "make", "a.py", "A")]
    assert {rule["rule"]: (rule["edges"], rule["right"]) for rule in result["rules"]} == {
        "local": (2, 1),
        "member": (1, 1),
    }


def test_nothing_found_of_nothing_is_perfect() -> None:
    assert compare(set(), {})["precision"] == compare(set(), {})["recall"] == 1.0


def test_other_kinds_are_compared_by_the_function_around(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.py").write_text(
        "class A: pass\n\nclass B(A): pass\n\ndef f():\n    class C(A): pass\n    return C\n"
    )
    rows = [
        {"src_path": "a.py", "src": src, "dst_path": "a.py", "dst": "A", "how": "inherit"}
        for src in ("<module>", "f")
    ]
    relations = indexed_relations(index(tmp_path / "tree", str(tmp_path / "store")))
    assert set(relations["inherits"]) == true_relations(map(json.dumps, rows))["inherits"]
