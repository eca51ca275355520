"""The transcript of a run: an append-only file of JSON lines, each on disk before the next step.

The events `open`, `message`, `reply`, `answer` and `compact`, in order, are the conversation as it
was sent; `state` folds them. A paid reply is on disk before it is used, and no event ever changes.
"""

from __future__ import annotations

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

from ..errors import AgentError
from .records import Message
from .state import Event, RunState, fold_events

OnEvent = Callable[[Event], None]

TRANSCRIPT = "transcript.jsonl"


def new_run_id() -> str:
    """Return an id that sorts by time. It is never part of a prompt."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"


def runs_folder(root: Path) -> Path:
    """Return `.clew/runs` at the root. `.clew` ignores itself, to stay out of the repository."""
    store = root / ".clew"
    store.mkdir(exist_ok=True)
    ignore = store / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    return store / "runs"


def find_run(runs: Path, prefix: str | None) -> Path:
    """Return the folder of the run with this prefix of its id, or of the last run without one.

    Raise `AgentError` if there is no such run or several.
    """
    transcripts = (path for path in runs.glob(f"*/{TRANSCRIPT}") if path.stat().st_size)
    folders = (path.parent for path in transcripts)
    matches = sorted(folder for folder in folders if folder.name.startswith(prefix or ""))
    if not matches:
        raise AgentError(
            f"there is no run {prefix} in {runs}" if prefix else f"there are no runs in {runs}"
        )
    if prefix and len(matches) > 1 and matches[0].name != prefix:
        raise AgentError(
            f"{prefix} could be {len(matches)} runs: give more of the id, such as {matches[0].name}"
        )
    return matches[0] if prefix else matches[-1]


def find_unstarted(runs: Path) -> list[Path]:
    """Return the folders of runs killed before their first event was on disk."""
    return [path.parent for path in sorted(runs.glob(f"*/{TRANSCRIPT}")) if _is_unstarted(path)]


def _is_unstarted(transcript: Path) -> bool:
    with transcript.open("ab+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # locked: it is starting now
            return False
        file.seek(0)
        return not file.readline().endswith(b"\n")


@dataclass(slots=True)
class Session:
    """The transcript of one run, and the state it folds to. One process at a time holds it."""

    folder: Path
    on_event: OnEvent | None = None  # called with each event once it is on disk
    state: RunState = field(default_factory=RunState)
    outputs: int = 0  # number of stored long texts, including those of the current act
    _file: BufferedWriter = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / "outputs").mkdir(parents=True, exist_ok=True)
        self._file = self.transcript.open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AgentError(f"run {self.folder.name} is going on in another process") from error
        self._file.truncate(length_of_whole_lines(self.transcript))
        self.state = fold_events(load(self.folder))
        self.outputs = self.state.outputs

    @property
    def transcript(self) -> Path:
        return self.folder / TRANSCRIPT

    def record(self, event: str, **content: Any) -> None:
        """Append one event, sync it to disk, and apply it to the state."""
        entry: Event = {"event": event, **content}
        line = json.dumps(entry, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())
        # Parsed again, so that the state has exactly the types of a resumed run.
        entry = json.loads(line.decode("utf-8", "surrogatepass"))
        self.state.apply(entry)
        if self.on_event:
            self.on_event(entry)

    def add_message(self, text: str, kind: str) -> None:
        """Add a user message to the conversation; every later request contains it, unchanged."""
        self.record("message", kind=kind, message={"role": "user", "content": text})

    def output_path(self, number: int) -> Path:
        """Return the file of the long text `number`."""
        return self.folder / "outputs" / f"{number:03d}.txt"

    def next_output(self) -> tuple[int, Path]:
        """Return a number and a file for one more long text."""
        self.outputs += 1
        return self.outputs, self.output_path(self.outputs)

    def close(self) -> None:
        """Release the run for other processes."""
        self._file.close()


def length_of_whole_lines(transcript: Path) -> int:
    """Return the length in bytes without a torn last line, as a kill may leave one."""
    data = transcript.read_bytes()
    return data.rfind(b"\n") + 1


def load(folder: Path) -> Iterator[Event]:
    """Yield the events of a run, oldest first, without a torn last line."""
    with (folder / TRANSCRIPT).open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            yield json.loads(line.decode("utf-8", "surrogatepass"))


def conversation(events: Iterable[Event]) -> list[Message]:
    """Return the messages that the run would send next."""
    return fold_events(events).messages
