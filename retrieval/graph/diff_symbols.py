"""The lines touched by a unified diff, and the symbols on them."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from indexer import SAFE_SETTINGS, ClewError, filter_settings, run_git

from .csr import CsrAdjacency

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")

WHOLE_FILE = 0  # no line has this number


class DiffError(ClewError):
    """A diff that cannot be made or parsed."""


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
    """Return path → the lines added in the new file, or next to removed ones; 1-based.

    A deleted file has the line WHOLE_FILE. Raise `DiffError` if a text that is not empty has no
    hunk.
    """
    touched: dict[str, set[int]] = defaultdict(set)
    old = path = ""
    rows = iter(diff.splitlines())
    for row in rows:
        if row.startswith("--- "):
            old = _path(row[4:])
        elif row.startswith("+++ "):
            path = _path(row[4:])
            if not path:
                touched[old].add(WHOLE_FILE)
        elif hunk := _HUNK.match(row):
            lines = _read_hunk(hunk, rows)
            if path and lines:
                touched[path] |= lines
    if diff.strip() and not touched:
        raise DiffError("this is no unified diff: make it with `git diff`")
    return dict(touched)


def _read_hunk(hunk: re.Match[str], rows: Iterator[str]) -> set[int]:
    """Consume the rows of a hunk; return its touched lines in the new file."""
    old_rows, line, new_rows = int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1)
    line += new_rows == 0  # the removed lines stood behind that line
    touched: set[int] = set()
    while (old_rows > 0 or new_rows > 0) and (row := next(rows, None)) is not None:
        mark = row[:1]
        if mark in ("+", "-"):
            touched.add(max(line, 1))
        old_rows -= mark != "+"
        new_rows -= mark != "-"
        line += mark != "-"
    return touched


def _path(name: str) -> str:
    """`b/src/a.py` → `src/a.py`; "" for /dev/null."""
    name = name.split("\t", 1)[0].strip().strip('"')
    if name == os.devnull:
        return ""
    return name[2:] if name[:2] in ("a/", "b/") else name


def symbols_on(graph: CsrAdjacency, lines: Mapping[str, Collection[int]]) -> list[int]:
    """Return the innermost symbols on these lines, in the order of paths.

    A line outside of any symbol stands for its file. Unknown files are left out.
    """
    import numpy as np

    files = {path: at for at, path in enumerate(graph.paths)}
    starts, ends = graph.nodes["start"].to_numpy(), graph.nodes["end"].to_numpy()
    nodes: set[int] = set()
    for path in sorted(files.keys() & lines.keys()):
        first = int(np.searchsorted(graph.file, files[path]))
        last = int(np.searchsorted(graph.file, files[path], side="right"))
        if WHOLE_FILE in lines[path]:
            nodes.update(range(first, last))
        for line in lines[path]:
            around = [at for at in range(first + 1, last) if starts[at] <= line <= ends[at]]
            nodes.add(max(around, key=lambda at: (starts[at], -ends[at]), default=first))
    return sorted(nodes)
