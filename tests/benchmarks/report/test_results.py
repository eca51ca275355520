"""Results in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.report.results import read_result
from tests.benchmarks.result_files import write_result


def test_a_result_is_the_same_after_reading(tmp_path: Path) -> None:
    outcome = read_result(write_result(tmp_path, "clew", [1.0, 0.25]))
    assert outcome.figures["ndcg@10"].value == 0.625
    assert outcome.values == {"ndcg@10": {"app": [1, 0.25]}}


def test_a_file_that_is_no_result_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(ValueError, match="holds no result"):
        read_result(tmp_path / "x.json")
