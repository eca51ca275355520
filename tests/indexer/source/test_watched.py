"""A walk of the changed folders gives the same as a walk of the whole tree."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from indexer import WatchedWorktree, open_worktree

from ..repositories import git, repository, write


def whole(root: Path) -> list[object]:
    return list(open_worktree(root).files())


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    files = {
        f"{folder}/{name}.py": "x = 1\n" for folder in ("a", "a/b", "a/b/c", "d") for name in "xyz"
    }
    return repository(
        tmp_path / "tree", files | {".gitignore": "*.log\n", "top.py": "", "d/.gitignore": "z.*\n"}
    )


def test_a_walk_again_lists_only_the_folder_in_which_something_happened(tree: Path) -> None:
    source = WatchedWorktree(str(tree))
    assert list(source.files()) == whole(tree)
    assert source.listed == 5
    write(tree, {"a/b/new.py": "", "top.py": "y = 2\n"})
    source.on_change([f"{tree}/a/b/new.py", f"{tree}/top.py"])
    assert list(source.files()) == whole(tree)
    assert source.listed == 2
    assert list(source.files()) == whole(tree)
    assert source.listed == 0


def test_a_rule_file_changes_all_that_lies_below_it(tree: Path) -> None:
    source = WatchedWorktree(str(tree))
    list(source.files())
    write(tree, {"a/.gitignore": "*.txt\n", "a/b/c/n.txt": ""})
    source.on_change([f"{tree}/a/.gitignore", f"{tree}/a/b/c/n.txt"])
    assert list(source.files()) == whole(tree)
    assert source.listed == 3


def test_a_folder_that_has_gone_and_come_again_is_listed_anew(tree: Path) -> None:
    source = WatchedWorktree(str(tree))
    list(source.files())
    shutil.rmtree(tree / "a" / "b")
    write(tree, {"a/b/c/other.py": ""})
    source.on_change([f"{tree}/a/b"])
    assert list(source.files()) == whole(tree)


def test_what_git_tracks_newly_is_heard_from_its_index(tree: Path) -> None:
    source = WatchedWorktree(str(tree))
    write(tree, {"kept.log": "text\n"})
    source.on_change([f"{tree}/kept.log"])
    assert list(source.files()) == whole(tree)
    git(tree, "add", "-f", "kept.log")
    source.on_change([f"{tree}/.git/index"])
    assert list(source.files()) == whole(tree)
    git(tree, "commit", "-q", "-m", "second")
    source.on_change([f"{tree}/.git/logs/HEAD"])
    assert source.commit == open_worktree(tree).commit


def test_a_walk_that_was_cut_off_forgets_nothing(tree: Path) -> None:
    source = WatchedWorktree(str(tree))
    list(source.files())
    write(tree, {"d/new.py": ""})
    source.on_change([f"{tree}/d/new.py"])
    cut = source.files()
    next(cut)
    cut.close()  # type: ignore[attr-defined]
    assert list(source.files()) == whole(tree)


@pytest.mark.parametrize("seed", range(6))
def test_any_run_of_changes_gives_what_a_whole_walk_gives(tree: Path, seed: int) -> None:
    pick = random.Random(seed)
    source = WatchedWorktree(str(tree))
    for _ in range(25):
        folder = tree / pick.choice(["", "a", "a/b", "a/b/c", "d", "e", "e/f"])
        name = folder / pick.choice(["x.py", "new.log", ".gitignore", ".clewignore", "n"])
        if name.is_dir() or pick.random() < 0.2:
            shutil.rmtree(name if name.is_dir() else folder / "c", ignore_errors=True)
            heard = name if name.is_dir() else folder / "c"
        elif pick.random() < 0.2:
            name.unlink(missing_ok=True)
            heard = name
        else:
            made = next((each for each in [*folder.parents][::-1] if not each.exists()), folder)
            heard = name if folder.exists() else made
            write(
                tree, {str(name.relative_to(tree)): pick.choice(["*.py\n", "!x.py\n", "x.*\n", ""])}
            )
        source.on_change([str(heard)])
        assert list(source.files()) == whole(tree)


def test_what_the_store_and_git_do_for_themselves_does_not_matter(tree: Path) -> None:
    source = WatchedWorktree(str(tree))
    assert source.is_relevant(f"{tree}/a/x.py")
    assert source.is_relevant(f"{tree}/.git/HEAD")
    assert source.is_relevant(f"{tree}/.git/refs/heads/main")
    for path in (
        ".git/objects/ab/cd",
        ".git/index.lock",
        ".clew",
        ".clew/head.json",
        "a/.git/HEAD",
    ):
        assert not source.is_relevant(f"{tree}/{path}")
