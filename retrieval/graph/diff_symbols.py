"""A unified diff → the lines that it touches, by file; and the symbols that stand on them."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Collection, Mapping

from indexer import SAFE_SETTINGS, ClewError, filter_settings, run_git

from .csr import Arrays

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


WHOLE = 0  # no line has this number


class DiffError(ClewError):
    """A diff cannot be had or read."""


def git_diff(root: str, revisions: str) -> str:
    """Return the output of `git diff REVISIONS`; nothing named in the repository is run.

    Raise `DiffError` if git cannot compare them.
    """
    if revisions.startswith("-"):
        raise DiffError(
            f"{revisions} is no revision: say REV, REV..REV, or - for a diff on standard input"
        )
    try:
        result = run_git(
            *("diff", "--unified=0", "--no-ext-diff", "--no-textconv", "--no-color"),
            *("--no-renames", "--src-prefix=a/", "--dst-prefix=b/", "--relative"),
            # git would run a status in each submodule, with the settings of that repository
            *("--ignore-submodules=all", revisions, "--"),
            cwd=root,
            settings=SAFE_SETTINGS | filter_settings(root),
        )
    except OSError as error:
        raise DiffError(f"git cannot compare {revisions}: {error}") from error
    if result.returncode != 0:
        reason = result.stderr.decode("utf-8", "replace").strip()
        raise DiffError(f"git cannot compare {revisions}: {reason}")
    return result.stdout.decode("utf-8", "replace")


def touched_lines(diff: str) -> dict[str, set[int]]:
    """path → the lines of the new file that the diff adds, or that stand where it removes some; 1-based.

    Of a file that the diff deletes, the line WHOLE. Raises `DiffError` where there is no hunk in a text that is not empty.
    """
    found: dict[str, set[int]] = defaultdict(set)
    old = path = ""
    line = before = after = (
        0  # the line of the new file; how many of the old and the new one the hunk still has
    )
    for row in diff.splitlines():
        if before > 0 or after > 0:
            if path and row[:1] in ("+", "-"):
                found[path].add(max(line, 1))
            before -= row[:1] != "+"
            after -= row[:1] != "-"
            line += row[:1] != "-"
        elif row.startswith("--- "):
            old = _path(row[4:])
        elif row.startswith("+++ "):
            path = _path(row[4:])
            if not path:
                found[old].add(WHOLE)
        elif hunk := _HUNK.match(row):
            before, line, after = int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1)
            line += after == 0  # what is removed stood behind that line
    if diff.strip() and not found:
        raise DiffError("this is no unified diff: make it with `git diff`")
    return dict(found)


def _path(written: str) -> str:
    """`b/src/a.py` → `src/a.py`; "" for /dev/null."""
    name = written.split("\t", 1)[0].strip().strip('"')
    if name == os.devnull:
        return ""
    return name[2:] if name[:2] in ("a/", "b/") else name


def symbols_on(arrays: Arrays, lines: Mapping[str, Collection[int]]) -> list[int]:
    """The innermost symbols on those lines, or the file outside of any, in the order of paths. Unknown files are left out."""
    import numpy as np

    known = {path: at for at, path in enumerate(arrays.paths)}
    starts, ends = arrays.nodes["start"].to_numpy(), arrays.nodes["end"].to_numpy()
    found: set[int] = set()
    for path in sorted(known.keys() & lines.keys()):
        first = int(np.searchsorted(arrays.file, known[path]))
        last = int(np.searchsorted(arrays.file, known[path], side="right"))
        if WHOLE in lines[path]:
            found.update(range(first, last))
        for line in lines[path]:
            around = [at for at in range(first + 1, last) if starts[at] <= line <= ends[at]]
            found.add(max(around, key=lambda at: (starts[at], -ends[at]), default=first))
    return sorted(found)
