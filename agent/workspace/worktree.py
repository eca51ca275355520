"""A working copy of its own for each run: the user's tree is read once and never written.

In a git repository it is a worktree on the branch `clew/<run id>`, begun at what the user sees: HEAD, and on top of it
one commit with the changes that are not committed yet. A folder without git is copied and gets a throw-away repository.

git runs with nothing that a repository, or a command in the sandbox, could have it execute: no hooks, no filters, no
file system monitor, no configuration of the user or the system. The git folder is always named outright, since the
`.git` file in the working copy can be rewritten from inside the sandbox.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from indexer import SAFE_SETTINGS, filter_settings, run_git

from ..session.endings import WorktreeError

IDENTITY = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "clew"), ("EMAIL", "clew@localhost"))}  # fmt: skip
NOT_COPIED = (
    ".git",
    ".clew",
    ".venv",
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
)


def git(
    *arguments: str,
    cwd: Path,
    settings: Mapping[str, str] = SAFE_SETTINGS,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Return the output of git. Raise `WorktreeError` with its message if it fails."""
    additions = IDENTITY | dict(environment or {})
    try:
        result = run_git(*arguments, cwd=cwd, settings=settings, environment=additions)
    except FileNotFoundError as error:
        raise WorktreeError("git is not installed: the agent needs it") from error
    if result.returncode != 0:
        message = " ".join(result.stderr.decode(errors="replace").split())
        raise WorktreeError(f"git {arguments[0]} failed in {cwd}: {message[:300]}")
    return result.stdout.decode(errors="surrogateescape")


@dataclass(frozen=True, slots=True)
class Worktree:
    """The working copy of a run."""

    tree: Path  # its top folder
    root: Path  # the folder in it that stands for the one which the user named
    git_dir: Path  # outside of `tree`, where no command in the sandbox can write
    start: str  # the commit that the run began with
    branch: str | None  # in the user's repository; None for a copy
    repository: Path | None  # the user's git folder; None for a copy
    settings: dict[str, str] = field(default_factory=lambda: dict(SAFE_SETTINGS))

    def changed(self) -> bool:
        """Whether there is anything to commit."""
        return bool(
            self._git("status", "--porcelain", "--untracked-files=all", "--ignore-submodules=all")
        )

    def commit(self, message: str) -> str | None:
        """Commit all changes; the commit, or None where nothing had changed."""
        self._git("add", "--all", ".")
        if not self._git("diff", "--cached", "--name-only", "--ignore-submodules=all"):
            return None
        self._git("commit", "--quiet", "--no-verify", "--cleanup=verbatim", "--message", message)
        return self.head()

    def head(self) -> str:
        """The commit that the working copy stands on."""
        return self._git("rev-parse", "HEAD").strip()

    def snapshot(self) -> str:
        """The git tree of all that is there and not ignored. The working copy's index keeps it from being collected."""
        self._git("add", "--all", ".")
        return self._git("write-tree").strip()

    def restore(self, tree: str) -> None:
        """Make the working copy what `snapshot` saw; ignored files stay as they are."""
        self.unlock()
        self._git("read-tree", "--reset", "-u", tree)
        self._git("clean", "-f", "-f", "-d", "--quiet")

    def unlock(self) -> None:
        """Remove the locks of a git that was killed; nobody else works here."""
        locks = [self.git_dir / "index.lock", self.git_dir / "HEAD.lock"]
        if self.repository and self.branch:
            locks.append(self.repository / "refs" / "heads" / f"{self.branch}.lock")
        for lock in locks:
            lock.unlink(missing_ok=True)

    def changes(self, before: str, after: str) -> list[str]:
        """Paths that differ between two trees or commits, relative to `root`."""
        return self._git(
            "diff", "--name-only", "--no-renames", "--relative", before, after, at=self.root
        ).splitlines()

    def changed_lines(self, before: str, after: str) -> dict[str, list[tuple[int, int]]]:
        """path relative to `root` → lines of `before` that `after` changes; of an insertion the lines around it."""
        patch = self._git(
            "diff", "--unified=0", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--relative",
            "--src-prefix=a/", "--dst-prefix=b/", before, after, at=self.root,
        )  # fmt: skip
        return lines_changed(patch)

    def diff(self) -> str:
        """What was committed since the run began, as a patch."""
        return self._git(
            "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--binary", self.start, "HEAD"
        )

    def remove(self) -> None:
        """Delete the working copy. The branch stays, unless nothing was done on it."""
        unused = self.branch is not None and self.head() == self.start
        for folder, _, _ in os.walk(self.tree):
            os.chmod(folder, 0o700)  # a test may have taken away its own right to delete
        shutil.rmtree(self.tree, ignore_errors=True)
        shutil.rmtree(index_beside(self.tree), ignore_errors=True)
        if self.repository is not None:
            git("worktree", "prune", cwd=self.repository, settings=self.settings)
            if unused:
                git(
                    "branch",
                    "--quiet",
                    "-D",
                    str(self.branch),
                    cwd=self.repository,
                    settings=self.settings,
                )
        else:
            shutil.rmtree(self.git_dir, ignore_errors=True)

    def to_json(self) -> dict[str, Any]:
        """What `reopen` needs."""
        return {
            "tree": str(self.tree), "root": str(self.root), "git_dir": str(self.git_dir), "start": self.start,
            "branch": self.branch, "repository": str(self.repository) if self.repository else None,
            "settings": self.settings,
        }  # fmt: skip

    def _git(self, *arguments: str, at: Path | None = None) -> str:
        where = {"GIT_DIR": str(self.git_dir), "GIT_WORK_TREE": str(self.tree)}
        return git(*arguments, cwd=at or self.tree, settings=self.settings, environment=where)


