"""Measured counts become confidences."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.edge_truth.calibration import LEAST_EDGES, calibrate, smooth, table
from indexer import CONFIDENCE
from indexer.resolve.confidence import confidence


def test_counts_of_several_repositories_add_up_and_are_smoothed_towards_the_prior() -> None:
    confidences = table(
        [
            {"python": {"local": [100, 90]}},
            {"python": {"local": [100, 80], "unique": [LEAST_EDGES - 1, 0]}},
        ]
    )
    assert confidences == {
        "python": {
            "local": {
                "edges": 200,
                "right": 170,
                "confidence": smooth(200, 170, CONFIDENCE["local"]),
            }
        }
    }
    assert 0.85 < confidences["python"]["local"]["confidence"] < CONFIDENCE["local"]


def test_what_was_not_measured_keeps_its_row(tmp_path: Path) -> None:
    path = tmp_path / "confidence.json"
    calibrate([{"go": {"package": [50, 50]}}], path)
    calibrate([{"python": {"local": [50, 25]}}], path)
    stored = json.loads(path.read_text("utf-8"))
    assert list(stored) == ["go", "python"] and stored["python"]["local"]["right"] == 25


def test_a_rule_without_a_measurement_has_its_prior() -> None:
    assert confidence("nearest", "klingon") == CONFIDENCE["nearest"]
