"""Other programs in the same run, each in an environment of its own: `--command NAME=COMMAND`.

The last argument of the command is the folder to search. For each input line `{"query": …, "k": N}`
it writes a line with its hits, best first: `[[path, first line, last line], …]`, with paths
relative to the folder. A hit of one line is taken for a signature; its function is the one around
its first line, else the first to begin in it (`issues.symbol_on`). `benchmarks/adapters` has
commands for semble and for aider's repository map.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from retrieval import Hit, Piece, Searcher

from .systems import READ, System, open_system, read_hits


def parse_command(text: str) -> tuple[str, str]:
    """Return name and command of `NAME=COMMAND`. Raise ValueError if there is no such pair."""
    name, _, program = text.partition("=")
    if not name or not program.strip():
        raise ValueError(f"{text!r} is not NAME=COMMAND")
    return name, program


class External:
    """A running program as a system."""

    def __init__(self, searcher: Searcher, command: str, folder: Path) -> None:
        self.searcher, self.command = searcher, command
        arguments = [*shlex.split(command), str(folder)]
        self._process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._ask = lru_cache(maxsize=2)(self._answer)

    def hits(self, text: str, k: int) -> list[Hit]:
        return [Hit(at, *place, 0.0, (), False) for at, place in enumerate(self._ask(text, k), 1)]

    def _answer(self, text: str, k: int) -> list[tuple[str, str, str, int, int]]:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"query": text, "k": k}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise RuntimeError(f"`{self.command}` ended: {self._process.wait()}")
        return [
            (path, "", "signature" if start == end else "text", start, end)
            for path, start, end in json.loads(line)
        ]

    def pieces(self, text: str, budget: int) -> Sequence[Piece]:
        return list(read_hits(self.searcher, self.hits(text, READ), budget))

    def close(self) -> None:
        """End the program."""
        self._process.communicate()


@contextmanager
def open_named(
    name: str, searcher: Searcher, commands: Mapping[str, str], folder: Callable[[], Path]
) -> Iterator[System]:
    """Yield the system called `name`: one of `commands` over the files in `folder()`, or one of
    ours."""
    if name not in commands:
        yield open_system(name, searcher)
        return
    system = External(searcher, commands[name], folder())
    try:
        yield system
    finally:
        system.close()
