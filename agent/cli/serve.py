"""`clew serve`: a process that keeps indexes open and answers the reading commands."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer

from indexer import ClewError

from .graph_prebuild import GraphPrebuilder
from .output import INTERRUPTED, flush_output, say, warn
from .searchers import SEARCHERS
from .serve_protocol import PACKAGE, is_private, program_stamp, socket_path

OPEN_INDEXES = 8  # each holds some tens of megabytes
MAX_REQUEST = 1 << 20  # bytes: an issue, a trace
REQUEST_SECONDS = 5.0  # for a silent client; others are waiting
MAX_WAITING = 64  # clients

Run = Callable[[list[str]], int]
"""Carry out a command line, print, return the exit code."""


def register(app: typer.Typer, run: Run) -> None:
    """Add this module's command; `run` carries out the clients' commands."""

    @app.command()
    def serve() -> None:
        """Keep indexes open, so that other `clew` commands answer without start-up time."""
        _serve(socket_path(), run)


def _serve(path: Path, run: Run) -> None:
    SEARCHERS.capacity = OPEN_INDEXES
    signal.signal(signal.SIGTERM, _interrupt)
    with _listening(path) as listener, contextlib.suppress(KeyboardInterrupt):
        say(f"listening at {path}; end it with Ctrl-C")
        flush_output()  # to a pipe too: somebody may wait for the line
        _answer_clients(listener, run)
    warn("no longer listening")


def _answer_clients(listener: socket.socket, run: Run) -> None:
    """Answer one client after the other, until an interrupt or an update of the program.

    After an update the client gets no reply and carries out the command itself.
    """
    stamp, prebuilder = program_stamp(), GraphPrebuilder()
    while True:
        connection, _ = listener.accept()
        with connection:
            if program_stamp() != stamp or _answer(connection, run) == INTERRUPTED:
                return
        prebuild_graph(prebuilder)


def prebuild_graph(prebuilder: GraphPrebuilder) -> None:
    """Start writing the graph of the last index if a question missed it.

    The next answers are then a hundred times as fast.
    """
    searcher = SEARCHERS.latest
    if searcher is not None and searcher.graph.is_missed and not searcher.graph.is_cached:
        view = searcher.snapshot.view
        prebuilder.start(searcher.snapshot.store.uri, view.name, view.report.generation)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    """Yield a listening socket, open to this user only. Raise ClewError as `_bind` does."""
    with _bind(path) as listener:
        inode = path.lstat().st_ino
        try:
            yield listener
        finally:
            if path.exists() and path.lstat().st_ino == inode:
                path.unlink()


def _bind(path: Path) -> socket.socket:
    """Return a socket bound to `path`.

    Raise ClewError if a server listens there, if others can open it, or if the system refuses.
    """
    with contextlib.ExitStack() as on_error:
        try:
            _make_private(path.parent)
            _remove_stale(path)
            listener = on_error.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(str(path))
            os.chmod(path, 0o600)
            listener.listen(MAX_WAITING)
        except OSError as error:
            reason = f"cannot listen at {path}: {error.strerror or error}"
            raise ClewError(f"{reason}; set CLEW_SOCKET to another path") from error
        on_error.pop_all()
        return listener


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077 or folder.stat().st_uid != os.getuid():
        raise ClewError(
            f"others can enter {folder}: make it private with chmod 700, or set CLEW_SOCKET"
        )


def _remove_stale(path: Path) -> None:
    """Remove the socket of a killed server.

    Raise ClewError if a server listens there, or if the path is something else.
    """
    if not path.is_symlink() and not path.exists():
        return
    if not is_private(path):
        raise ClewError(
            f"{path} is no socket of yours: remove it, or set CLEW_SOCKET to another path"
        )
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
        else:
            raise ClewError(f"a server listens at {path} already")


def _answer(connection: socket.socket, run: Run) -> int:
    """Answer a client of this installation; return the exit code of its command."""
    connection.settimeout(REQUEST_SECONDS)
    try:
        with connection.makefile("rb") as reader:
            request = json.loads(reader.readline(MAX_REQUEST))
        if request["package"] != PACKAGE:
            return 0  # another installation: its client answers itself
        arguments, folder = list(map(str, request["argv"])), str(request["cwd"])
        reply = _run_elsewhere(arguments, folder, dict(request["env"]), run)
        connection.sendall(json.dumps(reply).encode() + b"\n")
    except (ValueError, KeyError, TypeError, OSError):
        return 0  # the client is gone, or no client
    return int(reply["code"])


def _run_elsewhere(
    arguments: list[str], folder: str, settings: dict[str, str], run: Run
) -> dict[str, Any]:
    """Run a command as if in a process of its own, in `folder` with these CLEW_ variables."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("CLEW_")}
    before = dict(os.environ)
    out, err = io.StringIO(), io.StringIO()
    try:
        os.environ.clear()
        os.environ.update(others | settings)
        os.chdir(folder)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(arguments)
    finally:
        os.environ.clear()
        os.environ.update(before)
        os.chdir("/")
    return {"code": code, "stdout": out.getvalue(), "stderr": err.getvalue()}
