"""git runs nothing on a repository's behalf, and finds its folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.source.git import (
    SAFE_SETTINGS,
    filter_settings,
    find_main_tree,
    find_top,
    run_git,
    safe_git,
)

from ..repositories import PROGRAM_SETTINGS, git, name_programs, repository


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with changed files."""
    files = {"a.py": "x = 1\n", "b.pyi": "y: int\n"}
    root = repository(tmp_path / "tree", files)
    for name, text in files.items():
        (root / name).write_text(text.upper())
    return root


@pytest.mark.parametrize("setting", PROGRAM_SETTINGS)
def test_no_program_of_the_configuration_is_run(tree: Path, tmp_path: Path, setting: str) -> None:
    mark = tmp_path / "mark"
    name_programs(tree, mark, [setting])
    settings = SAFE_SETTINGS | filter_settings(tree)
    diff = ("diff", "--no-ext-diff", "--no-textconv", "HEAD")
    for command in (("status", "--porcelain"), diff, ("add", "-A")):
        assert run_git(*command, cwd=tree, settings=settings).returncode == 0
    assert not mark.exists()


def test_the_programs_would_be_run_without_the_settings(tree: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for setting in ("core.fsmonitor", "filter.evil.clean", "filter.a=b.clean"):
        name_programs(tree, mark, [setting])
        git(tree, "status")
        git(tree, "diff", "HEAD")
        assert mark.exists()
        mark.unlink()
        git(tree, "config", "--unset", setting)
        for hook in (tree / ".git" / "hooks").iterdir():
            hook.unlink()


def test_path_is_the_only_variable_that_git_inherits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "program")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.fsmonitor'='program'")
    monkeypatch.setenv("LD_PRELOAD", "library")
    _, environment = safe_git()
    inherited = {name for name in environment if environment[name] == os.environ.get(name)}
    assert "PATH" in inherited
    assert not {"GIT_EXTERNAL_DIFF", "GIT_CONFIG_PARAMETERS", "LD_PRELOAD"} & environment.keys()


def test_the_top_of_a_work_tree_is_the_nearest_folder_that_git_accepts(tree: Path) -> None:
    inner = tree / "one" / "two"
    (inner / ".git").mkdir(parents=True)  # no repository
    assert find_top(inner) == str(tree)
    (inner / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    assert find_top(inner) == str(inner)


def test_a_linked_work_tree_knows_its_main_one(tree: Path, tmp_path: Path) -> None:
    git(tree, "worktree", "add", "-q", str(tmp_path / "linked"))
    assert find_main_tree(tmp_path / "linked") == str(tree)
    assert find_main_tree(tree) is None
    git(tmp_path, "clone", "-q", "--bare", str(tree), str(tmp_path / "bare"))
    git(tmp_path / "bare", "worktree", "add", "-q", str(tmp_path / "other"), "-b", "other")
    assert find_main_tree(tmp_path / "other") == str(tmp_path / "bare")
