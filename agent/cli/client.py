"""The entry of the program: ask `clew serve` if it runs, else carry out the command here.

Only commands that read the index go to a server, which saves their start-up time. If anything
goes wrong before the reply is complete, the command runs here; the answers are the same.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

from .serve_protocol import BUILTIN_RERANKER, PACKAGE, SERVED, is_private, socket_path

LOCAL_ARGUMENTS = frozenset({"-", "-h", "--help"})
"""Arguments that need this process: its standard input, its terminal."""
REPLY_SECONDS = 60.0  # to wait for a reply; the server may answer another client first


def main() -> None:
    """Run this process's command line, by a server if there is one."""
    reply = ask_server(sys.argv[1:])
    if reply is None:
        from .app import main as run_here

        run_here()
        return
    for stream, text in ((sys.stdout, reply["stdout"]), (sys.stderr, reply["stderr"])):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
        try:
            stream.write(text)
            stream.flush()
        except BrokenPipeError:  # the reader, such as `head`, has stopped
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(reply["code"])


def ask_server(arguments: list[str]) -> dict[str, Any] | None:
    """Return the server's reply, or None if this process must carry out the command."""
    if not arguments or arguments[0] not in SERVED or "CLEW_DEBUG" in os.environ:
        return None
    if any(map(_is_local, arguments, [*arguments[1:], ""])):
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


def _is_local(argument: str, following: str) -> bool:
    """Return True if an argument needs this process; `following` may be its value."""
    name, equals, value = argument.partition("=")
    model = value if equals else following
    return name in LOCAL_ARGUMENTS or (name == "--rerank" and model != BUILTIN_RERANKER)


def _exchange(path: Path, request: bytes) -> dict[str, Any] | None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(REPLY_SECONDS)
        connection.connect(str(path))
        connection.sendall(request)
        with connection.makefile("rb") as reader:
            line = reader.readline()
    reply = json.loads(line) if line.endswith(b"\n") else None
    is_whole = isinstance(reply, dict) and reply.keys() == {"code", "stdout", "stderr"}
    return reply if is_whole else None
