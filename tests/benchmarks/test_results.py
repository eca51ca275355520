"""Results in files: compared question by question, and shown in a table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import compare, table
from benchmarks.report.provenance import ROOT
from benchmarks.report.results import FOLDER, file_result, read_result, result


def filed(folder: Path, system: str, values: list[float], **made: str) -> Path:
    """A result about these questions, at a commit of its own."""
    found = result(
        "search",
        "set",
        system,
        "none",
        {"ndcg@10": {"app": values}},
        groups={},
        setup={"questions": len(values)},
    )
    path = file_result(found, folder)
    row = json.loads(path.read_text())
    row["made"] |= {"commit": "a" * 12, "time": "1"} | made
    target = folder / str(row["made"]["commit"]) / path.name
    target.parent.mkdir(exist_ok=True)
    path.rename(target)
    target.write_text(json.dumps(row))
    return target


def test_a_result_is_the_same_after_reading(tmp_path: Path) -> None:
    found = read_result(filed(tmp_path, "clew", [1.0, 0.25]))
    assert found.figures["ndcg@10"].value == 0.625
    assert found.values == {"ndcg@10": {"app": [1, 0.25]}}


def test_a_file_that_is_no_result_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(ValueError, match="holds no result"):
        read_result(tmp_path / "x.json")


def test_a_difference_is_told_from_noise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = filed(tmp_path, "clew", [1.0] * 9 + [0.0])
    theirs = filed(tmp_path, "bm25", [0.0] * 9 + [1.0])
    same = filed(tmp_path, "dense", [0.0] + [1.0] * 9)
    assert compare.main([str(ours), str(theirs)]) == 0
    assert capsys.readouterr().out.endswith("better\n")
    assert compare.main([str(ours), str(same)]) == 1
    assert capsys.readouterr().out.endswith("noise\n")


def test_results_about_other_questions_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(filed(tmp_path, "clew", [1.0])), str(filed(tmp_path, "bm25", [1.0, 0.0]))]
    assert compare.main(paths) == 2
    assert "different questions" in capsys.readouterr().err


def test_the_table_shows_the_newest_result_of_a_committed_program(tmp_path: Path) -> None:
    filed(tmp_path, "clew", [0.5], commit="b" * 12, time="2")
    filed(tmp_path, "clew", [0.1], commit="a" * 12, time="1")
    filed(tmp_path, "clew", [0.2], commit="c" * 12 + "-dirty", time="3")
    filed(tmp_path, "bm25", [0.9])
    rows = table.tables(table.newest(tmp_path)).splitlines()
    assert [row.split(" | ")[:2] for row in rows[-2:]] == [
        ["| bm25", ".900 (.900–.900)"],
        ["| clew, none", ".500 (.500–.500)"],
    ]


def test_the_table_is_put_between_its_marks(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    filed(tmp_path / "results", "clew", [0.5])
    assert table.main(["--results", str(tmp_path / "results"), "--document", str(document)]) == 0
    text = document.read_text()
    assert text.startswith(f"before\n{table.BEGIN}\n`benchmarks.search` on set")
    assert text.endswith(f"|\n{table.END}\nafter\n")
    document.write_text("no marks")
    assert table.main(["--results", str(tmp_path / "results"), "--document", str(document)]) == 2


def test_the_document_shows_the_filed_results() -> None:
    text = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    shown = text.partition(table.BEGIN)[2].partition(table.END)[0].strip()
    assert shown == table.tables(table.newest(FOLDER)), (
        "python -m benchmarks.table --document docs/benchmarks.md"
    )
