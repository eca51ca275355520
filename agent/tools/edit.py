"""Paths inside the worktree, and edits that change exactly one place."""

from __future__ import annotations

import difflib
from pathlib import Path

from indexer import syntax_errors

from ..errors import ToolError

MAX_FILE_BYTES = 8 << 20  # of a file that can be read or edited
CLOSEST = 3  # places named when a text occurs more than once


def resolve_path(root: Path, path: str) -> Path:
    """Return the file `path` below `root`, with links followed, so that none leads out.

    Raise `ToolError` for a path outside of `root` or inside a `.git` folder.
    """
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
    """Return the file's text with the only occurrence of `old` replaced by `new`.

    Without `old`, return `new`, the text of a new file. Raise `ToolError` if `old` does not occur
    exactly once.
    """
    if not old:
        if target.exists():
            raise ToolError(f"{path} exists: give the text to replace as old")
        return new
    text = read_editable(target, path)
    if "\r\n" in text and "\r" not in old:  # models write plain line ends; the file keeps its own
        old, new = old.replace("\n", "\r\n"), new.replace("\r\n", "\n").replace("\n", "\r\n")
    count = text.count(old)
    if count > 1:
        starts = find_occurrences(text, old)
        lines = ", ".join(str(text[:start].count("\n") + 1) for start in starts)
        raise ToolError(
            f"old occurs {count} times in {path}, at lines {lines}:"
            " add lines around the one you mean"
        )
    if count == 0:
        raise ToolError(
            f"old does not occur in {path}{explain_miss(text, old)}:"
            " read it again and copy the text exactly"
        )
    if old == new:
        raise ToolError("old and new are the same")
    return text.replace(old, new)


def read_editable(target: Path, path: str) -> str:
    """Return the text of a file. Raise `ToolError` if it could not be written back unchanged."""
    if not target.is_file():
        raise ToolError(f"there is no file {path}: an empty old creates it")
    if target.stat().st_size > MAX_FILE_BYTES:
        raise ToolError(f"{path} is too large to edit: use run")
    try:
        return target.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ToolError(f"{path} is not UTF-8 text: use run") from error


def format_diff(path: str, before: str, after: str) -> str:
    """Return the change as a unified diff, for a person."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"a/{path}", f"b/{path}", lineterm=""
    )
    return "\n".join(lines)


def find_occurrences(text: str, old: str) -> list[int]:
    """Return the positions of the first few occurrences of `old`."""
    positions: list[int] = []
    at = text.find(old)
    while at >= 0 and len(positions) < CLOSEST:
        positions.append(at)
        at = text.find(old, at + len(old))
    return positions


def explain_miss(text: str, old: str) -> str:
    """Return a hint if `old` occurs with other indentation, else ""."""
    searched = [line.strip() for line in old.strip().splitlines()]
    lines = [line.strip() for line in text.splitlines()]
    for at in range(len(lines) - len(searched) + 1):
        if lines[at : at + len(searched)] == searched:
            return f" as written: at line {at + 1} it stands with other indentation"
    return ""


def check_syntax(path: str, before: str, after: str) -> None:
    """Raise `ToolError` if an edit breaks the syntax of a file that was correct before."""
    errors = syntax_errors(path, after)
    if not errors or syntax_errors(path, before):
        return
    line, lines = errors[0], after.splitlines()
    text = lines[line - 1].strip()[:120] if line <= len(lines) else "the end of the file"
    raise ToolError(f"not written: {path} would no longer parse, from line {line} on: {text}")


def first_difference(before: str, after: str) -> int:
    """Return the first differing line of two texts, 1-based."""
    pairs = enumerate(zip(before.splitlines(), after.splitlines(), strict=False), start=1)
    shorter = min(before.count("\n"), after.count("\n"))
    return next((line for line, (old, new) in pairs if old != new), shorter + 1)
