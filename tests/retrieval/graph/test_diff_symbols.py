"""Diffs are read from git without running anything that a repository names."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.graph.diff_symbols import DiffError, git_diff, touched_lines

from ...indexer.repositories import PROGRAM_SETTINGS, git, name_programs, repository


@pytest.mark.parametrize("setting", PROGRAM_SETTINGS)
def test_a_diff_runs_no_program_of_the_repository(tmp_path: Path, setting: str) -> None:
    root, mark = repository(tmp_path / "tree", {"a.py": "a\n", "b.pyi": "b\n"}), tmp_path / "mark"
    name_programs(root, mark, [setting])
    (root / "a.py").write_text("a\nb\n")
    (root / "b.pyi").write_text("c\n")
    assert touched_lines(git_diff(str(root), "HEAD")) == {"a.py": {2}, "b.pyi": {1}}
    assert not mark.exists()


def test_a_diff_runs_no_program_of_a_submodule(tmp_path: Path) -> None:
    library = repository(tmp_path / "library", {"a.py": "a\n"})
    root, mark = repository(tmp_path / "tree", {"b.py": "b\n"}), tmp_path / "mark"
    git(root, "submodule", "add", "-q", str(library), "libs")
    git(root, "config", "submodule.libs.ignore", "none")
    git(root, "commit", "-qam", "second")
    git(root / "libs", "config", "core.fsmonitor", f"touch {mark}; false")
    (root / "libs" / "a.py").write_text("b\n")
    git(root, "diff", "HEAD")
    assert mark.exists()  # git alone runs it
    mark.unlink()
    assert git_diff(str(root), "HEAD") == ""
    assert not mark.exists()


def test_a_folder_without_git_has_no_diff(tmp_path: Path) -> None:
    with pytest.raises(DiffError, match="cannot compare HEAD"):
        git_diff(str(tmp_path), "HEAD")