def open_worktree(root: Path, run_id: str, trees: Path | None = None) -> Worktree:
    """A working copy of `root`, on a branch of its own where `root` lies in a git repository with a commit."""
    root = root.resolve()
    if not root.is_dir():
        raise WorktreeError(f"{root} is not a folder")
    tree = new_folder(run_id, trees)
    top = repository_of(root)
    if top is None or not tracked(root, top):
        return copy(root, tree)
    return checkout(root, top, tree, f"clew/{run_id}")


def at_start(given: Mapping[str, Any], run_id: str, trees: Path | None = None) -> Worktree:
    """Another working copy that begins where an earlier run began; only git knows how that was."""
    if not given["repository"]:
        raise WorktreeError(
            "this run was made without git: how its tree began is not known any more"
        )
    repository, settings, branch = (
        Path(given["repository"]),
        dict(given["settings"]),
        f"clew/{run_id}",
    )
    new = new_folder(run_id, trees)
    git(
        "worktree",
        "add",
        "--quiet",
        "-B",
        branch,
        str(new),
        given["start"],
        cwd=repository,
        settings=settings,
    )
    git_dir = Path(git("rev-parse", "--absolute-git-dir", cwd=new, settings=settings).rstrip("\n"))
    root = new / Path(given["root"]).relative_to(given["tree"])
    return Worktree(new, root, git_dir, given["start"], branch, repository, settings)


def copied_store(uri: str, tree: str) -> str | None:
    """A store beside the working copy that begins as the one at `uri`: an index of the copy leaves the user's alone.

    The files are linked, since a store never changes a file that it has written; None for a store that is not on disk.
    """
    source, target = Path(uri), index_beside(Path(tree))
    if "://" in uri or not source.is_dir():
        return None
    if not target.exists():
        leave = shutil.ignore_patterns("runs", "*.lock", ".lock", "lock")
        shutil.copytree(source, target, copy_function=link_or_copy, ignore=leave)
    return str(target)


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def index_beside(tree: Path) -> Path:
    return tree.with_name(f"{tree.name}.index")


def new_folder(run_id: str, trees: Path | None) -> Path:
    """An empty folder for a working copy."""
    parent = (trees or state_folder()).resolve()
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{run_id}-", dir=parent))
    except OSError as error:
        raise WorktreeError(
            f"no working copy can be made in {parent}: {error.strerror}; set XDG_STATE_HOME"
        ) from error


def reopen(given: Mapping[str, Any], run_id: str, trees: Path | None = None) -> Worktree:
    """The working copy of an earlier run, by what `to_json` gave; made again from its branch where it is gone."""
    repository = Path(given["repository"]) if given["repository"] else None
    tree, root, git_dir = Path(given["tree"]), Path(given["root"]), Path(given["git_dir"])
    work = Worktree(
        tree, root, git_dir, given["start"], given["branch"], repository, dict(given["settings"])
    )
    if root.is_dir() and git_dir.is_dir():
        work.unlock()
        return work
    if repository is None or not repository.is_dir():
        raise WorktreeError(
            f"the working copy of run {run_id} is gone, and without git it cannot be made again"
        )
    new = new_folder(run_id, trees)
    git("worktree", "prune", cwd=repository, settings=work.settings)
    there = git("branch", "--list", str(work.branch), cwd=repository, settings=work.settings)
    what = [str(new), str(work.branch)] if there else ["-b", str(work.branch), str(new), work.start]
    git("worktree", "add", "--quiet", *what, cwd=repository, settings=work.settings)
    git_dir = Path(
        git("rev-parse", "--absolute-git-dir", cwd=new, settings=work.settings).rstrip("\n")
    )
    return replace(work, tree=new, root=new / root.relative_to(tree), git_dir=git_dir)


