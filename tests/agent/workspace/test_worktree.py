"""The user's tree stays as it is, and git executes nothing that a repository or a sandboxed command
planted."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from agent import WorktreeError
from agent.workspace.worktree import RunWorktree, create_worktree
from tests.agent.conftest import git


def begin(root: Path, tmp_path: Path) -> RunWorktree:
    return create_worktree(root, "run", tmp_path / "trees")


def trap(tmp_path: Path) -> tuple[Path, Path]:
    """A program that leaves a mark when it is run."""
    mark, program = tmp_path / "executed", tmp_path / "trap"
    program.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    program.chmod(0o755)
    return program, mark


def test_a_run_commits_to_a_branch_of_its_own(repository: Path, tmp_path: Path) -> None:
    work = begin(repository, tmp_path)
    (work.root / "courier" / "new.py").write_text("x = 1\n")
    commit = work.commit("New file\n\nAnd why.")
    assert git(repository, "rev-parse", "clew/run").strip() == commit
    assert git(repository, "log", "-1", "--format=%an %s", "clew/run").strip() == "clew New file"
    assert "+x = 1" in work.diff()


def test_the_users_tree_index_and_branch_stay_as_they_are(repository: Path, tmp_path: Path) -> None:
    (repository / "README.md").write_text("changed\n")
    (repository / "staged.txt").write_text("staged\n")
    git(repository, "add", "staged.txt")
    before = [git(repository, "status", "--porcelain"), git(repository, "rev-parse", "HEAD")]
    work = begin(repository, tmp_path)
    (work.root / "README.md").write_text("changed by the run\n")
    work.commit("Change")
    work.remove()
    assert [
        git(repository, "status", "--porcelain"),
        git(repository, "rev-parse", "HEAD"),
    ] == before
    assert (repository / "README.md").read_text() == "changed\n"


def test_a_run_begins_with_what_the_user_sees(repository: Path, tmp_path: Path) -> None:
    (repository / "README.md").write_text("changed\n")
    (repository / "untracked.txt").write_text("new\n")
    (repository / "ignored.sqlite").write_text("data")
    (repository / "pyproject.toml").unlink()
    work = begin(repository, tmp_path)
    assert (work.root / "README.md").read_text() == "changed\n"
    assert (work.root / "untracked.txt").exists()
    assert not (work.root / "ignored.sqlite").exists()
    assert not (work.root / "pyproject.toml").exists()
    assert work.diff() == ""


def test_files_that_the_user_ignores_everywhere_stay_out(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ignore = tmp_path / "config" / "git" / "ignore"
    ignore.parent.mkdir(parents=True)
    ignore.write_text("*.local\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (repository / "notes.local").write_text("private")
    assert not (begin(repository, tmp_path).root / "notes.local").exists()


def test_the_working_copy_is_gone_afterwards_and_the_branch_is_not(
    repository: Path, tmp_path: Path
) -> None:
    work = begin(repository, tmp_path)
    (work.root / "new.txt").write_text("x")
    work.commit("New")
    (work.root / "shut").mkdir()
    (work.root / "shut").chmod(0)
    work.remove()
    assert not work.tree.exists()
    assert len(git(repository, "worktree", "list").splitlines()) == 1
    assert git(repository, "branch", "--list", "clew/run")


def test_a_branch_on_which_nothing_was_done_is_not_left_behind(
    repository: Path, tmp_path: Path
) -> None:
    (repository / "README.md").write_text("changed\n")
    begin(repository, tmp_path).remove()
    assert git(repository, "branch", "--list", "clew/*") == ""


def test_a_folder_in_a_repository_is_worked_on_at_its_place(
    repository: Path, tmp_path: Path
) -> None:
    work = begin(repository / "courier", tmp_path)
    assert work.root == work.tree / "courier"
    assert (work.root / "queue.py").exists()


def test_a_folder_without_git_is_copied(folder: Path, tmp_path: Path) -> None:
    work = begin(folder, tmp_path)
    (work.root / "courier" / "queue.py").write_text("")
    work.commit("Empty it")
    assert "--- a/courier/queue.py" in work.diff()
    assert work.branch is None
    assert (folder / "courier" / "queue.py").read_text() != ""
    assert not (folder / ".git").exists()


def test_a_repository_without_a_commit_is_copied(folder: Path, tmp_path: Path) -> None:
    git(folder, "init", "-q")
    assert begin(folder, tmp_path).branch is None


def test_a_folder_that_its_repository_ignores_is_copied(repository: Path, tmp_path: Path) -> None:
    inner = repository / "work.sqlite"
    inner.mkdir()
    (inner / "main.py").write_text("x = 1\n")
    work = begin(inner, tmp_path)
    assert work.branch is None
    assert (work.root / "main.py").exists()


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorktreeError, match="is not a folder"):
        begin(tmp_path / "nowhere", tmp_path)


def test_hooks_are_not_run(repository: Path, tmp_path: Path) -> None:
    program, mark = trap(tmp_path)
    for name in (
        "post-checkout",
        "pre-commit",
        "commit-msg",
        "post-commit",
        "reference-transaction",
        "post-index-change",
    ):
        (repository / ".git" / "hooks" / name).symlink_to(program)
    work = begin(repository, tmp_path)
    (work.root / "new.txt").write_text("x")
    work.commit("New")
    work.remove()
    assert not mark.exists()


@pytest.mark.parametrize(
    "setting",
    ["core.fsmonitor", "core.hooksPath", "filter.evil.smudge", "filter.evil.clean",
     "filter.evil.process", "diff.external", "diff.evil.textconv", "gpg.program", "core.pager",
     "core.editor"]
)  # fmt: skip
def test_programs_in_the_repositorys_configuration_are_not_run(
    repository: Path, tmp_path: Path, setting: str
) -> None:
    (repository / ".gitattributes").write_text("*.py filter=evil diff=evil\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "Attributes")
    program, mark = trap(tmp_path)
    git(repository, "config", "commit.gpgSign", "true")
    git(repository, "config", setting, str(program))
    (repository / "courier" / "job.py").write_text("y = 2\n")
    work = begin(repository, tmp_path)
    (work.root / "courier" / "queue.py").write_text("x = 1\n")
    assert work.has_changes()
    work.commit("Change")
    assert "+x = 1" in work.diff()
    work.remove()
    assert not mark.exists()


@pytest.mark.parametrize("place", ["included", "config.worktree"])
def test_filters_in_files_that_the_configuration_leads_to_are_not_run(
    repository: Path, tmp_path: Path, place: str
) -> None:
    program, mark = trap(tmp_path)
    (repository / ".gitattributes").write_text("*.py filter=evil\n")
    git(repository, "config", "extensions.worktreeConfig", "true")
    git(repository, "config", "include.path", str(repository / ".git" / "included"))
    (repository / ".git" / place).write_text(
        f'[filter "evil"]\n\tclean = {program}\n\tsmudge = {program}\n'
    )
    (repository / "courier" / "job.py").write_text("y = 2\n")
    work = begin(repository, tmp_path)
    (work.root / "courier" / "queue.py").write_text("x = 1\n")
    work.commit("Change")
    work.remove()
    assert not mark.exists()


def test_a_git_file_rewritten_from_the_sandbox_is_not_believed(
    repository: Path, tmp_path: Path
) -> None:
    program, mark = trap(tmp_path)
    work = begin(repository, tmp_path)
    evil = work.tree / "evil"
    subprocess.run(["git", "init", "-q", "--bare", str(evil)], check=True)
    git(evil, "config", "core.fsmonitor", str(program))
    (work.tree / ".git").write_text(f"gitdir: {evil}\n")
    (work.root / "new.txt").write_text("x")
    assert work.commit("New") == git(repository, "rev-parse", "clew/run").strip()
    assert not mark.exists()


def test_a_repository_planted_in_the_tree_executes_nothing(
    repository: Path, tmp_path: Path
) -> None:
    program, mark = trap(tmp_path)
    work = begin(repository, tmp_path)
    for name in ("planted", "courier"):
        (work.root / name).mkdir(exist_ok=True)
        (work.root / name / "seed.txt").write_text("x")
        git(work.root / name, "init", "-q")
        git(work.root / name, "add", "seed.txt")
        git(work.root / name, "commit", "-q", "-m", "Seed")
        git(work.root / name, "config", "core.fsmonitor", str(program))
        git(work.root / name, "config", "core.hooksPath", str(tmp_path))
    work.has_changes()
    work.commit("With repositories in it")
    (work.root / "planted" / "seed.txt").write_text("y")
    work.has_changes()
    work.commit("Again")
    work.diff()
    assert not mark.exists()
