"""Results are compared question by question."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import compare
from tests.benchmarks.result_files import write_result


def test_a_difference_is_told_from_noise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = write_result(tmp_path, "clew", [1.0] * 9 + [0.0])
    theirs = write_result(tmp_path, "bm25", [0.0] * 9 + [1.0])
    same = write_result(tmp_path, "dense", [0.0] + [1.0] * 9)
    assert compare.main([str(ours), str(theirs)]) == 0
    assert capsys.readouterr().out.endswith("better\n")
    assert compare.main([str(ours), str(same)]) == 1
    assert capsys.readouterr().out.endswith("noise\n")


def test_results_about_other_questions_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [
        str(write_result(tmp_path, "clew", [1.0])),
        str(write_result(tmp_path, "bm25", [1.0, 0.0])),
    ]
    assert compare.main(paths) == 2
    assert "different questions" in capsys.readouterr().err
