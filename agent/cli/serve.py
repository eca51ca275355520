"""`clew serve`: a process that keeps indexes open and answers the commands that read them."""

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

from .client import PACKAGE, is_private, socket_path
from .graph_prebuild import GraphWriter
from .output import say, warn
from .searchers import OPENED

KEPT_OPEN = 8  # indexes; each holds some tens of megabytes
LONGEST_REQUEST = 1 << 20  # bytes: an issue, a trace
SECONDS_TO_ASK = 5.0  # a client that connects and says nothing must not keep the others waiting
WAITING = 64  # clients
INTERRUPTED = 130

Run = Callable[[list[str]], int]
"""Carries out a command line, prints, and gives its exit code."""


def register(app: typer.Typer, run: Run) -> None:
    """Add this module's command; `run` carries out the commands that clients send."""

    @app.command()
    def serve() -> None:
        """Keep indexes open and answer from them: other `clew` commands of this user use it by themselves."""
        _serve(socket_path(), run)


def _serve(path: Path, run: Run) -> None:
    OPENED.most = KEPT_OPEN
    signal.signal(signal.SIGTERM, _interrupt)
    with _listening(path) as listener, contextlib.suppress(KeyboardInterrupt):
        say(f"listening at {path}; end it with Ctrl-C")
        _answer_all(listener, run)
    warn("no longer listening")


def _answer_all(listener: socket.socket, run: Run) -> None:
    """Answer one client after the other, until one is interrupted or the program is another: its client answers itself."""
    program, graph = _program_stamp(), GraphWriter()
    while True:
        connection, _ = listener.accept()
        with connection:
            if _program_stamp() != program or _answer(connection, run) == INTERRUPTED:
                return
        see_to_graph(graph)


def see_to_graph(writer: GraphWriter) -> None:
    """Have the graph written of an index that somebody asks about it: the next answers are then a hundred times as fast."""
    searcher = OPENED.latest
    if searcher is not None and searcher.graph.is_missed and not searcher.graph.is_cached:
        view = searcher.snapshot.view
        writer.follow(searcher.snapshot.store.uri, view.name, view.report.generation)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    """A socket that only this user can open, until the block ends. Raises ClewError as `_bound` does."""
    with _bound(path) as listener:
        own = path.lstat().st_ino
        try:
            yield listener
        finally:
            if path.exists() and path.lstat().st_ino == own:
                path.unlink()


def _bound(path: Path) -> socket.socket:
    """Raises ClewError where another server listens there, others could open the socket, or it cannot be made."""
    with contextlib.ExitStack() as undo:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.parent.stat().st_mode & 0o077 or path.parent.stat().st_uid != os.getuid():
                raise ClewError(
                    f"others can enter {path.parent}: make it private with chmod 700, or set CLEW_SOCKET"
                )
            _remove_stale(path)
            listener = undo.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(str(path))
            os.chmod(path, 0o600)
            listener.listen(WAITING)
        except OSError as error:
            told = f"cannot listen at {path}: {error.strerror or error}; set CLEW_SOCKET to another path"
            raise ClewError(told) from error
        undo.pop_all()
        return listener


def _remove_stale(path: Path) -> None:
    """Remove what a server that was killed left behind. Raises ClewError where one listens, or something else lies there."""
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


def _program_stamp() -> int:
    """Changes when a file of the program does."""
    folders = (Path(PACKAGE).parent / name for name in ("agent", "indexer", "retrieval"))
    return max(file.stat().st_mtime_ns for folder in folders for file in folder.rglob("*.py"))


def _answer(connection: socket.socket, run: Run) -> int:
    """Answer one client, or say nothing where it is none of ours; the exit code of its command."""
    connection.settimeout(SECONDS_TO_ASK)
    try:
        with connection.makefile("rb") as reader:
            request = json.loads(reader.readline(LONGEST_REQUEST))
        if request["package"] != PACKAGE:
            return 0  # another installation: its client answers itself
        arguments, folder, settings = (
            list(map(str, request["argv"])),
            str(request["cwd"]),
            dict(request["env"]),
        )
        reply = _carry_out(arguments, folder, settings, run)
        connection.sendall(json.dumps(reply).encode() + b"\n")
    except (ValueError, KeyError, TypeError, OSError):
        return 0  # it has gone, or speaks another language
    return int(reply["code"])


def _carry_out(
    arguments: list[str], folder: str, settings: dict[str, str], run: Run
) -> dict[str, Any]:
    """The command as it would end in a process of its own, in `folder` and with the environment's CLEW_ `settings`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLEW_")}
    before = dict(os.environ)
    out, err = io.StringIO(), io.StringIO()
    try:
        os.environ.clear()
        os.environ.update(kept | settings)
        os.chdir(folder)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(arguments)
    finally:
        os.environ.clear()
        os.environ.update(before)
        os.chdir("/")
    return {"code": code, "stdout": out.getvalue(), "stderr": err.getvalue()}
