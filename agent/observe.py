"""What the model gets to see of a long text: its head and its tail, and where the whole of it is kept."""

from __future__ import annotations

import re
from pathlib import Path

HEAD, TAIL = 2500, 5500  # characters: failures are told at the end, what was run at the beginning
READ_AT_MOST = 64 << 20  # bytes of one output
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")  # colours, cursor, titles
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def bounded(text: str, kept: str, head: int = HEAD, tail: int = TAIL) -> str:
    """`text`, or its first and last whole lines with a note between them that names where it is `kept`."""
    if len(text) <= head + tail:
        return text
    first, last = text[:head], text[-tail:]
    first = first[: first.rfind("\n") + 1] or first
    last = last[last.find("\n") + 1 :] or last
    missing = len(text) - len(first) - len(last)
    return f"{first}\n[{missing} characters left out; all of it: read {kept}]\n\n{last}"


def readable(path: Path, root: Path) -> str:
    """A command's output as text: no terminal codes, and paths relative to the working copy.

    Where the copy lies differs from run to run, and what the model reads should not.
    """
    with path.open("rb") as file:
        text = file.read(READ_AT_MOST).decode("utf-8", "replace")
    text = CONTROLS.sub("", ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return text.replace(f"{root}/", "").replace(str(root), ".").strip("\n")
