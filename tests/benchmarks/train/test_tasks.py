"""The ranker's tasks: their repositories and bases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.train.tasks import LIST, main, read_repositories
from tests.indexer.repositories import git, repository

MESSAGE = "Number {0}: answer with what the caller asked for, not with what the last one asked for"


@pytest.fixture
def mirrors(tmp_path: Path) -> Path:
    tree = repository(tmp_path / "mirrors" / "own+app", {"app.py": "def answer():\n    return 0\n"})
    for number in range(1, 4):
        (tree / "app.py").write_text(f"def answer():\n    return {number}\n")
        stamp = f"--date=2020-01-0{number}T00:00:00"
        git(tree, "commit", "-qam", MESSAGE.format(number), stamp)
    (tree / ".git").rename(tree / "repo")
    return tmp_path / "mirrors"


def test_a_base_is_chosen_and_written_down_and_gives_the_same_tasks_again(
    mirrors: Path, tmp_path: Path
) -> None:
    names, excluded, out = tmp_path / "list", tmp_path / "excluded", tmp_path / "tasks.jsonl"
    names.write_text("# names\nown/app\n")
    excluded.write_text("other/app\n")
    arguments = [
        "--mirrors",
        str(mirrors),
        "--exclude",
        str(excluded),
        "--out",
        str(out),
        "--list",
        str(names),
        "--jobs",
        "1",
    ]
    main([*arguments, "--choose"])
    first = out.read_text()
    [pinned] = read_repositories(names.read_text(), frozenset())
    main(arguments)
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert out.read_text() == first
    assert {(row["repository"], row["base"]) for row in rows} == {("own/app", pinned.base)}
    assert [row["functions"] for row in rows] == [["app.py::answer"]] * 3


def test_a_repository_of_an_evaluation_set_is_refused_however_it_is_written() -> None:
    with pytest.raises(ValueError, match="Own/App"):
        read_repositories("Own/App", frozenset({"own/app"}))


def test_the_list_has_a_tip_and_a_base_for_each_repository() -> None:
    assert all(
        each.tip and each.base for each in read_repositories(LIST.read_text("utf-8"), frozenset())
    )
