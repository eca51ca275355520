"""The record of a run: one append-only file of JSON lines that is on disk before the next thing happens.

`message` and `reply` events, in order, are the conversation as it was sent; nothing else is needed to send it again.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .records import Message

Event = dict[str, Any]
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


@dataclass(slots=True)
class Session:
    """One run's record, and the conversation that it holds."""

    folder: Path
    watch: Watch | None = None  # is told each event once it is on disk
    messages: list[Message] = field(default_factory=list)
    outputs: int = 0  # long outputs kept so far

    def __post_init__(self) -> None:
        (self.folder / "outputs").mkdir(parents=True, exist_ok=True)

    @property
    def transcript(self) -> Path:
        return self.folder / TRANSCRIPT

    def record(self, event: str, **content: Any) -> None:
        """Append one event and see it onto the disk."""
        entry: Event = {"event": event, **content}
        line = json.dumps(entry, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
        with self.transcript.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if self.watch:
            self.watch(entry)

    def say(self, message: Message) -> None:
        """Add a message to the conversation; it will be part of every later request, unchanged."""
        self.record("message", message=message)
        self.messages.append(message)

    def hear(self, message: Message, **content: Any) -> None:
        """Add the model's answer to the conversation."""
        self.record("reply", message=message, **content)
        self.messages.append(message)

    def next_output(self) -> Path:
        """A new file for the whole output of a command."""
        self.outputs += 1
        return self.folder / "outputs" / f"{self.outputs:03d}.txt"


def load(folder: Path) -> Iterator[Event]:
    """The events of a run, oldest first; a last line that was cut off by a kill is left out."""
    with (folder / TRANSCRIPT).open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            yield json.loads(line)


def conversation(events: Iterator[Event]) -> list[Message]:
    """The messages that a run had sent and received, ready to be sent again."""
    return [event["message"] for event in events if event["event"] in ("message", "reply")]
