"""Measured counts become confidences."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.edge_truth.calibration import LEAST_EDGES, calibrate, smooth, table
from benchmarks.edges import index, indexed_relations, true_relations
from indexer import CONFIDENCE
from indexer.resolve.confidence import confidence


def test_counts_of_several_repositories_add_up_and_are_smoothed_towards_the_prior() -> None:
    made = table(
        [
            {"python": {"local": [100, 90]}},
            {"python": {"local": [100, 80], "unique": [LEAST_EDGES - 1, 0]}},
        ]
    )
    assert made == {
        "python": {
            "local": {
                "edges": 200,
                "right": 170,
                "confidence": smooth(200, 170, CONFIDENCE["local"]),
            }
        }
    }
    assert 0.85 < made["python"]["local"]["confidence"] < CONFIDENCE["local"]


def test_what_was_not_measured_keeps_its_row(tmp_path: Path) -> None:
    path = tmp_path / "confidence.json"
    calibrate([{"go": {"package": [50, 50]}}], path)
    calibrate([{"python": {"local": [50, 25]}}], path)
    known = json.loads(path.read_text("utf-8"))
    assert list(known) == ["go", "python"] and known["python"]["local"]["right"] == 25


def test_a_rule_without_a_measurement_has_its_prior() -> None:
    assert confidence("nearest", "klingon") == CONFIDENCE["nearest"]


def test_other_kinds_are_compared_by_the_function_around(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.py").write_text(
        "class A: pass\n\nclass B(A): pass\n\ndef f():\n    class C(A): pass\n    return C\n"
    )
    rows = [
        {"src_path": "a.py", "src": src, "dst_path": "a.py", "dst": "A", "how": "inherit"}
        for src in ("<module>", "f")
    ]
    found = indexed_relations(index(tmp_path / "tree", str(tmp_path / "store")))
    assert set(found["inherits"]) == true_relations(map(json.dumps, rows))["inherits"]
