"""Parse unified diffs: those of git and diff, and hunks with wrong counts as models write them.

The package unidiff was considered; it raises an error on a hunk with a wrong count.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

HEADER = re.compile(r"^@@(?: -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@)?")
NO_NEWLINE = "\\"  # begins the line "\ No newline at end of file", which is none of the file's


@dataclass(slots=True)
class Hunk:
    """A run of removed and added lines with their context."""

    old_start: int  # 1-based, by the header; 0 without one; the line before it if `old_count` is 0
    old_count: int
    new_start: int
    new_count: int
    lines: list[str] = field(default_factory=list)  # with their first character: space, + or -

    @property
    def old(self) -> tuple[str, ...]:
        """The lines before the change."""
        return tuple(line[1:] for line in self.lines if line[:1] != "+")

    @property
    def new(self) -> tuple[str, ...]:
        """The lines after the change."""
        return tuple(line[1:] for line in self.lines if line[:1] != "-")

    @property
    def old_range(self) -> tuple[int, int]:
        """First and last line before the change; the lines around it if there are none."""
        return self.old_start, self.old_start + (self.old_count - 1 if self.old_count else 1)


@dataclass(slots=True)
class FileDiff:
    """The changes of one file."""

    old_path: str  # "" for a new file
    new_path: str  # "" for a deleted file
    hunks: list[Hunk] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The new path, or the old one of a deleted file."""
        return self.new_path or self.old_path


def read_diff(text: str) -> list[FileDiff]:
    """Return the changes of each file, by the counts in the headers of the hunks.

    A removed line `-- a/x` is therefore not mistaken for the header of a file.
    """
    files: list[FileDiff] = []
    old_path, old_left, new_left = "", 0, 0  # lines that the open hunk still has
    for line in text.splitlines():
        if old_left > 0 or new_left > 0:
            if not line.startswith(NO_NEWLINE):
                files[-1].hunks[-1].lines.append(line)
                old_left -= line[:1] != "+"
                new_left -= line[:1] != "-"
        elif line.startswith("--- "):
            old_path = _read_path(line[4:])
        elif line.startswith("+++ "):
            files.append(FileDiff(old_path, _read_path(line[4:])))
        elif files and (hunk := _read_header(line)) and hunk.old_count + hunk.new_count:
            files[-1].hunks.append(hunk)
            old_left, new_left = hunk.old_count, hunk.new_count
    return files


def read_hunks(text: str) -> list[Hunk]:
    """Return the hunks of a diff of one file, up to the next header whatever the counts say.

    A header may be a bare `@@`; headers of files are skipped.
    """
    hunks: list[Hunk] = []
    for line in text.strip("\n").splitlines():
        if hunk := _read_header(line):
            hunks.append(hunk)
        elif hunks and not line.startswith(NO_NEWLINE):
            hunks[-1].lines.append(line)
    return hunks


def _read_header(line: str) -> Hunk | None:
    header = HEADER.match(line)
    if header is None:
        return None
    if header[1] is None:
        return Hunk(0, 0, 0, 0)
    return Hunk(int(header[1]), int(header[2] or 1), int(header[3]), int(header[4] or 1))


def _read_path(text: str) -> str:
    """Return `src/a.py` for `b/src/a.py`, and "" for /dev/null."""
    name = text.split("\t", 1)[0].strip().strip('"')
    if name == os.devnull:
        return ""
    return name[2:] if name[:2] in ("a/", "b/") else name
