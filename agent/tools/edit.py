"""Paths that stay inside the working copy, and edits that change exactly one place."""

from __future__ import annotations

import difflib
from pathlib import Path

MAX_FILE_BYTES = 8 << 20  # of a file that can be read or edited
CLOSEST = 3  # places named when a text occurs more than once


class ToolError(Exception):
    """A tool was used in a way that cannot work; the model reads the message and mends it."""


def file_in(root: Path, path: str) -> Path:
    """The file that `path` means below `root`. Links are followed first, so that none leads out."""
    if "\0" in path or not path.strip():
        raise ToolError("the path is empty or holds a NUL character")
    try:
        target = (root / path).resolve()
    except (OSError, RuntimeError) as error:  # a loop of links, a name that is too long
        raise ToolError(f"{path!r} is no usable path") from error
    if not target.is_relative_to(root.resolve()):
        raise ToolError(f"{path} lies outside of the repository")
    if ".git" in target.relative_to(root.resolve()).parts:
        raise ToolError(f"{path} belongs to git")
    return target


def replace_once(target: Path, path: str, old: str, new: str) -> str:
    """The file's new text: `new` for the only occurrence of `old`, or all of it where there is no file and no `old`."""
    if not old:
        if target.exists():
            raise ToolError(f"{path} exists: give the text to replace as old")
        return new
    text = editable(target, path)
    if "\r\n" in text and "\r" not in old:  # models write plain line ends; the file keeps its own
        old, new = old.replace("\n", "\r\n"), new.replace("\r\n", "\n").replace("\n", "\r\n")
    count = text.count(old)
    if count == 1:
        if old == new:
            raise ToolError("old and new are the same")
        return text.replace(old, new)
    if count > 1:
        lines = [str(text[:at].count("\n") + 1) for at in occurrences(text, old)]
        raise ToolError(
            f"old occurs {count} times in {path}, at lines {', '.join(lines)}: add lines around the one you mean"
        )
    raise ToolError(
        f"old does not occur in {path}{hint(text, old)}: read it again and copy the text exactly"
    )


def editable(target: Path, path: str) -> str:
    """The text of an existing file that can be written back unchanged."""
    if not target.is_file():
        raise ToolError(f"there is no file {path}: an empty old creates it")
    if target.stat().st_size > MAX_FILE_BYTES:
        raise ToolError(f"{path} is too large to edit: use run")
    try:
        return target.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ToolError(f"{path} is not UTF-8 text: use run") from error


def unified(path: str, before: str, after: str) -> str:
    """The change as a patch, for a person to read."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"a/{path}", f"b/{path}", lineterm=""
    )
    return "\n".join(lines)


def occurrences(text: str, old: str) -> list[int]:
    """Where `old` begins in `text`, the first few."""
    found: list[int] = []
    at = text.find(old)
    while at >= 0 and len(found) < CLOSEST:
        found.append(at)
        at = text.find(old, at + len(old))
    return found


def hint(text: str, old: str) -> str:
    """Why it may be that `old` was not found."""
    wanted = [line.strip() for line in old.strip().splitlines()]
    lines = [line.strip() for line in text.splitlines()]
    for at in range(len(lines) - len(wanted) + 1):
        if lines[at : at + len(wanted)] == wanted:
            return f" as written: at line {at + 1} it stands with other indentation"
    return ""
