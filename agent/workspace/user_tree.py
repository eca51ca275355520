"""The user's tree, which is only read: its repository, and a commit of its current files."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from indexer import SAFE_SETTINGS, filter_settings

from ..errors import WorktreeError
from .git_command import git, git_path

COMMIT_MESSAGE = "Changes that were not committed when clew began"


def find_repository(root: Path) -> Path | None:
    """Return the top of the git work tree around `root`, or None without one or a commit."""
    try:
        git("rev-parse", "--verify", "--quiet", "HEAD^{commit}", cwd=root)
        return git_path("--show-toplevel", cwd=root).resolve()
    except WorktreeError:
        if shutil.which("git") is None:
            raise
        return None


def belongs_to(root: Path, top: Path) -> bool:
    """Tell if the repository at `top` tracks files in `root`, or could, rather than ignore it."""
    if root == top:
        return True
    options = ("--cached", "--others", "--exclude-standard")
    return bool(git("ls-files", *options, "--", str(root), cwd=top))


def repository_settings(top: Path) -> dict[str, str]:
    """Return settings that run no program of the repository, and ignore what the user ignores."""
    return SAFE_SETTINGS | filter_settings(top) | _ignore_setting(top)


def _ignore_setting(top: Path) -> dict[str, str]:
    """Return the user's own ignore file: of all user settings, it alone decides on tree content."""
    command = ["git", "config", "--path", "--get", "core.excludesFile"]
    configured = subprocess.run(command, cwd=top, capture_output=True, text=True).stdout.strip()
    default = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "git" / "ignore"
    return {"core.excludesFile": configured or str(default)}


def commit_current_files(top: Path, settings: Mapping[str, str]) -> str:
    """Return a commit of the files as they are: HEAD, or a new commit on top of it.

    The user's index and branch stay unchanged.
    """
    head = git("rev-parse", "HEAD", cwd=top, settings=settings).strip()
    if not git("status", "--porcelain", "--ignore-submodules=all", cwd=top, settings=settings):
        return head
    index = git_path("--git-path", "index", cwd=top, settings=settings)
    with tempfile.TemporaryDirectory(prefix="clew-") as folder:
        index_copy = Path(folder, "index")
        if index.exists():
            shutil.copyfile(index, index_copy)  # saves reading every file again
        environment = {"GIT_INDEX_FILE": str(index_copy)}
        git("add", "--all", cwd=top, settings=settings, environment=environment)
        tree = git("write-tree", cwd=top, settings=settings, environment=environment).strip()
    arguments = ("commit-tree", tree, "-p", head, "-m", COMMIT_MESSAGE)
    return git(*arguments, cwd=top, settings=settings).strip()
