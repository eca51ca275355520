"""The lines touched by a unified diff, and the symbols on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from indexer import SAFE_SETTINGS, ClewError, Hunk, filter_settings, read_diff, run_git

from .csr import CsrAdjacency

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
    lines: dict[str, set[int]] = {}
    for file in read_diff(diff):
        touched = set().union(*map(_touched_by, file.hunks)) if file.new_path else {WHOLE_FILE}
        if touched:
            lines.setdefault(file.path, set()).update(touched)
    if diff.strip() and not lines:
        raise DiffError("this is no unified diff: make it with `git diff`")
    return lines


def _touched_by(hunk: Hunk) -> set[int]:
    number = hunk.new_start + (hunk.new_count == 0)  # the removed lines stood behind that line
    touched = set()
    for line in hunk.lines:
        if line[:1] in ("+", "-"):
            touched.add(max(number, 1))
        number += line[:1] != "-"
    return touched


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
