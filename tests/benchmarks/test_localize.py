"""Issues are answered at their base commit, and judged by what their fix changed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.localize import main
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
    """Two issues of a repository with a git directory as mirror; its later history must not be
    read."""
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
    assert "c: not available: " in printed.err
    answers = next((folder / "work").glob("answers-*.jsonl"))
    before = answers.read_bytes()
    answers.write_bytes(before + b'{"key": "c')  # a run that was cut off
    assert main([*arguments, "--json"]) == 0
    assert list(map(json.loads, capsys.readouterr().out.splitlines())) == [clew, plain]
    assert answers.read_bytes() == before


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
