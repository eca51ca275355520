"""What the model gets to see of a long text: its head, its tail and the lines between that tell of failures.

No item of a conversation is larger than `ITEM_TOKENS`; where the whole of it is kept is said in it.
"""

from __future__ import annotations

import re
from pathlib import Path

HEAD, TAIL = 2500, 5500  # characters: failures are told at the end, what was run at the beginning
MATCHES, MATCH_WIDTH = 20, 200  # lines between them, and characters of each
ITEM_TOKENS = 10_000
READ_AT_MOST = 64 << 20  # bytes of one output
ESCAPES = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
)  # colours, cursor, titles
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
TELLING = re.compile(
    r"error|exception|fail|traceback|panic|assert|undefined|warning|cannot|not found", re.IGNORECASE
)


def bounded(text: str, kept: str, head: int = HEAD, tail: int = TAIL) -> str:
    """`text`, or its first and last whole lines with a note between them: what was left out, and where it is `kept`."""
    if len(text) <= head + tail:
        return text
    first, last = text[:head], text[-tail:]
    first = first[: first.rfind("\n") + 1] or first
    last = last[last.find("\n") + 1 :] or last
    between = text[len(first) : len(text) - len(last)]
    note = f"[{len(between)} characters left out; all of it: read {kept}]"
    return f"{first}\n{note}\n{matches(between, first.count(chr(10)))}\n{last}"


def matches(text: str, before: int) -> str:
    """The lines of `text` that tell of a failure, with their numbers in the whole, where `before` lines precede it."""
    found = [
        (at, line) for at, line in enumerate(text.splitlines(), before + 1) if TELLING.search(line)
    ]
    shown = [f"{at}: {line.strip()[:MATCH_WIDTH]}" for at, line in found[:MATCHES]]
    more = [f"[{len(found) - MATCHES} more such lines]"] if len(found) > MATCHES else []
    return (
        "".join(f"{line}\n" for line in ["[lines of it that tell of a failure]", *shown, *more])
        if found
        else ""
    )


def fitting(text: str, kept: str, limit: int = ITEM_TOKENS) -> str:
    """`text` if it has at most `limit` tokens, else as much of its head and tail as has."""
    from retrieval import count_tokens

    if (
        len(text.encode("utf-8", "replace")) <= limit or count_tokens(text) <= limit
    ):  # no token is shorter than a byte
        return text
    size = 2 * limit
    while count_tokens(shown := bounded(text, kept, size // 3, size * 2 // 3)) > limit:
        size = size * 3 // 4
        if size < limit // 16:  # what does not fit are the lines that tell of failures
            return f"{text[:size]}\n[{len(text) - 2 * size} characters left out; all of it: read {kept}]\n{text[-size:]}"
    return shown


def readable(path: Path, root: Path) -> str:
    """A command's output as text: no terminal codes, and paths relative to the working copy.

    Where the copy lies differs from run to run, and what the model reads should not.
    """
    with path.open("rb") as file:
        text = file.read(READ_AT_MOST).decode("utf-8", "replace")
    text = CONTROLS.sub("", ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return text.replace(f"{root}/", "").replace(str(root), ".").strip("\n")
