"""A worktree for each run: the user's tree is read once and never written.

In a git repository it is a git worktree on the branch `clew/<run id>`. It starts at HEAD plus one
commit with the user's uncommitted changes. A folder without git is copied and gets a temporary
repository.

git runs no program named by a repository or by a command in the sandbox: no hooks, filters or file
system monitor, and no configuration of the user or the system. The git folder is always passed
explicitly, since commands in the sandbox can rewrite the worktree's `.git` file.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from indexer import SAFE_SETTINGS, read_diff

from ..errors import WorktreeError
from .git_command import git, git_path
from .store_copy import store_path
from .user_tree import belongs_to, commit_current_files, find_repository, repository_settings

NOT_COPIED = (
    ".git",
    ".clew",
    ".venv",
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
)
PLAIN_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color")


@dataclass(frozen=True, slots=True)
class RunWorktree:
    """The worktree of a run."""

    tree: Path  # its top folder
    root: Path  # the folder in it that corresponds to the user's root
    git_dir: Path  # outside of `tree`, out of reach for commands in the sandbox
    start: str  # the first commit of the run
    branch: str | None  # in the user's repository; None for a copy
    repository: Path | None  # the user's git folder; None for a copy
    settings: dict[str, str] = field(default_factory=lambda: dict(SAFE_SETTINGS))

    def has_changes(self) -> bool:
        """Tell if there are changes to commit."""
        options = ("--porcelain", "--untracked-files=all", "--ignore-submodules=all")
        return bool(self._git("status", *options))

    def commit(self, message: str) -> str | None:
        """Commit all changes; return the commit, or None without changes."""
        self._git("add", "--all", ".")
        if not self._git("diff", "--cached", "--name-only", "--ignore-submodules=all"):
            return None
        self._git("commit", "--quiet", "--no-verify", "--cleanup=verbatim", "--message", message)
        return self.head()

    def head(self) -> str:
        """Return the current commit."""
        return self._git("rev-parse", "HEAD").strip()

    def snapshot(self) -> str:
        """Return the git tree of all files that are not ignored.

        The worktree's index protects it from garbage collection.
        """
        self._git("add", "--all", ".")
        return self._git("write-tree").strip()

    def restore(self, tree: str) -> None:
        """Restore the files of a `snapshot`; ignored files stay as they are."""
        self.unlock()
        self._git("read-tree", "--reset", "-u", tree)
        self._git("clean", "-f", "-f", "-d", "--quiet")

    def unlock(self) -> None:
        """Remove the locks of a killed git; no other process works here."""
        locks = [self.git_dir / "index.lock", self.git_dir / "HEAD.lock"]
        if self.repository and self.branch:
            locks.append(self.repository / "refs" / "heads" / f"{self.branch}.lock")
        for lock in locks:
            lock.unlink(missing_ok=True)

    def changed_paths(self, before: str, after: str) -> list[str]:
        """Return the differing paths of two trees or commits, relative to `root`."""
        options = ("--name-only", "--no-renames", "--relative")
        return self._git("diff", *options, before, after, at=self.root).splitlines()

    def changed_lines(self, before: str, after: str) -> dict[str, list[tuple[int, int]]]:
        """Return path relative to `root` → line ranges of `before` that `after` changes.

        Lines are 1-based and inclusive. An insertion gives the lines around it.
        """
        options = (
            "--unified=0",
            "--no-renames",
            "--relative",
            "--src-prefix=a/",
            "--dst-prefix=b/",
        )
        diff = self._git(*PLAIN_DIFF, *options, before, after, at=self.root)
        return {file.path: [hunk.old_range for hunk in file.hunks] for file in read_diff(diff)}

    def diff(self) -> str:
        """Return the commits of the run as one patch."""
        return self._git(*PLAIN_DIFF, "--binary", self.start, "HEAD")

    def remove(self) -> None:
        """Delete the worktree. The branch stays, unless the run committed nothing."""
        is_unused = self.branch is not None and self.head() == self.start
        allow_deletion(self.tree)
        shutil.rmtree(self.tree, ignore_errors=True)
        shutil.rmtree(store_path(self.tree), ignore_errors=True)
        if self.repository is None:
            shutil.rmtree(self.git_dir, ignore_errors=True)
            return
        git("worktree", "prune", cwd=self.repository, settings=self.settings)
        if is_unused:
            self.delete_branch()

    def delete_branch(self) -> None:
        """Delete the run's branch in the user's repository, if there is one."""
        if self.repository and self.branch:
            arguments = ("branch", "--quiet", "-D", self.branch)
            git(*arguments, cwd=self.repository, settings=self.settings)

    def to_json(self) -> dict[str, Any]:
        """Return the values for `reopen_worktree`."""
        return {
            "tree": str(self.tree),
            "root": str(self.root),
            "git_dir": str(self.git_dir),
            "start": self.start,
            "branch": self.branch,
            "repository": str(self.repository) if self.repository else None,
            "settings": self.settings,
        }

    def _git(self, *arguments: str, at: Path | None = None) -> str:
        environment = git_variables(self.git_dir, self.tree)
        return git(*arguments, cwd=at or self.tree, settings=self.settings, environment=environment)


def worktree_from_json(values: Mapping[str, Any]) -> RunWorktree:
    """Return the worktree written by `to_json`."""
    return RunWorktree(
        Path(values["tree"]),
        Path(values["root"]),
        Path(values["git_dir"]),
        values["start"],
        values["branch"],
        Path(values["repository"]) if values["repository"] else None,
        dict(values["settings"]),
    )


def create_worktree(root: Path, run_id: str, trees: Path | None = None) -> RunWorktree:
    """Return a new worktree of `root`, on a new branch if a git repository contains `root`."""
    root = root.resolve()
    if not root.is_dir():
        raise WorktreeError(f"{root} is not a folder")
    tree = create_folder(run_id, trees)
    top = find_repository(root)
    if top is None or not belongs_to(root, top):
        return _copy(root, tree)
    return _check_out(root, top, tree, branch_of(run_id))


def worktree_at_start(
    values: Mapping[str, Any], run_id: str, trees: Path | None = None
) -> RunWorktree:
    """Return a new worktree at the start of an earlier run, which must be in a git repository."""
    earlier = worktree_from_json(values)
    if earlier.repository is None:
        raise WorktreeError(
            "this run was made without git: how its tree began is not known any more"
        )
    branch = branch_of(run_id)
    return _add_again(earlier, branch, run_id, trees, "-B", branch, start=earlier.start)


def reopen_worktree(
    values: Mapping[str, Any], run_id: str, trees: Path | None = None
) -> RunWorktree:
    """Return the worktree of an earlier run; if it is gone, create it again from its branch."""
    earlier = worktree_from_json(values)
    if earlier.root.is_dir() and earlier.git_dir.is_dir():
        earlier.unlock()
        return earlier
    repository, branch = earlier.repository, str(earlier.branch)
    if repository is None or not repository.is_dir():
        raise WorktreeError(
            f"the working copy of run {run_id} is gone, and without git it cannot be made again"
        )
    git("worktree", "prune", cwd=repository, settings=earlier.settings)
    if git("branch", "--list", branch, cwd=repository, settings=earlier.settings):
        return _add_again(earlier, branch, run_id, trees, start=branch)
    return _add_again(earlier, branch, run_id, trees, "-b", branch, start=earlier.start)


def _add_again(
    earlier: RunWorktree, branch: str, run_id: str, trees: Path | None, *options: str, start: str
) -> RunWorktree:
    """Add a worktree like an earlier one to its repository, at the commit or branch `start`."""
    assert earlier.repository is not None
    tree, settings = create_folder(run_id, trees), earlier.settings
    arguments = ("worktree", "add", "--quiet", *options, str(tree), start)
    git(*arguments, cwd=earlier.repository, settings=settings)
    git_dir = git_path("--absolute-git-dir", cwd=tree, settings=settings)
    root = tree / earlier.root.relative_to(earlier.tree)
    return replace(earlier, tree=tree, root=root, git_dir=git_dir, branch=branch)


def discard_worktree(root: Path, run_id: str, trees: Path | None = None) -> None:
    """Remove the worktree and branch of a run killed before its transcript named them."""
    for folder in (trees or state_folder()).resolve().glob(f"{run_id}-*"):
        shutil.rmtree(folder, ignore_errors=True)
    if (top := find_repository(root)) is not None:
        git("worktree", "prune", cwd=top)
        if git("branch", "--list", branch_of(run_id), cwd=top):
            git("branch", "--quiet", "-D", branch_of(run_id), cwd=top)


def allow_deletion(tree: Path) -> None:
    """Open all folders of a tree: a test may have removed the right to list or delete."""
    for folder, names, _ in os.walk(tree):
        paths = (os.path.join(folder, name) for name in names)
        for path in (folder, *paths):  # before the walk enters them
            if not os.path.islink(path):
                os.chmod(path, 0o700)


def branch_of(run_id: str) -> str:
    return f"clew/{run_id}"


def create_folder(run_id: str, trees: Path | None) -> Path:
    """Create an empty folder for a worktree."""
    parent = (trees or state_folder()).resolve()
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{run_id}-", dir=parent))
    except OSError as error:
        raise WorktreeError(
            f"no working copy can be made in {parent}: {error.strerror}; set XDG_STATE_HOME"
        ) from error


def state_folder() -> Path:
    """Return the folder of worktrees.

    It is outside of the user's tree: tools that look upwards would find the settings there.
    """
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "clew" / "trees"


def _check_out(root: Path, top: Path, tree: Path, branch: str) -> RunWorktree:
    """Add a git worktree at `tree`, on a new branch, with the current files of `top`."""
    settings = repository_settings(top)
    start = commit_current_files(top, settings)
    git("worktree", "add", "--quiet", "-b", branch, str(tree), start, cwd=top, settings=settings)
    common = git_path("--git-common-dir", cwd=top, settings=settings)
    git_dir = git_path("--absolute-git-dir", cwd=tree, settings=settings)
    return RunWorktree(tree, tree / root.relative_to(top), git_dir, start, branch, common, settings)


def _copy(root: Path, tree: Path) -> RunWorktree:
    """Copy a folder without git; a repository beside the copy tracks its changes."""
    ignore = shutil.ignore_patterns(*NOT_COPIED)
    shutil.copytree(root, tree, symlinks=True, dirs_exist_ok=True, ignore=ignore)
    git_dir = tree.with_name(tree.name + ".git")
    environment = git_variables(git_dir, tree)
    git("init", "--quiet", "--template=", cwd=tree, environment=environment)
    git("add", "--all", ".", cwd=tree, environment=environment)
    arguments = ("commit", "--quiet", "--allow-empty", "--message", "Start")
    git(*arguments, cwd=tree, environment=environment)
    worktree = RunWorktree(tree, tree, git_dir, "", None, None)
    return replace(worktree, start=worktree.head())


def git_variables(git_dir: Path, tree: Path) -> dict[str, str]:
    return {"GIT_DIR": str(git_dir), "GIT_WORK_TREE": str(tree)}
