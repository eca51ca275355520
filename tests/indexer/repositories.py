"""Real git repositories for tests, made by git itself, without the user's settings."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

SETTINGS = {
    "GIT_AUTHOR_NAME": "n",
    "GIT_AUTHOR_EMAIL": "e",
    "GIT_COMMITTER_NAME": "n",
    "GIT_COMMITTER_EMAIL": "e",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "XDG_CONFIG_HOME": os.devnull,
}


def git(folder: Path, *arguments: str, data: bytes = b"") -> bytes:
    """What git writes; raises where it fails. Submodules may come from folders."""
    command = [
        "git",
        "-c",
        "protocol.file.allow=always",
        "-c",
        "init.defaultBranch=main",
        *arguments,
    ]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_")
    } | SETTINGS
    return subprocess.run(
        command, cwd=folder, input=data, capture_output=True, check=True, env=environment
    ).stdout


def repository(folder: Path, files: dict[str, str] | None = None) -> Path:
    """A new repository in `folder` whose first commit holds `files`."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    write(folder, files or {})
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


# Each names a program that some git command would run.
PROGRAM_SETTINGS = (
    "core.fsmonitor",
    "core.hooksPath",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.process",
    "filter.a=b.clean",
)


def name_programs(folder: Path, mark: Path, settings: Iterable[str] = PROGRAM_SETTINGS) -> None:
    """Make the configuration and the hooks of a repository name a program that creates `mark`."""
    program = folder / ".git" / "program"
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\nexec cat\n")
    program.chmod(0o755)
    attributes = "*.py filter=evil diff=evil\n*.pyi filter=a=b\n"
    (folder / ".git" / "info" / "attributes").write_text(attributes)
    for setting in settings:
        git(folder, "config", setting, str(program))
    (folder / ".git" / "hooks").mkdir(exist_ok=True)
    for hook in ("post-index-change", "fsmonitor-watchman"):
        (folder / ".git" / "hooks" / hook).symlink_to(program)
