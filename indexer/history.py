"""Which files change together, from the commits that lead to an indexed one. Nothing where there is no git."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from .errors import SourceError
from .git import open_repository

if TYPE_CHECKING:
    import pygit2

    from .source import Source

MAX_COMMITS = 500  # the newest: what changed together years ago says little, and each costs a comparison of trees
MAX_FILES = 20  # of a commit; a sweep over more says nothing of any two of them
MIN_TOGETHER = 3  # commits; fewer are chance
MIN_SHARE = 0.25  # of a file's changes that another one shared
MAX_PARTNERS = 10  # of one file, the surest


class CoChange(NamedTuple):
    """Of the changes of `src` the share `confidence` changed `dst` too, `together` times. Both are paths of the view."""

    src: str
    dst: str
    together: int
    confidence: float


def co_changes(source: Source) -> list[CoChange]:
    """What changes together in the newest commits that `source.commit` descends from, merges left out; in order."""
    if not source.commit:
        return []
    try:
        changes = list(_changes(source))
    except SourceError:
        return []
    alone: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for paths in changes:
        alone.update(paths)
        pairs.update(combinations(paths, 2))
    found: dict[str, list[CoChange]] = {}
    for (first, second), together in pairs.items():
        for src, dst in ((first, second), (second, first)):
            if together >= MIN_TOGETHER and together >= MIN_SHARE * alone[src]:
                found.setdefault(src, []).append(CoChange(src, dst, together, round(together / alone[src], 3)))
    kept = (sorted(own, key=lambda c: (-c.confidence, -c.together, c.dst))[:MAX_PARTNERS] for own in found.values())
    return sorted(each for own in kept for each in own)


def _changes(source: Source) -> Iterator[list[str]]:
    """The paths that each commit changed, sorted and relative to the view's root; of commits that tell something."""
    import pygit2

    where = source.root if source.kind == "revision" else pygit2.discover_repository(source.root)
    repository = open_repository(where or source.root)
    inside = (
        os.path.relpath(source.root, repository.workdir) if source.kind == "worktree" and repository.workdir else "."
    )
    prefix = "" if inside == "." else f"{inside}/"
    walker = repository.walk(source.commit, pygit2.enums.SortMode.TOPOLOGICAL | pygit2.enums.SortMode.TIME)
    for number, commit in enumerate(_whole(walker)):
        if number == MAX_COMMITS:
            return
        if len(commit.parents) != 1:
            continue
        paths = sorted(_touched(commit))
        if 1 < len(paths) <= MAX_FILES:
            yield [path.removeprefix(prefix) for path in paths if path.startswith(prefix)]


def _whole(walker: Iterator[pygit2.Commit]) -> Iterator[pygit2.Commit]:
    """The commits up to where a shallow or partial history ends."""
    import pygit2

    try:
        for commit in walker:
            _ = [parent.tree_id for parent in commit.parents]
            yield commit
    except (KeyError, pygit2.GitError):
        return


def _touched(commit: pygit2.Commit) -> set[str]:
    import pygit2

    try:
        diff = commit.parents[0].tree.diff_to_tree(commit.tree, context_lines=0)
        return {delta.new_file.path for delta in diff.deltas if _is_utf8(delta.new_file.raw_path)}
    except (KeyError, pygit2.GitError):  # a tree is missing: a partial clone
        return set()


def _is_utf8(path: bytes) -> bool:
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
