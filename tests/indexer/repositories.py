"""Real git repositories for tests, made by git itself and apart from the settings of whoever runs them."""

from __future__ import annotations

import os
import subprocess
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
