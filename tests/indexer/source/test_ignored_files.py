"""The walk of a work tree and git: its ignore rules, index, linked trees and submodules."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.source.tree import SkipReason
from indexer.source.worktree import open_worktree
from tests.indexer.repositories import git, repository, write

from .test_worktree import found, skipped

pytestmark = pytest.mark.usefixtures("home")


def test_what_git_tracks_is_in_whatever_the_rules_say(tmp_path: Path) -> None:
    repository(tmp_path, {"build/kept.py": "x", ".gitignore": "build/\n*.log\n", "kept.log": "x"})
    write(tmp_path, {"build/other.py": "x", "build/sub/other.py": "x", "other.log": "x"})
    assert found(tmp_path) == {".gitignore", "build/kept.py", "kept.log"}
    ignored = dict.fromkeys(["build/other.py", "build/sub/", "other.log"], SkipReason.IGNORED)
    assert skipped(tmp_path) == ignored


def test_clewignore_holds_even_for_what_git_tracks(tmp_path: Path) -> None:
    repository(tmp_path, {"vendor/a.py": "x", "a.py": "x", ".clewignore": "vendor/\n"})
    assert found(tmp_path) == {".clewignore", "a.py"}
    assert skipped(tmp_path, ignore=False) == {"vendor/": SkipReason.IGNORED}


def test_clewignore_takes_back_in_what_gitignore_leaves_out(tmp_path: Path) -> None:
    files = {
        "gen/a.py": "x",
        "gen/b.txt": "x",
        ".gitignore": "gen/\n*.txt\n",
        ".clewignore": "!gen/\n",
    }
    write(tmp_path, files)
    assert found(tmp_path) == {".clewignore", ".gitignore", "gen/a.py"}


def test_no_ignore_turns_off_the_rules_of_git_only(tmp_path: Path) -> None:
    repository(tmp_path, {".gitignore": "*.log\n"})
    write(
        tmp_path,
        {
            "a.log": "x",
            ".git/info/exclude": "*.tmp\n",
            "a.tmp": "x",
            ".clew/index": "x",
            ".clewignore": "b",
        },
    )
    write(tmp_path, {"b": "x"})
    assert found(tmp_path, ignore=False) == {".clewignore", ".gitignore", "a.log", "a.tmp"}
    assert found(tmp_path) == {".clewignore", ".gitignore"}


def test_the_folders_of_version_control_and_of_the_index_are_passed_over(tmp_path: Path) -> None:
    write(
        tmp_path,
        {".git/x": "", ".hg/x": "", ".svn/x": "", ".clew/x": "", "sub/.clew/x": "", "a.py": ""},
    )
    assert [file.path for file in open_worktree(tmp_path).files()] == ["a.py"]


def test_the_users_own_excludes_file_counts(tmp_path: Path, home: Path) -> None:
    write(home, {".gitconfig": "[core]\n\texcludesFile = ~/mine\n", "mine": "*.swp\n"})
    repository(tmp_path / "repository")
    for folder in (tmp_path / "repository", tmp_path / "plain"):
        write(folder, {"a.swp": "x", "a.py": "x"})
        assert found(folder) == {"a.py"}


def test_without_a_setting_the_excludes_file_is_the_one_in_the_config_folder(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home, {".config/git/ignore": "*.swp\n", "elsewhere/git/ignore": "*.bak\n"})
    write(tmp_path, {"a.swp": "x", "a.bak": "x"})
    assert found(tmp_path) == {"a.bak"}
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "elsewhere"))
    assert found(tmp_path) == {"a.swp"}


def test_info_exclude_overrules_the_users_excludes_file(tmp_path: Path, home: Path) -> None:
    write(home, {".config/git/ignore": "*.swp\n"})
    repository(tmp_path)
    write(tmp_path, {".git/info/exclude": "!keep.swp\n", "keep.swp": "x", "a.swp": "x"})
    assert found(tmp_path) == {"keep.swp"}


def test_sparse_and_split_indexes_are_understood(tmp_path: Path) -> None:
    repository(tmp_path, {"in/a.log": "x", "out/b.log": "x", "top.py": "x"})
    write(tmp_path, {".git/info/exclude": "*.log\n"})
    git(tmp_path, "sparse-checkout", "set", "--cone", "--sparse-index", "in")
    assert found(tmp_path) == {"in/a.log", "top.py"}
    git(tmp_path, "sparse-checkout", "disable")
    git(tmp_path, "update-index", "--split-index")
    assert found(tmp_path) == {"in/a.log", "out/b.log", "top.py"}


def test_a_linked_work_tree_knows_its_index_and_the_shared_exclude_file(tmp_path: Path) -> None:
    main = repository(tmp_path / "main", {"a.log": "x", ".gitignore": "*.log\n"})
    write(main, {".git/info/exclude": "*.tmp\n"})
    linked = tmp_path / "linked"
    git(main, "worktree", "add", "-q", str(linked))
    write(linked, {"b.tmp": "x", "b.log": "x", "b.py": "x"})
    assert found(linked) == {".gitignore", "a.log", "b.py"}
    assert open_worktree(linked).commit == git(main, "rev-parse", "HEAD").decode().strip()


def test_nested_work_trees_clones_and_mirrors_are_not_entered(tmp_path: Path) -> None:
    main = repository(tmp_path / "main", {"a.py": "x"})
    git(main, "worktree", "add", "-q", "trees/one")
    git(main, "clone", "-q", ".", "clone")
    git(main, "clone", "-q", "--bare", ".", "mirror.git")
    assert found(main) == {"a.py"}
    assert skipped(main) == dict.fromkeys(
        ["clone/", "mirror.git/", "trees/one/"], SkipReason.NESTED_REPOSITORY
    )
    assert skipped(main, ignore=False) == skipped(main)


def test_a_folder_named_git_that_is_no_repository_hides_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"sub/.git/description": "x", "sub/a.py": "x", "HEAD": "x", "objects": "x"})
    assert "sub/a.py" in found(tmp_path)


def test_a_submodule_is_named_and_not_entered(tmp_path: Path) -> None:
    library = repository(tmp_path / "library", {"a.py": "x"})
    main = repository(tmp_path / "main")
    git(main, "submodule", "add", "-q", str(library), "libs/library")
    assert skipped(main) == {"libs/library/": SkipReason.SUBMODULE}
    git(main, "submodule", "deinit", "-q", "--all", "-f")
    assert skipped(main) == {"libs/library/": SkipReason.SUBMODULE}
    assert found(library) == {"a.py"}


def test_a_checked_out_submodule_can_be_indexed_by_itself(tmp_path: Path) -> None:
    library = repository(tmp_path / "library", {"a.py": "x"})
    main = repository(tmp_path / "main")
    git(main, "submodule", "add", "-q", str(library), "sub")
    assert found(main / "sub") == {"a.py"}
