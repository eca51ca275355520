"""Readers are asked while an index is built anew and while it follows edits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.readers import main

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def test_each_phase_tells_answers_of_whole_generations_and_no_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert (
        main([str(SAMPLE), "--readers", "2", "--seconds", "1.5", "--pause", "0.05", "--json"]) == 0
    )
    phases = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in phases] == ["quiet", "rebuild", "watch"]
    assert all(each["answers"] for each in phases)
    assert [(each["errors"], each["mixed"]) for each in phases] == [(0, 0)] * 3
    assert phases[0]["generations"] == 1