def discard(root: Path, run_id: str, trees: Path | None = None) -> None:
    """Remove what a run has left that was killed before its record named it: a working copy, a branch."""
    for folder in (trees or state_folder()).resolve().glob(f"{run_id}-*"):
        shutil.rmtree(folder, ignore_errors=True)
    if (top := repository_of(root)) is not None:
        git("worktree", "prune", cwd=top)
        if git("branch", "--list", f"clew/{run_id}", cwd=top):
            git("branch", "--quiet", "-D", f"clew/{run_id}", cwd=top)


def lines_changed(patch: str) -> dict[str, list[tuple[int, int]]]:
    """path → lines of the older side that a patch without context replaces."""
    found: dict[str, list[tuple[int, int]]] = {}
    path = ""
    for line in patch.splitlines():
        if line.startswith(("--- a/", "+++ b/")):
            path = line[6:]
            found.setdefault(path, [])
        elif hunk := re.match(r"@@ -(\d+)(?:,(\d+))? ", line):
            start, count = int(hunk[1]), int(hunk[2] if hunk[2] is not None else 1)
            found[path].append((start, start + count - 1) if count else (start, start + 1))
    return found


def state_folder() -> Path:
    """Where working copies live: not in the user's tree, whose settings tools that look upwards would find."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "clew" / "trees"


def repository_of(root: Path) -> Path | None:
    """The top folder of the git work tree that holds `root`, if it has a commit."""
    try:
        git("rev-parse", "--verify", "--quiet", "HEAD^{commit}", cwd=root)
        return Path(git("rev-parse", "--show-toplevel", cwd=root).rstrip("\n")).resolve()
    except WorktreeError:
        if shutil.which("git") is None:
            raise
        return None


def tracked(root: Path, top: Path) -> bool:
    """Whether the repository at `top` takes an interest in `root`, rather than ignoring it."""
    if root == top:
        return True
    return bool(
        git("ls-files", "--cached", "--others", "--exclude-standard", "--", str(root), cwd=top)
    )


def checkout(root: Path, top: Path, tree: Path, branch: str) -> Worktree:
    """A git worktree at `tree`, on the new `branch`, with all that `top` holds now."""
    settings = SAFE_SETTINGS | filter_settings(top) | ignore_file(top)
    start = snapshot(top, settings)
    git("worktree", "add", "--quiet", "-b", branch, str(tree), start, cwd=top, settings=settings)
    common = Path(
        git(
            "rev-parse", "--path-format=absolute", "--git-common-dir", cwd=top, settings=settings
        ).rstrip("\n")
    )
    git_dir = Path(git("rev-parse", "--absolute-git-dir", cwd=tree, settings=settings).rstrip("\n"))
    return Worktree(tree, tree / root.relative_to(top), git_dir, start, branch, common, settings)


def ignore_file(top: Path) -> dict[str, str]:
    """The user's own ignore file: the one setting of theirs that says what belongs to the tree."""
    asked = ["git", "config", "--path", "--get", "core.excludesFile"]
    named = subprocess.run(asked, cwd=top, capture_output=True, text=True).stdout.strip()
    default = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "git" / "ignore"
    return {"core.excludesFile": named or str(default)}


def snapshot(top: Path, settings: Mapping[str, str]) -> str:
    """A commit of the tree as it is: HEAD, or one on top of it. The user's index and branch stay as they are."""
    head = git("rev-parse", "HEAD", cwd=top, settings=settings).strip()
    if not git("status", "--porcelain", "--ignore-submodules=all", cwd=top, settings=settings):
        return head
    index = Path(
        git(
            "rev-parse", "--path-format=absolute", "--git-path", "index", cwd=top, settings=settings
        ).rstrip("\n")
    )
    with tempfile.TemporaryDirectory(prefix="clew-") as folder:
        own = Path(folder, "index")
        if index.exists():
            shutil.copyfile(index, own)  # saves reading every file again
        environment = {"GIT_INDEX_FILE": str(own)}
        git("add", "--all", cwd=top, settings=settings, environment=environment)
        files = git("write-tree", cwd=top, settings=settings, environment=environment).strip()
    message = "Changes that were not committed when clew began"
    return git("commit-tree", files, "-p", head, "-m", message, cwd=top, settings=settings).strip()


def copy(root: Path, tree: Path) -> Worktree:
    """A copy of a folder without git, with a repository beside it that only counts changes."""
    shutil.copytree(
        root, tree, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*NOT_COPIED)
    )
    git_dir = tree.with_name(tree.name + ".git")
    work = Worktree(tree, tree, git_dir, "", None, None)
    where = {"GIT_DIR": str(git_dir), "GIT_WORK_TREE": str(tree)}
    git("init", "--quiet", "--template=", cwd=tree, environment=where)
    git("add", "--all", ".", cwd=tree, environment=where)
    git("commit", "--quiet", "--allow-empty", "--message", "Start", cwd=tree, environment=where)
    return Worktree(tree, tree, git_dir, work.head(), None, None)
