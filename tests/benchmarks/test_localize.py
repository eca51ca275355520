"""Issues are answered at their base commit, and judged by what their fix changed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.labels.issues import Changed, last_rank, symbol_on, unit_of, units_of
from benchmarks.localize import main
from benchmarks.report.progress import spread
from indexer import FoundSymbol, Symbol
from retrieval import Hit
from tests.indexer.repositories import git, repository

SOURCE = """
class Upload:
    def __init__(self, retries):
        self.retries = retries

    def send(self, data):
        def attempt():
            return data
        return attempt()
"""


def issue(name: str, text: str, *functions: str) -> dict[str, Any]:
    """Return the fields that tell an issue of app/upload.py from another."""
    changed = [{"path": "app/upload.py", "qualname": function} for function in functions]
    return {"instance_id": name, "problem_statement": text, "functions_changed": changed}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two instances of a repository whose mirror is a git directory, and whose later history is not
    to be read."""
    mirror = tmp_path / "mirrors" / "own+app"
    tree = repository(
        mirror / "tree",
        {"app/upload.py": SOURCE, "tests/test_upload.py": "def test_upload(): Upload\n"},
    )
    commit = git(tree, "rev-parse", "HEAD").decode().strip()
    (tree / "app/upload.py").write_text("")
    git(tree, "commit", "-qam", "the future")
    (tree / ".git").rename(mirror / "repo")
    row = {
        "repo": "own/app",
        "history": "own/app",
        "base_commit": commit,
        "files_changed": ["app/upload.py"],
    }
    rows = [
        row | issue("a", "Upload.send fails in attempt", "Upload.send.attempt"),
        row | issue("b", "retries of an Upload are lost", "Upload.__init__"),
        row | issue("c", "upload") | {"base_commit": "0" * 40},
    ]
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return path


def test_nested_functions_and_constructors_count_as_what_is_around_them(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = data.parent
    arguments = [
        str(data),
        "--mirrors",
        str(folder / "mirrors"),
        "--work",
        str(folder / "work"),
        "--encoder",
        "none",
    ]
    arguments += ["--results", str(folder / "results"), "--systems", "clew,bm25"]
    assert main([*arguments, "--json"]) == 0
    printed = capsys.readouterr()
    clew, plain = map(json.loads, printed.out.splitlines())
    assert (clew["setup"]["questions"], clew["setup"]["with_functions"]) == (2, 2)
    assert clew["figures"]["file@1"]["value"] == clew["figures"]["function@5"]["value"] == 1
    assert (plain["system"], plain["figures"]["file@1"]["value"]) == ("bm25", 1)
    assert "c: not to be had: " in printed.err
    answers = next((folder / "work").glob("answers-*.jsonl"))
    kept = answers.read_bytes()
    answers.write_bytes(kept + b'{"key": "c')  # a run that was cut off
    assert main([*arguments, "--json"]) == 0
    assert list(map(json.loads, capsys.readouterr().out.splitlines())) == [clew, plain]
    assert answers.read_bytes() == kept


def test_a_label_in_another_notation_is_found_by_its_lines() -> None:
    outer = FoundSymbol(1, "a.h", 0, Symbol("fmt", "fmt", "namespace", 1, 90, "", "", -1))
    method = FoundSymbol(2, "a.h", 1, Symbol("visit", "fmt.v9.visit", "function", 5, 9, "", "", -1))
    units = units_of([outer, method])
    assert (
        unit_of(units, [outer, method], Changed("a.h", "detail.visit", 6, 9)) == "a.h::fmt.v9.visit"
    )
    assert (
        unit_of(units, [outer, method], Changed("a.h", "detail.visit", 10, 12))
        == "a.h::detail.visit"
    )


def test_a_sample_is_spread_over_the_data() -> None:
    assert list(spread(range(10), 4)) == [0, 2, 5, 7]
    assert list(spread(range(3), 4)) == list(spread(range(3), 0)) == [0, 1, 2]


def test_one_missing_item_is_a_miss() -> None:
    assert last_rank(["a", "b", "c"], frozenset("ac")) == 3
    assert last_rank(["a", "b", "c"], frozenset("ad")) == 0


def test_another_program_s_lines_are_given_the_names_of_their_functions(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = data.parent / "program.py"
    answer = json.dumps([["gone.py", 1, 9], ["app/upload.py", 4, 4], ["app/upload.py", 6, 9]])
    program.write_text(f"import sys\nfor line in sys.stdin: print({answer!r}, flush=True)\n")
    folder = data.parent
    arguments = [
        str(data),
        "--mirrors",
        str(folder / "mirrors"),
        "--work",
        str(folder / "work"),
        "--encoder",
        "none",
    ]
    arguments += ["--results", str(folder / "results"), "--systems", "bm25"]
    assert main([*arguments, "--command", f"other={sys.executable} {program}", "--json"]) == 0
    other = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (other["system"], other["figures"]["function@5"]["value"]) == ("other", 1)


def test_a_place_s_function_is_the_innermost_around_its_first_line_or_begins_in_it() -> None:
    spans = {"A": (2, 9), "A.f": (3, 5), "A.f.g": (4, 4), "h": (12, 14)}
    symbols = [
        FoundSymbol(0, "a.py", 0, Symbol("", name, "function", *span, "", "", -1))
        for name, span in spans.items()
    ]
    symbols.append(
        FoundSymbol(0, "a.py", 0, Symbol("", "N", "namespace", 1, 90, "", "", -1))
    )  # counts for nothing
    symbols.append(FoundSymbol(0, "b.py", 0, Symbol("", "other", "function", 1, 90, "", "", -1)))
    places = {
        (4, 4): "A.f.g",
        (5, 8): "A.f",
        (6, 20): "A",
        (1, 4): "A",
        (10, 13): "h",
        (15, 20): "",
        (10, 11): "",
    }
    for (start, end), name in places.items():
        found = symbol_on(symbols, Hit(1, "a.py", "", "text", start, end, 0.0, (), False))
        assert found == (f"a.py::{name}" if name else "")
