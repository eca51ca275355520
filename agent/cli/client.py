"""The program's entry: where `clew serve` runs, it answers in the place of this process, without the start-up.

A request is one line of JSON over a socket that only its owner can open: {"package", "argv", "cwd", "env"}. The reply is
one line, {"code", "stdout", "stderr"}, or nothing from a server that is another program. Whatever goes wrong before the
reply is whole, the command is carried out here: the answers are the same.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
from pathlib import Path
from typing import Any

SERVED = frozenset(
    {"query", "context", "symbol", "callers", "callees", "refs", "path", "impact", "map", "graph"}
)
"""Commands that only read the index."""
HERE = frozenset({"-", "-h", "--help"})
"""Arguments of commands that need this process: its input, its terminal."""
BUILTIN = "builtin"  # of --rerank: our own model, which a server has read already; any other needs this process's key
PATIENCE = 60.0  # seconds for an answer; another question may come first
PACKAGE = str(Path(__file__).resolve().parents[1])


def main() -> None:
    """Carry out the command of this process, by a warm server if there is one."""
    reply = _ask(sys.argv[1:])
    if reply is None:
        from .app import main as carry_out

        carry_out()
        return
    for stream, text in ((sys.stdout, reply["stdout"]), (sys.stderr, reply["stderr"])):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
        try:
            stream.write(text)
            stream.flush()
        except BrokenPipeError:  # whoever read it has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(reply["code"])


def socket_path() -> Path:
    """Where this user's server listens: CLEW_SOCKET, else in the folder of caches. Raises RuntimeError without a home."""
    from indexer import cache_folder

    return Path(os.environ.get("CLEW_SOCKET") or cache_folder() / "serve" / "socket")


def is_private(path: Path) -> bool:
    """Whether a socket lies in a folder that nobody else can enter, and is our own."""
    try:
        folder, own = path.parent.stat(), path.lstat()
    except OSError:
        return False
    ours = folder.st_uid == own.st_uid == os.getuid() and not folder.st_mode & 0o077
    return ours and stat.S_ISSOCK(own.st_mode)


def _ask(arguments: list[str]) -> dict[str, Any] | None:
    """The server's reply, or None where there is no server that can give one."""
    if not arguments or arguments[0] not in SERVED or "CLEW_DEBUG" in os.environ:
        return None
    if any(map(_is_for_here, arguments, [*arguments[1:], ""])):
        return None
    try:
        path = socket_path()
        if not is_private(path):
            return None
        settings = {name: value for name, value in os.environ.items() if name.startswith("CLEW_")}
        request = {"package": PACKAGE, "argv": arguments, "cwd": os.getcwd(), "env": settings}
        return _exchange(path, json.dumps(request).encode() + b"\n")
    except (OSError, RuntimeError, ValueError):
        return None


def _is_for_here(argument: str, following: str) -> bool:
    """Whether an argument, the `following` one being its value perhaps, needs this process."""
    name, given, value = argument.partition("=")
    return name in HERE or (name == "--rerank" and (value if given else following) != BUILTIN)


def _exchange(path: Path, request: bytes) -> dict[str, Any] | None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(str(path))
        connection.sendall(request)
        with connection.makefile("rb") as reader:
            line = reader.readline()
    reply = json.loads(line) if line.endswith(b"\n") else None
    return (
        reply if isinstance(reply, dict) and reply.keys() == {"code", "stdout", "stderr"} else None
    )
