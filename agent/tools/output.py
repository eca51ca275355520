"""Shorten long texts for the model: head, tail, and the lines between that report failures.

No item of a conversation is larger than `ITEM_TOKENS`; a shortened one names the whole text.
"""

from __future__ import annotations

import re
from pathlib import Path

HEAD, TAIL = 2500, 5500  # characters: failures are at the end, the command's setting at the start
MATCHES, MATCH_WIDTH = 20, 200  # lines between them, and characters of each
ITEM_TOKENS = 10_000
MAX_OUTPUT_BYTES = 64 << 20  # of one output
ESCAPES = re.compile(  # colors, cursor, titles
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
FAILURE_WORDS = re.compile(
    r"error|exception|fail|traceback|panic|assert|undefined|warning|cannot|not found", re.IGNORECASE
)


def shorten(text: str, name: str, head: int = HEAD, tail: int = TAIL) -> str:
    """Return `text`, or its first and last whole lines around a note on the omitted part.

    `name` is the name of the whole text, for `read`.
    """
    if len(text) <= head + tail:
        return text
    first, last = text[:head], text[-tail:]
    first = first[: first.rfind("\n") + 1] or first
    last = last[last.find("\n") + 1 :] or last
    between = text[len(first) : len(text) - len(last)]
    return (
        f"{first}\n{_note(len(between), name)}\n{_failures(between, first.count(chr(10)))}\n{last}"
    )


def _note(omitted: int, name: str) -> str:
    return f"[{omitted} characters left out; all of it: read {name}]"


def _failures(text: str, before: int) -> str:
    """Return the lines that report failures, numbered with `before` lines preceding `text`."""
    numbered = enumerate(text.splitlines(), before + 1)
    lines = [
        f"{number}: {line.strip()[:MATCH_WIDTH]}\n"
        for number, line in numbered
        if FAILURE_WORDS.search(line)
    ]
    if not lines:
        return ""
    omitted = len(lines) - MATCHES
    more = f"[{omitted} more such lines]\n" if omitted > 0 else ""
    return "".join(["[lines of it that tell of a failure]\n", *lines[:MATCHES], more])


def fit_item(text: str, name: str, limit: int = ITEM_TOKENS) -> str:
    """Return `text` if it has at most `limit` tokens, else a shortened one of that size."""
    from retrieval import count_tokens

    # No token is shorter than a byte.
    if len(text.encode("utf-8", "replace")) <= limit or count_tokens(text) <= limit:
        return text
    size = 2 * limit
    while count_tokens(shown := shorten(text, name, size // 3, size * 2 // 3)) > limit:
        size = size * 3 // 4
        if size < limit // 16:  # the lines that report failures are too large
            return f"{text[:size]}\n{_note(len(text) - 2 * size, name)}\n{text[-size:]}"
    return shown


def read_output(path: Path, root: Path) -> str:
    """Return a command's output without terminal codes, with paths relative to the worktree.

    The worktree's path differs from run to run, and the model's input should not.
    """
    with path.open("rb") as file:
        text = file.read(MAX_OUTPUT_BYTES).decode("utf-8", "replace")
    text = CONTROLS.sub("", ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return text.replace(f"{root}/", "").replace(str(root), ".").strip("\n")
