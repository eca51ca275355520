"""The protocol of `clew serve`, known to client and server: socket, request and reply.

A request is one line of JSON: {"package", "argv", "cwd", "env"}. The reply is one line too,
{"code", "stdout", "stderr"}. A server of another installation, or of an older program, sends none.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

SERVED = frozenset(
    {"query", "context", "symbol", "callers", "callees", "refs", "path", "impact", "map", "graph"}
)
"""Commands that only read the index."""
BUILTIN_RERANKER = "builtin"  # a server can run it; a provider's model needs the client's key
INSTALLATION = Path(__file__).resolve().parents[2]
PACKAGE = str(INSTALLATION / "agent")
"""Tell installations apart: a server answers only clients of its own."""


def socket_path() -> Path:
    """Return the path of this user's socket: CLEW_SOCKET, else a path in the cache folder.

    Raise RuntimeError without a home folder.
    """
    from indexer import cache_folder

    return Path(os.environ.get("CLEW_SOCKET") or cache_folder() / "serve" / "socket")


def is_private(path: Path) -> bool:
    """Return True if `path` is our own socket, in a folder closed to everybody else."""
    try:
        folder, file = path.parent.stat(), path.lstat()
    except OSError:
        return False
    is_ours = folder.st_uid == file.st_uid == os.getuid() and not folder.st_mode & 0o077
    return is_ours and stat.S_ISSOCK(file.st_mode)


def program_folders() -> list[Path]:
    """Return the folders of the program's code."""
    return [INSTALLATION / name for name in ("agent", "indexer", "retrieval")]


def program_stamp() -> int:
    """Return a number for the version of the program: the time of its newest file."""
    files = (file for folder in program_folders() for file in folder.rglob("*.py"))
    return max(file.stat().st_mtime_ns for file in files)
