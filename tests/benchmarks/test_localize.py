"""Issues are answered at their base commit, and judged by what their fix changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.localize import accuracy, interval, last_rank, main
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


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two instances of a repository whose mirror is a git directory, and whose later history is not to be read."""
    mirror = tmp_path / "mirrors" / "own+app"
    tree = repository(mirror / "tree", {"app/upload.py": SOURCE, "tests/test_upload.py": "def test_upload(): Upload\n"})
    commit = git(tree, "rev-parse", "HEAD").decode().strip()
    (tree / "app/upload.py").write_text("")
    git(tree, "commit", "-qam", "the future")
    (tree / ".git").rename(mirror / "repo")
    row = {"repo": "own/app", "history": "own/app", "base_commit": commit, "files_changed": ["app/upload.py"]}
    rows = [
        row | {"instance_id": "a", "problem_statement": "Upload.send fails in attempt", "functions_changed": [
            {"path": "app/upload.py", "qualname": "Upload.send.attempt"}]},
        row | {"instance_id": "b", "problem_statement": "retries of an Upload are lost", "functions_changed": [
            {"path": "app/upload.py", "qualname": "Upload.__init__"}]},
        row | {"instance_id": "c", "problem_statement": "upload", "functions_changed": [], "base_commit": "0" * 40},
    ]  # fmt: skip
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return path


def test_nested_functions_and_constructors_count_as_what_is_around_them(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = data.parent
    arguments = [str(data), "--mirrors", str(folder / "mirrors"), "--work", str(folder / "work"), "--encoder", "none"]
    assert main([*arguments, "--json"]) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert (found["instances"], found["with_functions"]) == (2, 2)
    assert found["file@1"]["value"] == found["function@5"]["value"] == 1.0
    assert printed.err.startswith("c: not to be had: ")
    answers = next((folder / "work").glob("data-*.jsonl"))
    answers.write_bytes(answers.read_bytes() + b'{"name": "c')  # a run that was cut off
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == found
    assert [json.loads(line)["name"] for line in answers.read_text().splitlines()] == ["a", "b"]


def test_one_missing_item_is_a_miss() -> None:
    assert last_rank(["a", "b", "c"], frozenset("ac")) == 3
    assert last_rank(["a", "b", "c"], frozenset("ad")) == 0


def test_an_interval_holds_its_value_and_is_the_same_again() -> None:
    ranks = [1, 0, 3, 1, 7, 0, 2, 1]
    low, high = interval(ranks, 1)
    assert low <= accuracy(ranks, 1) <= high
    assert interval(ranks, 1) == (low, high)
