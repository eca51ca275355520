"""Apply a unified diff of one file, each hunk at the lines of its context."""

from __future__ import annotations

from indexer import Hunk, read_hunks

from ..errors import ToolError


def apply_patch(text: str, patch: str) -> str:
    """Return `text` with all hunks of `patch` applied in order.

    Raise `ToolError` if one of them does not fit.
    """
    hunks = read_hunks(patch)
    if not hunks:
        raise ToolError("the patch has no hunk: it is a unified diff with @@ lines")
    for hunk in hunks:
        check_marks(hunk)
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(line_end)
    after = 0
    for hunk in hunks:
        position = find_position(lines, hunk, after)
        lines[position : position + len(hunk.old)] = hunk.new
        after = position + len(hunk.new)
    return line_end.join(lines)


def check_marks(hunk: Hunk) -> None:
    """Raise `ToolError` if a line begins with none of the characters of a diff."""
    for line in hunk.lines:
        if line[:1] not in ("", " ", "+", "-"):
            raise ToolError(
                f"a line of a hunk begins with a space, + or -, not with {line[:1]!r}: {line[:80]}"
            )


def find_position(lines: list[str], hunk: Hunk, after: int) -> int:
    """Return the position of the hunk's old lines, from `after` on.

    Models count badly, so the line number of the header only decides between several positions.
    """
    old = hunk.old
    if not old:
        raise ToolError("a hunk needs lines of context, so that its place is known")
    last = len(lines) - len(old)
    positions = [at for at in range(after, last + 1) if tuple(lines[at : at + len(old)]) == old]
    shown = " / ".join(old[:3])
    if not positions:
        raise ToolError(f"these lines of the patch do not stand in the file: {shown}")
    if len(positions) > 1 and not hunk.old_start:
        raise ToolError(f"these lines stand in {len(positions)} places, give more of them: {shown}")
    return min(positions, key=lambda at: abs(at + 1 - hunk.old_start))
