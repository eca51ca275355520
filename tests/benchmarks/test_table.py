"""Results are shown in a table."""

from __future__ import annotations

from pathlib import Path

from benchmarks import table
from benchmarks.report.provenance import ROOT
from benchmarks.report.results import FOLDER
from tests.benchmarks.result_files import write_result


def test_the_table_shows_the_newest_result_of_a_committed_program(tmp_path: Path) -> None:
    write_result(tmp_path, "clew", [0.5], commit="b" * 12, time="2")
    write_result(tmp_path, "clew", [0.1], commit="a" * 12, time="1")
    write_result(tmp_path, "clew", [0.2], commit="c" * 12 + "-dirty", time="3")
    write_result(tmp_path, "bm25", [0.9])
    rows = table.tables(table.newest(tmp_path)).splitlines()
    assert [row.split(" | ")[:2] for row in rows[-2:]] == [
        ["| bm25", ".900 (.900–.900)"],
        ["| clew, none", ".500 (.500–.500)"],
    ]


def test_the_table_is_put_between_its_marks(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    write_result(tmp_path / "results", "clew", [0.5])
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
