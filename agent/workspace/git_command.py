"""The git program for worktrees: safe settings, a fixed identity, errors as `WorktreeError`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from indexer import SAFE_SETTINGS, run_git

from ..errors import WorktreeError

IDENTITY = {
    "GIT_AUTHOR_NAME": "clew",
    "GIT_AUTHOR_EMAIL": "clew@localhost",
    "GIT_COMMITTER_NAME": "clew",
    "GIT_COMMITTER_EMAIL": "clew@localhost",
}


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


def git_path(*arguments: str, cwd: Path, settings: Mapping[str, str] = SAFE_SETTINGS) -> Path:
    """Return the absolute path that `git rev-parse` prints."""
    options = ("rev-parse", "--path-format=absolute", *arguments)
    return Path(git(*options, cwd=cwd, settings=settings).rstrip("\n"))
