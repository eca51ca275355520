"""The record of a run: one append-only file of JSON lines that is on disk before the next thing happens.

`open`, `message`, `reply`, `answer` and `compact` events, in order, are the conversation as it was sent; `state` folds
them. A paid reply is on disk before anything is done about it, and no event is ever changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BufferedWriter
from pathlib import Path
from typing import Any

from .endings import AgentError
from .records import Message
from .state import Event, State, folded

Watch = Callable[[Event], None]

TRANSCRIPT = "transcript.jsonl"


def new_run_id() -> str:
    """Sorts by time; never part of a prompt."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"


def runs_folder(root: Path) -> Path:
    """`.clew/runs` at the root; `.clew` ignores itself, so that it never becomes part of the repository."""
    store = root / ".clew"
    store.mkdir(exist_ok=True)
    ignore = store / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    return store / "runs"


def find_run(runs: Path, name: str | None) -> Path:
    """The folder of the run whose id begins with `name`; of the last one without a name."""
    begun = (path for path in runs.glob(f"*/{TRANSCRIPT}") if path.stat().st_size)
    found = sorted(path.parent for path in begun if path.parent.name.startswith(name or ""))
    if not found:
        raise AgentError(
            f"there is no run {name} in {runs}" if name else f"there are no runs in {runs}"
        )
    if name and len(found) > 1 and found[0].name != name:
        raise AgentError(
            f"{name} could be {len(found)} runs: give more of the id, such as {found[0].name}"
        )
    return found[0] if name else found[-1]


def unbegun(runs: Path) -> list[Path]:
    """The folders of runs that were killed before their first event was on disk."""
    found = []
    for path in sorted(runs.glob(f"*/{TRANSCRIPT}")):
        with path.open("ab+") as file, contextlib.suppress(OSError):  # locked: it is beginning now
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.seek(0)
            found += [] if file.readline().endswith(b"\n") else [path.parent]
    return found


@dataclass(slots=True)
class Session:
    """One run's record, and the state that follows from it. One process at a time holds it."""

    folder: Path
    watch: Watch | None = None  # is told each event once it is on disk
    state: State = field(default_factory=State)
    outputs: int = 0  # long texts kept so far, those of the act that is going on among them
    _file: BufferedWriter = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / "outputs").mkdir(parents=True, exist_ok=True)
        self._file = self.transcript.open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AgentError(f"run {self.folder.name} is going on in another process") from error
        whole = cut_torn_line(self.transcript)
        self._file.truncate(whole)
        self.state = folded(load(self.folder))
        self.outputs = self.state.outputs

    @property
    def transcript(self) -> Path:
        return self.folder / TRANSCRIPT

    def record(self, event: str, **content: Any) -> None:
        """Append one event, see it onto the disk, and let the state follow."""
        entry: Event = {"event": event, **content}
        line = json.dumps(entry, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())
        entry = json.loads(
            line.decode("utf-8", "surrogatepass")
        )  # what a resumed run will read, to the last type
        self.state.apply(entry)
        if self.watch:
            self.watch(entry)

    def say(self, text: str, kind: str) -> None:
        """Add a message of ours to the conversation; it will be part of every later request, unchanged."""
        self.record("message", kind=kind, message={"role": "user", "content": text})

    def keep(self, number: int) -> Path:
        """The file for the whole of the long text `number`."""
        return self.folder / "outputs" / f"{number:03d}.txt"

    def next_output(self) -> tuple[int, Path]:
        """A number and a file for one more long text."""
        self.outputs += 1
        return self.outputs, self.keep(self.outputs)

    def close(self) -> None:
        """Let another process have the run."""
        self._file.close()


def cut_torn_line(transcript: Path) -> int:
    """Bytes of the record up to its last whole line: a kill may have left a part of one more."""
    data = transcript.read_bytes()
    return data.rfind(b"\n") + 1


def load(folder: Path) -> Iterator[Event]:
    """The events of a run, oldest first; a last line that was cut off by a kill is left out."""
    with (folder / TRANSCRIPT).open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            yield json.loads(line.decode("utf-8", "surrogatepass"))


def conversation(events: Iterable[Event]) -> list[Message]:
    """The messages that a run would send next."""
    return folded(events).messages
