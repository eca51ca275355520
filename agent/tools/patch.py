"""A unified diff of one file, applied where its context stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .edit import ToolError

HEADER = re.compile(r"^@@(?: -(?P<line>\d+)(?:,\d+)? \+\d+(?:,\d+)? @@)?")


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that are replaced by others."""

    line: int  # where the patch says that they stand, from 1; models count badly, so it only decides between equals
    old: tuple[str, ...]
    new: tuple[str, ...]


def apply_patch(text: str, patch: str) -> str:
    """`text` with all hunks of `patch` applied, in order; none is applied where one does not fit."""
    hunks = read_hunks(patch)
    if not hunks:
        raise ToolError("the patch has no hunk: it is a unified diff with @@ lines")
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(ending)
    after = 0
    for hunk in hunks:
        at = place(lines, hunk, after)
        lines[at : at + len(hunk.old)] = hunk.new
        after = at + len(hunk.new)
    return ending.join(lines)


def read_hunks(patch: str) -> list[Hunk]:
    """The hunks of a patch; headers that name files are passed over."""
    found: list[tuple[int, list[str], list[str]]] = []
    for line in patch.strip("\n").splitlines():
        if header := HEADER.match(line):
            found.append((int(header["line"] or 0), [], []))
        elif found and not line.startswith("\\"):
            mark, rest = line[:1], line[1:]
            if mark not in ("", " ", "+", "-"):
                raise ToolError(
                    f"a line of a hunk begins with a space, + or -, not with {mark!r}: {line[:80]}"
                )
            found[-1][1].extend([rest] * (mark != "+"))
            found[-1][2].extend([rest] * (mark != "-"))
    return [Hunk(line, tuple(old), tuple(new)) for line, old, new in found]


def place(lines: list[str], hunk: Hunk, after: int) -> int:
    """Where the hunk's old lines stand; of several places the one that is nearest to where the patch says."""
    if not hunk.old:
        raise ToolError("a hunk needs lines of context, so that its place is known")
    size = len(hunk.old)
    places = [
        at for at in range(after, len(lines) - size + 1) if tuple(lines[at : at + size]) == hunk.old
    ]
    if not places:
        raise ToolError(
            f"these lines of the patch do not stand in the file: {' / '.join(hunk.old[:3])}"
        )
    if len(places) > 1 and not hunk.line:
        raise ToolError(
            f"these lines stand in {len(places)} places, give more of them: {' / '.join(hunk.old[:3])}"
        )
    return min(places, key=lambda at: abs(at + 1 - hunk.line))
