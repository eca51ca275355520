"""The environment of sandboxed commands: the same in every sandbox, nothing of the host's."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

FIXED_VARIABLES = {
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "PYTHONDONTWRITEBYTECODE": "1",  # or the worktree fills with files that nobody wrote
    "PYTHONHASHSEED": "0",  # equal input gives equal output
    "PYTEST_ADDOPTS": "-p no:cacheprovider -rfE",  # -rfE names each failing test
}
SYSTEM_PATH = (
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/usr/local/sbin",
    "/usr/sbin",
    "/sbin",
    "/usr/local/go/bin",
)


def host_environment(
    home: Path, path: Sequence[Path], variables: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """Return the whole environment of a command that runs the host's programs.

    Folders in `path` come first on PATH, then the running Python's, then the system's.
    """
    folders = [
        *path,
        Path(sys.executable).parent,
        *map(Path, os.defpath.split(os.pathsep)),
        *map(Path, SYSTEM_PATH),
    ]
    return {
        "PATH": os.pathsep.join(dict.fromkeys(map(str, folders))),
        "HOME": str(home),
        "TMPDIR": str(home),
        **FIXED_VARIABLES,
        **dict(variables),
    }


def container_environment(variables: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the variables of a container; PATH is the image's own."""
    return {"HOME": "/tmp", **FIXED_VARIABLES, **dict(variables)}
